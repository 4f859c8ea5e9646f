from __future__ import annotations

import re
from collections import Counter
from dataclasses import fields, is_dataclass
from gettext import NullTranslations
from typing import TYPE_CHECKING, Final

import pytest

from helpers import register, worked
from page_tools import column_of, example, made_of, row_of
from perfsite.charts.pictures import CardJob, TreemapJob
from perfsite.kpi.groups import FOLDERS, GroupKind
from perfsite.kpis import Place, at
from perfsite.language import Language
from perfsite.model import Service
from perfsite.pages.site import make_inputs, without_undrawn
from perfsite.widgets.group_cards import groups_listing
from perfsite.widgets.group_charts import groups_treemap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from perfsite.charts.pictures import Job
    from perfsite.components.contexts import GroupPage
    from perfsite.components.elements import ChartFigure

YEARLY: Final = "transactions_per_year"
A_FALL: Final = re.compile(
    r"\b(fewer|less|down|fell|fall|drop\w*|decreas\w*|declin\w*)\b", re.IGNORECASE
)
HMRC: Final = "departments/hm-revenue-and-customs.html"


def treemap(page: GroupPage) -> ChartFigure | None:
    """The treemap of a group's services."""
    return next((f for f in page.figures if f.anchor == "chart-services"), None)


def number(text: str) -> int:
    """A number written in English."""
    return int(text.replace(",", ""))


def strings(value: object) -> Iterator[str]:
    """Every text within a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from strings(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from strings(getattr(value, field.name))


def test_the_department_that_stopped_has_not_fallen() -> None:
    """It is shown as it last was, whole, and no title, alt, lead or notice says a fall."""
    page, jobs = example().group_pages[HMRC]
    words = [page.lead, page.description, *page.notices, *(card.change for card in page.cards)]
    words += [text for f in page.figures for text in (f.heading, f.subtitle, f.alt, f.note)]
    words += [job.title for job in jobs if not isinstance(job, CardJob)]
    figure = treemap(page)

    assert page.lead == (
        "HM Revenue and Customs: 34 services. 2.25 billion transactions in the year to March 2017 "
        "at the 34 that reported."
    )
    assert [text for text in words if A_FALL.search(text)] == []
    assert not any("−" in card.change for card in page.cards[:1])
    assert page.notices[0].startswith(
        "Newer figures are incomplete: in the year to September 2017, 8 of 34 services reported."
    )
    assert figure is not None
    assert figure.subtitle == "Transactions by service, Apr 2016 to Mar 2017: 34 of 34 services"
    assert figure.note == ""
    assert page.coverage == (
        "In the year to September 2017, its services gave 32.1% of the figures that they were "
        "asked for: 217 of 676."
    )
    assert page.health == "health/hm-revenue-and-customs.html"


@pytest.mark.parametrize("kind", list(FOLDERS))
def test_the_boxes_of_a_treemap_are_the_headline(kind: GroupKind) -> None:
    """Picture and table of every group add up to its headline, and the title is true of them."""
    made = example()
    drawn = 0
    for summary in made.of_kind(kind):
        page, jobs = made.group_pages[f"{FOLDERS[kind][0]}/{summary.group.slug}.html"]
        figure, head = treemap(page), summary.figures.get(YEARLY)
        if figure is None:
            continue
        drawn += 1
        assert head is not None
        values = [number(text) for text in column_of(figure.table, "Transactions")]
        (job,) = (job for job in jobs if isinstance(job, TreemapJob))
        assert (sum(values), len(values)) == (head.value, head.services)
        assert round(sum(item.value for item in job.items)) == head.value
        assert len(job.items) <= 30
        assert values == sorted(values, reverse=True)
        share = re.search(r"had (?:more than |less than )?([\d.]+)% of", figure.heading)
        assert share is not None
        assert abs(float(share[1]) - 100 * values[0] / head.value) < 0.11
        assert figure.heading.startswith(f"{figure.table.rows[0].header} had ")
        assert ("reported" in figure.heading) == (head.services < head.of)
        assert f": {head.services} of {head.of} service" in figure.subtitle
        assert (figure.svg, figure.embed) == (
            f"{FOLDERS[kind][0]}/{summary.group.slug}/services.svg",
            f"{FOLDERS[kind][0]}/{summary.group.slug}/services.html",
        )

    assert drawn > 5


def test_small_boxes_become_one() -> None:
    """Boxes that nobody could see are one, which says how many they are; nothing is no box."""
    ids = [f"s{i}" for i in range(40)]
    rows = "\n".join(f"{key} 2017 {1000 if i < 10 else 1}" for i, key in enumerate(ids[:-1]))
    made = made_of(worked(f"service period transactions\n{rows}\ns39 2017 0", register(*ids)))
    page, jobs = made.group_pages["departments/ministry.html"]
    (job,) = (job for job in jobs if isinstance(job, TreemapJob))
    figure = treemap(page)

    assert len(job.items) == 11
    assert job.items[-1].value == 29
    assert "29 others" in str(job.items[-1])
    assert figure is not None
    assert len(figure.table.rows) == 40


def test_a_service_without_a_figure_has_no_box() -> None:
    """The words beside a treemap say how many services are not in it; one box is no treemap."""
    three = register("alpha", "beta", "gamma")
    rows = "service period transactions\nalpha 2017 30\nbeta 2017 10"
    page, _ = made_of(worked(rows, three)).group_pages["departments/ministry.html"]
    figure = treemap(page)
    alone, _ = made_of(worked(rows[: rows.index("\nbeta")], three)).group_pages[
        "departments/ministry.html"
    ]

    assert figure is not None
    assert figure.note == "One service without a figure for this period has no box."
    assert figure.heading == (
        "Alpha had 75.0% of the transactions of the 2 services of Ministry that reported in 2017"
    )
    assert treemap(alone) is None


def test_groups_of_five_services_have_every_order() -> None:
    """Thirteen further orders for each group of five services or more, none for smaller ones."""
    made = example()
    orders = Counter(path.rpartition("/")[0] for path in made.orders)
    for kind, (folder, _) in FOLDERS.items():
        for summary in made.of_kind(kind):
            group = summary.group
            page, _ = made.group_pages[f"{folder}/{group.slug}.html"]
            hrefs = {h for c in page.table.columns for h in (c.ascending, c.descending) if h}
            own = {path for path in made.orders if path.startswith(f"{folder}/{group.slug}/")}
            assert len(own) == orders[f"{folder}/{group.slug}"]
            assert len(own) == (13 if len(group.services) >= 5 else 0), group.name
            assert hrefs == ({*own, page.path} if own else set())
            assert page.table.wide
            assert own & {figure.embed for figure in page.figures} == set()


def test_the_services_of_a_group_are_sorted_without_those_that_have_none() -> None:
    """Lowest cost first, then those without a cost by name, whichever way."""
    made = example()
    for way in ("ascending", "descending"):
        page = made.orders[
            f"departments/department-for-transport/by-cost-per-transaction-{way}.html"
        ]
        keys = [row.key for row in page.table.rows]
        costs = [made.worked.summaries[k].figures["cost_per_transaction"].value for k in keys]
        known = [cost for cost in costs if cost is not None]
        assert 0 < len(known) < len(costs) == 74
        assert costs[: len(known)] == sorted(known, reverse=way == "descending")
        rest = [row.header.casefold() for row in page.table.rows[len(known) :]]
        assert rest == sorted(rest)
        assert page.back.href == "departments/department-for-transport.html"


@pytest.mark.parametrize("kind", list(FOLDERS))
def test_lists_of_groups_stand_in_every_order_of_their_own_figures(kind: GroupKind) -> None:
    """Each order is that of the groups' own sums; a group without one comes last both ways."""
    made = example()
    folder = FOLDERS[kind][0]
    groups = {summary.group.name: summary for summary in made.of_kind(kind)}
    pages = [page for path, page in made.orders.items() if path.rpartition("/")[0] == folder]
    listing = groups_listing(kind, len(groups))

    assert {page.path for page in pages} == {order.href for order in listing.others}
    assert len(pages) == 13
    for order in listing.others:
        if order.key not in at(Place.GROUP_CARD):
            continue
        names = [row.header for row in made.orders[order.href].table.rows]
        heads = [groups[name].figures.get(order.key) for name in names]
        values = [head.value for head in heads if head]
        assert sorted(names) == sorted(groups)
        assert [head is None for head in heads] == sorted(head is None for head in heads)
        assert values == sorted(values, reverse=order.direction == "descending")


def test_a_short_list_of_groups_stands_in_one_order() -> None:
    """Four departments are seen at a glance; a kind without any group has no orders, either."""
    services = {key: Service(key, key, key.upper()) for key in "abcd"}
    made = made_of(worked("service period transactions\na 2017 5", services))

    assert made.orders == {}
    for page, _ in made.groups_pages.values():
        assert {column.ascending for column in page.table.columns} == {""}


def test_lists_of_groups_say_when_their_years_differ() -> None:
    """Different years in one column are said above the table, and not where all are the same."""
    services = {key: Service(key, key, key.upper()) for key in "abcde"}
    remark = "Not all figures are for the same 12 months"
    rows = "service period transactions\na 2017 5\nb {} 6\nc 2017 7\nd 2017 8"
    same = made_of(worked(rows.format(2017), services))
    differing = made_of(worked(rows.format(2016), services))
    kind = GroupKind.DEPARTMENT

    assert remark not in same.groups_pages[kind][0].lead
    assert remark in differing.groups_pages[kind][0].lead
    assert {remark in page.lead for page in differing.orders.values()} == {True}
    assert {remark in page.lead for page in same.orders.values()} == {False}


def test_health_is_one_link_away_from_departments_only() -> None:
    """Agencies and categories say their coverage, too, but have no page of health."""
    for path, (page, _) in example().group_pages.items():
        is_department = path.startswith("departments/")
        assert page.health == (f"health/{path.partition('/')[2]}" if is_department else "")
        assert page.coverage.startswith("In the year to September 2017, its services ")


def test_agencies_and_categories_have_treemaps_of_who_is_in_them() -> None:
    """Services without a category are in no box, and are not counted as if they were."""
    made = example()
    assert made.groups_pages[GroupKind.DEPARTMENT][0].figures == ()
    for kind in (GroupKind.AGENCY, GroupKind.CATEGORY):
        page, (job,) = made.groups_pages[kind]
        (figure,) = page.figures
        values = [number(text) for text in column_of(figure.table, "Transactions")]
        counts = column_of(figure.table, "Services reporting")
        assert isinstance(job, TreemapJob)
        assert round(sum(item.value for item in job.items)) == sum(values)
        reporting = sum(int(text.partition(" ")[0]) for text in counts)
        of = sum(len(summary.group.services) for summary in made.of_kind(kind))
        assert f": {reporting} of {of} services" in figure.subtitle
        assert f"of the {reporting} services that reported" in figure.heading


def test_every_title_is_there_once() -> None:
    """No two of the thousand pages of lists and groups have a title or an address in common."""
    pages = example().pages

    assert len(pages) > 1_000
    assert [t for t, n in Counter(page.title for page in pages).items() if n > 1] == []
    assert [p for p, n in Counter(page.path for page in pages).items() if n > 1] == []


def test_the_full_figure_stands_in_the_table_beside_the_chart() -> None:
    """Each period says who reported it, in full, and marks the years that too few reported."""
    page, _ = example().group_pages[HMRC]
    table = next(f.table for f in page.figures if f.anchor == "chart-transactions-per-year")
    row = row_of(table, "Oct 2016 to Sep 2017")

    assert row.cells[0].note == "incomplete: too few services have reported"
    assert row.cells[1].text == "8 of 34 services"
    assert row_of(table, "Apr 2016 to Mar 2017").cells[0].full == "2,254,703,222"


class Marked(NullTranslations):
    """A language in which every message is recognised."""

    def ugettext(self, message: str) -> str:
        """The message in brackets."""
        return f"⟦{message}⟧"

    def ungettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The message in brackets."""
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


def test_every_word_is_said_in_the_language() -> None:
    """With every message marked, no sentence, header, caption or note is left unmarked."""
    services = {key: Service(key, key, "D", agency="E", category="F") for key in "pqrst"}
    rows = "\n".join(f"{k} {y} {n}00 {n}0" for n, k in enumerate("pqrst", 1) for y in (2016, 2017))
    rows += "\np 2018 9 9"
    made = made_of(
        worked(f"service period transactions transactions:digital\n{rows}", services),
        Language("en-GB", Marked()),  # type: ignore[arg-type]
    )
    keys = {"ascending", "descending", "services", *(folder for folder, _ in FOLDERS.values())}
    plain = re.compile(r"[A-Za-z]{2}")
    for page in made.pages:
        for field in fields(page):
            if field.name in {"site", "path", "canonical", "card", "dataset", "alternates", "csv"}:
                continue
            for text in strings(getattr(page, field.name)):
                address = re.fullmatch(
                    r"[\w./#-]+\.(html|csv|svg|jpg)(#.*)?|text/csv|image/jpeg|(chart|kpi)-[\w-]+",
                    text,
                )
                text = text.removesuffix(f" - {page.site.title}")  # noqa: PLW2901
                if address or text in keys or not plain.search(text):
                    continue
                assert "⟦" in text, (page.path, field.name, text)


def cards(jobs: Iterable[Job]) -> list[CardJob]:
    """The pictures that are cards."""
    return [job for job in jobs if isinstance(job, CardJob)]


def test_the_card_of_a_department_says_a_figure_its_period_and_of_whom_it_is() -> None:
    """The sum of some services is not told as that of all; where there is none, none is told."""
    made = worked(
        "service period transactions\na 2017 1000\nb 2017 500",
        {key: Service(key, key, "Ministry", agency="Agency") for key in "abc"},
    )
    pages = made_of(made).group_pages
    (card,) = cards(pages["departments/ministry.html"][1])
    silent = {key: Service(key, key, "Silence") for key in "de"}
    (none,) = cards(made_of(worked("service period transactions", silent)).group_pages[
        "departments/silence.html"
    ][1])  # fmt: skip

    assert card.path == "departments/ministry/card.jpg"
    assert card.name == ("Ministry",)
    assert card.lines == ("1,500 transactions in 2017", "2 of 3 services")
    assert cards(pages["agencies/agency.html"][1]) == []
    assert none.lines == ("2 services",)


def test_a_department_and_its_figures_show_its_card() -> None:
    """Only its page and its figures' link to the picture; where it is lost, nobody names it."""
    rows = "\n".join(f"{key} {year} 9" for key in "ab" for year in range(2013, 2018))
    services = {key: Service(key, key, "Ministry", agency="Agency") for key in "ab"}
    made = made_of(worked(f"service period transactions\n{rows}", services))
    parts = make_inputs(made.site, {"en-GB": made.site})
    pages = [page for part in parts for page in part.pages(made.builder).pages]
    card, folder = "departments/ministry/card.jpg", "departments/ministry"
    linked = {page.path for page in pages if card in {link.href for link in page.data}}
    named = {page.path for page in pages if page.card.endswith(card)}
    lost = without_undrawn(pages, {card}, made.builder)

    assert linked == {f"{folder}.html", f"{folder}/services.html"}
    assert {"services/a.html", "services/b.html", *linked} <= named
    assert not any(path.startswith("agencies/") for path in named)
    assert {page.path for page in lost if not page.card} == named


def test_a_department_to_which_nothing_applies_is_in_no_number() -> None:
    """The treemap of departments counts as the headline does: not those without transactions."""
    table = "service period transactions\na 2017 100\nb 2017 50\nc 2017 _\nd 2017 [z]"
    services = {key: Service(key, key, f"Ministry {key}") for key in "abcd"}
    made = made_of(worked(table, services))

    drawn = groups_treemap(
        made.whole, made.of_kind(GroupKind.DEPARTMENT), GroupKind.DEPARTMENT, Language("en-GB")
    )

    assert drawn is not None
    assert drawn[0].subtitle.endswith("2017: 2 of 3 services")
    assert made.whole.figures[YEARLY].of == 3
