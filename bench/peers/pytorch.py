# SPDX-License-Identifier: MIT
# The models of train_step.cpp as a PyTorch user would write them well: fused log-likelihood on logits, channels_last
# convolutions, gradients set to None.
#     pytorch.py THREADS     on the processor
#     pytorch.py cuda        on a GPU: eager, compiled, and the whole step as one CUDA graph
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

on_gpu = len(sys.argv) > 1 and sys.argv[1] == "cuda"
threads = int(sys.argv[1]) if len(sys.argv) > 1 and not on_gpu else 1
torch.set_num_threads(threads)
torch.manual_seed(1)


class VAE(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, x):
        mean, log_variance = self.encoder(x).chunk(2, 1)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        logits = self.decoder(z)
        reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        kl = 0.5 * (mean * mean + log_variance.exp() - log_variance - 1).sum()
        return (reconstruction + kl) / len(x)


def fc_vae(batch=100):
    return VAE(nn.Sequential(nn.Linear(784, 500), nn.Tanh(), nn.Linear(500, 40)),
               nn.Sequential(nn.Linear(20, 500), nn.Tanh(), nn.Linear(500, 784))), torch.full((batch, 784), 0.5)


def conv_vae():
    encoder = nn.Sequential(nn.Conv2d(1, 32, 4, 2, 1), nn.BatchNorm2d(32), nn.ReLU(), nn.Conv2d(32, 64, 4, 2, 1),
                            nn.BatchNorm2d(64), nn.ReLU(), nn.Flatten(), nn.Linear(3136, 256), nn.BatchNorm1d(256),
                            nn.ReLU(), nn.Linear(256, 40))
    decoder = nn.Sequential(nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 3136), nn.ReLU(), nn.Unflatten(1, (64, 7, 7)),
                            nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.BatchNorm2d(32), nn.ReLU(),
                            nn.ConvTranspose2d(32, 1, 4, 2, 1))
    x = torch.full((100, 1, 28, 28), 0.5).contiguous(memory_format=torch.channels_last)
    return VAE(encoder, decoder).to(memory_format=torch.channels_last), x


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

    def forward(self, x):
        rows = len(x)
        x = x.view(rows, 28, 28)
        canvas = self.canvas.expand(rows, 28, 28)
        encoder = [s.expand(rows, -1) for s in self.encoder_0]
        decoder = [s.expand(rows, -1) for s in self.decoder_0]
        kl = 0
        for _ in range(self.steps):
            vertical, horizontal, gain = self.look(decoder[0])
            both = torch.stack((x, x - torch.sigmoid(canvas)), 1)
            seen = (vertical.unsqueeze(1) @ both @ horizontal.transpose(1, 2).unsqueeze(1)) * gain.unsqueeze(1)
            encoder = self.encoder(torch.cat((seen.flatten(1), decoder[0]), 1), encoder)
            mean, log_variance = self.posterior(encoder[0]).chunk(2, 1)
            z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
            kl = kl + 0.5 * (mean * mean + log_variance.exp() - log_variance - 1).sum()
            decoder = self.decoder(z, decoder)
            vertical, horizontal, gain = self.aim(decoder[0])
            brush = self.brush(decoder[0]).view(rows, self.write, self.write)
            canvas = canvas + vertical.transpose(1, 2) @ brush @ horizontal / gain
        return (F.binary_cross_entropy_with_logits(canvas, x, reduction="sum") + kl) / rows


def draw():
    return Draw(), torch.full((64, 784), 0.5)


def photo_vae(batch=256):
    encoder = nn.Sequential(nn.Conv2d(3, 64, 4, 2, 1), nn.ReLU(), nn.Conv2d(64, 128, 4, 2, 1), nn.ReLU(), nn.Conv2d(128, 256, 4, 2, 1),
                            nn.ReLU(), nn.Flatten(), nn.Linear(16384, 200))
    decoder = nn.Sequential(nn.Linear(100, 16384), nn.ReLU(), nn.Unflatten(1, (256, 8, 8)), nn.ConvTranspose2d(256, 128, 4, 2, 1), nn.ReLU(),
                            nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(64, 3, 4, 2, 1))
    x = torch.full((batch, 3, 64, 64), 0.5).contiguous(memory_format=torch.channels_last)
    return VAE(encoder, decoder).to(memory_format=torch.channels_last), x


def median_seconds(step):
    for _ in range(5):
        step()
    begin = time.perf_counter()
    step()
    repetitions = max(1, int(0.05 / (time.perf_counter() - begin)))
    times = []
    for _ in range(15):
        begin = time.perf_counter()
        for _ in range(repetitions):
            step()
        times.append((time.perf_counter() - begin) / repetitions)
    return statistics.median(times)


def measure(name, make):
    model, x = make()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step():
        optimiser.zero_grad(set_to_none=True)
        model(x).backward()
        optimiser.step()

    print(name, len(x), threads, round(len(x) / median_seconds(step)), flush=True)


# Each step ends with the loss on the host, as a training loop that logs it does.
def measure_on_gpu(name, make):
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    for way in ("eager", "compiled", "graph"):
        try:
            model, x = make()
            model, x = model.cuda(), x.cuda()
            optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True, capturable=way == "graph")
            loss_of = torch.compile(model) if way == "compiled" else model

            def step():
                optimiser.zero_grad(set_to_none=way != "graph")
                loss = loss_of(x)
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

            print(name, len(x), way, round(len(x) / median_seconds(lambda: replay().item())), flush=True)
        except Exception as problem:  # a way that this version does not have is a line of the table, not its end
            print(name, "-", way, type(problem).__name__, flush=True)


if on_gpu:
    measure_on_gpu("fc_vae", fc_vae)
    measure_on_gpu("fc_vae", lambda: fc_vae(1000))
    measure_on_gpu("conv_vae", conv_vae)
    measure_on_gpu("draw", draw)
    measure_on_gpu("photo_vae", photo_vae)
else:
    measure("fc_vae", fc_vae)
    measure("conv_vae", conv_vae)
    measure("draw", draw)
