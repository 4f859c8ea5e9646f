from __future__ import annotations

import pickle
import re
import subprocess
import sys
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import pytest
from babel.numbers import format_decimal
from hypothesis import assume, example, given
from hypothesis import strategies as st

from perfsite.decimals import decimal
from perfsite.errors import ConfigError
from perfsite.language import Language, read_catalogue
from perfsite.load import load_theme
from perfsite.measures import MeasureKind
from perfsite.periods import Period, Unit
from perfsite.text import Dated, capital, joined
from printed import half_up

if TYPE_CHECKING:
    from collections.abc import Callable

sizes = st.floats(0, 1e14, allow_nan=False).map(lambda x: round(x, 6))
shares = st.floats(0, 1, allow_nan=False)
counts = st.integers(0, 10**13)
ENGLISH = Language("en-GB")
SCALES = {"": Decimal(1), "k": Decimal(1000), "m": Decimal(10**6), "bn": Decimal(10**9)}


def as_number(text: str) -> Decimal:
    """What a short figure says, read as a person would."""
    match = re.fullmatch(r"(-?[\d,]+(?:\.\d+)?)(k|m|bn)?", text)
    assert match, text
    return Decimal(match[1].replace(",", "")) * SCALES[match[2] or ""]


def three_figures(value: int) -> Decimal:
    """A count in three significant figures by schoolbook arithmetic, half upwards."""
    number = Decimal(value)
    unit = Decimal(10) ** max(0, number.adjusted() - 2)
    return (number / unit).to_integral_value(ROUND_HALF_UP) * unit


@given(counts)
def test_a_short_count_has_three_significant_figures(value: int) -> None:
    """Below 10,000 a count is printed in full, from there on rounded half up to three figures."""
    text = ENGLISH.short_count(value)

    assert as_number(text) == (Decimal(value) if value < 10_000 else three_figures(value))
    assert text[-1].isdigit() == (value < 10_000)
    if value >= 10_000:
        assert len(re.sub(r"\D", "", text)) == 3 or value >= 999_500_000_000


@pytest.mark.parametrize(
    ("value", "short", "long"),
    [
        (0, "0", "0"),
        (1, "1", "1"),
        (9_876, "9,876", "9,876"),
        (9_999, "9,999", "9,999"),
        (10_000, "10.0k", "10,000"),
        (12_250, "12.3k", "12,300"),
        (12_345, "12.3k", "12,300"),
        (12_350, "12.4k", "12,400"),
        (847_499, "847k", "847,000"),
        (999_499, "999k", "999,000"),
        (999_500, "1.00m", "1.00 million"),
        (3_294_999, "3.29m", "3.29 million"),
        (999_500_000, "1.00bn", "1.00 billion"),
        (3_309_852_525, "3.31bn", "3.31 billion"),
    ],
)
def test_counts_are_written_as_the_platform_did(value: int, short: str, long: str) -> None:
    """Thousands are k from 10,000, then m and bn, on cards and in cells; words in sentences."""
    assert (ENGLISH.short_count(value), ENGLISH.long_count(value)) == (short, long)


@given(counts)
def test_a_full_count_is_the_count(value: int) -> None:
    """With its thousands separators taken out, a full count is the number itself."""
    text = ENGLISH.count(value)

    assert text == f"{value:,}"


def percent_says(text: str) -> tuple[str, Decimal]:
    """The words before a percentage, and its number."""
    match = re.fullmatch(r"(less than |more than |)(\d+(?:\.\d+)?)%", text)
    assert match, text
    return match[1], Decimal(match[2])


@given(shares, st.sampled_from([0, 1, 2]))
def test_a_percentage_is_nothing_or_everything_only_when_that_is_exact(
    share: float, decimals: int
) -> None:
    """0% and 100% are printed for 0 and 1, and for nothing else, however near."""
    _, number = percent_says(ENGLISH.percent(share, decimals))
    words = ENGLISH.percent(share, decimals)

    assert (words == "0%") == (share == 0)
    assert (words == "100%") == (share == 1)
    assert (number in (0, 100)) == (share in (0, 1))


@given(shares)
def test_a_percentage_is_true(share: float) -> None:
    """A printed number is within half its last place, and `less than` and `more than` hold."""
    words, number = percent_says(ENGLISH.percent(share))
    exact = Decimal(share) * 100

    if words == "less than ":
        assert 0 < exact < number
    elif words == "more than ":
        assert number < exact < 100
    else:
        assert abs(exact - number) <= Decimal("0.0500001")


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0%"),
        (1, "100%"),
        (0.5, "50.0%"),
        (0.884, "88.4%"),
        (0.0004, "less than 0.1%"),
        (0.9996, "more than 99.9%"),
        (0.001, "0.1%"),
    ],
)
def test_percentages_have_one_decimal(share: float, text: str) -> None:
    """One decimal, and none where the figure is exactly all or nothing."""
    assert ENGLISH.percent(share) == text


@given(st.integers(1, 10**10), st.integers(2, 10**10))
def test_a_full_share_is_nothing_or_everything_only_when_that_is_exact(part: int, of: int) -> None:
    """The figure for those who want to check it is not rounded to 0% or 100% either."""
    assume(part < of)

    assert ENGLISH.full_figure(part / of, MeasureKind.SHARE) not in ("0%", "100%")


@pytest.mark.parametrize("share", [1 - 1e-9, 1e-9])
def test_one_in_a_billion_still_shows_in_a_full_share(share: float) -> None:
    """A department with a billion transactions, all but one of them digital, is not at 100%."""
    assert ENGLISH.full_figure(share, MeasureKind.SHARE) not in ("0%", "100%")


@pytest.mark.parametrize(
    ("value", "short", "full"),
    [
        (0, "£0.00", "£0.00"),
        (0.0065, "£0.0065", "£0.0065"),
        (0.0659, "£0.07", "£0.0659"),
        (0.82, "£0.82", "£0.82"),
        (5, "£5.00", "£5.00"),
        (1_234.5, "£1,234.50", "£1,234.50"),
        (12_345.67, "£12.3k", "£12,345.67"),
        (1_850_000_000, "£1.85bn", "£1,850,000,000.00"),
        (-5, "−£5.00", "−£5.00"),
    ],
)
def test_money_keeps_its_pence_below_ten_pounds(value: float, short: str, full: str) -> None:
    """Small amounts are given to the penny or finer, large ones in three figures."""
    assert (ENGLISH.money(value), ENGLISH.full_money(value)) == (short, full)


@given(st.floats(1e-9, 1e12))
def test_an_amount_is_never_printed_as_nothing(value: float) -> None:
    """What costs something is not printed as £0.00, and a point has digits behind it."""
    text = ENGLISH.money(value)

    assert re.fullmatch(r"£[\d,]+(\.\d+)?(k|m|bn)?", text)
    assert any(digit in "123456789" for digit in text)


@given(st.floats(0, 1e12))
def test_an_amount_in_full_is_a_number_with_pence(value: float) -> None:
    """However small the amount, there are at least two digits behind its point."""
    assert re.fullmatch(r"£[\d,]+\.\d{2,}", ENGLISH.full_money(value))


def test_other_currencies_have_their_sign_or_their_code() -> None:
    """A currency that perfsite has no sign for is named by its code."""
    assert Language("en-GB", currency="EUR").money(1.5) == "€1.50"
    assert Language("en-GB", currency="SEK").money(1.5) == "SEK\xa01.50"


@given(st.integers(0, 10**10), st.integers(1, 10**10))
def test_a_change_has_the_sign_of_the_difference(now: int, before: int) -> None:
    """Plus for more, minus for less, `no change` only for the same figure."""
    text = ENGLISH.change(now, before, MeasureKind.COUNT)

    assert (text == "no change") == (now == before)
    assert text.startswith("+") <= (now > before)
    assert text.startswith("−") <= (now < before)
    assert text.startswith(("+", "−")) or abs(now / before - 1) < 0.0005


@pytest.mark.parametrize(
    ("now", "before", "kind", "text"),
    [
        (115, 100, MeasureKind.COUNT, "+15%"),
        (95, 100, MeasureKind.COUNT, "−5.0%"),
        (100_001, 100_000, MeasureKind.COUNT, "almost no change"),
        (0, 100, MeasureKind.COUNT, "−100%"),
        (0, 0, MeasureKind.COUNT, "no change"),
        (5, 0, MeasureKind.COUNT, "+5"),
        (0.75, 0.8, MeasureKind.SHARE, "−5.0 points"),
        (0.5, 0, MeasureKind.SHARE, "+50.0 points"),
        (0.8, 0.8, MeasureKind.SHARE, "no change"),
        (2.5, 2.0, MeasureKind.CURRENCY, "+25%"),
    ],
)
def test_shares_change_by_points_and_the_rest_by_percentages(
    now: float, before: float, kind: MeasureKind, text: str
) -> None:
    """A change has its unit, and from nothing there is no percentage."""
    assert ENGLISH.change(now, before, kind) == text


def test_a_fall_to_almost_nothing_is_not_a_fall_to_nothing() -> None:
    """100% is printed only when it is exactly true, in a change as elsewhere."""
    assert ENGLISH.change(1, 1_000, MeasureKind.COUNT) != "−100%"


@pytest.mark.parametrize(
    ("value", "uncertain", "text"),
    [
        # £0.01 a transaction, 137,327,249 of them, and half a penny more or less of each.
        (1_373_272.49, 686_636.245, "about £1m"),
        (13_732_724.9, 686_636.245, "about £14m"),
        (1_373_272.49, 4_000, "£1.37m"),
        (1_373_272.49, 40_000, "about £1.4m"),
        (9_600_000, 5_000_000, "about £10m"),
        (999_600, 500, "£1.00m"),
        (12_345.67, 61, "£12.3k"),
        (12_345.67, 610, "about £12k"),
        (1_234.56, 0.6, "about £1,235"),
        (1_234.56, 6, "about £1,230"),
        (6_200, 2.5, "£6,200"),
        (0.82, 0.005, "£0.82"),
        (0.0659, 0.00005, "£0.07"),
        (0.0083, 0.000005, "£0.0083"),
        (0.00625, 0.0006, "about £0.006"),
        (0, 175.8, "less than £200"),
        (0, 0.005, "less than £0.01"),
        (400_000, 680_000, "less than £2m"),
        (-1_234.56, 0.6, "about −£1,235"),
    ],
)
def test_an_amount_has_the_digits_that_are_known(value: float, uncertain: float, text: str) -> None:
    """The last digit stands for no less than what is uncertain, up or down."""
    assert ENGLISH.money(value, uncertain) == text


@given(st.floats(0.001, 1e10), st.floats(1e-4, 1e9))
@example(0.2, 0.5)
def test_no_digit_is_printed_that_is_not_known(value: float, uncertain: float) -> None:
    """Whatever is printed of an amount holds for all that the amount may be."""
    text = ENGLISH.money(value, uncertain)
    match = re.fullmatch(r"(less than |about |)£([\d,]+(?:\.(\d+))?)(k|m|bn)?", text)
    assert match, text
    said = Decimal(match[2].replace(",", "")) * SCALES[match[4] or ""]

    if match[1] == "less than ":
        assert said >= decimal(value) + decimal(uncertain) or said == Decimal("0.01")
        return
    last = SCALES[match[4] or ""].scaleb(-len(match[3] or ""))
    whole = match[2].replace(",", "")
    if not match[3] and whole.endswith("0"):
        # Zeros at the end may only fill the places of digits that are not known.
        last *= 10 ** (len(whole) - len(whole.rstrip("0")))
    assert last >= Decimal(uncertain) * Decimal("0.99999"), text
    assert abs(said - Decimal(value)) <= last / 2 * Decimal("1.0000001")


@pytest.mark.parametrize(
    ("share", "uncertain", "text"),
    [
        (0.876, 0.0005, "87.6%"),
        (0.88, 0.005, "88%"),
        (0.885, 0.005, "89%"),
        (0.884, 0.05, "90%"),
        (0.9996, 0.005, "more than 99%"),
        (0.004, 0.005, "less than 1%"),
        (1, 0.005, "100%"),
        (0, 0.005, "0%"),
    ],
)
def test_a_share_has_the_digits_that_are_known(share: float, uncertain: float, text: str) -> None:
    """A share that was given as 88% is not 88.0%."""
    assert ENGLISH.percent(share, uncertain=uncertain) == text


@given(st.integers(0, 10**9), st.integers(1, 4))
def test_what_is_printed_is_rounded_half_away_from_zero(number: int, places: int) -> None:
    """Of amounts and shares, at the places at which they are printed."""
    amount, share = Decimal(number).scaleb(-places), Decimal(number).scaleb(-9)
    assume(0 < share < 1)

    if 1 <= amount < 10_000:
        assert ENGLISH.money(float(amount)) == f"£{half_up(amount, 2):,.2f}"
    if Decimal("0.0005") <= share < Decimal("0.9995"):
        assert ENGLISH.percent(float(share)) == f"{half_up(share * 100, 1):.1f}%"


@pytest.mark.parametrize(
    ("value", "money", "percent"),
    [(0.125, "£0.13", "12.5%"), (0.1255, "£0.13", "12.6%"), (0.0725, "£0.07", "7.3%")],
)
def test_a_half_goes_up_wherever_it_stands(value: float, money: str, percent: str) -> None:
    """An eighth of a pound is 13 pence, and 7.25% is 7.3%."""
    assert (ENGLISH.money(value), ENGLISH.percent(value)) == (money, percent)


@given(st.floats(0.01, 1e9))
def test_a_long_number_has_no_dust(value: float) -> None:
    """What a quotient has beyond six decimals stands in files alone."""
    assert len(ENGLISH.full_money(value).partition(".")[2]) <= 6
    assert len(ENGLISH.in_table(value, MeasureKind.CURRENCY).partition(".")[2].strip("kmbn")) <= 2


def test_the_table_has_no_digits_that_are_dust() -> None:
    """Three decimals of a penny are no figure, and what was divided is rounded."""
    assert ENGLISH.in_table(0.008289999999999999, MeasureKind.CURRENCY) == "£0.0083"
    assert ENGLISH.in_table(2 / 3, MeasureKind.SHARE) == "66.7%"
    assert ENGLISH.in_table(12_345.67, MeasureKind.CURRENCY) == "£12,345.67"
    assert ENGLISH.in_table(1_373_272.49, MeasureKind.CURRENCY, 686_636.245) == "about £1m"
    assert ENGLISH.in_table(3_309_852_525, MeasureKind.COUNT) == "3,309,852,525"


TAGS = {tag: Language(tag) for tag in ("en-GB", "fr", "fr-CA", "de", "cy", "pl", "sv")}


@pytest.mark.parametrize("tag", TAGS)
@given(number=st.integers(-(10**12), 10**12), decimals=st.integers(0, 4))
def test_separators_are_those_of_the_language(tag: str, number: int, decimals: int) -> None:
    """They are Babel's, with a minus sign, and spaces that any font has."""
    value = Decimal(number).scaleb(-decimals)
    pattern = "#,##0" + (f".{'0' * decimals}" if decimals else "")
    expected = str(format_decimal(value, format=pattern, locale=tag.replace("-", "_")))

    written = TAGS[tag].plain(f"{value:f}")

    assert written == expected.replace("\u202f", "\xa0").replace("-", "−")


@given(st.sampled_from(list(MeasureKind)), sizes)
def test_every_kind_has_its_wording(kind: MeasureKind, value: float) -> None:
    """A share gets a percent sign, an amount its currency, and nothing else has either."""
    value = min(value, 1.0) if kind is MeasureKind.SHARE else value
    for text in (ENGLISH.figure(value, kind), ENGLISH.full_figure(value, kind)):
        assert ("%" in text) == (kind is MeasureKind.SHARE)
        assert ("£" in text) == (kind is MeasureKind.CURRENCY)
        assert ("seconds" in text) == (kind is MeasureKind.SECONDS)
        assert (" ms" in text) == (kind is MeasureKind.MILLISECONDS)
        assert "nan" not in text
        assert not re.search(r"\de", text)


@pytest.mark.parametrize(
    ("code", "name", "short"),
    [
        ("2017-07-03", "on 3 July 2017", "3 Jul 2017"),
        ("2017-W27", "in the week of 3 July 2017", "3 Jul 2017 to 9 Jul 2017"),
        ("2017-07", "in July 2017", "Jul 2017"),
        ("2017-Q3", "in July to September 2017", "Jul to Sep 2017"),
        ("2016-11/2017-02", "in November 2016 to February 2017", "Nov 2016 to Feb 2017"),
        ("2016-10/2017-09", "in the year to September 2017", "Oct 2016 to Sep 2017"),
    ],
)
def test_periods_are_named_in_words(code: str, name: str, short: str) -> None:
    """A period is named by its months, its week's Monday or its day."""
    period = Period.parse(code)

    assert (ENGLISH.in_period(period), ENGLISH.period_range(period)) == (name, short)


def test_a_window_of_weeks_is_named_by_its_last_day() -> None:
    """52 weeks are called so, and not a year."""
    window = Period(Unit.WEEK, Period.parse("2015-W01").first, 52)

    assert ENGLISH.period_name(window) == "the 52 weeks to 27 December 2015"


def test_a_span_runs_from_the_first_start_to_the_last_end() -> None:
    """Two quarters make a span from the first month of one to the last month of the other."""
    first, last = Period.parse("2012-Q3"), Period.parse("2017-Q3")

    assert ENGLISH.span_range(first, last) == "Jul 2012 to Sep 2017"
    assert ENGLISH.day(date(2013, 10, 7)) == "7 October 2013"


FRENCH = Language("fr", read_catalogue("fr", load_theme().translations), "GBP")


@pytest.mark.parametrize(
    ("english", "french"),
    [
        (lambda w: w.count(1_234_567), ("1,234,567", "1 234 567")),
        (lambda w: w.short_count(3_294_999), ("3.29m", "3,29 M")),
        (lambda w: w.long_count(3_294_999), ("3.29 million", "3,29 millions")),
        (lambda w: w.long_count(1_290_000), ("1.29 million", "1,29 million")),
        (lambda w: w.percent(0.884), ("88.4%", "88,4 %")),
        (lambda w: w.percent(0.0004), ("less than 0.1%", "moins de 0,1 %")),
        (lambda w: w.money(1_234.5), ("£1,234.50", "1 234,50 £GB")),
        (lambda w: w.money(-12_345.67), ("−£12.3k", "−12,3 k £GB")),
        (lambda w: w.day(date(2013, 10, 7)), ("7 October 2013", "7 octobre 2013")),
        (
            lambda w: w.in_period(Period.parse("2016-10/2017-09")),
            ("in the year to September 2017", "sur l’année se terminant en septembre 2017"),
        ),
        (
            lambda w: w.in_period(Period.parse("2017-Q4")),
            ("in October to December 2017", "entre octobre et décembre 2017"),
        ),
        (lambda w: w.change(0.75, 0.8, MeasureKind.SHARE), ("−5.0 points", "−5,0 points")),
    ],
)
def test_a_second_language_has_its_own_words_numbers_and_dates(
    english: Callable[[Language], str], french: tuple[str, str]
) -> None:
    """What is one figure is written as each language writes it."""
    written = [english(language).replace("\xa0", " ") for language in (ENGLISH, FRENCH)]

    assert written == list(french)


@pytest.mark.parametrize("number", [0, 1, 1.5, 2, 1_000_000])
def test_plurals_follow_the_language(number: float) -> None:
    """English has one form for 1 alone, French for everything below 2."""
    catalogue = (
        'msgid "{n} day"\nmsgid_plural "{n} days"\nmsgstr[0] "{n} jour"\nmsgstr[1] "{n} jours"\n'
    )
    french = Language("fr", read_catalogue("fr", {"fr.po": catalogue.encode()}))

    assert ENGLISH.plural(number, "{n} day", "{n} days").endswith(" day") == (number == 1)
    assert french.plural(number, "{n} day", "{n} days").endswith(" jour") == (number < 2)


def test_a_language_without_a_catalogue_is_refused() -> None:
    """English needs none; another language does, and the message says where it belongs."""
    read_catalogue("en-CA", {})
    with pytest.raises(ConfigError, match=r"no translation into cy; write templates/languages"):
        read_catalogue("cy", {})
    with pytest.raises(ConfigError, match="xx-yy-zz is no language"):
        Language("xx-yy-zz")


def test_a_catalogue_of_the_place_comes_before_that_of_the_language() -> None:
    """fr-CA.po is taken for Canadian French where it is there, else fr.po."""
    files = {"fr.po": b'msgid "a"\nmsgstr "b"\n', "fr-CA.po": b'msgid "a"\nmsgstr "c"\n'}

    assert Language("fr-CA", read_catalogue("fr-CA", files)).say("a") == "c"
    assert Language("fr-BE", read_catalogue("fr-BE", files)).say("a") == "b"


def test_a_language_does_not_depend_on_those_asked_before() -> None:
    """July alone is `juil.` in French, whether or not Canadian French was asked first."""
    asked = (
        "from perfsite.language import Language\n"
        "for tag in ('fr-CA', 'fr', 'fr-CA'):\n"
        "    print(Language(tag).short_month(2017 * 12 + 6, year=False))\n"
    )
    # In a process of its own: in this one they have been asked before.
    ran = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, encoding="utf-8", check=True, timeout=60
    )

    assert ran.stdout.split() == ["juill.", "juil.", "juill."]


@given(st.dates(date(1000, 1, 1)), st.sampled_from(["en-GB", "fr", "en"]))
def test_a_day_in_words_of_others_is_found(day: date, tag: str) -> None:
    """Somebody wrote it as the language writes it, wherever it stands in the text."""
    language = Language(tag)
    words = str(language.day(day))
    text = f"1 {words}, 2000 {words}. {words}"

    found = language.with_days(text)

    assert found == text
    assert days_of(found) == [(words, day)] * 3


@given(st.dates(date(1000, 1, 1)), st.sampled_from(["en-GB", "fr", "en"]))
def test_what_is_said_with_a_day_knows_it(day: date, tag: str) -> None:
    """In sentences in sentences, at their beginning, and beside others; as text it is the same."""
    language = Language(tag)
    said = language.say("{day}: {when}", day=language.day(day), when=language.period_name(_of(day)))
    text = joined(
        " ", ["Ended.", capital(language.say("{sentence}!", sentence=said)), "2 May 2019"]
    )
    words = str(language.day(day))

    assert text == f"Ended. {words}: {words}! 2 May 2019"
    assert days_of(text) == [(words, day)] * 2
    assert days_of(text.removesuffix(" 2 May 2019")) == days_of(text)
    assert days_of(language.plural(2, "{n} of {day}", "{n} to {day}", day=said)) == days_of(said)
    assert pickle.loads(pickle.dumps(text)).pieces == text.pieces  # type: ignore[attr-defined]  # noqa: S301


def test_a_short_day_of_may_is_written_in_full() -> None:
    """So it is one that programs can read, and those of other months are not."""
    assert days_of(ENGLISH.short_day(date(2018, 5, 7))) == [("7 May 2018", date(2018, 5, 7))]
    assert days_of(ENGLISH.short_day(date(2018, 6, 7))) == []


def days_of(text: str) -> list[tuple[str, date]]:
    """The days that a text knows, as they stand in it."""
    pieces = text.pieces if isinstance(text, Dated) else ()
    return [(words, day) for words, day in pieces if day]


def _of(day: date) -> Period:
    return Period(Unit.DAY, day.toordinal())


def test_what_is_no_day_is_not_found() -> None:
    """A month, a number before a month, and a day that there is not."""
    for text in ("September 2018", "119 September 2018", "31 February 2018", "1 May 20185"):
        assert days_of(ENGLISH.with_days(text)) == []
