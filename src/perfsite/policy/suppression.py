"""Figures that are not public today, and the published ones that give them away (PS215).

It makes no difference why a figure is not public: because it is confidential, `[c]`, or because its
day has not come. Nor does it make one in which edition a published figure stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from perfsite.errors import Problem
from perfsite.frames import Col
from perfsite.kpis import KPIS
from perfsite.measures import Aggregation, MeasureKind, name_of
from perfsite.model import FIGURE, PLACE, Status
from perfsite.periods import Period
from perfsite.policy.disclosure import Equations, PublishedFigure, Rules, World

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    import pandas as pd

    from perfsite.config import SiteConfig
    from perfsite.model import Key


TOLD: Final = "PS215"
"""The code of a figure that gives another one away."""
SUPPRESSED: Final = "suppressed"
EMBARGOED: Final = "embargoed"
"""Why a figure is not public today."""
_WORDS: Final = {SUPPRESSED: "is confidential", EMBARGOED: "cannot be read, and is not public"}
_STATED: Final = frozenset(kpi.stated for kpi in KPIS.values() if kpi.stated)
_DAYS: Final = 28
"""A leap year is no longer than another, and neither is July than June."""
_Member = TypeVar("_Member")
FileRow = tuple[str, int]
"""A file and a row of it."""


@dataclass(frozen=True)
class Teller:
    """A published figure that has to be held back, and the secrets that it would tell.

    `edition` is that which says it, where the data do not say it any more; `why` and `until` are
    those of the secret that waits longest, and `place` is file and row of the figure, or else of
    that secret.
    """

    key: Key
    secrets: tuple[PublishedFigure, ...]
    place: FileRow
    why: str
    until: str
    edition: date | None = None

    @property
    def problem(self) -> Problem:
        """PS215, at the figure that gives others away. No number is said."""
        service, period, measure, channel = self.key
        found = f"gives away {self._given_away}"
        if self.edition:
            told = f"{name_of(measure, channel)} in {period}"
            found = f"{told} in the edition of {self.edition} {found}"
        return Problem(
            *self.place,
            TOLD,
            name_of(measure, channel),
            found,
            "no figure that can be worked out from those that are published",
            f"let this one wait until {self.until}, too, or another that the sum needs"
            if self.until
            else "write [c] for this one, or for another that the sum needs, too",
            service=service,
            measures=(measure,),
            period=period,
        )

    @property
    def _given_away(self) -> str:
        """The secrets, and why they are none of the reader's business."""
        named = [f"{name_of(one.measure, one.channel)} in {one.period}" for one in self.secrets]
        if len(named) > 1:
            return f"{', '.join(named[:-1])} and {named[-1]}, which are not public"
        why = f"waits until {self.until}" if self.until else _WORDS[self.why]
        return f"{named[0]}, which {why}"


class _Row(NamedTuple):
    """A row of what is said of a service: NaN where there is no number."""

    figure: PublishedFigure
    value: float
    status: str
    place: FileRow


class _Secret(NamedTuple):
    """Why a figure is not public, until when, and where it stands."""

    why: str
    until: str
    place: FileRow


@dataclass(frozen=True)
class _Case:
    """A service with secrets: what is said of it now, and in each edition, the newest first."""

    said: list[_Row]
    editions: Mapping[date, list[_Row]]
    secrets: Mapping[PublishedFigure, _Secret]
    held: frozenset[PublishedFigure]
    stocks: frozenset[str]

    def worlds(self) -> list[World]:
        """What is said now, and what each edition said."""
        own = {row.figure for row in self.said if row.status == Status.CONFIDENTIAL}
        own |= {figure for figure, one in self.secrets.items() if one.why == SUPPRESSED}
        closed = own | self.held
        earlier = [(rows, _numbers(rows, closed)) for rows in self.editions.values()]
        numbers = _numbers(self.said, closed)
        # What an edition said is public as long as nothing else is said.
        for _, said in earlier:
            numbers = said | numbers
        worlds = [*self._worlds(self.said, numbers, list(self.secrets))]
        for rows, said in earlier:
            worlds += self._worlds(rows, said, [one for one in self.secrets if one not in said])
        return worlds

    def _worlds(
        self,
        rows: Sequence[_Row],
        numbers: Mapping[PublishedFigure, float],
        secrets: list[PublishedFigure],
    ) -> Iterable[World]:
        """What is said, with all secrets, and again with none but those that are said to be there.

        Which channels make a total depends on it: a channel that is to be published for the first
        time may be in the total, or not.
        """
        there = {row.figure for row in rows}
        seen = [one for one in secrets if one in there]
        for known in (secrets, seen) if len(seen) < len(secrets) else (secrets,):
            if known:
                yield self._world(rows, numbers, known)

    def _world(
        self,
        rows: Iterable[_Row],
        numbers: Mapping[PublishedFigure, float],
        secrets: list[PublishedFigure],
    ) -> World:
        nothing = {row.figure for row in rows if row.status == Status.NOT_APPLICABLE}
        nothing -= numbers.keys() | set(secrets)
        unknown = {row.figure for row in rows} | self.held
        unknown -= numbers.keys() | nothing | set(secrets)
        return World(numbers, frozenset(nothing), secrets, frozenset(unknown), self.stocks)

    def stands(self, figure: PublishedFigure) -> tuple[FileRow | None, date | None]:
        """Where a figure stands that is said now; else nowhere, and the edition that says it."""
        for row in self.said:
            if row.figure == figure and isfinite(row.value):
                return row.place, None
        said = (day for day, rows in self.editions.items() if any(figure == one[0] for one in rows))
        return None, next(said, None)


def _numbers(
    rows: Iterable[_Row], closed: Collection[PublishedFigure]
) -> dict[PublishedFigure, float]:
    return {
        row.figure: row.value for row in rows if isfinite(row.value) and row.figure not in closed
    }


def find_tellers(
    now: pd.DataFrame,
    editions: Mapping[date, pd.DataFrame],
    secrets: pd.DataFrame,
    held: Collection[Key],
    stocks: Iterable[tuple[str, str]],
    config: SiteConfig,
) -> list[Teller]:
    """The published figures that have to be held back so that no secret can be worked out.

    Args:
        now: what is published now: the columns of `FIGURE`, `value`, `status`, `file` and `row`.
        editions: the same of frozen editions that a site carries; any order.
        secrets: figures that are not public today: the columns of `FIGURE`, `why`, `until`,
            `file` and `row` (see `policy.embargo`). Confidential rows of `now` need not be among
            them.
        held: figures that are held back already.
        stocks: services and measures whose longer periods are no sums of shorter ones.
        config: says which measures add up, and which channels are digital.

    Returns:
        As few figures as are needed, service by service. What has to be held back does not depend
        on a secret number.
    """
    hidden = now[(now[Col.STATUS] == Status.CONFIDENTIAL).to_numpy(dtype=bool)]
    hidden = hidden.assign(why=SUPPRESSED, until="")
    kept = _sets((service, PublishedFigure(*figure)) for service, *figure in held)
    found: dict[str, dict[PublishedFigure, _Secret]] = {}
    for frame in (secrets, hidden):
        names = (*FIGURE, Col.WHY, Col.UNTIL, *PLACE)
        for service, *figure, why, until, file, row in zip(*map(frame.get, names), strict=True):
            if PublishedFigure(*figure) not in kept.get(service, ()):
                mine = found.setdefault(service, {})
                mine.setdefault(PublishedFigure(*figure), _Secret(why, until, (file, row)))
    if not found:
        return []
    rules = _rules(config)
    of_stocks = _sets(stocks)
    said = _of_services(now, found)
    earlier = {day: _of_services(editions[day], found) for day in sorted(editions, reverse=True)}
    tellers = []
    for service, mine in found.items():
        before = {day: rows.get(service, []) for day, rows in earlier.items()}
        case = _Case(
            said.get(service, []),
            before,
            mine,
            frozenset(kept.get(service, ())),
            frozenset(of_stocks.get(service, ())),
        )
        tellers += _held_back(service, case, rules)
    return tellers


def _rules(config: SiteConfig) -> Rules:
    measures = config.all_measures
    adding = [key for key, one in measures.items() if one.aggregation is Aggregation.SUM]
    return Rules(
        frozenset(adding),
        frozenset(key for key in adding if measures[key].kind is MeasureKind.NUMBER),
        frozenset(config.digital_channels),
    )


def _sets(pairs: Iterable[tuple[str, _Member]]) -> dict[str, set[_Member]]:
    found: dict[str, set[_Member]] = {}
    for service, one in pairs:
        found.setdefault(service, set()).add(one)
    return found


def _of_services(frame: pd.DataFrame, services: Collection[str]) -> dict[str, list[_Row]]:
    """The rows of some services, by service."""
    frame = frame[frame[Col.SERVICE].isin(list(services)).to_numpy(dtype=bool)]
    found: dict[str, list[_Row]] = {}
    names = (*FIGURE, Col.VALUE, Col.STATUS, *PLACE)
    for service, *figure, value, status, file, number in zip(
        *(frame[name] for name in names), strict=True
    ):
        row = _Row(PublishedFigure(*figure), value, status, (file, number))
        found.setdefault(service, []).append(row)
    return found


def _held_back(service: str, case: _Case, rules: Rules) -> list[Teller]:
    """The figures of a service that have to be held back, one after the other."""
    worlds = [Equations(one, rules) for one in case.worlds()]
    back: dict[PublishedFigure, PublishedFigure] = {}
    news = True
    while news:
        news = False
        for one in worlds:
            for secret, tell in one.told(back).items():
                if not tell & back.keys():
                    back[min(tell, key=_first_to_go)] = secret
                    news = True
    # Where one figure had to go after another, the first may have been enough without it.
    for figure in list(back):
        rest = {one: secret for one, secret in back.items() if one != figure}
        if not any(one.told(rest) for one in worlds):
            back = rest
    told = {figure: {secret: None} for figure, secret in back.items()}
    for one in worlds:
        for secret, tell in one.told().items():
            figure = next(figure for figure in back if figure in tell)
            told[figure][secret] = None
    return [_teller(service, case, figure, list(secrets)) for figure, secrets in told.items()]


def _teller(
    service: str, case: _Case, figure: PublishedFigure, secrets: Sequence[PublishedFigure]
) -> Teller:
    # What waits for no day waits longest.
    last = max(secrets, key=lambda one: (not case.secrets[one].until, case.secrets[one].until))
    why, until, place = case.secrets[last]
    stands, edition = case.stands(figure)
    return Teller((service, *figure), tuple(secrets), stands or place, why, until, edition)


def _first_to_go(figure: PublishedFigure) -> tuple[bool, int, str, int]:
    """Stated rates first, for counts make them; then the longest period, and all channels."""
    period = Period.parse(figure.period)
    start, end = period.start.toordinal(), period.end.toordinal()
    length = (end - start) // _DAYS
    return figure.measure not in _STATED, -length, figure.channel, -start
