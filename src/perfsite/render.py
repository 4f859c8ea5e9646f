"""Rendering: page contexts to HTML. The only room that knows Jinja.

A template is given the fields of its context by name; `root`, the way from the page to the root of
its language (`../` as often as needed), `top`, the way to the root of the site, which is the same
but in a second language; gettext's functions; and the filter `timed`, which puts the days of a text
into `<time>`. What is not defined is an error.

Nobody who writes a template has to think of texts from right to left: whatever a template puts out,
and whatever it puts into a sentence, is set apart by the environment (see `text`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from jinja2 import (
    ChoiceLoader,
    DictLoader,
    Environment,
    PrefixLoader,
    StrictUndefined,
    pass_context,
)
from markupsafe import Markup, escape

from perfsite.errors import RenderError
from perfsite.model import File
from perfsite.text import Dated, elements, isolated, marked

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from perfsite.components.contexts import Context
    from perfsite.language import Language
    from perfsite.model import Source
    from perfsite.tokens import Tokens

STYLESHEET = "perfsite.css"
SCRIPT = "filter.js"
FAVICON = "favicon.svg"
_MOST_KEPT = 20_000
"""Pieces of pages that are remembered: some ten megabytes."""
PREVIEW_STYLES = "preview.css"
PREVIEW_SCRIPT = "preview.js"
"""What stands only on pages that are not published: see `preview` and `serve`."""


@dataclass(frozen=True)
class Theme:
    """All templates, assets and translations by their paths, and the design tokens.

    `defaults` are perfsite's own templates, which others extend under `default:`. `logo` is the
    asset that is the site's logo, if it has one.
    """

    templates: Mapping[str, str]
    defaults: Mapping[str, str]
    assets: Mapping[str, bytes]
    translations: Mapping[str, bytes]
    tokens: Tokens
    logo: str = ""

    def with_logo(self, logo: Source | None) -> Theme:
        """This theme with the site's own logo among its assets."""
        if logo is None:
            return self
        return replace(self, assets={**self.assets, logo.path: logo.data}, logo=logo.path)

    def with_colours(self, light: Mapping[str, str], dark: Mapping[str, str]) -> Theme:
        """This theme with some colours replaced.

        Raises:
            ConfigError: if a name is not one of a colour.
        """
        return replace(self, tokens=self.tokens.with_colours(light, dark))

    def asset_files(self) -> dict[str, File]:
        """The assets by their names, each at an address that changes with its content.

        The stylesheet begins with the design tokens. What is for previews is not among them.
        """
        unpublished = (PREVIEW_STYLES, PREVIEW_SCRIPT)
        assets = {name: data for name, data in self.assets.items() if name not in unpublished}
        if STYLESHEET in assets:
            assets[STYLESHEET] = self.tokens.css().encode() + assets[STYLESHEET]
        return {
            name: File(f"assets/{_hashed(name, data)}", data)
            for name, data in sorted(assets.items())
        }


def _hashed(name: str, data: bytes) -> str:
    stem, dot, ending = name.rpartition(".")
    digest = hashlib.sha256(data).hexdigest()[:8]
    return f"{stem}.{digest}{dot}{ending}" if dot else f"{name}.{digest}"


def _environment(theme: Theme, language: Language) -> Environment:
    """The templates of a theme, which speak a language."""
    default = PrefixLoader({"default": DictLoader(theme.defaults)}, delimiter=":")
    environment = Environment(
        loader=ChoiceLoader([default, DictLoader(theme.templates)]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=isolated,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.filters["timed"] = _timed
    environment.policies["ext.i18n.trimmed"] = True
    install = environment.install_gettext_translations  # type: ignore[attr-defined]
    install(language.translations, newstyle=True)
    environment.globals["once"] = _Once()
    for name in ("gettext", "ngettext"):
        environment.globals[name] = _isolating(environment.globals[name])
    return environment


def _isolating(say: Any) -> Callable[..., Any]:  # noqa: ANN401 - jinja's globals are anything
    """A function of gettext that sets the values of a sentence apart."""

    @pass_context
    def say_isolated(context: object, *texts: object, **values: object) -> Any:  # noqa: ANN401 - a Markup
        return say(context, *texts, **{name: isolated(value) for name, value in values.items()})

    return say_isolated


class _Once:
    """Calls macros of templates, and remembers what they made of the same arguments.

    A service stands in dozens of lists, each in every order, and its row is the same in all.
    """

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], Any] = {}

    def __call__(self, macro: Any, *values: Hashable) -> Any:  # noqa: ANN401 - a macro, a Markup
        # By what the macro was compiled from: another template may have one of the same name.
        key = (macro._func.__code__, *values)  # noqa: SLF001 - jinja has no other name for it
        made = self._made.get(key)
        if made is None:
            if len(self._made) >= _MOST_KEPT:
                self._made.clear()
            made = self._made[key] = macro(*values)
        return made


def _timed(text: str) -> Markup:
    """The text with each day that it was said with in `<time>`, so that programs can read it."""
    whole = isolated(text)
    pieces = whole.pieces if isinstance(whole, Dated) else ((whole, None),)
    html = "".join(
        f'<time datetime="{day.isoformat()}">{escape(words)}</time>' if day else escape(words)
        for words, day in pieces
    )
    return Markup(elements(html))  # noqa: S704 - it is escaped above


class Renderer:
    """Turns the contexts of one language into files; compiles each template once."""

    def __init__(self, theme: Theme, language: Language, folder: str = "") -> None:
        """Prepare the templates of `theme`; the pages live in `folder`, which ends in `/`."""
        self._folder = folder
        self._environment = _environment(theme, language)

    def render(self, page: Context) -> File:
        """The page as a file.

        Raises:
            RenderError: if the template is not there, is wrong, or uses what it is not given.
        """
        values = {field.name: getattr(page, field.name) for field in fields(page)}
        # JSON knows no entities: what could end the script element is escaped in its own way.
        values["dataset"] = Markup(page.dataset.replace("<", "\\u003c"))  # noqa: S704
        path = f"{self._folder}{page.path}"
        ways = {"root": "../" * page.path.count("/"), "top": "../" * path.count("/")}
        try:
            text = self._environment.get_template(page.template).render(**ways, **values)
        except Exception as error:
            # A template is a program of somebody else's: it can fail in any way.
            raise RenderError(f"{path}: {page.template}: {error}") from error
        return File(path, marked(text).encode())

    def fragment(self, component: str, *arguments: object) -> str:
        """A component by itself: what its macro, named as its file, makes of the arguments.

        Raises:
            RenderError: as `render` does.
        """
        name = f"components/{component}.html"
        try:
            module = self._environment.get_template(name).module
            return marked(str(getattr(module, component)(*arguments)))
        except Exception as error:
            raise RenderError(f"{name}: {error}") from error
