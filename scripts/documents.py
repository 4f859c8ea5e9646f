"""Writes what docs/ holds that is made by the code: the page of commands, and the JSON Schemas.

Tests hold these files against the code. To accept a change, run this and read the difference.
"""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

from perfsite.cli import main
from perfsite.cli.describing import describe_commands
from perfsite.exports.schemas import audit_schema, schema_files

DOCS = Path(__file__).parents[1] / "docs"


def write_documents() -> None:
    """Write docs/commands.md and docs/schemas/."""
    (DOCS / "commands.md").write_text(describe_commands(main), "utf-8", newline="\n")
    for file in schema_files():
        (DOCS / "schemas" / PurePosixPath(file.path).name).write_bytes(file.data)
    audit = f"{json.dumps(audit_schema(), ensure_ascii=False, indent=2)}\n"
    (DOCS / "schemas" / "audit.json").write_text(audit, "utf-8", newline="\n")


if __name__ == "__main__":
    write_documents()
