"""Answers of the data store behind the GOV.UK Performance Platform: `import backdrop`.

Answers become flat records, fields of records become figures, and all of them one submission.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from perfsite.decimals import rounded
from perfsite.errors import Problem, UsageError
from perfsite.frames import Col
from perfsite.importers import Imported, Importer, Option, counted, csv_text
from perfsite.importers.map_file import CHANNEL, MEASURE
from perfsite.importers.mapping import MISSING, settle
from perfsite.importers.period_forms import Covers, covered
from perfsite.measures import MEASURES, MeasureKind
from perfsite.model import FIGURE, REGISTER_COLUMNS, why_not_an_id
from perfsite.periods import MONTHS_IN_YEAR, Period, Unit
from perfsite.tables import ROW, decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from perfsite.model import Source


# Answers as flat records: bytes into a frame of text, and each record's period.
#
# A raw answer is a list of records. A grouped one has records of groups, whose `values` are the
# records of their periods.


NULL: Final = "\0null"
"""Stands for a field that a record has, without a figure; a field that it has not is NaN."""
FILE: Final = "\0file"
PERIOD: Final = "\0period"
_VALUES: Final = "values"
_TIMES: Final = ("_start_at", "_end_at", "_timestamp", "end_at", "period")
_LENGTHS: Final[dict[str, Covers]] = {
    "day": "itself",
    "week": "week starting",
    "month": "month starting",
    "quarter": "quarter starting",
    "year": "year starting",
}
PERIODS: Final = tuple(_LENGTHS)
"""The lengths of periods that a record, or the command line, can name."""
_DEPTH: Final = 20


class _Number(str):
    """A number of a JSON text, as the digits that stand there."""

    __slots__ = ()


@dataclass(frozen=True)
class Records:
    """Flat records: a row each, a column for each field, all text (or `NULL`, or NaN).

    `numbers` are the fields that are a number in some record. `frame` has `FILE` and `row` too,
    the number of the record in the answer: that of its group, where it is in one.
    """

    frame: pd.DataFrame
    numbers: frozenset[str]


def read_answer(source: Source) -> tuple[Records, list[Problem]]:
    """The records of an answer; none, and a problem, where it is no answer of the store."""
    nothing = Records(pd.DataFrame({ROW: []}), frozenset())
    text = decoded(source)
    if isinstance(text, Problem):
        return nothing, [text]
    try:
        content: Any = json.loads(text, parse_float=_Number, parse_int=_Number)
        # Half of a pair of surrogates is JSON, but no text that can be written.
        json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        fault = str(error)[:200]
        return nothing, [Problem(source.path, line, "PS103", "", fault, "well-formed JSON")]
    data = content.get("data") if isinstance(content, dict) else content
    if not isinstance(data, list):
        expected = 'an answer of the data store: a list of records under "data"'
        content_type = (
            f"an object with {', '.join(content)}"[:200] if isinstance(content, dict) else ""
        )
        fix = "Give the answer as the store gave it."
        content_type = content_type or f"a {type(content).__name__}"
        return nothing, [Problem(source.path, 0, "PS305", "", content_type, expected, fix)]
    rows: list[dict[str, str | int]] = []
    problems: list[Problem] = []
    numbers: set[str] = set()
    for number, record in enumerate(data, 1):
        try:
            for flat in _flattened(record, {}, 0):
                numbers |= {name for name, value in flat.items() if isinstance(value, _Number)}
                texts = {name: _text(value) for name, value in flat.items()}
                rows.append({**texts, FILE: source.path, ROW: number})
        except ValueError as error:
            fix = "Correct the record, or leave it out; the others are imported."
            expected = "a record whose fields are text, numbers or null"
            problems.append(
                Problem(source.path, number, "PS103", "", str(error)[:200], expected, fix)
            )
    return Records(pd.DataFrame(rows, dtype=object), frozenset(numbers)), problems


def _flattened(record: object, above: dict[str, object], depth: int) -> Iterator[dict[str, object]]:
    """The records within a record; each has the words of the groups above it, not their sums.

    Raises:
        ValueError: if it is no record.
    """
    if not isinstance(record, dict) or depth > _DEPTH:
        raise ValueError(f"{json.dumps(record, ensure_ascii=False)} is no record")
    if ROW in record or any("\0" in name for name in record):
        raise ValueError("a field named 'row', or with a NUL in its name")
    values = record.get(_VALUES)
    if isinstance(values, list):
        words = {k: str(v) for k, v in record.items() if isinstance(v, str) and not _derived(k)}
        for value in values:
            yield from _flattened(value, {**above, **words}, depth + 1)
        return
    if nested := [name for name, value in record.items() if isinstance(value, dict | list)]:
        raise ValueError(f"{nested[0]} is {json.dumps(record[nested[0]], ensure_ascii=False)}")
    yield {**above, **record}


def _derived(field: str) -> bool:
    """Whether the store made a field of a group itself: sums over its records, and counts."""
    return field.startswith("_") or ":" in field


def _text(value: object) -> str:
    """A value as text, by which it can be told from no value."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return str(value).lower()
    # NUL is the mark of what is not there.
    return str(value).replace("\0", "\N{REPLACEMENT CHARACTER}").strip()


def name_periods(records: pd.DataFrame, length: str | None) -> tuple[pd.DataFrame, list[Problem]]:
    """The code of its period beside each record; those without one are left out, and reported.

    `length` is that of records that do not say it.
    """
    times = records.reindex(columns=list(_TIMES)).astype(object).fillna("").replace(NULL, "")
    spellings = pd.MultiIndex.from_frame(times)
    meanings: dict[tuple[str, ...], str] = {}
    reasons: dict[tuple[str, ...], str] = {}
    for spelling in spellings.unique():
        try:
            meanings[spelling] = _period(spelling, length or "").code
        except (ValueError, OverflowError) as error:
            reasons[spelling] = str(error)
    bad = spellings.isin(list(reasons)) if reasons else pd.Series(data=False, index=times.index)
    codes = pd.Series(spellings.map(meanings), index=records.index, dtype=object)
    expected = "a day, or a week that starts on a Monday, a month on its first day, at midnight"
    fix = "Correct the record; if it does not say how long its period is, give --period."
    left_out = records.loc[bad]
    problems = [
        Problem(file, row, "PS306", column, reasons[spelling], expected, fix)
        for file, row, column, spelling in zip(
            left_out[FILE].tolist(),
            left_out[ROW].tolist(),
            times.loc[bad, "_start_at"].map(lambda at: "_start_at" if at else "_timestamp"),
            spellings[bad],
            strict=True,
        )
    ]
    return records.assign(**{PERIOD: codes})[~bad], problems


def _period(times: tuple[str, ...], length: str) -> Period:
    """The period of a record: from one moment to another, or from one moment for some length.

    Raises:
        ValueError: if there is no such period; it says why.
    """
    start, end, stamp, end_at, unit = times
    first, last = _midnight(start or stamp), end or end_at
    if last:
        return _between(first, _midnight(last))
    if not (unit or length):
        raise ValueError(f"{stamp}, and not how long it lasts")
    if (unit or length) not in _LENGTHS:
        raise ValueError(f"a period of one {unit}")
    if unit and length and unit != length:
        raise ValueError(f"a period of one {unit}, where --period says {length}")
    return covered(Period.parse(first.date().isoformat()), _LENGTHS[unit or length])


def _midnight(moment: str) -> datetime:
    """The moment, by the clock that it names itself: the store's days begin at its midnight."""
    try:
        read = datetime.fromisoformat(moment)
    except ValueError as error:
        raise ValueError(f"{moment or 'nothing'} is no moment") from error
    if read.time() != datetime.min.time():
        raise ValueError(f"{moment} is not midnight")
    return read.replace(tzinfo=None)


def _between(first: datetime, after: datetime) -> Period:
    """The day, the week or the whole months from one midnight to another."""
    length = after - first
    day = Period.parse(first.date().isoformat())
    if length == timedelta(days=1):
        return day
    if length == timedelta(weeks=1):
        return covered(day, "week starting")
    months = (after.year - first.year) * MONTHS_IN_YEAR + after.month - first.month
    if months > 0 and first.day == after.day == 1:
        return Period(Unit.MONTH, first.year * MONTHS_IN_YEAR + first.month - 1, months)
    raise ValueError(f"{first.date()} to {after.date()} is no day, week or run of whole months")


# Which figure a field of a record of the data store is, and what stands in it.
#
# A field is known by its name, where the platform's uploads all had it, or by what somebody
# wishes. What is not known is left out and listed, never guessed.


_OWN: Final = {"period", "end_at", "start_at", "comment", "comments"}
"""Fields that every upload may have, besides the store's own, which begin with an underscore."""
_FIELDS: Final = {"avgresponse": "response_time"}
_COUNTS: Final = ("count", "value")
"""Fields that say nothing of what they count."""
_WHOLE: Final = (MeasureKind.COUNT, MeasureKind.SECONDS)
_UNWANTED: Final = "-"
ORDER = "\0order"
"""The column by which the figures of a period are ordered."""
_WORD, _COST = "\0word ", "\0cost"
_BEST, _WORST = 1, 5
_SCORE_STEPS: Final = 4
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_DIGITS: Final = 200
_LONGEST: Final = 40
"""The most digits or places of a figure; more are no figure of a service."""


@dataclass(frozen=True)
class Wishes:
    """What the command line says of the figures.

    `measures` maps words (the name of a field, or what stands in one) to `measure`,
    `measure:channel`, `:channel`, or `-` for what is not wanted. `length` is that of periods of
    which records do not say it. `score_best` is the better end, 1 or 5, of mean scores that are to
    become shares; 0 if none are. `decimals` are the places to which measures are rounded. `note`
    goes with every figure.
    """

    service: str
    measures: Mapping[str, str]
    length: str | None = None
    score_best: int = 0
    decimals: Mapping[str, int] | None = None
    note: str = ""


def read_figures(
    frame: pd.DataFrame, numbers: frozenset[str], wishes: Wishes
) -> tuple[pd.DataFrame, list[Problem]]:
    """The figures of the records, each a row; a note for every kind that nobody knows."""
    fields = [str(name) for name in frame.columns if name not in (FILE, ROW, PERIOD)]
    fields = [name for name in fields if not name.startswith("_") and name not in _OWN]
    figure_fields = [name for name in fields if name in numbers or _is_figure_field(_base(name))]
    figure_fields += [
        n for n in fields if n not in figure_fields and {n, _base(n)} & wishes.measures.keys()
    ]
    words = [name for name in fields if name not in figure_fields]
    problems = (
        _without_figure(frame, frame[figure_fields].notna().any(axis=1)) if len(frame) else []
    )
    long = _cells(frame, figure_fields, words).assign(service=wishes.service)
    if long.empty:
        return long, problems
    word_columns = [_WORD + name for name in words]
    kinds = pd.MultiIndex.from_frame(
        long[[Col.COLUMN, *word_columns, _COST]].astype(object).fillna(NULL)
    )
    meanings: dict[tuple[object, ...], str] = {}
    for kind in kinds.unique():
        column, *rest, is_cost = kind
        says = {n: str(w) for n, w in zip(words, rest, strict=True) if w not in (NULL, "")}
        try:
            meanings[kind] = _meaning(str(column), says, wishes.measures, is_cost=bool(is_cost))
        except ValueError as error:
            what = ", ".join([str(column), *(f"{name} {word}" for name, word in says.items())])
            problems.append(_unknown(long[kinds == kind], f"{what}{error}"))
    meaning = pd.Series([meanings.get(kind, "") for kind in kinds], index=long.index, dtype=object)
    long = long[~meaning.isin(["", _UNWANTED])]
    if long.empty:
        return long, problems
    parts = meaning.loc[long.index].str.partition(":").reindex(columns=[0, 2])
    long = long.assign(measure=parts[0], channel=parts[2])
    wanted = [*wishes.measures.values(), *MEASURES]
    # The first of two places counts, so they are given from the last to the first.
    order = {what: number for number, what in reversed(list(enumerate(wanted)))}
    long[ORDER] = meaning.loc[long.index].map(order).fillna(long[Col.MEASURE].map(order))
    return _read(long.fillna({ORDER: len(wanted)}), wishes, problems)


def _cells(frame: pd.DataFrame, figure_fields: Sequence[str], words: Sequence[str]) -> pd.DataFrame:
    """The cells of the fields of figures, one below the other, with what stands beside each."""
    upload_fields = frame.reindex(columns=["comment", "comments", "end_at"]).astype(object)
    upload_fields = upload_fields.fillna("").replace(NULL, "")
    base = frame[[ROW]].assign(file=frame[FILE], period=frame[PERIOD])
    base = base.assign(
        note=upload_fields["comment"].where(
            upload_fields["comment"] != "", upload_fields["comments"]
        )
    )
    base = base.assign(**{_WORD + name: frame[name] for name in words})
    # Only uploads of costs said when their periods end; their count is one of money.
    base[_COST] = upload_fields["end_at"] != ""
    cells = [
        base.assign(column=name, value=frame[name])[frame[name].notna()] for name in figure_fields
    ]
    return pd.concat(cells, ignore_index=True) if cells else base.iloc[:0]


def _without_figure(frame: pd.DataFrame, has_figure: pd.Series[bool]) -> list[Problem]:
    """A note for the records of a file that have no field of figures."""
    others = frame[~has_figure]
    if others.empty:
        return []
    found = f"{counted(len(others), 'record')} without a figure"
    fix = "Say with --measures which field is one."
    file, row = str(others[FILE].iloc[0]), int(others[ROW].iloc[0])
    return [Problem(file, row, "PS307", "", found, "a field that is a number", fix)]


def _unknown(cells: pd.DataFrame, what: str) -> Problem:
    """The note on figures of which nobody knows what they are."""
    expected = "names that perfsite knows, or that --measures explains"
    fix = "Say with --measures what it is, or NAME=- if it is not wanted."
    found = f"{counted(len(cells), 'figure')} of {what}"
    file, row, column = (cells[name].iloc[0] for name in ("file", ROW, "column"))
    return Problem(file, int(row), "PS307", column, found, expected, fix)


def _base(field: str) -> str:
    """The name of a field without what a grouped answer did to it: `uptime:sum` is uptime."""
    return re.sub(r":(sum|mean)$", "", field)


def _is_figure_field(field: str) -> bool:
    return field in MEASURES or field in _FIELDS or field in _COUNTS


def _meaning(
    column: str, says: Mapping[str, str], measures: Mapping[str, str], *, is_cost: bool
) -> str:
    """The measure, or measure:channel, of a field in records that say these words besides.

    Raises:
        ValueError: if it is not known; its text is empty or begins with a comma.
    """
    field = _base(column)
    targets = [measures.get(column, measures.get(field, ""))]
    targets += [_target(name, word, measures) for name, word in says.items()]
    if _UNWANTED in targets:
        return _UNWANTED
    named_measures = {target.partition(":")[0] for target in targets} - {""}
    channels = {target.partition(":")[2] for target in targets} - {""}
    if not named_measures and field not in _COUNTS and _is_figure_field(field):
        named_measures = {_FIELDS.get(field, field)}
    if not named_measures and field in _COUNTS and not is_cost and set(says) <= {"channel"}:
        named_measures = {"transactions"}
    if len(named_measures) > 1 or len(channels) > 1:
        raise ValueError(f", which is said to be {' and '.join(sorted(named_measures | channels))}")
    if not named_measures:
        raise ValueError
    return ":".join([*named_measures, *channels])


def _target(name: str, word: str, measures: Mapping[str, str]) -> str:
    """What a word beside a figure says of it; empty where the field is not to be looked at.

    Raises:
        ValueError: if it is not known.
    """
    if measures.get(name) == _UNWANTED:
        return ""
    if word in measures:
        return measures[word]
    if name == "channel" and CHANNEL.fullmatch(word):
        return f":{word}"
    if name == "stage" and word in MEASURES:
        return word
    raise ValueError


def _read(
    long: pd.DataFrame, wishes: Wishes, problems: list[Problem]
) -> tuple[pd.DataFrame, list[Problem]]:
    """The figures as perfsite writes them; what is no number is missing and an error."""
    spellings = pd.MultiIndex.from_frame(long[[Col.MEASURE, Col.VALUE]])
    read: dict[tuple[str, str], str | None] = {
        (measure, cell): _figure(cell, measure, wishes) for measure, cell in spellings.unique()
    }
    values = pd.Series([read[place] for place in spellings], index=long.index, dtype=object)
    bad = values.isna()
    expected = "a number, or null"
    if wishes.score_best:
        expected += f"; a score from {_BEST} to {_WORST} for user_satisfaction"
    fix = "Correct the record, or put null if the figure is not known; it is taken as missing."
    unread = [
        Problem(file, row, "PS301", column, cell[:80], expected, fix)
        for file, row, column, cell in zip(
            *(long.loc[bad, name].tolist() for name in ("file", ROW, "column", "value")),
            strict=True,
        )
    ]
    long = long.assign(value=values.fillna(MISSING))
    note = long[Col.NOTE].str.cat([wishes.note] * len(long), sep="; ").str.strip("; ")
    long[Col.NOTE] = note.where(long[Col.VALUE] != MISSING, long[Col.NOTE])
    return long, [*problems, *unread]


def _figure(cell: str, measure: str, wishes: Wishes) -> str | None:
    """A figure with its digits; the store writes counts as `1332.0`. None if it is no figure."""
    if cell in ("", NULL):
        return MISSING
    if not _NUMBER.fullmatch(cell):
        return None
    number = Decimal(cell)
    if max(abs(number.adjusted()), len(cell)) > _LONGEST:
        return None
    if wishes.score_best and measure == "user_satisfaction" and not _BEST <= number <= _WORST:
        return None
    places = (wishes.decimals or {}).get(measure)
    with localcontext(prec=_DIGITS):  # so that nothing is rounded but where it is wished
        if wishes.score_best and measure == "user_satisfaction":
            way = _WORST - number if wishes.score_best == _BEST else number - _BEST
            number = way / _SCORE_STEPS
        if places is not None:
            number = rounded(number, places)
        elif measure in MEASURES and MEASURES[measure].kind in _WHOLE and number == int(number):
            number = Decimal(int(number))
    return format(number, "f")


_TIDY: Final = [*FIGURE, Col.VALUE, Col.NOTE]


def import_answers(sources: Sequence[Source], wishes: Wishes) -> Imported:
    """Turn answers of the data store about one service into one tidy submission.

    Nulls are missing (`[x]`). Figures that two records give alike are one; where they differ
    neither counts. Never raises for anything that a file may hold.
    """
    problems: list[Problem] = []
    parts: list[pd.DataFrame] = []
    for source in sources:
        records, unreadable = read_answer(source)
        problems += unreadable
        if records.frame.empty:
            continue
        frame, without_period = name_periods(records.frame, wishes.length)
        problems += without_period
        long, unknown = read_figures(frame, records.numbers, wishes)
        problems += unknown
        parts.append(long)
    figures = [part for part in parts if not part.empty]
    if not figures:
        if not problems:
            expected = "at least one record with a figure"
            fix = "Say with --measures what its fields are."
            problems = [Problem(sources[0].path, 0, "PS305", "", "no figure", expected, fix)]
        return Imported({}, sorted(problems))
    long, conflicts = settle(pd.concat(figures, ignore_index=True), add_up=False)
    long = long.sort_values([Col.PERIOD, ORDER], kind="stable")
    if long.empty:
        return Imported({}, sorted([*problems, *conflicts]))
    count = int((long[Col.VALUE] != MISSING).sum())
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", PurePosixPath(sources[0].path).stem).strip("-_")
    path = f"submissions/{wishes.service}/{stem or 'answer'}.csv"
    carried = counted(count, "figure")
    return Imported({path: csv_text(long[_TIDY])}, sorted([*problems, *conflicts]), carried)


def _run(sources: Sequence[Source], options: Mapping[str, object]) -> Imported:
    texts = {name: str(value) for name, value in options.items() if value is not None}
    service = texts["service"]
    if reason := why_not_an_id(service):
        raise UsageError(f"--service {service}: {reason}")
    facts = {name: texts[name] for name in ("name", "department") if texts.get(name)}
    if len(facts) == 1:
        raise UsageError("--name and --department make the register's row together; give both")
    wishes = Wishes(
        service,
        _pairs("measures", texts.get("measures", ""), rf"-|:{CHANNEL.pattern}|{MEASURE.pattern}"),
        texts.get("period"),
        int(texts.get("score-best", "0")),
        {k: int(v) for k, v in _pairs("decimals", texts.get("decimals", ""), "[0-9]").items()},
        texts.get("note", ""),
    )
    imported = import_answers(sources, wishes)
    if not (facts and imported.files):
        return imported
    row = pd.DataFrame([{"service": service, **facts}]).reindex(columns=list(REGISTER_COLUMNS))
    files = {"services.csv": csv_text(row), **imported.files}
    return Imported(files, imported.problems, f"1 service, {imported.carried}")


def _pairs(option: str, text: str, form: str) -> dict[str, str]:
    """`a=x,b=y` as a mapping.

    Raises:
        UsageError: if it is not so, or says a word twice.
    """
    pairs: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        word, equals, value = (piece.strip() for piece in part.rpartition("="))
        if not equals or not word or not re.fullmatch(form, value):
            raise UsageError(f"--{option}: {part!r}; WORD={_EXAMPLES[option]} is expected")
        if word in pairs:
            raise UsageError(f"--{option}: {word} stands twice")
        pairs[word] = value
    return pairs


_EXAMPLES: Final = {"measures": "measure:channel", "decimals": "places"}

IMPORTER: Final = Importer(
    "backdrop",
    "Answers of the GOV.UK Performance Platform's data store.",
    "Import FILES, answers of the platform's data store (JSON) about one service, raw or grouped.\n"
    "\n"
    "Records about one figure may stand in several files. What is not known by its name is listed, "
    "and --measures says what it is. With --name and --department the register's row is made too.",
    _run,
    (
        Option("service", "The service that the figures are of.", required=True, metavar="ID"),
        Option(
            "measures",
            "What names and words of the file mean, as WORD=measure:channel,WORD=measure; "
            "WORD=- if it is not wanted.",
            metavar="MAP",
        ),
        Option(
            "period",
            "How long the periods are of records that do not say it.",
            "choice",
            choices=PERIODS,
        ),
        Option(
            "score-best",
            "Mean scores from 1 to 5 become shares; this is the best score.",
            "choice",
            choices=("1", "5"),
        ),
        Option("decimals", "Round measures, as MEASURE=PLACES,MEASURE=PLACES.", metavar="PLACES"),
        Option("note", "A note for every figure.", metavar="TEXT"),
        Option("name", "The service's name, for the register.", metavar="TEXT"),
        Option("department", "Its department, for the register.", metavar="TEXT"),
    ),
)
