"""Units: what a part becomes depends on its input and on what all share, and on nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest

from perfsite.analysis import analyse
from perfsite.build import InMemory, build_site
from perfsite.errors import LeakError
from perfsite.fingerprint import fingerprint
from perfsite.leaks import Leak
from perfsite.load import load_data, load_theme
from perfsite.model import Edition
from perfsite.pages.site import ServiceInput, make_inputs
from perfsite.render import _Once
from perfsite.site_data import make_site_data
from perfsite.unit_records import UnitRecords
from perfsite.units import Shared
from small_site import Silent, data_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from perfsite.build import BuiltSite
    from perfsite.site_data import SiteData

DAY: Final = date(2018, 9, 19)


def site_data(folder: Path) -> SiteData:
    """What the small site is made of."""
    data = load_data(folder)
    return make_site_data(analyse(data, DAY), Edition(DAY, data.hash))


class Builds:
    """Builds one after the other, each of which knows what the last one made."""

    def __init__(self) -> None:
        self.files = InMemory()
        self.records = UnitRecords()
        self.made = 0

    def build(self, folder: Path) -> BuiltSite:
        """The site of a folder; `made` is then the number of units that were made anew."""
        data, heard = load_data(folder), Silent()
        site = build_site(
            analyse(data, DAY),
            Edition(DAY, data.hash),
            load_theme(),
            workers=1,
            charts=False,
            progress=heard,
            records=self.records,
            files=self.files,
        )
        self.made = heard.done
        self.records = self.records.next()
        return site


def cold(folder: Path) -> dict[str, bytes]:
    """The files of a site that nothing is known of."""
    return {file.path: file.data for file in Builds().build(folder).files}


@pytest.mark.parametrize("name", [field.name for field in fields(ServiceInput)])
def test_the_key_of_a_service_is_made_of_its_whole_input(tmp_path: Path, name: str) -> None:
    """Whichever part of the record changes, the fingerprint of the input does, too."""
    site = site_data(data_folder(tmp_path))
    (part,) = [one for one in make_inputs(site, {"en-GB": site}) if one.name == "services/full"]
    assert isinstance(part, ServiceInput)
    before = fingerprint(part)
    leaves = 0
    for changed in variants(getattr(part, name)):
        leaves += 1
        assert fingerprint(replace(part, **{name: changed})) != before
    assert leaves > len(fields(part.record))


def variants(value: Any, depth: int = 0) -> Iterator[Any]:  # noqa: ANN401 - any value of a record
    """The value with one of its parts changed, for each part; the first ones of long sequences."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            for changed in variants(getattr(value, field.name), depth + 1):
                yield replace(value, **{field.name: changed})
    elif isinstance(value, dict):
        yield {**value, "another": None}
        for key in list(value)[:2]:
            for changed in variants(value[key], depth + 1):
                yield {**value, key: changed}
    elif isinstance(value, (tuple, list)):
        yield type(value)([*value, "another"])
        for place in range(min(2, len(value))):
            for changed in variants(value[place], depth + 1):
                yield type(value)([*value[:place], changed, *value[place + 1 :]])
    else:
        yield (value, "another")


def test_the_key_is_the_same_in_every_process(tmp_path: Path) -> None:
    """Another seed of hashes and another order of loading make no other fingerprint."""
    folder = data_folder(tmp_path)
    program = (
        "import sys; from pathlib import Path; import test_units as t\n"
        "from perfsite.fingerprint import fingerprint\n"
        "site = t.site_data(Path(sys.argv[1]))\n"
        "shared = t.Shared(t.load_data(Path(sys.argv[1])).config, t.load_theme(), charts=True)\n"
        "parts = t.make_inputs(site, {'en-GB': site})\n"
        "print(shared.fingerprint, *map(fingerprint, parts))"
    )
    keys = {
        subprocess.run(
            [sys.executable, "-c", program, str(folder)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(keys) == 1
    assert len(keys.pop().split()) > len(site_data(folder).services)


def test_a_second_build_makes_no_unit(tmp_path: Path) -> None:
    """Without news every unit is taken from the records, and the site is the same."""
    folder, builds = data_folder(tmp_path), Builds()
    first = builds.build(folder)
    parts = builds.made
    second = builds.build(folder)

    assert parts > len(site_data(folder).services)
    assert builds.made == 0
    assert {one.path: one.data for one in second.files} == {
        one.path: one.data for one in first.files
    }
    assert replace(second, files=()) == replace(first, files=())


def test_one_cell_makes_the_units_that_show_it(tmp_path: Path) -> None:
    """The service of the cell, its groups, the lists of groups and the home page; then as cold."""
    folder, builds = data_folder(tmp_path), Builds()
    builds.build(folder)
    path = folder / "submissions/full.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:-1], raised(lines[-1])]))
    files = {one.path: one.data for one in builds.build(folder).files}

    assert 0 < builds.made <= 10
    assert files == cold(folder)


def raised(row: str) -> str:
    """A row of a wide table whose first figure is larger by one."""
    period, figure, *others = row.split(",")
    return ",".join([period, str(int(figure) + 1), *others])


def test_another_secret_has_files_searched_and_not_made_anew(tmp_path: Path) -> None:
    """A number that becomes secret is found in files that stand, and the build ends."""
    folder, builds = data_folder(tmp_path), Builds()
    builds.build(folder)
    before = builds.records
    (folder / "submissions/secret.csv").write_text(
        "service,period,measure,channel,value\nweekly,2017-01,cost,,918273 [c]\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("perfsite.build.search_file", lambda file, _: [leak(file.path)])
        with pytest.raises(LeakError, match="about to be found"):
            builds.build(folder)
    assert builds.records is before


def leak(path: str) -> Leak:
    """A secret that was found in a file."""
    return Leak(path, "about to be found", "weekly", "2017-01", "cost", "", "suppressed")


@pytest.mark.parametrize("harm", ["a letter", "cut", "no line", "another key"])
def test_a_record_in_doubt_is_none(tmp_path: Path, harm: str) -> None:
    """A damaged record has its unit made anew, and the site is the same."""
    folder, builds = data_folder(tmp_path), Builds()
    first = builds.build(folder)
    lines = list(builds.records.next().lines()) or list(builds.records._before.values())  # noqa: SLF001 - to harm it
    line = lines[0]
    harmed = {
        "a letter": line[:-9] + bytes([line[-9] ^ 1]) + line[-8:],
        "cut": line[: len(line) // 2],
        "no line": b"",
        "another key": line.replace(line.split(b"\t")[1], b"0" * 64),
    }[harm]
    builds.records = UnitRecords([harmed, *lines[1:]])
    second = builds.build(folder)

    assert builds.made == 1
    assert {one.path: one.data for one in second.files} == {
        one.path: one.data for one in first.files
    }


def test_what_all_units_share_is_in_their_keys(tmp_path: Path) -> None:
    """Settings, templates, whether there are charts, what is lost: each changes all keys."""
    config, theme = load_data(data_folder(tmp_path)).config, load_theme()
    shared = Shared(config, theme, charts=True)
    others = [
        replace(shared, config=config.model_copy(update={"title": "Another"})),
        replace(shared, theme=replace(theme, templates={**theme.templates, "x.html": ""})),
        replace(shared, theme=theme.with_colours({"link": "#123456"}, {})),
        replace(shared, charts=False),
        replace(shared, lost={"cards/site.jpg": None}),  # type: ignore[dict-item]
    ]

    assert shared.fingerprint == Shared(config, load_theme(), charts=True).fingerprint
    assert len({shared.fingerprint, *(one.fingerprint for one in others)}) == 1 + len(others)


class Macro:
    """A macro of a template, which remembers its calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def _func(self) -> None: ...

    def __call__(self, row: str, root: str) -> str:
        """A row."""
        self.calls.append(row)
        return f"{root}{row}"


def test_a_row_is_made_once_for_all_lists_of_a_language() -> None:
    """The row of a service, the same in every order, is put through its template one time."""
    once, macro = _Once(), Macro()

    assert [once(macro, "a", "../"), once(macro, "a", "../")] == ["../a", "../a"]
    assert once(macro, "a", "") == "a"
    assert once(macro, "b", "") == "b"
    assert macro.calls == ["a", "a", "b"]
