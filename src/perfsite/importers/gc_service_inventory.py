"""The Government of Canada's service inventory, and its service standards, into our format.

The inventory has a row for each service and fiscal year: names and descriptions in two languages,
applications by channel, website visits and telephone enquiries. `NA` says that a channel does not
apply, `ND` that there is no data.

It is long, because a third of it is a table: which column is which measure, and what the
inventory's codes mean in both languages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite import documents
from perfsite.errors import Problem
from perfsite.frames import Col
from perfsite.importers import Imported, Importer, Option, counted, csv_text
from perfsite.importers.spreadsheets import read_spreadsheet
from perfsite.model import FIGURE, REGISTER_COLUMNS, why_not_an_id
from perfsite.text import message
from perfsite.validate.register import is_web_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from perfsite.model import Source


# The words of the inventory: which column is which measure, what its codes mean in both languages,
# and the settings of a site that shows it.


INVENTORY: Final = (
    "fiscal_yr",
    "service_id",
    "service_name_en",
    "owner_org_title",
    "num_applications_total",
)
"""The columns by which a file is known as an inventory of services; all are needed."""
STANDARDS: Final = (
    "fiscal_yr",
    "service_id",
    "service_standard_id",
    "target",
    "volume_meeting_target",
    "total_volume",
)
"""The columns by which a file is known as one of service standards; all are needed."""

TOTAL: Final = "num_applications_total"
CHANNELS: Final = {
    "num_applications_online": "online",
    "num_applications_by_phone": "phone",
    "num_applications_in_person": "in-person",
    "num_applications_by_mail": "mail",
    "num_applications_by_email": "email",
    "num_applications_by_fax": "fax",
    "num_applications_by_other": "other",
}
"""The columns of applications and our channels; the inventory's total is the sum of them."""
COUNTS: Final = {
    "num_website_visits": "website_visits",
    "num_phone_enquiries": "phone_enquiries",
}
"""The columns that count something else than applications, and the measures that they become."""
MEASURES: Final = {
    "website_visits": message("Website visits"),
    "phone_enquiries": message("Telephone enquiries"),
    "standard_target": message("Target of the service standard"),
    "standard_met": message("Cases that met the service standard"),
    "standard_volume": message("Cases under the service standard"),
    "standard_target_met": message("Whether the target was met, as stated: 1 for yes, 0 for no"),
}
"""The measures that the settings declare, with the names that they have there."""
STANDARD: Final = {
    "target": "standard_target",
    "volume_meeting_target": "standard_met",
    "total_volume": "standard_volume",
    "target_met": "standard_target_met",
}
"""The columns of a service standard and the measures that they become."""
STATED: Final = "target_met"
"""The column that says whether a target was met; a file may lack it."""

NO_TEXT: Final = frozenset(
    {"na", "n/a", "nil", "none", "nd", "so", "s/o", "s.o.", "no comments", "not applicable",
     "non applicable", "non-applicable", "sans objet", "unavailable", "non disponible",
     "http://", "https://"}
)  # fmt: skip
"""What people write into a text or an address to say that there is none."""

TYPES: Final = {
    "APIR": (
        "Agreements, permissions, inspections, rulings",
        "Accords, autorisations, inspections, décisions",
    ),
    "CER": ("Care, education, recreation", "Soins, éducation, loisirs"),
    "GNC": ("Grants and contributions", "Subventions et contributions"),
    "INFO": ("Information", "Informations"),
    "LRP": ("Legislation, regulation, policy", "Législation, réglementation, politique"),
    "PPI": ("Penalties, protection, intervention", "Pénalités, protection, interventions"),
    "REG_VOL": (
        "High volume regulatory transactions",
        "Opérations réglementaires à demande élevée",
    ),
    "RES": ("Resources", "Ressources"),
}
"""The types of services, in English and in French."""
SEVERAL: Final = ("Several types of service", "Plusieurs types de service")
"""The category of a service of more than one type; its keywords say which."""
CLIENTS: Final = {
    "ECONOM": ("Businesses", "Entreprises"),
    "FOR": ("Foreign entities", "Entités étrangères"),
    "INTERN_GOV": ("Internal to government", "Interne au gouvernement"),
    "NGO": ("Non-profit organizations", "Organismes sans but lucratif"),
    "PERSON": ("Persons", "Particuliers"),
    "PTC": (
        "Provinces, territories or communities",
        "Provinces, territoires et collectivités",
    ),
}
"""The groups of clients, in English and in French."""

CHANNEL_WORDS: Final = {
    "online": ("online", "en ligne"),
    "phone": ("telephone", "téléphone"),
    "in-person": ("in person", "en personne"),
    "mail": ("mail", "poste"),
    "email": ("e-mail", "courriel"),
    "fax": ("fax", "télécopieur"),
    "other": ("other", "autre"),
}
PARTIAL: Final = (
    "The total is of the channels with data; there is none for: {}.",
    "Le total est celui des modes qui ont des données; il n’y en a pas pour : {}.",
)
"""The note on a year whose total leaves out channels without data, in both languages."""

SETTINGS: Final = f"""\
# Written by: perfsite import gc-service-inventory.
# What every entry means: {documents.named("data-format#perfsitetoml")}
# Say who publishes this site, and whom to write to:
# publisher = ""
# contact = ""

title = "Services of the Government of Canada"
description = "Applications, digital take-up and service standards of the services that \
departments and agencies of the Government of Canada list in its service inventory."
status = "An unofficial copy of the Government of Canada's service inventory"
licence = "Open Government Licence - Canada"
licence_url = "https://open.canada.ca/en/open-government-licence-canada"
languages = ["en-CA", "fr-CA"]
currency = "CAD"
digital_channels = ["online"]
caveats = [
  "A transaction is an application for the service. Telephone enquiries and website visits are \
counted too, and are no transactions.",
  "Only applications made online count as digital; those by e-mail do not.",
  "The inventory tells where a channel does not apply (NA) from where there is no data (ND). Its \
total leaves both out: where a channel has no data, the true total may be larger, and no digital \
take-up is shown.",
  "Figures are for fiscal years, April to March.",
  "Short names of organizations are their codes in the inventory; some are older than the names.",
]

[translations.fr-CA]
title = "Services du gouvernement du Canada"
description = "Demandes, recours au numérique et normes des services que les ministères et \
organismes du gouvernement du Canada inscrivent à son répertoire de services."
status = "Une copie non officielle du répertoire de services du gouvernement du Canada"
caveats = [
  "Une transaction est une demande de service. Les demandes de renseignements par téléphone et les \
visites du site Web sont comptées aussi, mais ne sont pas des transactions.",
  "Seules les demandes présentées en ligne comptent comme numériques; celles par courriel ne \
comptent pas.",
  "Le répertoire distingue un mode qui ne s’applique pas (NA) d’un mode sans données (ND). Son \
total ne compte ni l’un ni l’autre : là où un mode n’a pas de données, le vrai total peut être \
plus grand, et aucun recours au numérique n’est affiché.",
  "Les chiffres sont ceux d’exercices, d’avril à mars.",
  "Les noms abrégés des organisations sont leurs codes dans le répertoire; certains sont plus \
anciens que les noms.",
]

[[sources]]
name = "GC Service Inventory"
publisher = "Treasury Board of Canada Secretariat"
licence = "Open Government Licence - Canada"
url = "https://open.canada.ca/data/en/dataset/3ac0d080-6149-499a-8b06-7ce5f00ec56c"

[measures.website_visits]
name = "Website visits"
kind = "count"
aggregation = "sum"

[measures.phone_enquiries]
name = "Telephone enquiries"
kind = "count"
aggregation = "sum"

# A service standard: the target is a share of all cases; its channel is the standard's id.
[measures.standard_target]
name = "Target of the service standard"
kind = "share"
aggregation = "none"

[measures.standard_met]
name = "Cases that met the service standard"
kind = "count"
aggregation = "none"

[measures.standard_volume]
name = "Cases under the service standard"
kind = "count"
aggregation = "none"

[measures.standard_target_met]
name = "Whether the target was met, as stated: 1 for yes, 0 for no"
kind = "count"
aggregation = "none"
"""


# The files: which kind one is, and which of its rows can be used, which are those that say whose
# figures they are and for which fiscal year.


_NO_CHANNEL: Final = "standard-"
"""What the channel of a standard begins with; its id follows."""
_SPACES: Final = r"[ \t\r\n\v\f]+"
_USED: Final = {
    "service_name_en", "service_name_fr", "service_description_en", "service_description_fr",
    "service_type", "client_target_groups", "special_remarks_en", "special_remarks_fr",
    "service_uri_en", "service_uri_fr", "owner_org", "owner_org_title", *CHANNELS, *COUNTS,
    *INVENTORY,
}  # fmt: skip
_USED_STANDARDS: Final = {*STANDARDS, *STANDARD, "service_standard_en", "service_standard_fr"}


@dataclass(frozen=True)
class InventoryTable:
    """The rows of a file that can be used, by their numbers, with `service` and `period`."""

    path: str
    rows: pd.DataFrame


def read_file(source: Source) -> tuple[InventoryTable | None, list[Problem]]:
    """The rows of a file that have an id and a fiscal year; None where it is no such file."""
    sheet, problems = read_spreadsheet(source)
    if sheet is None:
        return None, problems
    is_standards = "service_standard_id" in sheet.headers
    needed, used = (STANDARDS, _USED_STANDARDS) if is_standards else (INVENTORY, _USED)
    wrong = [f"no column {name}" for name in needed if name not in sheet.headers]
    wrong += [f"the column {n} more than once" for n in used if sheet.headers.count(n) > 1]
    if wrong:
        expected = f"the columns {', '.join(needed)}, once each"
        fix = "Give the files of the service inventory, with their header rows."
        return None, [
            *problems,
            Problem(source.path, 0, "PS305", "", "; ".join(sorted(wrong)), expected, fix),
        ]
    cells = {
        name: sheet.cells[sheet.headers.index(name)]
        .str.replace(_SPACES, " ", regex=True)
        .str.strip()
        for name in sheet.headers
        if name in used
    }
    rows = pd.DataFrame(
        cells, index=sheet.cells.index, columns=[*cells, *sorted(used - set(cells))]
    ).fillna("")
    rows["service"] = rows["service_id"].str.lower()
    rows["period"] = rows["fiscal_yr"].map(_period)
    if is_standards:
        slugs = rows["service_standard_id"].str.lower().str.replace(r"[^a-z0-9]+", "-", regex=True)
        rows["channel"] = _NO_CHANNEL + slugs.str.strip("-")
    problems += [
        Problem(
            source.path,
            1,
            "PS304",
            name or "(no name)",
            "1 column",
            "a figure, or a fact about the service",
            "Nothing to do: perfsite has no place for it.",
        )
        for name in dict.fromkeys(sheet.headers)
        if name not in used
    ]
    return _usable(InventoryTable(source.path, rows), is_standards, problems), problems


def _period(year: str) -> str:
    """`2023-2024` as its months, `2023-04/2024-03`; empty where it is no fiscal year."""
    parts = re.fullmatch(r"([0-9]{4})-([0-9]{4})", year)
    if not parts or int(parts[2]) != int(parts[1]) + 1:
        return ""
    return f"{parts[1]}-04/{parts[2]}-03"


def _usable(table: InventoryTable, is_standards: bool, problems: list[Problem]) -> InventoryTable:
    """The rows that say whose figures they are and for which year; the others are reported."""
    rows = table.rows
    required = ["service_id", "fiscal_yr"]
    required += ["service_standard_id"] if is_standards else ["service_name_en", "owner_org_title"]
    blank = pd.DataFrame({name: rows[name] == "" for name in required})
    for row, names in blank[blank.any(axis=1)].iterrows():
        which = ", ".join(name for name in required if names[name])
        fix = "Fill it in; without it the row is left out."
        problems.append(
            Problem(table.path, row_number(row), "PS114", which, "", "a value in every row", fix)
        )
    whys = {key: why_not_an_id(key) for key in rows["service"].unique() if key}
    odd = pd.Series([bool(whys.get(key)) for key in rows["service"]], index=rows.index, dtype=bool)
    for row, key in rows.loc[odd, "service"].items():
        fix = "Change the id; until then the row is left out."
        problems.append(
            Problem(table.path, row_number(row), "PS112", "service_id", key, whys[key], fix)
        )
    undated = (rows["period"] == "") & (rows["fiscal_yr"] != "")
    for row, year in rows.loc[undated, "fiscal_yr"].items():
        expected = "two years with a hyphen between, as 2023-2024"
        fix = "Write the fiscal year so; until then the row is left out."
        problems.append(
            Problem(table.path, row_number(row), "PS108", "fiscal_yr", year, expected, fix)
        )
    nameless = pd.Series(data=False, index=rows.index)
    if is_standards:
        nameless = (rows["channel"] == _NO_CHANNEL) & ~blank["service_standard_id"]
        expected, fix = "an id with letters from a to z, or digits", "Give the standard an id."
        problems += [
            Problem(table.path, row_number(row), "PS109", "service_standard_id", key, expected, fix)
            for row, key in rows.loc[nameless, "service_standard_id"].items()
        ]
    return InventoryTable(table.path, rows[~(blank.any(axis=1) | odd | undated | nameless)])


def once_each(
    table: InventoryTable, key: list[str], seen: set[tuple[str, ...]], problems: list[Problem]
) -> InventoryTable:
    """The rows whose service (and standard) and year are new; the others are reported."""
    first_rows = []
    for row, *values in table.rows[key].itertuples(name=None):
        place = tuple(values)
        if place in seen:
            found = f"{' '.join(place)} again"
            fix = "Delete the one that is wrong; the first one stands."
            problems.append(
                Problem(table.path, row, "PS110", "", found, "each year of a service once", fix)
            )
        else:
            seen.add(place)
            first_rows.append(row)
    return InventoryTable(table.path, table.rows.loc[first_rows])


def of_known(table: InventoryTable, services: set[str], problems: list[Problem]) -> InventoryTable:
    """The standards of services that the inventory has; the others are reported."""
    in_inventory = table.rows["service"].isin(services)
    problems += [
        Problem(
            table.path,
            row_number(row),
            "PS111",
            "service_id",
            key,
            "a service of the inventory",
            "Give the inventory that has it; until then the row is left out.",
        )
        for row, key in table.rows.loc[~in_inventory, "service_id"].items()
    ]
    return InventoryTable(table.path, table.rows[in_inventory])


def row_number(row: object) -> int:
    """The number of a row in its file, which is the index of a frame."""
    return int(str(row))


# The register that the inventory holds: what a service is, in English and in French.


_BETWEEN: Final = " | "
"""Parts the English and the French name of an organisation, and the languages of a note."""
_ADDRESSES: Final = re.compile(r"\s+|<>|(?<=[^=/])(?=https?://)")
_AND: Final = "; "
_TRANSLATED: Final = (
    "name", "department", "department_abbr", "category", "customer_type", "url", "description",
    "notes", "keywords",
)  # fmt: skip


def make_register(inventories: Iterable[InventoryTable]) -> tuple[pd.DataFrame, list[Problem]]:
    """The services in the order in which they first come, each as its newest year has it."""
    rows = pd.concat(
        [table.rows.assign(file=table.path, number=table.rows.index) for table in inventories],
        ignore_index=True,
    )
    order = rows["service"].drop_duplicates()
    newest = rows.sort_values("period", kind="stable", ascending=False)
    newest = newest.drop_duplicates("service").set_index("service").loc[order].reset_index()
    problems: list[Problem] = []
    register = pd.DataFrame({"service": newest["service"]})
    organisations = newest["owner_org_title"].map(_two_names)
    abbreviations = newest["owner_org"].map(_two_codes)
    for place, language in enumerate(("en", "fr")):
        end = "_fr" if place else ""
        register[f"name{end}"] = newest[f"service_name_{language}"]
        register[f"department{end}"] = organisations.str[place]
        register[f"department_abbr{end}"] = abbreviations.str[place]
        types = _labels(newest["service_type"], TYPES, place)
        several = types.str.contains(_AND, regex=False)
        register[f"category{end}"] = types.mask(several, SEVERAL[place])
        register[f"keywords{end}"] = types.where(several, "")
        register[f"customer_type{end}"] = _labels(newest["client_target_groups"], CLIENTS, place)
        register[f"description{end}"] = _text_or_blank(newest[f"service_description_{language}"])
        register[f"notes{end}"] = _text_or_blank(newest[f"special_remarks_{language}"])
        column = f"service_uri_{language}"
        register[f"url{end}"], bad_addresses = _addresses(newest, column)
        problems += bad_addresses
    columns = [*REGISTER_COLUMNS, *(f"{column}_fr" for column in _TRANSLATED)]
    return register.reindex(columns=columns, fill_value=""), problems


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


def _text_or_blank(texts: pd.Series) -> pd.Series:
    """Texts, without the words that say that there is none."""
    return texts.mask(texts.str.casefold().isin(NO_TEXT), "")


def _addresses(rows: pd.DataFrame, column: str) -> tuple[list[str], list[Problem]]:
    """The address in each cell, of several the first; a cell that is no address is reported."""
    used: list[str] = []
    problems: list[Problem] = []
    cells = _text_or_blank(rows[column])
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


# The figures: applications by channel, and service standards.


_ANSWERS: Final = {"Y": "1", "N": "0"}
_MISSING: Final = {"NA": "[z]", "ND": "[x]", "": "[x]"}


def applications(table: InventoryTable) -> tuple[pd.DataFrame, list[Problem]]:
    """The figures of an inventory, one row a service and year as the source has them.

    The source's total is a figure where a channel has one. Where none has, it is no zero: it does
    not apply where no channel does, and is not available otherwise.
    """
    rows, problems = table.rows, []
    columns: dict[str, pd.Series] = {}
    for name, channel in CHANNELS.items():
        columns[f"transactions:{channel}"], unreadable = _counts(table, name)
        problems += unreadable
    total, unreadable = _counts(table, TOTAL)
    problems += unreadable
    numeric = pd.DataFrame({name: is_given(cells) for name, cells in columns.items()})
    apart = pd.DataFrame({name: cells == "[z]" for name, cells in columns.items()})
    total = total.mask(~numeric.any(axis=1), "[x]").mask(apart.all(axis=1), "[z]")
    others = {}
    for name, measure in COUNTS.items():
        others[measure], unreadable = _counts(table, name)
        problems += unreadable
    unknown = pd.DataFrame({name: cells == "[x]" for name, cells in columns.items()})
    partial = numeric.any(axis=1) & unknown.any(axis=1)
    notes = [_partial(names) for names in _true_names(unknown[partial])]
    note = pd.Series(notes, index=rows.index[partial], dtype=object).reindex(rows.index)
    figures = pd.DataFrame(
        {
            "service": rows["service"],
            "period": rows["period"],
            "transactions": total,
            **columns,
            **others,
            "note": note.fillna(""),
        }
    )
    return figures, problems


def _true_names(flags: pd.DataFrame) -> list[tuple[str, ...]]:
    """The channels that are true in each row."""
    names = [str(name).partition(":")[2] for name in flags.columns]
    return [
        tuple(name for name, flag in zip(names, row, strict=True) if flag)
        for row in flags.itertuples(index=False, name=None)
    ]


def _partial(channels: Sequence[str]) -> str:
    """The note on a total that leaves out these channels, in both languages."""
    words = [[CHANNEL_WORDS[name][place] for name in channels] for place in range(len(PARTIAL))]
    texts = (text.format(", ".join(names)) for text, names in zip(PARTIAL, words, strict=True))
    return _BETWEEN.join(texts)


def service_standards(table: InventoryTable) -> tuple[pd.DataFrame, list[Problem]]:
    """The target and the two counts of every standard; its text is the note on its target.

    Where the file says whether the target was met, that is one more: 1 for `Y`, 0 for `N`.
    """
    rows, problems = table.rows, []
    english, french = rows["service_standard_en"], rows["service_standard_fr"]
    both = english.str.cat(french, sep=_BETWEEN)
    # Each language has one part of a note: a text that itself has a bar cannot be one.
    barred = english.str.contains("|", regex=False) | french.str.contains("|", regex=False)
    text = both.where(~barred & (french != ""), english)
    parts = []
    for place, (name, measure) in enumerate(STANDARD.items()):
        if name == STATED and not rows[name].any():
            continue  # The file has no such column, or nothing in it.
        if name == STATED:
            values, unreadable = _answers(table, name)
        else:
            values, unreadable = _counts(table, name, share=name == "target")
        problems += unreadable
        part = rows[["service", "period", "channel"]].assign(
            measure=measure, value=values, note="" if place else text
        )
        parts.append(part)
    figures = pd.concat(parts).sort_index(kind="stable")
    return figures[[*FIGURE, Col.VALUE, Col.NOTE]], problems


def _counts(
    table: InventoryTable, name: str, *, share: bool = False
) -> tuple[pd.Series, list[Problem]]:
    """A column of counts, or of shares from 0 to 1; what cannot be read is not available."""
    pattern = r"0(\.[0-9]+)?|1(\.0+)?" if share else "[0-9]+"
    expected = "a share from 0 to 1" if share else "a whole number, 0 or more"
    return _read(table, name, pattern, expected)


def _answers(table: InventoryTable, name: str) -> tuple[pd.Series, list[Problem]]:
    """A column of `Y` and `N` as 1 and 0."""
    cells, problems = _read(table, name, "[YN]", "Y or N")
    return cells.replace(_ANSWERS), problems


def _read(
    table: InventoryTable, name: str, pattern: str, expected: str
) -> tuple[pd.Series, list[Problem]]:
    """A column of cells that look so; what is none of these is not available."""
    cells = table.rows[name]
    readable = cells.str.fullmatch(pattern).astype(bool)
    understood = readable | cells.isin(list(_MISSING))
    problems = [
        Problem(
            table.path,
            row_number(row),
            "PS301",
            name,
            cell[:80],
            f"{expected}; NA where it does not apply, ND where there is no data",
            "Correct the cell; until then the figure is taken as not available.",
        )
        for row, cell in cells[~understood].items()
    ]
    return cells.replace(_MISSING).where(understood, "[x]"), problems


def is_given(cells: pd.Series) -> pd.Series:
    """Which cells hold a figure."""
    return ~cells.isin(["[x]", "[z]"])


_FOLDER: Final = "submissions/gc-service-inventory"
_TEXTS: Final = ("description", "notes")


def import_inventory(sources: Sequence[Source], *, with_text: bool = True) -> Imported:
    """Turn inventories and files of service standards, in any order, into a data folder.

    Where a service is in several fiscal years, the register has what the newest one says, and the
    figures of all years stay. Without `with_text`, descriptions and remarks stay behind. Never
    raises: whatever the bytes, what is wrong with them is a problem, and without an inventory
    there are no files.
    """
    problems: list[Problem] = []
    tables: dict[bool, list[InventoryTable]] = {True: [], False: []}
    for source in sources:
        table, file_problems = read_file(source)
        problems += file_problems
        if table is not None:
            tables["service_standard_id" in table.rows].append(table)
    inventories, standards = tables[False], tables[True]
    if not any(len(table.rows) for table in inventories):
        missing = Problem(
            sources[0].path if sources else "",
            0,
            "PS305",
            found="no inventory of services",
            expected=f"a file with the columns {', '.join(INVENTORY)}, and rows",
            fix="Give the inventory of services, and the service standards beside it if wanted.",
        )
        return Imported({}, sorted({*problems, missing}))
    register, bad_addresses = make_register(inventories)
    problems += bad_addresses
    if not with_text:
        register = register.drop(columns=[f"{text}{end}" for text in _TEXTS for end in ("", "_fr")])
    files: dict[str, str] = {"perfsite.toml": SETTINGS, "services.csv": csv_text(register)}
    once: set[tuple[str, ...]] = set()
    figures = 0
    for table in inventories:
        table_figures, unreadable = applications(
            once_each(table, ["service", "period"], once, problems)
        )
        problems += unreadable
        if len(table_figures):
            files[_name(table.path, files)] = csv_text(table_figures)
        figures += int(
            table_figures.drop(columns=["service", "period", "note"]).apply(is_given).sum().sum()
        )
    services = set(register["service"])
    for table in standards:
        known_standards = of_known(table, services, problems)
        table_figures, unreadable = service_standards(
            once_each(known_standards, ["service", "channel", "period"], once, problems)
        )
        problems += unreadable
        if len(table_figures):
            files[_name(table.path, files)] = csv_text(table_figures)
        figures += int(is_given(table_figures[Col.VALUE]).sum())
    carried = f"{counted(len(register), 'service')}, {counted(figures, 'figure')}"
    return Imported(files, sorted(problems), carried)


def _run(sources: Sequence[Source], options: Mapping[str, object]) -> Imported:
    return import_inventory(sources, with_text=not options["no-text"])


IMPORTER: Final = Importer(
    "gc-service-inventory",
    "The service inventory of the Government of Canada.",
    "Import FILES, the Government of Canada's service inventory and its service standards.\n\n"
    "The folder gets a register in English and French, the figures, and a perfsite.toml.",
    _run,
    (Option("no-text", "Leave descriptions and remarks behind: names and figures only.", "flag"),),
)


def _name(path: str, files: Mapping[str, str]) -> str:
    """The file for a source's figures: it has the source's name, and rows of the same numbers."""
    stem = re.sub(r"[^a-z0-9_]+", "-", PurePosixPath(path).stem.lower()).strip("-") or "figures"
    name, number = f"{_FOLDER}/{stem}.csv", 2
    while name in files:
        name, number = f"{_FOLDER}/{stem}-{number}.csv", number + 1
    return name
