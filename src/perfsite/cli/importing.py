"""Other people's formats into ours, on the command line: a command for each importer there is.

Importers are found through entry points (`perfsite.importers.GROUP`), perfsite's own and those of
any other distribution. Each is loaded when its command is asked for, so that a broken one breaks
nothing else.
"""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from perfsite.cli.common import DATA_ERRORS, DONE, FILE, FOLDER, check_new, write_file
from perfsite.errors import BuildError, OverBudgetError, PerfsiteError, UsageError, has_errors
from perfsite.importers import GROUP, OWN, Imported, Importer, Option, counted
from perfsite.report import text_report

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from perfsite.config import Budgets
    from perfsite.model import Source


class Importers(click.Group):
    """The group whose commands are the importers that are installed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all importers; none is loaded for it."""
        return sorted({*super().list_commands(ctx), *found_importers()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of the importer of this name, loaded, or one that says why it cannot be."""
        points = found_importers().get(cmd_name)
        if points is None:
            return super().get_command(ctx, cmd_name)
        try:
            return _command(cmd_name, points)
        except PerfsiteError as error:
            return _refusal(cmd_name, str(error))


@click.group("import", cls=Importers)
def import_() -> None:
    """Turn other people's formats into the folder DATA."""


def found_importers() -> dict[str, list[EntryPoint]]:
    """The entry points of importers, by name; more than one where distributions clash."""
    found = {name: [EntryPoint(name, value, GROUP)] for name, value in OWN.items()}
    for point in entry_points(group=GROUP):
        if point.value != OWN.get(point.name):
            found.setdefault(point.name, []).append(point)
    return found


def load_importer(name: str, points: Sequence[EntryPoint]) -> Importer:
    """The importer of this name.

    Raises:
        UsageError: if more than one distribution offers it, or it cannot be loaded.
    """
    point, *others = points
    if others and name in OWN:
        what = ", ".join(map(_distribution, others))
        click.echo(f"perfsite: the importer {name} is perfsite's own; not that of {what}", err=True)
    elif others:
        what = " and ".join(map(_distribution, points))
        raise UsageError(f"the importer {name} is offered by {what}; uninstall all but one")
    why = f"the importer {name} of {_distribution(point)} cannot be used"
    try:
        importer = point.load()
    # Whatever another distribution does when it is imported, the other commands go on.
    except Exception as error:
        raise UsageError(f"{why}: {_sentence(error)}; update or uninstall it") from error
    if not isinstance(importer, Importer):
        raise UsageError(f"{why}: {point.value} is no perfsite.importers.Importer")
    return importer


def _distribution(point: EntryPoint) -> str:
    """The distribution that offers an entry point, in words."""
    return f"{point.dist.name} {point.dist.version}" if point.dist else "perfsite"


def _sentence(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def _refusal(name: str, reason: str) -> click.Command:
    """A command that stands in the list and says why it cannot be used."""

    def refuse(words: tuple[str, ...]) -> None:
        del words
        raise UsageError(reason)

    words = click.Argument(["words"], nargs=-1, type=click.UNPROCESSED)
    return click.Command(
        name,
        params=[words],
        callback=refuse,
        help=f"This command says: {reason}.",
        short_help="Cannot be used; run it to see why.",
        context_settings={"ignore_unknown_options": True},
    )


def _command(name: str, points: Sequence[EntryPoint]) -> click.Command:
    """The command of an importer: its files, --out and --force, and its own options."""
    importer = load_importer(name, points)
    distribution = _distribution(points[0])

    def run(files: tuple[Path, ...], out: Path, force: bool, **given: Any) -> None:  # noqa: ANN401
        # click knows options by names that Python could have; an importer by what people type.
        options = {option.name: given[_key(option)] for option in importer.options}
        _import(importer, distribution, files, options, out, force=force)

    try:
        own = [_declared(option) for option in importer.options]
        return click.Command(
            name,
            params=[
                click.Argument(
                    ["files"],
                    nargs=1 if importer.one_file else -1,
                    required=True,
                    type=FILE,
                    metavar="FILE" if importer.one_file else "FILE...",
                    callback=lambda _, __, value: (value,) if importer.one_file else value,
                ),
                click.Option(
                    ["--out"], type=FOLDER, required=True, help="The data folder to make."
                ),
                click.Option(
                    ["--force"], is_flag=True, help="Replace files that are there and differ."
                ),
                *own,
            ],
            callback=run,
            help=importer.help,
            short_help=importer.summary,
            epilog=_example(importer),
        )
    except Exception as error:
        why = f"the importer {name} of {distribution} cannot be used: its options are not plain"
        raise UsageError(f"{why}: {_sentence(error)}; update or uninstall it") from error


def _example(importer: Importer) -> str:
    """How the command is given, with the options that it cannot do without."""
    needed = "".join(
        f" --{option.name} {option.metavar or option.name.upper()}"
        for option in importer.options
        if option.required
    )
    return f"\b\nExamples:\n  perfsite import {importer.name} FILE{needed} --out data"


def _key(option: Option) -> str:
    return "option_" + option.name.replace("-", "_")


def _declared(option: Option) -> click.Option:
    """An option as click knows it.

    Raises:
        ValueError: if its kind is not known, or it is called like an option of every importer.
    """
    if option.name in ("out", "force", "help"):
        raise ValueError(f"--{option.name} is an option of every importer")
    names = [f"--{option.name}", _key(option)]
    if option.kind == "flag":
        return click.Option(names, is_flag=True, help=option.help)
    types = {"text": click.STRING, "path": FILE, "choice": click.Choice(option.choices)}
    if option.kind not in types:
        raise ValueError(f"--{option.name} is of the kind {option.kind}")
    # To some versions of click a default of None is a value, and nothing is required any more.
    default: dict[str, Any] = {} if option.default is None else {"default": option.default}
    return click.Option(
        names,
        type=types[option.kind],
        required=option.required,
        show_default=True,
        metavar=option.metavar or None,
        help=option.help,
        **default,
    )


def _import(
    importer: Importer,
    distribution: str,
    files: Sequence[Path],
    options: Mapping[str, Any],
    out: Path,
    *,
    force: bool,
) -> None:
    """Run an importer and write what it made; ends the process with its exit code."""
    from perfsite.importers.holding import held_back  # noqa: PLC0415 - pandas takes half a second
    from perfsite.load import load_config  # noqa: PLC0415 - as above

    budgets = load_config(out).budgets
    read = {
        name: _load(value, budgets) if isinstance(value, Path) else value
        for name, value in options.items()
    }
    names = ", ".join(path.name for path in files)
    imported = _run(importer, distribution, [_load(path, budgets) for path in files], read)
    problems = [*imported.problems, *held_back(imported)]
    report = text_report(problems, len(problems))
    if not imported.files:
        click.echo(report)
        raise BuildError(f"{names} could not be imported; nothing was written")
    _check_inside(out, imported.files, f"the importer {importer.name} of {distribution}")
    if not force:
        check_new(out, imported.files)
    for name, content in imported.files.items():
        write_file(out / name, content)
    click.echo(report)
    if imported.carried:
        click.echo(f"Carried over: {imported.carried}.")
    click.echo(f"Imported {names} to {out}: {counted(len(imported.files), 'file')}.")
    sys.exit(DATA_ERRORS if has_errors(problems) else DONE)


def _load(path: Path, budgets: Budgets) -> Source:
    """A file that is to be imported, which is not larger than the budgets of the folder allow.

    Raises:
        UsageError: naming the budget that is exceeded.
    """
    from perfsite.load import load_source  # noqa: PLC0415 - pandas takes half a second
    from perfsite.tables import READABLE, WORKBOOKS, check_size  # noqa: PLC0415

    source = load_source(path, budgets)
    try:
        # Workbooks are held against the budgets where they are read.
        if path.suffix.lower() in READABLE and path.suffix.lower() not in WORKBOOKS:
            check_size(source, budgets)
    except OverBudgetError as more:
        problem = more.problem(source.path, budgets)
        raise UsageError(
            f"{problem.place} has {problem.found}; expected are {problem.expected}: {problem.fix}"
        ) from more
    return source


def _run(
    importer: Importer, distribution: str, sources: Sequence[Source], options: Mapping[str, object]
) -> Imported:
    """What the importer makes of the files.

    Raises:
        BuildError: if it fails, or gives back something else; it names the distribution.
    """
    why = f"the importer {importer.name} of {distribution} failed, and nothing was written"
    try:
        imported = importer.run(sources, options)
    except PerfsiteError:
        raise
    except Exception as error:
        raise BuildError(f"{why}: {_sentence(error)}; tell its authors") from error
    if not isinstance(imported, Imported) or not all(
        isinstance(content, str | bytes) for content in imported.files.values()
    ):
        raise BuildError(f"{why}: it made no perfsite.importers.Imported; tell its authors")
    return imported


def _check_inside(out: Path, files: Iterable[str], who: str) -> None:
    """Refuse to write outside the folder, by whatever way a path leads there.

    Raises:
        BuildError: naming the path.
    """
    root = out.resolve()
    for name in files:
        path = PurePosixPath(name)
        odd = path.is_absolute() or ".." in path.parts or not path.parts or set("\\:\0") & set(name)
        # A link within the folder can lead out of it, too.
        if odd or root not in (out / name).resolve().parents:
            raise BuildError(
                f"{who} wants to write {name!r}, which is not within {out}; nothing was written"
            )
