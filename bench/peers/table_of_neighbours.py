# SPDX-License-Identifier: MIT
# table_of_neighbours.py PROGRAMS: steps of fc_vae while another program keeps one processor busy.
import os
import subprocess
import sys

from programs import NEW, OLD, Peer, ours, shown, version

BUSY = "import os\nos.sched_setaffinity(0, {max(os.sched_getaffinity(0))})\nwhile True: pass"


class Ours:
    def __init__(self, threads, batch):
        self.threads, self.batch = threads, batch

    def __call__(self, _):
        return float(ours("scaling", self.threads, str(self.batch))[0][2])

    def close(self):
        pass


def speed(start, threads, busy):
    program = start(threads)
    program("fc_vae")
    neighbour = subprocess.Popen([sys.executable, "-c", BUSY]) if busy else None
    try:
        return program("fc_vae")
    finally:
        if neighbour:
            neighbour.kill()
            neighbour.wait()
        program.close()


def main():
    old, new = version(OLD, "torch"), version(NEW, "torch")
    rows = {"elbo": lambda threads: Ours(threads, 100), "elbo, batch 4": lambda threads: Ours(threads, 4), "elbo, batch 1": lambda threads: Ours(threads, 1),
            f"PyTorch {old or 'of Debian'}": old and (lambda threads: Peer(threads, OLD, "pytorch.py", "eager")),
            f"PyTorch {new or 'newest'}": new and (lambda threads: Peer(threads, NEW, "pytorch.py", "eager"))}
    print("| fc_vae, images/s | one thread | two threads | two threads and a neighbour |")
    print("|---|---|---|---|")
    for name, start in rows.items():
        cells = [shown(speed(start, threads, busy)) if start else "not installed" for threads, busy in ((1, False), (2, False), (2, True))]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


main()
