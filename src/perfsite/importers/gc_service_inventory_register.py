"""The register that the service inventory holds: what a service is, in English and in French."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.errors import Problem
from perfsite.importers.gc_service_inventory_words import CLIENTS, NO_TEXT, SEVERAL, TYPES
from perfsite.model import REGISTER_COLUMNS
from perfsite.validate.register import is_web_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from perfsite.importers.gc_service_inventory_files import Table

_BETWEEN: Final = " | "
"""Parts the English and the French name of an organisation."""
_ADDRESSES: Final = re.compile(r"\s+|<>|(?<=[^=/])(?=https?://)")
_AND: Final = "; "
_TRANSLATED: Final = (
    "name", "department", "department_abbr", "category", "customer_type", "url", "description",
    "notes", "keywords",
)  # fmt: skip


def make_register(inventories: Iterable[Table]) -> tuple[pd.DataFrame, list[Problem]]:
    """The services in the order in which they first come, each as its newest year has it."""
    rows = pd.concat(
        [table.rows.assign(file=table.path, number=table.rows.index) for table in inventories],
        ignore_index=True,
    )
    order = rows["service"].drop_duplicates()
    newest = rows.sort_values("period", kind="stable", ascending=False)
    newest = newest.drop_duplicates("service").set_index("service").loc[order].reset_index()
    problems: list[Problem] = []
    made = pd.DataFrame({"service": newest["service"]})
    organisations = newest["owner_org_title"].map(_two_names)
    abbreviations = newest["owner_org"].map(_two_codes)
    for place, language in enumerate(("en", "fr")):
        end = "_fr" if place else ""
        made[f"name{end}"] = newest[f"service_name_{language}"]
        made[f"department{end}"] = organisations.str[place]
        made[f"department_abbr{end}"] = abbreviations.str[place]
        types = _labels(newest["service_type"], TYPES, place)
        several = types.str.contains(_AND, regex=False)
        made[f"category{end}"] = types.mask(several, SEVERAL[place])
        made[f"keywords{end}"] = types.where(several, "")
        made[f"customer_type{end}"] = _labels(newest["client_target_groups"], CLIENTS, place)
        made[f"description{end}"] = _said(newest[f"service_description_{language}"])
        made[f"notes{end}"] = _said(newest[f"special_remarks_{language}"])
        column = f"service_uri_{language}"
        made[f"url{end}"], found = _addresses(newest, column)
        problems += found
    columns = [*REGISTER_COLUMNS, *(f"{column}_fr" for column in _TRANSLATED)]
    return made.reindex(columns=columns, fill_value=""), problems


def _two_names(title: str) -> tuple[str, str]:
    """The English and the French name of an organisation; one name is both."""
    parts = [part.strip() for part in title.split(_BETWEEN)]
    return (parts[0], parts[1]) if len(parts) == 2 else (title, title)  # noqa: PLR2004 - languages


def _two_codes(code: str) -> tuple[str, str]:
    """The English and the French code of an organisation: `aafc-aac` is AAFC and AAC."""
    parts = code.upper().split("-")
    return (parts[0], parts[1]) if len(parts) == 2 else (code.upper(), code.upper())  # noqa: PLR2004


def _labels(codes: pd.Series, labels: Mapping[str, tuple[str, str]], place: int) -> pd.Series:
    """The words for lists of codes; a code that nobody knows stands as it is."""
    texts = {
        cell: _AND.join(
            labels[code][place] if code in labels else code
            for code in filter(None, (part.strip() for part in cell.split(",")))
        )
        for cell in codes.unique()
    }
    return codes.map(texts)


def _said(texts: pd.Series) -> pd.Series:
    """Texts, without the words that say that there is none."""
    return texts.mask(texts.str.casefold().isin(NO_TEXT), "")


def _addresses(rows: pd.DataFrame, column: str) -> tuple[list[str], list[Problem]]:
    """The address in each cell, of several the first; a cell that is no address is reported."""
    used: list[str] = []
    problems: list[Problem] = []
    cells = _said(rows[column])
    for file, number, cell in zip(rows["file"], rows["number"], cells, strict=True):
        first = next(filter(None, _ADDRESSES.split(cell)), "")
        used.append(first if is_web_address(first) else "")
        if used[-1] != cell:
            fix = (
                "Leave one address; the first one is used."
                if used[-1]
                else "Write the address alone, or leave the cell blank; no address is used."
            )
            expected = "one address, as https://www.canada.ca/en/x.html"
            problems.append(Problem(file, int(number), "PS116", column, cell[:200], expected, fix))
    return used, problems
