from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from helpers import register
from perfsite.errors import BuildError, Problem
from perfsite.exports.tables import observation_rows
from perfsite.model import PLACE, Source
from perfsite.policy.embargo import release
from perfsite.policy.retractions import Retraction, check_retractions, read_retractions, retract
from policy_tools import DAY, edition, frozen, public, read, short, source, thawed

if TYPE_CHECKING:
    import pandas as pd

    from perfsite.editions import EditionFigures

HEAD = "service,period,measure,channel,reason,date\n"
GIVEN = """
    period   transactions  transactions:digital  note
    2017-Q1  1000          400                   _
    2017-Q2  1100~[p]      500                   as~counted
    """


def retracted(
    rows: str, table: str = GIVEN, last: EditionFigures | None = None, day: date = DAY
) -> tuple[pd.DataFrame, list[Retraction], list[Problem]]:
    """What stands after retractions, and every problem of them."""
    shown, secrets = release(read(table, day)[0], day)
    retractions, found = read_retractions(Source("retractions.csv", (HEAD + rows).encode()))
    frame, said, more = retract(shown, retractions, register("alpha"), secrets, last)
    return frame, said, [*found, *more]


ROW = "alpha,2017-Q2,transactions,,Counted twice,2018-09-01\n"


def test_a_retracted_figure_is_a_record_without_a_value() -> None:
    """The observation stays, with the reason; nothing else of the file is touched."""
    frame, said, problems = retracted(ROW)
    rows = frame.set_index(["period", "channel"])

    assert short(frame) == {
        "2017-Q1 transactions": 1000,
        "2017-Q1 transactions:digital": 400,
        "2017-Q2 transactions": "not_provided",
        "2017-Q2 transactions:digital": 500,
    }
    assert rows.loc[("2017-Q2", ""), "marks"] == "t"
    assert rows.loc[("2017-Q2", ""), "note"] == "Counted twice"
    assert list(rows.loc[("2017-Q2", ""), PLACE]) == ["submissions/alpha.csv", 3]
    assert rows.loc[("2017-Q2", "digital"), "note"] == "as counted"
    assert said == [
        Retraction("alpha", "2017-Q2", "transactions", "", "Counted twice", date(2018, 9, 1))
    ]
    assert problems == []
    assert "not_provided retracted" in {
        row[5] for row in observation_rows(frame.assign(flagged=False))
    }


def test_the_value_is_not_in_what_is_published() -> None:
    """Neither the data nor a frozen edition has the number."""
    frame, _, _ = retracted(ROW)

    files = frozen(frame, DAY, register("alpha"))
    assert not [file.path for file in files if b"1100" in file.data]


def test_a_period_may_be_spelt_as_in_any_submission() -> None:
    """2017-04/2017-06 and 2017-Q2 are one period here, too."""
    assert len(retracted(ROW.replace("2017-Q2", "2017-04/2017-06"))[1]) == 1


def test_a_figure_of_the_last_edition_can_be_retracted_after_it_was_deleted() -> None:
    """Deleting the row from its file does not delete the record, in no later edition."""
    last = edition(GIVEN)
    now = "period transactions\n2017-Q1 1000"
    frame, said, problems = retracted(ROW, now, last)

    assert short(frame) == {"2017-Q1 transactions": 1000, "2017-Q2 transactions": "not_provided"}
    assert frame.iloc[-1][["marks", "note", *PLACE]].tolist() == [
        "t", "Counted twice", "retractions.csv", 2,
    ]  # fmt: skip
    assert (len(said), problems) == (1, [])

    later = thawed(frozen(frame, date(2018, 12, 19), register("alpha")), date(2018, 12, 19))
    again, said, problems = retracted(ROW, now, later, date(2019, 1, 1))
    assert short(again) == short(frame)
    assert (len(said), problems) == (1, [])


def test_a_figure_under_embargo_is_retracted_unsaid() -> None:
    """Neither the figure nor its retraction is known before the release; then the record is."""
    table = f"{GIVEN.rstrip()}\n"
    table = "\n".join(
        f"{line} {day}"
        for line, day in zip(
            table.strip().splitlines(), ("release_at", "_", "2018-10-01"), strict=True
        )
    )
    frame, said, problems = retracted(ROW, table)
    assert (set(frame["period"]), said, problems) == ({"2017-Q1"}, [], [])

    frame, said, problems = retracted(ROW, table, None, date(2018, 10, 1))
    assert short(frame)["2017-Q2 transactions"] == "not_provided"
    assert (len(said), problems) == (1, [])


UNUSABLE = [
    ("alhpa,2017-Q2,transactions,", "service", "did you mean alpha?"),
    ("alpha,2018-Q2,transactions,", "period", "there are figures for 2017-Q2"),
    ("alpha,2017-Q2,cost,", "measure", "given for 2017-Q2 are transactions"),
    ("alpha,2017-Q2,transactions,phone", "channel", "it was given for no channel, digital"),
    ("alpha,2017-Q7,transactions,", "period", ""),
    (",2017-Q2,transactions,", "service", "fill in the service"),
    ("alpha,2017-Q2,,", "measure", "fill in the measure"),
]
INCOMPLETE = [
    ("alpha,2017-Q2,transactions,,,2018-09-01", "reason", "say in a sentence"),
    ("alpha,2017-Q2,transactions,,Why,", "date", "write the day"),
    ("alpha,2017-Q2,transactions,,Why,1 Sep 2018", "date", "write the day"),
]


@pytest.mark.parametrize(
    ("row", "column", "hint"),
    [*((f"{row},Why,2018-09-01", column, hint) for row, column, hint in UNUSABLE), *INCOMPLETE],
)
def test_a_retraction_that_cannot_be_used_says_why(row: str, column: str, hint: str) -> None:
    """Each names the cell, and what is nearest to it where something is."""
    _, said, problems = retracted(row)

    assert said == []
    assert [(p.file, p.row, p.code) for p in problems][:1] == [("retractions.csv", 2, "PS121")]
    assert problems[0].column == column
    assert problems[0].found
    assert problems[0].expected
    assert hint in problems[0].fix


@pytest.mark.parametrize(
    "row", ["alpha,2017-Q2,transactions,,,2018-09-01", "alpha,2017-Q2,transactions,,Why,soon"]
)
def test_a_figure_that_somebody_tried_to_retract_is_not_published(row: str) -> None:
    """Until the row is mended the figure stays out: publishing it could not be undone."""
    frame, said, problems = retracted(row)

    assert "2017-Q2 transactions" not in short(frame)
    assert "2017-Q2 transactions:digital" in short(frame)
    assert said == []
    assert [p.code for p in problems] == ["PS121"]


def test_a_figure_is_retracted_once() -> None:
    """The first row stands, and the second is said."""
    _, said, problems = retracted(ROW + ROW.replace("Counted twice", "Other"))

    assert [one.reason for one in said] == ["Counted twice"]
    assert [(p.code, p.row) for p in problems] == [("PS121", 3)]
    assert "also in row 2" in problems[0].found


def test_columns_are_named() -> None:
    """A missing column, and one that there is not, are said; without it nothing can be used."""
    _, problems = read_retractions(Source("retractions.csv", b"service,period,measure\na,2017,b\n"))
    assert [(p.code, p.column) for p in problems] == [("PS105", "reason"), ("PS105", "date")]

    retractions, problems = read_retractions(
        Source("retractions.csv", (HEAD.replace("channel", "chanel") + ROW).encode())
    )
    assert [(p.code, p.column) for p in problems] == [("PS106", "chanel")]
    assert len(retractions.usable) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"",
        b"service,period\n",
        f'{HEAD}alpha,"2017'.encode(),
        f"{HEAD}alpha,2017\n".encode(),
    ],
)
def test_a_build_stops_where_retractions_cannot_be_read(data: bytes) -> None:
    """What was taken back would be published again; the old site stays instead."""
    _, problems = read_retractions(Source("retractions.csv", data))

    assert problems
    with pytest.raises(BuildError, match="mend it and build anew"):
        check_retractions(problems)


def test_a_row_that_cannot_be_used_stops_no_build() -> None:
    """It is an error among the others, and so is anything in another file."""
    other = Problem("submissions/a.csv", 2, "PS103")
    check_retractions([*retracted("alpha,2019,cost,,Why,2018-09-01")[2], other])


def test_without_retractions_nothing_is_taken_back() -> None:
    """No file, or an empty table, changes nothing."""
    retractions, problems = read_retractions(None)
    shown = public([source(GIVEN)])
    frame, said, more = retract(shown, retractions, register("alpha"), shown.iloc[:0], None)

    assert (problems, said, more) == ([], [], [])
    assert frame is shown
