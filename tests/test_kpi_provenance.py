from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from functools import cache
from pathlib import PurePosixPath
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import (
    ALPHA,
    Worked,
    csv_source,
    one_service_register,
    register,
    worked,
    worked_example,
    worked_sources,
)
from perfsite.config import SiteConfig
from perfsite.kpi.figures import Formula, forms
from perfsite.kpi.inputs import Parts
from perfsite.kpi.trace import Origin, Provenance, Term, tiling, trace
from perfsite.kpis import KPIS
from perfsite.measures import MEASURES, RATINGS, MeasureKind
from perfsite.model import Source, Status
from perfsite.periods import Period, Unit
from properties import fewer

if TYPE_CHECKING:
    from perfsite.kpi.headlines import Headline


def traced(made: Worked) -> dict[str, dict[str, Provenance]]:
    """The provenance of all headlines."""
    summaries = list(made.summaries.values())
    return trace(summaries, made.parts, made.figures.windows, made.observations, made.config)


def told(term: Term) -> list[str]:
    """A term's origins in short: `row period channel value`."""
    return [" ".join(f"{o.row} {o.period} {o.channel} {o.value:g}".split()) for o in term.origins]


def only(made: Worked, kpi: str) -> Provenance:
    """The provenance of a headline of the service `alpha`."""
    return traced(made)[ALPHA][kpi]


@cache
def example() -> tuple[Worked, dict[str, dict[str, Provenance]]]:
    """The whole example, and where its figures come from."""
    made = worked_example()
    return made, traced(made)


def faults(made: Worked, found: dict[str, dict[str, Provenance]]) -> list[str]:
    """Whatever is not as it must be in the provenance of any headline."""
    wrong = []
    for service, summary in made.summaries.items():
        dated = {kpi: figure for kpi, figure in summary.figures.items() if figure.period}
        if found[service].keys() != dated.keys():
            wrong.append(f"{service}: {sorted(found[service])} of {sorted(dated)}")
        for kpi, figure in dated.items():
            mine = found[service].get(kpi)
            if mine is not None:
                wrong += [f"{service} {kpi}: {fault}" for fault in faults_of(mine, figure)]
    return wrong


def faults_of(found: Provenance, figure: Headline) -> list[str]:
    """What of one headline's provenance is not as it must be."""
    wrong = []
    if figure.value is not None and found.value != figure.value:
        wrong.append(f"{found.value!r}, published {figure.value!r}")
    if found.withheld != (figure.status is Status.WITHHELD):
        wrong.append("withheld on one side alone")
    if figure.status is Status.WITHHELD and found.value <= 1 and not figure.excess:
        wrong.append("withheld without a reason")
    ratio = (figure.numerator, figure.denominator)
    if found.formula is not Formula.STATED and ratio_of(found) != ratio:
        wrong.append(f"{ratio_of(found)}, published {ratio}")
    if tuple(term.part for term in found.terms) != forms(KPIS[found.kpi])[found.formula]:
        wrong.append("other parts than its form has")
    for term in found.terms:
        total = sum(origin.value for origin in term.origins)
        if not term.origins or abs(total - term.value) > 1e-6 * max(1, len(term.origins)):
            wrong.append(f"{term.part}: {term.value} of {told(term)}")
        if figure.period is not None:
            wrong += [f"{term.part}: {fault}" for fault in faults_of_time(term, figure.period)]
    return wrong


def faults_of_time(term: Term, period: Period) -> list[str]:
    """Gaps and overlaps in a term's periods, and origins in disorder."""
    days = [day for part in term.periods for day in (part.start, part.end + timedelta(days=1))]
    whole = [period.start, *(day for day in days[1:-1:2] for _ in "ab")]
    wrong = []
    if days != [*whole, period.end + timedelta(days=1)]:
        wrong.append(f"{[str(part) for part in term.periods]} are not {period}")
    order = [(origin.period.start, origin.channel) for origin in term.origins]
    if order != sorted(set(order)):
        wrong.append("not in order of period and channel, each once")
    if any(origin.stated != (origin.period == period) for origin in term.origins):
        wrong.append("a part of the period that was given for all of it, or the reverse")
    return wrong


def ratio_of(found: Provenance) -> tuple[float, float | None]:
    """Numerator and denominator as the figures have them, from the terms."""
    numbers = [term.value for term in found.terms]
    if found.formula is Formula.RATIO:
        whole = sum(numbers) if found.kpi == "availability" else numbers[1]
        return numbers[0], whole
    if found.formula is Formula.POOLED:
        return numbers[1] + 2 * numbers[2] + 3 * numbers[3] + 4 * numbers[4], 4 * sum(numbers)
    return found.value, None


Record = dict[str, str]


def records(source: Source) -> dict[tuple[str, int], Record]:
    """The records of a submission by service and number among its own, read without perfsite."""
    of_services: dict[str, list[Record]] = {}
    for record in listed(source):
        owner = record.get("service", PurePosixPath(source.path).stem)
        of_services.setdefault(owner, []).append(record)
    return {
        (owner, number): record
        for owner, of_one in of_services.items()
        for number, record in enumerate(of_one, 1)
    }


def listed(source: Source) -> list[Record]:
    """The records of a submission in their order."""
    text = source.data.decode("utf-8-sig")
    if source.path.endswith(".json"):
        return list(json.loads(text, parse_float=str, parse_int=str)["observations"])
    rows = list(csv.reader(io.StringIO(text, newline="")))
    header = next(number for number, cells in enumerate(rows) if any(cells))
    return [dict(zip(rows[header], cells, strict=True)) for cells in rows[header + 1 :] if cells]


def stands(origin: Origin, service: str, record: Record) -> bool:
    """Whether a record of a submission holds this observation of this service."""
    owner = record.get("service", PurePosixPath(origin.source_file).stem)
    if owner != service or Period.parse(record["period"]) != origin.period:
        return False
    if "measure" in record:
        cell = record["value"]
        named = (record["measure"], record.get("channel", "")) == (origin.measure, origin.channel)
    else:
        cell = record[f"{origin.measure}:{origin.channel}".rstrip(":")]
        named = True
    number = cell.partition("[")[0].strip()
    value = float(number[:-1]) / 100 if number.endswith("%") else float(number)
    return named and value == pytest.approx(origin.value, rel=1e-12)


def misplaced(made: Worked, found: dict[str, dict[str, Provenance]]) -> list[Origin]:
    """Every origin that does not stand in the file and the row of its service that it names."""
    held = {source.path: records(source) for source in made.sources}
    origins = {
        (service, origin)
        for service, mine in found.items()
        for provenance in mine.values()
        for term in provenance.terms
        for origin in term.origins
    }
    return [
        origin
        for service, origin in origins
        if not stands(
            origin,
            service,
            held[origin.source_file].get((service, origin.row), {"period": "1900"}),
        )
    ]


def test_every_headline_of_the_example_follows_from_its_terms() -> None:
    """Origins add up to terms and fill the period, and terms give what is published."""
    made, found = example()

    assert faults(made, found) == []
    assert len(found) == 734
    assert sum(map(len, found.values())) > 1_700


def test_every_number_of_the_example_stands_in_the_row_that_is_named() -> None:
    """The submissions, read with nothing but csv and json, hold each number where it is said."""
    made, found = example()

    assert misplaced(made, found) == []


def test_a_number_in_another_row_is_noticed() -> None:
    """The reading back finds an observation that is one row off, so that it can fail."""
    made = worked("period transactions\n2016 5\n2017 7")
    (term,) = only(made, "transactions_per_year").terms
    held = records(made.sources[0])

    assert stands(term.origins[0], ALPHA, held[ALPHA, 2])
    assert not stands(term.origins[0], ALPHA, held[ALPHA, 1])
    assert not stands(term.origins[0], "beta", held[ALPHA, 2])


CHANNELS = ("", "digital", "online", "phone")
SPANS = (
    *(f"{year}-{month:02d}" for year in (2016, 2017) for month in range(1, 13)),
    *(f"{year}-Q{quarter}" for year in (2016, 2017) for quarter in range(1, 5)),
    *("2016-01/2016-06", "2016-07/2016-12", "2016-10/2017-03", "2017-01/2017-06"),
    *("2017-07/2017-12", "2016-11/2016-12", "2017-02/2017-06", "2016", "2016-04/2017-03"),
)
WEEKS = tuple(Period(Unit.WEEK, Period.parse("2016-W01").first + n).code for n in range(56))
DAYS = tuple((date(2017, 1, 1) + timedelta(days=n)).isoformat() for n in range(90))


FAMILIES = {
    **dict.fromkeys(RATINGS, "answers"),
    **dict.fromkeys(("started", "completed"), "completion"),
    **dict.fromkeys(("uptime", "downtime", "unmonitored"), "time"),
    **dict.fromkeys(("transactions", "cost"), "use"),
}
"""Measures that are given for the same periods, as they are in life."""


def random_table(random: Random) -> str:
    """Every measure in random periods and channels, some missing, in random order."""
    rows = []
    kinds = (SPANS, SPANS[:32], WEEKS, DAYS, (*DAYS, *SPANS[12:24]))
    spans = {family: random.choice(kinds) for family in sorted({*FAMILIES.values(), *MEASURES})}
    missing = random.choice((0.0, 0.01, 0.2))
    for measure in MEASURES.values():
        if random.random() < 0.1:
            continue
        channels = [c for c in CHANNELS if not c or (measure.by_channel and random.random() < 0.4)]
        if len(channels) > 1 and random.random() < 0.5:
            channels = channels[1:]
        for period in spans[FAMILIES.get(measure.id, measure.id)]:
            if random.random() < missing:
                continue
            for channel in channels:
                is_share = measure.kind is MeasureKind.SHARE
                number = f"{random.randrange(101)}%" if is_share else f"{random.randrange(1, 999)}"
                gone = random.random() < missing / 10
                value = random.choice(("[x]", "[z]", "_")) if gone else number
                rows.append(f"{period} {measure.id} {channel or '_'} {value}")
    random.shuffle(rows)
    return "\n".join(["period measure channel value", *rows])


@fewer(4, because="each example is some hundred rows, worked out to their groups and traced back")
@given(st.integers(0, 10**9))
def test_every_headline_of_any_figures_follows_from_its_terms(seed: int) -> None:
    """However channels, months, quarters, weeks and days are given, the numbers agree."""
    made = worked(random_table(Random(seed)))  # noqa: S311 - a table, not a secret
    found = traced(made)

    assert faults(made, found) == []
    assert misplaced(made, found) == []


def test_a_ratio_has_its_two_sums() -> None:
    """Digital take-up is filled with digital and all transactions of the same year."""
    found = only(worked("period transactions transactions:digital\n2017 200 50"), "digital_take_up")

    assert found.formula is Formula.RATIO
    assert [(term.part, term.value) for term in found.terms] == [
        ("transactions:digital", 50),
        ("transactions", 200),
    ]
    digital, whole = (term.origins[0] for term in found.terms)
    assert digital == Origin(
        "submissions/alpha.csv", 1, Period.parse("2017"), "transactions", "digital", 50.0, True
    )
    assert whole.channel == ""


def test_channels_and_quarters_are_given_in_order() -> None:
    """A year of two channels and four quarters has eight origins, by period, then by channel."""
    rows = "\n".join(f"2017-Q{q} {q} 10 7" for q in (3, 1, 4, 2))
    made = worked(f"period transactions:phone transactions:web transactions:app\n{rows}")
    digital, whole = only(made, "digital_take_up").terms

    assert told(digital)[:3] == ["2 2017-Q1 app 7", "2 2017-Q1 web 10", "4 2017-Q2 app 7"]
    assert told(whole)[:4] == [
        "2 2017-Q1 app 7",
        "2 2017-Q1 phone 1",
        "2 2017-Q1 web 10",
        "4 2017-Q2 app 7",
    ]
    assert (len(digital.origins), digital.value) == (8, 68)
    assert (len(whole.origins), whole.value) == (12, 78)
    assert [period.code for period in whole.periods] == [f"2017-Q{q}" for q in range(1, 5)]
    assert not any(origin.stated for origin in whole.origins)
    assert whole.rows == (("submissions/alpha.csv", 1, 4),)


def test_a_total_stands_before_its_channels() -> None:
    """Where all channels and each are given, the number used is the total, and it is named."""
    made = worked("period transactions transactions:digital transactions:phone\n2017 9 4 5")

    assert told(only(made, "transactions_per_year").terms[0]) == ["1 2017 9"]


def test_a_year_as_given_stands_before_its_quarters() -> None:
    """A stated year is one origin, whatever its quarters say."""
    quarters = "\n".join(f"2017-Q{q} 10" for q in range(1, 5))
    (term,) = only(
        worked(f"period transactions\n{quarters}\n2017 41"), "transactions_per_year"
    ).terms

    assert told(term) == ["5 2017 41"]
    assert term.origins[0].stated


def test_the_site_says_which_channels_are_digital() -> None:
    """A site that counts the kiosk as digital has it among the digital numbers."""
    config = SiteConfig(digital_channels=("kiosk",))
    table = "period transactions transactions:kiosk transactions:digital\n2017 9 4 2"
    found = only(worked(table, config=config), "digital_take_up")

    assert told(found.terms[0]) == ["1 2017 kiosk 4"]


@pytest.mark.parametrize(
    ("table", "kpi", "formula", "terms"),
    [
        (
            "digital_take_up\n2017 40%",
            "digital_take_up",
            Formula.STATED,
            {"digital_take_up": 0.4},
        ),
        (
            "digital_take_up transactions transactions:digital\n2017 40% 10 5",
            "digital_take_up",
            Formula.RATIO,
            {"transactions:digital": 5, "transactions": 10},
        ),
        (
            "cost_per_transaction transactions\n2017 4.20 440",
            "cost_per_transaction",
            Formula.STATED,
            {"cost_per_transaction": 4.2},
        ),
        (
            "cost_per_transaction transactions\n2017 4.20 440",
            "total_cost",
            Formula.PRODUCT,
            {"cost_per_transaction": 4.2, "transactions": 440},
        ),
        (
            "cost_per_transaction cost transactions\n2017 4.20 880 440",
            "cost_per_transaction",
            Formula.RATIO,
            {"cost": 880, "transactions": 440},
        ),
        (
            "cost_per_transaction cost\n2017 4.20 880",
            "cost_per_transaction",
            Formula.STATED,
            {"cost_per_transaction": 4.2},
        ),
        (
            "cost_per_transaction cost transactions\n2017 4.20 880 440",
            "total_cost",
            Formula.AMOUNT,
            {"cost": 880},
        ),
        (
            "started completed completion_rate\n2017-05 8 6 90%",
            "completion_rate",
            Formula.RATIO,
            {"completed": 6, "started": 8},
        ),
        (
            "completed completion_rate\n2017-05 6 90%",
            "completion_rate",
            Formula.STATED,
            {"completion_rate": 0.9},
        ),
        (
            "rating_1 rating_2 rating_3 rating_4 rating_5\n2017 2 1 3 4 10",
            "user_satisfaction",
            Formula.POOLED,
            {"rating_1": 2, "rating_2": 1, "rating_3": 3, "rating_4": 4, "rating_5": 10},
        ),
        (
            "rating_1 rating_2 rating_3 rating_4 user_satisfaction\n2017 2 1 3 4 70%",
            "user_satisfaction",
            Formula.STATED,
            {"user_satisfaction": 0.7},
        ),
        (
            "uptime downtime unmonitored\n2017-05 90 10 7",
            "availability",
            Formula.RATIO,
            {"uptime": 90, "downtime": 10},
        ),
        (
            "uptime availability\n2017-05 90 99%",
            "availability",
            Formula.STATED,
            {"availability": 0.99},
        ),
    ],
)
def test_the_form_of_the_formula_is_the_one_that_was_used(
    table: str, kpi: str, formula: Formula, terms: dict[str, float]
) -> None:
    """Sums that are there are used, else the ratio that was stated; the terms are in order."""
    made = worked(f"period {table}")
    found = only(made, kpi)

    assert found.kpi == kpi
    assert found.formula is formula
    assert {term.part: term.value for term in found.terms} == terms
    assert [term.part for term in found.terms] == list(terms)
    assert found.value == made.headline(kpi).value


def test_a_withheld_figure_shows_the_numbers_that_cannot_be() -> None:
    """Eleven digital of ten transactions are both named, with their rows."""
    made = worked("period transactions transactions:digital\n2017 10 11")
    found = only(made, "digital_take_up")

    assert made.headline("digital_take_up").value is None
    assert [told(term) for term in found.terms] == [["1 2017 digital 11"], ["1 2017 10"]]
    assert found.value == 1.1


def test_a_part_of_nothing_is_above_its_whole() -> None:
    """Three hundred digital of no transactions is no division by zero, but a withheld figure."""
    made = worked("period transactions transactions:digital\n2017 0 300")
    found = only(made, "digital_take_up")

    assert made.headline("digital_take_up").status == "withheld"
    assert found.value == float("inf")


def test_a_month_of_days_is_its_days() -> None:
    """Availability of a month that was monitored by the day names every day."""
    days = "\n".join(f"2017-02-{day:02d} 80 {day}" for day in range(1, 29))
    found = only(worked(f"period uptime downtime\n{days}"), "availability")

    assert found.formula is Formula.RATIO
    assert [term.value for term in found.terms] == [80 * 28, 406]
    assert told(found.terms[1])[::27] == ["1 2017-02-01 1", "28 2017-02-28 28"]


def test_a_year_of_weeks_is_52_of_them() -> None:
    """Of sixty weeks the last 52 are named."""
    weeks = [Period(Unit.WEEK, Period.parse("2016-W01").first + n).code for n in range(60)]
    made = worked("period transactions\n" + "\n".join(f"{week} 3" for week in weeks))
    (term,) = only(made, "transactions_per_year").terms

    assert [period.code for period in term.periods] == weeks[-52:]
    assert term.rows == (("submissions/alpha.csv", 9, 60),)


def test_of_several_tilings_the_one_that_was_added_up_is_named() -> None:
    """Months and a half year that contradict each other: the half year at the end was used."""
    months = "\n".join(f"2017-{month:02d} 1" for month in range(1, 13))
    made = worked(f"period transactions\n{months}\n2017-07/2017-12 600\n2017-Q1 30")
    (term,) = only(made, "transactions_per_year").terms

    assert [period.code for period in term.periods] == [
        "2017-Q1",
        "2017-04",
        "2017-05",
        "2017-06",
        "2017-07/2017-12",
    ]
    assert term.value == 633


def test_a_tiling_turns_back_where_the_longest_leads_nowhere() -> None:
    """The longest last period is left where nothing fits before it; days fill a whole month."""
    year = Period.parse("2017")
    months = {("month", 1, first) for first in range(year.first, year.last)}
    last = {
        ("day", 1, day)
        for day in range(date(2017, 12, 1).toordinal(), date(2018, 1, 1).toordinal())
    }
    useless = ("month", 2, year.last - 1)

    assert len(tiling(year, months | last)) == 11 + 31
    assert tiling(year, months | {useless})[-1] == useless
    assert tiling(year, (months | last | {useless}) - {("month", 1, year.first + 3)}) == []
    late = {("month", 5, year.last - 4), ("month", 4, year.last - 3), ("month", 8, year.first)}
    assert tiling(year, late) == [("month", 8, year.first), ("month", 4, year.last - 3)]


def test_rows_are_told_as_runs_by_file() -> None:
    """Neighbouring rows are one run; a gap starts another, and so does another file."""
    header = "service period transactions"
    year = [f"2017-{month:02d}" for month in range(1, 13)]
    rows = ["2016-01", year[0], year[1], "2016-02", *year[3:]]
    files = {"b": rows, "a": [year[2]]}
    sources = [
        csv_source(
            "\n".join([header, *(f"alpha {row} 1" for row in mine)]), f"submissions/{name}.csv"
        )
        for name, mine in files.items()
    ]
    made = worked_sources(sources, one_service_register())
    (term,) = only(made, "transactions_per_year").terms

    assert term.rows == (
        ("submissions/a.csv", 1, 1),
        ("submissions/b.csv", 2, 3),
        ("submissions/b.csv", 5, 13),
    )


def test_a_service_without_headlines_has_an_empty_entry() -> None:
    """Services are told apart, and one that gave nothing comes from nowhere."""
    table = "service period transactions\nalpha 2017 5\nbeta 2017 [x]\ngamma 2017 7"
    found = traced(worked(table, register("alpha", "beta", "gamma")))

    assert list(found) == ["alpha", "beta", "gamma"]
    assert found["beta"] == {}
    assert told(found["gamma"]["transactions_per_year"].terms[0]) == ["1 2017 7"]
    assert traced(worked("period transactions\n2017 [x]")) == {ALPHA: {}}


def test_records_of_json_are_counted_from_one() -> None:
    """A JSON submission has no header, so that its first record is the first row."""
    record = {"service": ALPHA, "period": "2017", "measure": "transactions", "value": 5}
    text = json.dumps({"observations": [{**record, "period": "2016"}, record]})
    made = worked_sources([Source("submissions/x.json", text.encode())], one_service_register())
    found = traced(made)

    assert told(found[ALPHA]["transactions_per_year"].terms[0]) == ["2 2017 5"]
    assert misplaced(made, found) == []


def test_parts_of_something_else_are_refused() -> None:
    """Headlines whose numbers are not there are an error, never a guess."""
    made = worked("period transactions\n2017 5")
    parts = Parts(made.parts.frame.iloc[:0], made.parts.mismatches)

    with pytest.raises(ValueError, match="transactions_per_year of alpha in 2017"):
        trace(
            list(made.summaries.values()),
            parts,
            made.figures.windows,
            made.observations,
            made.config,
        )


def test_every_kpi_has_its_forms() -> None:
    """What can be published can be explained, and by measures that can be given."""
    found = {kpi.id: forms(kpi) for kpi in KPIS.values()}

    assert all(found.values())
    named = {name for each in found.values() for names in each.values() for name in names}
    assert {name.partition(":")[0] for name in named} <= MEASURES.keys()
    assert named == {part for kpi in KPIS.values() for part in kpi.parts}
