"""KPIs that perfsite does not have, of each way of adding up, and a site that uses them.

Each is one entry, made of measures that the site declares. The figures are small enough to be
worked out by hand: `tests/test_one_table.py` does so.
"""

from __future__ import annotations

from typing import Final

from perfsite.kpis import CURRENCY, SHARE, Adding, Counted, Kpi, Place, Window, Words
from perfsite.measures import Better, MeasureKind

CALLS: Final = Kpi(
    "calls_per_year",
    Adding.SUM,
    numerator=("calls",),
    window=Window.YEAR,
    kind=MeasureKind.COUNT,
    unit="calls",
    places={
        Place.CARD: 11,
        Place.LEAD: 11,
        Place.CHART: 11,
        Place.PEERS: 11,
        Place.LIST: 11,
        Place.GROUP: 11,
        Place.GROUP_CARD: 11,
        Place.GROUP_CHART: 11,
        Place.ASKED: 11,
    },
    words=Words(
        name="Calls a year",
        formula="calls in 12 months",
        definition="How often people called.",
        level="{counted} came in {when}",
        counted=Counted("No calls", ("{number} call", "{number} calls")),
        of_period="Calls received",
        panel=(
            "{counted} came in at the one service {when}",
            "{counted} came in at the same {n} services {when}",
        ),
        over_time="Calls a year over time",
        orders=("calls a year, lowest first", "calls a year, highest first"),
    ),
)
ANSWERED: Final = Kpi(
    "answer_rate",
    Adding.RATIO,
    numerator=("answered",),
    denominator=("calls",),
    stated="stated_answer_rate",
    window=Window.YEAR,
    kind=MeasureKind.SHARE,
    unit=SHARE,
    better=Better.HIGHER,
    places={
        Place.CARD: 12,
        Place.LEAD: 12,
        Place.CHART: 12,
        Place.PEERS: 12,
        Place.LIST: 12,
        Place.GROUP: 12,
        Place.GROUP_CARD: 12,
        Place.GROUP_CHART: 12,
        Place.ASKED: 12,
    },
    words=Words(
        name="Calls answered",
        formula="calls answered ÷ calls, of the same 12 months",
        definition="The share of the calls that somebody answered.",
        level="{figure} of calls were answered {when}",
        panel=(
            "{figure} of calls at the one service were answered {when}",
            "{figure} of calls at the same {n} services were answered {when}",
        ),
        over_time="Calls answered over time",
        withheld="{part} calls were answered of {whole} that came in: no percentage is shown.",
        operands=("Answered", "All calls"),
        orders=("calls answered, lowest first", "calls answered, highest first"),
        counts="answered divided by calls",
        exceeds=("calls answered", "calls"),
    ),
)
WAITED: Final = Kpi(
    "wait_per_call",
    Adding.RATIO,
    numerator=("waited",),
    denominator=("calls",),
    window=Window.YEAR,
    kind=MeasureKind.SECONDS,
    unit="seconds",
    better=Better.LOWER,
    places={Place.CARD: 13, Place.CHART: 13, Place.GROUP: 13, Place.GROUP_CARD: 13},
    words=Words(
        name="Wait for an answer",
        formula="seconds waited ÷ calls, of the same 12 months",
        definition="How long a caller waited on average.",
        level="A caller waited {figure} {when}",
        operands=("Time waited", "All calls"),
        orders=("wait, shortest first", "wait, longest first"),
    ),
)
SCORED: Final = Kpi(
    "call_score",
    Adding.POOLED,
    numerator=("score_1", "score_2", "score_3"),
    window=Window.YEAR_ELSE_LATEST,
    kind=MeasureKind.SHARE,
    unit=SHARE,
    better=Better.HIGHER,
    places={
        Place.CARD: 14,
        Place.LEAD: 14,
        Place.CHART: 14,
        Place.LIST: 14,
        Place.GROUP: 14,
        Place.GROUP_CARD: 14,
        Place.VOLUNTARY: 14,
    },
    words=Words(
        name="Call score",
        formula="(mean score from 1 to 3 − 1) ÷ 2, all answers of the period pooled",
        definition="How callers scored the call.",
        level="Callers gave a score of {figure} {when}",
        orders=("call score, lowest first", "call score, highest first"),
    ),
)
FEES: Final = Kpi(
    "fee_income",
    Adding.PRODUCT,
    numerator=("fees",),
    denominator=("applications",),
    stated="fee",
    window=Window.YEAR,
    kind=MeasureKind.CURRENCY,
    unit=CURRENCY,
    places={
        Place.CARD: 15,
        Place.CHART: 15,
        Place.LIST: 15,
        Place.GROUP: 15,
        Place.GROUP_CARD: 15,
        Place.UNCOUNTED: 15,
    },
    words=Words(
        name="Fee income",
        formula="fees, or fee × applications of the same 12 months",
        definition="What people paid in fees.",
        level="People paid {figure} in fees {when}",
        orders=("fee income, lowest first", "fee income, highest first"),
    ),
)
INVENTED: Final = (CALLS, ANSWERED, WAITED, SCORED, FEES)

CONFIG: Final = """\
title = "Calls"
publisher = "The Office of Calls"
licence = "Open Government Licence v3.0"
published = [2018-03-01]
currency = "GBP"

[measures.calls]
name = "Calls"
kind = "count"
aggregation = "sum"
[measures.answered]
name = "Calls that were answered"
kind = "count"
aggregation = "sum"
[measures.stated_answer_rate]
name = "Share answered"
kind = "share"
aggregation = "none"
[measures.waited]
name = "Time waited"
kind = "seconds"
aggregation = "sum"
[measures.score_1]
name = "Bad"
kind = "count"
aggregation = "sum"
[measures.score_2]
name = "So so"
kind = "count"
aggregation = "sum"
[measures.score_3]
name = "Good"
kind = "count"
aggregation = "sum"
[measures.fee]
name = "Fee"
kind = "currency"
aggregation = "none"
[measures.fees]
name = "Fees"
kind = "currency"
aggregation = "sum"
[measures.applications]
name = "Applications"
kind = "count"
aggregation = "sum"

[targets.alpha]
answer_rate = 0.75
wait_per_call = 25
"""
REGISTER: Final = """\
service,name,department,category
alpha,Ring alpha,North,Lines
beta,Ring beta,North,Lines
gamma,Ring gamma,South,Lines
delta,Ring delta,South,Lines
"""
SUBMISSIONS: Final = {
    "alpha.csv": """\
period,calls,answered,waited,score_1,score_2,score_3,fee,applications,transactions
2016-Q1,10,5,,,,,,,
2016-Q2,20,10,,,,,,,
2016-Q3,30,20,,,,,,,
2016-Q4,40,35,,,,,,,
2017-Q1,20,15,,,,,,,
2017-Q2,30,25,,,,,,,
2017-Q3,40,30,,,,,,,
2017-Q4,60,50,,,,,,,
2016,,,4000,10,20,70,12.00,100,
2017,,,4500,20,30,50,12.50,200,5000
""",
    "beta.csv": """\
period,calls,answered,waited,score_1,score_2,score_3,fees,transactions
2016-Q1,75,37,,,,,,
2016-Q2,75,38,,,,,,
2016-Q3,75,37,,,,,,
2016-Q4,75,38,,,,,,
2017-Q1,70,35,,,,,,
2017-Q2,60,30,,,,,,
2017-Q3,60,30,,,,,,
2017-Q4,60,30,,,,,,
2016,,,15000,10,0,0,800,
2017,,,12500,0,0,10,1000,6000
""",
    "gamma.csv": "period,calls,answered\n2017,40,50\n",
    "delta.csv": "period,stated_answer_rate,fee\n2017,0.9,3.00\n",
}
