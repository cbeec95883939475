# SPDX-License-Identifier: MIT
# The models of bench/models.hpp as a PyTorch user would write them well: fused log-likelihoods on logits, channels_last
# convolutions. forward(inputs..., noise) is the loss; noise is drawn where there is none.
import math

import torch
from torch import nn
from torch.nn import functional as F


def sample(mean, log_variance, noise):
    return mean + torch.exp(0.5 * log_variance) * (torch.randn_like(mean) if noise is None else noise)


def kl(mean, log_variance):
    return 0.5 * (mean * mean + log_variance.exp() - log_variance - 1)


class VAE(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, x, noise=None):
        mean, log_variance = self.encoder(x).chunk(2, 1)
        logits = self.decoder(sample(mean, log_variance, noise and noise[0]))
        reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        return (reconstruction + kl(mean, log_variance).sum()) / len(x)


def two_layers(inputs, hidden, outputs):
    return nn.Sequential(nn.Linear(inputs, hidden), nn.Tanh(), nn.Linear(hidden, outputs))


def three_layers(inputs, hidden, outputs):
    return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, outputs))


def fc_vae():
    return VAE(two_layers(784, 500, 40), two_layers(20, 500, 784))


class ConvVAE(VAE):
    def forward(self, x, noise=None):
        return super().forward(x.view(-1, 1, 28, 28), noise)


def conv_vae():
    encoder = nn.Sequential(nn.Conv2d(1, 32, 4, 2, 1), nn.BatchNorm2d(32), nn.ReLU(), nn.Conv2d(32, 64, 4, 2, 1),
                            nn.BatchNorm2d(64), nn.ReLU(), nn.Flatten(), nn.Linear(3136, 256), nn.BatchNorm1d(256),
                            nn.ReLU(), nn.Linear(256, 40))
    decoder = nn.Sequential(nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 3136), nn.ReLU(), nn.Unflatten(1, (64, 7, 7)),
                            nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.BatchNorm2d(32), nn.ReLU(),
                            nn.ConvTranspose2d(32, 1, 4, 2, 1))
    return ConvVAE(encoder, decoder).to(memory_format=torch.channels_last)


class ByLabel(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = two_layers(794, 500, 40), two_layers(30, 500, 784)

    def forward(self, x, y, noise=None):
        label = F.one_hot(y, 10).to(x.dtype)
        mean, log_variance = self.encoder(torch.cat((x, label), 1)).chunk(2, 1)
        logits = self.decoder(torch.cat((sample(mean, log_variance, noise and noise[0]), label), 1))
        reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        return (reconstruction + kl(mean, log_variance).sum()) / len(x)


class TwoLayersWithLabel(nn.Module):
    """The first product is one for all labels of an image."""

    def __init__(self, inputs, hidden, outputs):
        super().__init__()
        self.of_data, self.of_label = nn.Linear(inputs, hidden), nn.Linear(10, hidden, bias=False)
        self.last = nn.Linear(hidden, outputs)

    def forward(self, x, label):
        return self.last(torch.tanh(self.of_data(x) + self.of_label(label)))


class M2(nn.Module):
    def __init__(self):
        super().__init__()
        self.classifier = two_layers(784, 500, 10)
        self.encoder, self.decoder = TwoLayersWithLabel(784, 500, 100), TwoLayersWithLabel(50, 500, 784)
        self.register_buffer("every_label", torch.eye(10))

    def bound(self, x, label, noise):
        mean, log_variance = self.encoder(x, label).chunk(2, -1)
        logits = self.decoder(sample(mean, log_variance, noise), label)
        reconstruction = F.binary_cross_entropy_with_logits(logits, x.expand_as(logits), reduction="none").sum(-1)
        return reconstruction + kl(mean, log_variance).sum(-1) + math.log(10)

    def forward(self, x, y, u, noise=None):
        if noise is None:
            noise = torch.randn(2, len(x), 50, device=x.device)
        labelled = self.bound(x, F.one_hot(y, 10).to(x.dtype), noise[0])
        each = self.bound(u.unsqueeze(1), self.every_label, noise[1].unsqueeze(1))  # the labels see the same noise
        log_q = torch.log_softmax(self.classifier(u), 1)
        marginal = (log_q.exp() * (each + log_q)).sum(1)
        return marginal.mean() + labelled.mean() + 0.1 * F.cross_entropy(self.classifier(x), y)


class Attention(nn.Module):
    """A grid of n x n Gaussian filters over 28 x 28 pixels."""

    def __init__(self, hidden, n):
        super().__init__()
        self.n, self.numbers = n, nn.Linear(hidden, 5)
        self.register_buffer("offsets", torch.arange(n) - n / 2 + 0.5)
        self.register_buffer("pixels", torch.arange(28) + 1.0)

    def bank(self, centre, stride, log_variance):
        means = centre + stride * self.offsets
        energy = (self.pixels - means.unsqueeze(2)).square() * (-0.5 * torch.exp(-log_variance)).unsqueeze(2)
        return torch.softmax(energy, 2)

    def forward(self, h):
        x, y, log_variance, log_stride, log_gain = self.numbers(h).split(1, 1)
        stride = torch.exp(log_stride) * (27 / (self.n - 1))
        vertical = self.bank((y + 1) * 14.5, stride, log_variance)
        horizontal = self.bank((x + 1) * 14.5, stride, log_variance)
        return vertical, horizontal, torch.exp(log_gain).unsqueeze(2)


class Draw(nn.Module):
    def __init__(self, steps=10, hidden=256, codes=100, read=2, write=5):
        super().__init__()
        self.steps, self.write = steps, write
        self.encoder = nn.LSTMCell(2 * read * read + hidden, hidden)
        self.decoder = nn.LSTMCell(codes, hidden)
        self.posterior, self.brush = nn.Linear(hidden, 2 * codes), nn.Linear(hidden, write * write)
        self.look, self.aim = Attention(hidden, read), Attention(hidden, write)
        self.canvas = nn.Parameter(torch.zeros(28, 28))
        self.encoder_0, self.decoder_0 = nn.Parameter(torch.zeros(2, hidden)), nn.Parameter(torch.zeros(2, hidden))

    def forward(self, x, noise=None):
        rows = len(x)
        x = x.view(rows, 28, 28)
        canvas = self.canvas.expand(rows, 28, 28)
        encoder = [s.expand(rows, -1) for s in self.encoder_0]
        decoder = [s.expand(rows, -1) for s in self.decoder_0]
        nats = 0
        for t in range(self.steps):
            vertical, horizontal, gain = self.look(decoder[0])
            both = torch.stack((x, x - torch.sigmoid(canvas)), 1)
            seen = (vertical.unsqueeze(1) @ both @ horizontal.transpose(1, 2).unsqueeze(1)) * gain.unsqueeze(1)
            encoder = self.encoder(torch.cat((seen.flatten(1), decoder[0]), 1), encoder)
            mean, log_variance = self.posterior(encoder[0]).chunk(2, 1)
            nats = nats + kl(mean, log_variance).sum()
            decoder = self.decoder(sample(mean, log_variance, noise and noise[t]), decoder)
            vertical, horizontal, gain = self.aim(decoder[0])
            brush = self.brush(decoder[0]).view(rows, self.write, self.write)
            canvas = canvas + vertical.transpose(1, 2) @ brush @ horizontal / gain
        return (F.binary_cross_entropy_with_logits(canvas, x, reduction="sum") + nats) / rows


class TransformerVAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = three_layers(784, 256, 40), three_layers(20, 256, 784)
        self.pose = nn.Sequential(*three_layers(784, 256, 6), nn.Tanh())
        nn.init.normal_(self.pose[4].weight, std=1 / 200)
        self.register_buffer("identity", torch.tensor([1.0, 0, 0, 0, 1, 0]))

    def forward(self, x, noise=None):
        mean, log_variance = self.encoder(x).chunk(2, 1)
        pixels = torch.sigmoid(self.decoder(sample(mean, log_variance, noise and noise[0]))).view(-1, 1, 28, 28)
        pose = (self.pose(x) + self.identity).view(-1, 2, 3)
        moved = F.grid_sample(pixels, F.affine_grid(pose, list(pixels.shape), align_corners=True), align_corners=True)
        means = moved.flatten(1).clamp(1e-6, 1 - 1e-6)
        return (F.binary_cross_entropy(means, x, reduction="sum") + kl(mean, log_variance).sum()) / len(x)


def photo_vae():
    encoder = nn.Sequential(nn.Conv2d(3, 64, 4, 2, 1), nn.ReLU(), nn.Conv2d(64, 128, 4, 2, 1), nn.ReLU(), nn.Conv2d(128, 256, 4, 2, 1),
                            nn.ReLU(), nn.Flatten(), nn.Linear(16384, 200))
    decoder = nn.Sequential(nn.Linear(100, 16384), nn.ReLU(), nn.Unflatten(1, (256, 8, 8)), nn.ConvTranspose2d(256, 128, 4, 2, 1), nn.ReLU(),
                            nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(64, 3, 4, 2, 1))
    return VAE(encoder, decoder).to(memory_format=torch.channels_last)


MODELS = {"fc_vae": fc_vae, "conv_vae": conv_vae, "cvae_labels": ByLabel, "m2": M2, "draw": Draw, "transformer_vae": TransformerVAE,
          "photo_vae": photo_vae}

# What a layer of bench/models.hpp is called here, where it is called otherwise.
NAMES = {
    "fc_vae": {"encoder.1": "encoder.0", "encoder.3": "encoder.2"},
    "cvae_labels": {"encoder.2": "encoder.0", "encoder.4": "encoder.2", "decoder.1": "decoder.0", "decoder.3": "decoder.2"},
    "m2": {"classifier.1": "classifier.0", "classifier.3": "classifier.2", "encoder.1.condition": "encoder.of_label.weight",
           "encoder.1": "encoder.of_data", "encoder.3": "encoder.last", "decoder.0.condition": "decoder.of_label.weight",
           "decoder.0": "decoder.of_data", "decoder.2": "decoder.last"},
    "draw": {"posterior.0": "posterior", "look.0": "look.numbers", "aim.0": "aim.numbers", "write.0": "brush",
             "canvas.start": "canvas", "encoder_state.start": "encoder_0", "decoder_state.start": "decoder_0"},
    "transformer_vae": {"encoder.1": "encoder.0", "encoder.3": "encoder.2", "encoder.5": "encoder.4",
                        "pose.1": "pose.0", "pose.3": "pose.2", "pose.5": "pose.4"},
}


def name_here(model, name):
    names = NAMES.get(model, {})
    layer, _, last = name.rpartition(".")
    return names[name] if name in names else names.get(layer, layer) + "." + last
