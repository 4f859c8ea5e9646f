"""The register of services: from tables to `Service` values, with every problem on the way."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from perfsite.config import DEFAULT
from perfsite.errors import Problem
from perfsite.kpis import all_modules
from perfsite.model import (
    MAX_ID_LENGTH,
    REGISTER,
    REGISTER_COLUMNS,
    CellForm,
    Service,
    Source,
    translated_columns,
    why_not_an_id,
)
from perfsite.periods import Period
from perfsite.tables import ROW, read_table
from perfsite.text import slug
from perfsite.validate.names import hint
from perfsite.validate.submissions import closest, renamed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from perfsite.config import Budgets

REQUIRED = tuple(column.name for column in REGISTER.values() if column.required)
_SPACES = re.compile(r"[ \t\r\n\v\f]+")
_ORGANISATIONS = ("department", "agency")
_WORDS = tuple(column.name for column in REGISTER.values() if column.form is not CellForm.TEXT)
"""The columns whose cells are words for machines, so that any kind of space parts them."""


def read_register(
    sources: Sequence[Source],
    measures: Iterable[str] = (),
    languages: Iterable[str] = (),
    budgets: Budgets = DEFAULT,
) -> tuple[dict[str, Service], list[Problem]]:
    """The services of services.csv and services/*.json by their ids, in the order given.

    `measures` are those that the site declares: they have modules, too. `languages` are the site's
    tags, its first one first: for each other one the register may have columns such as `name_fr`.
    A row that lacks what is required, or whose id cannot be used, is left out and reported; of two
    rows with one id the first stands.
    """
    modules = all_modules(measures)
    translated = translated_columns(languages)
    all_columns = (*REGISTER_COLUMNS, *translated)
    services: dict[str, Service] = {}
    places: dict[str, tuple[str, int]] = {}
    problems: list[Problem] = []
    for source in sources:
        table, of_table = read_table(source, budgets)
        problems += of_table
        columns = [str(column) for column in table.columns if column != ROW]
        if not columns:
            continue
        missing = [name for name in REQUIRED if name not in columns]
        problems += [
            Problem(
                source.path,
                0 if source.path.endswith(".json") else 1,
                "PS105",
                column=name,
                found=f"the columns {', '.join(columns)}"[:200],
                expected=f"the columns {', '.join(REQUIRED)}, and others if wanted",
                fix=renamed(name, columns) or f"add a column named {name}",
            )
            for name in missing
        ]
        problems += [
            Problem(
                source.path,
                0 if source.path.endswith(".json") else 1,
                "PS106",
                column=name,
                found=name,
                expected=f"one of {', '.join(REGISTER_COLUMNS)}",
                fix=_other_language(name)
                or closest(name, all_columns)
                or "delete the column, or keep it elsewhere",
            )
            for name in columns
            if name not in all_columns
        ]
        if missing:
            continue
        present = [name for name in all_columns if name in columns]
        for record in table[[*present, ROW]].to_dict("records"):
            cells = {str(key): value for key, value in record.items()}
            row = int(cells.pop(ROW))
            words = {name: str(cells.pop(name)) for name in present if name in translated}
            texts, of_row = _translations(words, translated, source.path, row)
            if service := _add(services, problems, source.path, (row, cells, texts), modules):
                places[service] = source.path, row
                problems += of_row
    _check_aliases(services, problems, places)
    return services, [*problems, *_two_spellings(services, places)]


def _other_language(name: str) -> str:
    """What to do about a column for a language that the site does not have; empty if it is none."""
    column, _, language = name.rpartition("_")
    if column not in REGISTER_COLUMNS or not re.fullmatch("[a-z]{2,3}", language):
        return ""
    return (
        f"add the language {language} to languages in perfsite.toml, after the first, or delete "
        "the column"
    )


def _translations(
    cells: Mapping[str, str], columns: Mapping[str, tuple[str, str]], path: str, row: int
) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    """The texts of a row by language and column, without blanks and without broken links."""
    problems: list[Problem] = []
    texts: dict[str, dict[str, str]] = {}
    for name, cell in cells.items():
        column, language = columns[name]
        text = _text(column, cell)
        if column == "url" and text and not is_web_address(text):
            problems.append(_not_an_address(path, row, name, text))
        elif text:
            texts.setdefault(language, {})[column] = text
    return texts, problems


def _two_spellings(
    services: Mapping[str, Service], places: Mapping[str, tuple[str, int]]
) -> list[Problem]:
    """The organisations that two rows translate in two ways; the first one stands."""
    problems: list[Problem] = []
    first: dict[tuple[str, str, str], tuple[str, str]] = {}
    for service in services.values():
        for language, words in service.translations.items():
            for column in _ORGANISATIONS:
                name, text = str(getattr(service, column)), words.get(column)
                if not text:
                    continue
                stands, owner = first.setdefault((language, column, name), (text, service.id))
                if stands != text:
                    path, row = places[service.id]
                    problems.append(
                        Problem(
                            path,
                            row,
                            "PS214",
                            f"{column}_{language}",
                            text,
                            f"{stands}, as {owner} has it for {name}",
                            "write it in the same way in every row; the first one stands",
                            service=service.id,
                        )
                    )
    return problems


def _text(column: str, cell: str) -> str:
    """A cell without line breaks and double spaces; other kinds of space belong to a text."""
    return " ".join(cell.split()) if column in _WORDS else _SPACES.sub(" ", cell).strip()


def _not_an_address(path: str, row: int, column: str, text: str) -> Problem:
    whole = f"https://{text}"
    fix = (
        f"write {whole}"
        if is_web_address(whole) and ":" not in text
        else ("copy the address of the page from the browser; leave it blank if there is none")
    )
    return Problem(path, row, "PS116", column, text, "an address as https://www.gov.uk/x", fix)


def _add(
    services: dict[str, Service],
    problems: list[Problem],
    path: str,
    record: tuple[int, Mapping[str, object], Mapping[str, Mapping[str, str]]],
    known_modules: Sequence[str],
) -> str:
    """Add the service of a row: its number, cells and translations. Returns its id, or nothing."""
    row, cells, translations = record
    text = {key: _text(key, str(value)) for key, value in cells.items()}
    blank = [name for name in REQUIRED if not text[name]]
    problems += [
        Problem(
            path,
            row,
            "PS114",
            name,
            "nothing",
            "a value",
            f"fill in the {name}",
            service=text["service"],
        )
        for name in blank
    ]
    if blank:
        return ""
    if why := why_not_an_id(text["service"]):
        fix = _id_meant(text["service"])
        problems.append(
            Problem(
                path, row, "PS112", "service", text["service"], why, fix, service=text["service"]
            )
        )
        return ""
    if text["service"] in services:
        problems.append(
            Problem(
                path,
                row,
                "PS113",
                "service",
                text["service"],
                "one row a service",
                "delete the row that is wrong; the first one stands",
            )
        )
        return ""
    if text.get("url") and not is_web_address(text["url"]):
        problems.append(_not_an_address(path, row, "url", text["url"]))
        text["url"] = ""
    for name in ("opened", "closed"):
        if text.get(name):
            try:
                Period.parse(text[name])
            except ValueError as error:
                expected, fix = (
                    "a day or month, as 2010-04-01 or 2010-04",
                    hint(text[name], str(error)),
                )
                problems.append(Problem(path, row, "PS108", name, text[name], expected, fix))
                text[name] = ""
    modules, of_modules = _modules(text.pop("modules", ""), path, row, known_modules)
    problems += of_modules
    aliases = tuple(text.pop("aliases", "").split())
    key = text.pop("service")
    services[key] = Service(
        id=key, aliases=aliases, modules=modules, translations=translations, **text
    )
    return key


def _modules(
    text: str, path: str, row: int, known_modules: Sequence[str]
) -> tuple[tuple[str, ...], list[Problem]]:
    """The modules that are known, each once; the others are left out and reported."""
    names = dict.fromkeys(text.split())
    problems = [
        Problem(
            path,
            row,
            "PS117",
            "modules",
            name,
            f"one of {', '.join(known_modules)}",
            closest(name, known_modules) or "leave it out",
        )
        for name in names
        if name not in known_modules
    ]
    return tuple(name for name in names if name in known_modules), problems


def _id_meant(text: str) -> str:
    """The id nearest to a text that cannot be one."""
    near = slug(text)
    if len(near) > MAX_ID_LENGTH:
        near = near[: MAX_ID_LENGTH + 1].rpartition("-")[0] or near[:MAX_ID_LENGTH]
    tries = (near, f"{near}-service") if near else ()
    good = [candidate for candidate in tries if not why_not_an_id(candidate)]
    return f"try {good[0]}" if good else "choose a short name of plain letters"


def _check_aliases(
    services: dict[str, Service],
    problems: list[Problem],
    places: Mapping[str, tuple[str, int]],
) -> None:
    """Drop and report former ids that cannot be one, or that another service uses or used.

    One that is only too long for an address stays on record; it has no page.
    """
    owners: dict[str, str] = {}
    for service in list(services.values()):
        aliases = []
        for alias in service.aliases:
            owner = alias if alias in services else owners.get(alias, "")
            why = why_not_an_id(alias[:MAX_ID_LENGTH].rstrip("-"))
            where = (*places[service.id], "PS113" if owner else "PS112", "aliases", alias)
            if owner:
                fix = f"take it out of the aliases of {service.id}"
                if owner != alias:
                    fix += f", or out of those of {owner}"
                problems.append(Problem(*where, f"an id that {owner} does not use", fix))
            elif why:
                fix = f"{_id_meant(alias)}, or take it out of the aliases of {service.id}"
                problems.append(Problem(*where, why, fix))
            else:
                aliases.append(alias)
                owners[alias] = service.id
        services[service.id] = replace(service, aliases=tuple(aliases))


def is_web_address(text: str) -> bool:
    """Whether this is the address of a page that a reader can open."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in parts.netloc and " " not in text
