"""What a frame that passes from module to module has to be, and that it is held to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from perfsite.frames import SCHEMAS, STOCKS, Col, FrameError, entering
from perfsite.stages import is_heard, listen

if TYPE_CHECKING:
    from perfsite.frames import FrameSchema

GOOD = pd.DataFrame(
    {
        "service": ["passport", "visa"],
        "measure": ["claims", "claims"],
        "part": ["claims", "claims:digital"],
        "ratio": [4.0, 3.5],
    }
)
"""Stocks, as `windows` finds them."""


def test_a_frame_that_keeps_its_contract_enters() -> None:
    """The order of the columns is no part of it, nor is the type of a column of no rows."""
    entering("series", STOCKS, GOOD[list(reversed(GOOD.columns))])
    entering("series", STOCKS, pd.DataFrame(columns=list(STOCKS.columns)))


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (
            GOOD.drop(columns="part"),
            "series: the frame stocks has in part: no such column; expected: text",
        ),
        (
            GOOD.assign(ratio=GOOD["ratio"].astype(object)),
            "series: the frame stocks has in ratio: object; expected: number",
        ),
        (
            GOOD.assign(ratio=GOOD["ratio"].where(GOOD["ratio"] > 3.5)),
            "series: the frame stocks has in ratio: nothing, in 1 of 2 rows; expected: number",
        ),
        (
            GOOD.assign(service=GOOD["service"].where(GOOD["ratio"] > 3.5)),
            "series: the frame stocks has in service: nothing, in 1 of 2 rows; expected: text",
        ),
        (
            GOOD.assign(secret=1.0),
            "series: the frame stocks has in secret: a column; expected: no such column",
        ),
        (
            GOOD.assign(service="visa"),
            "series: the frame stocks has in service + measure: visa, claims again; expected: once",
        ),
    ],
    ids=["lacks", "type", "nothing", "no text", "more", "twice"],
)
def test_a_broken_contract_is_told_by_stage_and_column(frame: pd.DataFrame, message: str) -> None:
    """The error names the stage, the frame, the column, what was found and what is expected."""
    with pytest.raises(FrameError) as error:
        entering("series", STOCKS, frame)

    assert str(error.value) == message


def test_where_nobody_listens_nothing_is_checked() -> None:
    """A build that was not told to say what it does looks at no frame."""
    assert is_heard()
    listen(None)

    entering("series", STOCKS, GOOD.drop(columns="part"))


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda one: one.name)
def test_a_schema_is_whole(schema: FrameSchema) -> None:
    """Its columns are named once and in `Col`, each says what it means, and its key is of them."""
    names = {value for name, value in vars(Col).items() if not name.startswith("_")}

    assert len(set(schema.columns)) == len(schema.columns)
    assert names.issuperset(schema.columns)
    assert all(one.meaning and not one.meaning.endswith(".") for one in schema.fields)
    assert set(schema.columns).issuperset(schema.key)


def test_no_two_frames_have_one_name() -> None:
    """A message that names a frame means one."""
    assert len({one.name for one in SCHEMAS}) == len(SCHEMAS)


def test_every_name_of_a_column_is_in_some_frame() -> None:
    """`Col` has no name that no frame has, and each is spelt as its attribute."""
    names = {name: value for name, value in vars(Col).items() if not name.startswith("_")}
    used = {column for one in SCHEMAS for column in one.columns}

    assert set(names.values()) == used
    assert {name: value.upper() for name, value in names.items()} == {name: name for name in names}
