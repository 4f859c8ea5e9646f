"""A map for a table that nobody has described yet: what its columns look like, and questions.

What is plain is an entry; what is not is a comment that asks. So a proposal never says more than
the table does, and what it leaves out is reported as not imported (PS304) until it is answered.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from perfsite import documents
from perfsite.errors import UsageError
from perfsite.importers import id_of
from perfsite.importers.map_file import CHANNEL, CellsTable
from perfsite.importers.mapping import read_cell
from perfsite.importers.period_forms import ISO, Covers, PeriodForm, period_form
from perfsite.measures import MEASURES
from perfsite.model import why_not_an_id
from perfsite.tables import ROW, read_table, sheets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd

    from perfsite.model import Source


# Column profiling: what the columns of an unknown table look like: periods, ids, figures, words.
#
# A profile is of facts about the cells ("all of them are dates of the form DD/MM/YYYY"), and
# decides nothing.


APRIL: Final = 4
_FORM_NAMES: Final = (
    *(ISO, "YYYY-MM-DDT00:00:00Z", "YYYY-MM-DDT00:00:00+00:00", "YYYY-MM-DD 00:00:00"),
    *("DD/MM/YYYY", "MM/DD/YYYY", "DD.MM.YYYY", "DD-MM-YYYY", "YYYY/MM/DD", "YYYYMMDD"),
    *("DD Mon YYYY", "DD-Mon-YYYY", "Mon YYYY", "Mon-YYYY", "MM/YYYY", "YYYY/MM", "YYYYMM"),
    *("YYYY/YY", "YYYY-YY", "YYYY/YYYY", "YYYY-YYYY", "Qn YYYY", "YYYY Qn"),
    *("Qn YYYY/YY", "Qn YYYY-YY", "YYYY/YY Qn", "YYYY-YY Qn"),
)


def _form(name: str) -> PeriodForm:
    two_years = name.count("YY") > 1 or name.count("YYYY") > 1 or "/YY" in name or "-YY" in name
    try:
        return period_form(name)
    except ValueError:
        if not two_years:
            raise
        return period_form(name, first_month=APRIL)


FORMS: Final = tuple(map(_form, _FORM_NAMES))
"""The forms of periods that are looked for; years of two halves as from April to March."""
MISSING: Final = ("-", "..", "...", "ND", "n.d.", "no data", "not available", "unknown")
NOT_APPLICABLE: Final = ("NA", "N/A", "n/a", "n.a.", "not applicable")
_CURRENCIES: Final = ("£", "$", "€")
_LOOSE: Final = tuple(CellsTable(thousands=",", currency=sign) for sign in _CURRENCIES)
_MOST: Final = 0.8
"""Of the cells of a column of figures, broken ones apart."""
_ENOUGH: Final = 4
"""Dates that start or end weeks: with fewer it may be chance."""
_CHANNEL_WORDS: Final = {
    "online": r"online|internet",
    "web": r"web",
    "phone": r"phone|telephone|calls?|ivr",
    "email": r"e-?mails?",
    "post": r"post|mail|letters?",
    "paper": r"paper|forms?|clerical",
    "fax": r"fax",
    "face-to-face": r"in[ _-]?person|face[ _-]?to[ _-]?face|counter",
    "other": r"others?",
    **{name: name for name in ("digital", "api", "app", "mobile")},
}
_STAGES: Final = {"submitted": "completed", "finished": "completed", "ended": "completed"}


@dataclass(frozen=True)
class ColumnProfile:
    """A column: its name, its different cells but blank ones, and what they could be.

    `forms` are the forms of periods that every cell has. `odd` are the cells of a column of figures
    (`is_figures`) that are neither figures nor words for missing ones.
    """

    name: str
    cells: tuple[str, ...]
    forms: tuple[PeriodForm, ...]
    is_figures: bool
    odd: tuple[str, ...]

    @property
    def words(self) -> str:
        """The name, lower-case, with blanks for everything but letters and digits."""
        return " ".join(re.findall(r"[^\W_]+", self.name.casefold()))

    def is_called(self, pattern: str) -> bool:
        """Whether all of its name fits the pattern, whose blanks are any separators."""
        return re.fullmatch(pattern, self.words) is not None


def profile_of(name: str, column: pd.Series[str]) -> ColumnProfile:
    """A column of text, looked at."""
    cells = tuple(sorted({cell for cell in column.unique() if cell}))
    with_value = [cell for cell in cells if cell not in (*MISSING, *NOT_APPLICABLE)]
    odd = tuple(
        cell
        for cell in with_value
        if not any(read_cell(cell, way, percent=False, share=True) for way in _LOOSE)
    )
    is_figures = bool(cells) and len(odd) <= (1 - _MOST) * len(with_value)
    forms = tuple(form for form in FORMS if cells and all(_reads(form, cell) for cell in cells))
    return ColumnProfile(name, cells, forms, is_figures, odd)


def _reads(form: PeriodForm, cell: str) -> bool:
    try:
        form.read(cell)
    except (ValueError, OverflowError):
        return False
    return True


def covers_of(form: PeriodForm, cells: Sequence[str]) -> Covers:
    """What dates stand for, where there are enough of them and all are of one kind."""
    days = [form.read(cell) for cell in cells]
    if len(days) < _ENOUGH or any(day.start != day.end for day in days):
        return "itself"
    if all(day.start.day == 1 for day in days):
        return "month starting"
    if all(day.shifted(1).start.day == 1 for day in days):
        return "month ending"
    weekdays = {day.start.isoweekday() for day in days}
    if weekdays == {1}:
        return "week starting"
    return "week ending" if weekdays == {7} else "itself"


def cells_of(profiles: Iterable[ColumnProfile]) -> CellsTable:
    """How the figures of these columns are written."""
    cells = {cell for profile in profiles for cell in profile.cells}
    signs = [sign for sign in _CURRENCIES if any(sign in cell for cell in cells)]
    return CellsTable(
        missing=tuple(word for word in MISSING if word in cells),
        not_applicable=tuple(word for word in NOT_APPLICABLE if word in cells),
        thousands="," if any(re.search(r"[0-9],[0-9]{3}", cell) for cell in cells) else "",
        currency=signs[0] if len(signs) == 1 else "",
    )


def channel_of(word: str) -> str:
    """The channel that a word names; empty where it names none, or two."""
    words = re.sub(r"[_\W]+", " ", word.casefold())
    if CHANNEL.fullmatch(word) and word in _CHANNEL_WORDS:
        return word
    channels = [name for name, p in _CHANNEL_WORDS.items() if re.search(rf"\b({p})\b", words)]
    return channels[0] if len(channels) == 1 else ""


def measure_of(word: str) -> str:
    """The measure, or measure:channel, that a word names; empty where it names none."""
    plain = re.sub(r"[ -]+", "_", word.strip().casefold())
    measure, colon, channel = plain.partition(":")
    if measure in MEASURES and (CHANNEL.fullmatch(channel) if colon else True):
        return plain
    return _STAGES.get(plain, "")


# Column matching: which column is what, by its name, and by what its cells look like.
#
# Where two could be the same thing, or none is plainly it, none is chosen: the proposal asks.


_PERIOD: Final = (
    r"period|month|date|week|year|quarter|time|timestamp|fiscal (yr|year)|financial year"
)
_PERIOD_AT_ALL: Final = r".*\b(period|month|date|week|year|yr|quarter|time|timestamp|fy)\b.*"
_SERVICE: Final = r"service( (id|slug|code|name))?|slug|id|name of service"
_NAME: Final = r"(service )?(name|title)( (en|of service))?|name of service|service"
_DEPARTMENT: Final = r"(department|ministry|organi[sz]ation|owner org title|owner org|directorate)"
_NOTE: Final = r"notes?|comments?|remarks?"
_WHOLE: Final = r".*\b(total|volume|vol|transactions?|applications?|claims?)\b.*|count|number|value"
_DERIVED: Final = (
    r".*\b(cumulative|running|enquir(y|ies)|percent|rate|share|average|mean|target|visits?)\b.*"
)
FEW: Final = 12
"""So many different cells may be words of one kind; more are names."""


@dataclass(frozen=True)
class Matched:
    """Which column is what; None where there is none, or nobody can say."""

    service: ColumnProfile | None
    period: ColumnProfile | None
    measure: ColumnProfile | None
    channel: ColumnProfile | None
    figures: tuple[ColumnProfile, ...]
    note: ColumnProfile | None
    name: ColumnProfile | None
    department: ColumnProfile | None
    others: tuple[ColumnProfile, ...]

    @property
    def is_tidy(self) -> bool:
        """Whether a row is a figure."""
        return bool(self.measure or self.channel) and bool(self.figures)

    @property
    def value(self) -> ColumnProfile:
        """The column of figures of a tidy table: the plainest name, else the first."""
        called = [
            profile for profile in self.figures if profile.is_called(r"value|count|number|volume")
        ]
        plain = [profile for profile in self.figures if not profile.is_called(_DERIVED)]
        return (called or plain or list(self.figures))[0]


def match_columns(profiles: Sequence[ColumnProfile]) -> Matched:
    """What the columns of a table are, as far as they say it."""
    left = list(profiles)

    def take(candidates: list[ColumnProfile]) -> ColumnProfile | None:
        if candidates:
            left.remove(candidates[0])
        return candidates[0] if candidates else None

    with_forms = [profile for profile in left if profile.forms]
    named = [profile for profile in with_forms if profile.is_called(_PERIOD)]
    # A figure can look like a year: only its name makes such a column one of periods.
    named += [k for k in with_forms if k.is_called(_PERIOD_AT_ALL) or not k.is_figures]
    period = take(named)
    texts = [profile for profile in left if profile.cells and not profile.is_figures]
    measure = take([k for k in texts if _mostly(k, measure_of)])
    channel = take([k for k in texts if k in left and _mostly(k, channel_of)])
    ids = [k for k in left if k.is_called(_SERVICE) and k.cells]
    ids.sort(key=lambda profile: not profile.is_called(r".*\b(id|slug|code)\b"))
    service = take(ids)
    name = next((k for k in [*left, *([service] if service else [])] if k.is_called(_NAME)), None)
    departments = [k for k in texts if k in left and k.is_called(_DEPARTMENT)]
    departments.sort(key=lambda profile: not profile.is_called(r".*title|department"))
    department = departments[0] if departments else None
    note = next((k for k in texts if k in left and k.is_called(_NOTE)), None)
    for taken in (name, department, note):
        if taken in left:
            left.remove(taken)
    figures = tuple(k for k in left if k.is_figures and not k.is_called(r".*\b(id|identifier)\b.*"))
    others = tuple(profile for profile in left if profile not in figures)
    return Matched(service, period, measure, channel, figures, note, name, department, others)


def _mostly(profile: ColumnProfile, meaning: Callable[[str], str]) -> bool:
    """Whether at least half of a column's few words mean something."""
    meaningful = [cell for cell in profile.cells if meaning(cell)]
    return 0 < len(profile.cells) <= FEW and 2 * len(meaningful) >= len(profile.cells)


def meaning_of(profile: ColumnProfile) -> str:
    """The measure, or measure:channel, that a column's name says; empty where it says none."""
    if (measure := measure_of(profile.name)) or profile.is_called(_DERIVED):
        return measure
    if channel := channel_of(profile.name):
        return f"transactions:{channel}"
    return "transactions" if profile.is_called(_WHOLE) else ""


_EXAMPLES: Final = 3


def propose(source: Source) -> str:
    """The text of a MAP.toml for this table; of a workbook with several, for the first.

    Raises:
        UsageError: if there is no table to be looked at, or it has no rows; it says why.
    """
    source = sheets(source)[0]
    table, problems = read_table(source)
    columns = [str(column) for column in table.columns if column != ROW]
    if not columns or table.empty:
        why = problems[0].found if problems else "a header and no rows"
        raise UsageError(f"no map can be proposed for {source.path}: {why}")
    profiles = [profile_of(name, table[name]) for name in columns]
    chosen = match_columns(profiles)
    parts = [
        _head(source, table, chosen),
        _service(source, chosen),
        _period(chosen),
        _tidy(chosen) if chosen.is_tidy else _figures(chosen),
        _cells(chosen),
        _register(chosen),
    ]
    return "\n".join("\n".join(lines) + "\n" for lines in parts if lines)


def _head(source: Source, table: pd.DataFrame, chosen: Matched) -> list[str]:
    lines = [
        f"# A map of {_quoted(source.path)}, proposed by perfsite.",
        f"# What it may say: {documents.named('importing#the-map')}",
        "# Lines that begin with # are not in force: they ask what the table does not say.",
    ]
    if chosen.note:
        lines.append(f"note_column = {_quoted(chosen.note.name)}")
    key = [chosen.service, chosen.period, chosen.measure, chosen.channel]
    names = [profile.name for profile in key if profile]
    again = int(table.duplicated(names).sum()) if names else len(table) - 1
    if again:
        what = " and ".join(map(_quoted, names)) or "nothing"
        lines.append(f"# Do rows with the same {what} ({again:,} more) add up to one figure?")
        lines.append("# add_up = true")
    if chosen.others:
        lines.append("# These columns are not imported. Which of them are not wanted?")
        lines.append(
            f"# pass_over = [{', '.join(_quoted(profile.name) for profile in chosen.others)}]"
        )
        for profile in chosen.others:
            if again and 1 < len(profile.cells) <= FEW:
                lines.append(f"# Are all rows wanted? {_quoted(profile.name)} has {_some(profile)}")
                lines.append(
                    f"# keep = {{{_quoted(profile.name)} = [{_quoted(profile.cells[0])}]}}"
                )
    return lines


def _service(source: Source, chosen: Matched) -> list[str]:
    profile = chosen.service
    if profile is None:
        stem = id_of(PurePosixPath(source.path).stem)
        constant = "service" if why_not_an_id(stem) else stem
        asked = "# No column looks like the service's. Is this the id of the one service?"
        lines = ["[service]", asked, f"constant = {_quoted(constant)}"]
        for candidate in chosen.others:
            if 1 < len(candidate.cells) <= FEW:
                lines.append(f"# Or is the service in this column, with {_some(candidate)}?")
                lines.append(f"# column = {_quoted(candidate.name)}  # and without the constant")
                lines.append("# make_ids = true")
        return lines
    lines = ["[service]", f"column = {_quoted(profile.name)}"]
    if odd := [cell for cell in profile.cells if why_not_an_id(cell)]:
        lines.append(f"make_ids = true  # {_quoted(odd[0][:40])} is no id: {why_not_an_id(odd[0])}")
    return lines


def _period(chosen: Matched) -> list[str]:
    profile = chosen.period
    if profile is None:
        asked = "# No column looks like periods. For which period is all of it?"
        return ["[period]", asked, '# constant = "2017"']
    lines = ["[period]", f"column = {_quoted(profile.name)}  # {_some(profile)}"]
    if len(profile.forms) > 1:
        lines.append("# The cells can be read in more than one way. Which is meant?")
        lines += [f"# form = {_quoted(form.name)}" for form in profile.forms]
        return lines
    (form,) = profile.forms
    covers = covers_of(form, profile.cells)
    # ISO is any period of perfsite's own; what starts or ends another is a date.
    name = "YYYY-MM-DD" if covers != "itself" and form.name == ISO else form.name
    lines.append(f"form = {_quoted(name)}")
    if form.first_month:
        lines.append(f"first_month = {APRIL}  # April to March? Else the month of the start.")
    if covers != "itself":
        lines.append(f"covers = {_quoted(covers)}  # all {len(profile.cells)} dates do so")
    return lines


def _figures(chosen: Matched) -> list[str]:
    lines = ["[figures]"]
    meanings = {profile.name: meaning_of(profile) for profile in chosen.figures}
    for profile in chosen.figures:
        measure = meanings[profile.name]
        if measure and list(meanings.values()).count(measure) == 1:
            lines.append(f"{_quoted(profile.name)} = {_quoted(measure)}")
        else:
            asked = f"# Which measure is it? It has {_some(profile)}"
            lines += [asked, f"# {_quoted(profile.name)} = {_quoted(measure or 'measure:channel')}"]
    return lines


def _tidy(chosen: Matched) -> list[str]:
    value = chosen.value
    lines = ["[tidy]", f"value = {_quoted(value.name)}"]
    lines += [
        f"# Or is it {_quoted(profile.name)}? It has {_some(profile)}"
        for profile in chosen.figures
        if profile is not value
    ]
    tables = []
    if chosen.measure:
        lines.append(f"measure = {_quoted(chosen.measure.name)}")
        tables += _words("measures", chosen.measure, measure_of)
    else:
        lines.append('measure_is = "transactions"  # Is it? Put the measure of these figures.')
    if chosen.channel:
        lines.append(f"channel = {_quoted(chosen.channel.name)}")
        tables += _words("channels", chosen.channel, channel_of)
    return [*lines, *tables]


def _words(kind: str, profile: ColumnProfile, meaning: Callable[[str], str]) -> list[str]:
    """The translations of a column's words, where they are not perfsite's own already."""
    if all(meaning(cell) == cell for cell in profile.cells):
        return []
    lines = ["", f"[tidy.{kind}]"]
    for cell in profile.cells:
        translation = meaning(cell)
        asked = f"# {_quoted(cell)} = {_quoted(kind[:-1])}  # What does this word mean?"
        lines.append(f"{_quoted(cell)} = {_quoted(translation)}" if translation else asked)
    return lines


def _cells(chosen: Matched) -> list[str]:
    figures = [chosen.value] if chosen.is_tidy else chosen.figures
    cells = cells_of(figures)
    settings = cells.model_dump(exclude_defaults=True)
    lines = ["[cells]"] if settings else []
    for entry, value in settings.items():
        listed = not isinstance(value, str)
        text = f"[{', '.join(map(_quoted, value))}]" if listed else _quoted(value)
        check = "  # Is that what they mean?" if listed else ""
        lines.append(f"{entry} = {text}{check}")
    for profile in figures:
        if profile.odd:
            odd = ", ".join(map(_quoted, profile.odd[:_EXAMPLES]))
            lines.append(f"# {_quoted(profile.name)} has cells that are no figures: {odd}")
    return lines


def _register(chosen: Matched) -> list[str]:
    if chosen.name is None or chosen.service is None:
        return []
    columns = {"name": chosen.name.name}
    if chosen.department:
        columns["department"] = chosen.department.name
    lines = ["[register.columns]", *(f"{key} = {_quoted(name)}" for key, name in columns.items())]
    if chosen.department:
        return lines
    asked = "# Which department answers for the services? Then these lines make the register."
    return [asked, *(f"# {x}" for x in lines), "# [register.constants]", '# department = "..."']


def _some(profile: ColumnProfile) -> str:
    """A few of a column's cells."""
    shown = ", ".join(_quoted(cell[:40]) for cell in profile.cells[:_EXAMPLES])
    return shown + (
        f" and {len(profile.cells) - _EXAMPLES:,} more" * (len(profile.cells) > _EXAMPLES)
    )


def _quoted(text: object) -> str:
    """A text as TOML writes it; control characters escaped, so that a comment stays one line."""
    quoted = json.dumps(text, ensure_ascii=False)
    return re.sub("[\x7f-\x9f\u2028\u2029]", lambda match: f"\\u{ord(match[0]):04x}", quoted)
