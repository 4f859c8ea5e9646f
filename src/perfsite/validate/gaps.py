"""Series with holes, and series that stand still."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from perfsite.decimals import grouped
from perfsite.errors import Problem
from perfsite.measures import Kind, name_of
from perfsite.model import place_of
from perfsite.validate.given import code_of, records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from perfsite.measures import Measure
    from perfsite.validate.given import Given

_LISTED: Final = 5
_MANY: Final = 20
"""Services of one file that lack the same periods: more than chance."""
_LEAST_REPEATED: Final = 10
"""Small counts repeat by chance."""


def check_gaps(given: Given) -> list[Problem]:
    """PS206: series in which periods lack between the first and the last one given.

    A figure given as [x] is there: the service said that it has none.
    """
    rows = given.rows
    series = rows["series"].to_numpy()
    if len(rows) < 2:  # noqa: PLR2004 - between two figures
        return []
    first, count = rows["first"].to_numpy(), rows["count"].to_numpy()
    apart = np.where(series[1:] == series[:-1], first[1:] - first[:-1], 0)
    step = np.minimum(_usual(apart, series[1:]), count[1:])
    missing = np.where(apart > 0, apart // np.maximum(step, 1) - 1, 0)
    at = np.flatnonzero(missing > 0)
    if not len(at):
        return []
    found = pd.DataFrame({"series": series[at], "at": at, "n": missing[at], "step": step[at]})
    bounds = {
        int(key): (int(low), int(high))
        for key, low, high in zip(
            *np.unique(series, return_index=True),
            np.flatnonzero(np.diff(series, append=series[-1] + 1)),
            strict=True,
        )
    }
    names = ["source", "service", "measure", "channel", "unit", "period"]
    columns = {name: rows[name].to_numpy() for name in names}
    holes: dict[tuple[str, str, str], list[_Hole]] = {}
    for key, mine in found.groupby("series", sort=False):
        low, high = bounds[int(str(key))]
        total = int(mine["n"].sum())
        listed: list[str] = []
        for hole, number, each in zip(mine["at"], mine["n"], mine["step"], strict=True):
            wanted = range(1, min(int(number), _LISTED - len(listed)) + 1)
            listed += [
                code_of(columns["unit"][hole], count[hole], first[hole] + each * k) for k in wanted
            ]
        more = f" and {total - len(listed)} more" if total > len(listed) else ""
        after = int(mine["at"].iloc[0]) + 1
        one = _Hole(
            columns["source"][after],
            columns["service"][after],
            columns["measure"][after],
            name_of(columns["measure"][after], columns["channel"][after]),
            f"{columns['period'][low]} to {columns['period'][high]}",
        )
        file, _ = place_of(one.source)
        what = f"{', '.join(listed)}{more}"
        holes.setdefault((file, f"{columns['unit'][after]} {count[after]}", what), []).append(one)
    return [one for (_, _, what), mine in holes.items() for one in _gap_problems(what, mine)]


class _Hole(NamedTuple):
    """A series that lacks periods: its figure after the first of them, and how far it runs."""

    source: str
    service: str
    measure: str
    name: str
    span: str


def _gap_problems(what: str, holes: Sequence[_Hole]) -> list[Problem]:
    """A problem for each series; one for all where many services of a file lack the same.

    Then the period was never asked for, and to say so a thousand times helps nobody.
    """
    services = {hole.service for hole in holes}
    fix = "send what is lacking; write [x] where there is no figure"
    if len(services) >= _MANY:
        found = f"no figures for {what} in {len(holes)} series of {len(services)} services"
        expected = "a figure for every period from the first to the last"
        return [Problem(*place_of(holes[0].source), "PS206", "period", found, expected, fix)]
    return [
        Problem(
            *place_of(hole.source),
            "PS206",
            hole.name,
            f"no {hole.name} for {what}",
            f"a figure for every period from {hole.span}",
            fix,
            service=hole.service,
            measures=(hole.measure,),
        )
        for hole in holes
    ]


def _usual(apart: NDArray[np.int64], series: NDArray[np.int64]) -> NDArray[np.int64]:
    """How far apart the periods of each row's series usually begin; 0 where nobody can tell.

    Of two distances that are as frequent the longer one is taken, which finds fewer gaps.
    """
    pairs = pd.DataFrame({"series": series, "apart": apart})[apart > 0]
    sizes = pairs.value_counts(sort=False).reset_index(name="n")
    modes = sizes.sort_values(["series", "n", "apart"]).drop_duplicates("series", keep="last")
    found = modes.set_index("series")["apart"].reindex(series).fillna(0)
    return found.to_numpy(dtype="int64")


def check_repeats(given: Given, measures: Mapping[str, Measure], repeats: int) -> list[Problem]:
    """PS210: the same count or amount for `repeats` or more periods that follow each other.

    Periods that overlap, as years that begin a quarter apart, share most of what they count. They
    are taken together: such a figure has to stand still for as long as `repeats` periods that do
    not overlap. Shares and times are left alone: 100% month after month is good news.
    """
    kinds = {key for key, one in measures.items() if one.kind in (Kind.COUNT, Kind.CURRENCY)}
    chosen = given.rows["provided"] & (given.rows["value"] >= _LEAST_REPEATED)
    rows = given.rows[chosen & given.rows["measure"].isin(kinds)]
    if rows.empty:
        return []
    series, value = rows["series"].to_numpy(), rows["value"].to_numpy()
    first, count = rows["first"].to_numpy(), rows["count"].to_numpy()
    same = (series[1:] == series[:-1]) & (value[1:] == value[:-1])
    same &= first[1:] - first[:-1] <= count[1:]
    starts = np.flatnonzero(np.concatenate(([True], ~same)))
    ends = np.append(starts[1:], len(rows)) - 1
    times = (first[ends] + count[ends] - first[starts]) // count[ends]
    long = (times >= repeats) & (ends > starts)
    last, begun = rows.iloc[ends[long]], rows["period"].to_numpy()[starts[long]]
    return [
        row.problem(
            "PS210",
            f"{grouped(number)} in every period from {since} to {row.period}",
            f"figures that change at least once in {repeats} periods",
            "was an earlier figure copied? Send that of each period, or [x]; if it is true, do "
            "nothing",
        )
        for row, number, since in zip(records(last), last["value"], begun, strict=True)
    ]
