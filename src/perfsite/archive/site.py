"""A finished site on the disk: which files it has, and what it says of itself.

That a file's bytes are those of the manifest is seen where they are read, once, for all packages.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from perfsite.archive.facts import ADDRESSES, DESCRIPTION, HOME, Facts, base_in, read_facts
from perfsite.archive.manifests import SITE_MANIFEST, read_manifest
from perfsite.disk import is_kept, kept_in
from perfsite.errors import ArchiveError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_ADDRESS: Final = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?/([A-Za-z0-9._~-]+/)*")
_NEEDED: Final = (HOME, DESCRIPTION, ADDRESSES)


@dataclass(frozen=True)
class Site:
    """A site: its folder, its address with a final `/`, its files.

    `files` are the paths in order, with the hash of each from the manifest. The manifest itself is
    among them with an empty one.
    """

    folder: Path
    base: str
    facts: Facts
    files: Mapping[str, str]


def read_site(folder: Path, url: str | None = None) -> Site:
    """The site in a folder; `url` is its address where it does not say one itself.

    Raises:
        UsageError: if there is no site of perfsite's, or its address is not known.
        ArchiveError: if it has a file too few or too many, or its files do not say what is needed.
    """
    if not (folder / SITE_MANIFEST).is_file():
        raise UsageError(
            f"{folder} holds no site that perfsite made (no {SITE_MANIFEST}); "
            f"build one: perfsite build --out {folder}"
        )
    files = _files(folder)
    try:
        facts = read_facts((folder / DESCRIPTION).read_bytes())
        base = base_in((folder / ADDRESSES).read_bytes())
    except (ValueError, OSError) as error:
        raise ArchiveError(
            f"{folder} does not say its title and edition: {DESCRIPTION} or {ADDRESSES} cannot be "
            f"used: {error}; build the site again"
        ) from error
    return Site(folder, _address(folder, base, url), facts, files)


def walk(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file below a folder with its path, in any order; links and the like are files, too."""
    for parent, folders, names in os.walk(folder):
        here = folder / os.path.relpath(parent, folder)
        links = [name for name in folders if (here / name).is_symlink()]
        for name in (*names, *links):
            path = here / name
            yield path.relative_to(folder).as_posix(), path


def _files(folder: Path) -> dict[str, str]:
    listed = (folder / SITE_MANIFEST).read_bytes()
    hashes, wrong = read_manifest(listed)
    for line, what in wrong:
        raise ArchiveError(
            f"{folder / SITE_MANIFEST}: line {line} is {what}, and not a hash and a path; "
            "build the site again"
        )
    hashes[SITE_MANIFEST] = ""
    keep = kept_in(folder, listed)
    found = {path: file for path, file in walk(folder) if not is_kept(path, keep)}
    odd = sorted(path for path, file in found.items() if file.is_symlink() or not file.is_file())
    missing, extra = sorted(hashes.keys() - found), sorted(found.keys() - hashes)
    for what, paths in (
        ("is missing, and stands in", missing + [p for p in _NEEDED if p not in hashes]),
        ("is not listed in", extra),
        ("is no plain file, but stands in", odd),
    ):
        if paths:
            more = f" (and {len(paths) - 1:,} more)" if len(paths) > 1 else ""
            raise ArchiveError(
                f"{folder}: {paths[0]}{more} {what} {SITE_MANIFEST}; only a whole site is "
                "archived: build it again, or mend the copy"
            )
    return {path: hashes[path] for path in sorted(hashes)}


def _address(folder: Path, own: str, given: str | None) -> str:
    if given is not None and not given.endswith("/"):
        given += "/"
    if own and given and own != given:
        raise UsageError(
            f"--url {given}, but {folder / ADDRESSES} says that the site stands at {own}; leave "
            "--url out, or change base_url in perfsite.toml and build again"
        )
    base = own or given or ""
    if not base:
        raise UsageError(
            f"{folder} does not say at which address it stands, and archives file by address; give "
            "it, as --url https://www.example.org/performance/, or set base_url in perfsite.toml "
            "and build again"
        )
    if not _ADDRESS.fullmatch(base):
        raise UsageError(
            f"{base} cannot be the address of a site: http:// or https://, a host in lower-case "
            "letters, and plain folders are expected, as https://www.example.org/performance/"
        )
    return base
