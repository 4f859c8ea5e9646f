"""What is known of data, and the site that it makes, kept from one test to the next.

Dozens of tests build the small site, each to look at something else. Understanding data and making
pages are functions of their arguments, which `test_same_bytes.py` proves of the whole and `Kept`
relies on; so a process of tests does it once for equal ones. A test that is about doing it twice
asks for the fixture `anew`.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from perfsite import analysis, build
from perfsite.kpis import KPIS
from perfsite.pages.site import ServiceInput

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator
    from datetime import date

    from perfsite.analysis import Analysis
    from perfsite.build import BuiltSite
    from perfsite.load import Data
    from perfsite.model import Edition
    from perfsite.render import Theme

_ENTRIES: Final = 24
"""Results of each kind that are kept, the newest: a few tests ask for other data only."""
_SMALL: Final = 100_000
"""Bytes of submissions; larger data are not kept in memory."""


class _Memory:
    """The newest results, each with a key that is quick to compare and what has to be equal."""

    def __init__(self) -> None:
        self.is_on = True
        self._entries: list[tuple[Hashable, object, Any]] = []

    def of(self, key: Hashable, given: object, make: Callable[[], Any]) -> Any:  # noqa: ANN401
        if not self.is_on:
            return make()
        for known, equal, result in self._entries:
            if known == key and equal == given:
                return result
        made = make()
        self._entries = [*self._entries[1 - _ENTRIES :], (key, given, made)]
        return made

    def turn(self, *, on: bool) -> None:
        self.is_on = on
        self._entries = []


_known, _built = _Memory(), _Memory()


def keep_results() -> None:
    """From now on this process does once what it is asked for again."""
    make_known, make_site = analysis.analyse, build.build_site

    def understand(data: Data, edition: date, **more: Any) -> Analysis:  # noqa: ANN401
        large = sum(len(source.data) for source in data.submissions) > _SMALL
        # Editions hold frames, which have no equality of their own.
        if more.get("cache") is not None or data.history or large:
            return make_known(data, edition, **more)
        key = (data.hash, edition, more.get("private", False))
        given = (data, tuple(KPIS.values()))
        analysis: Analysis = _known.of(key, given, lambda: make_known(data, edition, **more))
        return analysis

    def build_site(analysis: Analysis, edition: Edition, theme: Theme, **more: Any) -> BuiltSite:  # noqa: ANN401
        remembers = more.get("cache") is not None or more.get("records") is not None
        if remembers or more["charts"] or analysis.data.history:
            return make_site(analysis, edition, theme, **more)
        # What is known is the same, not only equal: its entry keeps it, and so its number, too.
        given = (analysis, theme, ServiceInput.pages, tuple(KPIS.values()))
        site: BuiltSite = _built.of(
            (id(analysis), edition), given, lambda: make_site(analysis, edition, theme, **more)
        )
        return site

    analysis.analyse, build.build_site = understand, build_site


@contextmanager
def forgotten() -> Iterator[None]:
    """Everything is made anew, as in a new process."""
    for memory in (_known, _built):
        memory.turn(on=False)
    try:
        yield
    finally:
        for memory in (_known, _built):
            memory.turn(on=True)
