from __future__ import annotations

import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING

import pytest

from archive_tools import BASE, NAME, bag_in, pack, packed_in, site_in, wacz_in, warc_in
from perfsite.archive.verify import differences
from perfsite.model import File
from small_site import SUBMISSIONS, data_folder, perfsite, small_site

if TYPE_CHECKING:
    from pathlib import Path

needs_ssh = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="no ssh-keygen here")


def key_in(folder: Path, name: str) -> tuple[Path, Path]:
    """A new private key, and the file that allows its signatures."""
    key = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key], check=True)
    allowed = folder / f"{name}.allowed"
    public = key.with_name(f"{name}.pub").read_text("utf-8").strip()
    allowed.write_text(f"{name}@example.org {public}\n", "utf-8")
    return key, allowed


@pytest.mark.parametrize("ending", [".wacz", ".warc.gz", "-bag"])
def test_a_whole_package_is_said_to_be_whole(tmp_path: Path, ending: str) -> None:
    """Exit code 0, and one line with the site, the edition and the number of files."""
    package = packed_in(tmp_path) / f"{NAME}{ending}"

    ran = perfsite("verify", package)

    assert (ran.code, ran.err) == (0, "")
    (line,) = ran.out.splitlines()
    assert line.startswith(f"{package} is whole: Service figures, edition of 2018-09-19, ")


def test_faults_are_told_with_exit_code_1(tmp_path: Path) -> None:
    """A line for each, then how many there are and what to do."""
    bag = bag_in(tmp_path)
    (bag / "README.txt").write_bytes(b"other")

    ran = perfsite("verify", bag)

    assert ran.code == 1
    *faults, last = ran.out.splitlines()
    assert len(faults) == 2
    assert faults[0].startswith(f"{NAME}-bag: README.txt, hash in tagmanifest-sha256.txt: found '")
    assert last.startswith(f"{bag} has 2 faults. Fetch it again")


def test_what_cannot_be_read_and_what_is_not_there_have_codes_of_their_own(tmp_path: Path) -> None:
    """3 where a package cannot be judged, 2 where the command was wrong."""
    (tmp_path / "broken.wacz").write_bytes(b"no ZIP")

    unread = perfsite("verify", tmp_path / "broken.wacz")
    absent = perfsite("verify", tmp_path / "absent.wacz")
    wrong = perfsite("verify", wacz_in(tmp_path), "--templates", tmp_path)

    assert unread.code == 3
    assert "cannot be read as a ZIP" in unread.err
    assert absent.code == 2
    assert wrong.code == 2
    assert "give --data, too" in wrong.err


@needs_ssh
@pytest.mark.parametrize("ending", [".wacz", ".warc.gz", "-bag"])
def test_a_signature_counts_if_its_signer_is_allowed(tmp_path: Path, ending: str) -> None:
    """The signer is named; somebody else's key, other bytes and no signature are faults."""
    key, allowed = key_in(tmp_path, "office")
    _, others = key_in(tmp_path, "others")
    out = pack(site_in(tmp_path), tmp_path / "out", key=key)
    package = out / f"{NAME}{ending}"

    good = perfsite("verify", package, "--allowed-signers", allowed)
    unasked = perfsite("verify", package)
    foreign = perfsite("verify", package, "--allowed-signers", others)
    signature = out / f"{NAME}{ending}.sig"
    other = ".wacz" if ending != ".wacz" else ".warc.gz"
    shutil.copy(out / f"{NAME}{other}.sig", signature)
    mixed = perfsite("verify", package, "--allowed-signers", allowed)
    signature.unlink()
    none = perfsite("verify", package, "--allowed-signers", allowed)

    assert good.code == 0, good.out
    assert "Signed by office@example.org." in good.out
    assert unasked.code == 0
    assert "Its signature was not checked" in unasked.out
    for ran in (foreign, mixed):
        assert ran.code == 1
        assert f"{signature.name}: found no good signature of anybody listed" in ran.out
    assert none.code == 1
    assert "found no such file beside the package; expected a signature" in none.out


@needs_ssh
def test_a_key_that_cannot_sign_leaves_nothing_behind(tmp_path: Path) -> None:
    """The message names the key, and no package is there without its signature."""
    (tmp_path / "key").write_text("no key", "utf-8")
    out = tmp_path / "out"

    ran = perfsite(
        "archive", site_in(tmp_path), "--out", out, "--url", BASE, "--key", tmp_path / "key"
    )

    assert ran.code == 3
    assert f"{tmp_path / 'key'} cannot sign: " in ran.err
    assert list(out.iterdir()) == []


@cache
def whole_site() -> dict[str, bytes]:
    """The small site with its charts, without its manifest."""
    return {path: data for path, data in small_site().items() if path != "manifest-sha256.txt"}


def test_a_package_is_the_site_that_its_data_give(tmp_path: Path) -> None:
    """Built anew for the edition of the package, all files are the same; other data differ."""
    out = pack(site_in(tmp_path, whole_site()), tmp_path / "out")
    changed = {**SUBMISSIONS, "full.csv": SUBMISSIONS["full.csv"].replace("1400,", "1401,")}

    same = perfsite("verify", out / f"{NAME}.wacz", "--data", data_folder(tmp_path))
    other = perfsite(
        "verify",
        out / f"{NAME}-bag",
        "--data",
        data_folder(tmp_path / "other", submissions=changed),
    )

    assert same.code == 0, same.out
    assert "is the same, byte for byte" in same.out
    assert other.code == 1
    fault, last = other.out.splitlines()
    assert ", the first of " in fault
    assert "files that differ: found in the package sha256:" in fault
    assert "has 1 fault" in last


def test_files_that_one_side_lacks_differ() -> None:
    """The first by its path is named, the manifest only if nothing else differs."""
    same = File("a.html", b"a")
    (fault,) = differences("p", {"b.html": "0" * 64}, [same])

    assert fault.place == "a.html, the first of 3 files that differ"
    assert fault.found == "in the package no such file"
    assert fault.expected.startswith("as built from the data sha256:ca978112")


def test_a_warc_alone_can_be_verified_anywhere(tmp_path: Path) -> None:
    """The name of the file does not matter."""
    warc = warc_in(tmp_path).rename(tmp_path / "renamed.gz")

    assert perfsite("verify", warc).code == 0
