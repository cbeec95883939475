# SPDX-License-Identifier: MIT
# table_of_scaling.py PROGRAMS: training fc_vae at other batches and widths on two threads, by ours and by the newest PyTorch, in turns.
# Prints the table of medians, and draws bench/scaling_batch.svg and bench/scaling_width.svg.
import os
import subprocess

from programs import HERE, NEW, PROGRAMS, Peer, median, ours, shown, version

TURNS = min(3, int(os.environ.get("TURNS", 5)))
LABELS = {"batch": "images a batch, 500 hidden units", "width": "hidden units, 100 images a batch"}


def main():
    new = version(NEW, "torch")
    headings = {f"PyTorch {new or 'newest'}": "eager", "compiled": "compiled"}
    running = {heading: Peer(2, NEW, "scaling.py", way) for heading, way in headings.items() if new}
    speeds = {}  # (batch or width, how large) -> who -> images/s of each turn
    for turn in range(TURNS + 1):  # the first waits until the peers have started and compiled
        for what, size, speed in ours("scaling", 2):
            now = {"elbo": float(speed), **{heading: peer(f"{what} {size}") for heading, peer in running.items()}}
            for who, images in now.items() if turn > 0 else ():
                speeds.setdefault((what, int(size)), {}).setdefault(who, []).append(images)
    for peer in running.values():
        peer.close()
    medians = {size: {who: median(of_turns) for who, of_turns in by_who.items()} for size, by_who in speeds.items()}
    print("| fc_vae, two threads | elbo | " + " | ".join(headings) + " | ratio to the faster |")
    print("|---" * (len(headings) + 3) + "|")
    for (what, size), by_who in medians.items():
        own, *theirs = (by_who.get(who) for who in ("elbo", *headings))
        faster = max((x for x in theirs if x and x == x), default=None)
        print(f"| {what} {size:,} | " + " | ".join(map(shown, (own, *theirs))) + f" | {shown(own / faster, '{:.2f}') if faster else ''} |")
    print()
    for plot, label in LABELS.items():
        lines = [f"{size} {y} {who if who == 'elbo' or who.startswith('PyTorch') else 'PyTorch, ' + who}\n"
                 for (what, size), by_who in medians.items() if what == plot for who, y in by_who.items() if y == y]
        subprocess.run([os.path.join(PROGRAMS, "scaling"), "draw", os.path.join(os.path.dirname(HERE), f"scaling_{plot}.svg"), label],
                       input="".join(lines), text=True, check=True)
        print(f"![Images a second over {label}](scaling_{plot}.svg)")


main()
