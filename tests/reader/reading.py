"""Every page of a site read, and each of its numbers looked up."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

from reader.pages import blocks
from reader.rules import lookup
from reader.tokens import fits, read
from reader.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass
class Report:
    """What a reading has found.

    Attributes:
        numbers: how many numbers were read.
        matched: how many are exact numbers of the files, rounded.
        excluded: how many are no figures, by the reason.
        wrong: those that are no number of the files, with page, place and text.
    """

    numbers: int = 0
    matched: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Report) -> None:
        """Take another report in."""
        self.numbers += other.numbers
        self.matched += other.matched
        self.excluded += other.excluded
        self.wrong += other.wrong


_STANDARDS: Final = ("SHA-256", "RFC 7089", "UTF-8", "RFC 4180")
"""Names of standards, in which digits are no numbers."""


def _is_of_files(text: str) -> bool:
    """Whether a sentence counts figures or services, which are told to the last one."""
    return "figures that they were asked for" in text or " services and " in text


class Reader:
    """Reads pages of one site."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self.truth = Truth(site)
        names = {
            row[column]
            for path in (site / "data" / "services.csv", *site.glob("editions/*/services.csv"))
            for row in self.truth.rows(path.relative_to(site).as_posix())
            for column in ("name", "department", "agency", "category", "department_abbr")
            if re.search(r"\d", row.get(column) or "")
        }
        tidy = sorted((" ".join(name.split()) for name in names), key=len, reverse=True)
        self.names = re.compile("|".join(map(re.escape, (*tidy, *_STANDARDS))))

    def read(self, path: str, page: Path | None = None) -> Report:
        """Read a page by its path in the site, or another file as if it were this page."""
        report = Report()
        for block in blocks(page or self.site / path):
            text = read(self.names.sub("¤", block.text))
            for one in text.numbers:
                report.numbers += 1
                found = lookup(self.truth, path, block, one, text)
                if isinstance(found, str):
                    report.excluded[found] += 1
                    continue
                if any(
                    fits(one, exact, in_words=block.is_sentence and not _is_of_files(block.text))
                    for exact in found or ()
                ):
                    report.matched += 1
                else:
                    place = "/".join(
                        part
                        for part in (block.card, block.caption[:30], block.row[:40], block.column)
                        if part
                    )
                    why = "no rule" if found is None else "no such number"
                    report.wrong.append(
                        f"{path} <{block.tag} {block.classes}> {place}: {one.text!r} "
                        f"({why}) in {block.text[:160]!r}"
                    )
        return report


_reader: list[Reader] = []


def _read_many(paths: list[str]) -> Report:
    report = Report()
    for path in paths:
        report.add(_reader[0].read(path))
    return report


def read_site(site: Path, paths: Iterable[str], processes: int = 1) -> Report:
    """Read these pages of a site."""
    _reader[:] = [Reader(site)]
    todo = list(paths)
    shares = [todo[at :: processes * 8] for at in range(processes * 8)]
    if processes == 1:
        return _read_many(todo)
    report = Report()
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        for one in pool.map(_read_many, shares):
            report.add(one)
    return report
