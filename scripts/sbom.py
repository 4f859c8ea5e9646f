"""Say what perfsite is made of: a software bill of materials, as CycloneDX 1.6.

`python scripts/sbom.py > perfsite.cdx.json` lists perfsite and every library that it needs here, as
they are installed: version, licence, and what needs what. The same versions give the same bytes; a
time is in it only if SOURCE_DATE_EPOCH says one.
"""

from __future__ import annotations

import json
import os
import re
import sys
import uuid
from datetime import UTC, datetime
from importlib.metadata import Distribution, distribution
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EXTRAS: Final = ("archive", "dask")
_NAME: Final = 60
"""Letters that the name of a licence may have."""
_SPACE: Final = uuid.uuid5(uuid.NAMESPACE_DNS, "perfsite")


def bill(name: str = "perfsite", extras: tuple[str, ...] = EXTRAS) -> dict[str, Any]:
    """The bill of an installed distribution with some of its extras."""
    needed = closure(name, extras)
    first, *others = [component(distribution(one)) for one in needed]
    content = {
        "components": others,
        "dependencies": [
            {"ref": reference(distribution(one)), "dependsOn": sorted(map(_reference, wanted))}
            for one, wanted in needed.items()
        ],
    }
    metadata: dict[str, Any] = {"component": {**first, "type": "application"}}
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        metadata["timestamp"] = datetime.fromtimestamp(int(epoch), UTC).isoformat()
    number = uuid.uuid5(_SPACE, json.dumps([metadata, content], sort_keys=True))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{number}",
        "version": 1,
        "metadata": metadata,
        **content,
    }


def closure(name: str, extras: tuple[str, ...]) -> dict[str, list[str]]:
    """What a distribution needs here, and what that needs, by name; itself first."""
    found: dict[str, list[str]] = {}
    todo = [(name, extras)]
    while todo:
        one, asked = todo.pop()
        wanted = requirements(one, asked)
        known = found.setdefault(one, [])
        found[one] = sorted({*known, *(key for key, _ in wanted)})
        todo += [(key, more) for key, more in wanted if key not in found or more]
    return {name: found.pop(name), **dict(sorted(found.items()))}


def requirements(name: str, extras: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """What a distribution asks for on this machine, each with the extras that are asked for."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for line in distribution(name).requires or []:
        one = Requirement(line)
        ways = [{"extra": extra} for extra in ("", *extras)]
        if one.marker is None or any(one.marker.evaluate(way) for way in ways):
            found.append((str(canonicalize_name(one.name)), tuple(sorted(one.extras))))
    return found


def component(dist: Distribution) -> dict[str, Any]:
    """An installed distribution."""
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": reference(dist),
        "name": str(canonicalize_name(dist.name)),
        "version": dist.version,
        "purl": reference(dist),
    }
    if summary := dist.metadata.json.get("summary"):
        found["description"] = " ".join(str(summary).split())
    if licence := licence_of(dist):
        found["licenses"] = [licence]
    return found


def licence_of(dist: Distribution) -> dict[str, Any] | None:
    """The licence of a distribution, as it says it: an expression of SPDX, or a name."""
    said: dict[str, Any] = dist.metadata.json
    if expression := said.get("license_expression"):
        return {"expression": expression}
    classified = [
        one.rpartition(" :: ")[2]
        for one in said.get("classifier", [])
        if one.startswith("License ::")
    ]
    first = str(said.get("license", "")).strip().partition("\n")[0]
    # Some put the whole text there.
    name = first if first and len(first) < _NAME else ", ".join(classified)
    return {"license": {"name": name}} if name else None


def reference(dist: Distribution) -> str:
    """The package URL of a distribution."""
    version = re.sub(r"\+", "%2B", dist.version)
    return f"pkg:pypi/{canonicalize_name(dist.name)}@{version}"


def _reference(name: str) -> str:
    return reference(distribution(name))


if __name__ == "__main__":
    json.dump(bill(), sys.stdout, indent=2, sort_keys=True, ensure_ascii=False)
    sys.stdout.write("\n")
