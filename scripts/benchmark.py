#!/usr/bin/env python3
"""Measure builds of the example site as whole processes: seconds, processor seconds and memory.

    python scripts/benchmark.py [--runs 3] [--jobs 2]

Each run builds twice: into a new folder, so that everything is drawn, and once more into the same
one, where nothing has changed and nothing is drawn. Processor seconds and peak memory are those of
the parent, which it reads of itself at its end; the workers that draw are not counted.
"""

from __future__ import annotations

import argparse
import os
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
    used = resource.getrusage(resource.RUSAGE_SELF)
    print("parent", used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)
"""


def run(jobs: int) -> dict[str, dict[str, float]]:
    """A cold build and one without news: wall and processor seconds, and megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        return {name: build(Path(folder) / "site", jobs) for name in ("cold", "without news")}


def build(out: Path, jobs: int) -> dict[str, float]:
    """One build as a process of its own."""
    command = [sys.executable, "-c", PARENT, "build", str(ROOT / "data")]
    command += ["--out", str(out), "--jobs", str(jobs)]
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    wall = time.monotonic() - start
    if done.returncode not in (0, 1) or "parent " not in done.stderr:
        sys.exit(done.stderr)
    cpu, peak = done.stderr.rsplit("parent ", 1)[1].split()
    return {"wall s": wall, "parent cpu s": float(cpu), "parent MB": int(peak) / 1024}


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    results = [run(arguments.jobs) for _ in range(arguments.runs)]
    print(f"{arguments.runs} builds of each kind, --jobs {arguments.jobs}, {os.cpu_count()} cores")
    for kind in results[0]:
        print(f"{kind:<15} smallest   median  largest")
        for name in results[0][kind]:
            values = sorted(result[kind][name] for result in results)
            median = statistics.median(values)
            print(f"  {name:<13} {values[0]:>8.1f} {median:>8.1f} {values[-1]:>8.1f}")


if __name__ == "__main__":
    main()
