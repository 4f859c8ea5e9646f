"""The importer of the Government of Canada's service inventory: made-up rows, and real ones."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfsite.config import parse_config
from perfsite.importers.gc_service_inventory import (
    CHANNELS,
    COUNTS,
    IMPORTER,
    MEASURES,
    STANDARD,
    import_inventory,
)
from perfsite.load import load_source
from perfsite.model import Source, why_not_an_id
from perfsite.validate.observations import read_observations
from perfsite.validate.register import read_register

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from perfsite.importers import Imported

FACTS = {
    "fiscal_yr": "2023-2024",
    "service_id": "SRV01",
    "service_name_en": "Maps",
    "service_name_fr": "Cartes",
    "service_type": "INFO",
    "client_target_groups": "PERSON,ECONOM",
    "owner_org": "xyz-abc",
    "owner_org_title": "Maps Canada | Cartes Canada",
    "service_uri_en": "https://example.org/en",
    "service_uri_fr": "https://example.org/fr",
    **dict.fromkeys((*CHANNELS, *COUNTS), "NA"),
    "num_applications_online": "7",
    "num_applications_by_mail": "0",
    "num_applications_total": "7",
}
PROMISE = {
    "fiscal_yr": "2023-2024",
    "service_id": "SRV01",
    "service_standard_id": "STAN7",
    "service_standard_en": "A map in a day",
    "service_standard_fr": "Une carte en un jour",
    "target": "0.9",
    "volume_meeting_target": "9",
    "total_volume": "10",
    "target_met": "Y",
}
FIGURES = "submissions/gc-service-inventory"


def as_source(path: str, *rows: Mapping[str, str]) -> Source:
    """Rows as a CSV file with a byte order mark, as the inventory has it."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return Source(path, f"\ufeff{text.getvalue()}".encode())


def imported(*services: Mapping[str, str], standards: Mapping[str, str] | None = None) -> Imported:
    """The import of services that differ from `FACTS` in these cells, and of one standard."""
    sources = [as_source("si.csv", *({**FACTS, **one} for one in services or ({},)))]
    if standards is not None:
        sources.append(as_source("ss.csv", {**PROMISE, **standards}))
    return import_inventory(sources)


def rows_of(made: Imported, path: str) -> list[dict[str, str]]:
    """The rows of a file that was made."""
    return list(csv.DictReader(io.StringIO(made.texts[path])))


def brief(made: Imported) -> list[tuple[str, str, str]]:
    """The problems by place, code and column, without the columns that nobody needs."""
    return [(p.place, p.code, p.column) for p in made.problems]


def test_a_service_has_its_names_in_both_languages() -> None:
    """Names, organisations, types, clients and addresses are English, and French in `_fr`."""
    made = imported({})
    (row,) = rows_of(made, "services.csv")
    found = {name: text for name, text in row.items() if text}

    assert made.problems == []
    assert made.carried == "1 service, 3 figures"
    assert found == {
        "service": "srv01",
        "name": "Maps",
        "department": "Maps Canada",
        "department_abbr": "XYZ",
        "category": "Information",
        "customer_type": "Persons; Businesses",
        "url": "https://example.org/en",
        "name_fr": "Cartes",
        "department_fr": "Cartes Canada",
        "department_abbr_fr": "ABC",
        "category_fr": "Informations",
        "customer_type_fr": "Particuliers; Entreprises",
        "url_fr": "https://example.org/fr",
    }


def test_several_types_are_one_category_and_many_keywords() -> None:
    """A service of several types is in no single one's category; a code nobody knows stays."""
    (row,) = rows_of(imported({"service_type": "GNC, INFO,NEW"}), "services.csv")

    assert row["category"] == "Several types of service"
    assert row["category_fr"] == "Plusieurs types de service"
    assert row["keywords"] == "Grants and contributions; Information; NEW"
    assert row["keywords_fr"] == "Subventions et contributions; Informations; NEW"


def test_what_does_not_apply_is_not_what_is_missing() -> None:
    """NA is not applicable, ND and a blank are not available, and a zero stays a zero."""
    made = imported({"num_applications_by_fax": "ND", "num_applications_by_other": ""})
    (row,) = rows_of(made, f"{FIGURES}/si.csv")

    assert row["period"] == "2023-04/2024-03"
    assert row["transactions:online"] == "7"
    assert row["transactions:mail"] == "0"
    assert row["transactions:phone"] == "[z]"
    assert row["transactions:fax"] == row["transactions:other"] == "[x]"


@pytest.mark.parametrize(
    ("cells", "total", "noted"),
    [
        ({}, "7", False),
        ({"num_applications_by_fax": "ND"}, "7", True),
        ({"num_applications_online": "NA"}, "7", False),
        ({"num_applications_online": "ND", "num_applications_by_mail": "NA"}, "[x]", False),
        ({"num_applications_online": "NA", "num_applications_by_mail": "NA"}, "[z]", False),
    ],
)
def test_a_total_of_nothing_is_no_zero(cells: dict[str, str], total: str, noted: bool) -> None:
    """The total is a figure where a channel has one; a note says which channels it leaves out."""
    (row,) = rows_of(imported(cells), f"{FIGURES}/si.csv")
    note = row["note"]

    assert row["transactions"] == total
    assert (" | " in note and note.count("fax") == 1 and "télécopieur" in note) == noted
    assert bool(note) == noted


@pytest.mark.parametrize("cell", ["1,300", "-1", "1.5", "n/a", "many", "1O"])
def test_a_cell_that_cannot_be_read_is_missing_and_reported(cell: str) -> None:
    """The figure is not available, and the problem names file, row, column and cell."""
    made = imported({}, {"service_id": "2", "num_applications_online": cell})
    row = rows_of(made, f"{FIGURES}/si.csv")[1]
    (problem,) = made.problems

    assert row["transactions:online"] == "[x]"
    assert (problem.place, problem.code) == ("si.csv:3", "PS301")
    assert (problem.column, problem.found) == ("num_applications_online", cell)


def test_a_service_that_answers_for_two_years_keeps_both() -> None:
    """The figures of both years stay; the register has what the newer year says."""
    newer = {"fiscal_yr": "2024-2025", "service_name_en": "Maps and charts"}
    made = imported(newer, {}, {"service_id": "2"})

    assert [row["name"] for row in rows_of(made, "services.csv")] == ["Maps and charts", "Maps"]
    assert [row["period"] for row in rows_of(made, f"{FIGURES}/si.csv")] == [
        "2024-04/2025-03",
        "2023-04/2024-03",
        "2023-04/2024-03",
    ]


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"service_id": ""}, "PS114", "service_id"),
        ({"owner_org_title": "", "fiscal_yr": ""}, "PS114", "fiscal_yr, owner_org_title"),
        ({"service_id": "S 1"}, "PS112", "service_id"),
        ({"service_id": "INDEX"}, "PS112", "service_id"),
        ({"fiscal_yr": "2023"}, "PS108", "fiscal_yr"),
        ({"fiscal_yr": "2023-2025"}, "PS108", "fiscal_yr"),
        ({"service_id": "srv01"}, "PS110", ""),
    ],
)
def test_a_row_that_cannot_be_used_is_left_out(
    cells: dict[str, str], code: str, column: str
) -> None:
    """The row is reported, and the others are imported."""
    made = imported({}, cells)

    assert brief(made) == [("si.csv:3", code, column)]
    assert len(rows_of(made, "services.csv")) == len(rows_of(made, f"{FIGURES}/si.csv")) == 1


@pytest.mark.parametrize(
    ("cell", "url", "reported"),
    [
        ("https://example.org/x?to=https://example.org/y", "", False),
        ("N/A", "", False),
        ("http://", "", False),
        ("https://a.example.org/1<>https://b.example.org", "https://a.example.org/1", True),
        ("https://a.example.org/1\r\nhttps://b.example.org", "https://a.example.org/1", True),
        ("https://a.example.org/1https://b.example.org", "https://a.example.org/1", True),
        ("www.example.org", "", True),
        ("The maps (example.org)", "", True),
        ("https://intranet/x", "", True),
    ],
)
def test_an_address_is_one_that_can_be_opened(cell: str, url: str, reported: bool) -> None:
    """Of several addresses the first is used; what is none is reported, unless it says so."""
    made = imported({"service_uri_en": cell})
    (row,) = rows_of(made, "services.csv")

    assert row["url"] == (url or (cell if cell.startswith("https://example.org/x") else ""))
    assert brief(made) == ([("si.csv:2", "PS116", "service_uri_en")] if reported else [])


def test_a_standard_is_four_figures_with_its_own_channel() -> None:
    """Target, cases that met it, all cases, and whether the source says that the target was met."""
    made = imported({}, standards={})

    assert [
        (row["service"], row["measure"], row["channel"], row["value"], row["note"])
        for row in rows_of(made, f"{FIGURES}/ss.csv")
    ] == [
        ("srv01", "standard_target", "standard-stan7", "0.9",
         "A map in a day | Une carte en un jour"),
        ("srv01", "standard_met", "standard-stan7", "9", ""),
        ("srv01", "standard_volume", "standard-stan7", "10", ""),
        ("srv01", "standard_target_met", "standard-stan7", "1", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "value"), [("Y", "1"), ("N", "0"), ("NA", "[z]"), ("ND", "[x]"), ("yes", "[x]")]
)
def test_what_a_source_says_of_its_target_is_kept(cell: str, value: str) -> None:
    """Y and N are 1 and 0; what is neither is no answer, and anything unknown is reported."""
    made = imported({}, standards={"target_met": cell})
    (row,) = (
        row for row in rows_of(made, f"{FIGURES}/ss.csv") if row["measure"] == "standard_target_met"
    )

    assert row["value"] == value
    assert brief(made) == ([("ss.csv:2", "PS301", "target_met")] if cell == "yes" else [])


def test_a_file_need_not_say_whether_targets_were_met() -> None:
    """Without the column, or with nothing in it, a standard has three figures."""
    made = imported({}, standards={"target_met": ""})

    assert len(rows_of(made, f"{FIGURES}/ss.csv")) == 3
    assert made.problems == []


@pytest.mark.parametrize(
    ("cells", "code", "rows"),
    [
        ({"target": "90"}, "PS301", 4),
        ({"total_volume": "10.5"}, "PS301", 4),
        ({"service_id": "SRV02"}, "PS111", 0),
        ({"service_standard_id": ""}, "PS114", 0),
        ({"service_standard_id": "--"}, "PS109", 0),
    ],
)
def test_a_standard_that_cannot_be_used_is_reported(
    cells: dict[str, str], code: str, rows: int
) -> None:
    """An unreadable cell is not available; a standard of nobody is left out."""
    made = imported({}, standards=cells)

    assert [problem.code for problem in made.problems] == [code]
    # A file without a row would be reported as one that says nothing: it is not written.
    path = f"{FIGURES}/ss.csv"
    assert (len(rows_of(made, path)) if path in made.texts else 0) == rows


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"\xff\xfe", b'"', b"service_standard_id\n"])
def test_a_file_of_another_kind_makes_no_files(data: bytes) -> None:
    """Without an inventory nothing is written, and a problem says what was wanted."""
    made = import_inventory([Source("x.csv", data)])

    assert made.files == {}
    assert "PS305" in [problem.code for problem in made.problems]


def test_texts_can_be_left_behind() -> None:
    """Without text the register has no descriptions and no remarks, in neither language."""
    texts = {
        f"{name}_{language}": "Something"
        for name in ("service_description", "special_remarks")
        for language in ("en", "fr")
    }
    source = as_source("si.csv", {**FACTS, **texts})
    with_text, without = (
        IMPORTER.run([source], {"no-text": left}).texts["services.csv"] for left in (False, True)
    )

    assert with_text.count("Something") == 4
    assert "Something" not in without
    assert read_register([Source("services.csv", without.encode())], (), ("en", "fr"))[1] == []


def test_the_settings_are_those_of_the_data() -> None:
    """The perfsite.toml that is made can be read, and declares the measures that are used."""
    config = parse_config(imported({}).texts["perfsite.toml"])

    assert config.languages == ("en-CA", "fr-CA")
    assert config.currency == "CAD"
    assert config.digital_channels == ("online",)
    assert {key: table.name for key, table in config.measures.items()} == MEASURES
    assert config.in_language("fr-CA").title != config.title
    assert len(config.in_language("fr-CA").caveats) == len(config.caveats)


@given(
    st.lists(
        st.fixed_dictionaries({}, optional={name: st.text(max_size=9) for name in FACTS}),
        max_size=3,
    ),
    st.fixed_dictionaries({}, optional={name: st.text(max_size=9) for name in PROMISE}),
)
def test_nothing_that_a_cell_holds_ends_in_a_traceback(
    services: list[dict[str, str]], standards: dict[str, str]
) -> None:
    """Whatever stands in the cells, there are files that perfsite reads, or none."""
    made = imported({}, *services, standards=standards)
    register, _ = read_register(
        [Source("services.csv", made.texts["services.csv"].encode())], (), ("en-CA", "fr-CA")
    )
    config = parse_config(made.texts["perfsite.toml"])
    sources = [Source(n, t.encode()) for n, t in made.texts.items() if n.startswith(FIGURES)]
    _, problems = read_observations(sources, register, config)

    assert register
    assert problems == []


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=2))
def test_no_bytes_end_in_a_traceback(contents: list[bytes]) -> None:
    """Whatever the bytes, there are problems and no files."""
    made = import_inventory([Source("x.csv", data) for data in contents])

    assert made.problems
    assert made.files == {}


@pytest.fixture(scope="module")
def canada(shared_data: Path) -> tuple[Imported, list[dict[str, str]], list[dict[str, str]]]:
    """The import of the real files, and their rows as `csv` alone reads them."""
    folder = shared_data / "gc-service-inventory"
    paths = [folder / "si_2024.csv", folder / "ss_2024.csv"]
    made = import_inventory([load_source(path) for path in paths])
    services, standards = (
        list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""))) for path in paths
    )
    return made, services, standards


Canada = tuple["Imported", list[dict[str, str]], list[dict[str, str]]]


def months(year: str) -> str:
    """A fiscal year as its months."""
    return f"{year[:4]}-04/{year[5:]}-03"


def expected(cell: str) -> str:
    """A cell of the inventory as it must stand in the submissions."""
    return {"NA": "[z]", "ND": "[x]", "": "[x]", "Y": "1", "N": "0"}.get(cell, cell)


def test_canada_all_services_are_there(canada: Canada) -> None:
    """1,752 rows are 1,751 services of 79 organisations, all with usable ids."""
    made, services, _ = canada
    register = rows_of(made, "services.csv")

    assert len(services) == 1_752
    assert len(register) == len({row["service"] for row in register}) == 1_751
    assert {row["service"] for row in register} == {row["service_id"].lower() for row in services}
    assert len({row["department"] for row in register}) == 79
    assert len({row["department_fr"] for row in register}) == 79
    assert not any(why_not_an_id(row["service"]) for row in register)
    assert {problem.code for problem in made.problems} == {"PS116", "PS304"}


def test_canada_names_are_kept_exactly(canada: Canada) -> None:
    """Every name and description is the source's in both languages, but for its line breaks."""
    made, services, _ = canada
    register = {row["service"]: row for row in rows_of(made, "services.csv")}
    wrong = [
        (row["service_id"], ours)
        for row in services
        for theirs, ours in (
            ("service_name_en", "name"),
            ("service_name_fr", "name_fr"),
            ("service_description_en", "description"),
            ("service_description_fr", "description_fr"),
        )
        if tight(register[row["service_id"].lower()][ours]) != tight(row[theirs])
    ]

    assert wrong == []
    assert sum("\u00a0" in row["name_fr"] for row in register.values()) > 0


def tight(text: str) -> str:
    """A text with each run of plain spaces and line breaks made one, and none at its ends."""
    for blank in "\t\r\n\v\f":
        text = text.replace(blank, " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text.strip()


def test_canada_every_cell_is_found_again(canada: Canada) -> None:
    """Each count of each service, year and channel stands in the submissions as in the source."""
    made, services, _ = canada
    figures = {
        (row["service"], row["period"]): row for row in rows_of(made, f"{FIGURES}/si_2024.csv")
    }
    columns = {name: f"transactions:{channel}" for name, channel in CHANNELS.items()} | COUNTS
    wrong = [
        (row["service_id"], name)
        for row in services
        for name, ours in columns.items()
        if figures[row["service_id"].lower(), months(row["fiscal_yr"])][ours] != expected(row[name])
    ]

    assert len(figures) == 1_752
    assert sorted({period for _, period in figures}) == ["2023-04/2024-03", "2024-04/2025-03"]
    assert wrong == []


def test_canada_the_sums_are_those_of_the_source(canada: Canada) -> None:
    """All applications are 408,334,835, as totals and as the channels added up."""
    made, services, _ = canada
    figures = rows_of(made, f"{FIGURES}/si_2024.csv")

    def total(rows: list[dict[str, str]], column: str) -> int:
        return sum(int(row[column]) for row in rows if row[column].isdigit())

    for name, channel in CHANNELS.items():
        assert total(figures, f"transactions:{channel}") == total(services, name) > 0
    for name, measure in COUNTS.items():
        assert total(figures, measure) == total(services, name) > 0
    assert total(figures, "transactions") == total(services, "num_applications_total")
    assert total(figures, "transactions") == 408_334_835
    assert sum(total(figures, f"transactions:{channel}") for channel in CHANNELS.values()) == (
        408_334_835
    )


def test_canada_a_total_that_is_no_figure_is_nothing_in_the_source(canada: Canada) -> None:
    """No total was dropped but those of nothing: zeros of services without a figure by channel."""
    made, services, _ = canada
    figures = rows_of(made, f"{FIGURES}/si_2024.csv")
    kinds = Counter(
        "figure" if ours["transactions"].isdigit() else ours["transactions"] for ours in figures
    )

    for ours, theirs in zip(figures, services, strict=True):
        channels = [theirs[name] for name in CHANNELS]
        if any(cell.isdigit() for cell in channels):
            assert ours["transactions"] == theirs["num_applications_total"]
        else:
            assert theirs["num_applications_total"] == "0"
            assert ours["transactions"] == ("[x]" if "ND" in channels else "[z]")
    assert kinds == {"figure": 1_341, "[z]": 238, "[x]": 173}


def test_canada_every_standard_is_found_again(canada: Canada) -> None:
    """The four figures of all 2,343 standards stand in the submissions as in the source."""
    made, _, standards = canada
    figures = {
        (row["service"], row["channel"], row["measure"]): row["value"]
        for row in rows_of(made, f"{FIGURES}/ss_2024.csv")
    }
    channels = [
        "standard-" + row["service_standard_id"].lower().replace(" ", "-") for row in standards
    ]
    wrong = [
        (row["service_id"], channel, name)
        for row, channel in zip(standards, channels, strict=True)
        for name, measure in STANDARD.items()
        if figures[row["service_id"].lower(), channel, measure] != expected(row[name])
    ]

    assert len(standards) == 2_343
    assert len(figures) == 4 * 2_343
    assert wrong == []
