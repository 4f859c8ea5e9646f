"""What is published: one table of KPIs. An entry says everything that there is to say of one.

A KPI is made of measures (see `measures`). Its entry in `KPIS` says what is divided by what and how
it adds up, for which time, where it appears and in which words. Arithmetic, checks, pages, charts
and files read the entry; no other module names a KPI, and nothing that follows from the table is
kept longer than a call. docs/kpis.md says how to add one.

It is long, because an entry with all its words is read in one piece, and so is the table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, assert_never

from perfsite.measures import DIGITAL, RATINGS, Better, MeasureKind
from perfsite.text import message, plural_message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


# Why the ratio of a group changed, in words: an entry of the table of KPIs has its own.
#
# Services changed, or others of them had more of the volume; docs/kpis.md says which part of a
# change is which.


@dataclass(frozen=True)
class Causes:
    """Why a ratio of a group changed, as clauses that stand after `because`.

    Attributes:
        of_volume: of what a service has a share that weighs much: `of the transactions`.
        rose: the services' own ratios became higher.
        fell: they became lower.
        towards_higher: more of the volume was at services whose ratio is higher.
        towards_lower: more of it was at services whose ratio is lower.
    """

    of_volume: str = message("of what it is divided by")
    rose: str = message("the figures of services rose")
    fell: str = message("the figures of services fell")
    towards_higher: str = message("services with higher figures had more of the whole")
    towards_lower: str = message("services with lower figures had more of the whole")


OF_ANY: Final = Causes()
"""What can be said of any ratio."""


class Adding(StrEnum):
    """How a KPI comes from its parts, and so how those of services make that of a group.

    A ratio of a group is the sum of the numerators over the sum of the denominators, never a mean
    of ratios.
    """

    SUM = "sum"
    """The numerator, which adds up."""
    RATIO = "ratio"
    """The numerator divided by the denominator; where one is not there, what was stated."""
    POOLED = "pooled"
    """The mean of answers, from 0 for the worst to 1 for the best; else what was stated. The
    numerator's parts are the counts of the answers, from the worst to the best."""
    PRODUCT = "product"
    """The numerator; where it is not there, what was stated times the denominator."""


class Window(StrEnum):
    """For which period a KPI's headline is worked out."""

    YEAR = message("12 months")
    YEAR_ELSE_LATEST = message("12 months, else the latest period")
    MONTH_ELSE_LATEST = message("the latest month, else the latest period")


class Excess(StrEnum):
    """What a period whose part is above its whole does to a longer one that it is added up in.

    A share that is itself above 100% is never published, whatever stands here.
    """

    WITHHOLDS = "withholds"
    """One of the two figures is wrong, and so is every sum that holds it."""
    IS_SAID = "said"
    """It can be so in a short period; of a longer one it is said how many periods are so."""


class Place(StrEnum):
    """Where a KPI appears. An entry gives its number among the others of a place."""

    CARD = "card"
    """A card on the page of a service."""
    LEAD = "lead"
    """The sentences that open the page of a service, and stand in its picture."""
    CHART = "chart"
    """A chart and a table on the page of a service."""
    PEERS = "peers"
    """A column of the table of similar services."""
    LIST = "list"
    """A column of the lists of services, and their orders by it."""
    GROUP = "group"
    """The figures of groups: their files, their pages where there is a figure."""
    GROUP_CARD = "group-card"
    """A card on the page of every group, a column of the lists of groups, and their orders."""
    GROUP_CHART = "group-chart"
    """A chart and a table on the page of a group."""
    ASKED = "asked"
    """Data health: every service owes it, as long as any service ever gave it."""
    VOLUNTARY = "voluntary"
    """Data health: a service owes it from its first figure on."""
    UNCOUNTED = "uncounted"
    """Data health: what there is of it is told; to count it would count one answer twice."""


@dataclass(frozen=True)
class Counted:
    """How a number of something is said: `none`, or one and many, with `{number}`."""

    none: str
    forms: tuple[str, str]


@dataclass(frozen=True)
class Split:
    """A part of a KPI's numerator that its chart and table tell apart from the rest.

    Attributes:
        part: the part.
        whole, name, rest: the columns of all, of the part, and of what is left.
        labels: what the two are called in the picture.
        above: what is said of one period, or of `{n}`, in which the part is above the whole.
        no_rest: what stands for the rest there.
    """

    part: str
    whole: str
    name: str
    rest: str
    labels: tuple[str, str]
    above: tuple[str, str]
    no_rest: str


@dataclass(frozen=True)
class Words:
    """What is said of a KPI. All texts are messages, which a language translates.

    Attributes:
        name: what it is called.
        formula: the definition of how it is worked out, for readers.
        definition: what it tells, in a sentence or two.
        level: the sentence of one figure, with `{figure}` or `{counted}`, and `{when}`.
        counted: how a number is said in `level` and `panel`; where it is a count.
        of_period: what the figures are called that are not for a year; blank for `name`.
        of_stock: what it is called of a service that counts what there is on a day, whose years
            are no sums; blank for `name`.
        stock: how a number of that is said, in place of `counted`.
        level_of_stock: the sentence of one figure of such a service; blank for `level`.
        panel: the sentence of the same services of a group, for one service and for `{n}`, with
            `{figure}` or `{counted}`, and `{when}`.
        over_time: the heading of a group's figures over time without a chart.
        withheld: why a share above 100% is withheld, with `{part}` and `{whole}`.
        operands: the names of the columns of numerator and denominator in the table of a chart;
            without them the table has none.
        orders: the orders of lists by it, the lowest and the highest first.
        counts: what a stated figure is held against: `completed divided by started`.
        causes: why it changed for a group; of what is no ratio they are never said.
        exceeds: the part and its whole, as problems name them where the part is larger.
    """

    name: str
    formula: str
    definition: str
    level: str
    counted: Counted | None = None
    of_period: str = ""
    of_stock: str = ""
    stock: Counted | None = None
    level_of_stock: str = ""
    panel: tuple[str, str] | None = None
    over_time: str = ""
    withheld: str = message(
        "The service gave {part} for a part, but only {whole} for the whole. One of the two must "
        "be wrong, so no percentage is shown."
    )
    operands: tuple[str, str] | None = None
    orders: tuple[str, str] | None = None
    counts: str = ""
    causes: Causes = OF_ANY
    exceeds: tuple[str, str] | None = None


@dataclass(frozen=True)
class Kpi:
    """Something that is published. An entry that lacks what its places need is refused.

    Attributes:
        id: its name in files and addresses.
        adding: how it comes from its parts.
        numerator: the parts that are added up above the line (see `kpi.inputs`).
        denominator: those below it; of a product, what the stated figure is multiplied by.
        stated: the measure that may stand in for the numbers, or is multiplied; blank for none.
        window: for which period its headline is.
        kind: what its value is.
        unit: the unit of its value in files.
        better: which way is better.
        words: what is said of it.
        places: where it appears, with its number among the others there.
        weighted: whether a stated ratio times its denominator counts as its numerator, so that it
            has a part in the figure of a group. A share that was stated as a share has none.
        excess: what a period whose part is above its whole does to longer ones.
        split: the part of the numerator that its chart and its table tell apart.
        beside: a measure that its table shows beside it, where it was given.
        reasons: the parts that say why there is no figure; by default those of the numerator,
            and what may be stated.
        module: the name of its chart in the register and in addresses; by default that of the KPI.
        companions: the modules of a service's page that stand after its chart.
    """

    id: str
    adding: Adding
    numerator: tuple[str, ...]
    window: Window
    kind: MeasureKind
    unit: str
    words: Words
    denominator: tuple[str, ...] = ()
    stated: str = ""
    better: Better = Better.NEITHER
    places: Mapping[Place, int] = field(default_factory=dict, hash=False)
    weighted: bool = False
    excess: Excess = Excess.WITHHOLDS
    split: Split | None = None
    beside: str = ""
    reasons: tuple[str, ...] = ()
    module: str = ""
    companions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be worked out, or would be half said.

        Raises:
            ValueError: naming the KPI and what it lacks.
        """
        needs = {
            "a numerator, or what is stated and a denominator": not self.numerator
            and not (self.adding is Adding.PRODUCT and self.stated and self.denominator),
            "a denominator": self.adding is Adding.RATIO and not self.denominator,
            "what is multiplied": self.adding is Adding.PRODUCT
            and not (self.stated and self.denominator),
            "answers to pool": self.adding is Adding.POOLED and len(self.numerator) < 2,  # noqa: PLR2004
            "the kind share": self.adding is Adding.POOLED and self.kind is not MeasureKind.SHARE,
            "a stated figure to weigh": self.weighted and not self.stated,
            "words that count it": self.kind is MeasureKind.COUNT and not self.words.counted,
            "words for what it is held against": self.is_ratio
            and bool(self.stated)
            and not self.words.counts,
            "words for a part above its whole": self.may_exceed and not self.words.exceeds,
            "words for its orders": not self.words.orders
            and bool(self.places.keys() & {Place.LIST, Place.GROUP_CARD}),
            "a place among the groups": Place.GROUP not in self.places
            and bool(self.places.keys() & {Place.GROUP_CARD, Place.GROUP_CHART}),
            "words for the chart of a group": Place.GROUP_CHART in self.places
            and not (self.words.panel and self.words.over_time),
            "one place in data health": len(self.places.keys() & HEALTH) > 1,
        }
        for need, lacks in needs.items():
            if lacks:
                raise ValueError(f"the KPI {self.id} needs {need}")

    @property
    def name(self) -> str:
        """What it is called, as a message."""
        return self.words.name

    @property
    def formula(self) -> str:
        """How it is worked out, as a message."""
        return self.words.formula

    @property
    def definition(self) -> str:
        """What it tells, as a message."""
        return self.words.definition

    @property
    def slug(self) -> str:
        """The name that addresses and anchors use."""
        return self.id.replace("_", "-")

    @property
    def chart(self) -> str:
        """The name of its chart: that of the module, and of its files."""
        return self.module or self.slug

    @property
    def is_ratio(self) -> bool:
        """Whether it is a sum over a sum: its figures have a denominator."""
        match self.adding:
            case Adding.RATIO | Adding.POOLED:
                return True
            case Adding.SUM | Adding.PRODUCT:
                return False
            case _:
                assert_never(self.adding)

    @property
    def may_exceed(self) -> bool:
        """Whether its part can be larger than its whole by mistake: a share of counts."""
        inside = set(self.numerator) <= set(self.denominator)
        return self.adding is Adding.RATIO and self.kind is MeasureKind.SHARE and not inside

    @property
    def is_of_years_only(self) -> bool:
        """Whether only figures of 12 months or 52 weeks are published: sums grow with the time."""
        return self.window is Window.YEAR and not self.is_ratio

    @property
    def operands(self) -> tuple[str, ...]:
        """The parts above and below the line, each once."""
        return tuple(dict.fromkeys((*self.numerator, *self.denominator)))

    @property
    def parts(self) -> tuple[str, ...]:
        """Every part that a figure of it may be made of."""
        stated = (self.stated,) if self.stated else ()
        return tuple(dict.fromkeys((*self.operands, *stated)))

    @property
    def told_by(self) -> tuple[str, ...]:
        """The parts that say why it is missing: not provided, not applicable or confidential."""
        stated = (self.stated,) if self.stated else ()
        return self.reasons or tuple(dict.fromkeys((*self.numerator, *stated)))


HEALTH: Final = frozenset({Place.ASKED, Place.VOLUNTARY, Place.UNCOUNTED})
"""The places that make a KPI one of the ledger of data health."""
SHARE: Final = "share from 0 to 1"
"""The unit of shares."""
CURRENCY: Final = "currency"
"""The unit of amounts: the site's configuration says which currency."""
VOLUME: Final = "transactions_per_year"
"""The KPI that is the size of a service: what treemaps draw, and what services are sorted by."""
TAKE_UP: Final = "digital_take_up"
"""The KPI that is said in one sentence with the volume that it is a share of."""

KPIS: Final[dict[str, Kpi]] = {
    kpi.id: kpi
    for kpi in (
        Kpi(
            VOLUME,
            Adding.SUM,
            numerator=("transactions",),
            window=Window.YEAR,
            kind=MeasureKind.COUNT,
            unit="transactions",
            split=Split(
                DIGITAL,
                message("All transactions"),
                message("Digital"),
                message("Other channels"),
                (message("Digital"), message("Other")),
                plural_message(
                    "In one period the service gave more digital transactions than transactions "
                    "in all. One of the two must be wrong, so they are not split in the chart.",
                    "In {n} periods the service gave more digital transactions than transactions "
                    "in all. One of the two must be wrong, so they are not split in the chart.",
                ),
                message("digital is above all"),
            ),
            module="transactions",
            companions=("year-before", "channels"),
            places={
                Place.CARD: 1,
                Place.LEAD: 1,
                Place.CHART: 1,
                Place.PEERS: 1,
                Place.LIST: 1,
                Place.GROUP: 1,
                Place.GROUP_CARD: 1,
                Place.GROUP_CHART: 1,
                Place.ASKED: 1,
            },
            words=Words(
                name=message("Transactions a year"),
                formula=message("transactions through all channels in 12 months"),
                definition=message(
                    "How many times the service was used in 12 months, through every channel: "
                    "online, by phone, on paper and in person."
                ),
                level=message("{counted} {when}"),
                counted=Counted(
                    message("No transactions"),
                    plural_message("{number} transaction", "{number} transactions"),
                ),
                of_period=message("Transactions"),
                of_stock=message("People or claims on a day"),
                stock=Counted(
                    message("No people or claims on a day"),
                    plural_message(
                        "{number} person or claim on a day", "{number} people or claims on a day"
                    ),
                ),
                panel=plural_message(
                    "{counted} at the one service {when}",
                    "{counted} at the same {n} services {when}",
                ),
                over_time=message("Transactions a year over time"),
                orders=(
                    message("transactions a year, lowest first"),
                    message("transactions a year, highest first"),
                ),
            ),
        ),
        Kpi(
            TAKE_UP,
            Adding.RATIO,
            numerator=(DIGITAL,),
            denominator=("transactions",),
            stated="digital_take_up",
            window=Window.YEAR,
            kind=MeasureKind.SHARE,
            unit=SHARE,
            better=Better.HIGHER,
            # A service that gives transactions and never a digital one is asked for its share.
            reasons=(DIGITAL, "transactions", "digital_take_up"),
            places={
                Place.CARD: 2,
                Place.LEAD: 2,
                Place.CHART: 2,
                Place.PEERS: 2,
                Place.LIST: 2,
                Place.GROUP: 2,
                Place.GROUP_CARD: 2,
                Place.GROUP_CHART: 2,
                Place.ASKED: 2,
            },
            words=Words(
                name=message("Digital take-up"),
                formula=message("digital transactions ÷ all transactions of the same 12 months"),
                definition=message(
                    "The share of transactions that people completed online. Transactions that "
                    "staff entered online for somebody (assisted digital) do not count as digital."
                ),
                level=message("{figure} of transactions were digital {when}"),
                level_of_stock=message("{figure} of people or claims were digital {when}"),
                panel=plural_message(
                    "{figure} of transactions at the one service were digital {when}",
                    "{figure} of transactions at the same {n} services were digital {when}",
                ),
                over_time=message("Digital take-up over time"),
                withheld=message(
                    "The service gave {part} digital transactions, but only {whole} transactions "
                    "in all. One of the two must be wrong, so no percentage is shown."
                ),
                operands=(message("Digital transactions"), message("All transactions")),
                orders=(
                    message("digital take-up, lowest first"),
                    message("digital take-up, highest first"),
                ),
                counts="digital transactions divided by transactions",
                causes=Causes(
                    message("of the transactions"),
                    message("services became more digital"),
                    message("services became less digital"),
                    message("digital services had a larger share of the transactions"),
                    message("services used less online had a larger share of the transactions"),
                ),
                exceeds=("digital transactions", "transactions"),
            ),
        ),
        Kpi(
            "cost_per_transaction",
            Adding.RATIO,
            numerator=("cost",),
            denominator=("transactions",),
            stated="cost_per_transaction",
            weighted=True,
            window=Window.YEAR,
            kind=MeasureKind.CURRENCY,
            unit=CURRENCY,
            better=Better.LOWER,
            places={
                Place.CARD: 3,
                Place.LEAD: 3,
                Place.CHART: 3,
                Place.PEERS: 3,
                Place.LIST: 3,
                Place.GROUP: 3,
                Place.GROUP_CARD: 3,
                Place.ASKED: 3,
            },
            words=Words(
                name=message("Cost per transaction"),
                formula=message("total cost ÷ all transactions of the same 12 months"),
                definition=message(
                    "What one transaction cost the organisation on average, all channels together."
                ),
                level=message("A transaction cost {figure} {when}"),
                operands=(message("Total cost"), message("All transactions")),
                orders=(
                    message("cost per transaction, lowest first"),
                    message("cost per transaction, highest first"),
                ),
                counts="cost divided by transactions",
                causes=Causes(
                    message("of the transactions"),
                    message("services became dearer"),
                    message("services became cheaper"),
                    message("dearer services had a larger share of the transactions"),
                    message("cheaper services had a larger share of the transactions"),
                ),
            ),
        ),
        Kpi(
            "total_cost",
            Adding.PRODUCT,
            numerator=("cost",),
            denominator=("transactions",),
            stated="cost_per_transaction",
            window=Window.YEAR,
            kind=MeasureKind.CURRENCY,
            unit=CURRENCY,
            better=Better.LOWER,
            # It is the cost per transaction times the transactions, which every service owes.
            places={
                Place.CARD: 7,
                Place.LIST: 4,
                Place.GROUP: 4,
                Place.GROUP_CARD: 4,
                Place.UNCOUNTED: 1,
            },
            words=Words(
                name=message("Total cost"),
                formula=message(
                    "cost, or cost per transaction × transactions of the same 12 months"
                ),
                definition=message(
                    "What the service cost in 12 months. Where a service gives only a cost per "
                    "transaction, it is multiplied by the transactions of the same 12 months."
                ),
                level=message("The service cost {figure} {when}"),
                orders=(
                    message("total cost, lowest first"),
                    message("total cost, highest first"),
                ),
            ),
        ),
        Kpi(
            "completion_rate",
            Adding.RATIO,
            numerator=("completed",),
            denominator=("started",),
            stated="completion_rate",
            window=Window.YEAR_ELSE_LATEST,
            kind=MeasureKind.SHARE,
            unit=SHARE,
            better=Better.HIGHER,
            # Who starts in one week may finish in the next.
            excess=Excess.IS_SAID,
            companions=("journey",),
            places={
                Place.CARD: 5,
                Place.LEAD: 4,
                Place.CHART: 4,
                Place.PEERS: 5,
                Place.LIST: 6,
                Place.GROUP: 5,
                Place.ASKED: 5,
            },
            words=Words(
                name=message("Completion rate"),
                formula=message(
                    "transactions completed ÷ transactions started, of the same period"
                ),
                definition=message(
                    "The share of the transactions started that people were able to finish."
                ),
                level=message("{figure} of transactions started were completed {when}"),
                withheld=message(
                    "The service gave {part} transactions completed, but only {whole} "
                    "transactions started. One of the two must be wrong, so no percentage is shown."
                ),
                operands=(message("Completed"), message("Started")),
                orders=(
                    message("completion rate, lowest first"),
                    message("completion rate, highest first"),
                ),
                counts="completed divided by started",
                causes=Causes(
                    message("of the transactions started"),
                    message("services had more of what was started completed"),
                    message("services had less of what was started completed"),
                    message("services where more is completed had a larger share of those started"),
                    message("services where less is completed had a larger share of those started"),
                ),
                exceeds=("transactions completed", "started"),
            ),
        ),
        Kpi(
            "user_satisfaction",
            Adding.POOLED,
            numerator=RATINGS,
            stated="user_satisfaction",
            window=Window.YEAR_ELSE_LATEST,
            kind=MeasureKind.SHARE,
            unit=SHARE,
            better=Better.HIGHER,
            companions=("satisfaction-breakdown",),
            places={
                Place.CARD: 4,
                Place.LEAD: 5,
                Place.CHART: 5,
                Place.PEERS: 4,
                Place.LIST: 5,
                Place.GROUP: 6,
                Place.ASKED: 4,
            },
            words=Words(
                name=message("User satisfaction"),
                formula=message(
                    "(mean rating from 1 to 5 − 1) ÷ 4, all answers of the period pooled"
                ),
                definition=message(
                    "How satisfied people said they were, where 0% means that everybody was very "
                    "dissatisfied and 100% that everybody was very satisfied."
                ),
                level=message("User satisfaction was {figure} {when}"),
                orders=(
                    message("user satisfaction, lowest first"),
                    message("user satisfaction, highest first"),
                ),
                counts="the ratings",
                causes=Causes(
                    message("of the answers"),
                    message("users of the same services were more satisfied"),
                    message("users of the same services were less satisfied"),
                    message("services with higher satisfaction had a larger share of the answers"),
                    message("services with lower satisfaction had a larger share of the answers"),
                ),
            ),
        ),
        Kpi(
            "availability",
            Adding.RATIO,
            numerator=("uptime",),
            denominator=("uptime", "downtime"),
            stated="availability",
            window=Window.MONTH_ELSE_LATEST,
            kind=MeasureKind.SHARE,
            unit=SHARE,
            better=Better.HIGHER,
            beside="unmonitored",
            places={Place.CARD: 6, Place.LEAD: 6, Place.CHART: 6, Place.VOLUNTARY: 1},
            words=Words(
                name=message("Availability"),
                formula=message("uptime ÷ (uptime + downtime); unmonitored time is left out"),
                definition=message(
                    "The share of the time monitored during which the online service worked."
                ),
                level=message("The online service was available {figure} of the time {when}"),
                counts="uptime divided by uptime and downtime",
            ),
        ),
    )
}
"""All KPIs, in the order of files and of the page about the figures."""


def at(place: Place) -> tuple[str, ...]:
    """The ids of the KPIs that appear in a place, in its order."""
    shown = [kpi for kpi in KPIS.values() if place in kpi.places]
    return tuple(kpi.id for kpi in sorted(shown, key=lambda kpi: kpi.places[place]))


def in_the_ledger() -> tuple[str, ...]:
    """The ids of the KPIs that the ledger of data health holds, in the order of the table."""
    return tuple(kpi.id for kpi in KPIS.values() if kpi.places.keys() & HEALTH)


def counted_in_health() -> tuple[str, ...]:
    """The ids of the KPIs that coverage is made of, and that can be owed."""
    return (*at(Place.ASKED), *at(Place.VOLUNTARY))


def parts_of_months() -> tuple[str, ...]:
    """The parts of the KPIs whose headline is for a month: their days are added up to months."""
    monthly = [kpi for kpi in KPIS.values() if kpi.window is Window.MONTH_ELSE_LATEST]
    return tuple(dict.fromkeys(part for kpi in monthly for part in kpi.operands))


# The modules of a service's page: the names by which the register chooses and orders them.


_LAST: Final = ("response-time", "readings")
"""The modules of no KPI, which stand after those of all KPIs."""


def own_modules() -> tuple[str, ...]:
    """All modules that perfsite itself knows, in the order of a page that chooses none."""
    of_kpis = (KPIS[key] for key in at(Place.CHART))
    return (*(name for kpi in of_kpis for name in (kpi.chart, *kpi.companions)), *_LAST)


def measure_module(measure: str) -> str:
    """The module of a measure that the site declares: `measure-calls-waiting`."""
    return f"measure-{measure.replace('_', '-')}"


def all_modules(measures: Iterable[str]) -> tuple[str, ...]:
    """The modules of a site that declares these measures."""
    return (*own_modules(), *(measure_module(measure) for measure in measures))
