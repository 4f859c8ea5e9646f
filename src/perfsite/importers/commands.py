"""Other people's formats into ours, on the command line: a command for each importer there is.

Importers are found by entry points (`perfsite.importers.GROUP`), perfsite's own and those of any
other distribution.
"""

from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from perfsite.cli.common import DATA_ERRORS, DONE, FILE, FOLDER, check_new, write_file
from perfsite.cli.extensions import Extended, distribution, sentence, unusable
from perfsite.errors import BuildError, OverBudgetError, PerfsiteError, UsageError, has_errors
from perfsite.importers import GROUP, Imported, Importer, Option, counted
from perfsite.report import text_report

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from importlib.metadata import EntryPoint

    from perfsite.config import Budgets
    from perfsite.model import Source


class Importers(Extended):
    """The group whose commands are the importers that are installed."""

    points = GROUP

    def made(self, loaded: object, point: EntryPoint) -> click.Command:
        """The command of an importer."""
        if not isinstance(loaded, Importer):
            raise unusable(point, f"{point.value} is no perfsite.importers.Importer")
        return _command(loaded, point)


@click.group("import", cls=Importers)
def import_() -> None:
    """Turn other people's formats into the folder DATA."""


def _command(importer: Importer, point: EntryPoint) -> click.Command:
    """The command of an importer: its files, --out and --force, and its own options."""
    distributor = distribution(point)

    def run(files: tuple[Path, ...], out: Path, force: bool, **parameters: Any) -> None:  # noqa: ANN401
        # click knows options by names that Python could have; an importer by what people type.
        options = {option.name: parameters[_key(option)] for option in importer.options}
        _import(importer, distributor, files, options, out, force=force)

    try:
        declared = [_declared(option) for option in importer.options]
        return click.Command(
            point.name,
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
                *declared,
            ],
            callback=run,
            help=importer.help,
            short_help=importer.summary,
            epilog=_example(importer),
        )
    except Exception as error:
        why = f"its options are not plain: {sentence(error)}; update or uninstall it"
        raise unusable(point, why) from error


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
    distributor: str,
    files: Sequence[Path],
    options: Mapping[str, Any],
    out: Path,
    *,
    force: bool,
) -> None:
    """Run an importer and write what it made; ends the process with its exit code."""
    from perfsite.importers.spreadsheets import held_back  # noqa: PLC0415 - pandas takes half a second
    from perfsite.load import load_config  # noqa: PLC0415 - as above

    budgets = load_config(out).budgets
    read = {
        name: _load(value, budgets) if isinstance(value, Path) else value
        for name, value in options.items()
    }
    names = ", ".join(path.name for path in files)
    imported = _run(importer, distributor, [_load(path, budgets) for path in files], read)
    problems = [*imported.problems, *held_back(imported)]
    report = text_report(problems, len(problems))
    if not imported.files:
        click.echo(report)
        raise BuildError(f"{names} could not be imported; nothing was written")
    _check_inside(out, imported.files, f"the importer {importer.name} of {distributor}")
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
    except OverBudgetError as error:
        problem = error.problem(source.path, budgets)
        raise UsageError(
            f"{problem.place} has {problem.found}; expected are {problem.expected}: {problem.fix}"
        ) from error
    return source


def _run(
    importer: Importer, distributor: str, sources: Sequence[Source], options: Mapping[str, object]
) -> Imported:
    """What the importer makes of the files.

    Raises:
        BuildError: if it fails, or gives back something else; it names the distributor.
    """
    why = f"the importer {importer.name} of {distributor} failed, and nothing was written"
    try:
        imported = importer.run(sources, options)
    except PerfsiteError:
        raise
    except Exception as error:
        raise BuildError(f"{why}: {sentence(error)}; tell its authors") from error
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
