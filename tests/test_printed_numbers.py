"""Every number that a page of the example prints is an exact number of its files, rounded.

`reader` reads pages and looks numbers up; here it is said how many, and it is seen to find a digit
that was altered.
"""

from __future__ import annotations

import os
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import pytest

from reader.reading import Reader, Report, read_site
from reader.tokens import Exact, fits, read

if TYPE_CHECKING:
    from pathlib import Path

OF_A_KIND: Final = 12
"""So many pages of each kind belong to every run; all of them to the proofs."""
EXCLUDED: Final = frozenset(
    {
        "prose of the pages about the site",
        "the length of a period",
        "the scale of an answer, or the length of a period",
        "the foot of a page",
        "the name of the page",
        "the name of a file, or the length of a period",
        "the name of a service",
        "the header of a row or column",
        "how many more figures stand in the file",
        "the words of who sent the figures",
    }
)
"""Why a number may be no figure. There is no other reason."""
MOST_EXCLUDED: Final = 0.02


def kind_of(path: str) -> str:
    """What kind of page has this path: those of a kind are made in one way."""
    folder, _, rest = path.partition("/")
    if not rest:
        return path
    nested = "/" in rest
    last = rest.rpartition("/")[2]
    what = "order" if re.match(r"by-|index\.html$", last) else "page"
    if folder in {"agencies", "categories"}:
        folder = "departments"
    return f"{folder}/{'nested ' if nested else ''}{what}"


def pages_of(site: Path) -> dict[str, list[str]]:
    """The paths of all pages of a site by their kind."""
    found: dict[str, list[str]] = {}
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        found.setdefault(kind_of(name), []).append(name)
    return found


def settle(report: Report, at_least: int) -> None:
    """Say what was read, and fail where a number is no number of the files."""
    excluded = report.excluded.total()
    print(  # noqa: T201 - the count is a part of the proof
        f"read {report.numbers:,} numbers: {report.matched:,} are of the files, "
        f"{excluded:,} are no figures: {dict(report.excluded)}"
    )
    if report.wrong:
        first = "\n".join(report.wrong[:25])
        pytest.fail(f"{len(report.wrong):,} are of no file:\n{first}", pytrace=False)
    assert report.matched + excluded == report.numbers >= at_least
    assert report.excluded.keys() <= EXCLUDED
    assert excluded < MOST_EXCLUDED * report.numbers


@pytest.fixture(scope="module")
def reader(site: Path) -> Reader:
    """A reader of the example."""
    return Reader(site)


def test_every_number_of_some_pages_of_every_kind_is_of_the_files(
    site: Path, reader: Reader
) -> None:
    """Twelve pages of each kind, from one end of the alphabet to the other."""
    report = Report()
    for paths in pages_of(site).values():
        for path in paths[:: max(1, len(paths) // OF_A_KIND)]:
            report.add(reader.read(path))
    settle(report, 30_000)


@pytest.mark.proofs
def test_every_number_of_every_page_is_of_the_files(site: Path) -> None:
    """All pages of the example, on all processors."""
    paths = [path for paths in pages_of(site).values() for path in paths]
    report = read_site(site, paths, os.cpu_count() or 1)

    assert len(paths) > 1_900
    settle(report, 300_000)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (
            "services/dft-tax-a-vehicle.html",
            r'<p class="value">(?:<[^>]*>)?[\d.]*?(\d)(?=[%mk.£<])',
        ),
        ("services/dft-tax-a-vehicle.html", r'<p class="change">[+−][\d.]*(\d)(?=%| points)'),
        ("services/dft-tax-a-vehicle.html", r"<td>\d+,\d+,\d\d(\d)</td>"),
        ("services/dft-tax-a-vehicle.html", r'<p class="lead">[\d.]*(\d)(?= million)'),
        ("departments/home-office.html", r"<td>(\d)(?=\d of \d+ services</td>)"),
        ("departments/home-office.html", r'<p class="note">\d*(\d) of \d+ services'),
        ("departments/index.html", r"<small>\d*(\d) of \d+ services"),
        ("health/index.html", r"<td[^>]*>[\d.]*(\d)%, "),
    ],
)
def test_an_altered_digit_is_found(
    site: Path, reader: Reader, tmp_path: Path, path: str, place: str
) -> None:
    """One digit of a card, a table or a sentence is made another one: the reader finds it."""
    page = (site / path).read_text("utf-8")
    found = re.search(place, page)
    assert found, place
    digit = str((int(found[1]) + 4) % 10)
    at = found.start(1)
    broken = tmp_path / "broken.html"
    broken.write_text(page[:at] + digit + page[at + 1 :], "utf-8")

    before, after = reader.read(path), reader.read(path, broken)

    assert after.numbers == before.numbers
    assert len(after.wrong) == len(before.wrong) + 1


@pytest.mark.parametrize(
    ("text", "exact", "is_right"),
    [
        ("+13%", Exact("percent", Fraction("12.5")), True),
        ("+12%", Exact("percent", Fraction("12.5")), False),
        ("−13%", Exact("percent", Fraction("-12.5")), True),
        ("+13%", Exact("percent", Fraction("-12.5")), False),
        ("£0.13", Exact("amount", Fraction("0.125")), True),
        ("£0.12", Exact("amount", Fraction("0.125")), False),
        ("87.6%", Exact("share", Fraction("0.8765")), False),
        ("87.7%", Exact("share", Fraction("0.8765")), True),
        ("100%", Exact("share", Fraction("0.9999")), False),
        (">99.9%", Exact("share", Fraction("0.9999")), True),
        ("<0.1%", Exact("share", Fraction(0)), False),
        ("0%", Exact("share", Fraction(0)), True),
        ("3.29m", Exact("count", Fraction(3_285_000)), True),
        ("3.28m", Exact("count", Fraction(3_285_000)), False),
        ("1,234", Exact("count", Fraction(1_234)), True),
        ("1,234", Exact("count", Fraction("1234.6")), False),
        ("−3.2 points", Exact("points", Fraction("-3.15")), True),
        ("6% fewer", Exact("percent", Fraction("-5.9")), True),
        ("6% more", Exact("percent", Fraction("-5.9")), False),
        ("£1m", Exact("amount", Fraction("1373272.49"), uncertain=Fraction(686_636)), True),
        ("£1.4m", Exact("amount", Fraction("1373272.49"), uncertain=Fraction(686_636)), False),
        ("£1.37m", Exact("amount", Fraction("1373272.49"), uncertain=Fraction(686_636)), False),
    ],
)
def test_a_number_is_the_exact_one_rounded_half_away_from_zero(
    text: str, exact: Exact, is_right: bool
) -> None:
    """A half goes away from zero, a sign says where a change goes, and no digit is guessed."""
    (number,) = read(text).numbers

    assert fits(number, exact) == is_right


def test_periods_and_dates_are_no_numbers() -> None:
    """A sentence has its figures and its periods, apart."""
    text = read(
        "282,000 transactions in the year to September 2017, 85.3% of them digital, up from "
        "77.3% a year before; 4,590 in the week of 2 December 2013, and 12 in 2016."
    )

    assert [one.text for one in text.numbers] == ["282,000", "85.3%", "77.3%", "4,590", "12"]
    assert [(one.unit, one.count) for one in text.spans] == [
        ("month", 12),
        ("week", 1),
        ("month", 12),
    ]
