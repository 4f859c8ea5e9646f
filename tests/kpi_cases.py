"""Small submissions of which every figure can be worked out in the head, one trap in each.

They are of the kinds of the cases that lie beside the project, and are no copies of them. A case
says what data/services.csv must have, its period where that is part of the answer, and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

QUARTERS: Final = ("2017-Q1", "2017-Q2", "2017-Q3", "2017-Q4")
MONTHS: Final = tuple(f"2017-{month:02}" for month in range(1, 13))
WEEKS: Final = tuple(f"2017-W{week:02}" for week in range(1, 53))
DAYS: Final = tuple(
    f"2017-{month:02}-{day:02}"
    for month, length in enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1)
    for day in range(1, length + 1)
)
REGISTER: Final = """\
service,name,department,opened,closed
costs-in-two-rhythms,Costs in two rhythms,Rhythms,,
costs-by-week-and-month,Costs by week and month,Rhythms,,
closed-in-another-rhythm,Closed in another rhythm,Rhythms,,
days-and-months,Days and months,Rhythms,,
week-without-phone,Week without phone,Rhythms,,
stock-by-channel,Stock by channel,Stocks,,
stock-in-digital-only,Stock in digital only,Stocks,,
doubtful-and-stated-anew,Doubtful and stated anew,Doubts,,
doubtful-in-a-month,Doubtful in a month,Doubts,,
completed-later,Completed later,Doubts,,
confidential-post,Confidential post,Secrets,,
confidential-digital,Confidential digital,Secrets,,
marked-quarters,Marked quarters,Marks,,
half-a-penny,Half a penny,Small,,
ten-and-fifteen,Ten and fifteen,Small,,
closed-in-june,Closed in June,Half years,,2017-06
open-all-along,Open all along,Half years,,
opens-next-year,Opens next year,Half years,2018-01,
largest,The largest,Silence,,
second,The second,Silence,,
third,The third,Silence,,
year-2013,Year 2013,Scattered,,
year-2014,Year 2014,Scattered,,
year-2015,Year 2015,Scattered,,
cheap,Cheap,Costs,,
dear,Dear,Costs,,
"""


def _rows(service: str, what: str, figures: dict[str, int | float | str]) -> list[str]:
    measure, _, channel = what.partition(":")
    return [f"{service},{period},{measure},{channel},{v}" for period, v in figures.items()]


def _each(periods: tuple[str, ...], value: int | str) -> dict[str, int | float | str]:
    return dict.fromkeys(periods, value)


def _zip(periods: tuple[str, ...], *values: float | str) -> dict[str, int | float | str]:
    return dict(zip(periods, values, strict=True))


def _earlier(periods: tuple[str, ...], year: str) -> tuple[str, ...]:
    return tuple(period.replace("2017", year) for period in periods)


def _stock(service: str, **channels: int) -> list[str]:
    rows = []
    for year in ("2014", "2015", "2016", "2017"):
        for channel, value in channels.items():
            rows += _rows(service, f"transactions:{channel}", {year: value})
            rows += _rows(
                service, f"transactions:{channel}", _each(_earlier(QUARTERS, year), value)
            )
    return rows


def submissions() -> str:
    """The figures, in one tidy file."""
    rows = [
        *_rows("costs-in-two-rhythms", "cost:digital", _each(MONTHS, 5)),
        *_rows("costs-in-two-rhythms", "cost:post", _each(QUARTERS, 30)),
        *_rows("costs-in-two-rhythms", "transactions", {"2017": 90}),
        *_rows("costs-by-week-and-month", "cost:digital", _each(WEEKS, 5)),
        *_rows("costs-by-week-and-month", "cost:post", _each(MONTHS, 30)),
        *_rows("closed-in-another-rhythm", "transactions:digital", _each(MONTHS, 10)),
        *_rows(
            "closed-in-another-rhythm", "transactions:digital", _each(_earlier(MONTHS, "2016"), 10)
        ),
        *_rows(
            "closed-in-another-rhythm", "transactions:post", _each(_earlier(QUARTERS, "2016"), 30)
        ),
        *_rows("closed-in-another-rhythm", "transactions:post", {"2017-01": "[z]"}),
        *_rows("days-and-months", "transactions:digital", _each(DAYS, 2)),
        *_rows("days-and-months", "transactions:phone", _each(MONTHS, 10)),
        *_rows("week-without-phone", "transactions:digital", _each(WEEKS, 10)),
        *_rows("week-without-phone", "transactions:phone", _each((*WEEKS[:30], *WEEKS[31:]), 10)),
        *_stock("stock-by-channel", digital=20, post=80),
        *_stock("stock-in-digital-only", digital=20),
        *_rows("doubtful-and-stated-anew", "transactions", _zip(QUARTERS, 1000, 1000, 1000, 152)),
        *_rows(
            "doubtful-and-stated-anew", "transactions:digital", _zip(QUARTERS, 100, 100, 100, 558)
        ),
        *_rows("doubtful-and-stated-anew", "transactions", {"2017": 5000}),
        *_rows("doubtful-and-stated-anew", "transactions:digital", {"2017": 1000}),
        *_rows("doubtful-in-a-month", "transactions", _each(MONTHS, 100)),
        *_rows(
            "doubtful-in-a-month",
            "transactions:digital",
            {**_each(MONTHS, 50), "2017-05": 101},
        ),
        *_rows("completed-later", "started", _each(QUARTERS, 100)),
        *_rows("completed-later", "completed", _zip(QUARTERS, 90, 90, 120, 60)),
        *_rows("confidential-post", "transactions:digital", _each(QUARTERS, 100)),
        *_rows("confidential-post", "transactions:post", _zip(QUARTERS, 40, 40, "[c]", 40)),
        *_rows("confidential-digital", "transactions", _each(QUARTERS, 100)),
        *_rows("confidential-digital", "transactions:digital", _zip(QUARTERS, 60, 60, "[c]", 60)),
        *_rows("marked-quarters", "transactions", _zip(QUARTERS, 100, "110 [e]", 120, "130 [p]")),
        *_rows("half-a-penny", "cost_per_transaction", {"2017": 0.125}),
        *_rows("half-a-penny", "transactions", {"2017": 8000}),
        *_rows("ten-and-fifteen", "transactions", {"2016": 10, "2017": 15}),
        *_rows("closed-in-june", "transactions", _each(_earlier(QUARTERS, "2016"), 25)),
        *_rows("closed-in-june", "transactions", _each(QUARTERS[:2], 25)),
        *_rows("open-all-along", "transactions", _each(_earlier(QUARTERS, "2016"), 50)),
        *_rows("open-all-along", "transactions", _each(QUARTERS, 50)),
        *_rows("largest", "transactions", {"2015": 900, "2016": 1000}),
        *_rows("second", "transactions", {"2015": 10, "2016": 10, "2017": 11}),
        *_rows("third", "transactions", {"2015": 20, "2016": 20, "2017": 22}),
        *(r for y in ("2013", "2014", "2015") for r in _rows(f"year-{y}", "transactions", {y: 50})),
        *_rows("cheap", "transactions", {"2016": 1000, "2017": 9000}),
        *_rows("cheap", "cost", {"2016": 1000, "2017": 9000}),
        *_rows("dear", "transactions", {"2016": 1000, "2017": 1000}),
        *_rows("dear", "cost", {"2016": 9000, "2017": 9000}),
    ]
    return "\n".join(["service,period,measure,channel,value", *rows, ""])


@dataclass(frozen=True)
class Case:
    """What data/services.csv must say of a service and KPI; `value` None: that there is none.

    A period or status that is empty is not part of the answer.
    """

    service: str
    kpi: str
    value: float | None
    why: str
    period: str = ""
    status: str = ""


CASES: Final = (
    Case(
        "costs-in-two-rhythms", "total_cost", 180, "12 months of £5 and 4 quarters of £30", "2017"
    ),
    Case("costs-in-two-rhythms", "cost_per_transaction", 2, "£180 ÷ 90", "2017"),
    Case("costs-by-week-and-month", "total_cost", None, "weeks and months share no window"),
    Case(
        "closed-in-another-rhythm",
        "transactions_per_year",
        120,
        "post was given by quarters, and closed in a month",
        "2017",
    ),
    Case("closed-in-another-rhythm", "digital_take_up", 1, "there is no post any more", "2017"),
    Case("days-and-months", "transactions_per_year", 850, "365 days of 2, 12 months of 10", "2017"),
    Case("days-and-months", "digital_take_up", 730 / 850, "730 of 850", "2017"),
    Case("week-without-phone", "transactions_per_year", None, "one of 52 weeks lacks phone"),
    Case("week-without-phone", "digital_take_up", None, "one of 52 weeks lacks phone"),
    Case("stock-by-channel", "transactions_per_year", 100, "20 and 80 as stated", "2017"),
    Case("stock-by-channel", "digital_take_up", 0.2, "20 of 100 on any day of it"),
    Case("stock-in-digital-only", "transactions_per_year", 20, "20 as stated", "2017"),
    Case("doubtful-and-stated-anew", "transactions_per_year", 5000, "as stated", "2017"),
    Case(
        "doubtful-and-stated-anew",
        "digital_take_up",
        0.2,
        "the stated year is not the sum of the doubtful quarters: 1,000 of 5,000",
        "2017",
    ),
    Case("doubtful-in-a-month", "transactions_per_year", 1200, "12 months of 100", "2017"),
    Case(
        "doubtful-in-a-month",
        "digital_take_up",
        None,
        "101 digital of 100 in one month",
        status="withheld",
    ),
    Case(
        "completed-later",
        "completion_rate",
        0.9,
        "360 of 400: people may finish in the quarter after",
        "2017",
        "provided",
    ),
    Case(
        "confidential-post",
        "transactions_per_year",
        None,
        "a quarter of post is [c]",
        status="confidential",
    ),
    Case(
        "confidential-post",
        "digital_take_up",
        None,
        "a quarter of post is [c]",
        status="confidential",
    ),
    Case("confidential-digital", "transactions_per_year", 400, "the totals are stated", "2017"),
    Case(
        "confidential-digital",
        "digital_take_up",
        None,
        "a digital quarter is [c]",
        status="confidential",
    ),
    Case("marked-quarters", "transactions_per_year", 460, "the sum of four quarters", "2017"),
    Case("half-a-penny", "total_cost", 1000, "£0.125 × 8,000", "2017"),
    Case("ten-and-fifteen", "transactions_per_year", 15, "as stated", "2017"),
    Case("closed-in-june", "transactions_per_year", 100, "its last year", "2016-07/2017-06"),
    Case("largest", "transactions_per_year", 1000, "its last year", "2016", "older"),
    Case("cheap", "cost_per_transaction", 1, "£9,000 ÷ 9,000", "2017"),
)


@dataclass(frozen=True)
class GroupCase:
    """What a row of data/departments.csv must say; `columns` are those that are held."""

    department: str
    kpi: str
    period: str
    columns: dict[str, float | str]
    why: str


GROUP_CASES: Final = (
    GroupCase(
        "Half years",
        "transactions_per_year",
        "2016-07/2017-06",
        {"value": 300, "services": 2, "of": 2, "complete": "yes"},
        "both were open, and the third was not yet",
    ),
    GroupCase(
        "Half years",
        "transactions_per_year",
        "2017",
        {"value": 200, "services": 1, "of": 1, "complete": "yes"},
        "one closed in June, and one opens in 2018",
    ),
    GroupCase(
        "Silence",
        "transactions_per_year",
        "2017",
        {
            "value": 33,
            "services": 2,
            "of": 3,
            "like_for_like_value": 33,
            "like_for_like_year_before": 30,
            "like_for_like_services": 2,
        },
        "the largest, 1,000 of 1,030 the year before, is silent",
    ),
    GroupCase(
        "Costs",
        "cost_per_transaction",
        "2017",
        {
            "value": 1.8,
            "services": 2,
            "of": 2,
            "like_for_like_value": 1.8,
            "like_for_like_year_before": 5,
            "like_for_like_constant_volumes": 5,
        },
        "no service became cheaper: the cheap one was used more",
    ),
    GroupCase(
        "Doubts",
        "transactions_per_year",
        "2017",
        {"value": 6200, "services": 2, "of": 3},
        "the counts stand, the shares are withheld",
    ),
    GroupCase(
        "Doubts",
        "digital_take_up",
        "2017",
        {"value": 0.2, "services": 1, "of": 3},
        "only the share that is not in doubt",
    ),
)
