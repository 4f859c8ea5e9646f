"""Writes what docs/ holds that is made: the pages of commands and of errors, the JSON Schemas.

Tests hold these files against the code. To accept a change, run this and read the difference.
"""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from perfsite.cli import main
from perfsite.cli.describing import describe_commands
from perfsite.errors import Severity
from perfsite.explanations import load_explanations
from perfsite.metadata.schemas import audit_schema, schema_files

if TYPE_CHECKING:
    from perfsite.explanations import Explanation

DOCS: Final = Path(__file__).parents[1] / "docs"
_LIST: Final = "## All codes"


def write_documents() -> None:
    """Write docs/commands.md, docs/schemas/ and what docs/errors.md says of the codes."""
    (DOCS / "commands.md").write_text(describe_commands(main), "utf-8", newline="\n")
    errors = DOCS / "errors.md"
    errors.write_text(errors_page(errors.read_text("utf-8")), "utf-8", newline="\n")
    for file in schema_files():
        (DOCS / "schemas" / PurePosixPath(file.path).name).write_bytes(file.data)
    audit = f"{json.dumps(audit_schema(), ensure_ascii=False, indent=2)}\n"
    (DOCS / "schemas" / "audit.json").write_text(audit, "utf-8", newline="\n")


def errors_page(page: str) -> str:
    """docs/errors.md with the list of codes and the section of each made anew.

    What stands before the list, and between it and the first section, is written by hand.
    """
    explanations = load_explanations().values()
    before, _, after = page.partition(_LIST)
    between = after[after.index("\n## ") : after.index("\n## PS")].strip()
    lists = [
        f"{severity.capitalize()}s:\n\n"
        + "\n".join(_entry(one) for one in explanations if one.rule.severity is severity)
        for severity in Severity
    ]
    sections = [f"## {one.title}\n\n{one.markdown}" for one in explanations]
    return "\n\n".join([f"{before}{_LIST}", *lists, between, *sections]) + "\n"


def _entry(one: Explanation) -> str:
    """The line of a code in the list; its link is the anchor that a heading gets on the web."""
    anchor = re.sub(r"[^\w\- ]", "", one.title.lower()).replace(" ", "-")
    return f"- [{one.code}](#{anchor}) {one.rule.title}"


if __name__ == "__main__":
    write_documents()
