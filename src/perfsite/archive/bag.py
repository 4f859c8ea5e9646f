"""A bag of BagIt 1.0, and signatures beside it."""

from __future__ import annotations

import hashlib
import subprocess
from typing import TYPE_CHECKING, Final

from perfsite.archive.site import manifest
from perfsite.errors import ArchiveError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from perfsite.archive.site import About


# A bag of BagIt 1.0: the tag files around a payload, which is the site byte for byte.


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


# Detached signatures, by the ssh-keygen that machines have.


NAMESPACE: Final = "perfsite"
"""What a signature is for: one made for something else does not count here."""
ENDING: Final = ".sig"


def sign(path: Path, key: Path) -> bytes:
    """The signature of a file with a private key.

    Raises:
        UsageError: if there is no ssh-keygen.
        ArchiveError: if it cannot sign with this key.
    """
    done = _run(("-Y", "sign", "-n", NAMESPACE, "-f", str(key)), path)
    if done.returncode:
        raise ArchiveError(
            f"{key} cannot sign: {_words(done.stderr)}; give a private key of ssh-keygen that only "
            "you can read"
        )
    return done.stdout


def signers_of(path: Path, signature: Path, allowed: Path) -> tuple[str, ...]:
    """Whose signature of a file it is, of those allowed; nobody's if it is not good.

    Raises:
        UsageError: if there is no ssh-keygen.
    """
    where = ("-s", str(signature), "-f", str(allowed), "-n", NAMESPACE)
    principals = _run(("-Y", "find-principals", *where), path)
    names = (
        principals.stdout.decode("utf-8", "replace").splitlines()
        if not principals.returncode
        else []
    )
    return tuple(
        name for name in names if not _run(("-Y", "verify", "-I", name, *where), path).returncode
    )


def _run(words: Sequence[str], path: Path) -> subprocess.CompletedProcess[bytes]:
    with path.open("rb") as stream:
        try:
            return subprocess.run(  # noqa: S603 - words of ours and names of files, and no shell
                ("ssh-keygen", *words),  # noqa: S607 - wherever the machine has it
                stdin=stream,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError as error:
            raise UsageError(
                "signatures need ssh-keygen, and it is not there; install OpenSSH, 8.2 or later"
            ) from error


def _words(data: bytes) -> str:
    return " ".join(data.decode("utf-8", "replace").split()) or "ssh-keygen does not say why"
