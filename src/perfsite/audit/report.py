"""An audit told: as text for people, as JSON for programs, as one page of HTML."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Final

from perfsite.audit.rules import Facet
from perfsite.decimals import fixed
from perfsite.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfsite.audit.rules import Audit, AuditRule


# An audit told: as text for people, as JSON for programs.


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
        unbroken = sum(not counts[rule.id] for rule in rules)
        lines.append(f"  {facet:<22}{unbroken:>3} of {len(rules)} rules kept")
    return "\n".join(lines) + "\n"


def summary(audit: Audit) -> str:
    """How many findings there are, and in how much."""
    return (
        f"{counted(audit.errors, 'error')}, {counted(audit.warnings, 'warning')} in "
        f"{counted(audit.files, 'file')} ({counted(audit.pages, 'page')}, "
        f"{fixed(audit.size / 1e6, 1)} MB)."
    )


def _block(audit: Audit, rule: AuditRule) -> Iterator[str]:
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


def _severity(rule: AuditRule) -> str:
    return "warning" if rule.warns else "error"


# An audit as one page of HTML: no script, nothing beside it, so that it can be kept with the site.
#
# It is a report of a tool to whoever runs it, not a page of the site: it has no template.


LISTED: Final = 100
"""So many findings of one rule stand on the page."""
_STYLE: Final = """\
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
section { border-top: 1px solid; margin-top: 2rem; }
li { margin: .25rem 0; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { border: 1px solid; padding: .25rem .5rem; text-align: left; vertical-align: top; }
td, code { overflow-wrap: anywhere; }
.broken { border-left: .4rem solid #b3261e; padding-left: 1rem; }
"""


def audit_page(audit: Audit) -> str:
    """Every rule by its facet, passed or broken, and what was found."""
    sections = "".join("".join(_section(audit, facet)) for facet in Facet)
    result = "broken" if audit.errors else "clean"
    return f"""\
<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Audit of a perfsite site: {result}</title>
<meta name="description" content="Whether a site can be archived, is whole and agrees with itself.">
<style>
{_STYLE}</style>
</head>
<body>
<main>
<h1>Audit: the site is {result}</h1>
<p>{escape(summary(audit))} The facets are those of the CLEAR+ method.</p>
{sections}</main>
</body>
</html>
"""


def _section(audit: Audit, facet: Facet) -> Iterator[str]:
    counts, rules = audit.counts, audit.in_facet(facet)
    passed = [rule for rule in rules if not counts[rule.id]]
    yield f"<section>\n<h2>{facet}</h2>\n<p>{facet.asks} "
    yield f"{len(passed)} of {len(rules)} rules are kept.</p>\n"
    for rule in rules:
        if counts[rule.id]:
            yield from _broken(audit, rule)
    yield "<h3>Passed</h3>\n<ul>\n" if passed else ""
    for rule in passed:
        yield f"<li>{escape(rule.sentence)} <code>{rule.id}</code></li>\n"
    yield "</ul>\n</section>\n" if passed else "</section>\n"


def _broken(audit: Audit, rule: AuditRule) -> Iterator[str]:
    findings = audit.of(rule.id)
    kind = "warning" if rule.warns else "error"
    yield f'<div class="broken">\n<h3>Broken: {escape(rule.sentence)} <code>{rule.id}</code></h3>\n'
    yield f"<p>Expected: {escape(rule.expected)}. To mend it: {escape(rule.mend)}.</p>\n"
    yield f"<table>\n<caption>{counted(len(findings), kind)}</caption>\n"
    yield '<thead><tr><th scope="col">Where</th><th scope="col">Found</th></tr></thead>\n<tbody>\n'
    for finding in findings[:LISTED]:
        yield f"<tr><td>{escape(finding.place)}</td><td>{escape(finding.found)}</td></tr>\n"
    yield "</tbody>\n</table>\n"
    if len(findings) > LISTED:
        yield f"<p>And {len(findings) - LISTED:,} more; the JSON report lists them all.</p>\n"
    yield "</div>\n"
