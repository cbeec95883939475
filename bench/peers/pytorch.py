# SPDX-License-Identifier: MIT
# The models of train_step.cpp as a PyTorch user would write them well: fused log-likelihood on logits, channels_last
# convolutions, gradients set to None.   pytorch.py THREADS
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
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


def fc_vae():
    return VAE(nn.Sequential(nn.Linear(784, 500), nn.Tanh(), nn.Linear(500, 40)),
               nn.Sequential(nn.Linear(20, 500), nn.Tanh(), nn.Linear(500, 784))), torch.full((100, 784), 0.5)


def conv_vae():
    encoder = nn.Sequential(nn.Conv2d(1, 32, 4, 2, 1), nn.BatchNorm2d(32), nn.ReLU(), nn.Conv2d(32, 64, 4, 2, 1),
                            nn.BatchNorm2d(64), nn.ReLU(), nn.Flatten(), nn.Linear(3136, 256), nn.BatchNorm1d(256),
                            nn.ReLU(), nn.Linear(256, 40))
    decoder = nn.Sequential(nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 3136), nn.ReLU(), nn.Unflatten(1, (64, 7, 7)),
                            nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.BatchNorm2d(32), nn.ReLU(),
                            nn.ConvTranspose2d(32, 1, 4, 2, 1))
    x = torch.full((100, 1, 28, 28), 0.5).contiguous(memory_format=torch.channels_last)
    return VAE(encoder, decoder).to(memory_format=torch.channels_last), x


def measure(name, make):
    model, x = make()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step():
        optimiser.zero_grad(set_to_none=True)
        model(x).backward()
        optimiser.step()

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
    print(name, threads, round(100 / statistics.median(times)))


measure("fc_vae", fc_vae)
measure("conv_vae", conv_vae)
