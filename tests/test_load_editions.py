from __future__ import annotations

from datetime import date
from shutil import rmtree
from typing import TYPE_CHECKING

import pytest

from helpers import one_service_register
from perfsite.errors import BuildError, UsageError
from perfsite.load import load_data, load_editions, load_site_file, with_editions
from perfsite.write import write_new_folder
from policy_tools import frozen, public
from small_site import CONFIG, data_folder

if TYPE_CHECKING:
    from pathlib import Path

DAYS = [date(2018, 3, 1), date(2018, 9, 19), date(2019, 1, 1)]


def folder_with_editions(parent: Path) -> Path:
    """The small site with three editions, each with a figure that is its year."""
    folder = data_folder(parent)
    before = None
    for day in DAYS:
        figures = public(f"period transactions\n{day.year - 1} {day.year}{day.month:02}")
        files = frozen(figures, day, one_service_register(), before)
        write_new_folder(files, folder, folder / "editions" / day.isoformat())
        before = load_editions(folder, [one for one in DAYS if one <= day])[-1]
    return folder


def test_all_editions_are_known_and_none_is_read_yet(tmp_path: Path) -> None:
    """Their dates are in order; a folder without editions has none."""
    assert load_data(folder_with_editions(tmp_path)).editions == tuple(DAYS)
    assert load_data(tmp_path / "data").last is None
    assert load_data(data_folder(tmp_path / "other")).editions == ()


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2018, 3, 1), None),
        (date(2018, 3, 2), date(2018, 3, 1)),
        (date(2018, 9, 19), date(2018, 3, 1)),
        (date(2018, 12, 31), date(2018, 9, 19)),
        (date(2030, 1, 1), date(2019, 1, 1)),
    ],
)
def test_the_last_edition_is_the_newest_that_is_older(
    tmp_path: Path, day: date, last: date | None
) -> None:
    """An edition does not follow itself, and the past does not follow the future."""
    folder = folder_with_editions(tmp_path)
    data = load_data(folder)

    followed = with_editions(data, folder, day)

    assert (followed.last.date if followed.last else None) == last
    assert (followed.hash == data.hash) == (not followed.history)
    if followed.last and last:
        assert followed.last.observations["value"].tolist() == [last.year * 100 + last.month]


def test_an_edition_of_a_later_date_is_not_read(tmp_path: Path) -> None:
    """What happens to a later edition does not stop this build; what came before does."""
    folder = folder_with_editions(tmp_path)
    (folder / "editions" / "2018-09-19" / "edition.json").write_text("{}")

    assert with_editions(load_data(folder), folder, date(2018, 9, 18)).last
    for day in (date(2018, 9, 19), date(2019, 3, 1)):
        with pytest.raises(BuildError, match="2018-09-19"):
            with_editions(load_data(folder), folder, day)


def test_an_edition_of_the_day_itself_is_known_and_not_followed(tmp_path: Path) -> None:
    """A site that is built again of a frozen edition publishes that one, too."""
    folder = folder_with_editions(tmp_path)
    data = with_editions(load_data(folder), folder, DAYS[1])

    assert [one.date for one in data.history] == DAYS[:2]
    assert data.last is data.history[0]


@pytest.mark.parametrize("name", ["observations.csv", "services.csv", "kpis.csv"])
def test_a_missing_part_of_an_edition_is_named(tmp_path: Path, name: str) -> None:
    """The error says which file to restore."""
    folder = folder_with_editions(tmp_path)
    (folder / "editions" / "2018-03-01" / name).unlink()

    with pytest.raises(BuildError, match=rf"editions/2018-03-01/{name}.*restore it from a copy"):
        load_editions(folder, DAYS)


def test_a_lost_edition_is_noticed(tmp_path: Path) -> None:
    """A folder without its manifest is named, and so is one that is not there at all."""
    folder = folder_with_editions(tmp_path)
    (folder / "editions" / "2019-01-01" / "edition.json").unlink()
    with pytest.raises(BuildError, match=r"editions/2019-01-01 holds no edition\.json"):
        load_data(folder)
    rmtree(folder / "editions" / "2019-01-01")
    rmtree(folder / "editions" / "2018-03-01")

    with pytest.raises(BuildError, match="an edition is missing"):
        with_editions(load_data(folder), folder, date(2019, 1, 1))


def test_retractions_and_the_text_of_the_configuration_are_loaded(tmp_path: Path) -> None:
    """Both are needed later, and a changed retraction is changed data."""
    folder = data_folder(tmp_path)
    before = load_data(folder)
    (folder / "retractions.csv").write_text("service,period\n")
    after = load_data(folder)

    assert (before.retractions, before.config_text) == (None, CONFIG)
    assert after.retractions is not None
    assert after.retractions.path == "retractions.csv"
    assert after.hash != before.hash
    (folder / "retractions.csv").unlink()
    (folder / "retractions.csv").mkdir()
    assert [problem.code for problem in load_data(folder).problems] == ["PS127"]


def test_a_file_of_the_site_that_stands_is_read_or_not_there(tmp_path: Path) -> None:
    """No site is nothing; a file that cannot be read is said."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "services.csv").write_bytes(b"service\n")

    assert load_site_file(tmp_path, "data/services.csv") == b"service\n"
    assert load_site_file(tmp_path / "none", "data/services.csv") is None
    assert load_site_file(tmp_path, "data/services.csv/x") is None
    with pytest.raises(UsageError, match="cannot be read"):
        load_site_file(tmp_path, "data")
