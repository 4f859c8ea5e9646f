"""Examples of the components: what their tests render, and what the pattern page shows.

An example is a component's name, the example's own, and the arguments of its macro. The layout is
no macro: its examples are whole pages. All of it is invented.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, ClassVar, Final

from perfsite.components.contexts import NotFoundPage, SiteLabels
from perfsite.components.elements import (
    Alternate,
    AtoZ,
    Card,
    Cell,
    ChartFigure,
    Column,
    DataLink,
    ExplainedFigure,
    FormulaOrigin,
    FormulaTerm,
    Letter,
    Link,
    Outside,
    Row,
    Table,
)
from perfsite.language import Language
from perfsite.preview import ProblemItem
from perfsite.render import Renderer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perfsite.render import Theme

ROOT, TOP = "../", "../../"
"""The ways that examples are given; they differ, so that a mistaken one is seen."""
MACROS: Final = {"figure": "chart_figure"}
"""The names of macros that are not their files' names."""

SITE: Final = SiteLabels(
    title="Service figures",
    publisher="The Office of Examples",
    status="Official statistics in development",
    contact="figures@example.org",
    contact_url="mailto:figures@example.org",
    licence="Open Government Licence v3.0",
    licence_url="https://example.org/licence",
    lang="en-GB",
    stylesheet="assets/perfsite.css",
    favicon="assets/favicon.svg",
    logo="assets/logo.svg",
    script="assets/filter.js",
)
_SAID: Final = ("publisher", "status", "contact", "contact_url", "licence", "licence_url")
BARE: Final = replace(SITE, favicon="", logo="", script="", **dict.fromkeys(_SAID, ""))
"""A site of which nothing is said."""
ALTERNATES: Final = (
    Alternate("en-GB", "English", "services/toll.html"),
    Alternate("fr", "français", "fr/services/toll.html"),
)
CRUMBS: Final = (
    Link("Home", "index.html"),
    Link("Ministry of Roads & Bridges", "departments/roads.html"),
)
PROVENANCE: Final = ExplainedFigure(
    "Digital transactions divided by all transactions",
    "2,907,104 ÷ 3,289,412 = 88.4%",
    (
        FormulaTerm(
            "Digital transactions",
            "2,907,104",
            (
                FormulaOrigin("submissions/roads.csv", "12", "1,400,000"),
                FormulaOrigin(
                    "editions/2015-10-01/submissions/roads.csv", "13", "1,507,104", of_edition=True
                ),
            ),
            "and two further rows",
        ),
        FormulaTerm(
            "All transactions",
            "3,289,412",
            (FormulaOrigin("submissions/roads.csv", "14", "3,289,412"),),
        ),
    ),
)
CARD: Final = Card(
    "kpi-digital-take-up",
    "Digital take-up",
    "88.4%",
    "Oct 2014 to Sep 2015",
    "+10.2 points on a year before",
    (),
    older=False,
    missing=False,
    definition="about.html#digital-take-up",
    provenance=PROVENANCE,
)
PROBLEM: Final = ProblemItem(
    "problem-1",
    "error",
    "Error PS104: A value is not a number or a symbol",
    'submissions/toll.csv:3, column "cost"',
    (("Found", "<thing>"), ("Expected", "a number"), ("To mend it", "write 3")),
    Link("What PS104 means", "codes.html#PS104"),
)
PLAIN_TABLE: Final = Table(
    "Transactions by quarter: Pay a toll",
    tuple(Column(text) for text in ("Period", "All", "Change on a year before")),
    (
        Row("Jul to Sep 2015", (Cell("847k", "847,123"), Cell("+45%"))),
        Row("Apr to Jun 2015", (Cell("no data", missing=True), Cell("", missing=True))),
        Row("Jan to Mar 2015", (Cell("1,200", note="provisional"), Cell("+2%")), under="a break"),
    ),
)
WIDE_TABLE: Final = Table(
    "Services by name, A to Z",
    (
        Column("Service", "services/by-name-a.html", "services/by-name-z.html", "ascending"),
        Column("Transactions", "services/by-t-a.html", "services/by-t-z.html"),
        Column("Digital take-up"),
    ),
    (
        Row(
            "Pay a toll",
            (Cell("3.29m", "3,289,412"), Cell("88.4%", "88.377619%", "to Mar 2015")),
            "services/toll.html",
            "Roads Agency",
            "toll",
            "Ministry of Roads",
            "Roads Agency",
            "3289412",
        ),
        Row("Cross <a> bridge", (Cell("no data", missing=True),) * 2, "services/bridge.html"),
    ),
    wide=True,
)
A_TO_Z: Final = AtoZ(
    "Services from A to Z",
    (
        Letter("0 to 9", "services/by-letter-0-9.html", current=False),
        Letter("A", "services/by-letter-a.html", current=True),
    ),
    (
        Letter("A, page 1 of 2", "services/by-letter-a.html", current=True),
        Letter("A, page 2 of 2", "services/by-letter-a-2.html", current=False),
    ),
)
FACTS: Final = (
    ("Department", "Ministry of Roads", "departments/roads.html"),
    ("Who pays", "not provided", ""),
)
LEDGER: Final = Table(
    "Pay a toll",
    (Column("Figure"), Column("Apr to Jun 2015"), Column("Jul to Sep 2015")),
    (
        Row("Transactions", (Cell("provided", state="provided"), Cell("late", state="late"))),
        Row("Cost", (Cell("missing", missing=True, state="missing"), Cell("", state="not-asked"))),
    ),
)
FIGURE: Final = ChartFigure(
    "chart-transactions",
    "847,000 transactions in July to September 2015, 45% more than a year before",
    "Pay a toll. Transactions by quarter, Oct 2012 to Sep 2015",
    "services/toll/transactions.svg",
    "Bar chart: 847,000 transactions in July to September 2015.",
    "In one period the service gave no figure.",
    PLAIN_TABLE,
    "services/toll.csv",
    "Source: Ministry of Roads",
    "embed/toll/transactions.html",
)
PAGE: Final = NotFoundPage(
    site=SITE,
    path="services/toll.html",
    title="Pay a toll - Service figures",
    description='What "Pay a toll" costs & does.',
    section="services",
    crumbs=CRUMBS,
    canonical="https://example.org/services/toll.html",
    alternates=ALTERNATES,
    data=(DataLink("text/csv", "All figures of this page", "services/toll.csv"),),
    card="https://example.org/services/toll/card.jpg",
    dataset='{"@type":"Dataset","name":"</script>"}',
    changed="",
    changed_day="",
)


@dataclass(frozen=True)
class Example:
    """An example: arguments of the component's macro by name, or a page for the layout."""

    component: str
    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    page: NotFoundPage | None = None


def _table(name: str, table: Table, **more: object) -> Example:
    return Example("table", name, {"table": table, "root": ROOT, **more})


def _card(name: str, card: Card) -> Example:
    return Example("card", name, {"card": card, "root": ROOT})


def _figure(name: str, figure: ChartFigure, **more: object) -> Example:
    return Example("figure", name, {"figure": figure, "root": ROOT, "top": TOP, **more})


_FOOT: Final = {"root": ROOT, "top": TOP}
EXAMPLES: Final = (
    Example("layout", "all", page=PAGE),
    Example(
        "layout",
        "bare",
        page=replace(
            PAGE,
            site=BARE,
            path="404.html",
            crumbs=(),
            alternates=(),
            data=(),
            **dict.fromkeys(("section", "canonical", "card", "dataset"), ""),
        ),
    ),
    Example(
        "navigation",
        "all",
        {**_FOOT, "site": SITE, "section": "data", "crumbs": CRUMBS, "alternates": ALTERNATES},
    ),
    Example(
        "navigation",
        "home",
        {**_FOOT, "site": BARE, "section": "", "crumbs": (), "alternates": ()},
    ),
    Example("footer", "all", {**_FOOT, "site": SITE, "alternates": ALTERNATES}),
    Example("footer", "bare", {**_FOOT, "site": BARE, "alternates": ()}),
    _card("provided", CARD),
    _card("older", replace(CARD, older=True, provenance=None, notes=("34 of 49 services",))),
    _card(
        "missing",
        replace(
            CARD,
            value="Not provided",
            period="",
            change="",
            notes=("Never given. The Roads Agency owes it.",),
            missing=True,
            provenance=None,
        ),
    ),
    Example("provenance", "terms", {"provenance": PROVENANCE}),
    Example("provenance", "stated", {"provenance": replace(PROVENANCE, terms=())}),
    _figure("chart", FIGURE),
    _figure("nothing-drawn", replace(FIGURE, svg="", note="", subtitle="", embed="")),
    _figure("alone", FIGURE, heading="h1", embed=False),
    _table("plain", PLAIN_TABLE),
    _table("in-full", PLAIN_TABLE, full=True),
    _table("wide", WIDE_TABLE, id="services"),
    _table("ledger", LEDGER),
    _table("empty", replace(PLAIN_TABLE, rows=())),
    Example("notice", "closed", {"text": "This service closed in March 2015."}),
    Example("tag", "older", {"text": "older data"}),
    Example("states", "ledger", {"items": (("provided", "provided"), ("late", "not yet given"))}),
    Example("facts", "links", {"items": FACTS, "root": ROOT}),
    Example("links", "columns", {"items": CRUMBS, "root": ROOT}),
    Example("links", "buttons", {"items": CRUMBS, "root": ROOT, "style": "buttons"}),
    Example("alphabet", "letters", {"index": replace(A_TO_Z, pages=()), "root": ROOT}),
    Example("alphabet", "pages-of-a-letter", {"index": A_TO_Z, "root": ROOT}),
    Example("sentences", "some", {"items": ("One thing.", "Another <thing>.")}),
    Example("sentences", "none", {"items": (), "otherwise": "The publisher has not said."}),
    Example(
        "filter",
        "words",
        {
            "count_words": "{shown} of {all} services",
            "total_words": "{total} transactions a year by {shown} of them",
        },
    ),
    Example(
        "citation",
        "page",
        {"text": "Office of Examples (2018). Pay a toll. Service figures. services/toll.html"},
    ),
    Example(
        "report",
        "contact",
        {"link": Outside("Report an error on this page", "mailto:figures@example.org")},
    ),
    Example("report", "nobody", {"link": None}),
    Example("problem", "full", {"item": PROBLEM}),
    Example("problem", "short", {"item": replace(PROBLEM, terms=(), link=None, anchor="")}),
    Example(
        "problems",
        "two",
        {
            "anchor": "problems",
            "heading": "Problems in the data",
            "lead": "Pay a toll: 1 error, 1 warning.",
            "groups": (
                ("1 error", (PROBLEM,), "", True),
                ("1 warning", (replace(PROBLEM, state="warning", anchor="b"),), "7 more", False),
            ),
        },
    ),
    Example(
        "changes",
        "some",
        {
            "anchor": "changes",
            "heading": "What changed since the last edition",
            "lead": "Figures: 1 changed.",
            "table": PLAIN_TABLE,
        },
    ),
    Example(
        "changes",
        "none",
        {"anchor": "changes", "heading": "What changed", "lead": "No figure.", "table": None},
    ),
    Example("preview", "link", {"text": "This is a preview.", "href": "../../index.html"}),
    Example(
        "preview_head",
        "all",
        {"title": "Preview", "sheets": ("a.css", "b.css"), "script": "/-/preview.js?seen=1"},
    ),
    Example("preview_head", "least", {"title": "", "sheets": ()}),
    Example(
        "preview_index",
        "some",
        {"heading": "Preview", "lead": "Not <thing>.", "table": PLAIN_TABLE, "root": "site/"},
    ),
    Example(
        "preview_index", "none", {"heading": "Preview", "lead": "No.", "table": None, "root": ""}
    ),
    Example(
        "explanations",
        "two",
        {
            "heading": "What the codes mean",
            "parts": (("PS104", "PS104: A value", ((False, "Text <thing>."), (True, "a  b"))),),
        },
    ),
)


@dataclass(frozen=True)
class Pattern(NotFoundPage):
    """A component by itself: which, its macro, and its arguments."""

    template: ClassVar[str] = "pattern.html"
    component: str
    macro: str
    arguments: Mapping[str, object]


_CALL: Final = "{% import component as module %}{{ module[macro](**arguments) }}"


def render_example(theme: Theme, example: Example, language: Language | None = None) -> str:
    """The example as the renderer of the site makes it.

    Raises:
        RenderError: if the component is wrong, or its arguments are not those that it takes.
    """
    templates = {**theme.templates, Pattern.template: _CALL}
    renderer = Renderer(replace(theme, templates=templates), language or Language("en-GB"))
    page = example.page or Pattern(
        **{item.name: getattr(PAGE, item.name) for item in fields(PAGE)},
        component=f"components/{example.component}.html",
        macro=MACROS.get(example.component, example.component),
        arguments=example.arguments,
    )
    return renderer.render(page).data.decode()
