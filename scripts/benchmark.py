#!/usr/bin/env python3
"""Measure builds of the example site as whole processes: seconds, processor seconds and memory.

    python scripts/benchmark.py [--runs 3] [--jobs 2]

Each build goes into a new folder, so that it is a cold one. Memory is the largest of the parent's
own peak (`parent`), read by the process itself at its end, and of any single process (`largest`).
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PARENT = """
import resource, sys
from perfsite.cli import main
try:
    main()
finally:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"parent-peak {peak}", file=sys.stderr)
"""


def run(jobs: int) -> dict[str, float]:
    """One cold build: wall and processor seconds, and megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", PARENT, "build", str(ROOT / "data")]
        command += ["--out", str(Path(folder) / "site"), "--jobs", str(jobs)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        wall = time.monotonic() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1) or "parent-peak" not in done.stderr:
        sys.exit(done.stderr)
    peak = int(done.stderr.rsplit("parent-peak ", 1)[1].split()[0])
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "wall s": wall,
        "cpu s": cpu,
        "parent MB": peak / 1024,
        "largest MB": after.ru_maxrss / 1024,
    }


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    results = [run(arguments.jobs) for _ in range(arguments.runs)]
    print(f"{arguments.runs} cold builds, --jobs {arguments.jobs}, {os.cpu_count()} cores")
    for name in results[0]:
        values = sorted(result[name] for result in results)
        median = statistics.median(values)
        print(f"  {name:<11} {values[0]:>8.1f} {median:>8.1f} {values[-1]:>8.1f}")
    print("              smallest   median  largest")


if __name__ == "__main__":
    main()
