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
        finding = f"gives away {self._given_away}"
        if self.edition:
            figure = f"{name_of(measure, channel)} in {period}"
            finding = f"{figure} in the edition of {self.edition} {finding}"
        return Problem(
            *self.place,
            TOLD,
            name_of(measure, channel),
            finding,
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
        named = [
            f"{name_of(secret.measure, secret.channel)} in {secret.period}"
            for secret in self.secrets
        ]
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

    current: list[_Row]
    editions: Mapping[date, list[_Row]]
    secrets: Mapping[PublishedFigure, _Secret]
    held: frozenset[PublishedFigure]
    stocks: frozenset[str]

    def worlds(self) -> list[World]:
        """What is said now, and what each edition said."""
        confidential = {row.figure for row in self.current if row.status == Status.CONFIDENTIAL}
        confidential |= {
            figure for figure, secret in self.secrets.items() if secret.why == SUPPRESSED
        }
        closed = confidential | self.held
        earlier = [(rows, _numbers(rows, closed)) for rows in self.editions.values()]
        numbers = _numbers(self.current, closed)
        # What an edition said is public as long as nothing else is said.
        for _, published in earlier:
            numbers = published | numbers
        worlds = [*self._worlds(self.current, numbers, list(self.secrets))]
        for rows, published in earlier:
            worlds += self._worlds(
                rows, published, [figure for figure in self.secrets if figure not in published]
            )
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
        seen = [secret for secret in secrets if secret in there]
        for hidden in (secrets, seen) if len(seen) < len(secrets) else (secrets,):
            if hidden:
                yield self._world(rows, numbers, hidden)

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
        for row in self.current:
            if row.figure == figure and isfinite(row.value):
                return row.place, None
        days = (
            day for day, rows in self.editions.items() if any(figure == row.figure for row in rows)
        )
        return None, next(days, None)


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
    held_figures = _sets((service, PublishedFigure(*figure)) for service, *figure in held)
    by_service: dict[str, dict[PublishedFigure, _Secret]] = {}
    for frame in (secrets, hidden):
        names = (*FIGURE, Col.WHY, Col.UNTIL, *PLACE)
        for service, *figure, why, until, file, row in zip(*map(frame.get, names), strict=True):
            if PublishedFigure(*figure) not in held_figures.get(service, ()):
                of_service = by_service.setdefault(service, {})
                of_service.setdefault(PublishedFigure(*figure), _Secret(why, until, (file, row)))
    if not by_service:
        return []
    rules = _rules(config)
    of_stocks = _sets(stocks)
    published = _of_services(now, by_service)
    earlier = {
        day: _of_services(editions[day], by_service) for day in sorted(editions, reverse=True)
    }
    tellers = []
    for service, of_service in by_service.items():
        before = {day: rows.get(service, []) for day, rows in earlier.items()}
        case = _Case(
            published.get(service, []),
            before,
            of_service,
            frozenset(held_figures.get(service, ())),
            frozenset(of_stocks.get(service, ())),
        )
        tellers += _held_back(service, case, rules)
    return tellers


def _rules(config: SiteConfig) -> Rules:
    measures = config.all_measures
    adding = [key for key, measure in measures.items() if measure.aggregation is Aggregation.SUM]
    return Rules(
        frozenset(adding),
        frozenset(key for key in adding if measures[key].kind is MeasureKind.NUMBER),
        frozenset(config.digital_channels),
    )


def _sets(pairs: Iterable[tuple[str, _Member]]) -> dict[str, set[_Member]]:
    sets: dict[str, set[_Member]] = {}
    for service, member in pairs:
        sets.setdefault(service, set()).add(member)
    return sets


def _of_services(frame: pd.DataFrame, services: Collection[str]) -> dict[str, list[_Row]]:
    """The rows of some services, by service."""
    frame = frame[frame[Col.SERVICE].isin(list(services)).to_numpy(dtype=bool)]
    by_service: dict[str, list[_Row]] = {}
    names = (*FIGURE, Col.VALUE, Col.STATUS, *PLACE)
    for service, *figure, value, status, file, number in zip(
        *(frame[name] for name in names), strict=True
    ):
        row = _Row(PublishedFigure(*figure), value, status, (file, number))
        by_service.setdefault(service, []).append(row)
    return by_service


def _held_back(service: str, case: _Case, rules: Rules) -> list[Teller]:
    """The figures of a service that have to be held back, one after the other."""
    systems = [Equations(world, rules) for world in case.worlds()]
    back: dict[PublishedFigure, PublishedFigure] = {}
    news = True
    while news:
        news = False
        for system in systems:
            for secret, tell in system.derivable(back).items():
                if not tell & back.keys():
                    back[min(tell, key=_first_to_go)] = secret
                    news = True
    # Where one figure had to go after another, the first may have been enough without it.
    for figure in list(back):
        rest = {held: secret for held, secret in back.items() if held != figure}
        if not any(system.derivable(rest) for system in systems):
            back = rest
    given_away = {figure: {secret: None} for figure, secret in back.items()}
    for system in systems:
        for secret, tell in system.derivable().items():
            figure = next(figure for figure in back if figure in tell)
            given_away[figure][secret] = None
    return [_teller(service, case, figure, list(secrets)) for figure, secrets in given_away.items()]


def _teller(
    service: str, case: _Case, figure: PublishedFigure, secrets: Sequence[PublishedFigure]
) -> Teller:
    # What waits for no day waits longest.
    last = max(
        secrets, key=lambda secret: (not case.secrets[secret].until, case.secrets[secret].until)
    )
    why, until, place = case.secrets[last]
    stands, edition = case.stands(figure)
    return Teller((service, *figure), tuple(secrets), stands or place, why, until, edition)


def _first_to_go(figure: PublishedFigure) -> tuple[bool, int, str, int]:
    """Stated rates first, for counts make them; then the longest period, and all channels."""
    period = Period.parse(figure.period)
    start, end = period.start.toordinal(), period.end.toordinal()
    length = (end - start) // _DAYS
    return figure.measure not in _STATED, -length, figure.channel, -start
