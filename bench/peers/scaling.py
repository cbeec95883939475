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

    def speed_of(question):
        what, size = question.split()
        width, batch = (int(size), 100) if what == "width" else (500, int(size))
        if question not in made:
            model = VAE(two_layers(784, width, 40), two_layers(20, width, 784))
            made[question] = stepping(model, [torch.full((batch, 784), 0.5)], way)
        return batch / steps.median_seconds(made[question])

    steps.answer(speed_of)


main(sys.argv[1], int(sys.argv[2]))
