from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from small_site import data_folder, perfsite
from tools import needed

from .packages import Packages, pack

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.tools

TOOLS: Final = {
    "warcio": ("warc", ["check"]),
    "fastwarc": ("warc", ["check"]),
    "wacz": ("wacz", ["validate", "-f"]),
    "bagit.py": ("bag", ["--quiet", "--validate"]),
}
"""For each tool the package that it checks, and the words that have it done."""


def check(tool: str, package: Path) -> subprocess.CompletedProcess[str]:
    """Have a tool check a package."""
    return subprocess.run(
        [needed(tool), *TOOLS[tool][1], package], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def small_packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """The packages of a small site without charts, for those who break them."""
    folder = tmp_path_factory.mktemp("small")
    site = folder / "site"
    assert perfsite("build", data_folder(folder), "--out", site, "--no-charts").code == 0
    return pack(site, folder / "packages")


@pytest.mark.parametrize("tool", TOOLS)
def test_others_find_nothing_wrong_with_a_package(packages: Packages, tool: str) -> None:
    """The tools that archives use accept the packages of a site."""
    done = check(tool, getattr(packages, TOOLS[tool][0]))

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.mark.parametrize("tool", TOOLS)
def test_others_find_a_damaged_package(small_packages: Packages, tmp_path: Path, tool: str) -> None:
    """One letter of the home page that has changed is found by each of them."""
    package: Path = getattr(small_packages, TOOLS[tool][0])
    assert check(tool, package).returncode == 0
    copy = tmp_path / package.name
    if package.is_dir():
        shutil.copytree(package, copy)
        damaged = copy / "data" / "index.html"
    else:
        shutil.copyfile(package, copy)
        damaged = copy
    data = bytearray(damaged.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)

    done = check(tool, copy)
    assert done.returncode != 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["warc", "wacz", "bag"])
def test_perfsite_finds_nothing_wrong_with_a_package(packages: Packages, name: str) -> None:
    """`perfsite verify` says that each package of a site is whole."""
    ran = perfsite("verify", getattr(packages, name))

    assert ran.code == 0, ran.out + ran.err


def test_the_hashes_of_the_packages_are_right(packages: Packages) -> None:
    """`sha256sum -c` accepts the list beside the packages, and those within the bag."""
    lists = [packages.sums, *packages.bag.glob("*manifest-sha256.txt")]
    for path in lists:
        words = ["sha256sum", "--strict", "--quiet", "-c", path.name]
        done = subprocess.run(words, cwd=path.parent, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), path
    assert len(lists) == 3
