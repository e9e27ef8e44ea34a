"""Decodes made-up outputs of every detector a second time and writes test/golden/detectors.json.

    python3 scripts/oracles/detectors.py

Written from the published post-processing of each detector, with tables of anchors and whole arrays, where the package
goes cell by cell; nothing here shares code with it. Outputs are made from hashed counters, so that both sides have the
same ones without storing them.
"""

import json
import pathlib

import numpy as np


def key_hash(key):
    """FNV-1a, 32 bits."""
    h = 0x811C9DC5
    for byte in key.encode("ascii"):
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    return h


def uniform(key, *shape, amplitude=1, offset=0):
    """float32 numbers in [offset - amplitude, offset + amplitude): Murmur3's finaliser over a counter."""
    count = int(np.prod(shape))
    h = (np.arange(count, dtype=np.uint64) * 0x9E3779B9 + key_hash(key)) & 0xFFFFFFFF
    h ^= h >> 16
    h = (h * 0x85EBCA6B) & 0xFFFFFFFF
    h ^= h >> 13
    h = (h * 0xC2B2AE35) & 0xFFFFFFFF
    h ^= h >> 16
    unit = (h >> 8).astype(np.float64) / 2**23 - 1
    drawn = (amplitude * unit).astype(np.float32).astype(np.float64) + offset
    return drawn.astype(np.float32).astype(np.float64).reshape(shape)


def centres(height, width, stride, anchors=1, offset=0.0):
    """[cells * anchors, 2]: x and y of each anchor, rows first."""
    ys, xs = np.mgrid[: int(np.ceil(height / stride)), : int(np.ceil(width / stride))]
    grid = (np.stack([xs, ys], axis=-1).reshape(-1, 2) + offset) * stride
    return np.repeat(grid, anchors, axis=0)


def yunet(key, height, width):
    """cx, cy as cell + offset, sizes as exponents, all in strides; the score is the root of class times object."""
    boxes, scores, points = [], [], []
    for stride in (8, 16, 32):
        prior = centres(height, width, stride)
        n = len(prior)
        cls, obj = (uniform(f"{key} {part}_{stride}", n, amplitude=0.5, offset=0.5) for part in ("cls", "obj"))
        box = uniform(f"{key} bbox_{stride}", n, 4)
        kps = uniform(f"{key} kps_{stride}", n, 10)
        middle = prior + box[:, :2] * stride
        size = np.exp(box[:, 2:]) * stride
        boxes.append(np.concatenate([middle - size / 2, middle + size / 2], axis=1))
        points.append(np.tile(prior, 5) + kps * stride)
        scores.append(np.sqrt(np.clip(cls, 0, 1) * np.clip(obj, 0, 1)))
    return boxes, scores, points


def blazeface(key, height, width):
    """Sixteen numbers an anchor: box and six points from the anchor's middle, in pixels of the input."""
    boxes, scores, points = [], [], []
    for cells, anchors in ((16, 2), (8, 6)):
        prior = centres(height, width, width / cells, anchors, 0.5)
        n = len(prior)
        score = uniform(f"{key} score_{cells}", n, amplitude=8)
        rows = uniform(f"{key} rows_{cells}", n, 16, amplitude=30)
        middle = prior + rows[:, :2]
        size = rows[:, 2:4]
        boxes.append(np.concatenate([middle - size / 2, middle + size / 2], axis=1))
        points.append(np.tile(prior, 6) + rows[:, 4:])
        scores.append(1 / (1 + np.exp(-score)))
    return boxes, scores, points


def ultraface(key, height, width):
    """Corners as shares of the input, decoded by the network; the second of two scores is the face's."""
    n = 97
    score = uniform(f"{key} scores", n, 2, amplitude=0.5, offset=0.5)
    corner = uniform(f"{key} boxes", n, 4, amplitude=0.5, offset=0.5)
    return [corner * np.array([width, height, width, height])], [score[:, 1]], [np.zeros((n, 0))]


def scrfd(key, height, width):
    """Distances to the four sides and to five points from the cell's corner, in strides; two anchors a cell."""
    boxes, scores, points = [], [], []
    for stride in (8, 16, 32):
        prior = centres(height, width, stride, 2)
        n = len(prior)
        distance = uniform(f"{key} bbox_{stride}", n, 4, amplitude=2, offset=2) * stride
        kps = uniform(f"{key} kps_{stride}", n, 10, amplitude=2) * stride
        boxes.append(np.concatenate([prior - distance[:, :2], prior + distance[:, 2:]], axis=1))
        points.append(np.tile(prior, 5) + kps)
        scores.append(uniform(f"{key} score_{stride}", n, amplitude=0.5, offset=0.5))
    return boxes, scores, points


def retinaface(key, height, width):
    """Prior boxes as shares of the input, variances 0.1 and 0.2, as in the published `decode` and `decode_landm`."""
    priors = []
    for stride, sizes in ((8, (16, 32)), (16, (64, 128)), (32, (256, 512))):
        grid = centres(height, width, stride, len(sizes), 0.5) / np.array([width, height])
        side = np.tile(np.array(sizes, dtype=np.float64), len(grid) // len(sizes))
        priors.append(np.concatenate([grid, np.stack([side / width, side / height], axis=1)], axis=1))
    priors = np.concatenate(priors)
    n = len(priors)
    loc = uniform(f"{key} loc", n, 4, amplitude=2)
    conf = uniform(f"{key} conf", n, 2, amplitude=0.5, offset=0.5)
    landms = uniform(f"{key} landms", n, 10, amplitude=5)
    middle = priors[:, :2] + loc[:, :2] * 0.1 * priors[:, 2:]
    size = priors[:, 2:] * np.exp(loc[:, 2:] * 0.2)
    corner = np.concatenate([middle - size / 2, middle + size / 2], axis=1)
    five = np.tile(priors[:, :2], 5) + landms * 0.1 * np.tile(priors[:, 2:], 5)
    scale = np.array([width, height])
    return [corner * np.tile(scale, 2)], [conf[:, 1]], [five * np.tile(scale, 5)]


kinds = {
    "yunet": (yunet, 64, 96, 0.8),
    "blazeface": (blazeface, 128, 128, 0.999),
    "ultraface": (ultraface, 48, 64, 0.9),
    "scrfd": (scrfd, 64, 96, 0.93),
    "retinaface": (retinaface, 64, 96, 0.9),
}

out = {}
for name, (decode, height, width, threshold) in kinds.items():
    boxes, scores, points = (np.concatenate(parts) for parts in decode(name, height, width))
    found = [
        {
            "anchor": int(row),
            "score": round(float(scores[row]), 7),
            "box": [round(v, 4) for v in boxes[row].tolist()],
            "points": [round(v, 4) for v in points[row].tolist()],
        }
        for row in np.flatnonzero(scores >= threshold)
    ]
    out[name] = {"height": height, "width": width, "threshold": threshold, "found": found}

target = pathlib.Path(__file__).parents[2] / "test" / "golden" / "detectors.json"
target.write_text(json.dumps(out, indent=1) + "\n")
print({name: len(value["found"]) for name, value in out.items()})
