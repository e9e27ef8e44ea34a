"""Writes test/golden/pickles.json: verification packs as Python writes them, in every protocol, and pickles that must be refused.

Run with each NumPy at hand (1.x and 2.x); cases of the other major version are kept:
    python3 scripts/golden/pickles.py
"""

import base64
import json
import os
import pathlib
import pickle

import numpy as np

path = pathlib.Path(__file__).parents[2] / "test/golden/pickles.json"
major = np.__version__.split(".")[0]

images = [bytes([255, 216, 0, 10, 13, 39, 92, 128, 159, 200 + i]) + bytes(range(i)) for i in range(3)] + [b""]
same = [True, False]
arrays = [np.frombuffer(image, np.uint8) for image in images]
owned = [np.array(array) for array in arrays]
objects = np.empty(4, object)
objects[:] = images

packs = {
    "bytes": (images, same),
    "bytearrays": ([bytearray(image) for image in images], same),
    "arrays": (owned, same),
    "read-only arrays": (arrays, same),
    "object array": (objects, np.array(same)),
    "numpy truths": (images, [np.bool_(v) for v in same]),
    "numbers": [images, [1, 0]],
    **{f"{kind} truths": (images, np.array(same, kind)) for kind in ("int64", "uint8", "float64")},
}

# pairs that share their images, as templates do: a pickler writes each once
large = bytes(range(256)) * 4
shared = {
    "bytes": ([large] * 6, [True] * 3),
    "arrays": ([np.frombuffer(large, np.uint8)] * 6, np.ones(3, np.int64)),
}


class Call:
    """Pickles as a call of any function."""

    def __init__(self, function, *args):
        self.call = (function, args)

    def __reduce__(self):
        return self.call


hostile = {
    "os system": Call(os.system, "echo run > ran.txt"),
    "builtins eval": Call(eval, "1"),
    "nested": ([Call(os.system, "true")], [True]),
    "builtins getattr": Call(getattr, "x", "y"),
}

old = json.loads(path.read_text()) if path.exists() else {"packs": {}, "hostile": {}, "shared": {}}
result = {"packs": {k: v for k, v in old["packs"].items() if not k.startswith(f"numpy {major} ")}, "hostile": {}, "shared": {}}
encode = lambda data: base64.b64encode(data).decode()
for protocol in range(6):
    for name, pack in packs.items():
        result["packs"][f"numpy {major} protocol {protocol} {name}"] = encode(pickle.dumps(pack, protocol))
    for name, pack in shared.items():
        result["shared"][f"protocol {protocol} {name}"] = encode(pickle.dumps(pack, protocol))
    for name, value in hostile.items():
        result["hostile"][f"protocol {protocol} {name}"] = encode(pickle.dumps(value, protocol))
result["packs"] = dict(sorted(result["packs"].items()))
result["images"] = [encode(image) for image in images]
path.write_text(json.dumps(result, indent=1) + "\n")
