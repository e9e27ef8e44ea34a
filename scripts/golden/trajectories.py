"""Writes test/golden/trajectories.json: ten SGD steps of small sphere networks under every loss, in float64.

Weights, pixels and labels follow from keys (common.py), so only results are stored.
Run from the repository root: python3 scripts/golden/trajectories.py
"""

import math

import torch
import torch.nn.functional as F

from common import integers, rounded, uniform, write
from heads import EMBEDDING, head_of

STEPS = 10
REAL = [64, 128, 256, 512]
TINY = {"units": [0, 1, 2, 0], "channels": [4, 5, 6, 7], "height": 18, "width": 16, "embeddingSize": 5}
SPHERE4 = {"units": [0, 0, 0, 0], "channels": REAL, "height": 16, "width": 16, "embeddingSize": 16}
SPHERE10 = {"units": [0, 1, 2, 0], "channels": REAL, "height": 24, "width": 20, "embeddingSize": 24}


def parameters_of(net, classes, loss):
    """(name, shape, amplitude, offset, decay) of every trained array."""
    result, inputs = [], 3

    def conv(name, i, o, amplitude):
        result.append((f"{name}.weight", (o, i, 3, 3), amplitude * math.sqrt(3 / (i * 9)), 0.0, True))

    for s, (units, channels) in enumerate(zip(net["units"], net["channels"]), 1):
        conv(f"stage{s}.conv", inputs, channels, 1.0)
        result.append((f"stage{s}.conv.bias", (channels,), 0.1, 0.0, False))
        result.append((f"stage{s}.prelu.slope", (channels,), 0.1, 0.25, False))
        for u in range(1, units + 1):
            for half in (1, 2):
                conv(f"stage{s}.unit{u}.conv{half}", channels, channels, 0.5)
                result.append((f"stage{s}.unit{u}.prelu{half}.slope", (channels,), 0.1, 0.25, False))
        inputs = channels
    h, w = net["height"], net["width"]
    for _ in net["units"]:
        h, w = (h + 1) // 2, (w + 1) // 2
    features, dim = net["channels"][-1] * h * w, net["embeddingSize"]
    result.append(("embedding.weight", (dim, features), math.sqrt(3 / features), 0.0, True))
    result.append(("embedding.bias", (dim,), 0.1, 0.0, False))
    if loss["name"] not in EMBEDDING:
        rows = classes * loss.get("options", {}).get("subcenters", 1)
        result.append(("head.weight", (rows, dim), 0.5, 0.0, True))
    return result


def embed(net, p, x):
    for s, units in enumerate(net["units"], 1):
        x = F.conv2d(x, p[f"stage{s}.conv.weight"], p[f"stage{s}.conv.bias"], stride=2, padding=1)
        x = F.prelu(x, p[f"stage{s}.prelu.slope"])
        for u in range(1, units + 1):
            y = x
            for half in (1, 2):
                y = F.conv2d(y, p[f"stage{s}.unit{u}.conv{half}.weight"], padding=1)
                y = F.prelu(y, p[f"stage{s}.unit{u}.prelu{half}.slope"])
            x = x + y
    return F.linear(x.flatten(1), p["embedding.weight"], p["embedding.bias"])


def trajectory(title, net, loss, classes=6, batch=8, accumulate=1, lr=0.05, milestones=(), factor=0.1, clip=0.0, dtype=torch.float64):
    table = parameters_of(net, classes, loss)
    p = {name: uniform(f"{title}/{name}", shape, amplitude, offset).to(dtype).requires_grad_()
         for name, shape, amplitude, offset, _ in table}
    optimizer = torch.optim.SGD(
        [{"params": [p[name] for name, *_, decay in table if decay], "weight_decay": 5e-4},
         {"params": [p[name] for name, *_, decay in table if not decay], "weight_decay": 0.0}],
        lr=lr, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, list(milestones), factor)
    head = head_of(loss, classes, net["embeddingSize"])
    head.buffers = {k: v.to(dtype) for k, v in head.buffers.items()}
    losses, norms, rates, first = [], [], [], {}
    for step in range(STEPS):
        pixels = uniform(f"{title}/pixels/{step}", (batch, 3, net["height"], net["width"])).to(dtype)
        labels = integers(f"{title}/labels/{step}", batch, classes)
        optimizer.zero_grad()
        total = 0.0
        part = batch // accumulate
        for at in range(0, batch, part):
            value = head(embed(net, p, pixels[at:at + part]), labels[at:at + part], p.get("head.weight"), step) / accumulate
            value.backward()
            total += float(value)
        losses.append(total)
        norms.append(math.sqrt(sum(float((v.grad**2).sum()) for v in p.values())))
        rates.append(optimizer.param_groups[0]["lr"])
        if step == 0:
            for name, *_ in table:
                g = p[name].grad.flatten()
                places = sorted({0, len(g) // 3, len(g) // 2, len(g) - 1})
                first[name] = {"norm": float(g.norm()), "at": places, "values": [float(g[i]) for i in places]}
        if clip > 0:
            torch.nn.utils.clip_grad_norm_(list(p.values()), clip)
        optimizer.step()
        scheduler.step()
    return {
        "title": title, "network": net, "loss": loss, "classes": classes, "batch": batch, "accumulate": accumulate,
        "learningRate": lr, "milestones": list(milestones), "factor": factor, "momentum": 0.9, "weightDecay": 5e-4, "clip": clip,
        "parameters": [{"name": n, "shape": list(s), "amplitude": a, "offset": o} for n, s, a, o, _ in table],
        "expected": {"losses": losses, "gradientNorms": norms, "learningRates": rates, "firstGradients": first,
                     "finalNorms": {name: float(p[name].norm()) for name, *_ in table},
                     "buffers": {k: v.flatten() for k, v in head.buffers.items()}},
    }


LMCL = {"name": "cosface", "scale": 16, "margin": 0.35}

RUNS = [
    dict(title="sphere4 LMCL", net=SPHERE4, loss=LMCL),
    dict(title="sphere4 LMCL, the paper's scale", net=SPHERE4, loss={"name": "cosface", "scale": 64, "margin": 0.35}, lr=0.005),
    dict(title="sphere4 LMCL, learning rate boundaries", net=SPHERE4, loss=LMCL, milestones=(3, 7)),
    dict(title="sphere4 LMCL, clipping", net=SPHERE4, loss=LMCL, clip=4.0),
    dict(title="sphere4 LMCL, accumulation", net=SPHERE4, loss=LMCL, accumulate=4),
    dict(title="sphere4 LMCL, all three", net=SPHERE4, loss=LMCL, accumulate=2, clip=4.0, milestones=(5,), factor=0.2),
    dict(title="sphere10 LMCL", net=SPHERE10, loss=LMCL, lr=0.02, batch=4),
    dict(title="tiny LMCL, all three", net=TINY, loss=LMCL, accumulate=2, clip=2.0, milestones=(5,), factor=0.2),
] + [
    dict(title=f"tiny {index} {loss['name']}", net=TINY, loss=loss, lr=loss.pop("lr", 0.05))
    for index, loss in enumerate([
        {"name": "cosface", "scale": 16, "margin": 0.35},
        {"name": "cosface", "scale": 16, "margin": 0.35, "options": {"subcenters": 2, "labelSmoothing": 0.1, "filterCosine": 0.4}},
        {"name": "cosface", "scale": 16, "margin": 0.35, "options": {"marginWarmup": 6, "scaleWarmup": 8, "scaleFrom": 4}},
        {"name": "cosface", "scale": 16, "margin": 0.2, "options": {"normaliseFeatures": False}},
        {"name": "cosface", "scale": 16, "margin": 0.2, "options": {"centerWeight": 0.1, "tripletWeight": 0.5, "contrastiveWeight": 0.5}},
        {"name": "nsl", "scale": 16, "lr": 0.02},
        {"name": "softmax"},
        {"name": "sphereface"},
        {"name": "sphereface", "scale": 16, "options": {"normaliseFeatures": True, "lambdaBase": 0}},
        {"name": "lsoftmax"},
        {"name": "arcface", "scale": 16},
        {"name": "combined", "scale": 16, "options": {"multiplier": 1, "marginRadians": 0.3, "marginCosine": 0.2}},
        {"name": "combined", "scale": 16, "options": {"multiplier": 0.9, "marginRadians": 0.4, "marginCosine": 0.15}},
        {"name": "adacos"},
        {"name": "curricularface", "scale": 16, "lr": 0.02},
        {"name": "magface", "scale": 16, "options": {"shortNorm": 0.2, "longNorm": 2, "normWeight": 0.5}},
        {"name": "adaface", "scale": 16, "options": {"normRate": 0.1}},
        {"name": "center", "lr": 0.01},
        {"name": "contrastive"},
        {"name": "triplet", "lr": 0.02},
        {"name": "triplet", "options": {"batchHard": True}},
    ])
]


def main():
    done = []
    for run in RUNS:
        exact = trajectory(**run)
        single = trajectory(**run, dtype=torch.float32)
        drift = max(abs(a - b) / abs(a) if a else abs(b) for a, b in zip(exact["expected"]["losses"], single["expected"]["losses"]))
        print(f"{run['title']:45s} {exact['expected']['losses'][0]:9.4f} -> {exact['expected']['losses'][-1]:9.4f}"
              f"  norms {min(exact['expected']['gradientNorms']):.3g}..{max(exact['expected']['gradientNorms']):.3g}  float32 drift {drift:.1e}")
        done.append(rounded(exact, 10))
    write("test/golden/trajectories.json", {"schema": "cosface-golden-trajectories/1", "steps": STEPS, "trajectories": done})


main()
