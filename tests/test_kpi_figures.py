from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import one_service_register, worked, worked_example, worked_sources
from perfsite.kpis import KPIS
from perfsite.periods import Period
from properties import fewer


def year(**measures: str) -> str:
    """A table of one year: `digital` is the digital transactions."""
    names = [name.replace("__", ":") for name in measures]
    return f"period {' '.join(names)}\n2017 {' '.join(measures.values())}"


@pytest.mark.parametrize(
    ("kpi", "measures", "value"),
    [
        ("transactions_per_year", {"transactions": "1000"}, 1000),
        ("transactions_per_year", {"transactions": "0"}, 0),
        ("transactions_per_year", {"transactions": "[x]"}, None),
        ("transactions_per_year", {"transactions__web": "3", "transactions__post": "4"}, 7),
        ("digital_take_up", {"transactions": "1000", "transactions__digital": "884"}, 0.884),
        ("digital_take_up", {"transactions": "1000", "transactions__digital": "0"}, 0),
        ("digital_take_up", {"transactions": "0", "transactions__digital": "0"}, None),
        ("digital_take_up", {"transactions": "[x]", "transactions__digital": "5"}, None),
        ("digital_take_up", {"transactions": "1000", "transactions__digital": "[x]"}, None),
        ("digital_take_up", {"transactions": "1000", "transactions__phone": "5"}, None),
        ("digital_take_up", {"transactions": "10", "transactions__digital": "10"}, 1),
        ("digital_take_up", {"transactions": "10", "transactions__digital": "11"}, "withheld"),
        ("digital_take_up", {"transactions": "0", "transactions__digital": "1"}, "withheld"),
        ("digital_take_up", {"digital_take_up": "45%"}, 0.45),
        (
            "digital_take_up",
            {"transactions": "10", "transactions__digital": "4", "digital_take_up": "45%"},
            0.4,
        ),
        (
            "digital_take_up",
            {"transactions": "10", "transactions__digital": "11", "digital_take_up": "45%"},
            "withheld",
        ),
        ("cost_per_transaction", {"cost": "50", "transactions": "200"}, 0.25),
        ("cost_per_transaction", {"cost": "50", "transactions": "0"}, None),
        ("cost_per_transaction", {"cost": "50", "transactions": "[x]"}, None),
        ("cost_per_transaction", {"cost": "0", "transactions": "5"}, 0),
        ("cost_per_transaction", {"cost_per_transaction": "0.0659", "transactions": "3"}, 0.0659),
        ("cost_per_transaction", {"cost_per_transaction": "0.0659"}, 0.0659),
        ("cost_per_transaction", {"cost_per_transaction__digital": "0.0659"}, None),
        ("total_cost", {"cost": "50"}, 50),
        ("total_cost", {"cost_per_transaction": "0.0659", "transactions": "3"}, 0.1977),
        ("total_cost", {"cost_per_transaction": "2", "transactions": "[x]"}, None),
        ("total_cost", {"cost": "50", "cost_per_transaction": "2", "transactions": "30"}, 50),
        ("completion_rate", {"started": "200", "completed": "150"}, 0.75),
        ("completion_rate", {"started": "200", "completed": "0"}, 0),
        ("completion_rate", {"started": "0", "completed": "0"}, None),
        ("completion_rate", {"started": "200", "completed": "[x]"}, None),
        ("completion_rate", {"started": "200", "completed": "201"}, "withheld"),
        ("completion_rate", {"completion_rate": "0.8"}, 0.8),
        ("user_satisfaction", {"user_satisfaction": "90%"}, 0.9),
        ("availability", {"availability": "99.9%"}, 0.999),
    ],
)
def test_a_kpi_is_the_formula_of_its_definition(
    kpi: str, measures: dict[str, str], value: float | str | None
) -> None:
    """A sum over a sum of one period; missing is never zero, and above 100% never a value."""
    assert worked(year(**measures)).kpi(kpi, "2017") == value


def ratings(*answers: object) -> str:
    """A table of one quarter of answers, from very dissatisfied to very satisfied."""
    names = " ".join(f"rating_{i}" for i in range(1, 6))
    return f"period {names}\n2017-Q1 {' '.join(map(str, answers))}"


@pytest.mark.parametrize(
    ("answers", "value"),
    [
        ((0, 0, 0, 0, 7), 1),
        ((7, 0, 0, 0, 0), 0),
        ((0, 0, 7, 0, 0), 0.5),
        ((1, 2, 3, 4, 5), ((1 + 4 + 9 + 16 + 25) / 15 - 1) / 4),
        ((0, 0, 0, 0, 0), None),
        ((1, 2, "[x]", 4, 5), None),
    ],
)
def test_satisfaction_is_the_mean_rating_from_nought_to_one(
    answers: tuple[object, ...], value: float | None
) -> None:
    """1 is 0%, 5 is 100%; without answers, or without one of the five counts, there is none."""
    found = worked(ratings(*answers)).kpi("user_satisfaction", "2017-Q1")

    assert found == (None if value is None else pytest.approx(value, abs=1e-12))


def test_satisfaction_of_a_year_is_pooled_and_no_mean_of_means() -> None:
    """A quarter with many answers weighs more than one with few."""
    rows = ["1 0 0 0 0", "0 0 0 0 99", "0 0 0 0 0", "0 0 0 0 0"]
    lines = "\n".join(f"2017-Q{i + 1} {row}" for i, row in enumerate(rows))
    made = worked(f"period {' '.join(f'rating_{i}' for i in range(1, 6))}\n{lines}")

    assert made.kpi("user_satisfaction", "2017") == 0.99


def test_availability_leaves_unmonitored_time_out() -> None:
    """Uptime over uptime and downtime, of the month that all its days make."""
    rows = "\n".join(
        f"2017-02-{day:02d} {86400 - 864 if day == 1 else 80000} {864 if day == 1 else 0} 6400"
        for day in range(1, 29)
    )
    made = worked(f"period uptime downtime unmonitored\n{rows}")
    up = 86400 - 864 + 27 * 80000

    assert made.kpi("availability", "2017-02") == up / (up + 864)
    assert made.kpi("availability", "2017-02-01") == 0.99
    assert worked("period uptime downtime\n2017-02 0 0").kpi("availability", "2017-02") is None
    assert worked("period uptime downtime\n2017-02 5 [x]").kpi("availability", "2017-02") is None


def test_a_year_of_quarters_is_a_ratio_of_sums() -> None:
    """Take-up and completion of a year are sums over sums, not means of quarters."""
    made = worked(
        """
        period  transactions transactions:digital started completed
        2017-Q1 100          100                  10      10
        2017-Q2 300          0                    90      0
        2017-Q3 300          0                    0       0
        2017-Q4 300          0                    0       0
        """
    )

    assert made.kpi("digital_take_up", "2017") == 0.1
    assert made.kpi("completion_rate", "2017") == 0.1
    assert made.kpi("digital_take_up", "2017-Q1") == 1


def test_amounts_of_parts_of_a_year_are_no_amounts_a_year() -> None:
    """A quarter has no transactions per year and no total cost, but has its ratios."""
    made = worked("period transactions cost\n2017-Q1 100 50")

    assert made.kpi("transactions_per_year", "2017-Q1") is None
    assert made.kpi("total_cost", "2017-Q1") is None
    assert made.kpi("cost_per_transaction", "2017-Q1") == 0.5


def test_costs_in_pence_add_up_without_dust() -> None:
    """Twelve times seven pence are 84 pence, and ten and twenty are thirty, in every digit."""
    months = "\n".join(f"2017-{month:02d} 0.07" for month in range(1, 13))

    assert worked(f"period cost\n{months}").kpi("total_cost", "2017") == 0.84
    assert worked("period cost:web cost:post\n2017 0.1 0.2").kpi("total_cost", "2017") == 0.3


def test_numerator_and_denominator_are_what_the_value_is_made_of() -> None:
    """A ratio of counts has both, a stated one neither, a withheld one both and no value."""
    frame = worked(
        """
        period  transactions transactions:digital completion_rate
        2015    100          40                   [x]
        2016    100          140                  [x]
        2017    [x]          [x]                  0.5
        """
    ).figures.frame
    rows = frame[frame["kpi"].isin(["digital_take_up", "completion_rate"])].fillna(-1)

    assert rows[["kpi", "value", "numerator", "denominator", "status"]].to_numpy().tolist() == [
        ["digital_take_up", 0.4, 40.0, 100.0, "provided"],
        ["digital_take_up", -1.0, 140.0, 100.0, "withheld"],
        ["completion_rate", 0.5, -1.0, -1.0, "provided"],
    ]


def test_no_figures_are_no_trouble() -> None:
    """A site without any observation has no KPI and no problem."""
    made = worked_sources([], one_service_register())

    assert made.figures.frame.empty
    assert made.figures.problems == []


def test_one_confidential_part_makes_a_kpi_confidential() -> None:
    """The other part was given, and nothing else of the site is confidential."""
    quarters = "\n".join(f"2017-Q{n} 100 {'[c]' if n == 2 else 40}" for n in range(1, 5))
    made = worked(f"period transactions transactions:digital\n{quarters}")
    frame = made.figures.frame
    years = frame[frame["count"] == 12]

    assert dict(zip(years["kpi"], years["status"], strict=True)) == {
        "digital_take_up": "confidential",
        "transactions_per_year": "provided",
    }


figure = st.sampled_from(["[x]", "[z]", "[c]", "0", "1", "3", "50", "1000"])


@fewer(2, because="each example is worked out from its rows to its groups")
@given(st.lists(st.tuples(figure, figure, figure, figure), min_size=1, max_size=6))
def test_no_share_is_ever_below_nothing_or_above_everything(
    rows: list[tuple[str, str, str, str]],
) -> None:
    """Whatever is sent, a published share lies from 0 to 1 and is a count over a count."""
    lines = "\n".join(f"2017-{i + 1:02d} {' '.join(row)}" for i, row in enumerate(rows))
    made = worked(f"period transactions transactions:digital started completed\n{lines}")
    frame = made.figures.frame
    shares = frame[frame["kpi"].isin(["digital_take_up", "completion_rate"])]
    good = shares[shares["status"] == "provided"]

    assert good["value"].between(0, 1).all()
    assert (good["value"] == good["numerator"] / good["denominator"]).all()
    assert shares.loc[shares["status"] != "provided", "value"].isna().all()
    whole = [
        i for i, (all_, part, _, _) in enumerate(rows)
        if all_.isdigit() and part.isdigit() and (int(all_) > 0 or int(part) > 0)
    ]  # fmt: skip
    assert sorted(shares.loc[shares["kpi"] == "digital_take_up", "first"] % 12) == whole


def test_the_example_has_one_figure_a_service_kpi_and_period() -> None:
    """All seven KPIs are there, each once a service and period, with a value unless withheld."""
    made = worked_example()
    frame = made.figures.frame

    assert set(frame["kpi"]) == set(KPIS)
    assert not frame.duplicated(["service", "kpi", "unit", "count", "first"]).any()
    assert (frame["value"].isna() == (frame["status"] == "withheld")).all()


def uncertain(table: str, kpi: str, period: str = "2017") -> float:
    """How far a KPI of a table may be off."""
    frame = worked(table).figures.frame
    wanted = Period.parse(period)
    mine = frame[
        (frame["kpi"] == kpi) & (frame["count"] == wanted.count) & (frame["first"] == wanted.first)
    ]
    return float(mine["uncertain"].iloc[0])


@pytest.mark.parametrize(
    ("kpi", "measures", "expected"),
    [
        ("transactions_per_year", {"transactions": "137327249"}, 0),
        ("total_cost", {"cost": "1373272"}, 0),
        # Half a penny more or less of each of 137,327,249.
        ("total_cost", {"cost_per_transaction": "0.01", "transactions": "137327249"}, 686636.245),
        ("total_cost", {"cost_per_transaction": "0.0659", "transactions": "3"}, 0.00015),
        ("total_cost", {"cost_per_transaction": "0", "transactions": "35165"}, 175.825),
        ("total_cost", {"cost": "5", "cost_per_transaction": "2", "transactions": "3"}, 0),
        ("cost_per_transaction", {"cost": "50", "transactions": "200"}, 0),
        ("cost_per_transaction", {"cost_per_transaction": "5", "transactions": "200"}, 0.005),
        ("cost_per_transaction", {"cost_per_transaction": "0.0659"}, 0.00005),
        ("digital_take_up", {"transactions": "3", "transactions__digital": "1"}, 0),
        ("digital_take_up", {"digital_take_up": "88%"}, 0.005),
        ("digital_take_up", {"digital_take_up": "88.4%"}, 0.0005),
        ("completion_rate", {"completion_rate": "0.5"}, 0.005),
        ("completion_rate", {"completion_rate": "100%"}, 0),
        ("user_satisfaction", {"user_satisfaction": "0.912345"}, 0.0000005),
    ],
)
def test_a_figure_is_as_precise_as_what_it_is_made_of(
    kpi: str, measures: dict[str, str], expected: float
) -> None:
    """Counts and amounts are exact; half a unit of the last digit of what was stated is not."""
    assert uncertain(year(**measures), kpi) == expected


@fewer(2, because="each example is worked out from its rows to its groups")
@given(st.integers(1, 99_999), st.integers(2, 5), st.integers(1, 10**9))
def test_a_total_lies_within_what_is_uncertain_of_it(digits: int, places: int, number: int) -> None:
    """Whatever the unit cost was before it was rounded, the true total is no further away."""
    each = Decimal(digits).scaleb(-places)
    measures = {"cost_per_transaction": f"{each:f}", "transactions": str(number)}
    made = worked(year(**measures)).kpi("total_cost", "2017")
    doubt = uncertain(year(**measures), "total_cost")

    assert made == float(each * number)
    last = 1 - max(2, -int(each.normalize().as_tuple().exponent))
    assert doubt == pytest.approx(float(Decimal("0.05").scaleb(last) * number))


def test_a_quotient_is_that_of_the_amounts_as_they_were_given() -> None:
    """No file has 0.008289999999999999: the unit cost that was given comes back."""
    made = worked(year(cost_per_transaction="0.00829", transactions="3868019"))

    assert made.kpi("total_cost", "2017") == 32065.87751
    assert made.kpi("cost_per_transaction", "2017") == 0.00829
    assert (
        worked(year(cost="32065.87751", transactions="3868019")).kpi("cost_per_transaction", "2017")
        == 0.00829
    )
