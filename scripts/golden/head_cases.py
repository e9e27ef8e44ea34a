"""Writes test/golden/heads.json: loss, gradients and buffers of every head on small batches and in the hard places.

Run from the repository root: python3 scripts/golden/head_cases.py [another file to write]
"""

import sys

import torch

from common import integers, rounded, uniform, write
from heads import EMBEDDING, head_of

SMALL = {"n": 5, "d": 6, "c": 7}

SETTINGS = [
    {"name": "cosface", "scale": 64, "margin": 0.35},
    {"name": "cosface", "scale": 8, "margin": 0},
    {"name": "cosface", "margin": 0.35, "options": {"normaliseFeatures": False}},
    {"name": "cosface", "scale": 30, "margin": 0.4, "options": {"labelSmoothing": 0.1}},
    {"name": "cosface", "scale": 30, "margin": 0.4, "options": {"filterCosine": 0.3}},
    {"name": "cosface", "scale": 30, "margin": 0.4, "options": {"filterCosine": 0.3, "labelSmoothing": 0.05}},
    {"name": "cosface", "scale": 16, "margin": 0.2, "options": {"subcenters": 3}},
    {"name": "cosface", "scale": 32, "margin": 0.3, "options": {"marginWarmup": 10, "scaleWarmup": 20, "scaleFrom": 8}},
    {"name": "cosface", "scale": 16, "margin": 0.2, "options": {"centerWeight": 0.01}},
    {"name": "softmax", "options": {"centerWeight": 0.008, "centerRate": 0.3}},
    {"name": "softmax", "options": {"contrastiveWeight": 0.5}},
    {"name": "softmax", "options": {"tripletWeight": 2}},
    {"name": "softmax"},
    {"name": "softmax", "options": {"labelSmoothing": 0.2}},
    {"name": "nsl", "scale": 8},
    {"name": "nsl", "options": {"normaliseFeatures": False}},
    {"name": "sphereface"},
    {"name": "sphereface", "options": {"lambdaBase": 0}},
    {"name": "sphereface", "options": {"multiplier": 3, "lambdaBase": 0}},
    {"name": "sphereface", "options": {"multiplier": 2, "lambdaMin": 0, "lambdaBase": 5}},
    {"name": "sphereface", "scale": 30, "options": {"multiplier": 4, "normaliseFeatures": True}},
    {"name": "lsoftmax"},
    {"name": "lsoftmax", "options": {"multiplier": 4, "lambdaBase": 0}},
    {"name": "arcface", "scale": 64},
    {"name": "arcface", "scale": 16, "options": {"marginRadians": 1.2}},
    {"name": "combined", "scale": 16, "options": {"multiplier": 1, "marginRadians": 0.3, "marginCosine": 0.2}},
    {"name": "combined", "scale": 16, "options": {"multiplier": 2, "marginRadians": 0.3, "marginCosine": 0.1}},
    {"name": "combined", "scale": 16, "options": {"multiplier": 0.9, "marginRadians": 0.4, "marginCosine": 0.15}},
    {"name": "combined", "scale": 16, "options": {"multiplier": 1.35, "marginRadians": 0, "marginCosine": 0}},
    {"name": "combined", "scale": 16, "options": {"multiplier": 3, "marginRadians": 0.5, "marginCosine": 0.1, "marginWarmup": 10}},
    {"name": "adacos"},
    {"name": "adacos", "options": {"fixed": True}},
    {"name": "curricularface", "scale": 64},
    {"name": "magface", "scale": 64, "options": {"shortNorm": 1, "longNorm": 2}},
    {"name": "magface", "scale": 64},
    {"name": "adaface", "scale": 64},
    {"name": "adaface", "scale": 64, "options": {"normRate": 1, "concentration": 1}},
    {"name": "center"},
    {"name": "contrastive"},
    {"name": "contrastive", "options": {"contrastiveMargin": 1.6}},
    {"name": "triplet"},
    {"name": "triplet", "options": {"tripletMargin": 0.8}},
    {"name": "triplet", "options": {"batchHard": True}},
    {"name": "magface", "scale": 64, "options": {"shortNorm": 1, "longNorm": 2, "easyMargin": False}},
]


def case(title, loss, n, d, c, place=None, labels=None, iteration=3, exact=True):
    """One case; `place` may move the features once the weights are known."""
    rows = c * loss.get("options", {}).get("subcenters", 1)
    weight = uniform(f"{title} weight", (rows, d), 1.0)
    x = uniform(f"{title} features", (n, d), 1.5)
    y = integers(f"{title} labels", n, c) if labels is None else torch.tensor(labels)
    if place is not None:
        x = place(x, weight, y)
    head = head_of(loss, c, d)
    for name, buffer in head.buffers.items():
        if buffer.dim() > 0:
            head.buffers[name] = uniform(f"{title} {name}", buffer.shape, 0.5)
    before = dict(head.buffers)
    x.requires_grad_()
    weight.requires_grad_()
    value = head(x, y, weight, iteration)
    value.backward()
    has_weight = loss["name"] not in EMBEDDING
    values = {**({"head.weight": weight.flatten()} if has_weight else {}), **{k: v.flatten() for k, v in before.items()}}
    gradients = {"features": x.grad.flatten(), **({"head.weight": weight.grad.flatten()} if has_weight else {})}
    return rounded({
        "title": title, "loss": loss, "classes": c, "embeddingSize": d, "iteration": iteration, "labels": y,
        "features": x.flatten(), "values": values,
        "expected": {"loss": float(value), "buffers": {k: v.flatten() for k, v in head.buffers.items()},
                     **({"gradients": gradients} if exact else {})},
    }, 12)


def near(angle):
    """Features at an angle to their own class's direction."""
    def place(x, weight, y):
        own = weight.detach()[y]
        own = own / own.norm(dim=1, keepdim=True)
        side = x - (x * own).sum(1, keepdim=True) * own
        side = side / side.norm(dim=1, keepdim=True)
        return (torch.cos(torch.tensor(angle)) * own + torch.sin(torch.tensor(angle)) * side) * x.norm(dim=1, keepdim=True)
    return place


def zero_first(x, weight, y):
    x = x.clone()
    x[0] = 0
    return x


def main():
    cases = []
    for index, loss in enumerate(SETTINGS):
        cases.append(case(f"{index} {loss['name']}", loss, **SMALL, labels=[0, 3, 3, 6, 0]))
    plain = [
        {"name": "cosface", "scale": 64, "margin": 0.35},
        {"name": "softmax"},
        {"name": "nsl", "scale": 64},
        {"name": "sphereface", "options": {"lambdaBase": 0}},
        {"name": "lsoftmax", "options": {"lambdaBase": 0}},
        {"name": "arcface", "scale": 64},
        {"name": "combined", "scale": 64, "options": {"multiplier": 2, "marginRadians": 0.3, "marginCosine": 0.1}},
        {"name": "combined", "scale": 64, "options": {"multiplier": 1.35, "marginRadians": 0.1, "marginCosine": 0}},
        {"name": "adacos"},
        {"name": "curricularface", "scale": 64},
        {"name": "magface", "scale": 64, "options": {"shortNorm": 1, "longNorm": 2}},
        {"name": "adaface", "scale": 64},
    ]
    for index, loss in enumerate(plain):
        name = f"{index} {loss['name']}"
        for angle in (1e-2, 1e-3, 3.1315926, 2.8):
            cases.append(case(f"{name} angle {angle}", loss, n=3, d=4, c=4, place=near(angle)))
        for angle in (0.0, 3.141592653589793):
            cases.append(case(f"{name} angle {angle:.4g} exactly", loss, n=3, d=4, c=4, place=near(angle), exact=False))
        cases.append(case(f"{name} a zero embedding", loss, n=3, d=4, c=4, place=zero_first))
        cases.append(case(f"{name} labels all equal", loss, n=4, d=4, c=5, labels=[2, 2, 2, 2]))
        if loss["name"] != "adacos":
            cases.append(case(f"{name} one class", loss, n=3, d=4, c=1, labels=[0, 0, 0]))
        cases.append(case(f"{name} one sample", loss, n=1, d=4, c=5, labels=[2]))
    for name in ("center", "contrastive", "triplet"):
        cases.append(case(f"{name} a zero embedding", {"name": name}, n=4, d=4, c=3, labels=[0, 0, 1, 2], place=zero_first))
        cases.append(case(f"{name} labels all equal", {"name": name}, n=4, d=4, c=3, labels=[1, 1, 1, 1]))
        cases.append(case(f"{name} labels all different", {"name": name}, n=4, d=4, c=4, labels=[0, 1, 2, 3]))
    write(sys.argv[1] if len(sys.argv) > 1 else "test/golden/heads.json", {"schema": "cosface-golden-heads/1", "cases": cases})
    print(len(cases), "cases")


main()
