"""What is wrong with text that should be JSON, in words for those who wrote it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from json import JSONDecodeError

_SHOWN: Final = 30
_NOT_PUBLIC: Final = re.compile(r"release|embargo|\[\s*c\s*\]|confid", re.IGNORECASE)
_ENDS: Final = "]}"
_STARTS: Final = '"{['


def fault(text: str, error: JSONDecodeError | RecursionError) -> tuple[int, str, str]:
    """The line of the fault (0: none in particular), what was found, and how to mend it.

    `error` is what Python's reader says of it; its words differ from version to version, so that
    the text around its place is looked at first.
    """
    if isinstance(error, RecursionError):
        return 0, "brackets within brackets, hundreds deep", "write one list of flat records"
    if not text.strip():
        return 0, "an empty file", "write a list of records, or delete the file"
    place, found, fix = _described(text, error.msg, error.pos)
    if _NOT_PUBLIC.search(text):
        # What is quoted may be a figure that is not public: nobody can tell in broken JSON.
        found = re.sub("[0-9]", "#", found)
    return text.count("\n", 0, place) + 1, found, fix


def _described(text: str, why: str, place: int) -> tuple[int, str, str]:
    """The place of the fault, what stands there, and how to mend it."""
    before, rest = text[:place].rstrip(), text[place:].strip()
    comma = before if before.endswith(",") and rest[:1] in _ENDS else text[: place + 1]
    if rest and comma.endswith(",") and text[len(comma) :].lstrip()[:1] in (*_ENDS,):
        return len(comma) - 1, "a comma with nothing behind it", "a comma too many? Delete it"
    if "string starting" in why or "control character" in why:
        fix = "close it with a quotation mark, or write it on one line"
        return place, "a text that does not end on its line", fix
    if "escape" in why:
        return place, f"a backslash: {_line(rest)}", "write two backslashes for one"
    if not rest:
        found = "the end of the file, before the last bracket is closed"
        return len(text.rstrip()), found, "was the file cut off? Save it again, as a whole"
    if rest.startswith("'"):
        return place, "single quotation marks", 'use double quotes: "period"'
    if why == "Extra data":
        return place, *_extra(before, rest)
    if rest[:1].isdigit() and before.endswith(","):
        found = f"a comma, and then {_line(rest)}"
        return place, found, "a comma within a number? Write it without separators"
    fix = "put texts and names in double quotes"
    if "delimiter" in why and rest[0] in _STARTS:
        mark = "comma" if "','" in why else "colon"
        fix = f"a {mark} missing before this place?"
    return place, f"what cannot be read here: {_line(rest)}", fix


def _extra(before: str, rest: str) -> tuple[str, str]:
    """For what stands behind the last bracket."""
    if before.endswith("}") and rest.lstrip(",").lstrip().startswith("{"):
        fix = "put the records between [ and ], with commas between them"
        return "several records without a list around them", fix
    return f"more text behind the end: {_line(rest)}", "delete it, or put all in one list"


def _line(text: str) -> str:
    """The beginning of a text, as far as its line goes."""
    return text.partition("\n")[0][:_SHOWN].strip()
