# SPDX-License-Identifier: MIT
# A trainer on two machines:
#   some steps of each, every term of every line of the history compared,
#   twice on the device, with the same bits,
#   and the second epoch on the device from the first on the host, and the other way round.
#     same_steps.py examples/fc_vae device_fc_vae_OMP FOLDER [LEARNING_RATE]
import json
import os
import shutil
import subprocess
import sys

on_host, on_device, folder = sys.argv[1:4]
learning_rate = sys.argv[4] if len(sys.argv) > 4 else "0.0002"
tolerance = 1e-4  # of a term, or of a hundredth of the largest
# Plain gradient descent: Adam makes a whole step of a gradient that is zero but for rounding, as of a bias before batch norm.
name_of_trainer = os.path.basename(on_host)


def run(program, name, *more):
    out = os.path.join(folder, name)
    if "--resume" not in more:
        shutil.rmtree(out, ignore_errors=True)
        os.makedirs(out)
    ran = subprocess.run([program, "--fast", "--batch", "200", "--threads", "2", "--set", "optimizer=sgd", "--set", "learning_rate=" + learning_rate, "--out", out, *more], capture_output=True, text=True)
    if "CUDA driver version is insufficient" in ran.stderr or "no CUDA-capable device" in ran.stderr:
        card = subprocess.run([program, "--summary"], capture_output=True, text=True)
        if card.returncode != 0 or "parameters" not in card.stdout:
            sys.exit(f"{program} --summary: {card.returncode}\n{card.stdout}{card.stderr}")
        print("skipped: there is no GPU; the trainer is compiled, linked and prints its card")
        sys.exit(0)
    if ran.returncode != 0:
        sys.exit(f"{program}: exit code {ran.returncode}\n{ran.stdout}{ran.stderr}")
    with open(os.path.join(out, "metrics.jsonl")) as lines:
        return [json.loads(line) for line in lines]


def weights(name):
    with open(os.path.join(folder, name, name_of_trainer + ".safetensors"), "rb") as file:
        return file.read()


def apart(expected, got):
    if len(expected) != len(got):
        sys.exit(f"expected {len(expected)} lines of history, got {len(got)}")
    worst = 0
    for one, other in zip(expected, got):
        if one.keys() != other.keys():
            sys.exit(f"other terms: {sorted(one)} and {sorted(other)}")
        names = one.keys() - {"seconds", "images_per_second"}
        largest = max(abs(one[name]) for name in names)
        for name in names:
            worst = max(worst, abs(other[name] - one[name]) / max(abs(one[name]), 0.01 * largest))
    return worst


def continued(first, program, name):
    out = os.path.join(folder, name)
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(os.path.join(folder, first), out)
    return run(program, name, "--epochs", "2", "--resume")


device, host = run(on_device, "device", "--epochs", "1"), run(on_host, "host", "--epochs", "1")
if len(host) < 5:
    sys.exit(f"expected at least five lines of history, got {len(host)}")
steps = apart(host, device)
run(on_device, "again", "--epochs", "1")
same_bits = weights("device") == weights("again")
whole = continued("host", on_host, "host_then_host")
there, back = apart(whole, continued("host", on_device, "host_then_device")), apart(whole, continued("device", on_host, "device_then_host"))
print(f"steps {steps:.1e} apart at most; resumed {there:.1e} and {back:.1e}; {'the same' if same_bits else 'OTHER'} bits again")
if not (steps <= tolerance and there <= tolerance and back <= tolerance and same_bits):
    sys.exit("the machines go different ways")
