"""Writes test/golden/torch/sphere20.json: what PyTorch computes with a whole sphere20 whose weights follow a formula.

Weights of 45 MB are no golden file; a formula both sides know is. With a folder as argument the checkpoints themselves are
written there, in both of PyTorch's formats.

Needs PyTorch (made with 1.13):
    /usr/bin/python3 scripts/golden/torch_embedding.py [folder]
"""

import json
import pathlib
import sys

import numpy as np
import torch

size, embedding, images = (32, 32), 32, 2


def formula(count, key):
    """Numbers in [-0.5, 0.5) that any language gives alike: 32-bit integer arithmetic, then one division."""
    i = np.arange(count, dtype=np.uint64)
    x = (i * np.uint64(2654435761) + np.uint64(key) * np.uint64(40503) + np.uint64(12345)) & np.uint64(0xFFFFFFFF)
    x = ((x ^ (x >> np.uint64(15))) * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)
    x = x ^ (x >> np.uint64(13))
    return torch.from_numpy((x.astype(np.float64) / 2**32 - 0.5).astype(np.float32))


class Block(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.prelu1 = torch.nn.PReLU(width)
        self.conv2 = torch.nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.prelu2 = torch.nn.PReLU(width)

    def forward(self, x):
        return x + self.prelu2(self.conv2(self.prelu1(self.conv1(x))))


class Sphere20(torch.nn.Module):
    """The paper's 20-layer network, its parameters named as a public CosFace implementation names them."""

    def __init__(self):
        super().__init__()
        widths = [3, 64, 128, 256, 512]
        for i, blocks in enumerate([1, 2, 4, 1]):
            conv = torch.nn.Conv2d(widths[i], widths[i + 1], 3, 2, 1)
            units = [Block(widths[i + 1]) for _ in range(blocks)]
            self.add_module(f"layer{i + 1}", torch.nn.Sequential(conv, torch.nn.PReLU(widths[i + 1]), *units))
        self.fc = torch.nn.Linear(512 * (size[0] // 16) * (size[1] // 16), embedding)

    def forward(self, x):
        for i in range(4):
            x = getattr(self, f"layer{i + 1}")(x)
        return self.fc(x.flatten(1))


network = Sphere20()
with torch.no_grad():
    for key, (name, value) in enumerate(network.state_dict().items()):
        drawn = formula(value.numel(), key).reshape(value.shape)
        if value.dim() > 1:
            drawn = drawn * (2 * np.float32((3 / (value.numel() // value.shape[0])) ** 0.5))
        value.copy_(drawn * 0.2 + (0.25 if "prelu" in name or name.endswith(".1.weight") else 0) if value.dim() == 1 else drawn)
    pixels = formula(images * 3 * size[0] * size[1], 999).reshape(images, 3, *size) * 2
    expected = network.double()(pixels.double())
    network.float()

if len(sys.argv) > 1:
    folder = pathlib.Path(sys.argv[1])
    state = {"module." + name: value for name, value in network.state_dict().items()}
    torch.save(state, folder / "zip.pth")
    torch.save({"epoch": 3, "state_dict": state}, folder / "legacy.ckpt", _use_new_zipfile_serialization=False)
else:
    shapes = {name: list(value.shape) for name, value in network.state_dict().items()}
    golden = {"size": size, "shapes": shapes, "embeddings": [[round(v, 10) for v in row] for row in expected.tolist()]}
    path = pathlib.Path(__file__).parents[2] / "test/golden/torch/sphere20.json"
    path.write_text(json.dumps(golden) + "\n")
