"""Makes up a data set in the form in which Racial Faces in the Wild is published, judges it by plain loops, and writes
test/golden/rfw.json.

    python3 scripts/oracles/rfw.py

Four lists GROUP_pairs.txt without a header, tabs between `name number number` and `name number name number`, ten folds one after the
other (here of 3 + 3 pairs instead of 300 + 300), images GROUP/PERSON/PERSON_0001. A group is judged on its own: cosine; a fold with the
threshold that decides most pairs of the other nine rightly, the highest of equally good ones; same person iff cosine >= threshold.
Needs NumPy; nothing here shares code with the package.
"""

import json
import pathlib

import numpy as np

rng = np.random.default_rng(2019)
groups, folds, each, size = ["African", "Asian", "Caucasian", "Indian"], 10, 3, 5
lists, names, rows, accuracies = {}, [], [], {}

for which, group in enumerate(groups):
    features, lines, pairs = {}, [], []
    for person in range(2 * folds):
        centre = rng.normal(size=size)
        for image in range(1, 5):
            key = f"{group}/m.{which}{person:03d}/m.{which}{person:03d}_{image:04d}"
            # values on a grid are exact in float32
            features[key] = np.round((centre + rng.normal(size=size) * (0.4 + 0.2 * which)) * 64) / 64

    def path(person, image):
        return f"{group}/m.{which}{person:03d}/m.{which}{person:03d}_{image:04d}"

    for fold in range(folds):
        for k in range(each):
            p = 2 * fold + k % 2
            i, j = [(1, 2), (2, 3), (3, 4)][k]
            lines.append(f"m.{which}{p:03d}\t{i}\t{j}")
            pairs.append((path(p, i), path(p, j), True, fold))
        for k in range(each):
            p, q = 2 * fold, 2 * fold + 1
            lines.append(f"m.{which}{p:03d}\t{k + 1}\tm.{which}{q:03d}\t{4 - k}")
            pairs.append((path(p, k + 1), path(q, 4 - k), False, fold))

    def score(a, b):
        x, y = features[a], features[b]
        return float(x @ y / (np.linalg.norm(x) * np.linalg.norm(y)))

    scored = [(score(a, b), same, fold) for a, b, same, fold in pairs]
    rates = []
    for fold in range(folds):
        others = [(s, same) for s, same, f in scored if f != fold]
        best, threshold = -1, None
        for candidate in sorted({s for s, _ in others}, reverse=True):
            right = sum((s >= candidate) == same for s, same in others)
            if right > best:
                best, threshold = right, candidate
        own = [(s, same) for s, same, f in scored if f == fold]
        rates.append(sum((s >= threshold) == same for s, same in own) / len(own))
    accuracies[group] = float(np.mean(rates))
    lists[group] = "\n".join(lines) + "\n"
    names += list(features)
    rows += [row.tolist() for row in features.values()]

values = list(accuracies.values())
errors = [1 - value for value in values]
result = dict(
    lists=lists,
    names=names,
    rows=rows,
    accuracies=accuracies,
    mean=float(np.mean(values)),
    std=float(np.std(values)),
    ratio=max(errors) / min(errors),
)
path = pathlib.Path(__file__).parents[2] / "test/golden/rfw.json"
path.write_text(json.dumps(result) + "\n")
print(accuracies, result["mean"], result["std"], result["ratio"])
