"""An audit as one page of HTML: no script, nothing beside it, so that it can be kept with the site.

It is a report of a tool to whoever runs it, not a page of the site: it has no template.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from perfsite.audit.findings import Facet
from perfsite.audit.telling import summary
from perfsite.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from perfsite.audit.findings import Audit, Rule

SHOWN: Final = 100
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


def _broken(audit: Audit, rule: Rule) -> Iterator[str]:
    findings = audit.of(rule.id)
    kind = "warning" if rule.warns else "error"
    yield f'<div class="broken">\n<h3>Broken: {escape(rule.sentence)} <code>{rule.id}</code></h3>\n'
    yield f"<p>Expected: {escape(rule.expected)}. To mend it: {escape(rule.mend)}.</p>\n"
    yield f"<table>\n<caption>{counted(len(findings), kind)}</caption>\n"
    yield '<thead><tr><th scope="col">Where</th><th scope="col">Found</th></tr></thead>\n<tbody>\n'
    for finding in findings[:SHOWN]:
        yield f"<tr><td>{escape(finding.place)}</td><td>{escape(finding.found)}</td></tr>\n"
    yield "</tbody>\n</table>\n"
    if len(findings) > SHOWN:
        yield f"<p>And {len(findings) - SHOWN:,} more; the JSON report lists them all.</p>\n"
    yield "</div>\n"
