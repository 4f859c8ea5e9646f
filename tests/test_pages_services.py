from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import one_service_register, register, worked, worked_example
from perfsite.components.elements import FormulaOrigin
from perfsite.config import parse_config
from perfsite.kpi.groups import GroupKind
from perfsite.kpis import KPIS
from perfsite.language import Language
from perfsite.measures import MeasureKind
from perfsite.pages.service import service_page
from perfsite.site_data import service_titles
from printed import could_be, is_true
from properties import fewer
from service_pages import builder_of, figure_of, pages_of, records_of, texts

if TYPE_CHECKING:
    from perfsite.components.elements import Card
    from perfsite.pages.service import ServicePages

ENGLISH = Language("en-GB")
OWN_CARDS = parse_config('cards = "services"')
QUARTERS = """
    period  transactions transactions:digital cost
    2015-Q4 1000         400                  2500.75
    2016-Q1 1100         450                  2500
    2016-Q2 1200         500                  2500
    2016-Q3 1300         550                  2500.5
    2016-Q4 1100         600                  2400
    2017-Q1 1200         650                  2400
    2017-Q2 1300         700                  2400
    2017-Q3 1400         750                  2400.25
    """


def card_of(pages: ServicePages, kpi: str) -> Card:
    """A card of a page."""
    return next(card for card in pages.page.cards if card.anchor == f"kpi-{kpi}")


def test_a_lead_says_what_the_cards_say() -> None:
    """The sentence, the card and the description are of the same figures."""
    pages = pages_of(worked(QUARTERS))

    assert pages.page.lead == (
        "5,000 transactions in the year to September 2017, 54.0% of them digital, "
        "up from 41.3% a year before."
    )
    assert pages.page.description == pages.page.lead
    assert card_of(pages, "transactions-per-year").value == "5,000"
    assert card_of(pages, "digital-take-up").value == "54.0%"


def test_a_service_without_transactions_leads_with_what_there_is() -> None:
    """Satisfaction alone makes a lead; nothing at all makes none, and the page says so."""
    satisfied = pages_of(worked("period user_satisfaction\n2017-09 0.9")).page
    silent = pages_of(worked("period transactions\n2017 [x]")).page

    compared = pages_of(worked("period user_satisfaction\n2016-09 0.8\n2017-09 0.9")).page

    assert satisfied.lead == "User satisfaction was 90% in September 2017."
    assert compared.lead == (
        "User satisfaction was 90% in September 2017, up from 80% a year before."
    )
    assert silent.lead == ""
    assert silent.description == "Performance figures of Alpha, Ministry."
    assert silent.notices == (
        "This service is in the register, but no figures were provided for it.",
    )
    assert silent.figures == ()


def test_a_missing_figure_says_who_owes_it_and_what_was_given() -> None:
    """A KPI that never came says so; without a whole year one says what was given instead."""
    pages = pages_of(worked("period transactions\n2015-Q2 5\n2015-Q3 6"))
    volume, completed = card_of(pages, "transactions-per-year"), card_of(pages, "completion-rate")

    assert (volume.value, volume.missing) == ("Incomplete", True)
    assert volume.notes == (
        "No figure for a whole year can be made of what Ministry gave",
        "Transactions: given for 2 periods, the first Apr to Jun 2015, the last Jul to Sep 2015",
    )
    assert completed.notes == ("Not provided by Ministry",)


def test_a_card_opens_to_its_formula_and_its_rows() -> None:
    """The numbers of the formula give the figure of the card, and stand in the rows named."""
    card = card_of(pages_of(worked(QUARTERS)), "digital-take-up")
    assert card.provenance is not None

    assert (
        card.provenance.formula == "digital transactions ÷ all transactions of the same 12 months"
    )
    assert card.provenance.worked == "2,700 ÷ 5,000 = 54.0%"
    digital, whole = card.provenance.terms
    assert (digital.name, digital.value) == ("Digital transactions", "2,700")
    assert whole.origins[0] == FormulaOrigin(
        "submissions/alpha.csv", "5", "1,100 for Oct to Dec 2016"
    )
    assert [origin.row for origin in whole.origins] == ["5", "6", "7", "8"]


def test_a_target_stands_on_its_card_and_in_its_chart() -> None:
    """The sentence of the chart says whether the target is met, and so does the card."""
    config = parse_config(
        "[targets.alpha]\ndigital_take_up = 0.6\ncost_per_transaction = 2\n"
        "transactions_per_year = 4000"
    )
    pages = pages_of(worked(QUARTERS, config=config))

    assert "Target: 60%, missed" in card_of(pages, "digital-take-up").notes
    assert "Target: £2.00, met" in card_of(pages, "cost-per-transaction").notes
    assert "Target: 4,000, met" in card_of(pages, "transactions-per-year").notes
    heading = figure_of(pages, "digital-take-up").heading
    assert heading.endswith("which misses the target of 60%")
    # A target of a year says nothing of quarters.
    assert "target" not in figure_of(pages, "transactions").heading


def test_a_card_has_the_digits_that_tell_it_from_its_target() -> None:
    """79.96% against a target of 80% is not `80.0%, missed`."""
    config = parse_config("[targets.alpha]\ndigital_take_up = 0.8")
    made = worked("period transactions transactions:digital\n2016 2500 1999", config=config)
    card = card_of(pages_of(made), "digital-take-up")

    assert card.value == "79.96%"
    assert "Target: 80%, missed" in card.notes


def test_facts_and_notes_of_the_register_are_on_the_page() -> None:
    """What the register does not say is said to be missing, and dates are in words."""
    services = one_service_register(
        customer_type="Individuals", opened="2010-04", closed="2017-09", cost_notes="Wages only."
    )
    page = pages_of(worked("period transactions\n2017 5", services)).page

    assert page.facts == (
        ("Department", "Ministry", "departments/ministry.html"),
        ("Category", "not provided", ""),
        ("Customer type", "Individuals", ""),
        ("Who pays", "not provided", ""),
        ("Opened", "April 2010", ""),
        ("Closed", "September 2017", ""),
    )
    assert page.cost_notes == "Wages only."
    assert page.notices[0].startswith("This service closed in September 2017.")


def test_many_notes_are_counted() -> None:
    """The newest three stand on the page, and how many more there are."""
    made = worked(QUARTERS)
    record = replace(records_of(made)["alpha"], notes=("a", "b", "c", "d"))
    page = service_page(builder_of(made.config), record).page
    assert page.remarks == ("a", "b", "c", "and one more note, in the CSV file of this page")


def test_peers_stand_by_name_with_figures_of_the_same_period() -> None:
    """A figure of another period is not set beside it, and the order is not that of a figure."""
    table = """
        service period transactions cost_per_transaction
        mid     2016   1500         4
        mid     2017   1500         _
        zulu    2017   9000         3
        beta    2017   2000         2
        tiny    2017   5            1
        old     2016   2000         1
        """
    services = register("zulu", "beta", "mid", "tiny", "old", category="Claims")
    page = pages_of(worked(table, services), "mid").page

    assert page.peers is not None
    rows = texts(page.peers)
    assert [row[0] for row in rows] == ["Service", "Beta", "Mid", "Zulu"]
    cost = rows[0].index("Cost per transaction")
    assert [row[cost] for row in rows[1:]] == ["£2.00", "another period", "£3.00"]
    assert [row.href for row in page.peers.rows] == [
        "services/beta.html", "", "services/zulu.html"
    ]  # fmt: skip
    assert "“Claims” with 1,000 to 9,999 transactions a year" in page.peers_note
    assert "no ranking" in page.peers_note


def test_a_service_without_peers_has_no_table() -> None:
    """Nothing is compared with nothing."""
    page = pages_of(worked(QUARTERS)).page

    assert (page.peers, page.peers_note) == (None, "")


def test_what_a_service_owes_is_said() -> None:
    """A KPI that another service gave and this one did not is named; one of nobody's is not."""
    header, *rows = QUARTERS.strip().splitlines()
    mine = [f"alpha {row} _" for row in rows if row.strip()]
    table = "\n".join([f"service {header} completion_rate", *mine, "beta 2017-Q3 _ _ _ 50%"])
    page = pages_of(worked(table, register("alpha", "beta"))).page

    assert "Completion rate: never given" in page.owed
    assert not any("User satisfaction" in line for line in page.owed)
    assert not any("Digital take-up" in line for line in page.owed)


def test_a_citation_has_no_date_of_its_own() -> None:
    """Title, organisation, site, licence and address; the period is that of the figures."""
    config = parse_config(
        'title = "Figures"\nlicence = "OGL v3.0"\nbase_url = "https://example.org/x"'
    )
    page = pages_of(worked(QUARTERS, config=config)).page

    assert page.citation == (
        "Alpha: service performance, Oct 2015 to Sep 2017. Ministry. Figures. OGL v3.0. "
        "https://example.org/x/services/alpha.html"
    )
    assert pages_of(worked(QUARTERS)).page.citation.endswith("Ministry. Service performance.")


def test_a_page_says_where_its_data_is() -> None:
    """CSV and JSON, the picture of the page, and a description for machines."""
    page = pages_of(worked(QUARTERS, config=OWN_CARDS)).page
    dataset = json.loads(page.dataset)

    assert [(link.type, link.href) for link in page.data] == [
        ("text/csv", "services/alpha.csv"),
        ("application/json", "services/alpha.json"),
        ("image/jpeg", "services/alpha/card.jpg"),
    ]
    assert page.card == "../services/alpha/card.jpg"
    assert dataset["@type"] == "Dataset"
    assert dataset["temporalCoverage"] == "2015-10-01/2017-09-30"


def test_every_picture_of_a_page_is_drawn_and_every_figure_stands_alone() -> None:
    """Jobs are those of the figures and the card; each figure has a page that shows it."""
    pages = pages_of(worked(QUARTERS, config=OWN_CARDS))
    drawn = [figure.svg for figure in pages.page.figures if figure.svg]

    assert [job.path for job in pages.jobs] == [*drawn, "services/alpha/card.jpg"]
    assert [page.path for page in pages.embeds] == [f.embed for f in pages.page.figures]
    assert len({page.title for page in pages.embeds}) == len(pages.embeds)
    assert all(page.back.href == "services/alpha.html" for page in pages.embeds)


def test_addresses_are_the_same_in_every_language() -> None:
    """Pages, pictures and jobs are relative to the folder of their language."""
    made = worked(QUARTERS)
    builder = replace(builder_of(made.config), folder="fr/")
    pages = pages_of(made, builder=builder)

    assert [job.path for job in pages.jobs] == [job.path for job in pages_of(made).jobs]
    assert pages.page.figures[0].svg == "services/alpha/transactions.svg"
    assert pages.page.csv == "services/alpha.csv"


def test_the_card_picture_says_its_figures_with_their_periods() -> None:
    """At most three lines; each is true of the headlines."""
    job = pages_of(worked(QUARTERS, config=OWN_CARDS)).jobs[-1]
    line = " ".join(getattr(job, "lines", ()))

    assert "5,000 transactions in the year to September 2017" in line
    assert could_be(line.split(" of transactions")[0].split()[-1], 0.54)


def test_a_service_shows_the_card_of_its_department_unless_it_has_one() -> None:
    """It draws none then, and the link to the picture belongs to the department's page."""
    made = worked(QUARTERS)
    pages, record = pages_of(made), records_of(made)["alpha"]
    homeless = service_page(builder_of(made.config), replace(record, groups=()))

    assert [group.slug for group in record.groups if group.kind is GroupKind.DEPARTMENT] == [
        "ministry"
    ]
    assert pages.page.card == "../departments/ministry/card.jpg"
    assert {page.card for page in pages.embeds} == {"../../departments/ministry/card.jpg"}
    assert homeless.page.card == "../cards/site.jpg"
    for page in (pages.page, homeless.page, *pages.embeds):
        assert "image/jpeg" not in {link.type for link in page.data}
    for job in (*pages.jobs, *homeless.jobs):
        assert job.path.endswith(".svg")


def test_services_of_one_name_have_titles_of_their_own() -> None:
    """Two services of one name and organisation show their ids."""
    services = register("alpha", "beta")
    services["beta"] = replace(services["beta"], name="Alpha")
    titles = service_titles(list(services.values()))

    assert titles == {"alpha": "Alpha: Ministry (alpha)", "beta": "Alpha: Ministry (beta)"}


quarters = st.lists(
    st.tuples(st.integers(1, 10**7), st.integers(0, 100), st.integers(0, 10**8)),
    min_size=8,
    max_size=8,
)


def own_sentence(pages: ServicePages, slug: str) -> str:
    """What the heading of a chart of quarters says of its own window, which it begins with."""
    own, _, _ = figure_of(pages, slug).heading.partition(". On the card: ")
    assert own.startswith("Latest quarter: ")
    return own.removeprefix("Latest quarter: ")


@fewer(5, because="each example makes the page of a service, with all its tables")
@given(quarters)
def test_the_sentences_of_a_page_are_true_of_what_was_submitted(
    given_: list[tuple[int, int, int]],
) -> None:
    """The lead and each chart's title hold against the rows themselves, last and a year before."""
    rows = [(number, number * part // 100, cost) for number, part, cost in given_]
    table = "period transactions transactions:digital cost\n" + "\n".join(
        f"{2016 + place // 4}-Q{place % 4 + 1} {number} {digital} {cost}"
        for place, (number, digital, cost) in enumerate(rows)
    )
    pages = pages_of(worked(table))
    years = [[sum(column) for column in zip(*rows[at : at + 4], strict=True)] for at in (4, 0)]
    (all_now, digital_now, _), (all_then, digital_then, _) = years

    lead = re.fullmatch(
        r"(.+) transactions? in 2017, (.+?) of them digital, (.+)\.", pages.page.lead
    )
    assert lead, pages.page.lead
    assert could_be(lead[1], all_now)
    assert could_be(lead[2], digital_now / all_now)
    assert is_true(lead[3], digital_now / all_now, digital_then / all_then, MeasureKind.SHARE)

    heading = own_sentence(pages, "transactions")
    bars = re.fullmatch(r"(.+) transactions? in October to December 2017, (.+)", heading)
    assert bars, heading
    assert could_be(bars[1], rows[7][0])
    assert is_true(bars[2], rows[7][0], rows[3][0]), heading

    heading = own_sentence(pages, "digital-take-up")
    line = re.fullmatch(
        r"(.+) of transactions were digital in October to December 2017, (.+)", heading
    )
    now, then = rows[7][1] / rows[7][0], rows[3][1] / rows[3][0]
    assert line, heading
    assert could_be(line[1], now)
    assert is_true(line[2], now, then, MeasureKind.SHARE), heading

    heading = own_sentence(pages, "cost-per-transaction")
    cost = re.fullmatch(r"A transaction cost (.+) in October to December 2017, (.+)", heading)
    now, then = rows[7][2] / rows[7][0], rows[3][2] / rows[3][0]
    assert cost, heading
    assert could_be(cost[1], now)
    assert is_true(cost[2], now, then, MeasureKind.CURRENCY), heading


@pytest.mark.example
def test_the_pages_of_the_example_hold_together() -> None:
    """All 734: no row is shifted, every figure can be traced, and no two pages share a title."""
    made = worked_example()
    builder = builder_of(made.config)
    titles: list[str] = []
    for record in records_of(made).values():
        pages, summary = service_page(builder, record), record.summary
        titles += [pages.page.title, *(embed.title for embed in pages.embeds)]
        assert (pages.page.lead == "") == (not summary.has_figures), pages.page.path
        for card in pages.page.cards:
            assert (card.provenance is not None) == bool(card.period), card
            said = re.sub("^(about|less than) ", "", card.value)
            assert card.missing == (said[0] not in "0123456789£<>−"), card
            assert not card.missing or card.notes, card
            if card.provenance and not card.missing and "as the service" in card.provenance.worked:
                own = summary.figures[card.anchor.removeprefix("kpi-").replace("-", "_")]
                full = ENGLISH.full_figure(own.value or 0, KPIS[own.kpi].kind)
                assert card.provenance.worked.startswith(full), card
        for figure in pages.page.figures:
            rows = texts(figure.table)
            assert {len(row) for row in rows} == {len(rows[0])}, figure.embed
            assert "submissions/" in figure.source, figure.embed
    assert len(made.summaries) == 734
    assert len(set(titles)) == len(titles)


def test_the_description_for_programs_covers_the_figures_that_there_are() -> None:
    """Eleven months of cost make no KPI, and are figures for their time all the same."""
    rows = "\n".join(f"2017-{month:02d} 10" for month in range(1, 12))
    dataset = json.loads(pages_of(worked(f"period cost\n{rows}")).page.dataset)

    assert dataset["temporalCoverage"] == "2017-01-01/2017-11-30"
    assert [(one["propertyID"], one["unitText"]) for one in dataset["variableMeasured"]] == [
        ("cost", "GBP")
    ]
    assert "no figure was provided" not in dataset["description"]
