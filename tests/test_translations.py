"""Every text of the site is translated, and every translation belongs to a text of the site."""

from __future__ import annotations

import ast
import csv
import importlib.util
import io
import re
from dataclasses import fields as fields_of
from dataclasses import is_dataclass, replace
from functools import cache
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

from perfsite.kpis import KPIS
from perfsite.load import load_data, load_theme
from perfsite.model import Edition

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[1]
CATALOGUES: Final = sorted((ROOT / "templates" / "languages").glob("*.po"))
TEMPLATES: Final = sorted((ROOT / "templates").rglob("*.html"))
SOURCE: Final = ROOT / "src" / "perfsite"
MODULES: Final = [
    SOURCE / "measures.py",
    SOURCE / "kpi" / "trace.py",
    *sorted(
        path
        for room in ("pages", "widgets", "components", "charts")
        for path in (SOURCE / room).glob("*.py")
        if path.name != "workers.py"  # it says why a picture could not be drawn, to who builds
    ),
]
"""Where text for readers is written; what commands and errors say is English in every language."""
MARKED: Final = frozenset({"say", "plural", "message", "plural_message"})
"""The calls whose literal arguments scripts/translations.py finds."""
SHOWN: Final = {"Cell": 3, "Column": 1, "Link": 1, "Outside": 1, "Row": 1, "Table": 1}
"""What holds text that people read: how many of its first arguments are text."""
NOT_TEXT: Final = {"User-agent: *\nAllow: /\n", "\nSitemap: "}
"""Literals with words in them that are for programs: the two of robots.txt."""
READ_ALOUD: Final = frozenset({"alt", "title", "aria-label", "placeholder", "data-label", "label"})
"""Attributes that hold text."""
_WORD: Final = re.compile(r"(?:^|\s)[A-Za-z]{2,}[,.:;]?(?:\s|$)")
_FIELD: Final = re.compile(r"\{(\w*)[^{}]*\}|%\((\w+)\)s")
_TAG: Final = re.compile(r"</?[a-z][^>]*>")
_ATTRIBUTE: Final = re.compile(r'([\w-]+)="([^"]*)"')
Message = str | tuple[str, ...]


@cache
def texts() -> frozenset[Message]:
    """Every message of the code and the templates, as scripts/translations.py finds them."""
    spec = importlib.util.spec_from_file_location(
        "translations", ROOT / "scripts" / "translations.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return frozenset(message.id for message in module.messages() if message.id)


def translated(path: Path) -> Catalog:
    """A catalogue of translations."""
    with path.open("rb") as file:
        return read_po(file, locale=path.stem, abort_invalid=True)


def forms(message: object) -> tuple[str, ...]:
    """A message, or its singular and its plural."""
    if isinstance(message, str):
        return (message,)
    assert isinstance(message, (list, tuple))
    return tuple(message)


def pairs(path: Path) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], list[str]]]:
    """The forms of each message, those of its translation, and the English one of each of these."""
    catalogue = translated(path)
    for entry in catalogue:
        if entry.id:
            english, said = forms(entry.id), forms(entry.string)
            # The form for one may write the number or leave it out; all others say the plural.
            yield english, said, [english[0] if i == 0 else english[-1] for i in range(len(said))]


def fields(text: str) -> list[str]:
    """The names of what is filled in, in alphabetical order, each once."""
    return sorted({match[1] or match[2] for match in _FIELD.finditer(text)})


every_catalogue = pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)


def test_there_is_a_second_language() -> None:
    """The site speaks at least one language besides English."""
    assert CATALOGUES


@every_catalogue
def test_a_catalogue_holds_the_messages_of_the_code(path: Path) -> None:
    """None is missing, none is left over, none is there as a guess or as a comment."""
    catalogue = translated(path)
    held = {entry.id for entry in catalogue if entry.id}

    assert sorted(map(str, texts() - held)) == []
    assert sorted(map(str, held - texts())) == []
    assert [entry.id for entry in catalogue if entry.id and entry.fuzzy] == []
    assert list(catalogue.obsolete) == []


@every_catalogue
def test_every_message_is_translated(path: Path) -> None:
    """Each has a translation that is not blank, and one for each form of a plural."""
    catalogue = translated(path)
    number = {1: 1, 2: catalogue.num_plurals}

    assert [
        message
        for message, said, _ in pairs(path)
        if len(said) != number[len(message)] or not all(form.strip() for form in said)
    ] == []


@every_catalogue
def test_a_translation_fills_in_what_its_message_does(path: Path) -> None:
    """The same {names} and %(names)s stand in every form, and all of them can be filled in."""
    wrong = []
    for message, said, english in pairs(path):
        for text, source in zip(said, english, strict=True):
            allowed = {tuple(fields(source)), tuple(fields(message[-1]))}
            if text and tuple(fields(text)) not in allowed:
                wrong.append((message, text))

    assert wrong == []


@every_catalogue
def test_a_translation_is_written_as_its_message_is(path: Path) -> None:
    """Spaces at either end, line breaks and HTML are the same; spaces are those of the house."""
    wrong = []
    for message, said, english in pairs(path):
        for text, source in zip(said, english, strict=True):
            ends = [len(t) - len(t.lstrip()) == 0 for t in (text, source)]
            starts = [len(t) - len(t.rstrip()) == 0 for t in (text, source)]
            tags = [sorted(_TAG.findall(t)) for t in (text, source)]
            breaks = [t.count("\n") for t in (text, source)]
            same = all(one == other for one, other in (ends, starts, tags, breaks))
            if text and (not same or "\u202f" in text or "  " in text):
                wrong.append((message, text))

    assert wrong == []


@every_catalogue
def test_what_is_said_of_kpis_is_in_the_catalogue(path: Path) -> None:
    """Every word of every KPI is a message, though a table holds it, but what problems quote."""
    held = {entry.id for entry in translated(path) if isinstance(entry.id, str)}
    held |= {form for entry in translated(path) for form in forms(entry.id or "")}

    for kpi in KPIS.values():
        assert {str(kpi.window), *said_of(replace(kpi.words, counts="", exceeds=None))} <= held, (
            kpi.slug
        )


def said_of(words: object) -> Iterator[str]:
    """Every text in the words of a KPI that is not blank."""
    if isinstance(words, str):
        if words:
            yield words
    elif isinstance(words, tuple):
        for word in words:
            yield from said_of(word)
    elif is_dataclass(words):
        for each in fields_of(words):
            yield from said_of(getattr(words, each.name))


def literals(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Every literal text of a module that is no docstring, no message and no error."""
    if isinstance(node, ast.Raise):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    inner: list[ast.AST] = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Call) and called(node) in MARKED:
        inner = [part for part in inner if not isinstance(part, ast.Constant)]
    for part in inner:
        yield from literals(part)


def called(node: ast.Call) -> str:
    """The name of what is called, without what it belongs to."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def letters_shown(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Literals with a letter in the place of text that a page shows."""
    named = {"text", "full", "note", "header", "under", "caption", "alt", "heading", "subtitle"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in SHOWN:
            given = [*node.args[: SHOWN[called(node)]]]
            given += [word.value for word in node.keywords if word.arg in named]
            for part in given:
                yield from (
                    (line, text) for line, text in literals(part) if re.search("[A-Za-z]", text)
                )


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(SOURCE).as_posix())
def test_no_text_of_the_code_escapes_translation(path: Path) -> None:
    """A literal with a word beside a space is a message; so is any that a cell or link is made of.

    A single word that gets to a page by another way is not found here.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    words = [(line, text) for line, text in literals(tree) if " " in text and _WORD.search(text)]

    assert [item for item in words if item[1] not in NOT_TEXT] == []
    assert list(letters_shown(tree)) == []


ENVIRONMENT: Final = Environment(
    autoescape=True, trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"]
)


def without_messages(node: nodes.Node) -> Iterator[nodes.Node]:
    """The parts of a template that are no argument of gettext's functions, in their order."""
    yield node
    function = node.node if isinstance(node, nodes.Call) else None
    if isinstance(function, nodes.Name) and function.name in {"_", "gettext", "ngettext"}:
        return
    for part in node.iter_child_nodes():
        yield from without_messages(part)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_no_text_of_a_template_escapes_translation(path: Path) -> None:
    """Without Jinja and tags no letter is left; attributes that are read aloud hold none either."""
    parts = list(without_messages(ENVIRONMENT.parse(path.read_text(encoding="utf-8"))))
    html = "".join(part.data for part in parts if isinstance(part, nodes.TemplateData))
    # An attribute whose value is filled in is empty here: what stands in it is seen above.
    spoken = [
        value
        for tag in re.findall(r"<[^>]*>", html)
        for name, value in _ATTRIBUTE.findall(tag)
        if name in READ_ALOUD and re.search("[A-Za-z]", value)
    ]
    constants = [part.value for part in parts if isinstance(part, nodes.Const)]

    assert re.findall(r"[^\W\d_]+", re.sub(r"<[^>]*>", "", html)) == []
    assert spoken == []
    assert [c for c in constants if isinstance(c, str) and " " in c and _WORD.search(c)] == []


def without_words() -> bytes:
    """A catalogue in which each message is a number of its own and what is filled in."""
    catalogue = Catalog(locale="fr", fuzzy=False)
    for number, message in enumerate(sorted(texts(), key=str)):
        said = [
            f"{number} " + " ".join(match[0] for match in _FIELD.finditer(form))
            for form in forms(message)
        ]
        # Languages have more forms than English, and newer data of Babel's know more of them.
        said += [said[-1]] * (catalogue.num_plurals - len(said))
        catalogue.add(message, said[0] if isinstance(message, str) else said)
    file = io.BytesIO()
    write_po(file, catalogue)
    return file.getvalue()


def read_aloud(html: str) -> str:
    """All that a page or a picture says: text, what attributes say, and the description."""
    if html.startswith("<svg"):
        # Pictures are loaded as such: what Vega calls their parts is never read.
        return unescape(re.sub(r"<[^>]*>", "\n", html))
    html = re.sub(r"<script.*?</script>|<code>.*?</code>", " ", html, flags=re.DOTALL)
    names = {*READ_ALOUD, "data-count", "data-total"}
    spoken = [
        value
        for tag in re.findall(r"<[^>]*>", html)
        for name, value in _ATTRIBUTE.findall(tag)
        if name in names or (name == "content" and 'name="description"' in tag)
    ]
    return unescape("\n".join([re.sub(r"<[^>]*>", "\n", html), *spoken]))


def left_over(text: str, known: list[str]) -> list[str]:
    """The words that are in no phrase of the data and in no name of a file."""
    # What stays open in braces is for the script of the list to fill in.
    text = re.sub(r"\S+\.(csv|html|json|txt|xml|toml)\b|\{\w+\}", " ", text)
    phrases = "|".join(re.escape(phrase) for phrase in known if re.search(r"[^\W\d_]{2}", phrase))
    text = re.sub(rf"(?<!\w)({phrases})(?!\w)", " ", text)
    return re.findall(r"[^\W\d_]{2,}", text)


def test_no_word_of_a_built_site_escapes_translation(tmp_path: Path) -> None:
    """In a language without words a site says nothing but data, months, currency and files."""
    # Here, so that the catalogues are tested while the site cannot be built.
    from perfsite.analysis import analyse  # noqa: PLC0415
    from perfsite.build import build_site  # noqa: PLC0415
    from small_site import (  # noqa: PLC0415
        CONFIG,
        MOVED,
        REGISTER,
        SUBMISSIONS,
        Silent,
        data_folder,
    )

    data = load_data(data_folder(tmp_path, config=f'languages = ["fr"]\n{CONFIG}'))
    theme = replace(load_theme(), translations={"fr.po": without_words()})
    edition = Edition(max(data.config.published), data.hash)
    understood = analyse(data, edition.date)
    site = build_site(understood, edition, theme, workers=1, charts=True, progress=Silent())
    cells = [*csv.reader([*REGISTER.splitlines(), *"\n".join(SUBMISSIONS.values()).splitlines()])]
    locale = Locale("fr")
    months = [name for width in ("wide", "abbreviated") for name in locale.months["format"][width]
              .values()]  # fmt: skip
    own = [*re.findall(r'"([^"]+)"', CONFIG), *(cell for row in cells for cell in row), *months]
    known = sorted({*own, *MOVED, "£GB"}, key=len, reverse=True)
    pages = {f.path: f.data.decode() for f in site.files if f.path.endswith((".html", ".svg"))}

    assert len([path for path in pages if path.endswith(".svg")]) > 11
    assert {
        path: words for path, html in pages.items() if (words := left_over(read_aloud(html), known))
    } == {}
