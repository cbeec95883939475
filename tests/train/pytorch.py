# SPDX-License-Identifier: MIT
# PyTorch's side of pytorch.cpp: python3 pytorch.py FOLDER. Exit code 77: there is no PyTorch here.
# Reads FOLDER/elbo.safetensors and FOLDER/data.safetensors; writes what these weights compute (from_elbo.safetensors),
# weights of its own (torch.safetensors) and what those compute (from_torch.safetensors).
import json
import struct
import sys

try:
    import torch
    from torch import nn
except ImportError:
    sys.exit(77)

TYPES = {"F32": torch.float32, "I64": torch.int64}
NAMES = {kind: name for name, kind in TYPES.items()}


def read(path):
    data = open(path, "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for name, about in json.loads(data[8:8 + size]).items():
        if name != "__metadata__":
            begin, end = about["data_offsets"]
            flat = torch.frombuffer(bytearray(data[8 + size + begin:8 + size + end]), dtype=TYPES[about["dtype"]])
            tensors[name] = flat.reshape(about["shape"])
    return tensors


def write(path, tensors):
    header, at = {}, 0
    body = [tensor.detach().contiguous() for tensor in tensors.values()]
    for name, tensor in zip(tensors, body):
        size = tensor.numel() * tensor.element_size()
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for tensor in body:
            out.write(tensor.numpy().tobytes())


class Colours(nn.Module):  # the network `colours` of pytorch.cpp
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.BatchNorm2d(4), nn.ReLU(),
                                     nn.LayerNorm([4, 4, 4]), nn.Flatten(), nn.Linear(64, 10), nn.BatchNorm1d(10),
                                     nn.Tanh(), nn.LayerNorm(10), nn.Linear(10, 6))
        self.decoder = nn.Sequential(nn.Linear(3, 48), nn.ELU(), nn.Unflatten(1, (3, 4, 4)),
                                     nn.ConvTranspose2d(3, 5, 3, stride=2, padding=1, output_padding=1),
                                     nn.BatchNorm2d(5), nn.ReLU(), nn.Conv2d(5, 3, 3, padding=1))

    def forward(self, data):
        codes = self.encoder(data["x"])[:, :3]
        return {"codes": codes, "pixels": torch.sigmoid(self.decoder(data["z"]))}


class Recurrent(nn.Module):  # the network `sequences`
    def __init__(self):
        super().__init__()
        self.memory = nn.LSTMCell(2, 5)
        self.reader = nn.GRUCell(5, 4)

    def forward(self, data):
        frames = data["frames"]
        h, c, r = torch.zeros(len(frames), 5), torch.zeros(len(frames), 5), torch.zeros(len(frames), 4)
        for t in range(frames.shape[1]):
            h, c = self.memory(frames[:, t], (h, c))
            r = self.reader(h, r)
        return {"memory": r}


folder = sys.argv[1]
data = read(folder + "/data.safetensors")
torch.manual_seed(0)
for name, module in (("colours", Colours()), ("sequences", Recurrent())):
    with torch.no_grad():
        for _ in range(3):  # running statistics that are not those of the beginning
            module.train()(data)
        for parameter in module.parameters():  # nor gains of one and biases of nothing
            parameter += 0.1 * torch.randn_like(parameter)
        write(f"{folder}/{name}_torch.safetensors", module.state_dict())
        write(f"{folder}/{name}_from_torch.safetensors", module.eval()(data))
        weights = read(f"{folder}/{name}_elbo.safetensors")
        for key, tensor in module.state_dict().items():
            assert weights[key].dtype == tensor.dtype, key
        module.load_state_dict(weights, strict=True)
        write(f"{folder}/{name}_from_elbo.safetensors", module.eval()(data))
