"""Pages that show one figure alone, for somebody else's page to hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfsite.components.builder import CSV
from perfsite.components.contexts import EmbedPage
from perfsite.components.elements import DataLink, Link

if TYPE_CHECKING:
    from perfsite.components.builder import Builder
    from perfsite.components.elements import ChartFigure


def embed_page(builder: Builder, figure: ChartFigure, back: Link, card: str) -> EmbedPage:
    """The page of one figure; `back` leads to the page that it is from, whose `card` it shows.

    The text of `back` is the title of that page, which is unique; so the page's title is, too.
    """
    language = builder.language
    title = language.say("{what}: {page}", what=figure.subtitle, page=back.text)
    return EmbedPage(
        **builder.base(
            figure.embed,
            title,
            language.say("{page}: {sentence}.", page=back.text, sentence=figure.heading),
            "services",
            back,
            data=(DataLink(CSV, language.say("The figures as CSV"), figure.csv),),
            card=card,
        ),
        figure=figure,
        back=back,
    )
