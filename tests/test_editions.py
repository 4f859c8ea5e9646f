from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import observe, one_service_register, register
from perfsite.config import SiteConfig
from perfsite.decimals import csv_text
from perfsite.editions import (
    CHANGE,
    EDITION,
    FRAME,
    KPIS,
    OBSERVATIONS,
    Content,
    Whole,
    applied,
    differing,
    edition_path,
    freeze,
    in_order,
    register_frame,
    text_frame,
)
from perfsite.errors import BuildError, UsageError
from perfsite.exports.columns import PART_ABOVE_WHOLE
from perfsite.exports.tables import KPI_COLUMNS, observation_rows
from perfsite.kpi.inputs import resolve
from perfsite.model import FIGURE, File, Service
from perfsite.validate.consistency import check_consistency
from policy_tools import DAY, content, edition, frozen, public, source, thawed

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
    marked, _ = check_consistency(
        observations, resolve(observations, SiteConfig()), SiteConfig().digital_channels
    )
    services = {"alpha": FULL}

    read = thawed(frozen(observations, DAY, services))

    assert read.services == services
    assert (read.date, read.manifest.versions, read.configuration) == (
        DAY,
        {"perfsite": "1.0"},
        'title = "Test"\n',
    )
    assert tuple(read.observations.columns) == FRAME
    in_order = marked.sort_values(FIGURE, ignore_index=True).assign(service_row=0)
    pd.testing.assert_frame_equal(
        read.observations, in_order[list(FRAME)], check_dtype=False, check_index_type=False
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
    """Freezing twice writes nothing new, and all but two files stand in the folder of the day."""
    services = one_service_register()
    first = frozen(public(TABLE), DAY, services)

    assert first == frozen(public(TABLE), DAY, services)
    assert [file.path for file in first] == [
        "editions/.gitattributes",
        *(
            f"editions/2018-09-19/{name}"
            for name in (
                "services.csv",
                "observations.csv",
                "kpis.csv",
                "perfsite.toml",
                "edition.json",
            )
        ),
    ]


LATER = date(2018, 12, 19)
TWO = "service period measure value note\nalpha 2017 cost 5 _\nbeta 2017 cost 6 _\n"


def changes(files: list[File], name: str) -> list[list[str]]:
    """The rows of a file of changes, without its header."""
    (text,) = [file.data.decode() for file in files if file.path.endswith(f"/{name}.csv")]
    return list(csv.reader(io.StringIO(text, newline="")))[1:]


def test_storage_grows_with_what_changed() -> None:
    """A later edition holds the rows that differ, and nothing of what stayed."""
    services = register("alpha", "beta")
    first = thawed(frozen(public([source(TWO)], DAY, services), DAY, services))
    more = f"{TWO.replace('alpha 2017 cost 5 _', 'alpha 2017 cost 8 counted')}beta 2018 cost 7 _\n"
    more = more.replace("beta 2017 cost 6 _\n", "")
    again = frozen(public([source(more)], LATER, services), LATER, services, first)

    assert [row[:7] for row in changes(again, "observations")] == [
        ["changed", "alpha", "2017", "cost", "", "8", "provided"],
        ["removed", "beta", "2017", "cost", "", "", ""],
        ["added", "beta", "2018", "cost", "", "7", "provided"],
    ]
    assert changes(again, "services") == []
    assert not [file for file in again if file.path.endswith(".toml")]
    read = thawed(again, LATER, first)
    assert read.configuration == first.configuration
    assert read.rows[["service", "period", "value"]].to_numpy().tolist() == [
        ["alpha", "2017", "8"],
        ["beta", "2018", "7"],
    ]
    assert first.rows["value"].tolist() == ["5", "6"]


def test_a_row_that_only_moved_in_its_file_is_no_change() -> None:
    """A row added above it changes the source of a figure, and not the figure."""
    services = register("alpha", "beta")
    first = thawed(frozen(public([source(TWO)], DAY, services), DAY, services))
    header, *rows = TWO.splitlines()
    moved = "\n".join([header, *reversed(rows)])
    again = frozen(public([source(moved)], LATER, services), LATER, services, first)
    elsewhere = source(TWO, "submissions/other.csv")
    other = frozen(public([elsewhere], LATER, services), LATER, services, first)

    assert changes(again, "observations") == []
    assert thawed(again, LATER, first).rows["source"].tolist() == first.rows["source"].tolist()
    assert [row[0] for row in changes(other, "observations")] == ["changed", "changed"]


def test_a_language_that_comes_later_is_in_the_later_edition_alone() -> None:
    """Columns come and go with the languages of the site; other services do not change."""
    services = {"alpha": replace(FULL, translations={}), "beta": Service("beta", "Beta", "M")}
    observations = public(TABLE)
    first = thawed(frozen(observations, DAY, services))
    spoken = {**services, "alpha": FULL}
    again = frozen(observations, LATER, spoken, first)
    read = thawed(again, LATER, first)
    back = frozen(observations, date(2019, 1, 1), services, read)

    assert [row[:2] for row in changes(again, "services")] == [["changed", "alpha"]]
    assert read.services == spoken
    assert thawed(back, date(2019, 1, 1), read).services == services == first.services


def test_editions_follow_each_other() -> None:
    """One cannot be frozen before another, left out of the row, or put into it."""
    services = one_service_register()
    first_files = frozen(public(TABLE), DAY, services)
    first = thawed(first_files)
    second = frozen(public(TABLE), LATER, services, first)

    with pytest.raises(UsageError, match="freeze a later date"):
        frozen(public(TABLE), DAY, services, first)
    with pytest.raises(BuildError, match="an edition is missing"):
        thawed(second, LATER)
    other = thawed(frozen(public("period cost\n2017 1"), DAY, services))
    with pytest.raises(BuildError, match="an edition is missing"):
        thawed(second, LATER, other)


def test_addresses_are_kept_where_they_are_given() -> None:
    """An edition without them knows none, and one after that knows its own."""
    services = one_service_register()
    given = content(public(TABLE), services)
    before = None
    known = []
    for month, addresses in enumerate((["a.html", "b.html"], None, ["a.html", "c.html"]), 1):
        day = date(2019, month, 1)
        table = None if addresses is None else text_frame(("path",), [(one,) for one in addresses])
        files = freeze(replace(given, addresses=table), "", day, {}, before)
        before = thawed(files, day, before)
        known.append(before.addresses)

    assert known == [{"a.html", "b.html"}, None, {"a.html", "c.html"}]


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


WHOLE = {file.path: file.data.decode() for file in FILES}[edition_path(DAY)]


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
    path = edition_path(DAY)
    files = [replace(file, data=text.encode()) if file.path == path else file for file in FILES]

    with pytest.raises(BuildError, match="is not as it was frozen"):
        thawed(files)


def test_an_edition_under_another_date_is_not_read() -> None:
    """A folder that was renamed would be another edition; the error says what its name was."""
    other = [replace(file, path=file.path.replace(str(DAY), "2018-01-01")) for file in FILES]

    with pytest.raises(BuildError, match="name its folder 2018-09-19"):
        thawed(other, date(2018, 1, 1))


def test_a_later_format_is_not_guessed_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """An edition of a format that this version does not know says which version reads it."""
    monkeypatch.setattr("perfsite.editions._FORMAT", 3)
    files = frozen(public(TABLE), DAY, one_service_register())
    monkeypatch.undo()

    with pytest.raises(BuildError, match="format 3"):
        thawed(files)


def test_a_service_without_figures_is_in_the_edition() -> None:
    """The register is frozen whole, in the order of the ids."""
    services = register("gamma", "alpha", "beta")
    read = edition([source("service period measure value\nbeta 2017 cost 6\n")], DAY, services)

    assert list(read.services) == ["alpha", "beta", "gamma"]
    assert set(read.observations["service"]) == {"beta"}


def test_an_edition_without_any_figure_can_be_frozen() -> None:
    """An empty frame goes there and back, with all its columns."""
    read = edition("period transactions")

    assert tuple(read.observations.columns) == FRAME
    assert read.observations.empty


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
)
def test_any_text_goes_there_and_back(text: str) -> None:
    """Commas, quotation marks, line breaks and every letter of a note and a name are kept."""
    frame, _ = observe("period transactions\n2017 5")
    marked, _ = check_consistency(
        frame, resolve(frame, SiteConfig()), SiteConfig().digital_channels
    )
    marked = marked.assign(note=text)
    services = {"alpha": Service("alpha", text or "a", "Ministry", description=text)}
    rows = text_frame(OBSERVATIONS, observation_rows(marked))
    made = Content(register_frame(services), rows, text_frame(KPI_COLUMNS, []))

    read = thawed(freeze(made, "", DAY, {}, None))

    assert read.services == services
    assert read.observations["note"].tolist() == [text]


tables = st.dictionaries(
    st.tuples(*[st.text("ab-", max_size=2)] * 3), st.sampled_from(["", "1", "2"]), max_size=8
)
"""Values by service, KPI and period; the keys are much alike."""


@given(tables, tables)
def test_any_table_can_be_made_of_another_and_its_changes(
    before: dict[tuple[str, ...], str], now: dict[tuple[str, ...], str]
) -> None:
    """What is put together has the rows, their order and the text of the table itself."""
    header = (*KPIS.key, "value")
    frames = [
        text_frame(header, [(*key, value) for key, value in table.items()])
        for table in (before, now)
    ]
    old, new = (Whole.of(in_order(frame, KPIS)) for frame in frames)

    changes = differing(old.frame, new.frame, KPIS)
    made = applied(old, changes, KPIS)

    rows = [(*key, value) for key, value in sorted(now.items())]
    assert list(made.frame.itertuples(index=False, name=None)) == rows
    dated = [("2018-09-19", *row) for row in rows]
    assert made.text(DAY) == csv_text([(EDITION, *header), *dated])
    found = changes[[*KPIS.key, CHANGE]].itertuples(index=False, name=None)
    assert {row[:-1]: row[-1] for row in found} == {
        key: "removed" if key not in now else "changed" if key in before else "added"
        for key in before | now
        if before.get(key) != now.get(key)
    }
