"""Aligns made-up faces a second time and writes test/golden/align.json.

    python3 scripts/oracles/align.py

Umeyama's method by its singular value decomposition, and a bilinear warp over whole arrays with a black border; the
package has a closed form and goes pixel by pixel. Where scikit-image is installed, its SimilarityTransform is asked, too.
"""

import json
import math
import pathlib

import numpy as np

names = ["leftEye", "rightEye", "nose", "leftMouth", "rightMouth"]
points112 = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)


def umeyama(src, dst):
    """Least-squares similarity, reflection guarded by the determinants' sign (Umeyama 1991)."""
    mean_src, mean_dst = src.mean(0), dst.mean(0)
    a, b = src - mean_src, dst - mean_dst
    u, s, vt = np.linalg.svd(b.T @ a / len(src))
    d = np.ones(2)
    if np.linalg.det(u) * np.linalg.det(vt) < 0:
        d[1] = -1
    rotation = u @ np.diag(d) @ vt
    scale = (s * d).sum() / a.var(0).sum()
    matrix = np.eye(3)
    matrix[:2, :2] = scale * rotation
    matrix[:2, 2] = mean_dst - scale * rotation @ mean_src
    return matrix


def picture(height, width):
    """Smooth and asymmetrical, the same numbers on both sides."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    red = 127 + 100 * np.sin(x / 9) * np.cos(y / 13)
    green = 127 + 80 * np.cos(x / 17 + y / 11)
    blue = (x * 3 + y * 5) % 256
    return np.floor(np.stack([red, green, blue], axis=-1)).astype(np.uint8)


def pixel(image, ys, xs):
    """Zero outside."""
    height, width, _ = image.shape
    inside = (ys >= 0) & (ys < height) & (xs >= 0) & (xs < width)
    values = image[np.clip(ys, 0, height - 1), np.clip(xs, 0, width - 1)].astype(np.float64)
    return values * inside[..., None]


def warp(image, matrix, height, width):
    inverse = np.linalg.inv(matrix)
    ys, xs = np.mgrid[:height, :width].astype(np.float64)
    sx = inverse[0, 0] * xs + inverse[0, 1] * ys + inverse[0, 2]
    sy = inverse[1, 0] * xs + inverse[1, 1] * ys + inverse[1, 2]
    x0, y0 = np.floor(sx).astype(int), np.floor(sy).astype(int)
    fx, fy = (sx - x0)[..., None], (sy - y0)[..., None]
    return (
        pixel(image, y0, x0) * (1 - fx) * (1 - fy)
        + pixel(image, y0, x0 + 1) * fx * (1 - fy)
        + pixel(image, y0 + 1, x0) * (1 - fx) * fy
        + pixel(image, y0 + 1, x0 + 1) * fx * fy
    )


def halve(image, times):
    """Means of blocks of 2**times pixels; beyond the edge everything is black."""
    unit = 2**times
    height, width, _ = image.shape
    padded = np.zeros((math.ceil(height / unit) * unit, math.ceil(width / unit) * unit, 3))
    padded[:height, :width] = image
    means = padded.reshape(padded.shape[0] // unit, unit, padded.shape[1] // unit, unit, 3).mean((1, 3))
    return np.floor(means + 0.5)


def align(image, found, places, height, width):
    matrix = umeyama(found, places)
    shrink = 1 / math.hypot(matrix[0, 0], matrix[1, 0])
    times = max(0, math.ceil(math.log2(shrink) - 1e-9) - 1)
    if times == 0:
        return matrix, warp(image, matrix, height, width)
    # the middle of a block lies half a block from its first pixel's edge
    unit = 2.0**times
    grow = np.array([[unit, 0, unit / 2 - 0.5], [0, unit, unit / 2 - 0.5], [0, 0, 1]])
    return matrix, warp(halve(image, times), matrix @ grow, height, width)


def placed(scale, degrees, x, y, noise):
    """The five points moved into a picture, with some disagreement."""
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    moved = (points112 - 56) @ turn.T * scale + np.array([x, y])
    wobble = np.array([[1, -2], [-1, 1], [2, 1], [-2, -1], [0.5, 1.5]])
    return np.round(moved + noise * wobble, 3)


wide = points112 - np.array([8, 0])
cases = {
    "as it is": (150, 160, points112, points112, 112, 112),
    "larger, turned": (260, 300, placed(1.7, 23, 140, 130, 1), points112, 112, 112),
    "upside down": (200, 200, placed(0.8, 175, 100, 90, 1), points112, 112, 112),
    "cut off by two borders": (120, 140, placed(1.1, -12, 12, 105, 1), points112, 112, 112),
    "112x96": (180, 150, placed(1.2, 5, 70, 80, 0.5), wide, 112, 96),
    "small face": (90, 90, placed(0.3, 0, 40, 50, 0.2), points112, 112, 112),
    "shrunk more than twofold": (420, 480, placed(3.1, -31, 230, 200, 2), points112, 112, 112),
    "shrunk more than fourfold, cut off": (600, 520, placed(4.7, 12, 420, 500, 3), points112, 112, 112),
}
out = {}
for name, (height, width, found, places, crop_height, crop_width) in cases.items():
    matrix, crop = align(picture(height, width), found, places, crop_height, crop_width)
    out[name] = {
        "picture": [height, width],
        "landmarks": {key: point.tolist() for key, point in zip(names, found)},
        "points": places.tolist(),
        "size": [crop_height, crop_width],
        "transform": matrix[:2].ravel().tolist(),
        "pixels": [[round(v, 2) for v in crop[y, x].tolist()] for y in range(2, crop_height, 9) for x in range(1, crop_width, 9)],
    }
    try:
        from skimage.transform import SimilarityTransform
    except ImportError:
        continue
    theirs = SimilarityTransform.from_estimate(found, places).params
    assert np.abs(theirs - matrix).max() < 1e-9, name

mouthless = placed(1.3, 9, 120, 110, 1)
centre = (mouthless[3] + mouthless[4]) / 2
out["mouth's centre"] = {
    "landmarks": {**{key: point.tolist() for key, point in zip(names[:3], mouthless[:3])}, "mouth": centre.tolist()},
    "transform": umeyama(
        np.vstack([mouthless[:3], centre]), np.vstack([points112[:3], points112[3:].mean(0)])
    )[:2].ravel().tolist(),
}
target = pathlib.Path(__file__).parents[2] / "test" / "golden" / "align.json"
target.write_text(json.dumps(out) + "\n")
print(list(out))
