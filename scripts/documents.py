"""Writes what docs/ holds that is made: the pages of commands and of errors, the JSON Schemas.

Tests hold these files against the code. To accept a change, run this and read the difference.
"""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import click

from perfsite.cli import main
from perfsite.errors import Severity
from perfsite.explanations import load_explanations
from perfsite.exports.schemas import audit_schema, schema_files
from perfsite.frames import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfsite.explanations import Explanation
    from perfsite.frames import FrameSchema

DOCS: Final = Path(__file__).parents[1] / "docs"
_LIST: Final = "## All codes"
_WIDTH: Final = 80
_HEAD: Final = """\
# Commands

What `perfsite` can do, in the words of `perfsite COMMAND --help`. This page is made by
`scripts/documents.py`, and a test holds it against the commands.

`perfsite completion` prints a script with which a shell completes commands, options, the codes of
`explain` and the ids of services. How a host of code shows problems beside the lines that have
them is said in [Checking submissions on a code host](ci.md).

Commands whose work takes long have `-v`: each stage is told on standard error when it ends, after
the stages within it, with the seconds since the command began and those that it took. With
`--log-format json` all of standard error is for a collector of logs: an object a line, with
`stage`, `seconds` and `since_start`, or with `message`. Standard output and what is made are the
same with and without.
"""

_FRAMES: Final = """\
# Frames

The frames of pandas that pass from one module of perfsite to another, in the order in which figures
go through them. This page is for who changes the code; it is made by `scripts/documents.py` from
`src/perfsite/frames.py`, and a test holds it against that. Each frame is held against its columns
where it enters a stage, in all tests and where a command has `-v`
([why](decisions/044-frames.md)). A cell of text that says nothing is empty; "or nothing" is NaN.
"""


def write_documents() -> None:
    """Write docs/commands.md, docs/frames.md, docs/schemas/ and the codes of docs/errors.md."""
    (DOCS / "commands.md").write_text(describe_commands(main), "utf-8", newline="\n")
    (DOCS / "frames.md").write_text(describe_frames(), "utf-8", newline="\n")
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


def describe_frames() -> str:
    """The Markdown of docs/frames.md: a section for each frame that passes between modules."""
    return "\n".join([_FRAMES, *map(_frame, SCHEMAS)])


def _frame(schema: FrameSchema) -> str:
    """The section of a frame: what it holds, where it is made, its key and its columns."""
    if schema.key:
        key = f"No two rows share {', '.join(f'`{name}`' for name in schema.key)}."
    else:
        key = "Rows may be alike."
    more = " It may have other columns." if schema.open else ""
    rows = [
        f"| `{one.name}` | {one.expected} | {one.unit} | {one.meaning} |" for one in schema.fields
    ]
    head = ["| column | type | unit | meaning |", "|---|---|---|---|"]
    text = f"{schema.meaning[0].upper()}{schema.meaning[1:]}. Made by {schema.made_by}. {key}{more}"
    title = f"## {schema.name[0].upper()}{schema.name[1:]}"
    return "\n".join([title, "", text, "", *head, *rows, ""])


def describe_commands(main: click.Group) -> str:
    """The Markdown of docs/commands.md: a section for each command, in alphabetical order."""
    parts = [_HEAD]
    for context in commands(main):
        help_ = context.command.get_help(context).rstrip()
        parts.append(f"## `{context.command_path}`\n\n```text\n{help_}\n```\n")
    return "\n".join(parts)


def commands(main: click.Group) -> Iterator[click.Context]:
    """The context of each command, those of groups after their group."""
    yield from _below(main, None)


def _below(command: click.Command, parent: click.Context | None) -> Iterator[click.Context]:
    context = click.Context(
        command,
        parent=parent,
        info_name=command.name if parent else "perfsite",
        terminal_width=_WIDTH,
        max_content_width=_WIDTH,
    )
    # A context takes this from its parent only while a line is parsed.
    context.help_option_names = ["-h", "--help"]
    yield context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if (child := command.get_command(context, name)) and not child.hidden:
                yield from _below(child, context)


if __name__ == "__main__":
    write_documents()
