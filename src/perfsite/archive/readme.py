"""What an archivist reads first: the text that every package carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfsite.text import counted

if TYPE_CHECKING:
    from perfsite.archive.facts import Facts

README = "README.txt"


@dataclass(frozen=True)
class About:
    """What the text says: whose site, how large, and the hash of its manifest."""

    facts: Facts
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
