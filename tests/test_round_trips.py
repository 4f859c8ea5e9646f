"""The same figures, whichever file they come in; and what is published can be sent in again."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hypothesis import example, given
from hypothesis import strategies as st

from corpus.made import open_document, workbook
from helpers import register
from perfsite.config import SiteConfig
from perfsite.load import load_data
from perfsite.model import PLACE, Source, Status
from perfsite.validate.observations import read_observations
from perfsite.validate.values import MARKS, MISSING_SYMBOLS
from properties import fewer
from small_site import build, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

SERVICES: Final = register("alpha", "beta")
PERIODS: Final = ("2017-07-03", "2017-W27", "2017-07", "2017-Q2", "2016", "2016-10/2017-09")
NAMES: Final = {
    "transactions": ("0", "12", "1200", "9007199254740991", "007"),
    "transactions:digital": ("0", "3", "800"),
    "cost": ("0", "12.5", ".25", "1234567.891", "3000."),
    "cost_per_transaction:digital": ("0.0659", "12.40"),
    "completion_rate": ("0", "1", "0.884", "88.4%", "33.3333333333%", "100 %"),
    "response_time": ("250", "0.125"),
}
SYMBOLS: Final = ("", "[x]", "[z]", "[c]")
NOTES: Final = ("", "a note", 'with "quotes", and commas; and more', "Zählung im Café")
RELEASES: Final = ("", "2017-09-20")
HEADER: Final = ("service", "period", "measure", "channel", "value", "note", "release_at")

Table = list[tuple[str, str, str, str, dict[str, str]]]


def _values(numbers: Sequence[str]) -> st.SearchStrategy[str]:
    """A number with any marks, or a symbol."""
    marks = st.lists(st.sampled_from(list(MARKS)), max_size=3, unique=True)
    marked = st.builds(
        lambda number, some: number + "".join(f" [{mark}]" for mark in some),
        st.sampled_from(numbers),
        marks,
    )
    kept = st.sampled_from(numbers).map("{} [c]".format)
    return st.one_of(marked, marked, st.sampled_from(SYMBOLS), kept)


tables: st.SearchStrategy[Table] = st.lists(
    st.tuples(
        st.sampled_from(list(SERVICES)),
        st.sampled_from(PERIODS),
        st.sampled_from(NOTES),
        st.sampled_from(RELEASES),
        st.fixed_dictionaries({name: _values(numbers) for name, numbers in NAMES.items()}),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda row: row[:2],
)


def wide(table: Table) -> list[list[str]]:
    """A row a period, a column a measure; the header first."""
    return [
        ["service", "period", *NAMES, "note", "release_at"],
        *(
            [service, period, *(cells[name] for name in NAMES), note, release]
            for service, period, note, release, cells in table
        ),
    ]


def tidy(table: Table) -> list[list[str]]:
    """A row a figure; the header first."""
    rows = [list(HEADER)]
    for service, period, note, release, cells in table:
        for name, value in cells.items():
            measure, _, channel = name.partition(":")
            rows.append([service, period, measure, channel, value, note, release])
    return rows


def as_csv(rows: list[list[str]], newline: str = "\n") -> bytes:
    """Rows as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator=newline).writerows(rows)
    return text.getvalue().encode()


def as_json(rows: list[list[str]], *, typed: bool) -> bytes:
    """Rows as JSON records, plain numbers as such or everything as text."""
    header, *body = rows
    records = [
        {name: _typed(cell) if typed else cell for name, cell in zip(header, row, strict=True)}
        for row in body
    ]
    return json.dumps({"observations": records} if typed else records).encode()


def _typed(cell: str) -> object:
    """A cell as a spreadsheet takes it that somebody types it into: a number where it is one."""
    if cell == "":
        return None
    try:
        number = float(cell) if "." in cell else int(cell)
    except ValueError:
        return cell
    return number


def _as_typed(rows: list[list[str]]) -> list[list[object]]:
    """Rows with numbers in their cells; periods are text, as the templates have it."""
    header, *body = rows
    return [
        list(header),
        *(
            [
                cell if name in {"period", "release_at"} else _typed(cell)
                for name, cell in zip(header, row, strict=True)
            ]
            for row in body
        ),
    ]


def forms(table: Table) -> dict[str, tuple[str, bytes]]:
    """The same figures in every form: the ending of the file, and its bytes."""
    made: dict[str, tuple[str, bytes]] = {}
    for shape, rows in (("wide", wide(table)), ("tidy", tidy(table))):
        made |= {
            f"{shape} csv": ("csv", as_csv(rows)),
            f"{shape} csv of Windows": ("csv", b"\xef\xbb\xbf" + as_csv(rows, "\r\n")),
            f"{shape} json": ("json", as_json(rows, typed=False)),
            f"{shape} json of numbers": ("json", as_json(rows, typed=True)),
            f"{shape} xlsx": ("xlsx", workbook(*rows)),
            f"{shape} xlsx of numbers": ("xlsx", workbook(*_as_typed(rows))),
            f"{shape} ods": ("ods", open_document(*rows)),
            f"{shape} ods of numbers": ("ods", open_document(*_as_typed(rows))),
        }
    return made


def read(ending: str, data: bytes) -> pd.DataFrame:
    """The observations of a submission, without the places that they come from."""
    source = Source(f"submissions/figures.{ending}", data)
    frame, problems = read_observations([source], SERVICES, SiteConfig())
    assert problems == []
    return frame.drop(columns=[*PLACE, "service_row"])


@fewer(6, because="each example is written and read in sixteen files")
@given(tables)
@example(
    [
        ("alpha", "2017-07", "", "", dict.fromkeys(NAMES, "[c]")),
        ("alpha", "2017-Q2", "", "2017-09-20", {n: f"{v[-1]} [p] [b]" for n, v in NAMES.items()}),
    ]
)
def test_wide_tidy_json_and_workbooks_are_the_same_observations(table: Table) -> None:
    """Sixteen files of one table give one frame: no figure, symbol, mark or note is lost."""
    frames = {
        name: read(ending, data).to_csv(index=False)
        for name, (ending, data) in forms(table).items()
    }

    wanted = frames["tidy csv"]
    assert wanted.count("\n") == 1 + len(table) * len(NAMES)
    assert {name: frame for name, frame in frames.items() if frame != wanted} == {}


_STATUS: Final = {str(status): f"[{symbol}]" for symbol, status in MISSING_SYMBOLS.items()}
_WORDS: Final = {word: f"[{mark}]" for mark, word in MARKS.items()}
"""The words of the column `status` of what is published, as the symbols that people send."""
_OF_RULES: Final = {"part_above_whole"}
"""Words that perfsite adds to the status of figures that contradict each other."""


def sent_again(published: bytes) -> bytes:
    """data/observations.csv as a submission: its statuses become symbols again."""
    rows = [list(HEADER[:-1])]
    for row in rows_of(published):
        first, *marks = row["status"].split()
        symbols = [_WORDS[mark] for mark in marks if mark not in _OF_RULES]
        value = row["value"] if first == Status.PROVIDED else _STATUS[first]
        place = [row[name] for name in HEADER[:4]]
        rows.append([*place, " ".join([value, *symbols]), row["note"]])
    return as_csv(rows)


@fewer(16, because="each example is built, read back and built again")
@given(tables)
def test_what_is_published_can_be_sent_in_again(table: Table) -> None:
    """A site's own data, read as a submission, are the same figures and the same data again."""
    register_text = "service,name,department\nalpha,Alpha,Ministry\nbeta,Beta,Ministry\n"
    published = []
    sent = as_csv(tidy(table))
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (
            ("perfsite.toml", "published = [2017-11-01]\n"),
            ("services.csv", register_text),
        ):
            Path(folder, name).write_text(text, "utf-8")
        Path(folder, "submissions").mkdir()
        for _ in range(2):
            Path(folder, "submissions", "figures.csv").write_bytes(sent)
            site = {file.path: file.data for file in build(load_data(Path(folder))).files}
            published.append(site["data/observations.csv"])
            sent = sent_again(published[-1])

    first, second = (
        [{k: v for k, v in row.items() if k != "source"} for row in rows_of(data)]
        for data in published
    )
    assert len(first) == len(table) * len(NAMES)
    assert first == second
    if table:
        assert _without_secrets(read("csv", as_csv(tidy(table)))) == _without_secrets(
            read("csv", sent_again(published[0]))
        )


def _without_secrets(frame: pd.DataFrame) -> str:
    """Observations as they may be published: the number of [c] and the day of release are not."""
    return frame.drop(columns=["secret", "release"], errors="ignore").to_csv(index=False)
