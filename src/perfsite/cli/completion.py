"""What a shell offers when somebody presses the tab key: codes, and the ids of services.

It has to answer at once, so nothing is understood here and nothing that is wrong is reported.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class

from perfsite import documents
from perfsite.errors import FILE_BYTES, RULES, PerfsiteError
from perfsite.files import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator


SHELLS: Final = ("bash", "zsh", "fish")


def complete_codes(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The codes that begin like this, each with its title."""
    start = incomplete.upper()
    return [
        CompletionItem(rule.code, help=rule.title)
        for rule in RULES.values()
        if rule.code.startswith(start)
    ]


def complete_pages(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The pages of the documentation that begin like this, each with its title."""
    return [
        CompletionItem(name, help=title)
        for name, title in documents.titles().items()
        if name.startswith(incomplete)
    ]


def complete_services(
    ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The ids of the register of DATA that begin like this, each with the service's name.

    A register that cannot be read offers nothing.
    """
    # While the value of an option is missing, click has not yet given the arguments their names.
    unnamed = ctx.args if isinstance(parameter, click.Option) else []
    folder = Path(unnamed[0] if unnamed else ctx.params.get("data") or "data")
    names = dict(pair for pair in _services(folder) if pair[0].startswith(incomplete))
    return [CompletionItem(key, help=name) for key, name in names.items()]


def _services(folder: Path) -> Iterator[tuple[str, str]]:
    """The ids and names of a register, as they are written."""
    for record in (*_rows(folder / "services.csv"), *_records(folder / "services")):
        key, name = (str(record.get(column) or "") for column in ("service", "name"))
        # Line breaks and tabs would confuse the shell.
        yield " ".join(key.split()), " ".join(name.split())


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        return list(csv.DictReader(io.StringIO(_text(path), newline="")))
    except (PerfsiteError, ValueError, csv.Error):
        return []


def _text(path: Path) -> str:
    """The text of a file; a named pipe would keep the shell waiting for ever."""
    return read_file(path, FILE_BYTES).decode("utf-8-sig")


def _records(folder: Path) -> list[dict[str, Any]]:
    records: list[Any] = []
    for path in sorted(folder.glob("*.json")):
        try:
            content = json.loads(_text(path))
        except (PerfsiteError, ValueError, RecursionError):
            continue
        content = content.get("services", content) if isinstance(content, dict) else content
        records += content if isinstance(content, list) else [content]
    return [record for record in records if isinstance(record, dict)]


@click.command(
    epilog="\b\nExamples:\n"
    "  perfsite completion bash >> ~/.bashrc\n"
    "  perfsite completion zsh >> ~/.zshrc\n"
    "  perfsite completion fish > ~/.config/fish/completions/perfsite.fish"
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script with which a SHELL completes commands, options, codes and services."""
    kind = get_completion_class(shell)
    if kind is None:  # pragma: no cover - click knows all of SHELLS
        raise click.UsageError(f"{shell} is not known")
    completer = kind(ctx.find_root().command, {}, "perfsite", "_PERFSITE_COMPLETE")
    # click's own class for bash runs bash to ask for its version, which need not be here.
    click.echo(ShellComplete.source(completer))
