# SPDX-License-Identifier: MIT
# latency.py eager|traced|compiled|onnx THREADS: what latency.cpp measures, of the same networks. Each line: model, median,
# least, 99th percentile of microseconds.
import statistics
import sys
import time

import numpy as np
import torch
from torch import nn

from torch_models import MODELS

CALLS = 3000


class Reconstruction(nn.Module):
    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, x):
        mean, _ = self.vae.encoder(x).chunk(2, 1)
        return torch.sigmoid(self.vae.decoder(mean))


def onnx_session(vae, x, threads):
    """The layers, one after another, as a graph of ONNX."""
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    nodes, weights, last = [], [], "x"

    def add(kind, *tensors, **how):
        nonlocal last
        names = []
        for tensor in tensors:
            names.append(f"w{len(weights)}")
            weights.append(numpy_helper.from_array(tensor.detach().numpy().copy() if torch.is_tensor(tensor) else np.array(tensor), names[-1]))
        nodes.append(helper.make_node(kind, [last, *names], [f"h{len(nodes)}"], **how))
        last = f"h{len(nodes) - 1}"

    for part in (vae.encoder, None, vae.decoder):
        if part is None:
            add("Slice", [0], [20], [1])
            continue
        for layer in part:
            kind = type(layer).__name__
            if kind == "Linear":
                add("Gemm", layer.weight, layer.bias, transB=1)
            elif kind in ("Conv2d", "ConvTranspose2d"):
                add(kind[:-2], layer.weight, layer.bias, strides=[2, 2], pads=[1, 1, 1, 1])
            elif kind.startswith("BatchNorm"):
                add("BatchNormalization", layer.weight, layer.bias, layer.running_mean, layer.running_var, epsilon=layer.eps)
            elif kind == "Unflatten":
                add("Reshape", [-1, *layer.unflattened_size])
            else:
                add({"ReLU": "Relu"}.get(kind, kind))
    add("Sigmoid")
    graph = helper.make_graph(nodes, "vae", [helper.make_tensor_value_info("x", TensorProto.FLOAT, list(x.shape))],
                              [helper.make_tensor_value_info(last, TensorProto.FLOAT, None)], weights)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda image: session.run(None, {"x": image})[0]


@torch.inference_mode()
def main(way, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    for name, shape in (("fc_vae", (1, 784)), ("conv_vae", (1, 1, 28, 28))):
        x = torch.full(shape, 0.5)
        module = Reconstruction(MODELS[name]()).eval()
        run = module
        if way == "traced":
            run = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(module, x)))
        elif way == "compiled":
            run = torch.compile(module)
        elif way == "onnx":
            run, x = onnx_session(module.vae, x, threads), x.numpy()
        apart = float(np.abs(np.asarray(run(x)) - np.asarray(module(torch.as_tensor(x)))).max())
        assert apart < 1e-5, f"{way} computes another {name}"
        times = []
        for i in range(CALLS + CALLS // 10):
            begin = time.perf_counter()
            run(x)
            passed = time.perf_counter() - begin
            if i >= CALLS // 10:
                times.append(1e6 * passed)
        times.sort()
        print(name, f"{statistics.median(times):.1f} {times[0]:.1f} {times[CALLS * 99 // 100]:.1f}", flush=True)


main(sys.argv[1], int(sys.argv[2]))
