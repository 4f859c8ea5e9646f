from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfsite.analysis import analyse
from perfsite.errors import Problem, UsageError
from perfsite.explanations import Explanation
from perfsite.load import load_data, load_theme
from perfsite.model import File
from perfsite.preview import (
    MOST,
    SITE,
    Notes,
    annotate,
    by_service,
    changes_counted,
    changes_panel,
    compare,
    counted,
    make_preview,
    notes_renderer,
    pages_of,
    places,
    problems_panel,
    read_figures,
    without_dead_links,
)
from small_site import (
    SERVICES,
    SUBMISSIONS,
    Tree,
    build,
    data_folder,
    link_faults,
    small_site,
    small_site_in_two_languages,
)
from small_site import (
    pages_of as read_pages,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

THEME: Final = load_theme()
RENDERER: Final = notes_renderer(THEME)
PAGE: Final = (
    b'<!DOCTYPE html><html><head><title>T</title></head><body><main id="main" class="x">\n'
    b'<h1>T</h1><figure id="chart-transactions"><figcaption><h3>Up</h3><p>s</p></figcaption>'
    b"</figure></main></body></html>"
)
FIGURES: Final = "service,period,measure,channel,value,status,note,source\n"


def problem(code: str = "PS201", file: str = "submissions/full.csv", **more: Any) -> Problem:  # noqa: ANN401
    """A problem of a file, in row 3 of its column `transactions`."""
    words = {"column": "transactions", "found": "12", "expected": "10 or less", "fix": "mend it"}
    return Problem(file, 3, code, **{**words, **more})


def figures(*rows: str) -> pd.DataFrame:
    """Figures as a site publishes them: `alpha 2017-Q1 transactions - 100 provided`."""
    cells = [",".join("" if cell == "-" else cell for cell in row.split(" ", 5)) for row in rows]
    return read_figures(FIGURES + "".join(f"{line},,f.csv:2\n" for line in cells))


def preview(
    *problems: Problem,
    site: Tree | None = None,
    services: Sequence[str] = (),
    earlier: pd.DataFrame | None = None,
) -> Tree:
    """A preview of the small site by its paths."""
    files = [File(path, data) for path, data in (site or small_site()).items()]
    made = make_preview(files, problems, THEME, services=services, earlier=earlier)
    return {file.path: file.data for file in made}


def test_notes_are_put_where_they_belong_and_nothing_else_changes() -> None:
    """The head's before its end, the start's after <main>, a place's below its heading."""
    page = annotate(PAGE, Notes("HEAD", "START", {"chart-transactions": "HERE"})).decode()

    assert "<title>T</title>HEAD</head>" in page
    assert '<main id="main" class="x">\nSTART<h1>' in page
    assert "<h3>Up</h3>HERE<p>s</p>" in page
    assert re.sub("HEAD|START|HERE", "", page).encode() == PAGE


@pytest.mark.parametrize("page", [b"", b"plain", b"<body><p>no main</p></body>", b"\xff<main>\xfe"])
def test_a_page_of_any_kind_can_be_annotated(page: bytes) -> None:
    """What has no place goes to the start, or to the end of what has none; no byte is lost."""
    shown = annotate(page, Notes("HEAD", "START", {"nowhere": "HERE"}))

    for fragment in (b"HEAD", b"START", b"HERE"):
        assert shown.count(fragment) == 1
        shown = shown.replace(fragment, b"")
    assert shown == page


@given(st.binary())
def test_no_bytes_break_the_annotation(page: bytes) -> None:
    """Without notes a page stays as it is, whatever it is."""
    assert annotate(page, Notes()) == page


def test_words_of_dead_links_stay() -> None:
    """A link to what is not there loses its address; others, and links within the page, do not."""
    page = (
        b'<link rel="alternate" href="../feed.xml"><a href="../about.html#x">About</a>'
        b'<a class="c" href="b.html">B</a><a href="#top">T</a><a href="https://example.org/">O</a>'
        b'<a href="mailto:a@example.org?subject=x">M</a>'
    )

    shown = without_dead_links(page, "services/a.html", {"services/b.html"}.__contains__)

    assert shown == (
        b'<a>About</a><a class="c" href="b.html">B</a><a href="#top">T</a>'
        b'<a href="https://example.org/">O</a><a href="mailto:a@example.org?subject=x">M</a>'
    )


def test_a_problem_belongs_to_its_service_or_to_that_of_its_file() -> None:
    """What names its service is that one's, else a file named as a service is; else nobody's."""
    named = problem(service="beta", file="submissions/alpha.csv")
    filed, other = problem(file="submissions/deep/alpha.csv"), problem(file="services.csv")

    found = by_service([named, filed, other], {"alpha", "beta"})

    assert found == {"beta": [named], "alpha": [filed]}


@pytest.mark.parametrize(
    ("more", "ids", "where"),
    [
        ({"measures": ("transactions",)}, ["kpi-digital-take-up", "chart-transactions"],
         ["chart-transactions"]),
        ({"measures": ("transactions",)}, ["chart-transactions-by-week"],
         ["chart-transactions-by-week"]),
        ({"column": "transactions:digital"}, ["chart-transactions"], ["chart-transactions"]),
        ({"measures": ("rating_2", "rating_3")}, ["chart-user-satisfaction"],
         ["chart-user-satisfaction"]),
        ({"measures": ("completed",)}, ["kpi-completion-rate"], ["kpi-completion-rate"]),
        ({"measures": ("calls",)}, ["chart-measure-calls"], ["chart-measure-calls"]),
        ({"column": "value"}, ["chart-transactions"], []),
        ({"column": ""}, ["chart-transactions"], []),
    ],
)  # fmt: skip
def test_a_problem_stands_at_the_chart_of_its_measure(
    more: dict[str, Any], ids: list[str], where: list[str]
) -> None:
    """The chart, else that of a KPI, else the card; a column says what measure is meant."""
    assert places(problem(**more), ids) == where


def test_the_panel_counts_and_lists_the_worst_first() -> None:
    """Errors come before warnings, and each says where, what, and how to mend it."""
    found = [problem(), problem("PS104", column="cost", found="£3", fix="")]
    panel = problems_panel(found, RENDERER, "codes.html", "Full")

    assert "Full: 1 error, 1 warning." in panel
    assert panel.index("Error PS104: A value") < panel.index("Warning PS201: A part")
    assert "<code>submissions/full.csv:3, column &#34;cost&#34;</code>" in panel
    assert "<dt>Found</dt><dd>£3</dd>" in panel
    assert panel.count("To mend it") == 1
    assert '<a href="codes.html#PS104">What PS104 means</a>' in panel
    assert '<section class="unpublished" aria-labelledby="perfsite-problems"' in panel
    assert '<h2 id="perfsite-problems">' in panel


def test_a_panel_does_not_grow_without_end() -> None:
    """Of one severity so many are listed, and the others are counted."""
    panel = problems_panel([problem(found=str(n)) for n in range(MOST + 7)], RENDERER, "", "All")

    assert panel.count("<li>") == MOST
    assert "7 more: see perfsite validate" in panel
    assert counted([]) == "no problems"


def test_what_the_data_says_is_never_markup() -> None:
    """A script in a value, a note or a measure comes out as the text that it is."""
    bad = "<script>alert(1)</script>"
    tree = preview(
        problem(found=bad, expected=bad, fix=bad, service="full", measures=("transactions",)),
        problem(file=f"submissions/{bad}.csv", column=bad),
        earlier=figures(f"full 2017-Q1 {bad} {bad} {bad} {bad}"),
    )
    assert b"&lt;script&gt;" in tree["index.html"]
    assert b"&lt;script&gt;" in tree["site/services/full.html"]
    assert not [path for path, data in tree.items() if b"<script>alert" in data]


def test_changes_are_new_changed_and_withdrawn() -> None:
    """Each figure that differs is there once with both values; what says nothing is no news."""
    before = figures(
        "alpha 2017-Q1 transactions - 100 provided",
        "alpha 2017-Q2 transactions - 200 provided",
        "alpha 2017-Q3 transactions - 300 provided",
        "alpha 2017-Q4 transactions - - not_provided",
        "alpha 2018-Q1 transactions - 5 provided",
    )
    now = figures(
        "alpha 2017-Q1 transactions - 100 provided",
        "alpha 2017-Q2 transactions - 250 provided",
        "alpha 2017-Q3 transactions - - confidential",
        "alpha 2018-Q1 transactions - 5 provided provisional",
        "alpha 2018-Q2 transactions digital 7 provided",
        "alpha 2018-Q3 transactions - - not_provided",
    )

    found = compare(before, now)
    rows = found[["period", "channel", "value_before", "value_now", "change"]]

    assert sorted(rows.itertuples(index=False, name=None)) == [
        ("2017-Q2", "", "200", "250", "changed"),
        ("2017-Q3", "", "300", "", "changed"),
        ("2018-Q1", "", "5", "5", "changed"),
        ("2018-Q2", "digital", "", "7", "new"),
    ]
    assert changes_counted(found) == "Figures: 1 new, 3 changed"
    panel = changes_panel(found, RENDERER)
    for words in ("+50 (+25.0%)", "confidential", "5 (provisional)", "marked otherwise", "new"):
        assert words in panel
    assert changes_counted(compare(now, now)) == "No figure differs"


def test_a_figure_that_went_is_withdrawn() -> None:
    """A figure that is in the earlier edition alone says so."""
    found = compare(figures("a 2017 cost - 9 provided"), figures())

    assert found.to_dict("records")[0]["change"] == "withdrawn"
    assert ">withdrawn</td>" in changes_panel(found, RENDERER)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", '"unclosed\n', "\0"])
def test_what_is_no_edition_is_refused(text: str) -> None:
    """A file that holds no figures is named as what it should be."""
    with pytest.raises(UsageError, match="earlier edition"):
        read_figures(text)


def test_every_page_says_that_it_is_not_published() -> None:
    """Each page of a preview begins so, and tells searchers to pass it over."""
    tree = preview(problem(service="full"))
    pages = {path: data.decode() for path, data in tree.items() if path.endswith(".html")}

    assert set(pages) == {"index.html"} | {
        f"{SITE}{path}" for path in small_site() if path.endswith(".html")
    }
    for path, page in pages.items():
        assert "This is a preview. It is not published." in page, path
        assert '<meta name="robots" content="noindex">' in page, path


def test_a_preview_of_the_whole_site_has_no_dead_link() -> None:
    """Every link of every page leads to something that is in the preview."""
    tree = preview(problem(service="full"), site=small_site_in_two_languages())
    pages = read_pages({path: data for path, data in tree.items() if path != "preview.css"})

    assert [fault for fault in link_faults(tree, pages) if "sitemap" not in fault] == []


def test_a_preview_of_some_services_has_what_they_need_and_no_dead_link() -> None:
    """Pages, data and pictures of those services and the styles; nothing of others."""
    tree = preview(problem(service="full"), services=["full", "weekly"])
    shown = {path for path in tree if path.startswith(f"{SITE}services/")}

    assert {f"{SITE}services/full.html", f"{SITE}services/full/transactions.svg"} <= shown
    assert all(re.match(f"{SITE}services/(full|weekly)[./]", path) for path in shown)
    assert [path for path in tree if path.startswith(f"{SITE}departments")] == []
    links = [
        (path, href)
        for path, data in tree.items()
        if path.endswith(".html")
        for href in _targets(path, data)
        if href not in tree
    ]
    assert links == []


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name = "href" if tag in {"a", "link"} else "src"
        if found.get(name) and found.get("rel") != "canonical":
            self.found.append(found[name] or "")


def _targets(path: str, data: bytes) -> list[str]:
    """The files that a page leads to or loads."""
    from small_site import target_of  # noqa: PLC0415 - only here

    reader = _Links()
    reader.feed(data.decode())
    local = [href for href in reader.found if ":" not in href and not href.startswith("#")]
    return [target_of(path, href) for href in local]


def test_the_index_lists_who_has_problems_or_changes() -> None:
    """A service with neither is not there, unless it was asked for; numbers stand beside names."""
    now = read_figures(small_site()["data/observations.csv"].decode())
    earlier = now[now["service"] != "weekly"]
    found = [
        problem(service="full"),
        problem("PS104", service="full"),
        problem(file="services.csv"),
    ]

    index = preview(*found, earlier=earlier)["index.html"].decode()
    named = preview(services=["renamed"])["index.html"].decode()

    assert re.findall(r'href="site/services/([a-z-]+)\.html"', index) == ["full", "weekly"]
    row = next(line for line in index.splitlines() if "services/full.html" in line)
    assert re.findall(r"<td>([^<]*)</td>", row) == ["1", "1", "0", "0"]
    assert "Files that are not of one service: 1 warning." in index
    assert f"2 of {len(SERVICES)} services are listed." in index
    assert re.findall(r'href="site/services/([a-z-]+)\.html"', named) == ["renamed"]
    assert "not known" in named


def test_a_service_that_is_not_there_is_refused() -> None:
    """A preview of a service that the register does not hold names it."""
    with pytest.raises(UsageError, match="no service ghost"):
        preview(services=["ghost"])


def test_explanations_are_a_page_of_the_preview() -> None:
    """Codes lead to what they mean; examples stay as typed, and nothing of them is markup."""
    explained = Explanation("PS104", "The `cell`.\n\nTwo\nlines.\n", "a  b\n<c>\n", "Write it.")
    files = [File(path, data) for path, data in small_site().items()]
    made = make_preview(
        files, [problem("PS104", service="full")], THEME, explanations={"PS104": explained}
    )
    tree = {file.path: file.data.decode() for file in made if file.path.endswith(".html")}

    page = tree["explanations.html"]
    assert '<h2 id="PS104">PS104: A value is not a number or a symbol</h2>' in page
    assert "<p>The cell.</p>\n<p>Two lines.</p>" in page
    assert "<pre>a  b\n&lt;c&gt;</pre>" in page
    assert "<p>To mend it: Write it.</p>" in page
    assert 'href="../../explanations.html#PS104"' in tree["site/services/full.html"]


def test_the_problems_of_real_submissions_stand_on_the_page_in_their_place(tmp_path: Path) -> None:
    """Found by the stages themselves: digital above the total, on the page of its service."""
    wrong = {**SUBMISSIONS, "full.csv": "period,transactions,transactions:digital\n2017-Q3,10,12\n"}
    data = load_data(data_folder(tmp_path, submissions=wrong))
    known = analyse(data, max(data.config.published))
    files = build(data).files

    tree = {f.path: f.data.decode() for f in make_preview(files, known.problems, THEME)}
    page = tree["site/services/full.html"]

    start, chart = page.index('id="perfsite-problems"'), page.index('id="chart-transactions"')
    assert "PS201" in page[start:chart]
    assert "PS201" in page[chart:]


def test_pages_know_whose_they_are() -> None:
    """A dashboard in any language is its service's; lists and embedded charts are nobody's."""
    site = small_site_in_two_languages()
    pages = pages_of(site, [], RENDERER)

    assert set(pages.folders) == {"", "fr/"}
    assert pages.dashboard_of("services/full.html") == "full"
    assert pages.dashboard_of("fr/services/full.html") == "full"
    assert {pages.dashboard_of(path) for path in site if "/full/" in path} == {""}
    assert pages.dashboard_of("services/index.html") == ""
    assert pages.names["full"]


def test_themes_of_others_cannot_break_the_notes() -> None:
    """Notes are made of perfsite's own components, whatever a site has put in their place."""
    broken = replace(THEME, templates={**THEME.templates, "components/problem.html": "{% nonsense"})

    assert "PS201" in problems_panel([problem()], notes_renderer(broken), "", "Full")


def test_an_edition_is_not_needed() -> None:
    """Without one the page says that nothing can be compared."""
    page = preview()["site/services/full.html"].decode()

    assert "No earlier edition was given" in page
