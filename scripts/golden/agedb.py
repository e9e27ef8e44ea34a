"""Writes test/golden/agedb.mat and agedb-compressed.mat: two tiny splits laid out like AgeDB-30's protocol file.

Needs SciPy:
    python3 scripts/golden/agedb.py
"""

import pathlib

import numpy as np
from scipy.io import savemat

folder = pathlib.Path(__file__).parents[2] / "test/golden"


def item(path, age):
    value = np.empty((1, 1), dtype=[("path", object), ("age", object)])
    value[0, 0] = (np.array([path]), np.array([[age]], np.uint8))
    return value


splits = np.empty((2, 1), object)
for s in range(2):
    pairs = np.empty((2, 3), object)
    labels = np.array([[1, -1, 1]], np.int16)
    for i in range(3):
        second = f"P{s}{i}" if labels[0, i] == 1 else "Other"
        pairs[0, i] = item(f"P{s}{i}_1_P{s}{i}_30_f", 30)
        pairs[1, i] = item(f"{second}_2_{second}_60_f", 60)
    split = np.empty((1, 1), dtype=[("pairs", object), ("labels", object)])
    split[0, 0] = (pairs, labels)
    splits[s, 0] = split
savemat(folder / "agedb.mat", {"splits": splits, "note": np.array([[1.5]])})
savemat(folder / "agedb-compressed.mat", {"splits": splits}, do_compression=True)
