from __future__ import annotations

import csv
import io
import re
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answer_key import answer_key
from perfsite.importers.performance_platform import import_register
from perfsite.model import MAX_ID_LENGTH, REGISTER_COLUMNS, Source, why_not_an_id
from perfsite.periods import Period

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from perfsite.errors import Problem
    from perfsite.importers import Imported

EDITIONS = {
    "2015-06-30": 7_373,
    "2016-04-20": 12_055,
    "2016-07-12": 13_116,
    "2016-11-30": 14_108,
    "2017-03-01": 15_019,
    "2017-07-18": 16_284,
    "2017-10-31": 18_268,
    "2018-01-26": 19_168,
    "2018-09-19": 20_555,
}
LONG = "a-service-of-a-department-with-so-many-words-in-its-name-that-no-address-can-hold-them-all"


def as_source(*rows: list[str]) -> Source:
    """A spreadsheet of these rows, as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return Source("services.csv", text.getvalue().encode())


def a_register(columns: list[str], *services: list[str]) -> Source:
    """A register with these columns besides the required ones, and services `one`, `two`..."""
    names = ["one", "two", "three"]
    return as_source(
        ["Slug", "Name of service", "Department", *columns],
        *([names[i], f"Service {i}", "Ministry", *cells] for i, cells in enumerate(services)),
    )


def a_slug(*slugs: str) -> Source:
    """A register of services with these slugs and one figure each."""
    header = ["Slug", "Name of service", "Department", "2014-Q4 Vol."]
    return as_source(header, *([slug, "Name", "Ministry", "1"] for slug in slugs))


def figures(imported: Imported) -> dict[tuple[str, str, str], str]:
    """Every cell of the submissions, by service, period and column."""
    cells: dict[tuple[str, str, str], str] = {}
    for path, text in imported.texts.items():
        if path.startswith("submissions/"):
            for row in csv.DictReader(io.StringIO(text)):
                service, period = row.pop("service"), row.pop("period")
                for column, cell in row.items():
                    assert (service, period, column) not in cells
                    cells[service, period, column] = cell
    return cells


def services(imported: Imported) -> list[dict[str, str]]:
    """The rows of the register that was made."""
    return list(csv.DictReader(io.StringIO(imported.texts["services.csv"])))


def coded(imported: Imported, code: str) -> list[Problem]:
    """The problems with this code."""
    return [problem for problem in imported.problems if problem.code == code]


@pytest.mark.parametrize(
    ("header", "period", "column"),
    [
        ("2014-Q4 Vol.", "2013-10/2014-09", "transactions"),
        ("2014-Q4 CPT (£)", "2013-10/2014-09", "cost_per_transaction"),
        ("2014-Q4 Digital vol.", "2013-10/2014-09", "transactions:digital"),
        ("2014-Q4 Digital CPT (£)", "2013-10/2014-09", "cost_per_transaction:digital"),
        ("2014-Q4 Completion rate", "2013-10/2014-09", "completion_rate"),
        ("2014-Q4 User satisfaction", "2013-10/2014-09", "user_satisfaction"),
        ("2015-Q1 Vol.", "2014", "transactions"),
        ("2015-Q2 Vol.", "2014-04/2015-03", "transactions"),
        ("2015-Q3 Vol.", "2014-07/2015-06", "transactions"),
        ("2031-Q3 Vol.", "2030-07/2031-06", "transactions"),
        ("2012-Q4 Vol.", "2011-04/2012-03", "transactions"),
        ("2012-Q4 Digital CPT (£)", "2011-04/2012-03", "cost_per_transaction:digital"),
        ("Total transactions\nJan - Mar 2013", "2013-Q1", "transactions"),
        ("Total transactions\nApr - Jun 2013", "2013-Q2", "transactions"),
        ("Total transactions\nJul - Sep 2012", "2012-Q3", "transactions"),
        ("Digital transactions \r\n Oct - Dec 2012 ", "2012-Q4", "transactions:digital"),
        (" 2014-Q4\n  digital VOL. ", "2013-10/2014-09", "transactions:digital"),
    ],
)
def test_a_header_of_figures_says_measure_and_period(header: str, period: str, column: str) -> None:
    """The form of a header says what its figures are, for quarters never seen as well."""
    imported = import_register(a_register([header], ["7"]))

    assert figures(imported) == {("one", period, column): "7"}
    assert imported.problems == []


@pytest.mark.parametrize(
    "header",
    [
        "Total \nOct16-Sep17 [12 MONTHS]",
        "Totals check\nOct-Sep",
        "Latest volumes",
        "all",
        "dig",
        "Cumulative",
        "FOI URL",
        "Notes [for GDS only]",
        "2014-Q5 Vol.",
        "1914-Q4 Vol.",
        "2014-Q4 Vol. (old)",
        "Total transactions Feb - Apr 2014",
        "Total transactions Jan - Mar 14",
    ],
)
def test_an_internal_column_is_reported_once_and_not_imported(header: str) -> None:
    """A column that is neither figures nor facts is a note, once however often it stands."""
    imported = import_register(a_register([header, "", "  ", header], ["7", "8", "9", "7"]))

    (problem,) = imported.problems
    assert (problem.code, problem.row) == ("PS304", 1)
    assert problem.column == " ".join(header.split())
    assert problem.found == "2 columns of this name"
    assert list(imported.files) == ["services.csv"]


@pytest.mark.parametrize(
    ("cell", "figure"),
    [
        ("1,234", "1234"),
        ("  386,468 ", "386468"),
        ("2,327,505.00", "2327505.00"),
        ("0", "0"),
        ("0.00500", "0.00500"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("-5", "-5"),
        ("007", "007"),
        ("", "[x]"),
        ("   ", "[x]"),
        ("-", "[x]"),
        (" [Not provided] ", "[x]"),
    ],
)
def test_a_cell_is_the_digits_that_stand_there(cell: str, figure: str) -> None:
    """Separators go, zeros stay, blanks are not available, and no float comes in between."""
    imported = import_register(a_register(["2014-Q4 Vol."], [cell], ["1"]))

    assert figures(imported)["one", "2013-10/2014-09", "transactions"] == figure
    assert imported.problems == []


@pytest.mark.parametrize(
    "cell",
    [
        *("#REF!", "See comment", "12%", "1,23", "1,2345", "1.234,5", "£5", "(5)", "1e6", "1 234"),
        *("nan", "inf", "\u0661\u0662", "5.", ".5", "1_000", "--", "n/a", "[x]", "1,234\n5"),
    ],
)
def test_a_cell_that_is_no_figure_is_missing_and_reported(cell: str) -> None:
    """What cannot be read is [x] and an error that names place, finding, expectation and cure."""
    imported = import_register(
        a_register(["Other notes", "Total transactions\nJan - Mar 2013"], ["\n\n", "1"], ["", cell])
    )

    assert figures(imported)["two", "2013-Q1", "transactions"] == "[x]"
    (problem,) = imported.problems
    assert (problem.file, problem.row, problem.code) == ("services.csv", 3, "PS301")
    assert problem.column == "Total transactions Jan - Mar 2013"
    assert problem.found == " ".join(cell.split())
    assert problem.expected == "a number, or a blank cell"
    assert problem.fix


def test_a_rate_may_carry_a_percent_sign() -> None:
    """A percentage keeps its sign in a column of rates, and in no other."""
    columns = ["2014-Q4 Completion rate", "2014-Q4 User satisfaction", "2014-Q4 CPT (£)"]
    imported = import_register(a_register(columns, ["85.5%", "0.91", "1"], ["1", "?", "5%"]))

    found = {key[0::2]: cell for key, cell in figures(imported).items()}
    assert found["one", "completion_rate"] == "85.5%"
    assert found["one", "user_satisfaction"] == "0.91"
    assert found["two", "user_satisfaction"] == found["two", "cost_per_transaction"] == "[x]"
    assert [(problem.found, problem.row) for problem in imported.problems] == [("5%", 3), ("?", 3)]


def test_columns_that_say_the_same_twice_are_one() -> None:
    """A repeated header with equal figures is no trouble, however they are written."""
    imported = import_register(a_register(["2014-Q4 Vol.", "2014-Q4  vol."], ["1,000", "1000"]))

    assert figures(imported) == {("one", "2013-10/2014-09", "transactions"): "1000"}
    assert imported.problems == []


def test_columns_that_disagree_are_not_chosen_between() -> None:
    """Where a repeated column differs neither figure is kept, and the rest of it is."""
    columns = ["2014-Q4 Vol.", "Category", "2014-Q4 Vol.", "2014-Q4 Vol."]
    imported = import_register(
        a_register(columns, ["1", "", "1", "1"], ["2", "", "2", "3"], ["4", "", "", "4"])
    )

    assert list(figures(imported).values()) == ["1", "[x]", "[x]"]
    assert [(p.code, p.row, p.column, p.found) for p in imported.problems] == [
        ("PS301", 3, "2014-Q4 Vol.", "2 and 2 and 3"),
        ("PS301", 4, "2014-Q4 Vol.", "4 and [x] and 4"),
    ]


def test_two_headers_for_one_period_are_a_repeated_column() -> None:
    """2012-Q2 means the same months as the exception 2012-Q4, and is held against it."""
    imported = import_register(a_register(["2012-Q2 Vol.", "2012-Q4 Vol."], ["1", "2"], ["3", "3"]))

    assert list(figures(imported).values()) == ["[x]", "3"]
    assert len(coded(imported, "PS301")) == 1


FACTS = {
    "slug": "tax-a-vehicle",
    "NAME OF SERVICE": " Tax  a\nvehicle ",
    "Department": "Department, for Transport",
    "Abbr": "DfT",
    "Agency/body": "Driver Agency",
    "Agency abbr": "DA",
    "Category": "Making a payment",
    "URL": "https://www.gov.uk/vehicle-tax ",
    "Customer type": "[not provided]",
    "Business\nmodel": "Fees and charges",
    "Keywords": 'car, "tax"',
    "Description of service": "What it is",
    "Notes on costs": "What it costs",
    "Other notes": "What else",
}


def test_facts_become_the_register() -> None:
    """Each descriptive column has its place, stripped, and all columns of ours are there."""
    imported = import_register(as_source(list(FACTS), list(FACTS.values())))

    assert services(imported) == [
        {
            "service": "tax-a-vehicle",
            "name": "Tax a vehicle",
            "department": "Department, for Transport",
            "department_abbr": "DfT",
            "agency": "Driver Agency",
            "agency_abbr": "DA",
            "category": "Making a payment",
            "customer_type": "",
            "funded_by": "Fees and charges",
            "url": "https://www.gov.uk/vehicle-tax",
            "description": "What it is",
            "cost_notes": "What it costs",
            "notes": "What else",
            "keywords": 'car, "tax"',
            "aliases": "",
            "opened": "",
            "closed": "",
            "modules": "",
        }
    ]
    assert imported.problems == []
    assert imported.texts["services.csv"].splitlines()[0] == ",".join(REGISTER_COLUMNS)


def test_text_stays_behind_when_asked() -> None:
    """Without text the sentences are blank, the facts and figures are the same."""
    source = as_source([*FACTS, "2014-Q4 Vol."], [*FACTS.values(), "1"])
    full, bare = import_register(source), import_register(source, with_text=False)

    blank = {"description": "", "cost_notes": "", "notes": ""}
    assert services(bare) == [row | blank for row in services(full)]
    assert figures(bare) == figures(full)
    assert bare.problems == full.problems == []


def test_a_long_id_is_shortened_and_kept_as_alias() -> None:
    """A long id becomes whole words and a hash, says so, and stays known by its old name."""
    imported = import_register(a_slug(LONG, LONG + "-again"))

    first, second = services(imported)
    assert first["service"] == (
        "a-service-of-a-department-with-so-many-words-in-its-name-that-no-583fd78a"
    )
    assert first["aliases"] == LONG
    assert second["service"][:-8] == first["service"][:-8]
    assert second["service"] != first["service"]
    assert {key[0] for key in figures(imported)} == {first["service"], second["service"]}
    assert [(problem.code, problem.row, problem.found) for problem in imported.problems] == [
        ("PS302", 2, LONG),
        ("PS302", 3, LONG + "-again"),
    ]


@given(st.from_regex(r"[a-z0-9]{1,30}(-[a-z0-9]{1,30}){0,9}", fullmatch=True))
def test_every_slug_becomes_an_id_that_fits(slug: str) -> None:
    """Whatever the words, the id fits; one that fits already is left alone."""
    imported = import_register(a_slug(slug))

    for row in services(imported):
        assert not why_not_an_id(row["service"])
        if len(slug) <= MAX_ID_LENGTH:
            assert (row["service"], row["aliases"]) == (slug, "")
        else:
            words = row["service"].rpartition("-")[0]
            assert slug.startswith(words)
            assert row["aliases"] == slug
            assert slug[len(words)] == "-" or "-" not in words
    assert services(imported) or why_not_an_id(slug)


def test_a_word_is_kept_if_it_just_fits() -> None:
    """The cut is at the last hyphen that fits, and in a word only where there is no hyphen."""
    just, over, one_word = ("a-" + "b" * 69 + "-" + "c" * 30, "a-" + "b" * 99, "d" * 99)
    ids = [row["service"] for row in services(import_register(a_slug(just, over, one_word)))]

    assert [len(slug) for slug in ids] == [80, 10, 80]
    assert ids[0].startswith("a-" + "b" * 69 + "-")


@pytest.mark.parametrize(
    ("slug", "code"),
    [
        ("", "PS114"),
        ("[not provided]", "PS114"),
        ("Tax", "PS112"),
        ("tax--disc", "PS112"),
        ("index", "PS112"),
        ("by-" + LONG, "PS112"),
        (LONG + "-", "PS112"),
        ("Ä" * 90, "PS112"),
        ("good", "PS113"),
        (" good ", "PS113"),
    ],
)
def test_a_service_that_cannot_be_named_is_left_out(slug: str, code: str) -> None:
    """A slug that is blank, unusable or taken costs its row, and only that."""
    imported = import_register(a_slug("good", slug, "fine"))

    (problem,) = imported.problems
    assert (problem.code, problem.row, problem.column) == (code, 3, "Slug")
    assert [row["service"] for row in services(imported)] == ["good", "fine"]
    assert {key[0] for key in figures(imported)} == {"good", "fine"}


def test_a_service_without_name_or_department_is_left_out() -> None:
    """All that a row lacks is said at once."""
    source = as_source(["Slug", "Name of service", "Department"], ["one", "", "[not provided]"])
    imported = import_register(source)

    (problem,) = imported.problems
    assert (problem.code, problem.column) == ("PS114", "Name of service, Department")
    assert services(imported) == []


def test_a_column_without_figures_was_not_collected() -> None:
    """No figure at all: no rows, one note. One figure, if only a zero: a row for every service."""
    columns = ["2014-Q4 Vol.", "2015-Q1 Vol.", "2015-Q2 Vol."]
    imported = import_register(a_register(columns, ["0", "-", "1"], ["", "", ""]))

    assert figures(imported) == {
        ("one", "2013-10/2014-09", "transactions"): "0",
        ("one", "2014-04/2015-03", "transactions"): "1",
        ("two", "2013-10/2014-09", "transactions"): "[x]",
        ("two", "2014-04/2015-03", "transactions"): "[x]",
    }
    assert [(problem.code, problem.column) for problem in imported.problems] == [
        ("PS303", "2015-Q1 Vol.")
    ]


def test_measures_of_the_same_periods_share_a_file() -> None:
    """Files are grouped by periods, rows go by register and time, columns as in the source."""
    columns = ["2015-Q1 Vol.", "2014-Q4 Vol.", "2014-Q4 CPT (£)", "2015-Q1 CPT (£)"]
    columns += ["2014-Q4 Digital vol.", "2014-Q4 Completion rate"]
    columns += ["Total transactions Jul - Sep 2014", "Digital transactions Jul - Sep 2014"]
    imported = import_register(
        a_register(columns, [str(n) for n in range(1, 9)], [str(n) for n in range(11, 19)])
    )

    folder = "submissions/performance-platform"
    assert {path: text for path, text in imported.files.items() if path != "services.csv"} == {
        f"{folder}/12-months-transactions.csv": (
            "service,period,transactions,cost_per_transaction\n"
            "one,2013-10/2014-09,2,3\none,2014,1,4\ntwo,2013-10/2014-09,12,13\ntwo,2014,11,14\n"
        ),
        f"{folder}/12-months-transactions-digital.csv": (
            "service,period,transactions:digital,completion_rate\n"
            "one,2013-10/2014-09,5,6\ntwo,2013-10/2014-09,15,16\n"
        ),
        f"{folder}/quarters-transactions.csv": (
            "service,period,transactions,transactions:digital\none,2014-Q3,7,8\ntwo,2014-Q3,17,18\n"
        ),
    }


@pytest.mark.parametrize(
    ("data", "code", "found"),
    [
        (b"", "PS305", "no column Slug; no column Name of service; no column Department"),
        (b"a,b\n1,2\n", "PS305", "no column Slug"),
        (b"Slug,Name of service\nx,y\n", "PS305", "no column Department"),
        (b"Slug,Name of service,Department,slug\nx,y,z,x\n", "PS305", "slug more than once"),
        (b"Slug,Name of service,Department\nx,y\xff,z\n", "PS102", "the byte 0xFF"),
        ("Slug".encode("utf-16"), "PS102", "UTF-16"),
        (b'Slug,Name of service,Department\nx,"y,z\n', "PS103", "unexpected end of data"),
        (b'Slug,Name of service,Department\nx,"y"y,z\n', "PS103", "expected after"),
        (b"Slug,Name of service,Department\nx," + b"y" * 200_000, "PS103", "limit"),
    ],
)
def test_what_is_no_register_makes_no_files(data: bytes, code: str, found: str) -> None:
    """A file of another kind, encoding or grammar is one problem and nothing else."""
    imported = import_register(Source("upload.csv", data))

    (problem,) = imported.problems
    assert (problem.code, problem.file, imported.files) == (code, "upload.csv", {})
    assert found in problem.found


def test_a_broken_quotation_names_its_row() -> None:
    """The row of the spreadsheet is named, which is not the line of the file."""
    data = b'Slug,Name of service,Department\none,"a\nb",c\ntwo,"d"e,f\n'

    (problem,) = import_register(Source("services.csv", data)).problems
    assert problem.place == "services.csv:3"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("two,Two", "PS103"),
        ("two,Two,Ministry,1,2", "PS103"),
        ("two,T\0wo,Ministry,1", "PS123"),
        ("two,T\u202ewo,Ministry,1", "PS123"),
    ],
)
def test_a_row_that_does_not_hold_together_is_left_out(row: str, code: str) -> None:
    """Too few cells, too many, or control characters cost the row; blank rows cost nothing."""
    text = f"Slug,Name of service,Department,2014-Q4 Vol.\n\n,,,\n,\n{row}\none,One,Ministry,1\n"
    imported = import_register(Source("services.csv", text.encode()))

    (problem,) = imported.problems
    assert (problem.code, problem.row) == (code, 5)
    assert [row["service"] for row in services(imported)] == ["one"]


def test_byte_order_mark_and_line_ends_change_nothing() -> None:
    """What Excel adds to a CSV file leaves no trace."""
    plain = a_register(["2014-Q4 Vol."], ["1,000"])
    excel = Source(plain.path, b"\xef\xbb\xbf" + plain.data.replace(b"\n", b"\r\n"))

    assert import_register(excel) == import_register(plain)


HEADERS = st.sampled_from(
    ["Slug", "Name of service", "Department", "URL", "2012-Q4 Vol.", "2000-Q1 CPT (£)", "", "all"]
)


@given(st.binary())
def test_no_bytes_make_it_fail(data: bytes) -> None:
    """Whatever a file holds, the answer is files and problems."""
    header = b"Slug,Name of service,Department,2014-Q4 Vol.\n"
    import_register(Source("services.csv", data))
    import_register(Source("services.csv", header + data))


@given(st.lists(HEADERS), st.lists(st.lists(st.text(max_size=9), max_size=9), max_size=4))
def test_no_table_makes_it_fail(headers: list[str], rows: list[list[str]]) -> None:
    """Headers in any order and number, over any cells, give files of whole rows or none."""
    names = ["Slug", "Name of service", "Department", *headers]
    padded = [["id", "name", "department", *row, *names][: len(names)] for row in rows]
    imported = import_register(as_source(names, *padded))

    assert imported.problems == sorted(imported.problems)
    assert all("\r" not in text and text.endswith("\n") for text in imported.texts.values())
    assert all(Period.parse(key[1]).code == key[1] for key in figures(imported))


@given(st.text(alphabet="0123456789,.-% #x", max_size=9))
def test_a_figure_is_never_altered(cell: str) -> None:
    """What comes out is what stood there less its separators, or not available and explained."""
    imported = import_register(a_register(["2014-Q4 Vol."], [cell], ["1"]))

    (figure, _) = figures(imported).values()
    if figure == "[x]":
        assert (cell.strip() in ("", "-")) != bool(coded(imported, "PS301"))
    else:
        assert figure == cell.strip().replace(",", "")
        assert Decimal(figure).is_finite()


def imported_key(imported: Imported) -> dict[tuple[str, str, str, str], Decimal]:
    """The figures of 12 months in the shape of the answer key."""
    slugs = {row["service"]: row["aliases"] or row["service"] for row in services(imported)}
    found = {}
    for (service, period, column), cell in figures(imported).items():
        if cell != "[x]" and Period.parse(period).is_year:
            measure, _, channel = column.partition(":")
            found[slugs[service], period, measure, channel] = Decimal(cell)
    return found


def real(shared_data: Path, edition: str) -> tuple[Imported, pd.DataFrame]:
    """A real edition, and the answers to it."""
    folder = shared_data / "uk-performance-platform" / edition
    register = folder / "services.csv"
    key = answer_key(folder / "transaction-volumes.csv", register)
    return import_register(Source("services.csv", register.read_bytes())), key


@pytest.mark.parametrize("edition", EDITIONS)
def test_real_figures_are_those_that_were_published(shared_data: Path, edition: str) -> None:
    """Every published figure is imported, and every imported one of its periods was published."""
    imported, key = real(shared_data, edition)
    places = zip(*(key[name].tolist() for name in key.columns[:4]), strict=True)
    published = dict(zip(places, key["value"].tolist(), strict=True))
    asked = {(period, measure, channel) for _, period, measure, channel in published}
    found = imported_key(imported)
    beyond = {place for place in found if place[1:] not in asked}

    assert len(published) == len(key) == EDITIONS[edition]
    differences = {
        place: (published.get(place), found.get(place))
        for place in published.keys() | (found.keys() - beyond)
        if published.get(place) != found.get(place)
    }
    assert differences == {}
    # Not in the published file: digital costs, rates, and in 2015 the two newest collections.
    measures = {(measure, channel) for _, measure, channel in asked}
    others = {place[1] for place in beyond if place[2:] in measures}
    newest = {"2013-10/2014-09", "2014"} if edition == "2015-06-30" else set()
    assert others == newest


def test_real_editions_hold_what_is_known_of_them(shared_data: Path) -> None:
    """135,946 figures in nine editions; one cell of them all is not a figure."""
    assert sum(EDITIONS.values()) == 135_946
    errors = []
    for edition in EDITIONS:
        imported, _ = real(shared_data, edition)
        assert {problem.code for problem in imported.problems} <= {
            "PS301",
            "PS302",
            "PS303",
            "PS304",
        }
        errors += [(edition, p.row, p.column, p.found) for p in coded(imported, "PS301")]
    assert errors == [("2017-07-18", 538, "Total transactions Apr - Jun 2016", "See comment")]


def test_the_last_real_edition_is_whole(shared_data: Path) -> None:
    """Its services, zeros, sums and contradictions are the ones that others have counted."""
    imported, _ = real(shared_data, "2018-09-19")
    given = {key: Decimal(cell) for key, cell in figures(imported).items() if cell != "[x]"}
    exceeding, without_total = Counter[bool](), 0
    for (service, period, column), digital in given.items():
        if column == "transactions:digital":
            total = given.get((service, period, "transactions"))
            without_total += total is None
            exceeding[Period.parse(period).is_year] += total is not None and digital > total

    def year(period: str) -> Decimal:
        return sum(
            (value for key, value in given.items() if key[1:] == (period, "transactions")),
            start=Decimal(),
        )

    assert len(services(imported)) == 734
    assert len(coded(imported, "PS302")) == 65
    assert exceeding == {True: 6, False: 22}
    assert without_total == 538
    assert round(year("2016-04/2017-03"), -7) == 3_310_000_000
    assert round(year("2016-07/2017-06"), -7) == 1_040_000_000
    # All the figures of rates that there are: zeros of one service, which nobody asked about.
    rates = [key[0] for key in given if key[2] in {"completion_rate", "user_satisfaction"}]
    assert rates == ["bis-conduct-of-directors-assessments"] * 10
    assert sum(not value for value in given.values()) == 9_421 + len(rates)
    assert all(
        re.fullmatch(r"https?://\S+", row["url"] or "http://x") for row in services(imported)
    )
