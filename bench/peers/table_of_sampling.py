# SPDX-License-Identifier: MIT
# table_of_sampling.py PROGRAMS: 10,000 images sampled, by ours and by others, in turns, and the table of medians. Everybody takes
# 100 and 1,000 at a time, and the quicker counts.
import os

from programs import NEW, OLD, Peer, median, ours, shown, version

TURNS = min(3, int(os.environ.get("TURNS", 5)))


def main():
    old, new, jax = version(OLD, "torch"), version(NEW, "torch"), version(NEW, "jax")
    peers = {
        f"PyTorch {old or 'of Debian'}": old and (OLD, "eager"),
        f"PyTorch {new or 'newest'}": new and (NEW, "eager"),
        "compiled": new and (NEW, "compiled"),
        f"JAX {jax or ''}".strip(): jax and (NEW, "jax"),
    }
    print("| model, threads | elbo | " + " | ".join(peers) + " | ratio to the fastest |")
    print("|---" * (len(peers) + 3) + "|", flush=True)
    for threads in (1, 2):
        speeds = {}
        running = {heading: Peer(threads, how[0], "sampling.py", how[1]) for heading, how in peers.items() if how}
        for turn in range(TURNS + 1):  # the first waits until the peers have started and compiled
            for model, batch, speed in ours("sampling", threads):
                now = {"elbo": float(speed), **{heading: peer(f"{model} {batch}") for heading, peer in running.items()}}
                for who, images in now.items() if turn > 0 else ():
                    speeds.setdefault((model, who), {}).setdefault(batch, []).append(images)
        for peer in running.values():
            peer.close()
        for model in ("fc_vae", "conv_vae"):
            best = {who: max(map(median, by_batch.values()), key=lambda x: (x == x, x)) for (m, who), by_batch in speeds.items() if m == model}
            fastest = max((x for who, x in best.items() if who != "elbo" and x == x), default=None)
            cells = [shown(best.get(who)) for who in ("elbo", *peers)]
            print(f"| {model}, {threads} | " + " | ".join(cells) + f" | {shown(best['elbo'] / fastest, '{:.2f}') if fastest else ''} |", flush=True)


main()
