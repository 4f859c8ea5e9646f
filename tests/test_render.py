from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from perfsite.components.contexts import MovedPage, NotFoundPage, SiteLabels
from perfsite.components.elements import Link
from perfsite.errors import ConfigError, RenderError
from perfsite.language import Language, read_catalogue
from perfsite.load import load_theme
from perfsite.model import Source
from perfsite.render import Renderer, Theme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perfsite.components.contexts import Context

SITE: Final = SiteLabels(
    title="Figures",
    publisher="Us",
    status="",
    contact="",
    contact_url="",
    licence="",
    licence_url="",
    lang="en-GB",
    stylesheet="assets/perfsite.css",
    favicon="",
    logo="",
    script="",
)
MOVED: Final = MovedPage(
    site=SITE,
    path="services/old.html",
    title="Old",
    description="Moved.",
    section="services",
    crumbs=(),
    canonical="",
    alternates=(),
    data=(),
    card="",
    dataset="",
    changed="",
    changed_day="",
    former="old",
    now=Link("N & <b>", "a/b.html"),
)
NOT_FOUND: Final = NotFoundPage(
    site=SITE,
    path="404.html",
    title="Not found",
    description="Not found.",
    section="",
    crumbs=(),
    canonical="",
    alternates=(),
    data=(),
    card="",
    dataset="",
    changed="",
    changed_day="",
)
ENGLISH: Final = Language("en-GB")
CATALOGUE: Final = rb"""msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\nPlural-Forms: nplurals=2; plural=(n > 1);\n"

msgid "Moved"
msgstr "Parti"

msgid "%(n)s service at %(place)s"
msgid_plural "%(n)s services at %(place)s"
msgstr[0] "%(place)s : %(n)s service en tout"
msgstr[1] "%(place)s : %(n)s services en tout"
"""
FRENCH: Final = Language("fr", read_catalogue("fr", {"fr.po": CATALOGUE}))
TOKENS: Final = load_theme().tokens


def themed(
    templates: Mapping[str, str],
    defaults: Mapping[str, str] | None = None,
    assets: Mapping[str, bytes] | None = None,
) -> Theme:
    """A theme of these templates, with perfsite's own tokens."""
    return Theme(templates, templates if defaults is None else defaults, assets or {}, {}, TOKENS)


def rendered(
    text: str, page: Context = MOVED, language: Language = ENGLISH, folder: str = ""
) -> str:
    """A page by a template of its own."""
    theme = themed({page.template: text})
    return Renderer(theme, language, folder).render(page).data.decode()


def test_a_template_is_given_the_fields_by_name() -> None:
    """Each field of the context is a variable, and the file lies at the page's path."""
    theme = themed({MOVED.template: "{{ former }} {{ now.href }} {{ site.title }}\n"})
    file = Renderer(theme, ENGLISH).render(MOVED)

    assert (file.path, file.data) == ("services/old.html", b"old a/b.html Figures\n")


@pytest.mark.parametrize(
    ("folder", "path", "root", "top"),
    [
        ("", "x.html", "", ""),
        ("", "a/x.html", "../", "../"),
        ("", "a/b/c/x.html", "../../../", "../../../"),
        ("fr/", "x.html", "", "../"),
        ("fr/", "a/x.html", "../", "../../"),
    ],
)
def test_two_ways_lead_from_the_page_to_the_top(
    folder: str, path: str, root: str, top: str
) -> None:
    """`root` leads to the top of the language, `top` to that of the site, however deep it lies."""
    page = replace(MOVED, path=path)
    file = Renderer(themed({page.template: "{{ root }}|{{ top }}"}), ENGLISH, folder).render(page)

    assert (file.path, file.data.decode()) == (f"{folder}{path}", f"{root}|{top}")


def test_a_template_speaks_the_language_of_the_page() -> None:
    """`_()` and `{% trans %}` say it as the catalogue does, in its order and with its plurals."""
    text = (
        '{{ _("Moved") }}, {% trans n=number, place=former %}{{ n }} service at {{ place }}'
        "{% pluralize %}{{ n }} services at {{ place }}{% endtrans %}"
    )
    one, two = (f"{{% set number = {number} %}}{text}" for number in (1, 2))
    page = replace(MOVED, former="<b>")

    assert rendered(one, page) == "Moved, 1 service at &lt;b&gt;"
    assert rendered(two, page) == "Moved, 2 services at &lt;b&gt;"
    assert rendered(one, page, FRENCH) == "Parti, &lt;b&gt; : 1 service en tout"
    assert rendered(two, page, FRENCH) == "Parti, &lt;b&gt; : 2 services en tout"


def test_a_message_over_several_lines_is_one_sentence() -> None:
    """Line ends and indents of a template are no part of a message."""
    assert rendered("{% trans %}\n  One\n  sentence.\n{% endtrans %}") == "One sentence."


def test_no_name_ends_the_script_element() -> None:
    """A dataset stands in its element as JSON, whatever a service is called, and says the same."""
    dataset = json.dumps({"name": "</script><script>alert('&')</script> <!--"})
    page = replace(MOVED, dataset=dataset)
    text = rendered('<script type="application/ld+json">{{ dataset }}</script>', page)
    inside = text.removeprefix('<script type="application/ld+json">').removesuffix("</script>")

    assert "<" not in inside
    assert "&lt;" not in inside
    assert json.loads(inside) == json.loads(dataset)


def test_text_is_escaped() -> None:
    """What stands in the data is text, never markup, in elements and in attributes."""
    page = replace(MOVED, former="\"<script>'&")

    assert rendered('<a title="{{ former }}">{{ now.text }}</a>', page) == (
        '<a title="&#34;&lt;script&gt;&#39;&amp;">N &amp; &lt;b&gt;</a>'
    )


@pytest.mark.parametrize(
    "text",
    [
        "{{ nothing }}",
        "{% if nothing %}{% endif %}",
        "{{ site.nothing }}",
        "{% for x in nothing %}{% endfor %}",
        "{{ former",
        "{% include 'components/none.html' %}",
        "{{ former + 1 }}",
        "{{ 1 / 0 }}",
        "{{ now() }}",
    ],
)
def test_a_wrong_template_is_named(text: str) -> None:
    """Whatever is wrong in a template, the error names the page and the template."""
    with pytest.raises(RenderError, match=r"services/old\.html: pages/moved\.html"):
        rendered(text)


def test_a_template_that_is_not_there_is_named() -> None:
    """A theme without the template of a page is an error that names both."""
    with pytest.raises(RenderError, match=r"404\.html: pages/404\.html"):
        Renderer(themed({}), ENGLISH).render(NOT_FOUND)


def test_a_template_may_extend_the_one_that_it_replaces() -> None:
    """`default:` is perfsite's own template under the same name."""
    defaults = {NOT_FOUND.template: "A{% block main %}B{% endblock %}C"}
    own = {
        NOT_FOUND.template: '{% extends "default:pages/404.html" %}{% block main %}-{% endblock %}'
    }
    file = Renderer(themed(own, defaults), ENGLISH).render(NOT_FOUND)

    assert file.data == b"A-C"


def test_only_what_is_replaced_is_another_one() -> None:
    """`default:` leads to perfsite's own components too, when a theme replaces them."""
    defaults = {NOT_FOUND.template: "{% include 'components/foot.html' %}"}
    own = {**defaults, "components/foot.html": "mine"}
    file = Renderer(themed(own, {**defaults, "components/foot.html": "yours"}), ENGLISH)

    assert file.render(NOT_FOUND).data == b"mine"
    extended = {**own, NOT_FOUND.template: "{% include 'default:components/foot.html' %}"}
    file = Renderer(themed(extended, {**defaults, "components/foot.html": "yours"}), ENGLISH)
    assert file.render(NOT_FOUND).data == b"yours"


def test_an_assets_address_changes_with_its_content_only() -> None:
    """The name holds eight digits of the content's SHA-256, before the ending."""
    one = themed({}, {}, {"site.css": b"a", "b/logo": b"", "x.min.js": b"a"}).asset_files()
    two = themed({}, {}, {"site.css": b"b"}).asset_files()

    assert [file.path for file in one.values()] == [
        "assets/b/logo.e3b0c442",
        "assets/site.ca978112.css",
        "assets/x.min.ca978112.js",
    ]
    assert two["site.css"].path == "assets/site.3e23e816.css"
    assert two["site.css"].data == b"b"


def test_the_stylesheet_begins_with_the_tokens() -> None:
    """Colours of the site change the stylesheet and its address; a name of none is refused."""
    theme = themed({}, {}, {"perfsite.css": b"p{}"})
    name = next(iter(TOKENS.light))
    other = theme.with_colours({name: "#010203"}, {})
    own, changed = (one.asset_files()["perfsite.css"] for one in (theme, other))

    assert own.data == TOKENS.css().encode() + b"p{}"
    assert b"#010203" in changed.data
    assert b"#010203" not in own.data
    assert own.path != changed.path
    with pytest.raises(ConfigError, match="no-colour"):
        theme.with_colours({"no-colour": "#010203"}, {})


def test_a_logo_is_an_asset() -> None:
    """The site's own logo has an address as every asset, and without one nothing changes."""
    theme = themed({}, {}, {"perfsite.css": b""})
    own = theme.with_logo(Source("logo.svg", b"<svg/>"))

    assert theme.with_logo(None) == theme
    assert own.logo == "logo.svg"
    assert own.asset_files()["logo.svg"].data == b"<svg/>"


def test_days_of_a_text_can_be_read_by_programs() -> None:
    """The filter `timed` puts each day into <time>, and escapes what is no HTML yet."""
    language = Language("en-GB")
    renderer = Renderer(load_theme(), language)
    days = {"first": language.day(date(2018, 9, 19)), "last": language.day(date(2019, 5, 1))}
    text = renderer.fragment("notice", language.say("<b> & {first} to {last}.", **days))

    assert text.strip() == (
        '<p class="notice">&lt;b&gt; &amp; <time datetime="2018-09-19">19 September 2018</time> to '
        '<time datetime="2019-05-01">1 May 2019</time>.</p>'
    )


def test_a_day_beside_words_from_right_to_left_can_be_read_by_programs() -> None:
    """The text is set apart as a whole, or a part of it, with its days in <time>."""
    language = Language("en-GB")
    renderer = Renderer(load_theme(), language)
    said = language.say("{name}, {day}", name="\u05d0", day=language.day(date(2018, 9, 19)))
    whole = language.with_days("\u05d0 19 September 2018")
    time = '<time datetime="2018-09-19">19 September 2018</time>'

    assert f"<bdi>\u05d0</bdi>, {time}<" in renderer.fragment("notice", said)
    assert f"<bdi>\u05d0 {time}</bdi>" in renderer.fragment("notice", whole)
