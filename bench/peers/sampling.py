# SPDX-License-Identifier: MIT
# sampling.py eager|compiled|jax THREADS: what sampling.cpp measures, of the same networks. Each line that comes in: model, images
# at a time; each that goes out: images a second.
import statistics
import sys
import time

import steps

IMAGES = 10000


def by_torch(way, threads):
    import torch

    from torch_models import MODELS

    torch.set_num_threads(threads)
    torch.manual_seed(1)

    def make(name, batch):
        decoder = MODELS[name]().eval().decoder

        def means(z):
            return torch.sigmoid(decoder(z)).flatten(1)

        means_of = torch.compile(means, dynamic=False) if way == "compiled" else means

        @torch.inference_mode()
        def sample():
            images = torch.empty(IMAGES, 784)
            for first in range(0, IMAGES, batch):
                images[first:first + batch] = means_of(torch.randn(batch, 20))
            return images

        return sample

    return make


def by_jax():
    import jax
    import jax.numpy as jnp
    import numpy as np
    from jax import lax, nn

    import jax_peer

    def make(name, batch):
        p = jax.tree.map(jnp.asarray, jax_peer.MODELS[name][0](np.random.default_rng(1)))
        running = {"decoder.6": (jnp.zeros(32), jnp.ones(32))}
        key = jax.random.key(1)

        @jax.jit
        def images_of(p, running, key):
            def norm(layer, h):
                mean, variance = running[layer]
                return (h - mean) * (p[layer + ".weight"] * lax.rsqrt(variance + 1e-5)) + p[layer + ".bias"]

            def means(key):
                z = jax.random.normal(key, (batch, 20))
                return nn.sigmoid(jax_peer.conv_logits(p, z, norm) if name == "conv_vae" else jax_peer.fc_logits(p, z))

            key, *keys = jax.random.split(key, 1 + IMAGES // batch)
            return key, lax.map(means, jnp.stack(keys)).reshape(IMAGES, -1)

        def sample():
            nonlocal key
            key, images = images_of(p, running, key)
            return images.block_until_ready()

        return sample

    return make


def main(way, threads):
    make, made = by_jax() if way == "jax" else by_torch(way, threads), {}

    def speed_of(question):
        name, batch = question.split()
        if question not in made:
            made[question] = make(name, int(batch))
            assert made[question]().shape == (IMAGES, 784)
            made[question]()
        times = []
        for _ in range(3):
            begin = time.perf_counter()
            made[question]()
            times.append(time.perf_counter() - begin)
        return IMAGES / statistics.median(times)

    steps.answer(speed_of)


main(sys.argv[1], int(sys.argv[2]))
