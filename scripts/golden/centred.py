"""Judges pairs with features centred by fold, by plain loops, and writes test/golden/centred.json.

    python3 scripts/golden/centred.py

The convention, SphereFace's: raw embeddings of an image and of its mirror image side by side; from each the mean of all on the other
folds' pairs is taken off (an image counts as often as it is on a pair); then the cosine. A fold is judged by the
threshold that decides most of the other folds' pairs rightly, the highest of equally good ones; same person iff cosine >= threshold.
Needs NumPy; nothing here shares code with the package.
"""

import json
import pathlib

import numpy as np

rng = np.random.default_rng(20180622)
people, each, size, folds = 40, 3, 6, 10

# a common direction of all images, as networks have it, is what centring removes; values on a grid are exact in float32
common = np.array([4, 3, 0, -2, 1, 2])
person = rng.normal(size=(people, size)) * 1.6


def drawn():
    noise = rng.normal(size=(people, each, size)) * 1.2
    return (np.round((common + person[:, None] + noise) * 8) / 8).reshape(-1, size)


raw, mirrored = drawn(), drawn()
both = np.concatenate([raw, mirrored], axis=1)

pairs = []
for fold in range(folds):
    members = list(range(4 * fold, 4 * fold + 4))
    for p in members:
        pairs.append((each * p, each * p + 1, True, fold))
        # the same pair again: ties within a fold
        if p % 4 == 0:
            pairs.append((each * p, each * p + 1, True, fold))
    # three times as many of two people
    for k in range(15):
        a, b = rng.choice(members, 2, replace=False)
        pairs.append((each * int(a) + k % each, each * int(b) + (k + 1) % each, False, fold))


def cosine(a, b):
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


accuracies, thresholds, own, correct = [], [], {}, 0
for fold in range(folds):
    rows = [row for a, b, _, f in pairs if f != fold for row in (a, b)]
    centre = both[rows].mean(axis=0)
    scores = np.array([cosine(both[a] - centre, both[b] - centre) for a, b, _, _ in pairs])
    same = np.array([s for _, _, s, _ in pairs])
    inside = np.array([f == fold for _, _, _, f in pairs])
    best, threshold = -1, None
    for candidate in sorted(set(scores[~inside]), reverse=True):
        right = int(np.sum((scores[~inside] >= candidate) == same[~inside]))
        if right > best:
            best, threshold = right, candidate
    right = int(np.sum((scores[inside] >= threshold) == same[inside]))
    correct += right
    accuracies.append(right / int(inside.sum()))
    thresholds.append(float(threshold))
    for i in np.flatnonzero(inside):
        own[int(i)] = float(scores[i])

scores = np.array([own[i] for i in range(len(pairs))])
same = np.array([s for _, _, s, _ in pairs])
positive, negative = scores[same], scores[~same]
wins = sum(float(np.sum(p > negative) + 0.5 * np.sum(p == negative)) for p in positive)
result = dict(
    size=size,
    raw=raw.ravel().tolist(),
    mirrored=mirrored.ravel().tolist(),
    pairs=[[a, b, int(s), f] for a, b, s, f in pairs],
    scores=scores.tolist(),
    thresholds=thresholds,
    accuracies=accuracies,
    accuracy=float(np.mean(accuracies)),
    standardError=float(np.std(accuracies, ddof=1) / np.sqrt(folds)),
    populationStd=float(np.std(accuracies)),
    correct=correct,
    auc=wins / (len(positive) * len(negative)),
    plainAuc=None,
)
plain = np.array([cosine(both[a], both[b]) for a, b, _, _ in pairs])
p, n = plain[same], plain[~same]
result["plainAuc"] = sum(float(np.sum(x > n) + 0.5 * np.sum(x == n)) for x in p) / (len(p) * len(n))
path = pathlib.Path(__file__).parents[2] / "test/golden/centred.json"
path.write_text(json.dumps(result) + "\n")
