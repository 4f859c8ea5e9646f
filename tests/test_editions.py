from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import observe, one_service_register, register
from perfsite.config import SiteConfig
from perfsite.editions import FRAME, freeze
from perfsite.errors import BuildError
from perfsite.metadata.statuses import PART_ABOVE_WHOLE
from perfsite.model import File, Service
from perfsite.pages.data import observation_rows
from perfsite.parts import resolve
from perfsite.validate import check_consistency
from policy_tools import DAY, edition, frozen, public, source, thawed

TABLE = """
    period   transactions  transactions:digital  user_satisfaction  note
    2017-Q1  1000          400                   88.4%~[p]          _
    2017-Q2  1100~[r][b]   1200                  [z]                counted~anew
    2017-Q3  1200~[c]      [x]                   _                  _
    """
FULL = Service(
    "alpha",
    "Alpha, of all",
    "Ministry",
    "M",
    "Agency",
    "A",
    "Kind",
    "People",
    "Taxes",
    "https://example.org/?a=1,2",
    'Says "quotes"',
    "costs",
    "notes",
    "key words",
    ("old-alpha", "older"),
    "2010-04",
    "2018",
    ("transactions", "channels"),
    {"fr": {"name": "Alpha, de tous", "description": "été"}, "cy": {"name": "Alffa"}},
)


def test_an_edition_is_read_back_as_it_was_frozen() -> None:
    """The register with its languages, and the observations with marks, notes and flags."""
    observations = public(TABLE)
    marked, _ = check_consistency(observations, resolve(observations, SiteConfig()))
    services = {"alpha": FULL}

    read = thawed(frozen(observations, DAY, services))

    assert read.services == services
    assert (read.date, read.version) == (DAY, "1.0")
    assert tuple(read.observations.columns) == FRAME
    pd.testing.assert_frame_equal(
        read.observations, marked[list(FRAME)], check_dtype=False, check_index_type=False
    )
    assert read.observations["flagged"].any()
    assert set(read.observations["marks"]) == {"", "p", "rb"}


def test_the_word_of_a_flag_is_that_of_the_published_data() -> None:
    """What the data files call a part above its whole, an edition reads back."""
    read = edition(TABLE)
    rows = [row for row in observation_rows(read.observations) if PART_ABOVE_WHOLE in row[5]]

    assert len(rows) == int(read.observations["flagged"].sum()) == 2


def test_a_suppressed_or_embargoed_number_is_in_no_file() -> None:
    """An edition holds what was published, and nothing else."""
    table = f"{TABLE.rstrip()}\n    2017-Q4  98765~[c] _ _ _\n"
    observations = public(table)
    files = frozen(observations, DAY, one_service_register())

    assert not [file.path for file in files if b"98765" in file.data or b"1200 " in file.data]


def test_the_same_edition_has_the_same_bytes_and_paths() -> None:
    """Freezing twice writes nothing new; only the edition's own file knows the date."""
    services = one_service_register()
    first = frozen(public(TABLE), DAY, services)
    again = frozen(public(TABLE), DAY, services)
    later = frozen(public(TABLE), date(2018, 12, 19), services)

    assert first == again
    assert {file.path for file in later} - {file.path for file in first} == {
        "editions/2018-12-19.json"
    }


def test_storage_grows_with_what_changed() -> None:
    """A new figure of one service adds its file, the index and the edition, and no more."""
    services = register("alpha", "beta", "gamma")
    table = "service period measure value\nalpha 2017 cost 5\nbeta 2017 cost 6\n"
    more = f"{table}beta 2018 cost 7\n"
    paths = [
        {file.path for file in frozen(public([source(t)], day, services), day, services)}
        for t, day in ((table, DAY), (more, date(2018, 12, 19)))
    ]

    assert len(paths[1] - paths[0]) == 3
    assert sum(path.endswith(".json") for path in paths[1] - paths[0]) == 1


ATTRIBUTES = "editions/.gitattributes"
FILES = frozen(public(TABLE), DAY, one_service_register())


@pytest.mark.parametrize("path", [file.path for file in FILES if file.path != ATTRIBUTES])
@pytest.mark.parametrize("where", [0, 0.5, 1])
def test_one_altered_byte_is_noticed(path: str, where: float) -> None:
    """Whichever byte of whichever file it is, the error names the file."""
    content = {file.path: file.data for file in FILES}
    data = bytearray(content[path])
    data[round(where * (len(data) - 1))] ^= 1
    content[path] = bytes(data)

    with pytest.raises(BuildError, match=path.replace(".", r"\.")):
        thawed([File(name, data) for name, data in content.items()])


WHOLE = {file.path: file.data.decode() for file in FILES}[f"editions/{DAY}.json"]


@pytest.mark.parametrize(
    "text",
    [
        WHOLE.replace('"1.0"', '"1.1"'),
        WHOLE + "\n",
        WHOLE.replace("  ", " "),
        "[]",
        "{",
        "",
        json.dumps({**json.loads(WHOLE), "date": "soon"}),
    ],
)
def test_an_edition_that_was_edited_is_not_read(text: str) -> None:
    """Its own file holds its own hash, and so no byte of it can change unseen."""
    path = f"editions/{DAY}.json"
    files = [replace(file, data=text.encode()) if file.path == path else file for file in FILES]

    with pytest.raises(BuildError, match="is not as it was frozen"):
        thawed(files)


def test_an_edition_under_another_date_is_not_read() -> None:
    """A file that was renamed would be another edition; the error says what its name was."""
    other = [
        replace(file, path="editions/2018-01-01.json") if file.path.endswith("json") else file
        for file in FILES
    ]

    with pytest.raises(BuildError, match="name it 2018-09-19"):
        thawed(other, date(2018, 1, 1))


def test_a_later_format_is_not_guessed_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """An edition of a format that this version does not know says which version reads it."""
    monkeypatch.setattr("perfsite.editions._FORMAT", 2)
    files = frozen(public(TABLE), DAY, one_service_register())
    monkeypatch.undo()

    with pytest.raises(BuildError, match="format 2"):
        thawed(files)


def test_a_service_without_figures_is_in_the_edition() -> None:
    """The register is frozen whole, in its order."""
    services = register("gamma", "alpha", "beta")
    read = edition([source("service period measure value\nbeta 2017 cost 6\n")], DAY, services)

    assert list(read.services) == ["gamma", "alpha", "beta"]
    assert set(read.observations["service"]) == {"beta"}


def test_an_edition_without_any_figure_can_be_frozen() -> None:
    """An empty frame goes there and back, with all its columns."""
    read = edition("period transactions")

    assert tuple(read.observations.columns) == FRAME
    assert read.observations.empty


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
)
def test_any_text_goes_there_and_back(text: str) -> None:
    """Commas, quotation marks, line breaks and every letter of a note and a name are kept."""
    frame, _ = observe("period transactions\n2017 5")
    marked, _ = check_consistency(frame, resolve(frame, SiteConfig()))
    marked = marked.assign(note=text)
    services = {"alpha": Service("alpha", text or "a", "Ministry", description=text)}
    files = freeze(services, observation_rows(marked), "", DAY, "1.0")

    read = thawed(files)

    assert read.services == services
    assert read.observations["note"].tolist() == [text]
