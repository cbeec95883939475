# SPDX-License-Identifier: MIT
# The models of bench/models.hpp as a JAX user would write them well: a whole step, Adam included, is one compiled function
# whose buffers are donated; images have their channels last. Parameters are (inputs, outputs) and (height, width, inputs, outputs).
#     jax_peer.py agree FOLDER [MODEL...]    the steps that `given FOLDER` wrote, computed again
#     jax_peer.py THREADS                    images/s of the models named on standard input
import os
import sys

if sys.argv[-1].isdigit():  # XLA has as many threads as the process has processors
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:int(sys.argv[-1])])

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, nn

import steps


def glorot(rng, *shape):
    fan = np.prod(shape[:-2]) * (shape[-2] + shape[-1])
    return rng.uniform(-1, 1, shape).astype(np.float32) * np.float32(np.sqrt(6 / fan))


def dense(rng, name, inputs, outputs):
    return {name + ".weight": glorot(rng, inputs, outputs), name + ".bias": np.zeros(outputs, np.float32)}


def filters(rng, name, inputs, outputs):
    return {name + ".weight": glorot(rng, 4, 4, inputs, outputs), name + ".bias": np.zeros(outputs, np.float32)}


def gains(name, channels):
    return {name + ".weight": np.ones(channels, np.float32), name + ".bias": np.zeros(channels, np.float32)}


def linear(p, name, x):
    return x @ p[name + ".weight"] + p[name + ".bias"]


# Kernels of 4 x 4 in strides of 2, as kernels of 2 x 2 over blocks of 2 x 2 pixels: XLA has fast loops for strides of one, and
# plain ones for the gradients of others.
def over_blocks(x, w):
    return lax.conv_general_dilated(x, w, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def conv(p, name, x):
    x = jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    rows, height, width, channels = x.shape
    blocks = x.reshape(rows, height // 2, 2, width // 2, 2, channels).transpose(0, 1, 3, 2, 4, 5).reshape(rows, height // 2, width // 2, -1)
    w = p[name + ".weight"]
    w = w.reshape(2, 2, 2, 2, *w.shape[2:]).transpose(0, 2, 1, 3, 4, 5).reshape(2, 2, -1, w.shape[3])
    return over_blocks(blocks, w) + p[name + ".bias"]


def conv_transpose(p, name, x):
    w = p[name + ".weight"]
    w = w.reshape(2, 2, 2, 2, *w.shape[2:])[::-1, :, ::-1].transpose(0, 2, 4, 1, 3, 5).reshape(2, 2, w.shape[2], -1)
    blocks = over_blocks(jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0))), w)
    rows, height, width, _ = blocks.shape
    y = blocks.reshape(rows, height, width, 2, 2, -1).transpose(0, 1, 3, 2, 4, 5).reshape(rows, 2 * height, 2 * width, -1)
    return y[:, 1:-1, 1:-1] + p[name + ".bias"]


def batch_norm(p, name, x, seen):
    over = tuple(range(x.ndim - 1))
    mean, variance = x.mean(over), x.var(over)
    seen[name] = (mean, variance * (x.size // x.shape[-1]) / max(1, x.size // x.shape[-1] - 1))
    return (x - mean) * (p[name + ".weight"] * lax.rsqrt(variance + 1e-5)) + p[name + ".bias"]


def sample(code, noise):
    mean, log_variance = jnp.split(code, 2, -1)
    nats = 0.5 * (mean * mean + jnp.exp(log_variance) - log_variance - 1).sum(-1)
    return mean + jnp.exp(0.5 * log_variance) * noise, nats


def nats_of_pixels(logits, x):
    return (nn.softplus(logits) - logits * x).reshape(*logits.shape[:-1], -1).sum(-1)


# ---- each model: its parameters; loss(parameters, inputs, noise) and the batch norms' statistics; how much noise ----

def fc_parameters(rng):
    return {**dense(rng, "encoder.1", 784, 500), **dense(rng, "encoder.3", 500, 40),
            **dense(rng, "decoder.0", 20, 500), **dense(rng, "decoder.2", 500, 784)}


def fc_logits(p, z):
    return linear(p, "decoder.2", jnp.tanh(linear(p, "decoder.0", z)))


def fc_loss(p, inputs, noise):
    x, = inputs
    z, nats = sample(linear(p, "encoder.3", jnp.tanh(linear(p, "encoder.1", x))), noise[0])
    return (nats_of_pixels(fc_logits(p, z), x) + nats).mean(), {}


def conv_parameters(rng):
    return {**filters(rng, "encoder.0", 1, 32), **gains("encoder.1", 32), **filters(rng, "encoder.3", 32, 64), **gains("encoder.4", 64),
            **dense(rng, "encoder.7", 3136, 256), **gains("encoder.8", 256), **dense(rng, "encoder.10", 256, 40),
            **dense(rng, "decoder.0", 20, 256), **dense(rng, "decoder.2", 256, 3136), **filters(rng, "decoder.5", 64, 32),
            **gains("decoder.6", 32), **filters(rng, "decoder.8", 32, 1)}


def conv_logits(p, z, norm):
    h = nn.relu(linear(p, "decoder.2", nn.relu(linear(p, "decoder.0", z)))).reshape(-1, 7, 7, 64)
    h = nn.relu(norm("decoder.6", conv_transpose(p, "decoder.5", h)))
    return conv_transpose(p, "decoder.8", h).reshape(len(z), -1)


def conv_loss(p, inputs, noise):
    x, = inputs
    seen = {}
    h = nn.relu(batch_norm(p, "encoder.1", conv(p, "encoder.0", x.reshape(-1, 28, 28, 1)), seen))
    h = nn.relu(batch_norm(p, "encoder.4", conv(p, "encoder.3", h), seen)).reshape(len(x), -1)
    h = nn.relu(batch_norm(p, "encoder.8", linear(p, "encoder.7", h), seen))
    z, nats = sample(linear(p, "encoder.10", h), noise[0])
    logits = conv_logits(p, z, lambda name, h: batch_norm(p, name, h, seen))
    return (nats_of_pixels(logits, x) + nats).mean(), seen


def labelled_parameters(rng):
    return {**dense(rng, "encoder.2", 794, 500), **dense(rng, "encoder.4", 500, 40),
            **dense(rng, "decoder.1", 30, 500), **dense(rng, "decoder.3", 500, 784)}


def labelled_loss(p, inputs, noise):
    x, y = inputs
    label = nn.one_hot(y, 10)
    z, nats = sample(linear(p, "encoder.4", jnp.tanh(linear(p, "encoder.2", jnp.concatenate((x, label), 1)))), noise[0])
    logits = linear(p, "decoder.3", jnp.tanh(linear(p, "decoder.1", jnp.concatenate((z, label), 1))))
    return (nats_of_pixels(logits, x) + nats).mean(), {}


def m2_parameters(rng):
    return {**dense(rng, "classifier.1", 784, 500), **dense(rng, "classifier.3", 500, 10),
            **dense(rng, "encoder.1", 784, 500), "encoder.1.condition": glorot(rng, 10, 500), **dense(rng, "encoder.3", 500, 100),
            **dense(rng, "decoder.0", 50, 500), "decoder.0.condition": glorot(rng, 10, 500), **dense(rng, "decoder.2", 500, 784)}


def m2_loss(p, inputs, noise):
    x, y, u = inputs

    def bound(x, label, noise):  # the first product is one for all labels of an image
        h = jnp.tanh(linear(p, "encoder.1", x) + label @ p["encoder.1.condition"])
        z, nats = sample(linear(p, "encoder.3", h), noise)
        logits = linear(p, "decoder.2", jnp.tanh(linear(p, "decoder.0", z) + label @ p["decoder.0.condition"]))
        return nats_of_pixels(logits, x) + nats + np.log(10).astype(np.float32)

    def log_q(x):
        return nn.log_softmax(linear(p, "classifier.3", jnp.tanh(linear(p, "classifier.1", x))))

    label = nn.one_hot(y, 10)
    labelled = bound(x, label, noise[0])
    each = bound(u[:, None], jnp.eye(10), noise[1][:, None])  # the labels see the same noise
    of_u = log_q(u)
    marginal = (jnp.exp(of_u) * (each + of_u)).sum(1)
    return marginal.mean() + labelled.mean() - 0.1 * (label * log_q(x)).sum(1).mean(), {}


def lstm_parameters(rng, name, inputs, hidden):
    return {name + ".weight_ih": glorot(rng, inputs, 4 * hidden), name + ".weight_hh": glorot(rng, hidden, 4 * hidden),
            name + ".bias_ih": np.zeros(4 * hidden, np.float32), name + ".bias_hh": np.zeros(4 * hidden, np.float32)}


def lstm(p, name, x, state):
    h, c = state
    i, f, g, o = jnp.split(x @ p[name + ".weight_ih"] + h @ p[name + ".weight_hh"] + p[name + ".bias_ih"] + p[name + ".bias_hh"], 4, 1)
    c = nn.sigmoid(f) * c + nn.sigmoid(i) * jnp.tanh(g)
    return nn.sigmoid(o) * jnp.tanh(c), c


def draw_parameters(rng):
    return {**lstm_parameters(rng, "encoder", 264, 256), **dense(rng, "posterior.0", 256, 200), **lstm_parameters(rng, "decoder", 100, 256),
            **dense(rng, "look.0", 256, 5), **dense(rng, "aim.0", 256, 5), **dense(rng, "write.0", 256, 25),
            "canvas.start": np.zeros(784, np.float32), "encoder_state.start": np.zeros(512, np.float32),
            "decoder_state.start": np.zeros(512, np.float32)}


def draw_loss(p, inputs, noise):
    rows = len(inputs[0])
    x = inputs[0].reshape(rows, 28, 28)

    def attend(name, h, n):
        g_x, g_y, log_variance, log_stride, log_gain = jnp.split(linear(p, name, h), 5, 1)
        stride = jnp.exp(log_stride) * (27 / (n - 1))

        def bank(centre):
            means = centre + stride * (np.arange(n) - n / 2 + 0.5)
            energy = -0.5 * jnp.exp(-log_variance)[:, :, None] * jnp.square(np.arange(1.0, 29) - means[:, :, None])
            return nn.softmax(energy.astype(jnp.float32), -1)

        return bank((g_y + 1) * 14.5), bank((g_x + 1) * 14.5), jnp.exp(log_gain)[:, :, None]

    def start(name):
        return tuple(jnp.broadcast_to(half, (rows, 256)) for half in jnp.split(p[name + ".start"], 2))

    def turn(before, noise):
        canvas, encoder, decoder, nats = before
        vertical, horizontal, gain = attend("look.0", decoder[0], 2)
        both = jnp.stack((x, x - nn.sigmoid(canvas)), 1)
        seen = jnp.einsum("bnh,bkhw,bmw->bknm", vertical, both, horizontal) * gain[:, None]
        encoder = lstm(p, "encoder", jnp.concatenate((seen.reshape(rows, -1), decoder[0]), 1), encoder)
        z, more = sample(linear(p, "posterior.0", encoder[0]), noise)
        decoder = lstm(p, "decoder", z, decoder)
        vertical, horizontal, gain = attend("aim.0", decoder[0], 5)
        brush = linear(p, "write.0", decoder[0]).reshape(rows, 5, 5)
        canvas = canvas + jnp.einsum("bnh,bnm,bmw->bhw", vertical, brush, horizontal) / gain
        return (canvas, encoder, decoder, nats + more), None

    before = (jnp.broadcast_to(p["canvas.start"].reshape(28, 28), x.shape), start("encoder_state"), start("decoder_state"), jnp.zeros(rows))
    (canvas, _, _, nats), _ = lax.scan(turn, before, jnp.stack(noise))
    return (nats_of_pixels(canvas.reshape(rows, -1), inputs[0]) + nats).mean(), {}


def posed_parameters(rng):
    return {**dense(rng, "encoder.1", 784, 256), **dense(rng, "encoder.3", 256, 256), **dense(rng, "encoder.5", 256, 40),
            **dense(rng, "decoder.0", 20, 256), **dense(rng, "decoder.2", 256, 256), **dense(rng, "decoder.4", 256, 784),
            **dense(rng, "pose.1", 784, 256), **dense(rng, "pose.3", 256, 256),
            "pose.5.weight": 0.05 * glorot(rng, 256, 6), "pose.5.bias": np.zeros(6, np.float32)}


def moved(image, pose):
    """What an image is where a pose says, between pixels bilinearly, zero outside."""
    side = np.linspace(-1, 1, 28, dtype=np.float32)
    grid = np.stack((np.tile(side, 28), np.repeat(side, 28), np.ones(784, np.float32)))
    x, y = (pose.reshape(2, 3) @ grid + 1) * 13.5
    return jax.scipy.ndimage.map_coordinates(image.reshape(28, 28), (y, x), order=1, mode="constant")


def posed_loss(p, inputs, noise):
    x, = inputs

    def three(name, x, *layers):
        for layer in layers[:-1]:
            x = nn.relu(linear(p, f"{name}.{layer}", x))
        return linear(p, f"{name}.{layers[-1]}", x)

    z, nats = sample(three("encoder", x, 1, 3, 5), noise[0])
    pose = jnp.tanh(three("pose", x, 1, 3, 5)) + np.array([1, 0, 0, 0, 1, 0], np.float32)
    means = jnp.clip(jax.vmap(moved)(nn.sigmoid(three("decoder", z, 0, 2, 4)), pose), 1e-6, 1 - 1e-6)
    reconstruction = -(x * jnp.log(means) + (1 - x) * jnp.log(1 - means)).sum(1)
    return (reconstruction + nats).mean(), {}


def photo_parameters(rng):
    return {**filters(rng, "encoder.0", 3, 64), **filters(rng, "encoder.2", 64, 128), **filters(rng, "encoder.4", 128, 256),
            **dense(rng, "encoder.7", 16384, 200), **dense(rng, "decoder.0", 100, 16384), **filters(rng, "decoder.3", 256, 128),
            **filters(rng, "decoder.5", 128, 64), **filters(rng, "decoder.7", 64, 3)}


def photo_loss(p, inputs, noise):
    x, = inputs
    h = x
    for layer in (0, 2, 4):
        h = nn.relu(conv(p, f"encoder.{layer}", h))
    z, nats = sample(linear(p, "encoder.7", h.reshape(len(x), -1)), noise[0])
    h = nn.relu(linear(p, "decoder.0", z)).reshape(-1, 8, 8, 256)
    for layer in (3, 5):
        h = nn.relu(conv_transpose(p, f"decoder.{layer}", h))
    logits = conv_transpose(p, "decoder.7", h)
    return (nats_of_pixels(logits.reshape(len(x), -1), x.reshape(len(x), -1)) + nats).mean(), {}


MODELS = {"fc_vae": (fc_parameters, fc_loss, (20,)), "conv_vae": (conv_parameters, conv_loss, (20,)),
          "cvae_labels": (labelled_parameters, labelled_loss, (20,)), "m2": (m2_parameters, m2_loss, (50, 50)),
          "draw": (draw_parameters, draw_loss, (100,) * 10), "transformer_vae": (posed_parameters, posed_loss, (20,)),
          "photo_vae": (photo_parameters, photo_loss, (100,))}


def adam(p, m, v, g, t):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    return p - 1e-3 / (1 - 0.9 ** t) * m / (jnp.sqrt(v / (1 - 0.999 ** t)) + 1e-8), m, v


def make(name):
    parameters, loss, widths = MODELS[name]
    inputs = [jnp.asarray(x.transpose(0, 2, 3, 1) if x.ndim == 4 else x) for x in steps.inputs_of(name)]
    p = jax.tree.map(jnp.asarray, parameters(np.random.default_rng(1)))
    rows = len(inputs[0])
    _, seen = jax.eval_shape(loss, p, inputs, [jax.ShapeDtypeStruct((rows, w), jnp.float32) for w in widths])

    def step(state, inputs):
        p, m, v, running, t, key = state
        key, *keys = jax.random.split(key, 1 + len(widths))
        noise = [jax.random.normal(k, (rows, w)) for k, w in zip(keys, widths)]
        (value, seen), g = jax.value_and_grad(loss, has_aux=True)(p, inputs, noise)
        moved = jax.tree.map(lambda *x: adam(*x, t), p, m, v, g)
        p, m, v = ({n: moved[n][i] for n in p} for i in range(3))
        running = jax.tree.map(lambda old, new: 0.9 * old + 0.1 * new, running, seen)
        return (p, m, v, running, t + 1, key), value

    state = (p, jax.tree.map(jnp.zeros_like, p), jax.tree.map(jnp.zeros_like, p),
             jax.tree.map(lambda s: jnp.zeros(s.shape), seen), jnp.float32(1), jax.random.key(1))
    compiled = jax.jit(step, donate_argnums=0)

    def several(repetitions):
        nonlocal state
        for _ in range(repetitions):
            state, value = compiled(state, inputs)
        value.block_until_ready()

    return several


# Vectors that are images: channels are first in the files.
IMAGES_OF = {("conv_vae", "encoder.7"): (64, 7, 7), ("conv_vae", "decoder.2"): (64, 7, 7),
             ("photo_vae", "encoder.7"): (256, 8, 8), ("photo_vae", "decoder.0"): (256, 8, 8)}


def from_file(model, name, tensor):
    image = IMAGES_OF.get((model, name.rpartition(".")[0]))
    if tensor.ndim == 4:  # (out, in, h, w); transposed (in, out, h, w)
        return tensor.transpose(2, 3, 1, 0) if name.startswith("encoder") else tensor.transpose(2, 3, 0, 1)
    if image and name.startswith("encoder") and tensor.ndim == 2:
        tensor = tensor.reshape(-1, *image).transpose(0, 2, 3, 1).reshape(len(tensor), -1)
    elif image and name.startswith("decoder"):
        tensor = tensor.reshape(*image, -1).transpose(1, 2, 0, 3).reshape(tensor.shape)
    return tensor.T


def agree(folder, names):
    for name in names:
        given = steps.Given(folder, name)
        here, loss, _ = MODELS[name]
        p = {n: jnp.asarray(from_file(name, n, x)) for n, x in given.parameters.items()}
        assert {n: x.shape for n, x in p.items()} == {n: x.shape for n, x in here(np.random.default_rng(1)).items()}, name
        inputs = [jnp.asarray(x.transpose(0, 2, 3, 1) if x.ndim == 4 else x) for x in given.inputs]
        (value, _), gradients = jax.jit(jax.value_and_grad(loss, has_aux=True))(p, inputs, [jnp.asarray(e) for e in given.noise])
        given.gradients = {n: from_file(name, n, x) for n, x in given.gradients.items()}
        steps.compare(f"JAX {jax.__version__}", name, given, float(value), gradients)


if __name__ == "__main__":
    if sys.argv[1] == "agree":
        agree(sys.argv[2], sys.argv[3:] or list(MODELS))
    else:
        steps.serve(make)
