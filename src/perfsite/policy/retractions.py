"""Figures that are taken back: a record in data/retractions.csv, never a deletion.

The observation stays, without its value: its status is not_provided and its mark `RETRACTED`, its
note is the reason. Sums that need it become missing. A row that names a figure and is wrong
otherwise keeps that figure out too: what somebody wanted to take back must not be published
because of a slip.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

import numpy as np

from perfsite.config import DEFAULT
from perfsite.errors import BuildError, Problem, is_error
from perfsite.frames import Col
from perfsite.model import FIGURE, Key, Status
from perfsite.periods import Period
from perfsite.policy.embargo import is_one_of, joined, keys_of
from perfsite.tables import REFUSED, ROW, check_cells, read_cells
from perfsite.validate.names import hint
from perfsite.validate.observations import is_day
from perfsite.validate.submissions import closest, service_rows
from perfsite.validate.values import RETRACTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from perfsite.config import Budgets
    from perfsite.editions import EditionFigures
    from perfsite.model import Service, Source

RETRACTIONS: Final = "retractions.csv"
_COLUMNS: Final = (*FIGURE, "reason", "date")
_NEEDED: Final = tuple(name for name in _COLUMNS if name != "channel")


@dataclass(frozen=True)
class Retraction:
    """A figure that was taken back: whose it is, why, and when."""

    service: str
    period: str
    measure: str
    channel: str
    reason: str
    date: date

    @property
    def key(self) -> Key:
        """Whose figure it is."""
        return self.service, self.period, self.measure, self.channel


@dataclass(frozen=True)
class Retractions:
    """What retractions.csv says: the retractions that can be used, and the figures of the others.

    A row that cannot be used keeps the figure that it names out, too. `rows` are the row of each,
    and `service_rows` its place among those of its service, from 1.
    """

    usable: tuple[Retraction, ...] = ()
    unusable: tuple[Key, ...] = ()
    rows: Mapping[Key, int] = field(default_factory=dict)
    service_rows: Mapping[Key, int] = field(default_factory=dict)


def read_retractions(
    source: Source | None, budgets: Budgets = DEFAULT
) -> tuple[Retractions, list[Problem]]:
    """The retractions of a data folder; those that have no readable period name no figure."""
    if source is None:
        return Retractions(), []
    table, problems = read_cells(source, budgets)
    refused, rows = check_cells(source, table)
    problems += refused
    columns = [str(column) for column in table.columns if column != ROW]
    missing = [name for name in _NEEDED if name not in columns]
    if not columns or missing:
        return Retractions(), problems + [
            Problem(
                source.path,
                1,
                "PS105",
                name,
                f"the columns {', '.join(columns)}"[:200],
                f"the columns {', '.join(_COLUMNS)}",
                f"add a column named {name}",
            )
            for name in missing
            if columns
        ]
    problems += [
        Problem(
            source.path,
            1,
            "PS106",
            name,
            name,
            f"one of {', '.join(_COLUMNS)}",
            closest(name, _COLUMNS) or "delete the column, or keep it elsewhere",
        )
        for name in columns
        if name not in _COLUMNS
    ]
    usable: list[Retraction] = []
    unusable: list[Key] = []
    named_rows: dict[Key, int] = {}
    for record in table.reindex(columns=[*_COLUMNS, ROW], fill_value="").to_dict("records"):
        row = int(record[ROW])
        cells = {str(name): str(value) for name, value in record.items()}
        of_row = _wrong(source.path, row, cells)
        key = _key(cells)
        if key in named_rows:
            again = f"{named(key)} again, also in row {named_rows[key]}"
            fix = "delete one of the two rows; the first stands"
            of_row.append(_problem(source.path, row, "service", again, "each figure once", fix))
        elif key and (of_row or row in rows):
            unusable.append(key)
            named_rows[key] = row
        elif key:
            reason = " ".join(cells[Col.REASON].split())
            usable.append(Retraction(*key, reason, date.fromisoformat(cells["date"])))
            named_rows[key] = row
        problems += of_row
    places = service_rows(table)
    service_places = {key: int(places[row]) for key, row in named_rows.items()}
    return Retractions(tuple(usable), tuple(unusable), named_rows, service_places), problems


def _key(cells: Mapping[str, str]) -> Key | None:
    try:
        period = Period.parse(cells[Col.PERIOD]).code
    except ValueError:
        return None
    return cells[Col.SERVICE], period, cells[Col.MEASURE], cells[Col.CHANNEL]


def _problem(path: str, row: int, column: str, found: str, expected: str, fix: str) -> Problem:
    return Problem(path, row, "PS121", column, found or "nothing", expected, fix)


def _wrong(path: str, row: int, cells: Mapping[str, str]) -> list[Problem]:
    """What is wrong with the cells of a row, each by itself."""
    problems = [
        _problem(path, row, name, "", "a value", f"fill in the {name}")
        for name in (Col.SERVICE, Col.MEASURE)
        if not cells[name]
    ]
    try:
        Period.parse(cells[Col.PERIOD])
    except ValueError as error:
        expected = "the period of the figure, as in its submission"
        fix = hint(cells[Col.PERIOD], str(error))
        problems.append(_problem(path, row, "period", cells[Col.PERIOD], expected, fix))
    if not cells[Col.REASON]:
        expected, fix = "the reason, for readers", "say in a sentence why the figure is taken back"
        problems.append(_problem(path, row, "reason", "", expected, fix))
    if not is_day(cells["date"]):
        expected, fix = "a date as 2018-09-20", "write the day on which the figure was taken back"
        problems.append(_problem(path, row, "date", cells["date"], expected, fix))
    return problems


def named(key: Key) -> str:
    """A figure in short: `passport 2017 transactions:digital`."""
    service, period, measure, channel = key
    return f"{service} {period} {measure}{':' if channel else ''}{channel}"


def check_retractions(problems: Sequence[Problem]) -> None:
    """Stop a build whose retractions cannot be read as a whole: it would publish them again.

    Raises:
        BuildError: if a row or all of the file could not be divided into columns.
    """
    lost = [
        problem
        for problem in problems
        if problem.file == RETRACTIONS
        and is_error(problem)
        and problem.code not in ("PS106", "PS121")
        # Of a row whose reason cannot be published it is known which figure it is about.
        and not (problem.code in REFUSED and problem.column in ("reason", "date"))
    ]
    if lost:
        raise BuildError(
            f"{lost[0].place} cannot be read ({lost[0].found}), so figures that were taken back "
            "could be published again; mend it and build anew"
        )


def retract(
    observations: pd.DataFrame,
    retractions: Retractions,
    services: Mapping[str, Service],
    secrets: pd.DataFrame,
    last: EditionFigures | None,
) -> tuple[pd.DataFrame, list[Retraction], list[Problem]]:
    """Take back what retractions.csv names.

    A figure that was given when the last edition was made and is not given any more gets a row
    again, which says that it was retracted. Figures under embargo are taken back unsaid.

    Returns:
        The observations; the retractions that pages may show; and a PS121 for each row that names
        no figure that is or was given.
    """
    named_figures = [*(retraction.key for retraction in retractions.usable), *retractions.unusable]
    if not named_figures:
        return observations, [], []
    before = observations.iloc[:0] if last is None else last.observations
    now, earlier, secret = (
        keys_of(frame[is_one_of(frame, named_figures)]) for frame in (observations, before, secrets)
    )
    strangers = [key for key in named_figures if key not in now | earlier | secret]
    problems = [
        _unknown(key, retractions.rows[key], (observations, before, secrets)) for key in strangers
    ]
    shown = [
        retraction
        for retraction in retractions.usable
        if retraction.service in services and (retraction.key in now or retraction.key in earlier)
    ]
    frame = observations[~is_one_of(observations, set(retractions.unusable))]
    gone = {retraction.key for retraction in shown if retraction.key not in now}
    if gone:
        again = before[is_one_of(before, gone)]
        places = {
            Col.ROW: [retractions.rows[key] for key in _keys(again)],
            Col.SERVICE_ROW: [retractions.service_rows[key] for key in _keys(again)],
        }
        frame = joined(frame, again.assign(file=RETRACTIONS, **places), services)
    else:
        frame = frame.reset_index(drop=True)
    back = is_one_of(frame, {retraction.key for retraction in shown})
    reasons = {retraction.key: retraction.reason for retraction in shown}
    notes = [reasons[key] for key in _keys(frame[back])]
    frame = frame.assign(
        value=frame[Col.VALUE].mask(back),
        status=np.where(back, str(Status.NOT_PROVIDED), frame[Col.STATUS]),
        marks=np.where(back, RETRACTED, frame[Col.MARKS]),
    )
    frame.loc[back, Col.NOTE] = notes
    return frame, shown, problems


def _keys(frame: pd.DataFrame) -> list[Key]:
    return list(zip(*(frame[name].tolist() for name in FIGURE), strict=True))


def _unknown(key: Key, row: int, frames: Sequence[pd.DataFrame]) -> Problem:
    """A row that names a figure that nobody gave; with what was given that is nearest to it."""
    service, period, measure, _ = key
    near = sorted(set().union(*(keys_of(frame[frame[Col.SERVICE] == service]) for frame in frames)))
    channels = [
        channel or "no channel" for _, *named_by, channel in near if named_by == [period, measure]
    ]
    measures = sorted({near_measure for _, when, near_measure, _ in near if when == period})
    if channels:
        column, fix = "channel", f"it was given for {', '.join(channels)}"
    elif measures:
        listing = f"given for {period} are {', '.join(measures)}"
        column, fix = "measure", closest(measure, measures) or listing
    elif near:
        column, fix = "period", f"there are figures for {_near_period(period, near)}"
    else:
        names = sorted({str(name) for frame in frames for name in frame[Col.SERVICE].unique()})
        column, fix = "service", closest(service, names) or "look the figure up"
    return _problem(RETRACTIONS, row, column, named(key), "a figure that is or was given", fix)


def _near_period(period: str, near: Sequence[Key]) -> str:
    """The given period nearest in spelling; the first and the last one where none is near."""
    periods = sorted({key[1] for key in near})
    close = get_close_matches(period, periods, n=1)
    return close[0] if close else " to ".join(dict.fromkeys((periods[0], periods[-1])))
