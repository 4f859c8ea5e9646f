"""TOML files that people write: read whole, and refused with every entry that is wrong."""

from __future__ import annotations

import json
import re
import tomllib
from difflib import get_close_matches
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from perfsite.errors import ConfigError
from perfsite.model import LONGEST_OTHER, is_run, longest, text_fault
from perfsite.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic_core import ErrorDetails


_PARTS: Final = 100
_LONG_KEY: Final = re.compile(
    rf"""(?:(?:"[^"\n]*+"|'[^'\n]*+'|[A-Za-z0-9_-]++)[ \t]*+\.[ \t]*+){{{_PARTS}}}"""
)
"""A name such as a.b.c with so many parts that a table within a table would be made for each."""
_COLOUR: Final = r"^#[0-9a-fA-F]{6}$"
_ADDRESS: Final = (
    r"^((?i:https?)://[^\s/?#@:\\]+(:[0-9]+)?([/?#][^\s\\]*)?|(?i:mailto):[^\s@:/?#]+@[^\s@]+)?$"
)
_CURRENCY: Final = r"^[A-Z]{3}$"
_NAME: Final = r"^[a-z][a-z0-9_]*$"
Colour = Annotated[str, Field(pattern=_COLOUR)]
"""A colour as `#rrggbb`."""
Address = Annotated[str, Field(pattern=_ADDRESS)]
"""The address of a page, or nothing."""
Currency = Annotated[str, Field(pattern=_CURRENCY)]
"""A currency by its three letters."""
Name = Annotated[str, Field(pattern=_NAME)]
"""A name such as `waiting_time`."""
_IN_WORDS: Final = {
    _COLOUR: "a colour as #12436d is expected",
    _ADDRESS: "an address as https://www.example.org/ is expected",
    _CURRENCY: "three capital letters as GBP are expected",
    _NAME: "a name in small letters, digits and underscores is expected",
}
"""What is wrong where a text is not of its pattern."""
_NOT_TOML: Final = {
    "Illegal character '\\n'": "a quotation mark that is not closed",
    "Illegal character": "a character that cannot stand there",
    "Unterminated string": "a quotation mark that is not closed",
    'Expected "': "a quotation mark that is not closed",
    "Found invalid character": "a character that cannot stand there",
    "Invalid value": "a value that cannot be read (texts stand in double quotes)",
    "Expected '=' after": "a name without = behind it",
    "Expected newline": "more than one entry (each stands on a line of its own)",
    "Cannot overwrite": "an entry that stands there twice",
    "Cannot declare": "a table that stands there twice",
    "Cannot mutate": "a table that stands there twice",
    "Duplicate inline": "an entry that stands there twice",
    "Unclosed": "a bracket that is not closed",
    "Expected ']'": "a bracket that is not closed",
    "Invalid statement": "something that is no entry",
    "Unescaped": "a backslash in a text (write two)",
    "Invalid date": "a date that is not in the calendar",
}
"""What is wrong in a file that is not TOML, by the beginnings of Python's words."""

_EXPECTED: Final = {
    "missing": "an entry is missing",
    "string_type": "a text in quotation marks is expected",
    "tuple_type": "a list is expected",
    "list_type": "a list is expected",
    "dict_type": "a table is expected",
    "model_type": "a table is expected",
    "bool_type": "true or false is expected",
    "bool_parsing": "true or false is expected",
    "int_type": "a whole number is expected",
    "int_parsing": "a whole number is expected",
    "int_from_float": "a whole number is expected",
    "float_type": "a number is expected",
    "float_parsing": "a number is expected",
    "too_short": "at least one is expected",
    "date_type": "a date as 2018-09-19 is expected",
    "date_parsing": "a date as 2018-09-19 is expected",
    "date_from_datetime_parsing": "a date as 2018-09-19 is expected",
    "date_from_datetime_inexact": "a date as 2018-09-19 is expected",
    "url_type": "an address as https://www.example.org/ is expected",
    "url_parsing": "an address as https://www.example.org/ is expected",
    "url_scheme": "an address as https://www.example.org/ is expected",
}
"""What is wrong, in words for people, by pydantic's names of errors."""


class TomlTable(BaseModel):
    """A table of entries; one that it does not name is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


T = TypeVar("T", bound=TomlTable)


def read_settings(kind: type[T], text: str, path: str) -> T:
    """Read the text of a TOML file.

    Raises:
        ConfigError: naming every entry that is wrong and what was expected of it.
    """
    if long := _LONG_KEY.search(text):
        line = text.count("\n", 0, long.start()) + 1
        raise ConfigError(f"{path} is not TOML, line {line}: a name of more than {_PARTS} parts")
    try:
        content = tomllib.loads(text)
        if faults := list(_faults(content)):
            raise ConfigError("\n".join(f"{path}: {fault}" for fault in faults))
        return kind.model_validate(content)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML, {_toml_fault(str(error))}") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: brackets within brackets, hundreds deep") from error
    except ValidationError as error:
        lines = [f"{path}: {_sentence(kind, item)}" for item in error.errors()]
        raise ConfigError("\n".join(lines)) from error
    except ValueError as error:  # a number of more digits than Python takes
        raise ConfigError(f"{path} is not TOML: a number that is too long to be read") from error


def _faults(content: object, *place: str) -> Iterator[str]:
    """What is wrong with texts and numbers, whichever entry they stand in, and in names."""
    if isinstance(content, dict):
        for name, value in content.items():
            if fault := text_fault(name):
                yield f"{'.'.join((*place, shown(name)))}: {fault} cannot stand in a name"
            elif len(name) > LONGEST_OTHER:
                start = ".".join((*place, name[:40]))
                yield f"{start}…: a name has at most {LONGEST_OTHER} characters"
            else:
                yield from _faults(value, *place, name)
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from _faults(value, *place, str(number))
    elif isinstance(content, float) and not isfinite(content):
        yield f"{'.'.join(place)}: a finite number is expected"
    elif isinstance(content, str):
        yield from _text_faults(content, place)


def _text_faults(text: str, place: Sequence[str]) -> Iterator[str]:
    """What is wrong with a text of the entry at a place."""
    field = next((name for name in reversed(place) if not name.isdigit()), "")
    most = longest(field) or LONGEST_OTHER
    entry = ".".join(place)
    if fault := text_fault(text):
        yield f"{entry}: {fault} cannot stand in a text (found {_quoted(text)})"
    elif len(text) > most:
        yield f"{entry}: at most {most:,} characters are expected (found {len(text):,})"
    elif field == "reason" and is_run(text):
        yield (
            f"{entry}: a text that a spreadsheet would not run is expected, for it is published as "
            f"CSV; begin with a word (found {_quoted(text)})"
        )


def _quoted(text: str) -> str:
    """The beginning of a text as it stands in a message."""
    return json.dumps(shown(text[:80]), ensure_ascii=False)


def _toml_fault(error: str) -> str:
    """The line of a file that is not TOML, and what is wrong there."""
    why, _, place = error.rpartition(" (at ")
    words = next((ours for theirs, ours in _NOT_TOML.items() if why.startswith(theirs)), why)
    return f"{place.partition(',')[0] if 'line' in place else 'at the end'}: {words}"


def _sentence(kind: type[TomlTable], item: ErrorDetails) -> str:
    """What is wrong with one entry."""
    place = ".".join(map(str, item["loc"]))
    if item["type"] == "extra_forbidden":
        name = str(item["loc"][-1])
        close = get_close_matches(name, _names(kind, item["loc"][:-1]), n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        return f"{place}: there is no entry {name}{hint}"
    words = (
        _EXPECTED.get(item["type"])
        or _IN_WORDS.get(item.get("ctx", {}).get("pattern", ""))
        or item["msg"].replace("Input should", "it should", 1)
    )
    if item["type"] == "missing":
        return f"{place}: {words}"
    found = json.dumps(item["input"], ensure_ascii=False, default=str)[:500]
    return f"{place}: {words} (found {found})"


def _names(kind: type[TomlTable], place: tuple[int | str, ...]) -> list[str]:
    """The entries of the table at a place; none where it is not a table of ours."""
    table: Any = kind
    for step in place:
        fields = getattr(table, "model_fields", {})
        if step in fields:
            table = _inner(fields[step].annotation)
    return list(getattr(table, "model_fields", {}))


def _inner(annotation: Any) -> Any:  # noqa: ANN401 - any annotation of a field
    """The table in an annotation such as `tuple[SourceTable, ...]`, or the annotation itself."""
    tables = [candidate for candidate in get_args(annotation) if hasattr(candidate, "model_fields")]
    return tables[0] if tables else annotation
