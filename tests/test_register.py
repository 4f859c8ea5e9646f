from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from perfsite.config import SiteConfig
from perfsite.model import MAX_ID_LENGTH, Service, Source, why_not_an_id
from perfsite.validate.names import with_lost_rows
from perfsite.validate.observations import read_observations
from perfsite.validate.register import read_register

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.errors import Problem


def read(text: str) -> tuple[dict[str, Service], list[Problem]]:
    """The register of one CSV file."""
    return read_register([Source("services.csv", text.encode())])


def brief(problems: list[Problem]) -> list[tuple[int, str, str]]:
    """Problems by row, code and column."""
    return [(p.row, p.code, p.column) for p in problems]


def test_three_columns_are_enough() -> None:
    """Service, name and department are required, everything else is blank without them."""
    services, problems = read("service,name,department\nalpha,Alpha,Ministry\n")

    assert problems == []
    assert services == {"alpha": Service("alpha", "Alpha", "Ministry")}


def test_every_column_of_the_data_format_is_read() -> None:
    """Each column of the register reaches the service, aliases as separate ids."""
    columns = (
        "service,name,department,department_abbr,agency,agency_abbr,category,customer_type,"
        "funded_by,url,description,cost_notes,notes,keywords,aliases,opened,closed"
    )
    services, problems = read(
        f"{columns}\na-1,A,D,DA,G,GA,Cat,Cust,Fund,https://www.gov.uk/a,Desc,CN,N,k1 k2,"
        "old-a older-a,2012-04,2017-03-31\n"
    )

    assert problems == []
    assert services["a-1"] == Service(
        "a-1", "A", "D", "DA", "G", "GA", "Cat", "Cust", "Fund", "https://www.gov.uk/a", "Desc",
        "CN", "N", "k1 k2", ("old-a", "older-a"), "2012-04", "2017-03-31",
    )  # fmt: skip
    assert services["a-1"].organisation == "G"


def test_json_is_the_same_register() -> None:
    """A list of records, or one record a file, is read as rows are; aliases may be a list."""
    one = {"service": "a", "name": "A", "department": "D", "aliases": ["x", "y"]}
    other = {"service": "b", "name": "B", "department": "D"}
    services, problems = read_register(
        [
            Source("services/a.json", json.dumps(one).encode()),
            Source("services/more.json", json.dumps([other]).encode()),
        ]
    )

    assert problems == []
    assert services == {
        "a": Service("a", "A", "D", aliases=("x", "y")),
        "b": Service("b", "B", "D"),
    }


def test_services_keep_the_order_of_the_register() -> None:
    """The order is that of the rows, and spaces within a name are made single."""
    services, _ = read("service,name,department\nzulu,Z,D\nalpha,  A   b ,D\n")

    assert list(services) == ["zulu", "alpha"]
    assert services["alpha"].name == "A b"


@pytest.mark.parametrize("column", ["service", "name", "department"])
def test_a_missing_column_is_named(column: str) -> None:
    """Without a required column no row can be used, and the header is to blame."""
    header = [name for name in ("service", "name", "department") if name != column]
    services, problems = read(f"{','.join(header)}\na,b\n")

    assert services == {}
    assert brief(problems) == [(1, "PS105", column)]


def test_a_blank_in_a_required_column_leaves_out_its_row_alone() -> None:
    """The row is named, and the others stand."""
    services, problems = read("service,name,department\na,,D\nb,B,D\n,C,\n")

    assert list(services) == ["b"]
    assert brief(problems) == [
        (2, "PS114", "name"), (4, "PS114", "service"), (4, "PS114", "department")
    ]  # fmt: skip


def test_an_unknown_column_is_reported_with_a_guess() -> None:
    """A misspelt column is not dropped in silence."""
    services, problems = read("service,name,department,catgory\na,A,D,x\n")

    assert list(services) == ["a"]
    assert brief(problems) == [(1, "PS106", "catgory")]
    assert "category" in problems[0].fix


def test_of_two_rows_with_one_id_the_first_stands() -> None:
    """The second is reported."""
    services, problems = read("service,name,department\na,One,D\na,Two,D\n")

    assert services["a"].name == "One"
    assert brief(problems) == [(3, "PS113", "service")]


@pytest.mark.parametrize(
    "text",
    [
        "", "Alpha", "a_b", "a b", "-a", "a-", "a--b", "é", "a/b", "../a", "index", "by-name",
        "by-", "con", "prn", "aux", "nul", "com1", "lpt9", "a.html", "a" * (MAX_ID_LENGTH + 1),
    ],
)  # fmt: skip
def test_an_id_that_cannot_be_an_address_is_refused(text: str) -> None:
    """Only lower-case letters, digits and single hyphens, and no name that is taken."""
    assert why_not_an_id(text)


@pytest.mark.parametrize("text", ["a", "0", "a-1", "by", "byway", "index-2", "console", "com10"])
def test_an_ordinary_id_is_good(text: str) -> None:
    """Words that only resemble reserved ones are free."""
    assert why_not_an_id(text) == ""


def test_a_bad_id_leaves_out_its_row() -> None:
    """The id is quoted in the problem."""
    services, problems = read("service,name,department\nindex,A,D\nb,B,D\n")

    assert list(services) == ["b"]
    assert brief(problems) == [(2, "PS112", "service")]
    assert problems[0].found == "index"


@pytest.mark.parametrize("alias", ["index", "by-name", "../x", "Old", "con"])
def test_a_former_id_must_be_an_id_too(alias: str) -> None:
    """A former id leaves a page that says so, so it has to be a possible address."""
    services, problems = read(f"service,name,department,aliases\na,A,D,{alias}\n")

    assert brief(problems) == [(2, "PS112", "aliases")]
    assert "or take it out of the aliases of a" in problems[0].fix
    assert services["a"].aliases == ()


@pytest.mark.parametrize("aliases", ["b", "shared"])
def test_a_former_id_belongs_to_one_service(aliases: str) -> None:
    """A former id cannot be another's id, nor the former id of two."""
    _, problems = read(f"service,name,department,aliases\na,A,D,{aliases}\nb,B,D,shared\n")

    assert [(p.code, p.column) for p in problems] == [("PS113", "aliases")]
    # It is said of the later of two rows that have it, or of the row that has another's id.
    row, service = (2, "a") if aliases == "b" else (3, "b")
    assert problems[0].row == row
    assert problems[0].fix.startswith(f"take it out of the aliases of {service}")


@pytest.mark.parametrize(
    "url",
    ["www.gov.uk/x", "javascript:alert(1)", "ftp://gov.uk/x", "https://localhost", "http://["],
)
def test_a_link_that_is_no_web_address_is_dropped_and_reported(url: str) -> None:
    """The service stays, without the link."""
    services, problems = read(f"service,name,department,url\na,A,D,{url}\n")

    assert services["a"].url == ""
    assert brief(problems) == [(2, "PS116", "url")]


def test_a_date_of_opening_that_cannot_be_read_is_dropped_and_reported() -> None:
    """The service stays, without the date."""
    services, problems = read("service,name,department,opened,closed\na,A,D,April 2012,2017-03\n")

    assert (services["a"].opened, services["a"].closed) == ("", "2017-03")
    assert brief(problems) == [(2, "PS108", "opened")]


def test_all_problems_come_at_once() -> None:
    """Nothing stops at the first mistake."""
    _, problems = read("service,name,department,url\na,A,D,x\nB,B,D,\nc,,D,\na,A,D,\n")

    assert [(p.row, p.code) for p in problems] == [
        (2, "PS116"), (3, "PS112"), (4, "PS114"), (5, "PS113")
    ]  # fmt: skip


def test_no_register_is_no_services() -> None:
    """Without a file there is nothing, and nothing breaks."""
    assert read_register([]) == ({}, [])


def test_modules_are_read_in_their_order() -> None:
    """Each stands once, in the order of the register."""
    services, problems = read(
        "service,name,department,modules\na,A,D,channels transactions  channels\n"
    )

    assert problems == []
    assert services["a"].modules == ("channels", "transactions")


def test_an_unknown_module_is_left_out_and_reported() -> None:
    """The others stand, and the problem guesses what was meant."""
    services, problems = read("service,name,department,modules\na,A,D,transaction year-before\n")

    assert services["a"].modules == ("year-before",)
    assert brief(problems) == [(2, "PS117", "modules")]
    assert problems[0].found == "transaction"
    assert problems[0].fix == "did you mean transactions?"


def test_a_measure_of_the_site_is_a_module() -> None:
    """It is named after the measure, with a prefix that keeps it apart from perfsite's own."""
    source = Source("services.csv", b"service,name,department,modules\na,A,D,measure-calls-waiting")
    known, problems = read_register([source], ["calls_waiting"])

    assert (problems, known["a"].modules) == ([], ("measure-calls-waiting",))
    assert brief(read_register([source])[1]) == [(2, "PS117", "modules")]


BOTH = ("en-CA", "fr-CA")


def test_texts_in_another_language_are_columns_of_their_own() -> None:
    """`name_fr` and its like are read for each further language, and blanks are no texts."""
    services, problems = read_in(
        BOTH,
        "service,name,department,name_fr,department_fr,description_fr\n"
        "maps,Maps,Maps Canada,Cartes,Cartes Canada,\n",
    )
    maps = services["maps"]

    assert problems == []
    assert maps.translations == {"fr": {"name": "Cartes", "department": "Cartes Canada"}}
    assert maps.in_language("fr-CA") == replace(maps, name="Cartes", department="Cartes Canada")
    assert maps.in_language("fr") == maps.in_language("fr-CA")
    assert maps.in_language("en-CA") == maps.in_language("de") == maps


def test_a_column_of_a_language_that_the_site_does_not_have_is_not_known() -> None:
    """It is reported, and the message says which language to add."""
    text = "service,name,department,name_de,name_en,nom_fr\nmaps,Maps,M,Karten,Maps,Cartes\n"
    services, problems = read_in(BOTH, text)

    assert services["maps"].translations == {}
    assert [(p.code, p.column) for p in problems] == [
        ("PS106", "name_de"), ("PS106", "name_en"), ("PS106", "nom_fr"),
    ]  # fmt: skip
    assert "add the language de" in problems[0].fix
    assert read(text)[1][0].code == "PS106"


def test_an_organisation_is_translated_in_one_way() -> None:
    """Two rows that translate one department differently are reported; the first stands."""
    services, problems = read_in(
        BOTH,
        "service,name,department,department_fr\n"
        "a,A,Maps Canada,Cartes Canada\nb,B,Maps Canada,Les cartes\nc,C,Maps Canada,\n",
    )
    (problem,) = problems

    assert list(services) == ["a", "b", "c"]
    assert (problem.code, problem.row, problem.column) == ("PS214", 3, "department_fr")
    assert problem.found == "Les cartes"
    assert "Cartes Canada" in problem.expected


def test_a_broken_link_in_another_language_is_left_out() -> None:
    """The address of another language is checked as the first one is."""
    services, problems = read_in(BOTH, "service,name,department,url_fr\na,A,D,non disponible\n")

    assert services["a"].translations == {}
    assert brief(problems) == [(2, "PS116", "url_fr")]


def test_a_space_that_does_not_break_is_kept_in_a_text() -> None:
    """French has one before a colon; other spaces are made one, and none is left at the ends."""
    services, _ = read("service,name,department\nmaps,\u00a0Cartes\u00a0:  les  \u00a0routes,D\n")

    assert services["maps"].name == "Cartes\u00a0: les \u00a0routes"


def test_a_service_with_translations_can_be_a_key() -> None:
    """Services stand in sets, whatever languages they have."""
    services, _ = read_in(
        BOTH, "service,name,department,name_fr\nmaps,Maps,M,Cartes\nplans,Plans,M,Plans\n"
    )

    assert len(set(services.values())) == 2


def read_in(languages: Sequence[str], text: str) -> tuple[dict[str, Service], list[Problem]]:
    """The register of one CSV file of a site in these languages."""
    return read_register([Source("services.csv", text.encode())], (), languages)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Dog Licence", "try dog-licence"),
        ("dog_licence", "try dog-licence"),
        ("caf\u00e9's", "try cafes"),
        ("index", "try index-service"),
        ("\u65c5\u5238", "choose a short name of plain letters"),
        ("x" * (MAX_ID_LENGTH + 5), f"try {'x' * MAX_ID_LENGTH}"),
        (f"long-{'x' * MAX_ID_LENGTH}", "try long"),
    ],
)
def test_an_id_that_could_be_is_offered(text: str, meant: str) -> None:
    """Whoever wrote a name where an id belongs is shown the id."""
    _, (problem,) = read(f"service,name,department\n{text},A,D\n")

    assert (problem.code, problem.fix) == ("PS112", meant)


@pytest.mark.parametrize(
    ("url", "fix"),
    [
        ("www.example.org/x", "write https://www.example.org/x"),
        ("mailto:a@example.org", "copy the address of the page"),
        ("https://", "copy the address of the page"),
    ],
)
def test_an_address_without_its_scheme_is_completed(url: str, fix: str) -> None:
    """Only what then is an address is proposed."""
    _, (problem,) = read(f"service,name,department,url\na,A,D,{url}\n")

    assert problem.fix.startswith(fix)


@pytest.mark.parametrize(
    ("row", "service"),
    [
        ("zeta,Bad\x01name,Ministry", "zeta"),
        ("zeta,Zeta,", "zeta"),
        ("Zeta,Zeta,Ministry", "Zeta"),
        ("zeta,=1+1,Ministry", "zeta"),
    ],
)
def test_figures_of_a_row_that_was_left_out_point_at_it(row: str, service: str) -> None:
    """Nobody is told to add the service a second time, or that another one was meant."""
    table = f"service,name,department\nbeta,Beta,Ministry\n{row}\n"
    services, problems = read_register([Source("services.csv", table.encode())])
    figures = f"period,service,measure,value\n2017-01,{service},transactions,5\n"
    sources = [Source("submissions/x.csv", figures.encode())]
    _, found = read_observations(sources, services, SiteConfig())

    assert [one.fix for one in with_lost_rows(found, problems)] == [
        "mend services.csv:3, which was left out"
    ]
    assert "services.csv:3" not in " ".join(one.fix for one in with_lost_rows(found, []))
