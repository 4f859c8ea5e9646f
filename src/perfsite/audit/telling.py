"""An audit told: as text for people, as JSON for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from perfsite.audit.findings import Facet
from perfsite.decimals import fixed
from perfsite.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfsite.audit.findings import Audit, Rule

SHOWN: Final = 5
"""So many findings of one rule stand in the text; the others are counted."""
_ID_AT: Final = 78
"""How many characters stand before the id, where the line is not longer."""


def audit_text(audit: Audit) -> str:
    """What is broken, below a heading a facet; then how many rules of each facet are kept."""
    counts = audit.counts
    lines: list[str] = []
    for facet in Facet:
        broken = [rule for rule in audit.in_facet(facet) if counts[rule.id]]
        if broken:
            lines += [f"{facet}: {facet.asks}", ""]
        for rule in broken:
            lines += [*_block(audit, rule), ""]
    lines.append(summary(audit))
    for facet in Facet:
        rules = audit.in_facet(facet)
        kept = sum(not counts[rule.id] for rule in rules)
        lines.append(f"  {facet:<22}{kept:>3} of {len(rules)} rules kept")
    return "\n".join(lines) + "\n"


def summary(audit: Audit) -> str:
    """How many findings there are, and in how much."""
    return (
        f"{counted(audit.errors, 'error')}, {counted(audit.warnings, 'warning')} in "
        f"{counted(audit.files, 'file')} ({counted(audit.pages, 'page')}, "
        f"{fixed(audit.size / 1e6, 1)} MB)."
    )


def _block(audit: Audit, rule: Rule) -> Iterator[str]:
    findings = audit.of(rule.id)
    kind = "warning" if rule.warns else "error"
    yield f"{rule.sentence}: {counted(len(findings), kind)}"
    for finding in findings[:SHOWN]:
        yield f"  {_plain(finding.place)}  {_plain(finding.found)}"
    if len(findings) > SHOWN:
        yield f"  ... and {len(findings) - SHOWN:,} more; --format json lists them all"
    yield f"  expected  {rule.expected}"
    yield f"{f'  mend      {rule.mend}':<{_ID_AT}}  [{rule.id}]"


def _plain(text: str) -> str:
    """A text that a terminal can show, on one line."""
    return "".join(sign if sign.isprintable() else "?" for sign in " ".join(text.split()))


def audit_json(audit: Audit) -> str:
    """Every rule, and every finding: as docs/schemas/audit.json has it."""
    counts = audit.counts
    content = {
        "counts": {"errors": audit.errors, "warnings": audit.warnings},
        "files": audit.files,
        "pages": audit.pages,
        "bytes": audit.size,
        "rules": [
            {
                "rule": rule.id,
                "facet": rule.facet,
                "severity": _severity(rule),
                "title": rule.sentence,
                "findings": counts[rule.id],
            }
            for rule in audit.rules.values()
        ],
        "findings": [
            {
                "file": finding.file,
                "line": finding.line,
                "rule": finding.rule,
                "severity": _severity(audit.rules[finding.rule]),
                "found": finding.found,
                "expected": audit.rules[finding.rule].expected,
                "fix": audit.rules[finding.rule].mend,
            }
            for finding in audit.findings
        ],
    }
    text = f"{json.dumps(content, ensure_ascii=False, indent=2)}\n"
    return text.encode("utf-8", "backslashreplace").decode()


def _severity(rule: Rule) -> str:
    return "warning" if rule.warns else "error"
