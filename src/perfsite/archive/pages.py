"""What a page says, for the list of pages: its title and its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree, html

if TYPE_CHECKING:
    from collections.abc import Iterable

_TITLE: Final = etree.XPath("/html/head/title//text()", smart_strings=False)
_TEXT: Final = etree.XPath(
    "/html/body//text()[not(parent::script or parent::style)]", smart_strings=False
)


def read_page(data: bytes) -> tuple[str, str]:
    """The title of a page and all text of its body, each space a single one."""
    # Said here, too: without it lxml guesses at the encoding until it meets <meta charset>.
    document = html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8"))
    return _plain(_TITLE(document)), _plain(_TEXT(document))


def _plain(texts: Iterable[str]) -> str:
    return " ".join(" ".join(texts).split())
