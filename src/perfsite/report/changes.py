"""What changed between two editions, told: as text for people, as JSON and CSV for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from perfsite.decimals import csv_text
from perfsite.revisions import COLUMNS, ChangeKind, Move
from perfsite.text import counted

if TYPE_CHECKING:
    from perfsite.revisions import ServiceChange, Step

NOW: Final = "now"
"""What stands for the data as they are, in the place of a date."""
_HEADINGS: Final = {
    Move.ADDED: "Services added",
    Move.REMOVED: "Services removed",
    Move.RENAMED: "Services renamed",
    Move.MOVED: "Services moved to another organisation",
    Move.NEW_ID: "Services with another id",
    ChangeKind.REVISED: "Figures revised: a planned change to better data",
    ChangeKind.CORRECTED: "Figures corrected: an error was mended",
    ChangeKind.RESTATED: "Figures restated: they changed, and nobody has said why",
    ChangeKind.WITHDRAWN: "Figures withdrawn",
    ChangeKind.SUPPRESSED: "Figures that are confidential now",
    ChangeKind.BACKFILLED: "Figures given late, for a period that the edition before already had",
    ChangeKind.FIRST_PUBLISHED: "Figures published for the first time",
}
_COUNTED_ONLY: Final = (ChangeKind.FIRST_PUBLISHED,)
"""What every edition is made of: text says how many there are; JSON and CSV list them."""


def diff_text(step: Step) -> str:
    """The changes under a heading for each kind; new figures for new periods are only counted."""
    lines = [f"From the edition of {step.before} to {_name(step)}:"]
    if step.is_empty:
        return "\n".join([*lines, "nothing changed."])
    for kind, heading in _HEADINGS.items():
        number = step.counts[kind]
        if not number:
            continue
        lines += ["", f"{heading}: {number:,}"]
        if isinstance(kind, Move):
            lines += [
                _service_line(service_change)
                for service_change in step.services
                if service_change.kind is kind
            ]
        elif kind not in _COUNTED_ONLY:
            lines += _figure_lines(step, ChangeKind(kind))
    total = counted(len(step.figures), "figure")
    return "\n".join([*lines, "", f"{total} and {counted(len(step.services), 'service')} in all."])


def diff_json(step: Step) -> str:
    """The dates, how often there is each kind of change, and every change."""
    content: dict[str, Any] = {
        "before": step.before.isoformat(),
        "now": step.day.isoformat() if step.day else None,
        "counts": {
            "services": {str(kind): step.counts[kind] for kind in Move},
            "figures": {str(kind): step.counts[kind] for kind in ChangeKind},
        },
        "services": [
            {
                "service": service_change.service,
                "name": service_change.name,
                "change": str(service_change.kind),
                "before": service_change.before or None,
                "now": service_change.since or None,
            }
            for service_change in step.services
        ],
        "figures": [
            {**figure, "value_before": _number(before), "value_now": _number(now)}
            for figure, before, now in zip(
                step.figures.rename(columns={"kind": "change"}).to_dict("records"),
                step.figures["value_before"],
                step.figures["value_now"],
                strict=True,
            )
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def diff_csv(step: Step) -> str:
    """The changes as data/revisions.csv has them."""
    return csv_text([COLUMNS, *step.as_rows()], "\n")


def _name(step: Step) -> str:
    return f"that of {step.day}" if step.day else "the data as they are now"


def _service_line(service_change: ServiceChange) -> str:
    parts = [part for part in (service_change.before, service_change.since) if part]
    return f"  {service_change.service}: {' -> '.join(parts)}"


def _figure_lines(step: Step, kind: ChangeKind) -> list[str]:
    figures = step.figures[step.figures["kind"] == kind]
    return [
        f"  {service} {period} {measure}{':' if channel else ''}{channel}: "
        f"{before or 'none'} -> {now or 'none'}" + (f"  ({reason})" if reason else "")
        for service, period, measure, channel, _, before, now, reason in figures.itertuples(
            index=False, name=None
        )
    ]


def _number(text: str) -> float | int | None:
    if not text:
        return None
    return float(text) if "." in text else int(text)
