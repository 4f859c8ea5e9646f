from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from browser.server import serve_site
from small_site import REGISTER, ROOT, SUBMISSIONS, data_folder, perfsite, read_tree
from tools import needed
from tree_difference import assert_same_files

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.tools, pytest.mark.server]

AN_HOUR_AGO: Final = 3600


def wget(words: list[str], folder: Path) -> None:
    """Run wget in a folder; it has to find all that it asks for, on this machine."""
    done = subprocess.run(
        [needed("wget"), "--no-verbose", "--no-proxy", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def keep_copy(address: str, folder: Path) -> None:
    """What docs/archive.md tells people to do, for a site at this address."""
    text = (ROOT / "docs" / "archive.md").read_text(encoding="utf-8")
    commands = re.findall(r"^wget (-N .*)$", text, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        wget(command.replace("SITE", address).split(), folder)


def test_a_mirror_of_a_site_is_the_site(original: Path, tmp_path: Path) -> None:
    """By links alone wget gets every byte of the site, and the list of addresses adds nothing."""
    whole = read_tree(original)
    with serve_site(original) as address:
        wget(["--mirror", "--no-host-directories", address], tmp_path)
        assert_same_files(whole, read_tree(tmp_path), ("site", "mirror"))
        keep_copy(address, tmp_path)
    assert_same_files(whole, read_tree(tmp_path), ("site", "mirror"))


def test_a_mirror_follows_an_update(tmp_path: Path) -> None:
    """After another figure, service and edition the list of addresses brings what changed only."""
    site, mirror = tmp_path / "site", tmp_path / "mirror"
    data = data_folder(tmp_path)
    assert perfsite("build", data, "--out", site, "--jobs", "1").code == 0
    for path in site.rglob("*"):
        # A server tells times by the second, and nobody publishes twice in one.
        os.utime(path, (path.stat().st_mtime - AN_HOUR_AGO,) * 2)
    before = read_tree(site)
    mirror.mkdir()
    with serve_site(site) as address:
        keep_copy(address, mirror)
        assert_same_files(before, read_tree(mirror), ("site", "mirror"))
        written = {path: (mirror / path).stat().st_ctime_ns for path in before}

        shutil.rmtree(data)
        changed = SUBMISSIONS["clocks.json"].replace("88.4%", "12.5%")
        data_folder(
            tmp_path,
            register=f"{REGISTER}new,Mend a clock,Ministry of Time,MoT,,Claims,,,,,,,\n",
            submissions={**SUBMISSIONS, "clocks.json": changed},
        )
        again = perfsite("build", data, "--out", site, "--jobs", "1", "--edition", "2018-10-01")
        assert again.code == 0, again.err
        keep_copy(address, mirror)

    after = read_tree(site)
    assert_same_files(after, read_tree(mirror), ("new site", "mirror"))
    fetched = {path for path in before if (mirror / path).stat().st_ctime_ns != written[path]}
    assert fetched == {path for path in before if after[path] != before[path]}
    assert "services/new.html" in after
    assert before.keys() - fetched
