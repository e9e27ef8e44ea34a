"""Precision at 1, R-precision and MAP@R of the embeddings that `cosface embed` wrote, from their definitions, none of our code.

    python3 scripts/oracles/retrieval.py faces.npy      # people by the folders in faces.json beside it
"""

import json
import sys

import numpy as np

path = sys.argv[1]
rows = np.load(path).astype(np.float64)
rows /= np.linalg.norm(rows, axis=1, keepdims=True)
with open(path.removesuffix(".npy") + ".json") as file:
    people = [name.split("/")[-2] for name in json.load(file)["images"]]
labels = np.unique(people, return_inverse=True)[1]
images_of = np.bincount(labels)

first, precision, average = [], [], []
for query in range(len(rows)):
    wanted = images_of[labels[query]] - 1
    if wanted == 0:
        continue
    scores = rows @ rows[query]
    scores[query] = -np.inf
    hits = labels[np.argsort(-scores, kind="stable")[:wanted]] == labels[query]
    first.append(hits[0])
    precision.append(hits.mean())
    average.append((hits * np.cumsum(hits) / np.arange(1, wanted + 1)).sum() / wanted)
print(
    json.dumps(
        {
            "queries": len(first),
            "precisionAt1": np.mean(first),
            "rPrecision": np.mean(precision),
            "mapAtR": np.mean(average),
        }
    )
)
