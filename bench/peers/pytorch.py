# SPDX-License-Identifier: MIT
# Steps of torch_models.py, old PyTorch and new: gradients set to None, Adam fused where there is one.
#     pytorch.py eager|compiled agree FOLDER [MODEL...]    the steps that `given FOLDER` wrote, computed again
#     pytorch.py eager|compiled THREADS                    images/s of the models named on standard input
#     pytorch.py cuda                                      on a GPU: eager, compiled, and the whole step as one CUDA graph
import sys

import torch

import steps
from torch_models import MODELS, name_here


def model_and_inputs(name, batch=None):
    inputs = [torch.from_numpy(x) for x in steps.inputs_of(name)]
    if batch is not None:
        inputs = [x[:1].expand(batch, *x.shape[1:]).contiguous() for x in inputs]
    return MODELS[name](), [x.contiguous(memory_format=torch.channels_last) if x.dim() == 4 else x for x in inputs]


def adam(model, **options):
    try:
        return torch.optim.Adam(model.parameters(), lr=1e-3, fused=True, **options)
    except (RuntimeError, TypeError):  # before 2.4 there is none on a processor
        return torch.optim.Adam(model.parameters(), lr=1e-3, **options)


def agree(way, folder, names):
    torch.set_num_threads(1)
    for name in names:
        given, model = steps.Given(folder, name), MODELS[name]()
        theirs = dict(model.named_parameters())
        assert sorted(theirs) == sorted(name_here(name, n) for n in given.parameters), name
        with torch.no_grad():
            for n, values in given.parameters.items():
                to = theirs[name_here(name, n)]
                to.copy_(torch.from_numpy(values.copy()).view(to.shape))
        loss_of = torch.compile(model, dynamic=False) if way == "compiled" else model
        loss = loss_of(*(torch.from_numpy(x.copy()) for x in given.inputs), [torch.from_numpy(e.copy()) for e in given.noise])
        loss.backward()
        gradients = {n: theirs[name_here(name, n)].grad.numpy() for n in given.gradients}
        steps.compare(f"PyTorch {torch.__version__} {way}", name, given, loss.item(), gradients)


def stepping(model, inputs, way):
    optimiser = adam(model)
    loss_of = torch.compile(model, dynamic=False) if way == "compiled" else model  # each size its own code

    def step(repetitions):
        for _ in range(repetitions):
            optimiser.zero_grad(set_to_none=True)
            loss_of(*inputs).backward()
            optimiser.step()

    return step


def on_the_processor(way):
    return lambda name: stepping(*model_and_inputs(name), way)


# Each step ends with the loss on the host, as a training loop that logs it does.
def on_a_gpu(name, batch):
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    for way in ("eager", "compiled", "graph"):
        try:
            model, inputs = model_and_inputs(name, batch)
            model, inputs = model.cuda(), [x.cuda() for x in inputs]
            optimiser = adam(model, capturable=way == "graph")
            loss_of = torch.compile(model, dynamic=False) if way == "compiled" else model

            def step():
                optimiser.zero_grad(set_to_none=True)
                loss = loss_of(*inputs)
                loss.backward()
                optimiser.step()
                return loss

            replay = step
            if way == "graph":
                beside = torch.cuda.Stream()
                with torch.cuda.stream(beside):
                    for _ in range(3):
                        step()
                torch.cuda.synchronize()
                graph = torch.cuda.CUDAGraph()
                with torch.cuda.graph(graph):
                    kept = step()

                def replay():
                    graph.replay()
                    return kept

            def several(repetitions):
                for _ in range(repetitions):
                    replay().item()

            images = batch * (2 if name == "m2" else 1)
            print(name, batch, way, round(images / steps.median_seconds(several)), flush=True)
        except Exception as problem:  # a way that this version does not have is a line of the table, not its end
            print(name, "-", way, type(problem).__name__, flush=True)


if __name__ == "__main__":
    torch.manual_seed(1)
    how, rest = sys.argv[1], sys.argv[2:]
    if how == "cuda":
        for name, batch in (("fc_vae", 1000), *steps.BATCHES.items()):
            on_a_gpu(name, 256 if name == "photo_vae" else batch)
    elif rest[0] == "agree":
        agree(how, rest[1], rest[2:] or list(MODELS))
    else:
        torch.set_num_threads(int(rest[0]))
        steps.serve(on_the_processor(how))
