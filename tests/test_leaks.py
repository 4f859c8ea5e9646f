from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from helpers import register, worked_sources
from perfsite.errors import BuildError, LeakError
from perfsite.language import Language, read_catalogue
from perfsite.leaks import Leak, Published, check_leaks, find_leaks
from perfsite.load import load_theme
from perfsite.measures import MEASURES
from perfsite.model import File
from policy_tools import source

if TYPE_CHECKING:
    from helpers import Worked

GIVEN = """
    service  period   measure       channel  value
    alpha    2017-Q1  transactions  _        5000
    alpha    2017-Q1  transactions  digital  4000
    alpha    2017-Q2  transactions  _        7777
    alpha    2017-Q2  transactions  digital  6543
    alpha    2017-Q3  transactions  _        87654
    beta     2017-Q1  transactions  _        12345
    beta     2017-Q1  cost          _        2500.50
    beta     2017-Q2  transactions  _        40
    """
SERVICES = register("alpha", "beta", "form-1040", url="https://example.org/77123/apply")


@cache
def site() -> Worked:
    """What a small site publishes."""
    return worked_sources([source(GIVEN, "submissions/all.csv")], SERVICES)


@cache
def languages() -> tuple[Language, ...]:
    """English, and French, which groups and divides in another way."""
    words = load_theme().translations
    return tuple(Language(tag, read_catalogue(tag, words), "GBP") for tag in ("en-GB", "fr"))


def secrets(*rows: tuple[str, str, str, str, float], why: str = "suppressed") -> pd.DataFrame:
    """A frame of secrets."""
    columns = ["service", "period", "measure", "channel", "value", "why"]
    return pd.DataFrame([(*row, why) for row in rows], columns=columns)


SECRET = ("alpha", "2017-Q4", "transactions", "", 83_927.0)


def found(files: dict[str, str | bytes], frame: pd.DataFrame | None = None) -> list[Leak]:
    """The leaks in files of these contents."""
    known = site()
    return find_leaks(
        [File(p, t if isinstance(t, bytes) else t.encode()) for p, t in files.items()],
        secrets(SECRET) if frame is None else frame,
        Published(
            known.services, known.observations, known.parts.frame, known.figures.frame, [99_123.0]
        ),
        languages(),
        MEASURES,
    )


def kinds(path: str, text: str | bytes, frame: pd.DataFrame | None = None) -> set[str]:
    """In which kinds of places of one file a leak was found."""
    return {leak.kind for leak in found({path: text}, frame)}


HEADER = "service,period,measure,channel,value,status,note,source\r\n"
PAGE, CHART = "services/alpha.html", "services/alpha/transactions.svg"
ROW_OF_JSON = '{"observations":[{"period":"2017-Q4","measure":"transactions","value":83927}]}'
TEXT, ATTRIBUTE, CONTENT = "the text of the page", "an attribute", "the content of the file"
DRAWN, DATA, NAME = "the text of a chart", "a row of data", "the name of the file"


def row_of(*cells: str) -> str:
    """A data file of one row: whose figure, its value, its note, its source."""
    service, period, measure, channel, value, note, origin = cells
    return f"{HEADER}{service},{period},{measure},{channel},{value},provided,{note},{origin}\r\n"


PLANTED = [
    (PAGE, "<p>It was 83,927 in all.</p>", TEXT),
    (PAGE, "<td>83927</td>", TEXT),
    (PAGE, '<img alt="Bars: 83,927 at the end">', ATTRIBUTE),
    (PAGE, '<meta name="description" content="83,927 in all">', ATTRIBUTE),
    (PAGE, '<abbr title="83,927">83.9k</abbr>', ATTRIBUTE),
    (PAGE, '<script type="application/ld+json">{"value":83927}</script>', TEXT),
    ("fr/services/alpha.html", "<td>83\xa0927</td>", TEXT),
    ("fr/services/alpha.html", "<td>83&nbsp;927</td>", TEXT),
    ("services/beta.html", "<p>Alpha had 83,927.</p>", TEXT),
    ("index.html", "<p>83,927</p>", TEXT),
    (CHART, "<svg><text x='1'>83,927</text></svg>", DRAWN),
    (CHART, "<svg><title>83,927 in all</title></svg>", DRAWN),
    (CHART, "<svg><desc>up to 83,927</desc></svg>", DRAWN),
    (CHART, '<g aria-label="83,927 in 2017"/>', DRAWN),
    (
        "data/observations.csv",
        row_of("alpha", "2017-Q4", "transactions", "", "83927", "", "a.csv:2"),
        DATA,
    ),
    (
        "services/alpha.csv",
        row_of("alpha", "2017-Q1", "transactions", "", "", "it was 83927", "a.csv:2"),
        CONTENT,
    ),
    ("data/kpis.csv", "service,kpi,value,numerator\r\nalpha,cost,0.5,83927\r\n", CONTENT),
    ("services/alpha.json", ROW_OF_JSON, DATA),
    ("services/alpha.json", '{"note":"83,927 in all"}', CONTENT),
    ("datapackage.json", '{"rows": 83927}', CONTENT),
    ("feed.xml", "<entry><title>Alpha: 83,927</title></entry>", CONTENT),
    ("sitemap.xml", "<loc>https://example.org/x/83927</loc>", CONTENT),
    ("urls.txt", "services/83927.html\n", CONTENT),
    ("services/alpha/83927.svg", b"", NAME),
    ("services/alpha/transactions-83927.jpg", b"\xff\xd8", NAME),
]


@pytest.mark.parametrize(("path", "text", "kind"), PLANTED)
def test_a_planted_leak_is_found(path: str, text: str | bytes, kind: str) -> None:
    """In every kind of file and place the secret is found, and what it is is said."""
    leaks = found({path: text})

    assert kind in {leak.kind for leak in leaks}
    assert {(leak.path, leak.service, leak.period, leak.measure) for leak in leaks} == {
        (path, "alpha", "2017-Q4", "transactions")
    }
    assert not [leak for leak in leaks if "927" in str(leak).removeprefix(path)]


@pytest.mark.parametrize(("path", "text", "kind"), PLANTED)
def test_without_secrets_nothing_is_searched(path: str, text: str | bytes, kind: str) -> None:
    """The same files with no secret in the data have no leak."""
    del kind

    assert found({path: text}, secrets()) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (PAGE, "<td>183,927</td><td>83,927,000</td><td>83,9271</td>"),
        (PAGE, "<td>83.9271</td><td>1.83927</td><td>#83927</td>"),
        (PAGE, '<svg><path d="M83927 0" points="83927,5"/></svg>'),
        (PAGE, '<div style="left: 83927%"></div>'),
        (PAGE, '<link href="a.83927f.css"><a href="a.f83927.css">'),
        (PAGE, "<dd>submissions/all.csv, row 83927: 5 for Q1</dd>"),
        (PAGE, "<dd>submissions/all.csv, row 83927 of this service: 5 for Q1</dd>"),
        (
            "services/alpha.csv",
            row_of("alpha", "2017-Q1", "cost", "", "", "", "submissions/a.csv:83927"),
        ),
        (
            "data/observations.csv",
            row_of("alpha", "2017-Q1", "cost", "", "", "", "a.xlsx/Sheet 1:83927"),
        ),
        (CHART, '<svg><path d="M83927,1"/><text x="83927">5</text></svg>'),
        (CHART, '<g aria-label="Y-axis with values from 0 to 83,927"/>'),
        ("datapackage.json", '{"bytes": 83927, "hash": "sha256:83927a0b83927"}'),
        ("assets/perfsite.css", ".a{width:83927}"),
        ("cards/alpha.jpg", b"83927"),
    ],
)
def test_what_is_no_figure_is_no_leak(path: str, text: str | bytes) -> None:
    """Longer numbers, rows, sizes, places, colours and hashes say nothing of a figure."""
    assert found({path: text}) == []


def test_a_number_that_is_published_is_no_leak_elsewhere() -> None:
    """A secret that happens to be another service's figure stands wherever that one does."""
    twin = secrets(("alpha", "2017-Q4", "transactions", "", 12_345.0))

    assert (
        found({"index.html": "<p>12,345</p>", "services/beta.html": "<td>12345</td>"}, twin) == []
    )
    assert kinds("services/alpha.html", "<p>12,345</p>", twin) == {"the text of the page"}


def test_another_service_in_a_list_on_its_page_is_no_leak() -> None:
    """Its page may compare it with services that have just this number."""
    twin = secrets(("alpha", "2017-Q4", "transactions", "", 12_345.0))
    row = '<tr><th><a href="{}.html">B</a></th><td>12,345</td></tr>'

    assert found({"services/alpha.html": row.format("beta")}, twin) == []
    assert found({"services/alpha.html": row.format("alpha")}, twin) != []


def test_numbers_of_groups_are_public() -> None:
    """Sums that pages say are told to the search, and are no leaks."""
    twin = secrets(("alpha", "2017-Q4", "transactions", "", 99_123.0))

    assert found({"index.html": "<p>99,123</p>"}, twin) == []


@pytest.mark.parametrize("value", [2018.0, 1999.0, 9999.0, 99_999.0, 12_000.0, 1040.0, 77_123.0])
def test_numbers_that_stand_everywhere_are_not_searched_as_texts(value: float) -> None:
    """Years, limits, round numbers, and numbers in names and addresses prove nothing."""
    text = "<p>2018 1999 9,999 99,999 12,000 1040 77123</p>"
    frame = secrets(("form-1040", "2017-Q4", "cost", "", value))

    assert found({"services/form-1040.html": text, "index.html": text}, frame) == []


def test_a_secret_of_four_digits_is_searched_where_its_service_is_named() -> None:
    """Elsewhere such numbers are too common; its own files, rows and lines are searched."""
    frame = secrets(("alpha", "2017-Q4", "transactions", "", 8392.0))

    assert found({"index.html": "<p>8,392</p>", "services/beta.html": "<td>8392</td>"}, frame) == []
    assert kinds("services/alpha.html", "<p>8,392</p>", frame) == {"the text of the page"}
    row = '<tr><td><a href="services/{}.html">A</a></td><td>8,392</td></tr>'
    assert kinds("services/index.html", row.format("alpha"), frame) == {"the text of the page"}
    assert found({"services/index.html": row.format("alphabet")}, frame) == []
    assert kinds("data/x.csv", "service,value\nalpha,8392\n", frame) == {"the content of the file"}
    assert found({"data/x.csv": "service,value\nbeta,8392\n"}, frame) == []
    assert kinds("urls.txt", "services/alpha-8392.html\nother\n", frame) == {
        "the content of the file"
    }


SHORT = secrets(("alpha", "2017-Q4", "transactions", "", 12.0))
ROW = '<tr><th scope="row">{}</th><td>7</td><td>{}</td></tr>'


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        (ROW.format("Oct to Dec 2017", "12"), True),
        (ROW.format("October to December 2017", "<b>12</b> <small>provisional</small>"), True),
        (ROW.format("2017-Q4", '<abbr title="12">some</abbr>'), True),
        (ROW.format("Okt bis Dez 2017", "12"), False),
        (ROW.format("Jul to Sep 2017", "12"), False),
        (ROW.format("Oct to Dec 2017", "12%"), False),
        (ROW.format("Oct to Dec 2017", "12 of 40"), False),
        (ROW.format("Oct to Dec 2017", "112"), False),
        ("<p>12 in Oct to Dec 2017</p>", False),
    ],
)
def test_a_short_secret_is_found_in_the_row_of_its_period(text: str, leaks: bool) -> None:
    """A cell that says just 12 in the row of its period is the figure; other twelves are not."""
    kind = {"a row with its period"} if leaks else set()

    assert kinds("services/alpha.html", text, SHORT) == kind
    assert kinds("services/beta.html", text, SHORT) == set()


def test_a_short_number_that_is_published_for_the_period_is_no_leak() -> None:
    """Forty transactions in the row of the period may be another figure of that period."""
    frame = secrets(("beta", "2017-Q2", "transactions", "phone", 40.0))

    assert kinds("services/beta.html", ROW.format("Apr to Jun 2017", "40"), frame) == set()


LONG = secrets(("alpha", "2017-Q4", "transactions", "", 3_287_654.0))


@pytest.mark.parametrize(
    ("path", "text", "leaks"),
    [
        (CHART, "<title>3.29 million in October to December 2017</title>", True),
        (CHART, '<g aria-label="Oct to Dec 2017: 3.29m"/>', True),
        ("services/alpha.html", '<img alt="Bars: 3.29m transactions in Oct to Dec 2017">', True),
        ("services/alpha.html", "<h2>3.29 million in October to December 2017</h2>", True),
        ("services/alpha.html", "<h2>3.29 million in July to September 2017</h2>", False),
        ("services/alpha.html", "<h2>13.29 million in October to December 2017</h2>", False),
        ("services/alpha.html", "<h2>£3.29 million in October to December 2017</h2>", False),
        ("services/alpha.html", "<h2>3.29% in October to December 2017</h2>", False),
        ("services/beta.html", "<h2>3.29 million in October to December 2017</h2>", False),
    ],
)  # fmt: skip
def test_a_rounded_secret_is_found_in_a_sentence_with_its_period(
    path: str, text: str, leaks: bool
) -> None:
    """Three significant digits and the period say the figure well enough."""
    assert kinds(path, text, LONG) == ({"a sentence with its period"} if leaks else set())


def test_a_day_in_time_is_the_period_of_a_sentence() -> None:
    """A sentence is searched as it is read: the element around its day does not divide it."""
    frame = secrets(("alpha", "2017-10-05", "transactions", "", 3_287_654.0))
    day = '<time datetime="2017-10-05">5 October 2017</time>'

    for words in (day, "5 October 2017"):
        assert kinds("services/alpha.html", f"<h2>3.29 million on {words}</h2>", frame) == {
            "a sentence with its period"
        }


def test_the_year_in_a_date_is_not_the_year_of_a_secret() -> None:
    """A secret for 2017 is not in each sentence and row that has a date in 2017."""
    frame = secrets(("alpha", "2017", "transactions", "", 3_287_654.0))
    row = ROW.format("Jul to Sep 2017", "3.29m")

    assert kinds("services/alpha.html", f"<p>3.29 million on 5 May 2017</p>{row}", frame) == set()
    assert kinds("services/alpha.html", "<p>3.29 million in 2017</p>", frame)
    assert kinds("services/alpha.html", ROW.format("2017", "3.29m"), frame)


@pytest.mark.parametrize(
    ("measure", "value", "text"),
    [
        ("digital_take_up", 0.8847, "88.47%"),
        ("digital_take_up", 0.8847, "0.8847"),
        ("cost", 98_765.43, "£98,765.43"),
        ("cost_per_transaction", 12.3456, "£12.3456"),
        ("cost_per_transaction", 0.000_012_34, "0.00001234"),
    ],
)
def test_shares_and_amounts_are_found_as_they_are_written(
    measure: str, value: float, text: str
) -> None:
    """Percentages, pounds and pence, and the digits of data files."""
    frame = secrets(("alpha", "2017-Q4", measure, "", value))

    assert kinds("services/alpha.html", f"<p>{text}</p>", frame)
    assert kinds("services/alpha.json", f'{{"x":{text.strip("£%")}}}', frame)


def test_a_difference_that_tells_a_suppressed_part_is_a_leak() -> None:
    """The other channels of a total are the secret, where one channel is suppressed."""
    row = '<tr><th scope="row">Apr to Jun 2017</th><td>7,777</td><td>6,543</td><td>1,234</td></tr>'
    part = secrets(("alpha", "2017-Q2", "transactions", "phone", 1234.0))
    other = secrets(("alpha", "2017-Q4", "transactions", "phone", 1234.0))

    assert kinds("services/alpha.html", row, part) >= {"the text of the page"}
    assert kinds("services/alpha.html", row, other) == set()


REVISED = secrets(("beta", "2017-Q1", "transactions", "", 54_321.0), why="embargoed")


def test_the_public_figure_of_an_embargoed_revision_is_no_leak() -> None:
    """Its key has a value, the old one; the new one is a leak."""
    old = f"{HEADER}beta,2017-Q1,transactions,,12345,provided,,a.csv:2\r\n"
    new = f"{HEADER}beta,2017-Q1,transactions,,54321,provided,,a.csv:2\r\n"
    wrong = f"{HEADER}beta,2017-Q1,transactions,,7,provided,,a.csv:2\r\n"

    assert found({"data/observations.csv": old}, REVISED) == []
    assert "a row of data" in kinds("data/observations.csv", new, REVISED)
    assert kinds("data/observations.csv", wrong, REVISED) == {"a row of data"}


def test_a_revision_that_changes_nothing_is_no_leak() -> None:
    """The number is public already, under just this key."""
    same = secrets(("beta", "2017-Q1", "transactions", "", 12_345.0), why="embargoed")
    text = f"{HEADER}beta,2017-Q1,transactions,,12345,provided,,a.csv:2\r\n"

    assert found({"data/observations.csv": text, "services/beta.html": "12,345"}, same) == []


def test_any_value_under_the_key_of_a_secret_is_a_leak() -> None:
    """Zero, a rounded value and a wrong one are as bad: the figure must not be there."""
    for value in ("0", "84000", "12"):
        text = f"{HEADER}alpha,2017-Q4,transactions,,{value},provided,,a.csv:2\r\n"
        assert kinds("services/alpha.csv", text) == {"a row of data"}
    empty = f"{HEADER}alpha,2017-Q4,transactions,,,confidential,,a.csv:2\r\n"
    assert kinds("services/alpha.csv", empty) == set()


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"{", b"[[[[", b"<tr><td>", b"service,period,measure,value\n1"]
)
@pytest.mark.parametrize("ending", ["html", "svg", "csv", "json", "xml", "txt"])
def test_any_bytes_can_be_searched(data: bytes, ending: str) -> None:
    """A broken file of the site is not this search's to report, and does not stop it."""
    assert found({f"services/alpha.{ending}": data}) == []


def test_a_leak_stops_the_build_and_does_not_say_the_number() -> None:
    """The error names the file, the place and whose figure it is, and what to do."""
    known = site()
    published = Published(
        known.services, known.observations, known.parts.frame, known.figures.frame
    )
    files = [File(f"services/alpha/{n}.html", b"<p>83,927</p>") for n in range(12)]

    with pytest.raises(LeakError) as raised:
        check_leaks(find_leaks(files, secrets(SECRET), published, languages(), MEASURES))

    message = str(raised.value)
    assert isinstance(raised.value, BuildError)
    assert (
        "services/alpha/0.html, the text of the page: alpha 2017-Q4 transactions (suppressed)"
        in message
    )
    assert "and 2 more" in message
    assert "suppress a second one" in message
    assert "83,927" not in message
    assert "83927" not in message


def test_a_clean_site_passes() -> None:
    """Nothing is raised where nothing is found."""
    known = site()
    published = Published(
        known.services, known.observations, known.parts.frame, known.figures.frame
    )

    files = [File("index.html", b"<p>5</p>")]
    check_leaks(find_leaks(files, secrets(SECRET), published, languages(), MEASURES))
