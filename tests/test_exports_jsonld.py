from __future__ import annotations

import json
from datetime import date
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfsite.config import SiteConfig
from perfsite.exports.jsonld import as_script, group_dataset, service_dataset, whole_dataset
from perfsite.language import Language
from perfsite.model import Service

ENGLISH: Final = Language("en-GB")
COVERED: Final = (date(2015, 10, 1), date(2017, 9, 30))
MEASURED: Final = ("transactions_per_year", "total_cost")
TOLL: Final = Service("toll", "Pay a toll", "Ministry of Roads", description="For drivers")
CONFIG: Final = SiteConfig(
    title="Figures",
    publisher="The Office",
    licence="A licence",
    licence_url="https://example.org/licence",
    currency="EUR",
)
BASED: Final = CONFIG.model_copy(update={"base_url": "https://figures.example.org"})


def test_a_service_is_described() -> None:
    """Everything that search engines of data sets ask for is there, and true."""
    found = service_dataset(TOLL, "services/toll.html", CONFIG, ENGLISH, COVERED, MEASURED)

    assert found["@context"] == "https://schema.org/"
    assert found["@type"] == "Dataset"
    assert found["name"] == "Pay a toll: service performance"
    assert found["description"] == (
        "For drivers. Performance figures of the service Pay a toll, for which Ministry of Roads "
        "answers: Transactions a year, Total cost."
    )
    assert found["isAccessibleForFree"] is True
    assert found["license"] == "https://example.org/licence"
    assert found["publisher"] == {"@type": "Organization", "name": "The Office"}
    assert found["temporalCoverage"] == "2015-10-01/2017-09-30"
    assert [(v["propertyID"], v["unitText"]) for v in found["variableMeasured"]] == [
        ("transactions_per_year", "transactions"),
        ("total_cost", "EUR"),
    ]
    assert found["inLanguage"] == "en-GB"
    assert "dateModified" not in found
    assert "spatialCoverage" not in found


def test_without_a_base_addresses_are_relative_to_the_page() -> None:
    """What stands on a USB stick leads to the file beside it, from the page of any language."""
    for page, data in (
        ("services/toll.html", "toll.csv"),
        ("fr/services/toll.html", "../../services/toll.csv"),
    ):
        found = service_dataset(TOLL, page, CONFIG, ENGLISH, COVERED, MEASURED)

        assert found["distribution"][0]["contentUrl"] == data
        assert found["url"] == "toll.html"
        assert "@id" not in found
    assert found["isPartOf"]["url"] == "../../index.html"


def test_with_a_base_addresses_are_absolute() -> None:
    """A configured address is in front of every path."""
    found = service_dataset(TOLL, "services/toll.html", BASED, ENGLISH, COVERED, MEASURED)
    base = "https://figures.example.org/"

    assert found["@id"] == found["url"] == f"{base}services/toll.html"
    assert [d["contentUrl"] for d in found["distribution"]] == [
        f"{base}services/toll.csv",
        f"{base}services/toll.json",
    ]
    assert [d["encodingFormat"] for d in found["distribution"]] == ["text/csv", "application/json"]


@pytest.mark.parametrize("page", ["agencies/a.html", "fr/agencies/a.html"])
def test_a_group_has_the_file_of_its_own_name(page: str) -> None:
    """The data of a group lie in the site's first language, whatever the page's."""
    found = group_dataset("Agency", page, BASED, ENGLISH, COVERED, MEASURED)

    assert [d["contentUrl"] for d in found["distribution"]] == [
        "https://figures.example.org/agencies/a.csv"
    ]


def test_the_whole_has_the_date_of_its_edition() -> None:
    """The home page describes all data files, in a catalogue, with the edition's date."""
    edition = date(2018, 9, 19)
    files = ("data/services.csv", "data/kpis.csv")
    found = whole_dataset("index.html", CONFIG, ENGLISH, edition, COVERED, files)

    assert found["dateModified"] == found["version"] == "2018-09-19"
    assert [d["contentUrl"] for d in found["distribution"]] == list(files)
    assert found["includedInDataCatalog"]["@type"] == "DataCatalog"


def test_a_service_without_figures_says_so() -> None:
    """Nothing is claimed to be measured or covered where there is no figure."""
    found = service_dataset(
        Service("a", "A", "B"), "services/a.html", SiteConfig(), ENGLISH, None, ()
    )

    assert "no figure was provided" in found["description"]
    assert not {"temporalCoverage", "variableMeasured", "license", "publisher"} & set(found)


@given(st.text(), st.text(min_size=1), st.text(max_size=6000))
def test_a_description_has_a_length_that_search_engines_take(
    name: str, department: str, said: str
) -> None:
    """From 50 to 5,000 characters, whatever a service says of itself."""
    service = Service("a", name[:50], department[:50], description=said)
    found = service_dataset(service, "services/a.html", SiteConfig(), ENGLISH, None, ())

    assert 50 <= len(found["description"]) <= 5000


@given(st.text())
def test_nothing_can_end_the_script(text: str) -> None:
    """No text of a service closes the element or opens a comment, and nothing is lost."""
    for name in (text, f"</script>{text}<!--"):
        script = as_script({"name": name})

        assert "<" not in script
        assert json.loads(script) == {"name": name}
