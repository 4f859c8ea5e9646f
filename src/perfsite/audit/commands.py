"""Auditing a finished site, on the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from perfsite.cli.common import DATA_ERRORS, DONE, FILE, FOLDER, with_log, write_file
from perfsite.disk import is_kept, kept_in
from perfsite.errors import BuildError
from perfsite.stages import stage

if TYPE_CHECKING:
    from perfsite.audit.rules import Audit


@click.command(
    epilog="\b\nExamples:\n"
    "  perfsite audit\n"
    "  perfsite audit build --format html --out audit.html\n"
    "  perfsite audit build --before last-night/urls.txt"
)
@click.argument("build", type=FOLDER, default=Path("build"))
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    show_default=True,
    help="For people, for programs, or one page to keep with the site.",
)
@click.option("--out", type=FILE, help="The file to write [default: the terminal].")
@click.option(
    "--before",
    type=click.Path(path_type=Path, exists=True),
    metavar="SITE",
    help="An older site, or its urls.txt: what it published must still lead somewhere.",
)
@with_log
def audit(build: Path, style: str, out: Path | None, before: Path | None) -> None:
    """Say whether the site in the folder BUILD can be archived, is whole and agrees with itself.

    Nothing is fetched and nothing is changed. `perfsite docs archive#audit` lists the rules.

    Exit codes: 0 every rule is kept, 1 one is broken, 2 wrong usage, 3 BUILD cannot be read.
    """
    result = _audited(build, before)
    text = _in_style(result, style)
    if out:
        write_file(out, text)
        click.echo(f"Wrote {out}.", err=True)
    else:
        click.echo(text, nl=False)
    sys.exit(DATA_ERRORS if result.errors else DONE)


def _audited(build: Path, before: Path | None) -> Audit:
    """The audit of a site, held against an older one."""
    from perfsite.audit.inspection import audit_site  # noqa: PLC0415 - needs an extra

    with stage("read site"):
        files, older = _site(build), _older(before) if before else {}
    with stage("audit"):
        return audit_site(files, older)


def _older(site: Path) -> dict[str, bytes]:
    """The files of an older site, or its list of addresses alone."""
    return _site(site) if site.is_dir() else {"urls.txt": _read(site)}


def _site(folder: Path) -> dict[str, bytes]:
    """Every file of a site by its path, with `/`; what is kept there for others is none.

    Raises:
        BuildError: if there is no site, or a file of it cannot be read.
    """
    from perfsite.write.ownership import MANIFEST  # noqa: PLC0415 - locks are not needed for --help

    if not (folder / "index.html").is_file():
        raise BuildError(f"there is no site in {folder}: it holds no index.html")
    manifest = folder / MANIFEST
    keep = kept_in(folder, _read(manifest) if manifest.is_file() else b"")
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
    return {
        name: _read(path)
        for name, path in files.items()
        if not is_kept(name, keep) and path.is_file()
    }


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BuildError(f"{path} cannot be read: {error.strerror}") from error


def _in_style(result: Audit, style: str) -> str:
    from perfsite.audit.report import (  # noqa: PLC0415
        audit_json,
        audit_page,
        audit_text,
    )

    return {"text": audit_text, "json": audit_json, "html": audit_page}[style](result)
