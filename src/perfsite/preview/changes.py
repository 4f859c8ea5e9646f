"""What is new, changed or withdrawn since the last edition, figure by figure.

Compared are the rows of data/observations.csv, which are every figure that is published: what a
reader could have copied then, and what a reader would copy now.
"""

from __future__ import annotations

import io
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from perfsite.components.elements import Cell, Column, Row, Table
from perfsite.errors import UsageError
from perfsite.measures import MEASURES
from perfsite.model import FIGURE

if TYPE_CHECKING:
    from collections.abc import Hashable

    from perfsite.render import Renderer

_SAID: Final = ["value", "status"]
_MOST: Final = 200
"""The changes that a page lists."""
_PROVIDED: Final = "provided"


def read_figures(text: str) -> pd.DataFrame:
    """The text of a site's data/observations.csv as a frame of text, in the columns needed here.

    Raises:
        UsageError: if the text is no such file.
    """
    try:
        frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, na_filter=False)
    except (ValueError, pd.errors.ParserError) as error:
        raise UsageError(f"the figures of the earlier edition cannot be read: {error}") from error
    if missing := [name for name in (*FIGURE, *_SAID) if name not in frame]:
        raise UsageError(
            f"the figures of the earlier edition lack the columns {', '.join(missing)}: "
            "data/observations.csv of a site is expected"
        )
    return frame[[*FIGURE, *_SAID]]


def compare(earlier: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The figures that differ, in the order of now and then of before.

    Both have the columns service, period, measure, channel, value and status. The answer has a row
    a figure: the key, `value_before`, `status_before`, `value_now`, `status_now` and `change`,
    which is "new", "changed" or "withdrawn".
    """
    texts = [_as_text(frame) for frame in (now, earlier)]
    both = texts[0].merge(
        texts[1],
        on=FIGURE,
        how="outer",
        suffixes=("_now", "_before"),
        indicator="change",
        sort=False,
    )
    both["change"] = (
        both["change"]
        .map({"left_only": "new", "right_only": "withdrawn", "both": "changed"})
        .astype(object)
    )
    same = (both["value_now"] == both["value_before"]) & (
        both["status_now"] == both["status_before"]
    )
    # What says only that nothing was given, and stood nowhere before, is no news.
    silent = {
        "new": both["status_now"] == "not_provided",
        "withdrawn": both["status_before"] == "not_provided",
    }
    for change, nothing in silent.items():
        same |= (both["change"] == change) & nothing
    return both[~same].fillna("").reset_index(drop=True)


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[[*FIGURE, *_SAID]].astype(str).drop_duplicates(FIGURE)


def changes_panel(differing: pd.DataFrame | None, renderer: Renderer) -> str:
    """A region with the table of what changed of one service; None if no edition is known."""
    name, heading = "perfsite-changes", "What changed since the last edition"
    if differing is None:
        lead = "No earlier edition was given, so nothing can be compared."
        return renderer.fragment("changes", name, heading, lead, None)
    lead = f"{changes_counted(differing)}."
    if len(differing) > _MOST:
        lead = f"{lead} The first {_MOST} are shown."
    table = _table(differing.head(_MOST)) if len(differing) else None
    return renderer.fragment("changes", name, heading, lead, table)


def changes_counted(differing: pd.DataFrame) -> str:
    """`3 figures new, 1 changed`; or that nothing changed."""
    counts = differing["change"].value_counts()
    parts = [
        f"{counts[kind]:,} {kind}" for kind in ("new", "changed", "withdrawn") if kind in counts
    ]
    return f"Figures: {', '.join(parts)}" if parts else "No figure differs"


def _table(differing: pd.DataFrame) -> Table:
    columns = ("Figure", "Before", "Now", "Difference")
    rows = tuple(
        Row(
            _figure_name(row["measure"], row["channel"]),
            (
                Cell(
                    _said(row["value_before"], row["status_before"]),
                    missing=not row["value_before"],
                ),
                Cell(_said(row["value_now"], row["status_now"]), missing=not row["value_now"]),
                Cell(_difference(row)),
            ),
            under=row["period"],
        )
        for row in differing.to_dict("records")
    )
    return Table("Figures that differ", tuple(Column(text) for text in columns), rows)


def _figure_name(measure: str, channel: str) -> str:
    name = MEASURES[measure].name if measure in MEASURES else measure
    return f"{name}, {channel.replace('_', ' ')}" if channel else name


def _said(value: str, status: str) -> str:
    """A figure as it was published: its number and its marks, or why there was none."""
    words = [word.replace("_", " ") for word in status.split() if word != _PROVIDED]
    if not value:
        return ", ".join(words) or "nothing"
    return f"{value} ({', '.join(words)})" if words else value


def _difference(row: dict[Hashable, Any]) -> str:
    if row["change"] != "changed":
        return str(row["change"])
    try:
        before, now = Decimal(row["value_before"]), Decimal(row["value_now"])
    except InvalidOperation:
        return "changed"
    if before == now:
        return "marked otherwise"
    text = f"{now - before:+f}"
    return f"{text} ({(now - before) / abs(before):+.1%})" if before else text
