"""Problems in SARIF 2.1.0, the format in which hosts of code take what checks have found.

The same problems give the same text: no clock, no path of a machine. What hosts do with it is in
docs/ci.md.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from perfsite.errors import RULES, worst_first
from perfsite.report.problems import json_text, one_line
from perfsite.report.source_locations import locations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.errors import Problem, Rule
    from perfsite.explanations import Explanation
    from perfsite.model import Source
    from perfsite.report.source_locations import Locations

Json = dict[str, Any]

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
BASE: Final = "%SRCROOT%"
"""What addresses are relative to: by custom, the folder that holds the repository."""
FINGERPRINT: Final = "perfsiteProblem/v1"
_SHEET: Final = re.compile(r"(\.(?:xlsx|ods))/.*$", re.IGNORECASE | re.DOTALL)
_NUMBERS: Final = {code: number for number, code in enumerate(RULES)}


def sarif_report(
    problems: Sequence[Problem],
    sources: Sequence[Source],
    *,
    version: str,
    explanations: Mapping[str, Explanation],
    folder: str = "",
) -> str:
    """The problems as one run of perfsite.

    `sources` are the files of the data as they were read; in them each problem gets its line.
    `explanations` say what the codes mean. `folder` is the data folder within
    the repository, with `/`: the addresses of the files begin with it.
    """
    wanted = {problem.file for problem in problems if problem.row}
    positions = {source.path: locations(source) for source in sources if source.path in wanted}
    seen: Counter[str] = Counter()
    content = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "perfsite",
                        "semanticVersion": version,
                        "rules": [
                            _rule(rule, explanations.get(rule.code)) for rule in RULES.values()
                        ],
                    }
                },
                "invocations": [{"executionSuccessful": True}],
                "originalUriBaseIds": {
                    BASE: {"description": {"text": "The folder in which perfsite was run."}}
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(problem, positions.get(problem.file), folder, seen)
                    for problem in worst_first(problems)
                ],
            }
        ],
    }
    return json_text(content)


def _rule(rule: Rule, explanation: Explanation | None) -> Json:
    title = f"{rule.title}."
    return {
        "id": rule.code,
        "shortDescription": {"text": title},
        "help": {
            "text": explanation.plain if explanation else title,
            "markdown": explanation.standalone if explanation else title,
        },
        "defaultConfiguration": {"level": str(rule.severity)},
    }


def _result(problem: Problem, positions: Locations | None, folder: str, seen: Counter[str]) -> Json:
    where: Json = {
        "artifactLocation": {
            "uri": _address(f"{folder}{_on_disk(problem.file)}"),
            "uriBaseId": BASE,
        }
    }
    if positions and (place := positions.find(problem.row, problem.column)):
        where["region"] = {"startLine": place.line, "startColumn": place.character}
    print_ = _fingerprint(problem)
    seen[print_] += 1
    return {
        "ruleId": problem.code,
        "ruleIndex": _NUMBERS[problem.code],
        "level": str(problem.severity),
        "message": {"text": _message(problem)},
        "locations": [{"physicalLocation": where}],
        "partialFingerprints": {FINGERPRINT: f"{print_}:{seen[print_]}"},
        "properties": {
            "file": problem.file,
            "row": problem.row,
            "column": problem.column,
            "service": problem.service,
            "measures": list(problem.measures),
            "period": problem.period,
        },
    }


def _message(problem: Problem) -> str:
    """The problem in sentences, each of them on one line."""
    column = f', in the column "{one_line(problem.column)}"' if problem.column else ""
    parts = (("Found", problem.found), ("Expected", problem.expected), ("To mend it", problem.fix))
    sentences = [f"{name}: {one_line(text)}" for name, text in parts if text]
    return "\n".join(_ended(text) for text in (f"{problem.rule.title}{column}", *sentences))


def _on_disk(file: str) -> str:
    """The file that a path is in: a sheet of a workbook is named as if it were a file in it."""
    return _SHEET.sub(r"\1", file)


def _address(path: str) -> str:
    """A path as a relative address; names that are not UTF-8 keep their bytes."""
    return quote(path, errors="surrogateescape")


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _fingerprint(problem: Problem) -> str:
    """What stays the same while rows are added above: everything but the row."""
    parts = (problem.code, problem.file, problem.column, problem.found, problem.service)
    text = "\0".join((*parts, *problem.measures, problem.period))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]
