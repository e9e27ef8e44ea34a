"""The losses as their papers write them: angles by acos, cross entropy by PyTorch. Nothing here knows the product's algebra."""

import math

import torch
import torch.nn.functional as F

# the product's rule for the direction of a (nearly) zero vector
TINY = 1e-12


def lengths(x):
    return torch.sqrt((x * x).sum(1, keepdim=True) + TINY)


def theta_of(cosine):
    return torch.acos(cosine.clamp(-1 + 1e-15, 1 - 1e-15))


def psi(theta, m):
    k = torch.floor(m * theta.detach() / math.pi).clamp(0, m - 1)
    return (1 - 2 * (k % 2)) * torch.cos(m * theta) - 2 * k


def additive(theta, margin):
    margin = torch.as_tensor(margin)
    return torch.where(theta + margin <= math.pi, torch.cos(theta + margin), torch.cos(theta) - margin * torch.sin(margin))


def stairs(phi):
    k = torch.floor(phi.detach() / math.pi)
    return (1 - 2 * (k % 2)) * torch.cos(phi) - 2 * k


class Head:
    """A margin head; `own` says what the own angle's cosine becomes."""

    normalise_weights = True
    normalise_features = True
    defaults = {}

    def __init__(self, options, classes, dim):
        self.o = {"scale": 64.0, "margin": 0.35, "marginRadians": 0.5, "labelSmoothing": 0, "filterCosine": 1, "subcenters": 1,
                  "marginWarmup": 0, "scaleWarmup": 0, "scaleFrom": 16, "centerWeight": 0, "contrastiveWeight": 0, "tripletWeight": 0,
                  **EMBEDDING_DEFAULTS, **self.defaults, **options}
        self.classes, self.dim = classes, dim
        self.buffers = self.first_buffers()
        if self.o["centerWeight"] > 0:
            self.buffers["head.centers"] = torch.zeros(classes, dim)

    def first_buffers(self):
        return {}

    def share(self, iteration):
        warmup = self.o["marginWarmup"]
        return 1.0 if warmup == 0 else min(1.0, iteration / warmup)

    def scale(self, iteration):
        warmup = self.o["scaleWarmup"]
        if warmup == 0:
            return self.o["scale"]
        return self.o["scaleFrom"] + (self.o["scale"] - self.o["scaleFrom"]) * min(1.0, iteration / warmup)

    def own(self, cosine, norms, iteration):
        return cosine

    def others(self, cosine, own_cosine, iteration):
        return cosine

    def penalty(self, norms):
        return 0.0

    def __call__(self, x, labels, weight, iteration=0):
        n, rows = x.shape[0], torch.arange(x.shape[0])
        scaled = self.o.get("normaliseFeatures", self.normalise_features)
        norms, weight_norms = lengths(x), lengths(weight)
        cosine = (x / norms) @ (weight / weight_norms).t()
        if self.o["subcenters"] > 1:
            cosine = cosine.view(n, self.classes, -1).max(2).values
        own_cosine = cosine[rows, labels].unsqueeze(1)
        changed = self.others(cosine, own_cosine, iteration)
        own = self.own(own_cosine, norms, iteration)
        target = torch.zeros(n, self.classes, dtype=torch.bool)
        target[rows, labels] = True
        mixed = torch.where(target, own, changed)
        s = self.step_scale(cosine, own_cosine, target, iteration)
        logits = mixed * (s if scaled else norms if self.normalise_weights else norms * weight_norms.t())
        counted = logits
        if self.o["filterCosine"] < 1:
            counted = logits.masked_fill((cosine.detach() > self.o["filterCosine"]) & ~target, -math.inf)
        own_logit = logits[rows, labels]
        losses = F.cross_entropy(counted, labels, reduction="none")
        smoothing = self.o["labelSmoothing"]
        if smoothing > 0 and self.o["filterCosine"] >= 1:
            losses = F.cross_entropy(logits, labels, reduction="none", label_smoothing=smoothing)
        elif smoothing > 0:
            losses = losses + smoothing * (own_logit - logits.mean(1))
        loss = losses.mean() + self.penalty(norms)
        for name, key in (("center", "centerWeight"), ("contrastive", "contrastiveWeight"), ("triplet", "tripletWeight")):
            if self.o[key] > 0:
                loss = loss + self.o[key] * EMBEDDING[name](x, labels, self.o, self.buffers)
        return loss

    def step_scale(self, cosine, own_cosine, target, iteration):
        return self.scale(iteration)


class CosFace(Head):
    def own(self, cosine, norms, iteration):
        return cosine - self.share(iteration) * self.o["margin"]


class Nsl(Head):
    pass


class Softmax(Head):
    normalise_weights = normalise_features = False


class SphereFace(Head):
    normalise_features = False
    defaults = {"multiplier": 4, "lambdaBase": 1000, "lambdaGamma": 0.12, "lambdaPower": 1, "lambdaMin": 5}

    def own(self, cosine, norms, iteration):
        o = self.o
        lam = max(o["lambdaMin"], o["lambdaBase"] * (1 + o["lambdaGamma"] * (iteration + 1)) ** -o["lambdaPower"])
        lam = lam if o["lambdaBase"] > 0 else 0.0
        return (lam * cosine + psi(theta_of(cosine), o["multiplier"])) / (1 + lam)


class LSoftmax(SphereFace):
    normalise_weights = False
    defaults = {**SphereFace.defaults, "multiplier": 2}


class ArcFace(Head):
    def own(self, cosine, norms, iteration):
        return additive(theta_of(cosine), self.share(iteration) * self.o["marginRadians"])


class Combined(Head):
    defaults = {"multiplier": 1, "marginRadians": 0.3, "marginCosine": 0.2}

    def own(self, cosine, norms, iteration):
        m1, m2, m3 = self.o["multiplier"], self.share(iteration) * self.o["marginRadians"], self.share(iteration) * self.o["marginCosine"]
        theta = theta_of(cosine)
        return (additive(theta, m2) if m1 == 1 else stairs(m1 * theta + m2)) - m3


class AdaCos(Head):
    def first_buffers(self):
        return {"head.adaptiveScale": torch.tensor(math.sqrt(2) * math.log(self.classes - 1))}

    def step_scale(self, cosine, own_cosine, target, iteration):
        if self.o.get("fixed"):
            return self.buffers["head.adaptiveScale"]
        with torch.no_grad():
            before = self.buffers["head.adaptiveScale"]
            b = torch.where(target, torch.zeros_like(cosine), torch.exp(before * cosine)).sum(1).mean()
            middle = torch.median(theta_of(own_cosine))
            s = torch.log(b) / torch.cos(torch.clamp(middle, max=math.pi / 4))
            self.buffers["head.adaptiveScale"] = s
        return s


class CurricularFace(Head):
    def first_buffers(self):
        return {"head.averageCosine": torch.tensor(0.0)}

    def own(self, cosine, norms, iteration):
        return additive(theta_of(cosine), self.share(iteration) * self.o["marginRadians"])

    def others(self, cosine, own_cosine, iteration):
        t = 0.01 * own_cosine.detach().mean() + 0.99 * self.buffers["head.averageCosine"]
        self.buffers["head.averageCosine"] = t
        edge = torch.cos(theta_of(own_cosine) + self.share(iteration) * self.o["marginRadians"]).detach()
        return torch.where(cosine > edge, cosine * (t + cosine), cosine)


class MagFace(Head):
    defaults = {"shortNorm": 10, "longNorm": 110, "shortMarginRadians": 0.45, "longMarginRadians": 0.8, "normWeight": 35,
                "easyMargin": True}

    def length(self, norms):
        return norms.clamp(self.o["shortNorm"], self.o["longNorm"])

    def own(self, cosine, norms, iteration):
        o = self.o
        slope = (o["longMarginRadians"] - o["shortMarginRadians"]) / (o["longNorm"] - o["shortNorm"])
        margin = self.share(iteration) * (slope * (self.length(norms) - o["shortNorm"]) + o["shortMarginRadians"])
        theta = theta_of(cosine)
        # the published code leaves obtuse angles alone
        return torch.where(cosine > 0, torch.cos(theta + margin), cosine) if o["easyMargin"] else additive(theta, margin)

    def penalty(self, norms):
        a = self.length(norms)
        return self.o["normWeight"] * (a / self.o["longNorm"] ** 2 + 1 / a).mean()


class AdaFace(Head):
    defaults = {"adaptiveMargin": 0.4, "concentration": 0.333, "normRate": 0.01}

    def first_buffers(self):
        return {"head.normMean": torch.tensor(20.0), "head.normDeviation": torch.tensor(100.0)}

    def own(self, cosine, norms, iteration):
        o, rate = self.o, self.o["normRate"]
        with torch.no_grad():
            safe = norms.clamp(0.001, 100)
            deviation = safe.std() if safe.numel() > 1 else torch.tensor(0.0)
            mean = rate * safe.mean() + (1 - rate) * self.buffers["head.normMean"]
            deviation = rate * deviation + (1 - rate) * self.buffers["head.normDeviation"]
            self.buffers["head.normMean"], self.buffers["head.normDeviation"] = mean, deviation
            quality = ((safe - mean) / (deviation + 1e-3) * o["concentration"]).clamp(-1, 1)
        m = self.share(iteration) * o["adaptiveMargin"]
        theta = theta_of(cosine)
        return torch.cos((theta - m * quality).clamp(0, math.pi)) - (m + m * quality)


def center(x, labels, o, buffers):
    centers = buffers["head.centers"]
    offset = x - centers[labels]
    with torch.no_grad():
        moved = centers.clone()
        for j in set(labels.tolist()):
            mine = labels == j
            moved[j] -= o["centerRate"] * (centers[j] - x[mine]).sum(0) / (1 + mine.sum())
        buffers["head.centers"] = moved
    return 0.5 * (offset**2).sum(1).mean()


def pair_table(x, labels):
    unit = x / lengths(x)
    distance = (2 - 2 * unit @ unit.t()).clamp(min=0)
    alike = labels.unsqueeze(0) == labels.unsqueeze(1)
    same = alike & ~torch.eye(len(labels), dtype=torch.bool)
    return distance, same, ~alike


def mean_or_zero(values):
    return values.mean() if values.numel() > 0 else torch.tensor(0.0)


def contrastive(x, labels, o, buffers):
    distance, same, different = pair_table(x, labels)
    apart = (o["contrastiveMargin"] - torch.sqrt(distance[different] + TINY)).clamp(min=0)
    return 0.5 * (mean_or_zero(distance[same]) + mean_or_zero(apart**2))


def triplet(x, labels, o, buffers):
    distance, same, different = pair_table(x, labels)
    terms = []
    for a in range(len(labels)):
        others = distance[a][different[a]]
        positives = distance[a][same[a]]
        if others.numel() == 0 or positives.numel() == 0:
            continue
        if o["batchHard"]:
            terms.append(positives.max() - others.min() + o["tripletMargin"])
            continue
        for p in positives:
            farther = others[others > p]
            negative = farther.min() if farther.numel() > 0 else others.max()
            terms.append(p - negative + o["tripletMargin"])
    return torch.stack(terms).clamp(min=0).mean() if terms else (x * 0).sum()


EMBEDDING_DEFAULTS = {"centerRate": 0.5, "contrastiveMargin": 1, "tripletMargin": 0.2, "batchHard": False}
EMBEDDING = {"center": center, "contrastive": contrastive, "triplet": triplet}


class EmbeddingHead:
    """An embedding loss alone."""

    def __init__(self, name, options, classes, dim):
        self.name, self.o = name, {**EMBEDDING_DEFAULTS, **options}
        self.buffers = {"head.centers": torch.zeros(classes, dim)} if name == "center" else {}

    def __call__(self, x, labels, weight=None, iteration=0):
        return EMBEDDING[self.name](x, labels, self.o, self.buffers)


MARGIN = {"cosface": CosFace, "nsl": Nsl, "softmax": Softmax, "sphereface": SphereFace, "lsoftmax": LSoftmax, "arcface": ArcFace,
          "combined": Combined, "adacos": AdaCos, "curricularface": CurricularFace, "magface": MagFace, "adaface": AdaFace}


def head_of(loss, classes, dim):
    """The head of a loss setting {name, scale?, margin?, options?}."""
    options = {k: v for k, v in loss.items() if k in ("scale", "margin")} | loss.get("options", {})
    if loss["name"] in EMBEDDING:
        return EmbeddingHead(loss["name"], options, classes, dim)
    return MARGIN[loss["name"]](options, classes, dim)
