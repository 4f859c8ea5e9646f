"""What hypothesis makes: files of every kind, from bytes without sense to nearly good tables."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from .made import open_document, workbook

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

PERIODS: Final = (
    "2017-07-03", "2017-W27", "2017-06", "2017-07", "2017-Q2", "2017-Q3", "2016", "2015",
    "2016-10/2017-09", "2016-01/2016-12",
)  # fmt: skip
BAD_PERIODS: Final = (
    "", "07/2017", "2017-W53", "2017-13", "0217-07", "2017-09/2016-10", "Jul-17", "2199", "9999-12",
    "2017-02-30", "42917", "2017-07-01 00:00:00", "/", "2017/", "0000", "2017-W00", "\u00b2",
    "\uff11\uff19\uff19\uff19",
)  # fmt: skip
SERVICES: Final = ("passport", "parking-permit", "outpatients")
BAD_SERVICES: Final = ("", "pasport", "Passport", "zoo", "passport passport", "index", "con")
MEASURES: Final = (
    "transactions", "transactions:digital", "transactions:phone", "cost", "cost_per_transaction",
    "started", "completed", "completion_rate", "user_satisfaction", "rating_1", "rating_5",
    "uptime", "downtime", "availability", "digital_take_up", "response_time",
)  # fmt: skip
BAD_MEASURES: Final = (
    "", "visits", "Transactions", "transactions:", ":digital", "transactions:all", "measure",
    "transactions:Digital", "availability:digital", "row", "value", "service", "file", "column",
    "unit", "first", "count", "status", "source", "rank", "key", "level_0", "index", "0", "nan",
)  # fmt: skip
VALUES: Final = (
    "", "0", "1", "12", "1200", "1300", "0.5", "0.884", "88.4%", "100%", "3.", ".5", "[x]", "[z]",
    "[c]", "1200 [p]", "7[e][r]", "12 [b]", "0.25 [p] [b]", "1200 [c]",
)  # fmt: skip
BAD_VALUES: Final = (
    "13O0", "1,200", "1.200,5", "£5", "5 €", "n/a", "nan", "NaN", "inf", "-inf", "-1", "1e400",
    "1e6", "#REF!", "1200 [q]", "[x][z]", "120%", "%", "9" * 30, "0." + "9" * 30, "-", "١٢", "½",
    "None", "True", "[]", "1 [c] [p]", "1" * 400, "-0", "0x10", "=1+1", "\u200b5", "1_000",
)  # fmt: skip
DATES: Final = ("", "2017-09-20", "2017-11-01", "2017-11-02", "2199-01-01", "20.09.2017", "soon")
NOTES: Final = ("", "a note", 'with "quotes", and commas', "two\nlines", "<b>&amp;", "=1+1")

texts: SearchStrategy[str] = st.text(max_size=12)
odd_cells: SearchStrategy[str] = st.one_of(
    st.sampled_from((*BAD_PERIODS, *BAD_SERVICES, *BAD_MEASURES, *BAD_VALUES)), texts
)


def _mostly(good: tuple[str, ...], *bad: str) -> SearchStrategy[str]:
    """One of the good texts, now and then a bad one."""
    return st.one_of(*[st.sampled_from(good)] * 6, st.sampled_from(bad or ("",)), odd_cells)


_cells: Final = {
    "service": _mostly(SERVICES, *BAD_SERVICES),
    "period": _mostly(PERIODS, *BAD_PERIODS),
    "measure": _mostly(MEASURES, *BAD_MEASURES),
    "channel": _mostly(("", "digital", "phone", "post"), "all", "Digital", "face to face"),
    "value": _mostly(VALUES, *BAD_VALUES),
    "note": _mostly(NOTES),
    "release_at": _mostly(DATES),
}
_headers: SearchStrategy[list[str]] = st.one_of(
    st.just(["service", "period", "measure", "channel", "value", "note", "release_at"]),
    st.lists(st.sampled_from(MEASURES), min_size=1, max_size=5, unique=True).map(
        lambda names: ["service", "period", *names]
    ),
    st.lists(st.one_of(st.sampled_from((*_cells, *MEASURES, *BAD_MEASURES)), texts), max_size=6),
)


@st.composite
def grids(draw: st.DrawFn) -> list[list[str]]:
    """A table as rows of text, the header first: good, nearly good, or without sense."""
    header = draw(_headers)
    row = st.tuples(*(_cells.get(name, _cells["value"]) for name in header)).map(list)
    rows = draw(st.lists(st.one_of(row, row, row, st.lists(odd_cells, max_size=5)), max_size=8))
    return [header, *rows]


@st.composite
def registers(draw: st.DrawFn) -> list[list[str]]:
    """The register as rows of text, the header first."""
    names = ["service", "name", "department"]
    more = ["agency", "category", "url", "aliases", "opened", "closed", "modules", "Service"]
    header = draw(
        st.one_of(
            st.lists(st.sampled_from(more), max_size=5, unique=True).map(lambda m: [*names, *m]),
            st.lists(st.one_of(st.sampled_from([*names, *more]), texts), max_size=5),
        )
    )
    cell = st.one_of(
        st.sampled_from((*SERVICES, *BAD_SERVICES, "https://example.org", "2017-07", "channels")),
        texts,
    )
    size = len(header)
    return [header, *draw(st.lists(st.lists(cell, min_size=size, max_size=size), max_size=6))]


@st.composite
def retractions(draw: st.DrawFn) -> list[list[str]]:
    """retractions.csv as rows of text, nearly good."""
    columns = {
        "service": SERVICES,
        "period": ("2017-07", "2017-Q3", "2016"),
        "measure": ("transactions", "cost"),
        "channel": ("", "digital"),
        "reason": ("counted twice", ""),
        "date": ("2017-10-01", "2017-11-02", ""),
    }
    row = st.tuples(*(st.one_of(st.sampled_from(good), odd_cells) for good in columns.values()))
    return [list(columns), *draw(st.lists(row.map(list), max_size=5))]


@st.composite
def csv_files(draw: st.DrawFn, tables: SearchStrategy[list[list[str]]]) -> bytes:
    """A table as CSV, in any of the ways in which people and programs write it."""
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=draw(st.sampled_from(",,,,,,;\t|")),
        lineterminator=draw(st.sampled_from(("\n", "\r\n", "\r"))),
        quoting=draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))),
    )
    writer.writerows(draw(tables))
    coding = draw(st.sampled_from(("utf-8", "utf-8", "utf-8-sig", "latin-1", "utf-16")))
    return text.getvalue().encode(coding, "replace" if coding == "latin-1" else "surrogatepass")


@st.composite
def damaged(draw: st.DrawFn, whole: SearchStrategy[bytes]) -> bytes:
    """A file of which a part was lost, or was written over."""
    data = draw(whole)
    at = draw(st.integers(0, len(data)))
    return data[:at] + draw(st.binary(max_size=4)) + data[at + draw(st.integers(0, 40)) :]


json_values: SearchStrategy[object] = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), odd_cells, st.sampled_from(VALUES)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.one_of(
                st.sampled_from((*_cells, *MEASURES, "observations", "services", "row")), texts
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=12,
)
_records: SearchStrategy[object] = st.lists(
    st.fixed_dictionaries(
        {"period": _cells["period"]},
        optional={
            **{name: cell for name, cell in _cells.items() if name != "period"},
            "transactions": st.one_of(_cells["value"], st.integers(), st.floats(), st.none()),
            "aliases": json_values,
        },
    ),
    max_size=6,
)
json_files: SearchStrategy[bytes] = st.one_of(
    json_values, _records, _records, _records.map(lambda some: {"observations": some})
).map(lambda value: json.dumps(value, ensure_ascii=True).encode())

sheet_cells: SearchStrategy[object] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 3, 1), date(2100, 1, 1)),
    st.datetimes(datetime(1900, 3, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - as in a sheet
    st.times(),
    st.timedeltas(timedelta(0), timedelta(400)),
    st.sampled_from(("#REF!", "#N/A", "#DIV/0!", "=1/0", "=A1", time(0, 0))),
    *(st.sampled_from(kind) for kind in (SERVICES, PERIODS, MEASURES, VALUES, BAD_VALUES)),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8),
)


@st.composite
def sheets(draw: st.DrawFn) -> list[list[object]]:
    """A sheet as rows of cells of every kind that a workbook knows."""
    header = draw(
        st.one_of(
            st.just(["service", "period", "measure", "channel", "value", "note"]),
            st.just(["service", "period", "transactions", "cost", "completion_rate"]),
            st.lists(sheet_cells, max_size=5),
        )
    )
    size = len(header)
    period = st.one_of(st.sampled_from(PERIODS), sheet_cells)
    row = st.tuples(
        *(
            st.sampled_from(SERVICES) if name == "service" else period if name == "period" else cell
            for name, cell in zip(header, [sheet_cells] * size, strict=True)
        )
    ).map(list)
    rows: list[list[object]] = draw(st.lists(row, max_size=6))
    return [list(header), *rows]


workbooks: SearchStrategy[bytes] = st.one_of(
    sheets().map(lambda rows: workbook(*rows)),
    st.tuples(sheets(), sheets()).map(lambda two: workbook(*two[0], more={"Other": two[1]})),
)
open_documents: SearchStrategy[bytes] = sheets().map(lambda rows: open_document(*rows))
nonsense: SearchStrategy[bytes] = st.one_of(
    st.binary(max_size=60), st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace"))
)


_KINDS: dict[str, SearchStrategy[bytes]] = {
    "csv": csv_files(grids()),
    "json": json_files,
    "xlsx": workbooks,
    "ods": open_documents,
}


@st.composite
def submissions(draw: st.DrawFn) -> tuple[str, bytes]:
    """The path and the bytes of a file that stands among the submissions."""
    stem = draw(st.sampled_from(["passport", "figures", "Übersicht 2017"]))
    ending = draw(st.sampled_from(list(_KINDS)))
    files = _KINDS[ending]
    return f"submissions/{stem}.{ending}", draw(st.one_of(files, files, damaged(files), nonsense))
