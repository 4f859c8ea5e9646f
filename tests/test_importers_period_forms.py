from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfsite.importers.period_forms import period_form
from perfsite.periods import Period


@pytest.mark.parametrize(
    ("form", "text", "code"),
    [
        ("ISO", "2017-W27", "2017-W27"),
        ("ISO", "2017-01/2017-12", "2017"),
        ("DD/MM/YYYY", "03/07/2017", "2017-07-03"),
        ("DD/MM/YYYY", "3/7/2017", "2017-07-03"),
        ("MM/DD/YYYY", "03/07/2017", "2017-03-07"),
        ("YYYYMMDD", "20170703", "2017-07-03"),
        ("YYYY-MM-DDT00:00:00Z", "2012-12-31T00:00:00Z", "2012-12-31"),
        ("DD Mon YYYY", "3 July 2017", "2017-07-03"),
        ("Mon YYYY", "Jul 2017", "2017-07"),
        ("Mon YYYY", "SEPT 2017", "2017-09"),
        ("Mon-YYYY", "december-2017", "2017-12"),
        ("YYYYMM", "201707", "2017-07"),
        ("Qn YYYY", "Q3 2017", "2017-Q3"),
        ("YYYY", "2017", "2017"),
    ],
)
def test_a_period_is_read_by_its_form(form: str, text: str, code: str) -> None:
    """The form alone says what the digits are."""
    assert period_form(form).read(text).code == code


@pytest.mark.parametrize(
    ("form", "text", "code"),
    [
        ("YYYY/YY", "2016/17", "2016-04/2017-03"),
        ("YYYY-YY", "1999-00", "1999-04/2000-03"),
        ("YYYY-YYYY", "2023-2024", "2023-04/2024-03"),
        ("Qn YYYY/YY", "Q1 2017/18", "2017-Q2"),
        ("Qn YYYY/YY", "q4 2017/18", "2018-Q1"),
        ("YYYY-YY Qn", "2017-18 Q3", "2017-Q4"),
    ],
)
def test_a_financial_year_starts_in_its_first_month(form: str, text: str, code: str) -> None:
    """Years written as two, and their quarters, count from the month that the map names."""
    assert period_form(form, first_month=4).read(text).code == code


@pytest.mark.parametrize(
    ("covers", "form", "text", "code"),
    [
        ("week starting", "DD/MM/YYYY", "31/12/2012", "2013-W01"),
        ("week ending", "DD/MM/YYYY", "06/01/2013", "2013-W01"),
        ("month starting", "DD/MM/YYYY", "01/02/2013", "2013-02"),
        ("month ending", "DD/MM/YYYY", "28/02/2013", "2013-02"),
        ("quarter ending", "Mon YYYY", "Mar 2013", "2013-Q1"),
        ("quarter starting", "DD/MM/YYYY", "01/04/2013", "2013-Q2"),
        ("year ending", "Mon YYYY", "Mar 2013", "2012-04/2013-03"),
        ("year starting", "DD/MM/YYYY", "01/01/2013", "2013"),
    ],
)
def test_a_date_can_stand_for_a_longer_period(covers: str, form: str, text: str, code: str) -> None:
    """What a date starts or ends is said, and the period is the whole of it."""
    assert period_form(form, covers).read(text).code == code  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("covers", "text", "why"),
    [
        ("itself", "31/02/2013", "day"),
        ("itself", "13/13/2013", "month"),
        ("itself", "1/1/13", "has not the form DD/MM/YYYY"),
        ("itself", "01/01/0013", "year"),
        ("itself", "01/01/9999", "year"),
        ("week starting", "01/01/2013", "2013-01-01 is not a Monday"),
        ("week ending", "31/12/2012", "2012-12-31 is not a Sunday"),
        ("month starting", "02/01/2013", "2013-01-02 is not the first day of a month"),
        ("month ending", "30/01/2013", "2013-01-30 is not the last day of a month"),
    ],
)
def test_what_is_no_such_period_says_why(covers: str, text: str, why: str) -> None:
    """A date that does not exist, or starts nothing, is refused with its reason."""
    with pytest.raises(ValueError, match=why):
        period_form("DD/MM/YYYY", covers).read(text)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["2016/18", "2016/16", "2016/2017"])
def test_the_second_year_follows_the_first(text: str) -> None:
    """2016/18 is no financial year."""
    with pytest.raises(ValueError, match=r"not the year after|form"):
        period_form("YYYY/YY", first_month=4).read(text)


@pytest.mark.parametrize(
    ("form", "covers", "first_month", "why"),
    [
        ("YYYY/YY", "itself", 0, "needs first_month"),
        ("Mon YYYY", "itself", 4, "calendar time"),
        ("Mon YYYY", "week starting", 0, "no date that a week could start"),
        ("YYYY", "year ending", 0, "no date"),
        ("ISO", "week ending", 0, "no date"),
        ("DD/MM", "itself", 0, "is no form of a period"),
        ("MM YY", "itself", 0, "is no form of a period"),
        ("DD DD/MM/YYYY", "itself", 0, "more than once"),
        ("", "itself", 0, "is no form of a period"),
    ],
)
def test_a_form_that_cannot_be_meant_is_refused(
    form: str, covers: str, first_month: int, why: str
) -> None:
    """A form says all that is needed, and nothing that does not go with it."""
    with pytest.raises(ValueError, match=why):
        period_form(form, covers, first_month)  # type: ignore[arg-type]


@given(st.sampled_from(["DD/MM/YYYY", "Mon YYYY", "YYYYMM", "ISO"]), st.text(max_size=12))
def test_any_text_is_a_period_or_refused(form: str, text: str) -> None:
    """Nothing else is raised, and what is read is a period with one spelling."""
    try:
        period = period_form(form).read(text)
    except ValueError:
        return
    assert Period.parse(period.code) == period


@given(st.dates(), st.text(alphabet="DMY/- 0Monn", max_size=14))
def test_any_form_is_one_or_refused(day: object, name: str) -> None:
    """Whatever a map names as a form, the answer is a form or a reason."""
    try:
        form = period_form(name)
    except ValueError:
        return
    try:
        form.read(str(day))
    except ValueError:
        return
