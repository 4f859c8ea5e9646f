"""Compile the kinds of charts to Vega, into the package: `make charts`."""

from __future__ import annotations

from pathlib import Path

from perfsite.charts.kinds import compiled_kinds

KINDS = Path(__file__).parents[1] / "src" / "perfsite" / "charts" / "kinds.json"

if __name__ == "__main__":
    KINDS.write_text(compiled_kinds(), encoding="utf-8")
