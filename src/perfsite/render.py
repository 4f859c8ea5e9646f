"""Rendering: page contexts to HTML. The only room that knows Jinja.

A template is given the fields of its context by name, and `root`, the way from the page to the
site's root (`../` as often as needed); nothing else. What is not defined is an error.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from jinja2 import (
    ChoiceLoader,
    DictLoader,
    Environment,
    PrefixLoader,
    StrictUndefined,
)

from perfsite.errors import RenderError
from perfsite.model import File

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perfsite.pages.context import Context

STYLESHEET = "perfsite.css"


@dataclass(frozen=True)
class Theme:
    """All templates and assets by their paths; `defaults` are perfsite's own, under `default:`."""

    templates: Mapping[str, str]
    defaults: Mapping[str, str]
    assets: Mapping[str, bytes]

    def asset_files(self) -> dict[str, File]:
        """The assets by their names, each at an address that changes with its content."""
        return {
            name: File(f"assets/{_hashed(name, data)}", data)
            for name, data in sorted(self.assets.items())
        }


def _hashed(name: str, data: bytes) -> str:
    stem, dot, ending = name.rpartition(".")
    digest = hashlib.sha256(data).hexdigest()[:8]
    return f"{stem}.{digest}{dot}{ending}" if dot else f"{name}.{digest}"


class Renderer:
    """Turns contexts into files; compiles each template once."""

    def __init__(self, theme: Theme) -> None:
        """Prepare the templates of `theme`."""
        own = DictLoader(theme.templates)
        default = PrefixLoader({"default": DictLoader(theme.defaults)}, delimiter=":")
        self._environment = Environment(
            loader=ChoiceLoader([default, own]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def render(self, page: Context) -> File:
        """The page as a file.

        Raises:
            RenderError: if the template is not there, is wrong, or uses what it is not given.
        """
        values = {field.name: getattr(page, field.name) for field in fields(page)}
        root = "../" * page.path.count("/")
        try:
            text = self._environment.get_template(page.template).render(root=root, **values)
        except Exception as error:
            # A template is a program of somebody else's: it can fail in any way.
            raise RenderError(f"{page.path}: {page.template}: {error}") from error
        return File(page.path, text.encode())
