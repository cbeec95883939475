# SPDX-License-Identifier: MIT
# What the peers have in common: the step that ours was given, the comparison with it, and how a step is timed.
import json
import os
import statistics
import struct
import sys
import time

import numpy as np

BATCHES = {"fc_vae": 100, "conv_vae": 100, "cvae_labels": 100, "m2": 100, "draw": 64, "transformer_vae": 100, "photo_vae": 32}
IMAGES = {**BATCHES, "m2": 200}  # a step: m2's have labels or none
TOLERANCE = 1e-4


def inputs_of(model):
    rows = BATCHES[model]
    pixels, labels = np.full((rows, 784), 0.5, np.float32), np.arange(rows) % 10
    if model == "photo_vae":
        return [np.full((rows, 3, 64, 64), 0.5, np.float32)]
    return {"cvae_labels": [pixels, labels], "m2": [pixels, labels, pixels]}.get(model, [pixels])


class Given:
    """A file that bench/given.cpp wrote."""

    def __init__(self, folder, model):
        with open(os.path.join(folder, model + ".safetensors"), "rb") as file:
            data = file.read()
        size = struct.unpack("<Q", data[:8])[0]
        self.parameters, self.gradients, inputs, noise = {}, {}, {}, {}
        for name, about in json.loads(data[8:8 + size]).items():
            begin, end = about["data_offsets"]
            tensor = np.frombuffer(data[8 + size + begin:8 + size + end], np.float32).reshape(about["shape"])
            kind, _, rest = name.partition(".")
            if kind == "loss":
                self.loss = float(tensor[0])
            else:
                {"parameter": self.parameters, "gradient": self.gradients, "input": inputs, "noise": noise}[kind][rest] = tensor
        self.inputs = [x[:, 0].astype(np.int64) if x.shape[1] == 1 else x for _, x in sorted(inputs.items())]
        if model == "photo_vae":
            self.inputs = [x.reshape(-1, 3, 64, 64) for x in self.inputs]
        self.noise = [noise[key] for key in sorted(noise, key=int)]


def compare(who, model, given, loss, gradients):
    """Prints how far a loss and gradients (by the file's names) are from the given ones; ends the program where too far."""
    of_loss = abs(loss - given.loss) / abs(given.loss)
    worst, where = 0.0, "-"
    for name, ours in given.gradients.items():
        # In units of the largest entry; of a bias, of its weights': before a batch norm its own are but rounding.
        unit = max(np.abs(ours).max(), np.abs(given.gradients.get(name.replace(".bias", ".weight"), ours)).max())
        apart = np.abs(np.asarray(gradients[name]).reshape(ours.shape) - ours).max() / unit
        if not apart <= worst:
            worst, where = float(apart), name
    print(f"{who} {model}: loss {of_loss:.1e} apart, gradients at most {worst:.1e}, in {where}", flush=True)
    if not (of_loss <= TOLERANCE and worst <= TOLERANCE):
        sys.exit(f"{who} computes another {model}: it is not timed")


def median_seconds(step, least=0.05, runs=15):
    """The median of timings of `step(repetitions)`, each long enough to be one."""
    step(5)
    begin = time.perf_counter()
    step(2)
    repetitions = max(1, int(2 * least / (time.perf_counter() - begin)))
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        step(repetitions)
        times.append((time.perf_counter() - begin) / repetitions)
    return statistics.median(times)


def answer(speed_of):
    """A question on each line that comes in, images a second on each that goes out."""
    for line in sys.stdin:
        question = line.strip()
        try:
            print(round(speed_of(question)), flush=True)
        except Exception as problem:  # what one version does not have is one cell of the table
            print("-", flush=True)
            print(f"{question}: {type(problem).__name__}: {problem}", file=sys.stderr, flush=True)


def serve(make):
    """Answers models' names. make(model) is its step."""
    made = {}

    def speed_of(model):
        if model not in made:
            made[model] = make(model)
        return IMAGES[model] / median_seconds(made[model])

    answer(speed_of)
