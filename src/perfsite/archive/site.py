"""A finished site on the disk: which files it has, what it says of itself, and its hashes.

That a file's bytes are those of the manifest is seen where they are read, once, for all packages.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from perfsite.disk import is_kept, kept_in
from perfsite.errors import ArchiveError, UsageError
from perfsite.text import counted, slug

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


# Lines of hashes as sha256sum writes and reads them: `<hash> <path>`.


SITE_MANIFEST: Final = "manifest-sha256.txt"
"""The file of a site that holds the hashes of all its other files."""
_LINE: Final = re.compile(r"([0-9a-f]{64}|[0-9a-f]{128})  (\S.*)")


def manifest(hashes: Mapping[str, str]) -> bytes:
    """The lines of some hashes by path, sorted by path."""
    return "".join(f"{hashes[path]}  {path}\n" for path in sorted(hashes)).encode()


def read_manifest(data: bytes) -> tuple[dict[str, str], list[tuple[int, str]]]:
    """The hashes of a manifest by path, and what stands in its lines instead of one, by number.

    A path that stands twice is such a line, too.
    """
    hashes: dict[str, str] = {}
    wrong: list[tuple[int, str]] = []
    lines = data.decode("utf-8", "replace").split("\n")
    if lines[-1]:
        wrong.append((len(lines), f"{lines[-1][:80]!r} without an end of line"))
    for number, line in enumerate(lines[:-1], 1):
        match = _LINE.fullmatch(line)
        if not match:
            wrong.append((number, repr(line[:80])))
        elif match[2] in hashes:
            wrong.append((number, f"{match[2]} a second time"))
        else:
            hashes[match[2]] = match[1]
    return hashes, wrong


# What a site says of itself: its title, its publisher, the date of its edition, its address.
#
# The date stands in datapackage.json as the version of the set. It is read from there, and not
# from pages, because it is the same in every language and theme. The address is the one with which
# the lines of urls.txt begin, where the site was built with a `base_url`.


DESCRIPTION: Final = "datapackage.json"
ADDRESSES: Final = "urls.txt"
HOME: Final = "index.html"


@dataclass(frozen=True)
class SiteFacts:
    """What a site says of itself; `publisher` is empty where it does not say."""

    title: str
    edition: date
    publisher: str = ""

    @property
    def name(self) -> str:
        """What its packages are called, without an ending."""
        return f"{slug(self.title)[:80].strip('-') or 'site'}-{self.edition.isoformat()}"

    @property
    def moment(self) -> str:
        """The first moment of the edition's day, as WARC and WACZ write it."""
        return f"{self.edition.isoformat()}T00:00:00Z"

    @property
    def stamp(self) -> str:
        """The same moment as fourteen digits, as indexes write it."""
        return f"{self.edition:%Y%m%d}000000"


def read_facts(data: bytes) -> SiteFacts:
    """The facts that a datapackage.json holds.

    Raises:
        ValueError: saying which of them is missing, or is not what it should be.
    """
    content = json.loads(data)
    if not isinstance(content, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - one error for whoever reads a file
    title, version = content.get("title"), content.get("version")
    if not isinstance(title, str) or not title.split():
        raise ValueError(f'its "title" is {title!r}')
    if not isinstance(version, str):
        raise ValueError(f'its "version" is {version!r}, and not the date of the edition')  # noqa: TRY004
    publisher = ""
    contributors = content.get("contributors")
    if isinstance(contributors, list) and contributors and isinstance(contributors[0], dict):
        publisher = str(contributors[0].get("title", ""))
    # Titles become lines of headers, which have one line.
    return SiteFacts(
        " ".join(title.split()), date.fromisoformat(version), " ".join(publisher.split())
    )


def base_in(addresses: bytes) -> str:
    """The address at which a site says that it stands, by its urls.txt; empty without one."""
    ends = [line for line in addresses.decode().splitlines() if line.endswith(ADDRESSES)]
    # A frozen copy of an earlier site within this one would have a longer address.
    return min(ends, key=len, default="").removesuffix(ADDRESSES)


# What an archivist reads first: the text that every package carries.


README = "README.txt"


@dataclass(frozen=True)
class About:
    """What the text says: whose site, how large, and the hash of its manifest."""

    facts: SiteFacts
    base: str
    files: int
    pages: int
    size: int
    manifest_hash: str
    version: str


def readme(about: About) -> str:
    """The text, as lines of at most 80 characters where no name makes them longer."""
    name, facts = about.facts.name, about.facts
    return f"""\
{facts.title}
Edition of {facts.edition.isoformat()}

WHAT THIS IS
This is a complete website of plain files. It needs no server program, no script
and no other host. perfsite {about.version} made it, and packed it from the files that it had
made: nothing was crawled, and nothing is missing.
  Address   {about.base}
  Publisher {facts.publisher or "not said"}
  Files     {counted(about.files, "file")} ({counted(about.pages, "page")}), {about.size:,} bytes
  Hash      {about.manifest_hash}
            (SHA-256 of the site's manifest-sha256.txt, which has the hashes of
            all other files: who knows this one number can check all of it)

The same site is kept in three forms; each is complete, and one is enough:
  {name}.wacz     for replay in a browser (WACZ 1.1.1)
  {name}.warc.gz  for web archives (WARC 1.1, ISO 28500)
  {name}-bag      the files themselves, in a folder (BagIt 1.0, RFC 8493)
They depend on the site alone: packed again, they are the same, byte for byte,
but for the compression of the first two, which may differ between versions of
zlib. What is compressed never differs.

What was not observed but set: the dates of the records are the day of the
edition, and the headers of the answers are those that a plain web server gives.
The address {about.base} gives the bytes of index.html.

HOW TO CHECK IT
With public tools:
  sha256sum -c {name}.sha256
  warcio check {name}.warc.gz
  fastwarc check --verify-payloads {name}.warc.gz
  wacz validate -f {name}.wacz
  bagit.py --validate {name}-bag
In the bag, without any tool of archives:
  sha256sum -c manifest-sha256.txt
With perfsite, more strictly, and against the data from which it was made:
  perfsite verify {name}.wacz
  perfsite verify {name}.wacz --data DATA

HOW TO REPLAY IT
Open data/index.html of the bag in any browser; it needs nothing else. Or open
the .wacz at replayweb.page, or with pywb:
  wb-manager init kept
  wb-manager add kept {name}.warc.gz
  wayback
The home page is {about.base}index.html

HOW TO CHECK THE SIGNATURE
If its publisher signed it, there is a .sig file beside each package. The bag's
is that of its tagmanifest-sha256.txt. Ask the publisher, by another way than
the one on which the package came, for the public key. Write it in a file
"allowed_signers" as one line: a name, a space, the key. Then:
  ssh-keygen -Y verify -f allowed_signers -I NAME -n perfsite \\
    -s {name}.wacz.sig < {name}.wacz
  ssh-keygen -Y verify -f allowed_signers -I NAME -n perfsite \\
    -s {name}-bag.sig < {name}-bag/tagmanifest-sha256.txt
"""


# A finished site on the disk: which files it has, and what it says of itself.
#
# That a file's bytes are those of the manifest is seen where they are read, once, for all
# packages.


_ADDRESS: Final = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?/([A-Za-z0-9._~-]+/)*")
_NEEDED: Final = (HOME, DESCRIPTION, ADDRESSES)


@dataclass(frozen=True)
class FinishedSite:
    """A site: its folder, its address with a final `/`, its files.

    `files` are the paths in order, with the hash of each from the manifest. The manifest itself is
    among them with an empty one.
    """

    folder: Path
    base: str
    facts: SiteFacts
    files: Mapping[str, str]


def read_site(folder: Path, url: str | None = None) -> FinishedSite:
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
    return FinishedSite(folder, _address(folder, base, url), facts, files)


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
    present = {path: file for path, file in walk(folder) if not is_kept(path, keep)}
    odd = sorted(path for path, file in present.items() if file.is_symlink() or not file.is_file())
    missing, extra = sorted(hashes.keys() - present), sorted(present.keys() - hashes)
    for what, paths in (
        ("is missing, and stands in", missing + [p for p in _NEEDED if p not in hashes]),
        ("is not listed in", extra),
        ("is no plain file, but stands in", odd),
    ):
        if paths:
            others = f" (and {len(paths) - 1:,} more)" if len(paths) > 1 else ""
            raise ArchiveError(
                f"{folder}: {paths[0]}{others} {what} {SITE_MANIFEST}; only a whole site is "
                "archived: build it again, or mend the copy"
            )
    return {path: hashes[path] for path in sorted(hashes)}


def _address(folder: Path, base_url: str, url: str | None) -> str:
    if url is not None and not url.endswith("/"):
        url += "/"
    if base_url and url and base_url != url:
        raise UsageError(
            f"--url {url}, but {folder / ADDRESSES} says that the site stands at {base_url}; leave "
            "--url out, or change base_url in perfsite.toml and build again"
        )
    base = base_url or url or ""
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
