from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers import example_register
from perfsite.importers.performance_platform import import_register
from perfsite.load import load_source
from perfsite.model import Service, Source
from perfsite.validate.consistency import check_organisations
from perfsite.validate.register import read_register

if TYPE_CHECKING:
    from pathlib import Path

    from perfsite.errors import Problem


def spelt(*names: str, column: str = "department") -> list[Problem]:
    """The problems of services, one for each name in a column."""
    services = {}
    for i, name in enumerate(names):
        fields = {"department": "Ministry", column: name}
        services[f"s{i}"] = Service(f"s{i}", f"Service {i}", **fields)  # type: ignore[arg-type]
    return check_organisations(services)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ministry of Interior", "Ministry of the Interior"),
        ("Office for Statistics", "The Office of Statistics"),
        ("Home Office", "Home office"),
        ("HM Revenue & Customs", "HM Revenue and Customs"),
        ("Department for Culture, Media and Sport", "Department for Culture Media and Sport"),
        ("Attorney General's Office", "Attorney General\u2019s Office"),
        ("Land Registry", "LandRegistry"),
        ("Driver and Vehicle Licensing Agency", "Driver and Vehicle Licencing Agency"),
        ("Department for Education and Skills", "Department of Education and Skills"),
        ("Ministère de la Santé publique", "Ministere de la Sante publique"),
    ],
)
def test_two_spellings_of_one_name_are_reported_once(one: str, other: str) -> None:
    """Capitals, punctuation, accents, plain words and a slip make no other name."""
    (problem,) = spelt(one, one, other)

    assert (problem.code, problem.file, problem.column) == ("PS214", "services.csv", "department")
    assert one in problem.found
    assert f"{other} (s2)" in problem.found
    assert one in problem.fix
    assert problem.service == "s2"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("East Sussex County Council", "West Sussex County Council"),
        ("Transport Office, Region 1", "Transport Office, Region 2"),
        ("Home Office", "Foreign Office"),
        ("Department for Transport", "Department for Transport and Trade"),
        ("Regional Development Fund for the North", "Regional Development Fund for the South"),
    ],
)
def test_names_that_a_word_or_a_number_tells_apart_are_let_be(one: str, other: str) -> None:
    """However alike they are in letters."""
    assert spelt(one, other) == []


@pytest.mark.parametrize("column", ["department", "agency", "category", "funded_by"])
def test_every_column_of_groups_is_looked_at(column: str) -> None:
    """Departments, agencies, categories and funders alike."""
    assert [p.column for p in spelt("Tax payers", "Taxpayers", column=column)] == [column]


def test_a_department_may_be_an_agency_under_the_same_name() -> None:
    """One name in two columns is no second spelling, a second spelling in the other column is."""
    services = {
        "a": Service("a", "A", "Home Office", agency="Home Office"),
        "b": Service("b", "B", "Ministry", agency="Home-Office"),
    }

    assert [p.column for p in check_organisations(services)] == ["agency"]


def test_abbreviations_and_names_belong_together() -> None:
    """One abbreviation of two names, and two of one name, are reported; a blank is neither."""
    services = {
        "a": Service("a", "A", "Environment Agency", "EA"),
        "b": Service("b", "B", "Environment Agency", "EAG"),
        "c": Service("c", "C", "Energy Authority", "EA"),
        "d": Service("d", "D", "Energy Authority", ""),
    }
    problems = check_organisations(services)

    assert [p.column for p in problems] == ["department_abbr", "department"]
    assert "one abbreviation of Environment Agency" in problems[0].expected
    assert "one name for which EA stands" in problems[1].expected


def test_two_spellings_with_one_abbreviation_are_one_problem() -> None:
    """That the abbreviation then stands for two names goes without saying."""
    services = {
        "a": Service("a", "A", "Home Office", "HO"),
        "b": Service("b", "B", "Home-Office", "HO"),
    }

    assert [p.column for p in check_organisations(services)] == ["department"]


def test_many_services_are_counted_and_not_listed() -> None:
    """Up to three services are named."""
    (problem,) = spelt(*["Home Office"] * 4, "Home-Office")

    assert "Home Office (4 services)" in problem.found


def test_the_example_has_one_organisation_in_two_spellings() -> None:
    """Of its 734 services three name their agency without a comma."""
    (problem,) = check_organisations(example_register())

    assert "Department for Culture Media and Sport" in problem.found
    assert "43 services" in problem.found


def test_nine_real_registers_raise_no_false_alarm(shared_data: Path) -> None:
    """In each of the nine editions that one organisation is all that is found."""
    editions = sorted((shared_data / "uk-performance-platform").glob("*/services.csv"))
    assert len(editions) == 9
    for path in editions:
        texts = import_register(load_source(path)).texts
        services, _ = read_register([Source("services.csv", texts["services.csv"].encode())])

        (problem,) = check_organisations(services)
        assert "Department for Culture Media and Sport" in problem.found
