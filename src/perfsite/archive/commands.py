"""Packages for archives, on the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from perfsite import __version__
from perfsite.cli.build import Bar, check_apart, cores
from perfsite.cli.common import DATA_ERRORS, DONE, FOLDER, load, with_log
from perfsite.decimals import fixed
from perfsite.errors import BuildError, UsageError
from perfsite.faults import COURSE
from perfsite.report.problems import undrawn_words
from perfsite.stages import stage
from perfsite.text import counted

if TYPE_CHECKING:
    from datetime import date

    from perfsite.archive.containers import Fault
    from perfsite.archive.packing import Archived
    from perfsite.archive.verify import Verified
    from perfsite.model import File

_PROCESSES = 2
"""As many as pay: reading and compressing is soon faster than the disk."""
_EXISTING = click.Path(path_type=Path, exists=True)
_KEY = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(
    epilog="\b\nExamples:\n"
    "  perfsite archive build --out packages\n"
    "  perfsite archive build --out packages --url https://www.example.org/performance/"
)
@click.argument("build", type=FOLDER, default=Path("build"))
@click.option("--out", type=FOLDER, required=True, help="Where the packages go.")
@click.option("--url", help="The site's address, where the site does not say it.")
@click.option("--key", type=_KEY, help="A private key of ssh-keygen, to sign with.")
@with_log
def archive(build: Path, out: Path, url: str | None, key: Path | None) -> None:
    """Pack the site in the folder BUILD for archives: as WARC, as WACZ and as a bag.

    Each of the three is complete, and the same bytes each time. A site that is not what its
    manifest says is refused.
    """
    from perfsite.archive.packing import archive_site  # noqa: PLC0415 - only here

    COURSE.begin(out, site=False)
    check_apart(build, out)
    with Bar("Packing files") as bar:
        archived = archive_site(
            build,
            out,
            __version__,
            progress=bar,
            url=url,
            key=key,
            workers=min(_PROCESSES, cores()),
        )
    click.echo(_summary(archived, build, out))


@click.command(
    epilog="\b\nExamples:\n"
    "  perfsite verify packages/service-performance-2018-09-19.wacz\n"
    "  perfsite verify packages/service-performance-2018-09-19-bag --data data"
)
@click.argument("package", type=_EXISTING)
@click.option("--data", type=FOLDER, help="Build the site anew from this data, and compare.")
@click.option("--templates", type=FOLDER, help="The templates with which it was built.")
@click.option(
    "--allowed-signers", "signers", type=_KEY, help="Whose signatures count, as ssh-keygen has it."
)
@with_log
def verify(package: Path, data: Path | None, templates: Path | None, signers: Path | None) -> None:
    """Check PACKAGE, a .wacz, a .warc.gz or the folder of a bag, and report every fault.

    Exit codes: 0 whole and right, 1 faults, 2 wrong usage, 3 PACKAGE cannot be read at all.
    """
    from perfsite.archive.verify import differences, verify_package  # noqa: PLC0415 - only here

    if templates and not data:
        raise UsageError("--templates are for building anew; give --data, too")
    with stage("verify"):
        verified = verify_package(package, signers)
    faults = verified.faults
    if data and verified.packed.facts:
        files = _build(data, verified.packed.facts.edition, templates)
        faults += tuple(differences(package.name, verified.packed.hashes, files))
    for fault in faults:
        click.echo(str(fault))
    click.echo(_judged(package, verified, faults, rebuilt=data))
    sys.exit(DATA_ERRORS if faults else DONE)


def _build(data: Path, edition: date, templates: Path | None) -> tuple[File, ...]:
    """The site of an edition, drawn anew; nothing is written."""
    from perfsite.analysis import analyse  # noqa: PLC0415
    from perfsite.build import build_site, without_collector  # noqa: PLC0415 - pandas
    from perfsite.load import load_theme, with_editions  # noqa: PLC0415
    from perfsite.model import Edition  # noqa: PLC0415

    loaded = with_editions(load(data), data, edition)
    with Bar() as bar, without_collector():
        site = build_site(
            analyse(loaded, edition),
            Edition(edition, loaded.hash),
            load_theme(templates),
            workers=cores(),
            charts=True,
            progress=bar,
        )
    if site.undrawn:
        # Else what is not there would be called a fault of the package.
        raise BuildError(undrawn_words(site.undrawn, {}))
    return site.files


def _summary(archived: Archived, build: Path, out: Path) -> str:
    facts = archived.facts
    size = fixed(archived.size / 1e6, 1)
    held = f"{counted(archived.files, 'file')}, {counted(archived.pages, 'page')}, {size} MB"
    first = f"Packed {build}: {facts.title}, edition of {facts.edition}; {held}."
    names = "".join(f"\n  {out / name}" for name in archived.names)
    sums = archived.names[-1]
    wacz = next(name for name in archived.names if name.endswith(".wacz"))
    return (
        f"{first}{names}\n"
        f"Check them: perfsite verify {out / wacz}, or sha256sum -c {sums} in {out}."
    )


def _judged(
    package: Path, verified: Verified, faults: tuple[Fault, ...], rebuilt: Path | None
) -> str:
    if faults:
        return (
            f"{package} has {counted(len(faults), 'fault')}. Fetch it again, or another copy; its "
            "publisher can make it anew with perfsite archive."
        )
    facts = verified.packed.facts
    edition = f"{facts.title}, edition of {facts.edition}" if facts else ""
    verdict = f"{package} is whole: {edition}, {counted(len(verified.packed.hashes), 'file')}."
    if rebuilt:
        verdict += f" The site built anew from {rebuilt} is the same, byte for byte."
    if verified.signers:
        verdict += f" Signed by {', '.join(verified.signers)}."
    elif verified.signed:
        verdict += " Its signature was not checked: that needs --allowed-signers."
    return verdict
