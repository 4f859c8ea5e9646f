"""The record of a service: all that its page and its files depend on, and nothing of others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from helpers import worked
from perfsite.model import Service
from perfsite.pages.site import make_inputs
from records import site_of

if TYPE_CHECKING:
    from perfsite.site_data import ServiceRecord, SiteData

SERVICES: Final = {
    "alpha": Service("alpha", "Alpha", "Ministry of Roads", category="Licences"),
    "beta": Service("beta", "Beta", "Ministry of Time", category="Licences"),
    "gamma": Service("gamma", "Gamma", "Ministry of Roads", category="Grants"),
}
"""Alpha and beta are peers; alpha and gamma have the department in common, and nothing else."""
YEARS: Final = (2016, 2017)


def site(services: dict[str, Service] | None = None, **years: int) -> SiteData:
    """A site with so many transactions of each service in 2017."""
    services = services or SERVICES
    numbers = dict.fromkeys(services, 5_000) | years
    rows = [f"{key} {year} {n - 2017 + year}" for key, n in numbers.items() for year in YEARS]
    return site_of(worked("service period transactions\n" + "\n".join(rows), services))


def records(services: dict[str, Service] | None = None, **years: int) -> dict[str, ServiceRecord]:
    """The records of the services of such a site."""
    return dict(site(services, **years).services)


@pytest.mark.parametrize("own", ["alpha", "beta"])
def test_a_record_does_not_know_of_an_unrelated_service(own: str) -> None:
    """Other figures, another name, a service more: the records of all others are as they were."""
    before = records()[own]
    renamed = replace(SERVICES["gamma"], name="Delta", description="Grants of all kinds.")
    more = {**SERVICES, "delta": replace(SERVICES["gamma"], id="delta", name="Delta")}

    assert records(gamma=7_000)[own] == before
    assert records({**SERVICES, "gamma": renamed})[own] == before
    assert records(more)[own] == before
    assert records(gamma=7_000)["gamma"] != records()["gamma"]


def test_nothing_of_a_neighbour_is_written_in_a_record() -> None:
    """Of the department that both are in a record has the name, and not who else is in it."""
    text = repr(records()["alpha"]).casefold()

    assert "ministry-of-roads" in text
    assert "gamma" not in text


def test_a_record_has_of_a_peer_what_pages_compare() -> None:
    """A new headline of a peer is news; what its own page alone says of it is none."""
    before = records()["alpha"]
    told = replace(SERVICES["beta"], description="Keeps the time.", department_abbr="MOT")

    assert [peer.id for peer in before.peers] == ["beta"]
    assert records({**SERVICES, "beta": told})["alpha"] == before
    assert records(beta=6_000)["alpha"] != before
    assert replace(records(beta=6_000)["alpha"], peers=before.peers) == before


def test_a_row_of_another_service_above_is_no_news_of_a_record() -> None:
    """A record has the place of a row among those of its service, and not that in the file."""
    rows = "alpha 2016 4999\nalpha 2017 5000\nbeta 2017 5000\ngamma 2017 5000"
    before, after = (
        site_of(worked(f"service period transactions\n{above}{rows}", SERVICES)).services
        for above in ("", "gamma 2016 1\n")
    )

    assert (after["alpha"], after["beta"]) == (before["alpha"], before["beta"])
    assert after["gamma"] != before["gamma"]


def test_only_the_input_of_the_service_that_changed_is_another() -> None:
    """What a service's files are made of is the same where nothing that concerns it changed."""
    more = {**SERVICES, "delta": replace(SERVICES["gamma"], id="delta", name="Delta")}
    before, now = (
        {part.name: part for part in make_inputs(made, {"en-GB": made})}
        for made in (site(), site(more, gamma=7_000))
    )

    assert now["services/alpha"] == before["services/alpha"]
    assert now["services/beta"] == before["services/beta"]
    assert now["services/gamma"] != before["services/gamma"]


def test_a_record_speaks_each_language_of_its_site() -> None:
    """Its own names, those of its groups and those of its peers are the ones of the language."""
    french = {"name": "Alphe", "department": "Ministère des routes"}
    services = {
        **SERVICES,
        "alpha": replace(SERVICES["alpha"], translations={"fr": french}),
        "beta": replace(SERVICES["beta"], translations={"fr": {"name": "Bête"}}),
    }
    record = records(services)["alpha"]
    spoken = record.in_language("fr", ["en-GB", "fr"])

    assert (spoken.service.name, spoken.groups[0].name) == ("Alphe", "Ministère des routes")
    assert spoken.peers[0].name == "Bête"
    assert spoken.peers[0].figures == record.peers[0].figures
    assert record.in_language("en-GB", ["en-GB", "fr"]) == record


def test_the_volumes_of_a_group_add_up_to_its_headline() -> None:
    """Members, volumes and health of a group are of its services, and of no others."""
    made = site(alpha=5, beta=7, gamma=11)
    roads = next(one for one in made.groups if one.group.name == "Ministry of Roads")

    assert list(roads.members) == ["alpha", "gamma"]
    assert dict(roads.volumes) == {"alpha": 5, "gamma": 11}
    assert sum(made.whole.volumes.values()) == 23
    assert roads.health.group == roads.group
