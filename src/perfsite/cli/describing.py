"""The page about all commands, made of what each says of itself with --help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDTH: Final = 80
_HEAD: Final = """\
# Commands

What `perfsite` can do, in the words of `perfsite COMMAND --help`. This page is made by
`scripts/documents.py`, and a test holds it against the commands.

`perfsite completion` prints a script with which a shell completes commands, options, the codes of
`explain` and the ids of services. How a host of code shows problems beside the lines that have
them is said in [Checking submissions on a code host](ci.md).
"""


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
