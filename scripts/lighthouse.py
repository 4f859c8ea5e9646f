#!/usr/bin/env python3
"""Run Lighthouse on the home page, the list and a service, served compressed from this machine.

    make lighthouse

The four categories are printed, and every audit that costs a point. The exit code is 1 if
accessibility, best practices or SEO is under 100, or performance under 98. Performance depends on
how busy the machine is: with --runs the median of several runs counts.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from browser.places import PAGES
from browser.server import serve_site
from tools import QUIET, TOOLS

LIGHTHOUSE: Final = Path(sys.prefix) / "lighthouse/node_modules/lighthouse/cli/index.js"
LOOKED_AT: Final = ("home", "list", "service with much")
LEAST: Final = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
"""Category to the score, of 100, that is asked for."""
Report = dict[str, Any]
"""What Lighthouse writes as JSON."""


def run(address: str, chromium: Path) -> Report:
    """Lighthouse's report on a page, as a phone of middling speed sees it.

    Raises:
        SystemExit: if Lighthouse fails.
    """
    own = f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    command = ["node", str(LIGHTHOUSE), address, "--output=json", "--quiet"]
    command += [f"--only-categories={','.join(LEAST)}", "--no-enable-error-reporting"]
    command += [f"--chrome-flags={' '.join(('--headless=new', *QUIET))}"]
    done = subprocess.run(  # noqa: S603
        command,
        env={**os.environ, "PATH": own, "CHROME_PATH": str(chromium)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    if done.returncode:
        sys.exit(f"Lighthouse failed on {address}:\n{done.stderr}")
    report: Report = json.loads(done.stdout)
    if "runtimeError" in report:
        sys.exit(f"Lighthouse failed on {address}: {report['runtimeError']['message']}")
    return report


def scores(reports: list[Report]) -> dict[str, float]:
    """The median score of each category, of 100."""
    return {
        name: statistics.median(round(100 * r["categories"][name]["score"]) for r in reports)
        for name in LEAST
    }


def faults(report: Report) -> list[str]:
    """Each audit that counts and is not passed, with what it says."""
    return [
        f"{category}: {audit['title']} ({reference['id']} {audit['score']:.2f}) "
        f"{audit.get('displayValue', '')}".rstrip()
        for category in LEAST
        for reference in report["categories"][category]["auditRefs"]
        if reference["weight"]
        for audit in [report["audits"][reference["id"]]]
        if audit["score"] is not None and audit["score"] < 1
    ]


def main() -> None:
    """Parse, serve, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path, default=Path("build"), help="a built site")
    parser.add_argument("--runs", type=int, default=1, help="the median of so many runs counts")
    arguments = parser.parse_args()
    chromium = TOOLS["chromium"].find()
    if not (arguments.site / "index.html").is_file():
        sys.exit(f"there is no site in {arguments.site}; make one with: make site")
    if chromium is None or not LIGHTHOUSE.is_file():
        sys.exit("Lighthouse or Chromium is missing: scripts/browser_tools.sh .venv lighthouse")

    enough = True
    print(f"{'':<22}" + "".join(f"{name:>16}" for name in LEAST))
    with serve_site(arguments.site) as address:
        for page in LOOKED_AT:
            reports = [run(address + PAGES[page], chromium) for _ in range(arguments.runs)]
            found = scores(reports)
            print(f"{page:<22}" + "".join(f"{found[name]:>16.0f}" for name in LEAST))
            for fault in faults(reports[-1]):
                print(f"    {fault}")
            enough = enough and all(found[name] >= LEAST[name] for name in LEAST)
    sys.exit(not enough)


if __name__ == "__main__":
    main()
