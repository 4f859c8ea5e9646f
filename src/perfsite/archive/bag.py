"""A bag of BagIt 1.0: the tag files around a payload, which is the site byte for byte."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from perfsite.archive.site import manifest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perfsite.archive.site import About

DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
ALGORITHMS: Final = ("sha256", "sha512")
SIGNED: Final = "tagmanifest-sha256.txt"
"""The file that is signed: it vouches for the manifests, and they for the payload."""


def tag_files(
    payload: Mapping[str, Mapping[str, str]], about: About, readme: str
) -> dict[str, bytes]:
    """The tag files of a bag by name; `payload` has for each algorithm the hash of each file."""
    tags = {
        "README.txt": readme.encode(),
        "bag-info.txt": _info(about).encode(),
        "bagit.txt": DECLARATION,
    }
    for algorithm in ALGORITHMS:
        hashes = {f"data/{path}": hash_ for path, hash_ in payload[algorithm].items()}
        tags[f"manifest-{algorithm}.txt"] = manifest(hashes)
    vouched = {
        f"tagmanifest-{algorithm}.txt": manifest(
            {name: hashlib.new(algorithm, data).hexdigest() for name, data in tags.items()}
        )
        for algorithm in ALGORITHMS
    }
    return tags | vouched


def _info(about: About) -> str:
    fields = {
        "Bag-Software-Agent": f"perfsite {about.version}",
        "Bagging-Date": about.facts.edition.isoformat(),
        "External-Description": f"{about.facts.title}, edition of {about.facts.edition}",
        "External-Identifier": about.base,
        "Payload-Oxum": f"{about.size}.{about.files}",
        "Source-Organization": about.facts.publisher,
    }
    return "".join(f"{name}: {text}\n" for name, text in fields.items() if text)
