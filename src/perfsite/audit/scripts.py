"""Scripts: whether one fetches, sends, or holds what a crawler takes for an address; JSON-LD."""

from __future__ import annotations

import json
import re
from typing import Final

_FETCHES: Final = re.compile(
    r"\bfetch\s*\(|\bXMLHttpRequest\b|\bsendBeacon\b|\bEventSource\b|\bWebSocket\b"
    r"|\bimportScripts\b|\bimport\b|\.src\s*=(?!=)|\.submit\s*\("
)
_ADDRESSES: Final = re.compile(
    r"https?://[^\s\"'`]+"
    r"|(?<=[\"'`])[^\s\"'`]*\.(?:html?|csv|json|svg|xml|jpe?g|png|css|js)(?=[\"'`?#])"
    r"|(?<=[\"'`])(?:\.{0,2}/)[^\s\"'`<>]+(?=[\"'`])"
)
_COMMENTS: Final = re.compile(r"/\*.*?\*/|(?<![:\"'`\\/])//[^\n]*", re.DOTALL)


def script_faults(text: str) -> list[tuple[int, str, str]]:
    """Line, rule and words of what an archive cannot replay in a script."""
    code = _COMMENTS.sub(lambda match: "\n" * match[0].count("\n"), text)
    return [
        (code.count("\n", 0, match.start()) + 1, rule, f"{match[0].strip()} in a script")
        for rule, pattern in (("fetch", _FETCHES), ("inline-script", _ADDRESSES))
        for match in pattern.finditer(code)
    ]


def described(script: str) -> list[str] | None:
    """The addresses in the text of JSON-LD; None where it is no JSON."""
    try:
        todo: list[object] = [json.loads(script)]
    except ValueError:
        return None
    found = []
    while todo:
        one = todo.pop()
        if isinstance(one, dict):
            found += [str(value) for key, value in one.items() if key in {"url", "contentUrl"}]
            todo += one.values()
        elif isinstance(one, list):
            todo += one
    return found
