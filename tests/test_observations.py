from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import (
    csv_source,
    example_register,
    example_sources,
    figures_of,
    observe,
    one_service_register,
    register,
)
from perfsite.config import SiteConfig, parse_config
from perfsite.frames import SENT
from perfsite.model import PLACE, Source
from perfsite.validate.observations import read_observations

if TYPE_CHECKING:
    import pandas as pd

    from perfsite.errors import Problem

CONFIG = SiteConfig()
SERVICES = register("alpha", "beta")
PERIODS = ("2017", "2017-Q1", "2017-02", "2017-W05", "2017-02-03", "2016-10/2017-09")
NAMES = ("transactions", "transactions:digital", "transactions:phone", "cost", "completion_rate")
VALUES = ("0", "1", "250", "[x]", "[z]", "[c]", "", "7 [p]", "1 [e]")

tables = st.lists(
    st.tuples(
        st.sampled_from(list(SERVICES)),
        st.sampled_from(PERIODS),
        st.fixed_dictionaries({name: st.sampled_from(VALUES) for name in NAMES}),
        st.sampled_from(["", "a note", 'with "quotes", and commas']),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda row: row[:2],
)


def read(*sources: Source) -> tuple[pd.DataFrame, list[Problem]]:
    """The observations of these submissions of `alpha` and `beta`."""
    return read_observations(sources, SERVICES, CONFIG)


def as_csv(header: list[str], rows: list[list[str]], path: str = "a.csv") -> Source:
    """A submission from cells."""
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return Source(path, text.getvalue().encode())


@given(tables)
def test_wide_tidy_and_json_are_the_same_observations(
    table: list[tuple[str, str, dict[str, str], str]],
) -> None:
    """One set of figures, written in any of the four forms, is read as one frame."""
    wide = as_csv(
        ["service", "period", *NAMES, "note"],
        [
            [service, period, *(cells[name] for name in NAMES), note]
            for service, period, cells, note in table
        ],
    )
    tidy_rows = [
        [service, period, *name.partition(":")[::2], value, note]
        for service, period, cells, note in table
        for name, value in cells.items()
    ]
    tidy_header = ["service", "period", "measure", "channel", "value", "note"]
    json_wide = [
        {"service": service, "period": period, **cells, "note": note}
        for service, period, cells, note in table
    ]
    json_tidy = [dict(zip(tidy_header, row, strict=True)) for row in tidy_rows]
    forms = [
        wide,
        as_csv(tidy_header, tidy_rows),
        Source("a.json", json.dumps(json_wide).encode()),
        Source("a.json", json.dumps({"observations": json_tidy}).encode()),
    ]

    frames = []
    for form in forms:
        frame, problems = read(form)
        # Of these values only the two above 100% cannot be a completion rate.
        assert {p.code for p in problems} <= {"PS115"}
        assert len(problems) == sum(row[2]["completion_rate"] in ("250", "7 [p]") for row in table)
        frames.append(frame.drop(columns=[*PLACE, "service_row"]).to_csv(index=False))

    assert len(set(frames)) == 1
    # Every figure is there: of each row all but perhaps the completion rate.
    assert frames[0].count("\n") > len(table) * (len(NAMES) - 1)


def test_the_frame_is_sorted_and_says_where_each_figure_comes_from() -> None:
    """Services stand in the order of the register, periods in that of time; with file and row."""
    services = register("zulu", "alpha")
    frame, problems = read_observations(
        [
            csv_source(
                "service period transactions\nalpha 2017-10 3\nalpha 2017-09 2\nzulu 2017 1"
            ),
        ],
        services,
        CONFIG,
    )

    assert problems == []
    assert tuple(frame.columns) == SENT.columns
    assert frame[["service", "period", "value", *PLACE]].to_numpy().tolist() == [
        ["zulu", "2017", 1.0, "submissions/alpha.csv", 4],
        ["alpha", "2017-09", 2.0, "submissions/alpha.csv", 3],
        ["alpha", "2017-10", 3.0, "submissions/alpha.csv", 2],
    ]


def places(*sources: Source) -> list[tuple[str, str, int]]:
    """Which row of its service each figure is: service, measure and number, by service and time."""
    frame, _ = read_observations(sources, register("alpha", "beta"), CONFIG)
    names = ("service", "measure", "service_row")
    return list(zip(*(frame[name].tolist() for name in names), strict=True))


def test_rows_are_counted_by_service_and_those_with_errors_too() -> None:
    """Whoever filters the file by the service finds the row; blank rows are none."""
    table = csv_source(
        "service period measure value\n"
        "beta 2016 cost 1\nalpha 2016 cost 1\nalpha 2017 cost many\nbeta 2017 cost 2\n"
        "alpha =2017 cost 3\nalpha 2018 unheard-of 4\nbeta 2018 cost 3\nalpha 2018 cost 5"
    )
    blank = replace(table, data=table.data.replace(b"beta,2017", b",,,\r\nbeta,2017"))

    counted = [
        ("alpha", "cost", 1),
        ("alpha", "cost", 5),
        *(("beta", "cost", n) for n in (1, 2, 3)),
    ]
    assert places(table) == places(blank) == counted


def test_figures_of_one_wide_row_have_one_number() -> None:
    """A wide file without a column for the service begins with 1 below the header."""
    table = csv_source("period cost transactions\n2016 1 2\n2017 3 4")

    assert places(table) == [
        *(("alpha", "cost", n) for n in (1, 2)),
        *(("alpha", "transactions", n) for n in (1, 2)),
    ]


def test_records_of_json_are_counted_by_service() -> None:
    """The second record may be the first of its service."""
    records = [
        {"service": service, "period": "2017", "measure": measure, "value": 1}
        for service, measure in (("beta", "cost"), ("alpha", "cost"), ("beta", "transactions"))
    ]
    source = Source("submissions/all.json", json.dumps(records).encode())

    assert places(source) == [
        ("alpha", "cost", 1),
        ("beta", "cost", 1),
        ("beta", "transactions", 2),
    ]


def test_the_file_name_is_the_service_where_there_is_no_column() -> None:
    """A submission named after its service, in any folder, needs no column for it."""
    frame, problems = read(
        csv_source("period transactions\n2017 5", "submissions/any/where/beta.csv"),
        Source("submissions/alpha.json", b'{"period": "2017", "transactions": 7}'),
    )

    assert problems == []
    assert figures_of(frame) == {"alpha 2017 transactions": 7, "beta 2017 transactions": 5}


def test_a_byte_order_mark_changes_nothing() -> None:
    """A file that a spreadsheet saved as UTF-8 with BOM is read as one without."""
    plain = csv_source("period transactions\n2017 5")
    marked = Source(plain.path, b"\xef\xbb\xbf" + plain.data)

    assert (
        figures_of(read(marked)[0]) == figures_of(read(plain)[0]) == {"alpha 2017 transactions": 5}
    )
    assert read(marked)[1] == []


def test_a_blank_is_not_available_and_no_symbol_is_a_number() -> None:
    """Blank is [x]; [z] and [c] stay what they are; 0 is a figure."""
    frame, problems = observe(
        """
        period  transactions
        2017-01 _
        2017-02 [x]
        2017-03 [z]
        2017-04 [c]
        2017-05 0
        """
    )

    assert problems == []
    assert list(figures_of(frame).values()) == [
        "not_provided", "not_provided", "not_applicable", "confidential", 0.0
    ]  # fmt: skip
    assert frame["value"].notna().tolist() == [False] * 4 + [True]


def test_marks_and_notes_stay_with_their_figures() -> None:
    """A provisional figure keeps its symbol, and a note its words."""
    frame, _ = read(
        as_csv(["period", "measure", "value", "note"], [["2017", "cost", "5 [p]", "a, note"]],
               "alpha.csv")
    )  # fmt: skip

    assert frame[["value", "marks", "note"]].to_numpy().tolist() == [[5.0, "p", "a, note"]]


def test_one_period_in_two_spellings_is_one_period() -> None:
    """2013 and its twelve months are an observation given twice."""
    _, problems = observe("period transactions\n2013 5\n2013-01/2013-12 5")

    assert [p.code for p in problems] == ["PS110"]


def test_of_figures_given_twice_alike_the_first_stands() -> None:
    """The second is reported, whichever file it is in, and names the place of the first."""
    frame, problems = read(
        csv_source("period transactions cost\n2017 5 [x]", "one/alpha.csv"),
        csv_source("period transactions cost\n2017 5.0 _", "two/alpha.csv"),
    )

    assert figures_of(frame) == {"alpha 2017 cost": "not_provided", "alpha 2017 transactions": 5}
    assert set(zip(frame["file"], frame["row"], strict=True)) == {("one/alpha.csv", 2)}
    assert [(p.code, p.place) for p in problems] == [("PS110", "two/alpha.csv:2")] * 2
    assert all("one/alpha.csv:2" in p.found for p in problems)


@pytest.mark.parametrize("other", ["6", "[x]", "[z]", "0"])
def test_of_figures_given_twice_differently_none_stands(other: str) -> None:
    """Nobody but the service knows which is right, so neither is published."""
    frame, problems = observe(f"period transactions\n2016 9\n2017 5\n2017 {other}")

    assert figures_of(frame) == {"alpha 2016 transactions": 9}
    assert [(p.code, p.row) for p in problems] == [("PS110", 4)]


def test_of_three_figures_one_that_differs_spoils_all() -> None:
    """Two against one is no proof."""
    frame, problems = observe("period transactions\n2017 5\n2017 5\n2017 6")

    assert len(frame) == 0
    assert [p.row for p in problems] == [3, 4]


@pytest.mark.parametrize(
    ("row", "code", "column", "hint"),
    [
        ("gamma 2017 transactions _ 5", "PS111", "service", ""),
        ("alhpa 2017 transactions _ 5", "PS111", "service", "alpha"),
        ("_ 2017 transactions _ 5", "PS114", "service", ""),
        ("alpha 2017-13 transactions _ 5", "PS108", "period", ""),
        ("alpha _ transactions _ 5", "PS108", "period", ""),
        ("alpha 2017 transaction _ 5", "PS107", "measure", "transactions"),
        ("alpha 2017 _ _ 5", "PS107", "measure", ""),
        ("alpha 2017 transactions Digital 5", "PS109", "channel", ""),
        ("alpha 2017 transactions total 5", "PS109", "channel", "leave the channel out"),
        ("alpha 2017 uptime digital 5", "PS109", "channel", "leave the channel out"),
        ("alpha 2017 transactions _ five", "PS104", "value", ""),
        ("alpha 2017 transactions _ -5", "PS115", "value", ""),
    ],
)
def test_what_is_wrong_is_named_and_the_rest_is_read(
    row: str, code: str, column: str, hint: str
) -> None:
    """A wrong cell costs its own observation and no other, and is named by file, row and column."""
    frame, problems = observe(
        f"""
        service period measure channel value
        alpha 2015 transactions _ 1
        {row}
        alpha 2016 transactions _ 2
        """,
        SERVICES,
    )

    assert list(figures_of(frame).values()) == [1.0, 2.0]
    assert [(p.file, p.row, p.code, p.column) for p in problems] == [
        ("submissions/alpha.csv", 3, code, column)
    ]
    assert hint in problems[0].fix
    assert problems[0].expected


def test_a_wrong_cell_of_a_wide_table_is_named_by_its_column() -> None:
    """The column is that of the spreadsheet, the other cells of the row are read."""
    frame, problems = observe("period transactions transactions:digital\n2017 5 x")

    assert figures_of(frame) == {"alpha 2017 transactions": 5}
    assert [(p.row, p.code, p.column) for p in problems] == [(2, "PS104", "transactions:digital")]


def test_a_wrong_period_of_a_wide_row_is_reported_once() -> None:
    """One mistake is one problem, however many columns the row has."""
    _, problems = observe("period transactions cost started\nsoon 5 6 7")

    assert [(p.row, p.code) for p in problems] == [(2, "PS108")]


def test_every_problem_of_a_row_is_reported() -> None:
    """Two mistakes in one row are two problems."""
    _, problems = observe("service period measure value\ngamma 2017-13 cots x", SERVICES)

    assert {p.code for p in problems} == {"PS104", "PS107", "PS108", "PS111"}


@pytest.mark.parametrize(
    ("table", "code", "column"),
    [
        ("measure value\ncost 5", "PS105", "period"),
        ("period measure\n2017 cost", "PS105", "value"),
        ("period value\n2017 5", "PS105", "measure"),
        ("period\n2017", "PS105", "value"),
        ("period cots\n2017 5", "PS107", "cots"),
        ("period measure value chanel\n2017 cost 5 x", "PS106", "chanel"),
    ],
)
def test_a_wrong_header_is_reported_once(table: str, code: str, column: str) -> None:
    """A column that is missing or not known is a problem of row 1."""
    _, problems = observe(table)

    assert [(p.row, p.code, p.column) for p in problems] == [(1, code, column)]


def test_a_file_of_nobody_is_refused() -> None:
    """Without a column for the service the file has to be named after one."""
    frame, problems = read(csv_source("period transactions\n2017 5", "submissions/alpah.csv"))

    assert len(frame) == 0
    assert [(p.code, p.column) for p in problems] == [("PS105", "service")]
    assert "alpha" in problems[0].fix


def test_a_site_may_declare_measures_of_its_own() -> None:
    """A declared measure is read as any other, and only where it is declared."""
    config = parse_config('[measures.calls]\nname="Calls"\nkind="count"\naggregation="sum"')
    table = "period calls calls:phone\n2017 5 4"

    assert figures_of(observe(table, config=config)[0]) == {
        "alpha 2017 calls": 5, "alpha 2017 calls:phone": 4
    }  # fmt: skip
    assert [p.code for p in observe(table)[1]] == ["PS107", "PS107"]


@pytest.mark.parametrize(
    "sources",
    [
        [],
        [csv_source("period transactions")],
        [csv_source("period measure value")],
        [csv_source("period transactions\nsoon 5")],
        [Source("alpha.csv", b"")],
        [Source("alpha.json", b"[]")],
    ],
    ids=["no file", "wide header", "tidy header", "nothing readable", "empty file", "empty list"],
)
def test_no_figures_are_an_empty_frame(sources: list[Source]) -> None:
    """A site without any figure has a frame of the usual columns, and nothing breaks."""
    frame, _ = read_observations(sources, one_service_register(), CONFIG)

    assert tuple(frame.columns) == SENT.columns
    assert len(frame) == 0


def test_a_bad_file_spoils_no_other() -> None:
    """What can be read is read, whatever lies beside it."""
    frame, problems = read(
        Source("submissions/broken.json", b"{"),
        csv_source("period transactions", "submissions/beta.csv"),
        csv_source("period transactions\n2017 5"),
    )

    assert figures_of(frame) == {"alpha 2017 transactions": 5}
    assert [(p.file, p.code) for p in problems] == [
        ("submissions/broken.json", "PS103"),
        ("submissions/beta.csv", "PS103"),
    ]


def test_the_example_is_read_without_a_problem() -> None:
    """The 734 services that come with perfsite show how it is done."""
    services = example_register()
    frame, problems = read_observations(example_sources(), services, CONFIG)

    assert problems == []
    assert len(services) == 734
    assert set(frame["service"]) <= set(services)
    assert (frame["value"].isna() == (frame["status"] != "provided")).all()
    assert int((frame["value"] == 0).sum()) > 9_000


def test_a_problem_of_reading_names_the_figure_that_is_left_out() -> None:
    """Service, measure and period are said as far as they can be read."""
    table = """
        service period  measure      channel value
        alpha   2017-7  transactions _       5
        alpha   2017-07 transaction  _       5
        alpha   2017-07 cost         _       5,0
        alpha   2017-08 transactions Digital 5
        gamma   2017-08 transactions _       5
        alpha   2017-09 transactions _       -5
        alpha   2017-10 transactions _       5
        alpha   2017-10 transactions _       6
    """
    source = csv_source(table.replace("5,0", "5;0"))
    frame, problems = read(source)

    assert len(frame) == 0
    assert {p.code: (p.service, p.measures, p.period) for p in problems} == {
        "PS108": ("alpha", (), ""),
        "PS107": ("alpha", (), "2017-07"),
        "PS104": ("alpha", ("cost",), "2017-07"),
        "PS109": ("alpha", ("transactions",), "2017-08"),
        "PS111": ("gamma", ("transactions",), "2017-08"),
        "PS115": ("alpha", ("transactions",), "2017-09"),
        "PS110": ("alpha", ("transactions",), "2017-10"),
    }


def test_a_wrong_channel_of_a_header_is_one_problem() -> None:
    """It stands once in the file, however many rows are below it."""
    _, problems = observe("period transactions:Face-To-Face! cost\n2017 5 1\n2018 6 1")

    assert [(p.code, p.row, p.column) for p in problems] == [
        ("PS109", 1, "transactions:Face-To-Face!")
    ]
    assert problems[0].fix == "write face_to_face"


def test_suppressed_numbers_and_embargoes_stand_apart_at_the_end() -> None:
    """The number of [c] is in `secret`, the day of release in `release`; neither is a value."""
    table = "period transactions release_at\n2016 5 _\n2017 7[c] 2018-01-01"
    frame, problems = observe(table)

    assert problems == []
    columns = ["period", "status", "secret", "release"]
    assert frame[columns].fillna(0).to_numpy().tolist() == [
        ["2016", "provided", 0.0, ""],
        ["2017", "confidential", 7.0, "2018-01-01"],
    ]
    assert frame["value"].isna().tolist() == [False, True]


def test_a_later_release_takes_the_place_of_a_figure_on_its_day() -> None:
    """Before that day both stand, and are not the same figure given twice."""
    table = "period transactions release_at\n2017 5 _\n2017 6 2018-03-01"
    for day, values in ((date(2018, 2, 28), [5, 6]), (date(2018, 3, 1), [6])):
        frame, problems = read_observations([csv_source(table)], SERVICES, CONFIG, day)
        assert problems == []
        assert frame["value"].tolist() == values


def test_no_figures_have_columns_of_text() -> None:
    """An empty frame has the types of any other, so that later stages need not ask."""
    frame, _ = read()

    assert tuple(frame.columns) == SENT.columns
    assert frame["file"].str.rpartition("/").empty
    assert frame["first"].dtype == "int64"


def test_order_is_that_of_texts_and_numbers_and_not_of_rows() -> None:
    """Whatever order the rows come in, the frame is the same."""
    rows = [
        f"{service} {period} {measure} {channel} 5"
        for service in ("beta", "alpha")
        for period in ("2017-10", "2016-02", "2017-Q1", "2017-W09")
        for measure, channel in (("transactions", "_"), ("transactions", "web"), ("cost", "_"))
    ]
    header = "service period measure channel value"
    frames = [
        read(csv_source("\n".join([header, *order])))[0].drop(columns=[*PLACE, "service_row"])
        for order in (rows, rows[::-1], sorted(rows))
    ]

    assert frames[0].equals(frames[1])
    assert frames[0].equals(frames[2])
    assert frames[0]["service"].tolist() == ["alpha"] * 12 + ["beta"] * 12
