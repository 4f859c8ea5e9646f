"""perfsite.toml: what it may say, and what it means where it says nothing.

The other TOML files that people write are read in the same way: whole, and refused with every entry
that is wrong.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from datetime import date  # noqa: TC003 - pydantic reads the annotation
from difflib import get_close_matches
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar, get_args

from babel import Locale, UnknownLocaleError
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError

from perfsite.decimals import grouped
from perfsite.errors import FILE_BYTES, RULES, ConfigError, Severity
from perfsite.kpis import KPIS
from perfsite.measures import (
    DEFAULT_DIGITAL_CHANNELS,
    MEASURES,
    Aggregation,
    Better,
    Measure,
    MeasureKind,
)
from perfsite.model import LONGEST_OTHER, is_run, longest, text_fault
from perfsite.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic_core import ErrorDetails

    from perfsite.errors import Problem


# TOML files that people write: read whole, and refused with every entry that is wrong.


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


# How much perfsite takes from a data folder: `[budgets]` of perfsite.toml.
#
# Whoever sends figures decides how large their files are, and a few kilobytes can unpack to more
# than a machine has. So each budget is looked at before what it bounds is read, and what exceeds
# it costs itself alone: its file, its folder or its channels. The defaults are several times what
# any register of services has needed.


SETTINGS_BYTES: Final = 1_000_000
"""The largest file of settings: what it may say of budgets is known only once it has been read."""

_Number = Annotated[int, Field(ge=1, le=10**15)]


class Budgets(TomlTable):
    """`[budgets]`: the most that is read.

    `file_bytes` of a file; `files` in all; `workbook_bytes` of a workbook when unpacked, which may
    be `workbook_ratio` times as much as packed; `workbook_sheets` and `workbook_cells` of it;
    `rows`, `columns` and `cells` of a table; `figures` of a file; `value_length` characters of a
    value, at most what Python's reader of CSV takes where nobody says otherwise, so that others
    can read what is published; `channels` of a measure of a service.
    """

    file_bytes: _Number = FILE_BYTES
    files: _Number = 10_000
    workbook_bytes: _Number = 200_000_000
    workbook_ratio: _Number = 200
    workbook_sheets: _Number = 100
    workbook_cells: _Number = 5_000_000
    rows: _Number = 2_000_000
    columns: _Number = 1_000
    cells: _Number = 10_000_000
    figures: _Number = 2_000_000
    value_length: Annotated[int, Field(ge=1, le=131_072)] = 32_767
    channels: _Number = 200

    def most(self, budget: str) -> int:
        """The most of a budget, by the name of its entry."""
        return int(getattr(self, budget))


DEFAULT: Final = Budgets()
"""What is allowed where perfsite.toml says nothing."""


# perfsite.toml: what it may say, and what it means where it says nothing.


_COLUMNS = ("service", "period", "measure", "channel", "value", "note", "release_at", "row")
"""The names that a submission's columns have of their own."""


_TOLD = "PS215"


class MeasureTable(TomlTable):
    """`[measures.<id>]`: a measure of the site's own."""

    name: str
    kind: MeasureKind
    aggregation: Aggregation
    better: Better = Better.NEITHER


class JourneyTable(TomlTable):
    """`[[journeys]]`: the steps that people take through a service, in their order.

    Each step is a measure: one of perfsite's or one that `measures` declares.
    """

    service: str
    name: str
    steps: Annotated[tuple[str, ...], Field(min_length=2)]


class RelatedTable(TomlTable):
    """`[[related]]`: something of others that a reader may look for here."""

    name: str
    url: HttpUrl


class WordsTable(TomlTable):
    """`[translations.<language>]`: what the site says of itself, in another of its languages.

    What is left out stands in the site's first language.
    """

    title: str = ""
    publisher: str = ""
    description: str = ""
    status: str = ""
    update_schedule: str = ""
    end_plan: str = ""
    strengths: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()


class Checks(TomlTable):
    """`[checks]`: how strict the rules are that hold figures against each other.

    `severity` maps codes of such rules (PS2xx) to a severity, or to "off". What each threshold
    means is said in docs/errors.md with its rule; `lost_services` is the share of the services
    with figures in the last edition that this one may lose before no site is built.
    """

    severity: dict[str, Literal["error", "warning", "note", "off"]] = Field(default_factory=dict)
    jump_factor: Annotated[float, Field(gt=1)] = 3
    jump_deviations: Annotated[float, Field(gt=0)] = 8
    repeats: Annotated[int, Field(ge=2)] = 4
    quiet_months: Annotated[int, Field(ge=1)] = 12
    rate_tolerance: Annotated[float, Field(ge=0, lt=1)] = 0.005
    lost_services: Annotated[float, Field(ge=0, le=1)] = 0.1

    def judged(self, problem: Problem) -> Problem | None:
        """The problem with the severity that this site gives it; None where the rule is off."""
        wanted = self.severity.get(problem.code)
        if wanted == "off":
            return None
        return replace(problem, severity=Severity(wanted)) if wanted else problem


class SourceTable(TomlTable):
    """`[[sources]]`: where figures come from, for the page about the data."""

    name: str
    publisher: str
    licence: str
    url: Address = ""
    note: str = ""


class PackageTable(TomlTable):
    """`[packages.<date>]`: where the archive package of an edition lies, and its SHA-256 hash."""

    url: HttpUrl
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""


class KeepTable(TomlTable):
    """`[keep]`: what lies in the folder of the site and is not perfsite's.

    `files` are paths within the site, of files or of whole folders, as `CNAME` or `.well-known`.
    They are no part of the site, and each build leaves them as they are.
    """

    files: tuple[str, ...] = ()


class SiteConfig(TomlTable):
    """What a publishing team decides about its site.

    `published` lists the dates of the site's editions; the newest is this edition's date.
    `headline_share` is the share of the services that ever reported which must have reported for
    a period before a group's headline is for that period. `languages` are BCP 47 tags, the site's
    first one first. `colours` and `dark_colours` replace design tokens by their names.
    `high_volume` is a number of transactions a year. `cards` says which pages have a picture of
    their own for links: those of departments, or those of services too. `targets` are levels of
    KPIs by service.
    """

    title: str = "Service performance"
    publisher: str = ""
    description: str = ""
    logo: str = ""
    contact: str = ""
    contact_url: Address = ""
    status: str = ""
    update_schedule: str = ""
    next_update: date | None = None
    end_plan: str = ""
    licence: str = ""
    licence_url: Address = ""
    base_url: HttpUrl | None = None
    languages: Annotated[tuple[str, ...], Field(min_length=1)] = ("en-GB",)
    currency: Currency = "GBP"
    published: tuple[date, ...] = ()
    digital_channels: tuple[str, ...] = DEFAULT_DIGITAL_CHANNELS
    headline_share: Annotated[float, Field(gt=0, le=1)] = 0.5
    high_volume: Annotated[float, Field(gt=0)] = 750_000
    cards: Literal["departments", "services"] = "departments"
    colours: dict[str, Colour] = Field(default_factory=dict)
    dark_colours: dict[str, Colour] = Field(default_factory=dict)
    strengths: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    related: tuple[RelatedTable, ...] = ()
    sources: tuple[SourceTable, ...] = ()
    journeys: tuple[JourneyTable, ...] = ()
    checks: Checks = Field(default_factory=Checks)
    budgets: Budgets = Field(default_factory=Budgets)
    targets: dict[str, dict[str, float]] = Field(default_factory=dict)
    translations: dict[str, WordsTable] = Field(default_factory=dict)
    measures: dict[Name, MeasureTable] = Field(default_factory=dict)
    packages: dict[date, PackageTable] = Field(default_factory=dict)
    keep: KeepTable = Field(default_factory=KeepTable)

    @property
    def all_measures(self) -> dict[str, Measure]:
        """The measures that perfsite knows, and those that this site declares."""
        declared = {
            key: Measure(key, table.name, table.kind, table.aggregation, table.better, True)
            for key, table in self.measures.items()
        }
        return {**MEASURES, **declared}

    @property
    def additive(self) -> tuple[str, ...]:
        """The measures whose figures of shorter periods, or of channels, add up."""
        return tuple(
            key
            for key, measure in self.all_measures.items()
            if measure.aggregation is Aggregation.SUM
        )

    @property
    def kept_paths(self) -> tuple[str, ...]:
        """The paths of `[keep]`, each once and without a slash at its end."""
        return tuple(dict.fromkeys(path.removesuffix("/") for path in self.keep.files))

    def in_language(self, tag: str) -> SiteConfig:
        """This configuration with what `translations` says of the site in that language."""
        words = self.translations.get(tag)
        return self.model_copy(update=words.model_dump(exclude_defaults=True)) if words else self

    @property
    def base(self) -> str:
        """The address at which the site will stand, ending in `/`; empty where not configured."""
        return f"{str(self.base_url).rstrip('/')}/" if self.base_url else ""


def parse_config(text: str, path: str = "perfsite.toml") -> SiteConfig:
    """Read the text of perfsite.toml.

    Raises:
        ConfigError: naming every entry that is wrong and what was expected of it.
    """
    config = read_settings(SiteConfig, text, path)
    _check_names(config, path)
    _check_codes(config.checks, path)
    _check_languages(config.languages, path)
    _check_kept(config, path)
    return config


def _check_kept(config: SiteConfig, path: str) -> None:
    """Check that what is to be kept lies within the site.

    Raises:
        ConfigError: naming the entry.
    """
    for wanted in config.keep.files:
        parts = wanted.removesuffix("/").split("/")
        if "\\" in wanted or "\0" in wanted or {"", ".", ".."} & {*parts}:
            raise ConfigError(
                f"{path}: keep.files: a path within the site as CNAME or .well-known/security.txt "
                f'is expected (found "{wanted}")'
            )


def _check_languages(tags: Sequence[str], path: str) -> None:
    """Check that there are such languages.

    Raises:
        ConfigError: naming the tag.
    """
    for tag in tags:
        try:
            Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError) as error:
            raise ConfigError(
                f"{path}: languages: {tag} is no language; tags are such as en-GB, fr or de-AT"
            ) from error


def _check_codes(checks: Checks, path: str) -> None:
    """Check that the severities that are set can be set.

    Raises:
        ConfigError: naming the code.
    """
    for code in checks.severity:
        if code not in RULES:
            raise ConfigError(f"{path}: checks.severity.{code}: there is no such code")
        if not RULES[code].adjustable:
            raise ConfigError(
                f"{path}: checks.severity.{code}: only the severity of PS201 to PS299 can be set; "
                "what cannot be read cannot be published"
            )
        if code == _TOLD and checks.severity[code] not in ("error", "warning"):
            raise ConfigError(
                f'{path}: checks.severity.{code}: "error" or "warning" is expected: what gives '
                "away a figure that is not public is never left unsaid"
            )


def _check_names(config: SiteConfig, path: str) -> None:
    """Check the names that entries use of each other.

    Raises:
        ConfigError: naming the entry.
    """
    if clash := sorted(set(config.measures) & {*MEASURES, *_COLUMNS}):
        raise ConfigError(f"{path}: measures.{clash[0]}: perfsite already uses this name")
    for number, journey in enumerate(config.journeys):
        if unknown := [step for step in journey.steps if step not in config.all_measures]:
            raise ConfigError(f"{path}: journeys.{number}.steps: {unknown[0]} is no measure")
    for service, levels in config.targets.items():
        if wrong := sorted(set(levels) - set(KPIS)):
            raise ConfigError(
                f"{path}: targets.{service}.{wrong[0]}: one of {', '.join(KPIS)} is expected"
            )
        shares = {k: level for k, level in levels.items() if KPIS[k].kind is MeasureKind.SHARE}
        if high := [key for key, level in shares.items() if not 0 <= level <= 1]:
            raise ConfigError(
                f"{path}: targets.{service}.{high[0]}: a share from 0 to 1 is expected "
                f"(found {grouped(shares[high[0]])})"
            )
    tags = [tag.lower() for tag in config.languages]
    if twice := [tag for tag in config.languages if tags.count(tag.lower()) > 1]:
        raise ConfigError(f"{path}: languages: {twice[0]} stands twice")
    if extra := sorted(set(config.translations) - set(config.languages)):
        raise ConfigError(f"{path}: translations.{extra[0]}: it is not among the languages")
