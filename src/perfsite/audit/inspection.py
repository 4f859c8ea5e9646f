"""A site held against every rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfsite.audit.links import check_addresses, check_former, check_links
from perfsite.audit.lists import check_lists
from perfsite.audit.rules import RULES, Audit
from perfsite.audit.site import AuditedSite
from perfsite.audit.texts import check_pictures, check_texts

if TYPE_CHECKING:
    from collections.abc import Mapping


def audit_site(files: Mapping[str, bytes], before: Mapping[str, bytes] | None = None) -> Audit:
    """Hold a site against every rule; `before` are the files of an older site, if there is one."""
    site = AuditedSite(files)
    findings = [
        *(finding for page in site.pages.values() for finding in page.findings),
        *check_links(site),
        *check_addresses(site),
        *check_texts(site),
        *check_pictures(site),
        *check_lists(site),
        *check_former(site, before or {}),
    ]
    order = {rule: place for place, rule in enumerate(RULES)}
    findings.sort(key=lambda finding: (order[finding.rule], finding))
    size = sum(map(len, files.values()))
    return Audit(RULES, tuple(findings), len(files), len(site.pages), size)
