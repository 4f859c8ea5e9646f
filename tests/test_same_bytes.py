from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backwards import turn_round
from elsewhere import (
    ANOTHER_USER,
    DAY,
    ELSEWHERE,
    FALSE_FONTS,
    HERE,
    WAYS,
    Begun,
    Way,
    absent,
    begin,
    write_false_font,
)
from small_site import (
    LOGO,
    MORE_CONFIG,
    MORE_REGISTER,
    MORE_SUBMISSIONS,
    ROOT,
    Tree,
    data_folder,
    read_tree,
)
from tree_difference import assert_same_files

if TYPE_CHECKING:
    from collections.abc import Iterator


def small(parent: Path) -> Path:
    """The data of the small site that has all that a site may have."""
    return data_folder(
        parent,
        register=MORE_REGISTER,
        submissions=MORE_SUBMISSIONS,
        config=MORE_CONFIG,
        logo=LOGO,
    )


@pytest.fixture(scope="module")
def builds() -> Iterator[dict[Way, Begun]]:
    """The small site being built in every way that can be had here, all at once."""
    # Below neither pytest's own folder nor that of this process (`perfsite.disk`, which a
    # test before this one may have made): they let in nobody else.
    with tempfile.TemporaryDirectory(prefix="bytes-", dir=os.environ.get("TMPDIR", "/tmp")) as name:  # noqa: S108
        parent = Path(name)
        parent.chmod(0o755)
        data = small(parent)
        begun = {way: begin(way, data, parent) for way in WAYS if not absent(way)}
        yield begun
        for build in begun.values():
            with build.process:  # which closes the pipe from it, too
                build.process.kill()


@pytest.fixture(scope="module")
def here(builds: dict[Way, Begun]) -> Tree:
    """The small site as it is built here."""
    return read_tree(builds[HERE].end())


def test_the_edition_is_the_day_of_source_date_epoch(here: Tree) -> None:
    """The first and the last second of a day in UTC are that day, whatever day it is here."""
    assert f'"version": "{DAY}"'.encode() in here["datapackage.json"]
    assert b"2 January 2019" in here["index.html"]
    days = {way.variables["SOURCE_DATE_EPOCH"] for way in WAYS}
    assert len(days) == len(WAYS)


@pytest.mark.parametrize("way", [ELSEWHERE, ANOTHER_USER], ids=["elsewhere", "another-user"])
def test_a_site_has_the_same_bytes_wherever_it_is_built(
    here: Tree, builds: dict[Way, Begun], way: Way
) -> None:
    """Folder, user, zone, locale, umask, hash seed, order of files, jobs, fonts change nothing."""
    if why := absent(way):
        pytest.skip(f"NOT TESTED: {why}")
    site = builds[way].end()

    assert_same_files(here, read_tree(site), ("here", way.place))
    assert {path.stat().st_mode & 0o7777 for path in site.rglob("*.*")} == {0o644}
    assert {path.stat().st_mode & 0o7777 for path in (site, site / "data")} == {0o755}
    assert sum(path.endswith(".svg") for path in here) > 20


def test_a_site_that_is_built_again_elsewhere_is_left_alone(
    here: Tree, builds: dict[Way, Begun], tmp_path: Path
) -> None:
    """Another machine that builds the same site in its place changes no file and no time."""
    site = builds[HERE].site
    for path in site.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    begin(ELSEWHERE, small(tmp_path), tmp_path, site).end()

    assert_same_files(here, read_tree(site), ("before", "again"))
    times = {path.stat().st_mtime for path in site.rglob("*") if path.is_file()}
    assert times == {1_000_000_000}


def test_a_folder_can_be_listed_backwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk of these tests gives an order that is never the sorted one."""
    small(tmp_path)
    monkeypatch.setattr(os, "scandir", os.scandir)
    monkeypatch.setattr(os, "listdir", os.listdir)
    turn_round()
    found = list((tmp_path / "data" / "submissions").glob("*.csv"))

    assert len(found) >= 3
    assert found == sorted(found, reverse=True)
    assert os.listdir(tmp_path / "data")[-1] == "logo.svg"  # noqa: PTH208 - this one is meant
    assert next(path.name for path in (tmp_path / "data").iterdir()) == "submissions"


def test_a_font_can_bear_the_name_of_another(tmp_path: Path) -> None:
    """The machine of these tests has a Liberation Sans whose letters are all of one width."""
    if not write_false_font(tmp_path / "fonts"):
        pytest.skip("NOT TESTED: charts beside another font; apt-get install fonts-liberation")
    config = tmp_path / "fonts.conf"
    config.write_text(FALSE_FONTS.format(tmp_path / "fonts"), encoding="utf-8")
    if not shutil.which("fc-match"):
        return
    found = subprocess.run(
        ["fc-match", "--format=%{family}, spacing %{spacing}", "Arial"],
        env={**os.environ, "FONTCONFIG_FILE": str(config)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout == "Liberation Sans, spacing 100"


def hundred(parent: Path) -> Path:
    """A hundred services of the example, with every kind of submission that it has."""
    folder = parent / "hundred"
    shutil.copytree(ROOT / "data", folder, ignore=shutil.ignore_patterns("editions"))
    with (folder / "services.csv").open(encoding="utf-8", newline="") as file:
        services = list(csv.DictReader(file))
    special = {path.stem for path in folder.glob("submissions/*/*.csv")}
    chosen = [s for s in services if s["service"] in special]
    chosen += [s for s in services[::7] if s not in chosen]
    chosen = sorted(chosen[:100], key=services.index)
    ids = {service["service"] for service in chosen}

    def keep(path: Path, rows: list[dict[str, str]]) -> None:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        path.write_text(text.getvalue(), encoding="utf-8", newline="")

    keep(folder / "services.csv", chosen)
    for path in folder.glob("submissions/**/*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if mine := [row for row in rows if row.get("service", path.stem) in ids]:
            keep(path, mine)
        else:
            path.unlink()
    for path in folder.glob("submissions/**/*.json"):
        content = json.loads(path.read_text(encoding="utf-8"))
        content["observations"] = [r for r in content["observations"] if r["service"] in ids]
        path.write_text(json.dumps(content), encoding="utf-8")
    assert len(chosen) == 100
    return folder


@pytest.mark.proofs
def test_a_hundred_services_have_the_same_bytes_elsewhere(tmp_path: Path) -> None:
    """Nor does any of it change a byte of what the example has, in every kind of submission."""
    data = hundred(tmp_path)
    begun = [begin(way, data, tmp_path) for way in (HERE, ELSEWHERE)]
    one, two = (read_tree(build.end()) for build in begun)

    assert_same_files(one, two, ("here", "elsewhere"))
    assert sum(path.endswith(".svg") for path in one) > 150
    cards = [path.removesuffix("/card.jpg") for path in one if path.endswith("/card.jpg")]
    assert all(path.startswith("departments/") and f"{path}.html" in one for path in cards)
    assert len(cards) > 1
    assert sum(bool(re.fullmatch(r"services/[^/]+\.html", path)) for path in one) == 116
