"""The register of services: from tables to `Service` values, with every problem on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from perfsite.errors import Problem
from perfsite.model import MAX_ID_LENGTH, REGISTER_COLUMNS, Service, Source, why_not_an_id
from perfsite.periods import Period
from perfsite.tables import ROW, read_table
from perfsite.validate.modules import all_modules
from perfsite.validate.submissions import closest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

REQUIRED = ("service", "name", "department")


def read_register(
    sources: Sequence[Source], measures: Iterable[str] = ()
) -> tuple[dict[str, Service], list[Problem]]:
    """The services of services.csv and services/*.json by their ids, in the order given.

    `measures` are those that the site declares: they have modules, too. A row that lacks what is
    required, or whose id cannot be used, is left out and reported; of two rows with one id the
    first stands.
    """
    modules = all_modules(measures)
    services: dict[str, Service] = {}
    problems: list[Problem] = []
    for source in sources:
        table, found = read_table(source)
        problems += found
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
                fix=f"add a column named {name}",
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
                fix=closest(name, REGISTER_COLUMNS) or "delete the column, or keep it elsewhere",
            )
            for name in columns
            if name not in REGISTER_COLUMNS
        ]
        if missing:
            continue
        known = [name for name in REGISTER_COLUMNS if name in columns]
        for record in table[[*known, ROW]].to_dict("records"):
            cells = {str(key): value for key, value in record.items()}
            _add(services, problems, source.path, cells, modules)
    _check_aliases(services, problems, sources[0].path if sources else "services.csv")
    return services, problems


def _add(
    services: dict[str, Service],
    problems: list[Problem],
    path: str,
    cells: dict[str, str | int],
    known: Sequence[str],
) -> None:
    row = int(cells.pop(ROW))
    text = {key: " ".join(str(value).split()) for key, value in cells.items()}
    blank = [name for name in REQUIRED if not text[name]]
    problems += [
        Problem(path, row, "PS114", name, "nothing", "a value", f"fill in the {name}")
        for name in blank
    ]
    if blank:
        return
    if why := why_not_an_id(text["service"]):
        problems.append(Problem(path, row, "PS112", "service", text["service"], why))
        return
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
        return
    if text.get("url") and not _is_web_address(text["url"]):
        problems.append(
            Problem(path, row, "PS116", "url", text["url"], "an address as https://www.gov.uk/x")
        )
        text["url"] = ""
    for name in ("opened", "closed"):
        if text.get(name):
            try:
                Period.parse(text[name])
            except ValueError as error:
                problems.append(
                    Problem(path, row, "PS108", name, text[name], f"a date or month: {error}")
                )
                text[name] = ""
    modules, found = _modules(text.pop("modules", ""), path, row, known)
    problems += found
    aliases = tuple(text.pop("aliases", "").split())
    key = text.pop("service")
    services[key] = Service(id=key, aliases=aliases, modules=modules, **text)


def _modules(
    text: str, path: str, row: int, known: Sequence[str]
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
            f"one of {', '.join(known)}",
            closest(name, known) or "leave it out",
        )
        for name in names
        if name not in known
    ]
    return tuple(name for name in names if name in known), problems


def _check_aliases(services: dict[str, Service], problems: list[Problem], path: str) -> None:
    """Drop and report former ids that cannot be one, or that another service uses or used.

    One that is only too long for an address stays on record; it has no page.
    """
    owners: dict[str, str] = {}
    for service in list(services.values()):
        kept = []
        for alias in service.aliases:
            other = alias if alias in services else owners.get(alias, "")
            why = why_not_an_id(alias[:MAX_ID_LENGTH].rstrip("-"))
            if other:
                expected = f"an id that {other} does not use"
                problems.append(Problem(path, 0, "PS113", "aliases", alias, expected))
            elif why:
                problems.append(Problem(path, 0, "PS112", "aliases", alias, why))
            else:
                kept.append(alias)
                owners[alias] = service.id
        services[service.id] = replace(service, aliases=tuple(kept))


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in parts.netloc and " " not in text
