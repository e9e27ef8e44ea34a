"""Writes test/golden/torch/: tiny checkpoints of every kind that is read, one that must be refused, and what is in them.

Needs PyTorch (made with 1.13):
    /usr/bin/python3 scripts/golden/torch_checkpoints.py
"""

import base64
import collections
import json
import os
import pathlib

import torch

folder = pathlib.Path(__file__).parents[2] / "test/golden/torch"
torch.manual_seed(3)
base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 8
tensors = collections.OrderedDict(
    [
        ("whole", base),
        ("transposed", base.t()),
        ("slice", base[1:3, 2:5]),
        ("strided", base[:, ::2]),
        ("scalar", torch.tensor(1.5)),
        ("empty", torch.zeros(0, 3)),
        ("double", torch.tensor([0.1, -2.0], dtype=torch.float64)),
        ("half", torch.tensor([0.5, 65504.0, 6e-8, -0.0, float("inf")], dtype=torch.float16)),
        ("bfloat", torch.tensor([1.0, -3.140625, 1e30], dtype=torch.bfloat16)),
        ("long", torch.tensor([-1, 2**24], dtype=torch.int64)),
        ("byte", torch.tensor([0, 255], dtype=torch.uint8)),
        ("bool", torch.tensor([True, False])),
        ("parameter", torch.nn.Parameter(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))),
    ]
)


class Block(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.prelu1 = torch.nn.PReLU(width)
        self.conv2 = torch.nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.prelu2 = torch.nn.PReLU(width)


class Tiny(torch.nn.Module):
    """Named like a public CosFace implementation's sphere20, but a few channels wide."""

    def __init__(self):
        super().__init__()
        widths = [3, 2, 2, 3, 2]
        for i, blocks in enumerate([1, 2, 4, 1]):
            conv = torch.nn.Conv2d(widths[i], widths[i + 1], 3, 2, 1)
            units = [Block(widths[i + 1]) for _ in range(blocks)]
            self.add_module(f"layer{i + 1}", torch.nn.Sequential(conv, torch.nn.PReLU(widths[i + 1]), *units))
        self.fc = torch.nn.Linear(12, 4)

    def forward(self, x):
        for i in range(4):
            conv, prelu, *units = getattr(self, f"layer{i + 1}")
            x = prelu(conv(x))
            for unit in units:
                x = x + unit.prelu2(unit.conv2(unit.prelu1(unit.conv1(x))))
        return self.fc(x.flatten(1))


tiny = Tiny()
optimizer = torch.optim.SGD(tiny.parameters(), lr=0.1, momentum=0.9)
nested = {
    "epoch": 3,
    "state_dict": {f"module.{name}": value for name, value in tiny.state_dict().items()},
    "optimizer": optimizer.state_dict(),
    "best": 0.5,
}


class Hostile:
    def __reduce__(self):
        return (os.system, ("echo run > ran.txt",))


folder.mkdir(parents=True, exist_ok=True)
for legacy in (False, True):
    kind = "legacy" if legacy else "zip"
    save = lambda value, name: torch.save(value, folder / f"{name}-{kind}.pth", _use_new_zipfile_serialization=not legacy)
    save(tensors, "tensors")
    save(nested, "nested")
    save({"a": torch.ones(2), "b": Hostile()}, "hostile")
    save(tiny, "module") if not legacy else None
torch.save(tensors["whole"], folder / "single-zip.pth", pickle_protocol=4)

values = {
    name: {"shape": list(value.shape), "values": [str(v) for v in value.detach().double().flatten().tolist()]}
    for name, value in tensors.items()
}
weights = {
    name: {"shape": list(value.shape), "sum": float(value.double().sum())} for name, value in tiny.state_dict().items()
}
pixels = torch.sin(torch.arange(2 * 3 * 48 * 32, dtype=torch.float64)).float().reshape(2, 3, 48, 32)
with torch.no_grad():
    embedding = tiny.double()(pixels.double())
expected = {"tensors": values, "tiny": weights, "embedding": embedding.flatten().tolist()}
(folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
