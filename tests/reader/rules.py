"""What a number may be, by the page and the place where it stands.

Each rule gives the exact numbers among which the printed one has to be, or says in words why it is
no figure of the site, or gives nothing where no rule knows the place.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from reader.tokens import Exact, Number, Read, read
from reader.truth import AMOUNTS, Truth, change, kind_of, number
from recount.given import DIGITAL_CHANNELS, Span, read_rows, span

if TYPE_CHECKING:
    from reader.pages import Block

Found = Iterable[Exact] | str | None
COLUMNS: Final = {
    "Transactions a year": "transactions_per_year",
    "Transactions": "transactions_per_year",
    "Digital take-up": "digital_take_up",
    "Cost per transaction": "cost_per_transaction",
    "Total cost": "total_cost",
    "Completion rate": "completion_rate",
    "User satisfaction": "user_satisfaction",
    "Availability": "availability",
}
HIGH_VOLUME: Final = Fraction(750_000)
"""From how many transactions a year a service is of high volume, where nothing else is said."""
_HEADER: Final = "the header of a row or column"
_RHYTHM: Final = re.compile(r" (?:by (?:quarter|month|week|day)|over (?:12 months|52 weeks)),")
_GROUP_PAGE: Final = re.compile(r"(departments|agencies|categories)/([^/]+?)(?:/[^/]+)?\.html")
_STATE_COLUMNS: Final = {
    "Given": "provided",
    "Late": "late",
    "Stopped": "stopped",
    "Missing": "missing",
    "Withheld": "withheld",
    "Not applicable": "not_applicable",
    "Confidential": "confidential",
    "Not asked": "not_asked",
    "Not owed": "not_asked",
}


def lookup(truth: Truth, path: str, block: Block, one: Number, text: Read) -> Found:
    """The exact numbers that a number of a page may be, or why it is none."""
    reason = _no_figure(path, block, one)
    if reason:
        return reason
    if block.tag == "summary" and block.rows:
        return [Exact("count", Fraction(block.rows))]
    if block.gaps and re.match(r" periods? (?!the)", one.after):
        return [Exact("count", Fraction(count)) for count in block.gaps]
    service = service_of(truth, path)
    if service is not None:
        return _of_service(truth, service, block, one, text)
    place = group_of(truth, path)
    if place is not None:
        return _of_group(truth, place, block, text)
    for folder, rule in _ELSEWHERE.items():
        if path.startswith(folder):
            return rule(truth, path, block, text)
    return None


def service_of(truth: Truth, path: str) -> str | None:
    """The service of whose page, or figure alone, this is the path; None of any other."""
    folder, _, rest = path.partition("/")
    name = rest.partition("/")[0].removesuffix(".html")
    return name if folder == "services" and name in truth.services else None


def group_of(truth: Truth, path: str) -> str | None:
    """The group of whose page, order or figure this is the path, as in `Truth.groups`."""
    if path == "index.html" or path.startswith("charts/"):
        return "index"
    match = _GROUP_PAGE.fullmatch(path)
    place = f"{match[1]}/{match[2]}" if match else ""
    return place if place in truth.groups or truth.members(place) else None


# No figures.


_PROSE: Final = frozenset({"about.html", "accessibility.html", "404.html"})


def _no_figure(path: str, block: Block, one: Number) -> str:
    """Why a number is no figure of the site; nothing if it may be one."""
    around = re.escape(one.text.strip()) + re.escape(one.after.rstrip())
    if path in _PROSE and block.tag != "title" and "services" not in one.after:
        return "prose of the pages about the site"
    if one.digits in {"12", "52", "1"} and re.match(r" (months?|weeks?|year)\b", one.after):
        return "the length of a period"
    if re.search(rf"1 to 5|1 \(best\) to 5|{around} quarters", block.text) and one.digits in "1245":
        return "the scale of an answer, or the length of a period"
    if re.match(r" more (such figures|in the CSV)", one.after + " " * 20) or (
        f"{one.text} more " in block.text and "CSV file of this page" in block.text
    ):
        return "how many more figures stand in the file"
    if block.tag == "footer":
        return "the foot of a page"
    return ""


# Pages of services.


def _of_service(truth: Truth, service: str, block: Block, one: Number, text: Read) -> Found:
    if " ".join(block.text.split()) in truth.notes.get(service, ()):
        return "the words of who sent the figures"
    if block.card:
        return _of_card(truth, service, block, one, text)
    if block.caption:
        return _of_table(truth, service, block, one, text)
    if block.heading == "What these figures have said":
        return _of_history(truth, service, block, text)
    if block.heading == "Similar services":
        return _of_band(truth, service, block)
    if block.heading == "How to cite":
        return "the name of the page"
    if re.search(rf"\b{one.digits} periods? the service gave more digital", block.text):
        return _in_doubt(truth, service)
    return _of_sentence(truth, service, one, text)


def _in_doubt(truth: Truth, service: str, within: Span | None = None) -> list[Exact]:
    """In how many periods of each rhythm a service gave more digital transactions than all."""
    rhythms = Counter(
        (period.unit, period.count)
        for period, figures in truth.given.get(service, {}).items()
        if (within is None or _is_within(period, within)) and [*_excess(figures)]
    )
    return [Exact("count", Fraction(count)) for count in rhythms.values()]


def _of_card(truth: Truth, service: str, block: Block, one: Number, text: Read) -> Found:
    period = truth.headline_period(service, block.card)
    if given := _of_what_was_given(truth, service, block):
        return given
    if block.detail:
        return _of_provenance(truth, service, block, period)
    if period is None:
        return [*_spans(truth, service, one, text)]
    if one.is_of_a_year_before:
        return [*truth.of_year_before(service, period, block.card)]
    return [
        *truth.of_period(service, period, block.card),
        *truth.changes_of(service, period, block.card),
        *_periods_inside(truth, service, period),
    ]


_GIVEN_FOR: Final = re.compile(r"^([A-Z].*?): given for \d")


def _of_what_was_given(truth: Truth, service: str, block: Block) -> list[Exact]:
    """For how many periods a measure was given of which there is no figure, and what divides."""
    given = truth.given.get(service, {})
    named = _GIVEN_FOR.match(block.text)
    if named:
        own = named[1].lower().replace(" ", "_"), frozenset[str]()
        measure, channels = _MEASURES_GIVEN.get(named[1], own)
        count = sum(
            any(m == measure and (not channels or c in channels) for m, c in one)
            for one in given.values()
        )
        return [Exact("count", Fraction(count))]
    if "divided by is 0" in block.text:
        kpis = truth.kpis.get(service, {})
        nothing = any(
            one.denominator == 0 for (kpi, _), one in kpis.items() if kpi == block.card
        ) or any(one.get(("transactions", "")) == 0 for one in given.values())
        return [Exact("count", Fraction(0))] if nothing else []
    return []


def _periods_inside(truth: Truth, service: str, period: Span) -> Iterator[Exact]:
    """How many periods a window is made of, and how many of these are in doubt."""
    inside = [
        (other, figures)
        for other, figures in truth.given.get(service, {}).items()
        if _is_within(other, period)
    ]
    for measure, of in (("completed", "started"),):
        both = [
            (figures[measure, ""], figures[of, ""])
            for other, figures in inside
            if other != period and (measure, "") in figures and (of, "") in figures
        ]
        yield Exact("count", Fraction(len(both)))
        yield Exact("count", Fraction(sum(part > whole for part, whole in both)))
    yield from _in_doubt(truth, service, period)


def _of_provenance(truth: Truth, service: str, block: Block, period: Span | None) -> Found:
    """The rows that a headline comes from: each names its file, its row, its figure and period."""
    row = re.match(r"(\S+), row (\d[\d,]*)( of this service)?: ", block.text)
    if row:
        source = f"{row[1]}{'#' if row[3] else ':'}{row[2].replace(',', '')}"
        return [
            Exact("count", Fraction(row[2].replace(",", ""))),
            *(
                Exact(kind_of(measure), value)
                for own, measure, _, _, value in truth.sources.get(source, [])
                if own == service
            ),
        ]
    found: list[Exact] = []
    if period is not None:
        found += truth.of_period(service, period, block.card)
        if block.card == "total_cost":
            # It is the product of these two, where it is not the sum of what was given.
            found += truth.of_period(service, period, "cost_per_transaction")
        found += _in_doubt(truth, service, period)
        for other, figures in truth.given.get(service, {}).items():
            if _is_within(other, period):
                found += [Exact(kind_of(m), v) for (m, _), v in figures.items()]
                found += truth.observed(service, other)
                found += _excess(figures)
    return found


def _is_within(period: Span, other: Span) -> bool:
    return period.unit == other.unit and other.first <= period.first and period.end <= other.end


def _digital(figures: dict[tuple[str, str], Fraction]) -> Fraction | None:
    """The digital transactions of a period; None where none were given."""
    values = [v for (m, c), v in figures.items() if m == "transactions" and c in DIGITAL_CHANNELS]
    return sum(values, Fraction(0)) if values else None


def _excess(figures: dict[tuple[str, str], Fraction]) -> Iterator[Exact]:
    """The digital part of a period that is more than the whole, for `more than 100%`."""
    part, whole = _digital(figures), figures.get(("transactions", ""))
    if part is not None and whole and part > whole:
        yield Exact("share", part / whole)


def _spans(truth: Truth, service: str, one: Number, text: Read) -> Iterator[Exact]:
    for period in text.spans:
        if one.is_of_a_year_before:
            yield from truth.of_year_before(service, period)
            continue
        yield from truth.of_period(service, period)
        yield from truth.changes_of(service, period)


def _of_sentence(truth: Truth, service: str, one: Number, text: Read) -> Found:
    """A sentence speaks of the periods that it names."""
    return [*_spans(truth, service, one, text)] if text.spans else None


def _of_band(truth: Truth, service: str, block: Block) -> Found:
    del truth, service
    if re.search(r"transactions a year", block.text):
        return [Exact("count", Fraction(10**power)) for power in range(1, 10)] + [
            Exact("count", Fraction(10**power - 1)) for power in range(1, 10)
        ]
    return None


_KINDS_OF_CHANGE: Final = {
    "late": "backfilled",
    "restated": "restated",
    "withdrawn": "withdrawn",
    "first time": "first_published",
    "added": "service_added",
    "removed": "service_removed",
    "renamed": "service_renamed",
    "moved": "service_moved",
}


def _of_history(truth: Truth, service: str, block: Block, text: Read) -> Found:
    rows = truth.revisions.get(service, [])
    day = _day(text)
    counts = [
        Exact(
            "count",
            Fraction(sum(r["edition"] == day and r["change"] == kind for r in rows)),
        )
        for words, kind in _KINDS_OF_CHANGE.items()
        if words in block.text
    ]
    return counts or None


def _day(text: Read) -> str:
    """The first date that a text names, as data files write it."""
    days = [one for one in text.spans if one.unit == "day"]
    return days[0].days[0].isoformat() if days else ""


def _of_table(truth: Truth, service: str, block: Block, one: Number, text: Read) -> Found:
    if block.tag == "th":
        return _of_sentence(truth, service, one, text) or _HEADER
    if block.caption.startswith("Other figures given") and block.column == "Figure":
        spans = read(block.row).spans
        return [*truth.observed(service, spans[0])] if spans else None
    if block.caption == "Figures that have said something else":
        return _said_before(truth, service, block)
    if block.caption.startswith("Services like "):
        link = block.link or service
        return _of_listed(truth, replace(block, link=link), text, _last_span(block.caption))
    if _RHYTHM.search(block.caption) or block.column in COLUMNS:
        return _of_series(truth, service, block)
    return None


def _last_span(caption: str) -> Span | None:

    spans = read(caption).spans
    return spans[-1] if spans else None


def _said_before(truth: Truth, service: str, block: Block) -> Found:
    """What a figure has said in the editions."""
    spans = read(block.row).spans
    found: list[Exact] = []
    for row in truth.revisions.get(service, []):
        if row["period"] and spans and span(row["period"]) == spans[0]:
            for name in ("before", "now"):
                value = number(row[name])
                if value is not None:
                    found.append(Exact(kind_of(row["measure"]), value))
    return found


def _of_series(truth: Truth, service: str, block: Block) -> Found:
    """A cell of a table of a service: of the row's period, and of the column's figure."""
    spans = read(block.row).spans
    if not spans:
        return None
    period = spans[0]
    if block.column.startswith("Change "):
        before = period.year_before if "year" in block.column else _just_before(period)
        name = block.columns[1]
        return [
            one
            for now in _column_values(truth, service, name, period)
            for then in _column_values(truth, service, name, before)
            for one in change(now.kind, now.value, then.value, (now.uncertain, then.uncertain))
        ]
    return [*_column_values(truth, service, block.column, period)]


def _just_before(period: Span) -> Span:
    length = period.end - period.first
    return Span(period.unit, period.first - length, period.count)


def _column_values(truth: Truth, service: str, column: str, period: Span) -> Iterator[Exact]:
    """The exact figures that a column may show for a period."""
    kpis = truth.kpis.get(service, {})
    given = truth.given.get(service, {}).get(period, {})
    if column in COLUMNS:
        one = kpis.get((COLUMNS[column], period))
        if one and one.value is not None:
            yield Exact(kind_of(COLUMNS[column]), one.value, uncertain=one.uncertain)
    operand = _OPERANDS.get(column)
    if operand is not None:
        measure, channels, places = operand
        values = [v for (m, c), v in given.items() if m == measure and c in channels]
        if values:
            yield Exact(kind_of(measure), sum(values, Fraction(0)))
        if "" in channels and (measure, "") not in given:
            every = [v for (m, _), v in given.items() if m == measure]
            yield Exact(kind_of(measure), sum(every, Fraction(0)))
        yield from _of_quarters(truth, service, measure, channels, period)
        for kpi, place in places:
            one = kpis.get((kpi, period))
            value = getattr(one, place) if one else None
            if one and value is not None:
                # A product is as uncertain as its unit cost, once for each transaction.
                times = one.denominator or 1 if place == "numerator" else 1
                off = one.uncertain * times if kpi in AMOUNTS else Fraction(0)
                yield Exact(kind_of(measure), value, uncertain=off)
    if column == "Other channels":
        wholes = [one.value for one in _column_values(truth, service, "All transactions", period)]
        digital = [one.value for one in _column_values(truth, service, "Digital", period)]
        yield from (Exact("count", whole - part) for whole in wholes for part in digital)
        others = [
            v for (m, c), v in given.items() if m == "transactions" and c not in DIGITAL_CHANNELS
        ]
        yield Exact("count", sum(others, Fraction(0)))
    if column in _GIVEN and (_GIVEN[column], "") in given:
        yield Exact(kind_of(_GIVEN[column]), given[_GIVEN[column], ""])


def _of_quarters(
    truth: Truth, service: str, measure: str, channels: frozenset[str], period: Span
) -> Iterator[Exact]:
    """The sum of the four quarters of 12 months, where all are given."""
    given = truth.given.get(service, {})
    sums = [
        [
            v
            for (m, c), v in given.get(Span("month", first, 3), {}).items()
            if m == measure and c in channels
        ]
        for first in range(period.first, period.first + 12, 3)
    ]
    if (period.unit, period.count) == ("month", 12) and all(sums):
        yield Exact(kind_of(measure), sum((sum(one, Fraction(0)) for one in sums), Fraction(0)))


_OPERANDS: Final[dict[str, tuple[str, frozenset[str], tuple[tuple[str, str], ...]]]] = {
    "All transactions": (
        "transactions",
        frozenset({""}),
        (
            ("transactions_per_year", "value"),
            ("digital_take_up", "denominator"),
            ("cost_per_transaction", "denominator"),
        ),
    ),
    "Digital": ("transactions", DIGITAL_CHANNELS, (("digital_take_up", "numerator"),)),
    "Digital transactions": (
        "transactions",
        DIGITAL_CHANNELS,
        (("digital_take_up", "numerator"),),
    ),
    "Total cost": (
        "cost",
        frozenset({""}),
        (("total_cost", "value"), ("cost_per_transaction", "numerator")),
    ),
    "Completed": ("completed", frozenset({""}), (("completion_rate", "numerator"),)),
    "Started": ("started", frozenset({""}), (("completion_rate", "denominator"),)),
}
_MEASURES_GIVEN: Final[dict[str, tuple[str, frozenset[str]]]] = {
    name: (measure, channels) for name, (measure, channels, _) in _OPERANDS.items()
}
"""Measures by words that are not their names, with their channels.

Any other name is a measure's own; it may be given in any channel.
"""
_GIVEN: Final = {
    "Response time": "response_time",
    "Unmonitored time": "unmonitored",
    "Uptime": "uptime",
    "Downtime": "downtime",
}


# Lists of services, and of groups.


def _of_listed(truth: Truth, block: Block, text: Read, period: Span | None = None) -> Found:
    """A service in a list: its headline, or its figure of the period that the list is for."""
    service = posixpath.basename(block.link).removesuffix(".html")
    kpi = COLUMNS.get(block.column)
    if kpi is None or service not in truth.services:
        return _HEADER if block.tag == "th" else None
    if period is not None:
        return [*truth.of_period(service, period, kpi), *truth.headline(service, kpi)]
    found = truth.headline(service, kpi)
    held = truth.headline_period(service, kpi)
    if text.spans and held:
        said, last = text.spans[0].days[1], held.days[1]
        if (said.year, said.month) != (last.year, last.month):
            return []
    return found


def _of_group_listed(truth: Truth, path: str, block: Block, text: Read) -> Found:
    """A group in a list: how many services it has, and its headlines with their coverage."""
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), block.link))
    place = target.removesuffix(".html")
    if block.tag == "th" or not block.link:
        return _HEADER
    if block.column == "Services":
        return [Exact("count", Fraction(len(truth.members(place))))]
    kpi = COLUMNS.get(block.column)
    if kpi and text.spans:
        return [*truth.of_group(place, text.spans[-1], kpi)]
    if kpi:
        # A title of a rounded number: the number of some period of the group.
        return [
            Exact(kind_of(kpi), value)
            for (own, _), row in truth.group(place).items()
            if own == kpi and (value := number(row["value"])) is not None
        ]
    return _of_health(truth, place)


# Groups.


def _of_group(truth: Truth, place: str, block: Block, text: Read) -> Found:
    if block.caption and block.tag != "caption":
        return _of_group_table(truth, place, block, text)
    if block.card:
        rows = truth.group(place)
        periods = {period for kpi, period in rows if kpi == block.card}
        if len(text.spans) == 0:
            complete = [p for p in periods if rows[block.card, p]["complete"] == "yes"]
            periods = {max(complete)} if complete else periods
            return [one for p in periods for one in truth.of_group(place, p, block.card)]
        return [one for p in text.spans for one in truth.of_group(place, p, block.card)]
    if "freshness" in block.classes:
        return [*_of_health(truth, place), *_of_periods(truth, place, text)]
    found = [*_of_periods(truth, place, text)]
    if "notice" in block.classes:
        found += _of_the_silent(truth, place, text)
    found += [Exact("count", Fraction(len(truth.members(place))))]
    if "services with at least" in block.text.lower():
        found.append(Exact("count", HIGH_VOLUME))
    if place == "index":
        for column in ("department", "agency", "category"):
            names = {row[column] for row in truth.services.values() if row[column]}
            found.append(Exact("count", Fraction(len(names))))
    return found


def _of_periods(truth: Truth, place: str, text: Read) -> Iterator[Exact]:
    """What a sentence about a group may say: of the periods that it names, or the newest."""
    periods = list(text.spans)
    if not periods:
        heads = {
            kpi: period
            for (kpi, period), row in sorted(truth.group(place).items(), key=lambda item: item[0])
            if row["complete"] == "yes"
        }
        periods = list(dict.fromkeys(heads.values()))
    for named in periods:
        # What runs over several years, as a line does, is told of its last 12 months.
        period = Span("month", named.end - 12, 12) if _is_long(named) else named
        yield from _of_line(truth, place, period)
        yield from truth.of_group(place, period)
        yield from truth.of_group(place, period.year_before)
        yield from truth.shares_in_group(place, period)


def _of_the_silent(truth: Truth, place: str, text: Read) -> Iterator[Exact]:
    """What services that stopped with a period had together, body by body, and how many."""
    kpi = "transactions_per_year"
    for column in ("department", "agency"):
        lost: dict[tuple[Span, str], list[Fraction]] = {}
        sizes: Counter[str] = Counter()
        for row in truth.members(place):
            mine = truth.kpis.get(row["service"], {})
            last = max((p for (k, p) in mine if k == kpi), default=None)
            value = mine[kpi, last].value if last else None
            sizes[row[column]] += 1
            if last in text.spans and value is not None:
                lost.setdefault((last, row[column]), []).append(value)
        for (_, name), values in lost.items():
            yield Exact("count", sum(values, Fraction(0)))
            yield Exact("count", Fraction(len(values)))
            yield Exact("count", Fraction(sizes[name]))
        named = sorted(lost.values(), key=lambda values: -sum(values))[:_NAMED]
        for row in _newest_rows(truth, place, kpi):
            silent = Fraction(row["silent_services"] or 0)
            yield Exact("count", silent - sum(len(values) for values in named))


_NAMED: Final = 3
"""So many bodies are named that fell silent; the services of the others are counted."""


def _newest_rows(truth: Truth, place: str, kpi: str) -> Iterator[dict[str, str]]:
    """The row of a group's headline, if it has one."""
    rows = {p: r for (k, p), r in truth.group(place).items() if k == kpi and r["complete"] == "yes"}
    if rows:
        yield rows[max(rows)]


def _is_long(period: Span) -> bool:
    return period.unit == "month" and period.count > 12


def _of_line(truth: Truth, place: str, period: Span) -> Iterator[Exact]:
    """The change of a like-for-like line on a year before."""
    rows = truth.group(place)
    for (kpi, other), row in rows.items():
        before = rows.get((kpi, period.year_before))
        if other == period and before:
            now, then = (number(one.get("panel_value", "")) for one in (row, before))
            yield from change(kind_of(kpi), now, then)


def _of_group_table(truth: Truth, place: str, block: Block, text: Read) -> Found:

    if block.columns[:1] == ("12 months",):
        spans = read(block.row).spans
        kpi = COLUMNS.get(block.columns[1], "")
        if block.tag == "th":
            return _HEADER
        return [*truth.of_group(place, spans[0], kpi)] if spans else None
    if block.caption.startswith("Transactions by "):
        if block.tag == "th":
            return _HEADER
        return _of_treemap(truth, place)
    if block.columns[:1] == ("Service",):
        return _of_listed(truth, block, text)
    return _of_group_listed(
        truth, "index.html" if place == "index" else f"{place}.html", block, text
    )


def _of_treemap(truth: Truth, place: str) -> list[Exact]:
    """A box: a service or a group with its transactions, and their part of all that reported."""
    rows = truth.group(place)
    found: list[Exact] = []
    for (kpi, period), row in rows.items():
        if kpi == "transactions_per_year" and row["complete"] == "yes":
            latest = max(p for (k, p), r in rows.items() if k == kpi and r["complete"] == "yes")
            if period == latest:
                found += truth.shares_in_group(place, period)
    return found


# Everything else.


def _of_health(truth: Truth, place: str) -> list[Exact]:
    """What a group's services gave of what they were asked for: of all, and by KPI and state."""
    members = frozenset(row["service"] for row in truth.members(place))
    return _health(truth, members)


_HEALTH: dict[tuple[int, frozenset[str]], list[Exact]] = {}


def _health(truth: Truth, members: frozenset[str]) -> list[Exact]:
    key = (id(truth), members)
    if key not in _HEALTH:
        _HEALTH[key] = [*_count_health(truth, members)]
    return _HEALTH[key]


def _count_health(truth: Truth, members: frozenset[str]) -> Iterator[Exact]:
    rows = [row for member in sorted(members) for row in truth.health.get(member, [])]
    quarters = sorted({row["period"] for row in rows})
    kpis = sorted({row["kpi"] for row in rows})
    newest = set(quarters[-4:])
    last = quarters[-1:] or [""]
    yield from _services_by_state(rows, newest)
    yield from _last_states(rows, newest)
    for chosen in (newest, set(quarters), set(last), *({quarter} for quarter in newest)):
        for some in (set(kpis) - {"total_cost"}, set(kpis), *({kpi} for kpi in kpis)):
            states: dict[str, int] = {}
            for row in rows:
                if row["period"] in chosen and row["kpi"] in some:
                    states[row["state"]] = states.get(row["state"], 0) + 1
            asked = sum(n for state, n in states.items() if state != "not_asked")
            applies = asked - states.get("not_applicable", 0)
            given = states.get("provided", 0)
            for count in (*states.values(), asked, applies, given, 0):
                yield Exact("count", Fraction(count))
            for whole in (asked, applies):
                if whole:
                    yield Exact("share", Fraction(given, whole))
    yield Exact("count", Fraction(len(members)))
    with_figures = {s for s in members if truth.given.get(s)}
    yield Exact("count", Fraction(len(members - with_figures)))


def _services_by_state(rows: list[dict[str, str]], newest: set[str]) -> Iterator[Exact]:
    """How many services are in a state with any KPI, in any of the newest quarters or in one."""
    for chosen in (newest, *({quarter} for quarter in newest)):
        found: dict[tuple[str, str], set[str]] = {}
        for row in rows:
            if row["period"] in chosen and row["kpi"] != "total_cost":
                for kpi in ("", row["kpi"]):
                    found.setdefault((kpi, row["state"]), set()).add(row["service"])
        yield from (Exact("count", Fraction(len(services))) for services in found.values())


def _last_states(rows: list[dict[str, str]], newest: set[str]) -> Iterator[Exact]:
    """How many services are in each state of a KPI when last asked in the newest four quarters."""
    last: dict[tuple[str, str], tuple[str, str]] = {}
    for row in rows:
        if row["period"] in newest and row["state"] != "not_asked":
            key = row["service"], row["kpi"]
            last[key] = max(last.get(key, ("", "")), (row["period"], row["state"]))
    counts = Counter((kpi, state) for (_, kpi), (_, state) in last.items())
    yield from (Exact("count", Fraction(count)) for count in counts.values())


def _of_health_page(truth: Truth, path: str, block: Block, text: Read) -> Found:
    del text
    if block.tag == "th":
        return _HEADER
    slug = posixpath.basename(path).removesuffix(".html")
    place = "index" if slug == "index" else f"departments/{slug}"
    if block.link:
        target = posixpath.basename(block.link).removesuffix(".html")
        place = f"departments/{target}"
    return _of_health(truth, place)


def _of_lists(truth: Truth, path: str, block: Block, text: Read) -> Found:
    if block.caption and block.tag != "caption":
        return _of_listed(truth, block, text)
    with_figures = sum(
        any(row.get(f"{kpi}_status") in {"provided", "older"} for kpi in COLUMNS.values())
        for row in truth.services.values()
    )
    del path
    return [Exact("count", Fraction(with_figures)), *(_of_group(truth, "index", block, text) or ())]


def _of_group_lists(truth: Truth, path: str, block: Block, text: Read) -> Found:
    if block.caption.startswith("Transactions by "):
        return _HEADER if block.tag == "th" else _of_treemap(truth, "index")
    if block.caption and block.tag != "caption":
        return _of_group_listed(truth, path, block, text)
    if "/by-" not in path and not path.endswith("/index.html"):
        return _of_gone_group(truth, path, block, text)
    column = {"departments": "department", "agencies": "agency", "categories": "category"}[
        path.partition("/")[0]
    ]
    grouped = [row for row in truth.services.values() if row[column]]
    return [
        Exact("count", Fraction(len({row[column] for row in grouped}))),
        Exact("count", Fraction(len(grouped))),
        *_of_periods(truth, "index", text),
    ]


def _of_gone_group(truth: Truth, path: str, block: Block, text: Read) -> Found:
    """A group that left: its services in the last edition that had it, and where they are now."""
    days = sorted(p.name for p in (truth.site / "editions").iterdir() if p.is_dir())
    column = {"departments": "department", "agencies": "agency", "categories": "category"}[
        path.partition("/")[0]
    ]
    name = block.text.partition(" was in the register")[0] if text.dates else ""
    found: list[Exact] = []
    for day in days:
        rows = truth.rows(f"editions/{day}/services.csv")
        names = [name] if name else {row[column] for row in rows}
        for one in names:
            mine = [row["service"] for row in rows if row[column] == one]
            found.append(Exact("count", Fraction(len(mine))))
            if not name:
                now = [truth.services[s][column] for s in mine if s in truth.services]
                found += [Exact("count", Fraction(now.count(other))) for other in set(now)]
    return found


def _of_high_volume(truth: Truth, path: str, block: Block, text: Read) -> Found:
    del path
    least = HIGH_VOLUME
    if block.caption and block.tag != "caption":
        return _of_listed(truth, block, text)
    high = [
        (row, value)
        for row in truth.services.values()
        if (value := number(row["transactions_per_year"])) is not None and value >= least
    ]
    found = [Exact("count", least), Exact("count", Fraction(len(high)))]
    for period in text.spans:
        whole = truth.group("index").get(("transactions_per_year", period))
        values = [
            one.value
            for row, _ in high
            if (one := truth.kpis[row["service"]].get(("transactions_per_year", period)))
            and one.value is not None
        ]
        found.append(Exact("count", Fraction(len(values))))
        if whole:
            found.append(Exact("share", sum(values, Fraction(0)) / Fraction(whole["numerator"])))
    return [*found, *(_of_group(truth, "index", block, text) or ())]


def _of_editions(truth: Truth, path: str, block: Block, text: Read) -> Found:
    del text
    day = path.split("/")[1]
    if day == "index.html" or path.startswith("changes/"):
        days = sorted(p.name for p in (truth.site / "editions").iterdir() if p.is_dir())
        day = _day_of_row(block)
        found = [Exact("count", Fraction(len(days))), Exact("count", Fraction(len(days) - 1))]
        counts = truth.changes.get(day, Counter())
        found += [Exact("count", Fraction(n)) for n in (*counts.values(), 0, sum(counts.values()))]
        return found + (_edition_counts(truth, day) if day in days else [])
    if block.caption == "Figures that say something else":
        if block.tag == "th":
            return _HEADER
        service = posixpath.basename(block.link).removesuffix(".html")
        return [
            Exact(kind_of(row["measure"]), value)
            for row in truth.revisions.get(service, [])
            if row["edition"] == day and row["change"] in {"restated", "withdrawn", "revised"}
            for name in ("before", "now")
            if (value := number(row[name])) is not None
        ]
    if block.caption == "Services that changed":
        return "the name of a service"
    counts = truth.changes.get(day, Counter())
    found = [Exact("count", Fraction(n)) for n in counts.values()]
    if match := re.match(r"[\d.]+ (kB|MB) ·", block.text):
        sizes = [p.stat().st_size for p in (truth.site / "editions" / day).iterdir() if p.is_file()]
        return [
            Exact("count", Fraction(size, 1000 if match[1] == "kB" else 10**6)) for size in sizes
        ]
    if block.caption == "Figures given late":
        service = posixpath.basename(block.link).removesuffix(".html")
        found = [
            Exact("count", Fraction(sum(r["edition"] == day and r["change"] == kind for r in rows)))
            for rows in [truth.revisions.get(service, [])]
            for kind in ("backfilled", "first_published")
        ]
        if block.tag == "th":
            return _HEADER
    return found + _edition_counts(truth, day)


def _day_of_row(block: Block) -> str:

    return _day(read(block.row or block.text))


_EDITIONS: dict[tuple[int, str], list[Exact]] = {}


def _edition_counts(truth: Truth, day: str) -> list[Exact]:
    """How many services, groups and figures an edition had."""
    key = (id(truth), day)
    if key not in _EDITIONS:
        rows = truth.rows(f"editions/{day}/observations.csv")
        services = truth.rows(f"editions/{day}/services.csv")
        provided = [row for row in rows if row["value"]]
        measures = {row["measure"] for row in provided}
        numbers = [
            len(services),
            len({row["department"] for row in services}),
            len(provided),
            *(sum(row["measure"] == name for row in provided) for name in measures),
        ]
        _EDITIONS[key] = [Exact("count", Fraction(n)) for n in numbers]
    return _EDITIONS[key]


def _of_gone(truth: Truth, path: str, block: Block, text: Read) -> Found:
    """A service that left: its figures in the last edition that had it."""
    del text

    service = posixpath.basename(path).removesuffix(".html")
    day = _day(read(block.caption or block.text))
    if not block.caption or block.tag == "th":
        return [*_edition_counts(truth, day)] if day else _HEADER
    spans = read(block.row).spans
    return [
        Exact(kind_of(row["measure"]), Fraction(row["value"]))
        for row in _edition_rows(truth, day).get(service, [])
        if row["value"] and spans and span(row["period"]) == spans[0]
    ]


_ROWS: dict[tuple[int, str], dict[str, list[dict[str, str]]]] = {}


def _edition_rows(truth: Truth, day: str) -> dict[str, list[dict[str, str]]]:
    key = (id(truth), day)
    if key not in _ROWS:
        found: dict[str, list[dict[str, str]]] = {}
        for row in truth.rows(f"editions/{day}/observations.csv"):
            found.setdefault(row["service"], []).append(row)
        _ROWS[key] = found
    return _ROWS[key]


def _of_downloads(truth: Truth, path: str, block: Block, text: Read) -> Found:
    del path, text
    if match := re.search(r"[\d.]+ (kB|MB) · Metadata for machines: (\S+)", block.text):
        size = (truth.site / match[2]).stat().st_size
        return [Exact("count", Fraction(size, 1000 if match[1] == "kB" else 10**6))]
    if match := re.search(r"(\d+) columns: (\S+)", block.text):
        rows = read_rows(truth.site / match[2])
        return [Exact("count", Fraction(len(rows[0])))]
    return "the name of a file, or the length of a period"


def _sitemap(truth: Truth, path: str, block: Block, text: Read) -> Found:
    del truth, path, block, text
    return "the name of a service"


def _prose(truth: Truth, path: str, block: Block, text: Read) -> Found:
    del path
    return _of_group(truth, "index", block, text)


_ELSEWHERE: Final[dict[str, Callable[[Truth, str, Block, Read], Found]]] = {
    "services/index.html": _of_lists,
    "services/by-": _of_lists,
    "services/": _of_gone,
    "departments/": _of_group_lists,
    "agencies/": _of_group_lists,
    "categories/": _of_group_lists,
    "health/": _of_health_page,
    "high-volume.html": _of_high_volume,
    "editions/": _of_editions,
    "changes/": _of_editions,
    "data/": _of_downloads,
    "sitemap.html": _sitemap,
    "about.html": _prose,
    "accessibility.html": _prose,
    "404.html": _prose,
}
