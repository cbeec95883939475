# SPDX-License-Identifier: MIT
# A trainer on two machines: five steps of each, every term of every step compared.
#     same_steps.py examples/fc_vae device_fc_vae_OMP FOLDER
import json
import os
import shutil
import subprocess
import sys

on_host, on_device, folder = sys.argv[1:]
tolerance = 1e-4  # of a term, or of a hundredth of the largest


def history(program, name):
    out = os.path.join(folder, name)
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    ran = subprocess.run([program, "--fast", "--batch", "400", "--epochs", "1", "--threads", "2", "--out", out], capture_output=True, text=True)
    if "insufficient" in ran.stderr or "no CUDA-capable device" in ran.stderr:
        card = subprocess.run([program, "--summary"], capture_output=True, text=True)
        if card.returncode != 0 or "parameters" not in card.stdout:
            sys.exit(f"{program} --summary: {card.returncode}\n{card.stdout}{card.stderr}")
        print("skipped: there is no GPU; it is compiled, linked and prints its card")
        sys.exit(0)
    if ran.returncode != 0:
        sys.exit(f"{program}: exit code {ran.returncode}\n{ran.stdout}{ran.stderr}")
    with open(os.path.join(out, "metrics.jsonl")) as lines:
        return [json.loads(line) for line in lines]


device, host = history(on_device, "device"), history(on_host, "host")
if len(host) != 5 or len(device) != 5:
    sys.exit(f"expected five lines of history, got {len(host)} and {len(device)}")
unlike = {"seconds", "images_per_second"}
worst = 0
for expected, got in zip(host, device):
    if expected.keys() != got.keys():
        sys.exit(f"other terms: {sorted(expected)} and {sorted(got)}")
    largest = max(abs(v) for k, v in expected.items() if k not in unlike)
    for name, value in expected.items():
        if name not in unlike:
            worst = max(worst, abs(got[name] - value) / max(abs(value), 0.01 * largest))
print(f"five steps, {len(host[0]) - len(unlike)} numbers each: {worst:.1e} apart at most")
if not worst <= tolerance:
    sys.exit("the machines go different ways")
