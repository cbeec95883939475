# SPDX-License-Identifier: MIT
# How the tables of bench/run start programs, ours and others'. The environment says: PYTHON has an old PyTorch,
# PEERS_PYTHON has new peers (either may have none); OPENBLAS is a folder with the BLAS of the old one, PRELOAD_FOR_MKL a
# library that the new one starts with.
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = sys.argv[1]
OLD, NEW = os.environ.get("PYTHON", "python3"), os.environ.get("PEERS_PYTHON", "")


def output_of(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def environment(threads, python=None, script=None):
    count = str(threads)
    all = {**os.environ, "OMP_NUM_THREADS": count, "OPENBLAS_NUM_THREADS": count, "MKL_NUM_THREADS": count, "JAX_PLATFORMS": "cpu"}
    if python == OLD and "OPENBLAS" in os.environ:
        all["LD_LIBRARY_PATH"] = os.environ["OPENBLAS"]
    if python == NEW and script != "jax_peer.py" and "PRELOAD_FOR_MKL" in os.environ:
        all["LD_PRELOAD"] = os.environ["PRELOAD_FOR_MKL"]
    return all


def version(python, module):
    """None where it is not installed."""
    if not python:
        return None
    try:
        return output_of(python, "-c", f"import {module}; print({module}.__version__)", stderr=subprocess.DEVNULL).strip()
    except (subprocess.CalledProcessError, OSError):
        return None


def ours(program, threads, *arguments):
    """The lines that one of our programs prints, as lists of words."""
    lines = output_of(os.path.join(PROGRAMS, program), str(threads), *arguments, env=environment(threads)).splitlines()
    return [line.split() for line in lines]


class Peer:
    """A program that stays, so that it compiles once; it is asked for one timing after another."""

    def __init__(self, threads, python, script, *arguments):
        self.process = subprocess.Popen([python, os.path.join(HERE, script), *arguments, str(threads)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment(threads, python, script))

    def __call__(self, what):
        try:
            print(what, file=self.process.stdin, flush=True)
            return float(self.process.stdout.readline())
        except (OSError, ValueError):  # it could not
            return None

    def close(self):
        """MB that it held at most."""
        try:
            self.process.stdin.close()
        except OSError:  # it has ended
            pass
        return peak_of(self.process)


def peak_of(process):
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0  # it has been waited for
    return used.ru_maxrss * 1024 / 1e6


def shown(x, form="{:,.0f}"):
    return "not installed" if x is None else form.format(x) if x == x else "fails"


def median(numbers):
    return None if not numbers else float("nan") if None in numbers else statistics.median(numbers)
