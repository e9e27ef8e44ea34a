"""The peer the step is raced against: sphere20 with LMCL in PyTorch, one SGD step or one embedding pass per line read.

Reads commands on standard input, one a line, and answers each with the seconds it took:
    step contiguous | step channels_last | embed contiguous | embed channels_last
    memory   (answers with the peak resident megabytes so far)
The batch, the class count and the number of threads come from the command line.
"""
import argparse
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

STAGES = [(64, 1), (128, 2), (256, 4), (512, 1)]


class Unit(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.act1 = nn.PReLU(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.act2 = nn.PReLU(channels)

    def forward(self, x):
        return x + self.act2(self.conv2(self.act1(self.conv1(x))))


class Sphere20(nn.Module):
    def __init__(self, height, width, embedding):
        super().__init__()
        layers, previous = [], 3
        for channels, units in STAGES:
            layers += [nn.Conv2d(previous, channels, 3, stride=2, padding=1), nn.PReLU(channels)]
            layers += [Unit(channels) for _ in range(units)]
            previous, height, width = channels, (height + 1) // 2, (width + 1) // 2
        self.features = nn.Sequential(*layers)
        self.embedding = nn.Linear(previous * height * width, embedding)

    def forward(self, x):
        return self.embedding(self.features(x).flatten(1))


class Racer:
    """One memory format: its own parameters, momentum and batch."""

    def __init__(self, memory_format, batch, classes):
        torch.manual_seed(1)
        self.network = Sphere20(112, 96, 512).to(memory_format=memory_format)
        self.weight = nn.Parameter(torch.randn(classes, 512) * 0.01)
        parameters = [*self.network.parameters(), self.weight]
        decayed = [p for p in parameters if p.dim() > 1]
        others = [p for p in parameters if p.dim() == 1]
        groups = [{"params": decayed, "weight_decay": 5e-4}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.SGD(groups, lr=0.01, momentum=0.9)
        self.images = torch.randn(batch, 3, 112, 96).contiguous(memory_format=memory_format)
        self.labels = torch.randint(0, classes, (batch,))

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        cosine = F.linear(F.normalize(self.network(self.images)), F.normalize(self.weight))
        margin = torch.zeros_like(cosine).scatter_(1, self.labels[:, None], 0.35)
        loss = F.cross_entropy(64 * (cosine - margin), self.labels)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def embed(self):
        with torch.inference_mode():
            return self.network(self.images).sum().item()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--batch", type=int, default=32)
    options.add_argument("--classes", type=int, default=10575)
    options.add_argument("--threads", type=int, default=2)
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    formats = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
    racers = {}
    print(f"ready torch {torch.__version__}", flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "memory":
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)
            continue
        work, name = words
        if name not in racers:
            racers[name] = Racer(formats[name], given.batch, given.classes)
        start = time.perf_counter()
        getattr(racers[name], work)()
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
