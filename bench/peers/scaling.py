# SPDX-License-Identifier: MIT
# scaling.py eager|compiled THREADS: what scaling.cpp measures, by PyTorch. Each line that comes in: batch or width, how large; each
# that goes out: images a second.
import sys

import torch

import steps
from pytorch import stepping
from torch_models import VAE, two_layers


def main(way, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    if way == "compiled":
        torch._dynamo.config.recompile_limit = 64  # every size has code of its own
    made = {}
    for line in sys.stdin:
        try:
            what, size = line.split()
            width, batch = (int(size), 100) if what == "width" else (500, int(size))
            if line not in made:
                model = VAE(two_layers(784, width, 40), two_layers(20, width, 784))
                made[line] = stepping(model, [torch.full((batch, 784), 0.5)], way)
            print(round(batch / steps.median_seconds(made[line])), flush=True)
        except Exception as problem:  # what one version does not have is one cell of the table
            print("-", flush=True)
            print(f"{line.strip()}: {type(problem).__name__}: {problem}", file=sys.stderr, flush=True)


main(sys.argv[1], int(sys.argv[2]))
