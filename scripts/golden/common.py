"""Numbers both sides can make, so that golden files hold results and no inputs of any size."""

import json

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def key_hash(key):
    """FNV-1a, 32 bits."""
    h = 0x811C9DC5
    for byte in key.encode("ascii"):
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    return h


def bits(key, count):
    """`count` well mixed 32-bit words of a key: Murmur3's finaliser over a counter."""
    h = (np.arange(count, dtype=np.uint64) * 0x9E3779B9 + key_hash(key)) & 0xFFFFFFFF
    h ^= h >> 16
    h = (h * 0x85EBCA6B) & 0xFFFFFFFF
    h ^= h >> 13
    h = (h * 0xC2B2AE35) & 0xFFFFFFFF
    h ^= h >> 16
    return h


def uniform(key, shape, amplitude=1.0, offset=0.0):
    """float32 numbers in [offset - amplitude, offset + amplitude), as float64 tensors."""
    count = int(np.prod(shape))
    unit = ((bits(key, count) >> 8).astype(np.float64) / 2.0**23 - 1).astype(np.float32)
    values = np.float32(amplitude) * unit + np.float32(offset)
    return torch.tensor(values.astype(np.float64)).reshape(shape)


def integers(key, count, below):
    """`count` integers in [0, below)."""
    return torch.tensor((bits(key, count) % below).astype(np.int64))


def rounded(value, digits=10):
    """Nested lists of numbers with so many significant digits."""
    if isinstance(value, torch.Tensor):
        value = value.detach().tolist()
    if isinstance(value, (list, tuple)):
        return [rounded(v, digits) for v in value]
    if isinstance(value, dict):
        return {k: rounded(v, digits) for k, v in value.items()}
    if isinstance(value, float):
        return float(f"%.{digits}g" % value)
    return value


def write(path, document):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, separators=(",", ":"))
        file.write("\n")
