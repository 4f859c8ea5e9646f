from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest

from perfsite.components.contexts import Assets, Builder, make_builder
from perfsite.config import RelatedTable, SiteConfig, SourceTable, WordsTable, parse_config
from perfsite.kpis import KPIS
from perfsite.language import Language
from perfsite.model import Edition
from perfsite.pages import utility
from perfsite.pages.utility import about_page, accessibility_page

if TYPE_CHECKING:
    from perfsite.components.contexts import AboutPage

EDITION: Final = Edition(date(2018, 9, 19), "hash")
ASSETS: Final = Assets("a.css", "", "", "")
ENGLISH: Final = ("en-GB", "English", "")


def builder(config: SiteConfig) -> Builder:
    """Makes the pages of a site in English."""
    return make_builder(config, Language("en-GB"), [ENGLISH], ASSETS)


def page(*earlier: date, **config: Any) -> AboutPage:  # noqa: ANN401 - entries of every kind
    """about.html of a site with these entries in its configuration."""
    return about_page(builder(SiteConfig(title="Figures", **config)), EDITION, earlier)


def test_every_kpi_is_defined() -> None:
    """Name, meaning, formula and window of each, at the anchor to which cards lead."""
    found = {slug: words for slug, *words in page().definitions}

    assert list(found) == [kpi.slug for kpi in KPIS.values()]
    for kpi in KPIS.values():
        assert found[kpi.slug] == [kpi.name, kpi.definition, kpi.formula, str(kpi.window)]
        assert all(found[kpi.slug])


def test_anchors_of_kpis_are_no_anchors_of_sections() -> None:
    """A KPI's own anchor cannot be taken for one of the parts of the page."""
    parts = {"definitions", "strengths", "caveats", "revisions", "updates", "end"}

    assert not {kpi.slug for kpi in KPIS.values()} & (parts | {"related", "sources", "report"})


def test_what_the_publisher_says_stands_beside_what_perfsite_knows() -> None:
    """Strengths and limits of the site come after those of every site; neither hides the other."""
    got = page(strengths=("All of it is old.",), caveats=("None of it is new.",))

    assert got.strengths == (*utility.STRENGTHS, "All of it is old.")
    assert got.caveats == (*utility.LIMITS, "None of it is new.")
    assert got.revisions == utility.REVISIONS


def test_the_plan_for_an_end_begins_with_the_publishers() -> None:
    """With a plan it stands first; without one the page says what a copy needs all the same."""
    assert page(end_plan="It will be kept.").end == ("It will be kept.", *utility.END)
    assert page().end == utility.END


def test_without_a_schedule_the_page_says_so() -> None:
    """Nothing is promised that the publisher has not said, and no edition is made up."""
    assert page().updates == (
        "The publisher has named no schedule.",
        "Last updated on 19 September 2018.",
    )


def test_a_schedule_the_next_edition_and_those_before_it_are_named() -> None:
    """What the publisher said, the day that it named, and earlier editions, the newest first."""
    got = page(
        date(2017, 1, 1),
        date(2018, 3, 1),
        update_schedule="Every March.",
        next_update=date(2019, 3, 1),
    )

    assert got.updates == (
        "Every March.",
        "Last updated on 19 September 2018.",
        "The next edition is due on 1 March 2019.",
        "Earlier editions: 1 March 2018, 1 January 2017.",
    )
    assert got.edition == "19 September 2018"


def test_related_sites_and_sources_are_as_configured() -> None:
    """Each with its address; without any the lists are empty, not made up."""
    related = RelatedTable.model_validate({"name": "Others", "url": "https://example.org/others"})
    source = SourceTable(name="A", publisher="B", licence="C", url="https://example.org", note="D")
    got = page(related=(related,), sources=(source,))

    assert [(item.text, item.url) for item in got.related] == [
        ("Others", "https://example.org/others")
    ]
    assert got.sources == (("A", "B", "C", "https://example.org", "D"),)
    assert (page().related, page().sources) == ((), ())


def test_a_report_by_mail_names_the_page() -> None:
    """Subject and text of the mail say which page it is about, at its full address."""
    config = parse_config('contact = "figures@example.org"\nbase_url = "https://example.org/x"')
    report = about_page(builder(config), EDITION, ()).report
    assert report is not None
    parts = urlsplit(report.url)

    assert (parts.scheme, parts.path) == ("mailto", "figures@example.org")
    assert parse_qs(parts.query) == {
        "subject": ["Error on the page “About the data”"],
        "body": ["https://example.org/x/about.html"],
    }
    assert " " not in report.url
    assert report.text == "Report an error on this page"


def test_a_report_from_another_language_names_the_page_of_that_language() -> None:
    """The address in the mail is the one at which the reader stands."""
    config = parse_config(
        'contact = "a@example.org"\nbase_url = "https://example.org"\nlanguages = ["en-GB", "cy"]'
    )
    folders = [ENGLISH, ("cy", "Cymraeg", "cy/")]
    made = make_builder(config, Language("cy"), folders, ASSETS)
    report = accessibility_page(made).report
    assert report is not None

    assert parse_qs(urlsplit(report.url).query)["body"] == [
        "https://example.org/cy/accessibility.html"
    ]


@pytest.mark.parametrize("sign", ["&", "?", "#", "%", "“", "é", "\n"])
def test_no_sign_of_a_name_ends_the_subject(sign: str) -> None:
    """A page may be called anything: the subject holds all of it."""
    config = SiteConfig(contact="figures@example.org")
    report = builder(config).report(f"This {sign} that", "services/x.html")
    assert report is not None

    query = parse_qs(urlsplit(report.url).query)
    assert query["subject"] == [f"Error on the page “This {sign} that”"]
    assert query["body"] == ["services/x.html"]


def test_a_report_goes_to_the_address_of_the_contact_where_that_is_no_mail() -> None:
    """A name with an address leads there; a mail address goes before it."""
    url = "https://example.org/contact"
    for contact in ("", "The figures team", "Team A @ Office B"):
        report = page(contact=contact, contact_url=url).report
        assert report is not None
        assert report.url == url
    both = page(contact="a@example.org", contact_url=url).report
    assert both is not None
    assert both.url.startswith("mailto:")


@pytest.mark.parametrize("contact", ["", "The figures team, room 5"])
def test_without_an_address_there_is_no_link(contact: str) -> None:
    """A name alone can be read but not followed; the template says so instead."""
    assert page(contact=contact).report is None
    assert accessibility_page(builder(SiteConfig(contact=contact))).report is None


def test_the_words_of_the_publisher_are_those_of_the_language() -> None:
    """What `translations` says of the site replaces it in that language and no other."""
    config = SiteConfig(
        description="Figures.",
        update_schedule="Each year.",
        end_plan="Kept.",
        caveats=("Old.",),
        languages=("en-GB", "cy"),
        translations={"cy": WordsTable(description="Ffigurau.", end_plan="Wedi cadw.")},
    )
    folders = [ENGLISH, ("cy", "Cymraeg", "cy/")]
    welsh = about_page(make_builder(config, Language("cy"), folders, ASSETS), EDITION, ())
    english = about_page(make_builder(config, Language("en-GB"), folders, ASSETS), EDITION, ())

    assert (welsh.lead, welsh.end[0], welsh.updates[0]) == ("Ffigurau.", "Wedi cadw.", "Each year.")
    assert (english.lead, english.end[0]) == ("Figures.", "Kept.")
    assert welsh.caveats[-1] == "Old."
    assert [(a.lang, a.href) for a in welsh.alternates] == [
        ("en-GB", "about.html"),
        ("cy", "cy/about.html"),
    ]


def test_the_accessibility_statement_says_what_was_tested_and_what_falls_short() -> None:
    """Both lists stand as they are written, and name the standard and the tools."""
    got = accessibility_page(builder(SiteConfig(title="Figures", contact="a@example.org")))

    assert got.tested == utility.TESTED
    assert got.limits == utility.SHORT
    assert "2.2 at level AA" in got.lead
    assert any("axe-core" in text for text in got.tested)
    assert got.path == "accessibility.html"
    assert got.report is not None


def test_no_sentence_of_the_page_stands_twice() -> None:
    """Strengths, limits, revisions, the end and the statement are whole and different sentences."""
    texts = [
        *utility.STRENGTHS,
        *utility.LIMITS,
        *utility.REVISIONS,
        *utility.END,
        *utility.TESTED,
        *utility.SHORT,
    ]

    assert len(texts) == len(set(texts))
    assert all(text[0].isupper() and text.endswith(".") for text in texts)
