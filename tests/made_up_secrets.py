"""Made-up services with made-up secrets: in totals, channels, years, groups, shares and editions.

Each scene is a handful of figures that hang together, some of them hidden in one of the ways in
which a figure may be. Numbers are large and at random, so that none is met by chance.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

Key = tuple[str, str, str, str]
"""Service, period, measure, channel."""
Cell = tuple[str, str, str]
"""Period, measure, channel."""

QUARTERS: Final = tuple(f"{year}-Q{number}" for year in (2016, 2017) for number in (1, 2, 3, 4))
HEADER: Final = "service,period,measure,channel,value,release_at\n"


@dataclass
class Scene:
    """Figures of one service or several: those of now, of an earlier edition, and the secrets."""

    name: str
    services: dict[str, dict[Cell, float]] = field(default_factory=dict)
    before: dict[str, dict[Cell, float]] = field(default_factory=dict)
    hidden: dict[Key, str] = field(default_factory=dict)
    revised: dict[Key, float] = field(default_factory=dict)

    def truth(self, key: Key) -> float:
        """The number of a secret."""
        if key in self.revised:
            return self.revised[key]
        figures = self.services[key[0]] if key[1:] in self.services[key[0]] else self.before[key[0]]
        return figures[key[1:]]

    def lines(self, *, earlier: bool = False) -> Iterator[str]:
        """The rows of a submission: of the edition before, with nothing hidden, or of now."""
        for service, figures in (self.before if earlier else self.services).items():
            for cell, value in figures.items():
                way = "" if earlier else self.hidden.get((service, *cell), "")
                yield from _rows(service, cell, value, way, self.revised.get((service, *cell)))


def _rows(service: str, cell: Cell, value: float, way: str, revised: float | None) -> Iterator[str]:
    said, release = text(value), ""
    if revised is not None:
        yield ",".join((service, *cell, said, "")) + "\n"
        said, release = text(revised), "2018-10-01"
    elif way == "c":
        said = f"{said} [c]"
    elif way == "bare":
        said = "[c]"
    elif way == "embargo":
        release = "2018-10-01"
    elif way == "soon":
        release = "soon"
    elif way == "slip":
        said = f"{said} [C]"
    yield ",".join((service, *cell, said, release)) + "\n"


def text(value: float) -> str:
    """A number as a submission has it."""
    return f"{value:.10g}"


def scenes(rng: Random, secrets: int) -> list[Scene]:
    """Scenes of every kind in turn, with so many secrets in all."""
    found: list[Scene] = []
    number = 0
    while number < secrets:
        kind = KINDS[len(found) % len(KINDS)]
        one = kind(rng, f"{kind.__name__.strip('_')}-{len(found)}")
        found.append(one)
        number += len(one.hidden)
    return found


def _count(rng: Random) -> int:
    return rng.randrange(10_000_000, 999_999_999)


def _hide(rng: Random, scene: Scene, service: str, number: int) -> Scene:
    """Hide so many of the figures of a service, each in some way."""
    for cell in rng.sample(sorted(scene.services[service]), number):
        scene.hidden[service, *cell] = rng.choice(
            ("c", "bare", "embargo", "embargo", "soon", "slip")
        )
    return scene


def _table(rng: Random, periods: tuple[str, ...], channels: tuple[str, ...]) -> dict[Cell, float]:
    """Transactions of channels, and of all of them."""
    found: dict[Cell, float] = {}
    for period in periods:
        mine = {(period, "transactions", one): float(_count(rng)) for one in channels}
        found |= {(period, "transactions", ""): sum(mine.values()), **mine}
    return found


def _channels(rng: Random, name: str) -> Scene:
    """A total and its channels, one or two of them hidden."""
    channels = ("digital", "phone", "post", "web")[: rng.randrange(2, 5)]
    figures = _table(rng, QUARTERS[4 : 4 + rng.randrange(1, 3)], channels)
    return _hide(rng, Scene(name, {name: figures}), name, rng.randrange(1, 3))


def _totals(rng: Random, name: str) -> Scene:
    """The total alone is hidden."""
    scene = Scene(name, {name: _table(rng, ("2017-08",), ("digital", "phone", "post"))})
    scene.hidden[name, "2017-08", "transactions", ""] = rng.choice(("c", "bare", "embargo"))
    return scene


def _years(rng: Random, name: str) -> Scene:
    """Quarters, and years that begin with each of them; months of a quarter."""
    measure = rng.choice(("transactions", "cost"))
    figures = {(one, measure, ""): float(_count(rng)) for one in QUARTERS}
    for at in rng.sample(range(5), rng.randrange(1, 4)):
        first, last = QUARTERS[at], QUARTERS[at + 3]
        months = f"{first[:4]}-{int(first[6]) * 3 - 2:02}/{last[:4]}-{int(last[6]) * 3:02}"
        year = first[:4] if at in (0, 4) else months
        figures[year, measure, ""] = sum(figures[one, measure, ""] for one in QUARTERS[at : at + 4])
    if rng.random() < 0.5:
        whole = figures["2017-Q2", measure, ""]
        parts = (whole // 3, whole // 4, whole - whole // 3 - whole // 4)
        figures |= {(f"2017-0{n}", measure, ""): x for n, x in zip((4, 5, 6), parts, strict=True)}
    return _hide(rng, Scene(name, {name: figures}), name, rng.randrange(1, 4))


def _grid(rng: Random, name: str) -> Scene:
    """A year of quarters and channels, with the sums on both sides."""
    figures = _table(rng, QUARTERS[4:], ("digital", "phone", "post"))
    for channel in ("", "digital", "phone", "post"):
        own = (figures[one, "transactions", channel] for one in QUARTERS[4:])
        figures["2017", "transactions", channel] = sum(own)
    return _hide(rng, Scene(name, {name: figures}), name, rng.randrange(1, 6))


def _shares(rng: Random, name: str) -> Scene:
    """A part, a whole, and the share of the one in the other, rounded."""
    above, below, rate, channel = rng.choice(
        (
            ("transactions", "transactions", "digital_take_up", "digital"),
            ("completed", "started", "completion_rate", ""),
            ("cost", "transactions", "cost_per_transaction", ""),
        )
    )
    period = rng.choice(("2017", "2017-Q4", "2017-08"))
    whole = float(_count(rng))
    digits = rng.choice((2, 3, 4))
    share = round(rng.uniform(0.2, 0.9), digits)
    if above == "cost":
        share, digits = round(rng.uniform(2, 90), 2), 2
    part = float(round(whole * share * (1 + rng.uniform(-0.2, 0.2) * 10**-digits)))
    figures = {
        (period, above, channel): part,
        (period, below, ""): whole,
        (period, rate, ""): share,
    }
    return _hide(rng, Scene(name, {name: figures}), name, rng.randrange(1, 3))


def _ratings(rng: Random, name: str) -> Scene:
    """Five counts of answers, and what is worked out of them."""
    counts = [float(_count(rng)) for _ in range(5)]
    share = sum(n * x for n, x in enumerate(counts)) / sum(counts) / 4
    figures = {("2017-Q4", f"rating_{n}", ""): x for n, x in enumerate(counts, 1)}
    figures["2017-Q4", "user_satisfaction", ""] = round(share, 4)
    scene = Scene(name, {name: figures})
    for number in rng.sample(range(1, 6), rng.randrange(1, 3)):
        scene.hidden[name, "2017-Q4", f"rating_{number}", ""] = rng.choice(("c", "bare", "embargo"))
    return scene


def _groups(rng: Random, name: str) -> Scene:
    """Three services of a department, of which one has a secret year."""
    names = [f"{name}-{letter}" for letter in "abc"]
    scene = Scene(
        name,
        {
            one: {
                ("2017", "transactions", ""): float(_count(rng)),
                ("2017", "cost", ""): float(_count(rng)),
            }
            for one in names
        },
    )
    return _hide(rng, scene, rng.choice(names), 1)


def _days(rng: Random, name: str) -> Scene:
    """Every day of a month, and the month."""
    figures = {(f"2017-02-{day:02}", "started", ""): float(_count(rng)) for day in range(1, 29)}
    figures["2017-02", "started", ""] = sum(figures.values())
    return _hide(rng, Scene(name, {name: figures}), name, rng.randrange(1, 3))


def _revisions(rng: Random, name: str) -> Scene:
    """A new figure of a channel waits, and the total may have it already."""
    figures = _table(rng, ("2017-Q4",), ("digital", "phone", "post"))
    key = (name, "2017-Q4", "transactions", "phone")
    before = figures[key[1:]]
    revised = float(round(before * rng.uniform(1.1, 2)))
    if rng.random() < 0.5:
        figures["2017-Q4", "transactions", ""] += revised - before
    return Scene(name, {name: figures}, hidden={key: "embargo"}, revised={key: revised})


def _newcomers(rng: Random, name: str) -> Scene:
    """A channel that is new is as secret as the one that the edition had for all the rest."""
    before = _table(rng, ("2017",), ("digital", "post"))
    new = float(_count(rng))
    figures = {**before, ("2017", "transactions", "app"): new}
    total = ("2017", "transactions", "")
    scene = Scene(name, {name: figures}, {name: before})
    scene.hidden[name, "2017", "transactions", "post"] = "c"
    if rng.random() < 0.5:
        figures[total] += new
        scene.hidden[name, "2017", "transactions", "app"] = "c"
    else:
        scene.hidden[name, "2017", "transactions", "app"] = "embargo"
        scene.hidden[name, *total] = "embargo"
        scene.revised[name, *total] = figures[total] + new
    return scene


def _editions(rng: Random, name: str) -> Scene:
    """What was published once is confidential now, with or without the total that it was in."""
    before = _table(rng, ("2016-Q4", "2017-Q1"), ("digital", "phone", "post"))
    figures = dict(before)
    scene = Scene(name, {name: figures}, {name: before})
    key = ("2017-Q1", "transactions", rng.choice(("digital", "phone", "post")))
    scene.hidden[name, *key] = "c"
    if rng.random() < 0.5:
        del figures["2017-Q1", "transactions", ""]
    return scene


KINDS: Final[tuple[Callable[[Random, str], Scene], ...]] = (
    _channels,
    _years,
    _grid,
    _shares,
    _totals,
    _ratings,
    _groups,
    _revisions,
    _editions,
    _newcomers,
    _days,
)
