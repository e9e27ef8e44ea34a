"""Computes every protocol's figures a second time, by the plainest loops NumPy allows, and writes test/golden/protocols.json.

    python3 scripts/oracles/protocols.py

Inputs are drawn with ties, duplicates and imbalance on purpose; nothing here shares code with the package.
"""

import json
import math
import pathlib
from statistics import NormalDist

import numpy as np

rng = np.random.default_rng(20180622)
out = {}


def coarse(*shape):
    """Values on a coarse grid, so that scores tie."""
    return np.round(rng.normal(size=shape) * 2) / 4


def signs(*shape):
    """Unit vectors of 16 signs / 4: all scores are multiples of 1/8, exactly."""
    return rng.choice([-0.25, 0.25], size=(*shape, 16))


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def flat(x):
    return [float(v) for v in np.asarray(x).ravel()]


# insightface ---------------------------------------------------------------------------------------------------------------
def insightface(distances, same):
    n = len(same)
    chunks = np.array_split(np.arange(n), 10)
    thresholds, fine = np.arange(0, 4, 0.01), np.arange(0, 4, 0.001)
    accuracies, chosen, vals, fars = [], [], [], []
    for test in chunks:
        train = np.setdiff1d(np.arange(n), test)
        scores = [np.mean((distances[train] < t) == same[train]) for t in thresholds]
        best = int(np.argmax(scores))
        chosen.append(thresholds[best])
        accuracies.append(np.mean((distances[test] < thresholds[best]) == same[test]))
        far = np.array([np.mean(distances[train][~same[train]] < t) for t in fine])
        above = int(np.searchsorted(far, 1e-3, side="right"))
        if far.max() < 1e-3 or above == 0:
            limit = 0.0
        elif above == len(far):
            limit = fine[-1]
        else:
            share = (1e-3 - far[above - 1]) / (far[above] - far[above - 1])
            limit = fine[above - 1] + share * (fine[above] - fine[above - 1])
        vals.append(np.mean(distances[test][same[test]] < limit))
        fars.append(np.mean(distances[test][~same[test]] < limit))
    return dict(
        accuracy=np.mean(accuracies), std=np.std(accuracies), thresholds=flat(chosen), val=np.mean(vals),
        valStd=np.std(vals), valFar=np.mean(fars),
    )


n, d = 203, 6
same = rng.random(n) < 0.5
raw = coarse(2 * n, d) + 0.125
raw[1::2] = np.where(same[:, None], raw[0::2] + coarse(n, d) / 2, raw[1::2])
mirrored = raw + coarse(2 * n, d) / 4
raw[4], raw[5], mirrored[4], mirrored[5] = raw[0], raw[1], mirrored[0], mirrored[1]
features = unit((raw.astype(np.float32).astype(float) + mirrored.astype(np.float32).astype(float)))
distances = ((features[0::2] - features[1::2]) ** 2).sum(1)
out["insightface"] = dict(
    raw=flat(raw), mirrored=flat(mirrored), size=d, same=same.tolist(), distances=flat(distances),
    result=insightface(distances, same),
)


# templates -----------------------------------------------------------------------------------------------------------------
n, d, people = 150, 5, 14
subject_of = rng.integers(0, people, 40)
templates = np.concatenate([np.arange(40), rng.integers(0, 40, n - 40)]) * 3 + 7
centres = rng.normal(size=(people, d))
feats = np.round((centres[subject_of[(templates - 7) // 3]] + rng.normal(size=(n, d)) * 0.7) * 8) / 8
mirror = np.round((feats + rng.normal(size=(n, d)) * 0.2) * 8) / 8
media = rng.integers(0, 4, n)
scores = np.round(rng.random(n) * 64) / 64 + 1 / 64


def pool(flip, keep, detector):
    x = feats + mirror if flip else feats
    if not keep:
        x = unit(x)
    if detector:
        x = x * scores[:, None]
    rows = []
    for t in np.unique(templates):
        means = [x[(templates == t) & (media == m)].mean(0) for m in np.unique(media[templates == t])]
        rows.append(unit(np.sum(means, 0)))
    return np.array(rows)


ids = np.unique(templates)
first, second = np.triu_indices(len(ids), 1)
label = (subject_of[first] == subject_of[second]).astype(int)
pooled = pool(True, True, True).astype(np.float32).astype(float)
pair_scores = (pooled[first] * pooled[second]).sum(1).astype(np.float32)


def curve(label, score):
    """All points, then those that are no straight continuation, as scikit-learn keeps them."""
    values = np.unique(score)[::-1]
    tps = np.array([np.sum((score >= v) & (label == 1)) for v in values])
    fps = np.array([np.sum((score >= v) & (label == 0)) for v in values])
    keep = [0] + [
        i for i in range(1, len(values) - 1)
        if tps[i + 1] - 2 * tps[i] + tps[i - 1] != 0 or fps[i + 1] - 2 * fps[i] + fps[i - 1] != 0
    ] + [len(values) - 1]
    return values, tps, fps, np.r_[0, tps[keep]] / tps[-1], np.r_[0, fps[keep]] / fps[-1]


def figures(label, score, fars):
    values, tps, fps, tpr, fpr = curve(label, score)
    within, closest = [], []
    for far in fars:
        allowed = [tps[i] / tps[-1] for i in range(len(values)) if fps[i] <= far * fps[-1] + 1e-9]
        within.append(max(allowed, default=0.0))
        back_f, back_t = fpr[::-1], tpr[::-1]
        i = int(np.argmin(np.abs(back_f - far)))
        closest.append([float(back_t[i]), float(back_f[i])])
    pos, neg = score[label == 1], score[label == 0]
    auc = np.mean((pos[:, None] > neg[None]) + 0.5 * (pos[:, None] == neg[None]))
    f, r = np.r_[0, fps] / fps[-1], 1 - np.r_[0, tps] / tps[-1]
    k = int(np.argmax(f >= r))
    share = (r[k - 1] - f[k - 1]) / ((r[k - 1] - f[k - 1]) + (f[k] - r[k]))
    return dict(within=flat(within), closest=closest, auc=auc, eer=f[k - 1] + share * (f[k] - f[k - 1]))


fars = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]
out["templates"] = dict(
    features=flat(feats), mirrored=flat(mirror), size=d, templates=templates.tolist(), media=media.tolist(),
    scores=flat(scores), ids=ids.tolist(),
    pooled={f"{int(k)}{int(dd)}{int(f)}": flat(pool(f, k, dd)) for k in (0, 1) for dd in (0, 1) for f in (0, 1)},
    first=ids[first].tolist(), second=ids[second].tolist(), same=label.tolist(),
    result=figures(label, pair_scores, fars),
)
tied = np.round(np.r_[rng.normal(1, 1, 300), rng.normal(0, 1, 4000)] * 4) / 16
tied_label = np.r_[np.ones(300), np.zeros(4000)].astype(int)
out["scores"] = dict(same=flat(tied[:300]), different=flat(tied[300:]), result=figures(tied_label, tied, fars))


# identification --------------------------------------------------------------------------------------------------------------
gallery_ids = np.array([3, 5, 8, 9, 12, 20])
gallery = signs(6)
probe_ids = np.concatenate([rng.choice(gallery_ids, 80), rng.integers(100, 130, 140)])
probes = signs(220)
for i in range(80):
    own = gallery[list(gallery_ids).index(probe_ids[i])]
    probes[i] = np.where(rng.random(16) < 0.75, own, probes[i])
sim = probes @ gallery.T
ranks, correct, mate = [], [], []
for i in range(80):
    j = list(gallery_ids).index(probe_ids[i])
    others = np.delete(sim[i], j)
    ranks.append(1 + int(np.sum(others >= sim[i, j])))
    correct.append(bool(sim[i, j] > others.max()))
    mate.append(sim[i, j])
strangers = np.sort(sim[80:].max(1))[::-1]
mate, correct = np.array(mate), np.array(correct)
open_set = []
for f in (0.1, 0.2):
    ours = max(
        (np.mean(correct & (mate >= t)) for t in np.unique(np.r_[mate, strangers.max() + 1]) if np.sum(strangers >= t) <= f * len(strangers) + 1e-9),
        default=0.0,
    )
    reference = np.mean(correct & (mate > strangers[max(int(len(strangers) * f) - 1, 0)]))
    open_set.append([float(ours), float(reference)])
t = 0.375
out["identify"] = dict(
    gallery=flat(gallery), galleryIds=gallery_ids.tolist(), probes=flat(probes), probeIds=probe_ids.tolist(), ranks=ranks,
    closed=[float(np.mean(np.array(ranks) <= k)) for k in (1, 2, 5)], open=open_set,
    errors=dict(threshold=t, fpir=float(np.mean(strangers >= t)), fnir=[float(np.mean((mate < t) | (np.array(ranks) > r))) for r in (1, 2)]),
)


# MegaFace ---------------------------------------------------------------------------------------------------------------------
who = np.array([0] * 5 + [1] * 3 + [2] * 4 + [3])
base = signs(4)
probes = np.where(rng.random((13, 16)) < 0.8, base[who], signs(13))
probes[3] = probes[4]
distractors = signs(1200)
among, against = probes @ probes.T, probes @ distractors.T
sizes, cmc = [10, 100, 1000, 1200], []
pairs = [(i, j) for i in range(13) for j in range(13) if i != j and who[i] == who[j]]
for s in sizes:
    ahead = [int(np.sum(against[i, :s] >= among[i, j])) for i, j in pairs]
    cmc.append([float(np.mean(np.array(ahead) < k)) for k in (1, 5, 10)])
positives = np.array([among[i, j] for i, j in pairs if i < j])
negatives = np.r_[against.ravel(), [among[i, j] for i in range(13) for j in range(i + 1, 13) if who[i] != who[j]]]
tar = []
for far in (1e-3, 1e-2, 1e-1):
    grid = np.arange(-1, 1 + 2**-15, 2**-15)
    threshold = next(t for t in np.r_[grid, 2.0] if np.sum(negatives >= t) <= far * len(negatives) + 1e-9)
    tar.append(float(np.mean(positives >= threshold)))
out["megaface"] = dict(
    probes=flat(probes), who=who.tolist(), distractors=flat(distractors), sizes=sizes, cmc=cmc, tar=tar,
    positives=len(positives), negatives=len(negatives),
)


# video ------------------------------------------------------------------------------------------------------------------------
frames = coarse(20, 4) + 0.125
videos = [f"p{i % 4}/{i % 2}" for i in range(20)]
names = sorted(set(videos))
u = unit(frames)
groups = {v: u[[i for i, w in enumerate(videos) if w == v]] for v in names}
video_pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
means = {v: unit(g.mean(0)) for v, g in groups.items()}
out["video"] = dict(
    frames=flat(frames), videos=videos, pairs=video_pairs,
    mean=[float(means[a] @ means[b]) for a, b in video_pairs],
    closest=[float((groups[a] @ groups[b].T).max()) for a, b in video_pairs],
    average=[float((groups[a] @ groups[b].T).mean()) for a, b in video_pairs],
)


# retrieval --------------------------------------------------------------------------------------------------------------------
labels = rng.integers(0, 6, 40)
labels[7] = 99
items = np.where(rng.random((40, 16)) < 0.6, signs(100)[labels], signs(40))
p1, rp, mapr = [], [], []
for i in range(40):
    r = int(np.sum(labels == labels[i])) - 1
    if r == 0:
        continue
    others = [j for j in range(40) if j != i]
    s = items[others] @ items[i]
    found = [others[k] for k in np.argsort(-s, kind="stable")[:r]]
    hit = np.array([labels[j] == labels[i] for j in found])
    p1.append(hit[0])
    rp.append(hit.mean())
    mapr.append(np.sum(np.cumsum(hit) / np.arange(1, r + 1) * hit) / r)
out["retrieval"] = dict(
    items=flat(items), labels=labels.tolist(), precisionAt1=np.mean(p1), rPrecision=np.mean(rp), mapAtR=np.mean(mapr), queries=len(p1),
)

# NIST, comparison, groups -------------------------------------------------------------------------------------------------------
mated, non = tied[:300], tied[300:]
failed, failed_non = 12, 40
nist = []
for fmr in (1e-2, 1e-1):
    grid = np.unique(np.r_[non, np.nextafter(non, 9)])
    threshold = min(t for t in grid if np.sum(non >= t) <= fmr * (len(non) + failed_non) + 1e-9)
    nist.append(float((np.sum(mated < threshold) + failed) / (300 + failed)))
out["nist"] = dict(
    failed=failed, failedNonMated=failed_non, fnmr=nist,
    fpir=[1 - (1 - 1e-4) ** 1000, 1 - (1 - 1e-12) ** 5], fmrFor=1 - (1 - 0.01) ** (1 / 1000),
)
out["compare"] = [
    [k, m, min(1.0, 2 * sum(math.comb(m, i) for i in range(min(k, m - k) + 1)) / 2**m)]
    for k, m in ((0, 0), (0, 5), (3, 10), (5, 10), (40, 61), (300, 700))
]
out["widened"] = [[k, NormalDist().inv_cdf(1 - 0.025 / k)] for k in (1, 2, 5, 40)]

path = pathlib.Path(__file__).parents[2] / "test/golden/protocols.json"
path.write_text(json.dumps(out, default=float) + "\n")
