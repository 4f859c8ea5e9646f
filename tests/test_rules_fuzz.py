from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from helpers import csv_source, register
from perfsite.config import Checks, SiteConfig
from perfsite.kpi.figures import work_out
from perfsite.kpi.inputs import resolve
from perfsite.measures import MEASURES
from perfsite.validate.consistency import check_consistency, is_blamed
from perfsite.validate.observations import read_observations
from perfsite.validate.rules import check_series
from properties import fewer

SERVICES = {
    **register("alpha", opened="2016-06", closed="2018"),
    **register("beta", agency="Agency-B"),
}
PERIODS = (
    *(f"{year}" for year in (2015, 2016, 2017, 2071)),
    *(f"{year}-Q{q}" for year in (2016, 2017) for q in (1, 2, 3, 4)),
    *(f"2017-{month:02d}" for month in range(1, 13)),
    *(f"2017-W{week:02d}" for week in range(1, 10)),
    *(f"2017-02-{day:02d}" for day in range(1, 29)),
    "2016-04/2017-03", "2017-01/2017-06", "2016-01/2017-12", "1900-01", "2200-12",
)  # fmt: skip
NAMES = tuple(
    f"{key}{channel}"
    for key, one in MEASURES.items()
    for channel in (("", ":digital", ":phone") if one.by_channel else ("",))
)
VALUES = ("0", "1", "12", "0.5", "700", "1000000", "9007199254740992", "[x]", "[z]", "[c]", "5[b]")


@fewer(2, because="each example is worked out from its rows to its groups")
@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(SERVICES)),
            st.sampled_from(PERIODS),
            st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES), min_size=1),
        ),
        max_size=40,
    ),
    st.dates(date(1900, 1, 1), date(2201, 1, 1)),
    st.sampled_from([Checks(), Checks(jump_factor=1.01, jump_deviations=0.01, repeats=2)]),
)
def test_rules_say_something_of_what_is_there_whatever_that_is(
    rows: list[tuple[str, str, dict[str, str]]], today: date, checks: Checks
) -> None:
    """No table makes a rule fail, and what a problem blames is an observation."""
    names = sorted({name for _, _, cells in rows for name in cells}) or ["transactions"]
    lines = [" ".join(("service", "period", *names))]
    lines += [
        " ".join((service, period, *(cells.get(name, "_") for name in names)))
        for service, period, cells in rows
    ]
    config = SiteConfig()
    observations, _ = read_observations([csv_source("\n".join(lines))], SERVICES, config)
    parts = resolve(observations, config)
    _, problems = check_consistency(observations, parts, config.digital_channels)
    figures = work_out(parts, observations, config)
    problems += figures.problems
    problems += check_series(observations, parts, figures.windows, SERVICES, checks, today)

    assert len(problems) == len(set(problems))
    for problem in problems:
        assert problem.found
        assert problem.expected
        assert problem.fix
        assert problem.service in {*SERVICES, ""}
        if problem.period:
            assert is_blamed(observations, [problem]).any(), problem
