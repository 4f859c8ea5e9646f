"""Whether a package is right, whatever its kind, and whose signature it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from perfsite.archive.bag import ENDING, SIGNED, signers_of
from perfsite.archive.containers import Fault, Faults, read_records
from perfsite.archive.verify_bag import verify_bag
from perfsite.archive.verify_wacz import verify_wacz
from perfsite.archive.whole import Packed, check_records
from perfsite.errors import ArchiveError

if TYPE_CHECKING:
    from pathlib import Path

_GZIP: Final = b"\x1f\x8b"


@dataclass(frozen=True)
class Verified:
    """What is wrong with a package, what it holds, and whose good signature it has.

    `signed` says whether there is a signature beside it at all.
    """

    faults: tuple[Fault, ...]
    packed: Packed
    signers: tuple[str, ...]
    signed: bool


def verify_package(path: Path, allowed: Path | None = None) -> Verified:
    """Check a WACZ, a WARC or a bag, and its signature where signers are `allowed`.

    Raises:
        ArchiveError: if it is none of these, or cannot be read.
        UsageError: if a signature is to be checked and there is no ssh-keygen.
    """
    faults = Faults(path.name or path.resolve().name)
    try:
        packed = _verify(path, faults)
        signature = path.absolute().with_name(f"{path.absolute().name}{ENDING}")
        signed = signature.is_file()
        signers: tuple[str, ...] = ()
        if allowed:
            signers = _check_signature(path, signature, allowed, faults)
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error}") from error
    return Verified(tuple(faults.all), packed, signers, signed)


def _verify(path: Path, faults: Faults) -> Packed:
    if path.is_dir():
        if not any((path / name).exists() for name in ("bagit.txt", "bag-info.txt", "data")):
            raise ArchiveError(
                f"{path} cannot be read: it is a folder, but no bag (no bagit.txt, no data)"
            )
        return verify_bag(path, faults)
    if path.suffix == ".wacz":
        return verify_wacz(path, faults)
    data = path.read_bytes()
    if not data.startswith(_GZIP):
        raise ArchiveError(
            f"{path} cannot be read: it is neither a .wacz nor a .warc.gz nor the folder of a bag"
        )
    return check_records(read_records(data, "the WARC", faults), "the WARC", faults)


def _check_signature(path: Path, signature: Path, allowed: Path, faults: Faults) -> tuple[str, ...]:
    name = signature.name
    if not signature.is_file():
        faults.add(name, "no such file beside the package", "a signature, as signers were given")
        return ()
    signers = signers_of(path / SIGNED if path.is_dir() else path, signature, allowed)
    if not signers:
        faults.add(name, "no good signature of anybody listed", f"one of a signer in {allowed}")
    return signers
