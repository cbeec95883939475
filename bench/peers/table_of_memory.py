# SPDX-License-Identifier: MIT
# table_of_memory.py PROGRAMS: MB that a program holds at most while it trains fc_vae, with a batch and no data set.
import os
import subprocess

from programs import NEW, OLD, PROGRAMS, Peer, environment, peak_of, shown, version


def of_ours():
    process = subprocess.Popen([os.path.join(PROGRAMS, "train_step"), "1", "fc_vae"], stdout=subprocess.DEVNULL, env=environment(1))
    return peak_of(process)


def of(*command):
    peer = Peer(1, *command)
    peer("fc_vae")
    return peer.close()


def main():
    old, new, jax = version(OLD, "torch"), version(NEW, "torch"), version(NEW, "jax")
    columns = {"elbo": of_ours(), f"PyTorch {old or 'of Debian'}": old and of(OLD, "pytorch.py", "eager"),
               f"PyTorch {new or 'newest'}": new and of(NEW, "pytorch.py", "eager"), "compiled": new and of(NEW, "pytorch.py", "compiled"),
               f"JAX {jax or ''}".strip(): jax and of(NEW, "jax_peer.py")}
    print("| " + " | ".join(columns) + " |")
    print("|---" * len(columns) + "|")
    print("| " + " | ".join(shown(x) for x in columns.values()) + " |")


main()
