"""Writes test/golden/records.json: a folder of identities, and the .rec and .idx that a reader and writer of its own make of it.

Nothing but Python is needed:
    /usr/bin/python3 scripts/golden/records.py
"""

import base64
import json
import pathlib
import struct
import zlib

MAGIC = 0xCED7230A


def png(shade, tail=b""):
    """A grey picture of 16x16 pixels; `tail` follows its end, where no reader looks."""
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = zlib.compress(b"".join(b"\0" + bytes([shade]) * 16 for _ in range(16)))
    head = struct.pack(">IIBBBBB", 16, 16, 8, 0, 0, 0, 0)
    picture = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return picture + b"\0" * (-len(picture) % 4) + tail if tail else picture


def part(flag, data):
    return struct.pack("<II", MAGIC, flag << 29 | len(data)) + data + b"\0" * (-len(data) % 4)


def record(payload):
    """The magic number on a multiple of four would look like a record's beginning: it is left out and splits the record."""
    cuts = [at for at in range(0, len(payload) - 3, 4) if payload[at : at + 4] == struct.pack("<I", MAGIC)]
    starts = [0] + [at + 4 for at in cuts]
    parts = [payload[start:end] for start, end in zip(starts, cuts + [len(payload)])]
    flags = [0] if len(parts) == 1 else [1] + [2] * (len(parts) - 2) + [3]
    return b"".join(part(flag, data) for flag, data in zip(flags, parts))


def image(key, label, data):
    return struct.pack("<IfQQ", 0, label, key, 0) + data


def labels(key, values):
    return struct.pack("<IfQQ", len(values), 0, key, 0) + struct.pack(f"<{len(values)}f", *values)


magic = struct.pack("<I", MAGIC)
people = {
    "ann": {"1.png": png(10), "2.png": png(90, b"tail" + magic + b"more" + magic + b"!")},
    "bea": {"1.png": png(200)},
}
pictures = [(number, data) for number, images in enumerate(people.values()) for data in images.values()]
first = len(pictures) + 1
payloads = [(0, labels(0, [first, first + len(people)]))]
payloads += [(key, image(key, label, data)) for key, (label, data) in enumerate(pictures, 1)]
payloads += [(first, labels(first, [1, 3])), (first + 1, labels(first + 1, [3, 4]))]
rec, idx = b"", ""
for key, payload in payloads:
    idx += f"{key}\t{len(rec)}\n"
    rec += record(payload)
text = lambda data: base64.b64encode(data).decode()
golden = {
    "files": {f"{name}/{file}": text(data) for name, images in people.items() for file, data in images.items()},
    "rec": text(rec),
    "idx": idx,
}
path = pathlib.Path(__file__).parents[2] / "test/golden/records.json"
path.write_text(json.dumps(golden, indent=1) + "\n")
