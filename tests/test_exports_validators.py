from __future__ import annotations

import json
import re
import warnings
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest
from csvw import CSVW
from frictionless import Package

from perfsite.config import SiteConfig, parse_config
from perfsite.errors import BuildError
from perfsite.exports.csvw import WHOLE_SET, described_files, whole_set_file
from perfsite.exports.datapackage import datapackage_file
from perfsite.exports.tables import csv_file, tables
from perfsite.model import Edition, File
from small_site import CONFIG, rows_of, small_site

if TYPE_CHECKING:
    from pathlib import Path

EDITION: Final = Edition(date(2018, 9, 19), "hash")
SET: Final = tables()
HEALTH: Final = b"service,kpi,period,state\r\nfull,total_cost,2017-Q3,provided\r\n"
Json = dict[str, Any]


def csv_files() -> dict[str, bytes]:
    """Every CSV file of the small site, and a ledger of health."""
    files = {path: data for path, data in small_site().items() if path.endswith(".csv")}
    return {"data/health.csv": HEALTH, **files}


def described(files: dict[str, bytes], config: SiteConfig) -> list[File]:
    """CSV files with everything that describes them."""
    written = [File(path, data) for path, data in files.items()]
    return [
        *written,
        *described_files(files, {"services/full.csv": "Pay a <toll> & go"}, config),
        whole_set_file(files, config, EDITION),
        datapackage_file(written, config, EDITION),
    ]


def put(folder: Path, files: list[File]) -> None:
    """Write files into a folder."""
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with the CSV files of the small site and their metadata."""
    put(tmp_path, described(csv_files(), parse_config(CONFIG)))
    return tmp_path


def csvw_faults(path: Path) -> list[str]:
    """What the CSVW validator has to say of a table or a group of tables."""
    with warnings.catch_warnings():
        # The validator gathers its findings as warnings, which pytest would raise.
        warnings.simplefilter("always")
        try:
            found = CSVW(str(path), validate=True)
            valid = found.is_valid
        except ValueError as error:
            return [str(error)]
    assert valid != bool(found.warnings)
    return [str(warning.message) for warning in found.warnings]


def package_faults(folder: Path) -> list[str]:
    """What frictionless has to say of the data package."""
    report = Package(str(folder / "datapackage.json")).validate()
    return [str(error.type) for task in report.tasks for error in task.errors] + [
        str(error.type) for error in report.errors
    ]


def replace(path: Path, old: str, new: str) -> None:
    """Replace some text of a file, which must be there, where it comes first."""
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())


def test_every_csv_file_is_valid_by_its_metadata(site: Path) -> None:
    """The CSVW validator finds nothing to complain of in any file or in the whole set."""
    metadata = sorted(site.rglob("*metadata.json"))

    assert len(metadata) == len(csv_files()) + 1
    assert {path.name: csvw_faults(path) for path in metadata if csvw_faults(path)} == {}


def test_the_data_package_is_valid(site: Path) -> None:
    """Frictionless finds nothing to complain of, and has looked at every file of the set."""
    package = json.loads((site / "datapackage.json").read_bytes())

    assert package_faults(site) == []
    assert [resource["path"] for resource in package["resources"]] == list(SET)


@pytest.mark.parametrize(
    ("path", "old", "new", "fault"),
    [
        ("data/observations.csv", "measure,channel", "measures,channel", "measure"),
        ("data/observations.csv", ",1000,provided", ",1e3x,provided", "1e3x"),
        ("data/observations.csv", ",provided,", ",guessed,", "guessed"),
        ("data/observations.csv", "2015-Q4", "autumn 2015", "autumn"),
        ("data/kpis.csv", "digital_take_up", "digital_takeup", "digital_takeup"),
        ("data/services.csv", "full,Pay a toll", "full,", "missing"),
        ("data/departments.csv", ",yes\r\n", ",perhaps\r\n", "perhaps"),
        ("data/departments.csv", ",no\r\n", ",\r\n", "missing"),
        ("services/full.csv", "full,2015-Q4", "Full,2015-Q4", "Full"),
        ("data/health.csv", ",provided", ",given", "given"),
        ("data/kpis.csv", "full,transactions_per_year,2", "full,transactions_per_year,x2", "x2"),
    ],
)
def test_a_file_that_is_not_as_described_is_found(
    site: Path, path: str, old: str, new: str, fault: str
) -> None:
    """Another column, a word for a number, an unknown status: both validators complain."""
    replace(site / path, old, new)

    assert any(fault in text for text in csvw_faults(site / f"{path}-metadata.json"))
    if path in SET:
        # The size and the hash differ too; that alone would say nothing of the cells.
        assert set(package_faults(site)) - {"hash-count", "byte-count"}


@pytest.mark.parametrize(
    ("column", "value"),
    [("digital_take_up", "1.2"), ("total_cost", "-1"), ("url", "the web"), ("opened", "spring")],
)
def test_a_cell_that_cannot_be_is_found(site: Path, column: str, value: str) -> None:
    """A share above 1, a cost below 0, an address that is none: both validators complain."""
    rows = rows_of((site / "data/services.csv").read_bytes())
    rows[0][column] = value
    header = SET["data/services.csv"].header
    file = csv_file("data/services.csv", header, [list(row.values()) for row in rows])
    put(site, [file])

    assert csvw_faults(site / f"{file.path}-metadata.json") != []
    assert set(package_faults(site)) & {"constraint-error", "type-error"}


def test_a_key_has_no_missing_parts() -> None:
    """A blank cell of a key is a value, as the standard of data packages wants it."""
    files = [File(path, data) for path, data in csv_files().items()]
    package: Json = json.loads(datapackage_file(files, SiteConfig(), EDITION).data)

    for schema in (resource["schema"] for resource in package["resources"]):
        for field in schema["fields"]:
            if field["name"] in schema["primaryKey"]:
                required = field.get("constraints", {}).get("required", False)
                assert required == ("missingValues" not in field)
                assert field.get("missingValues", []) == []


def test_a_row_given_twice_is_found(site: Path) -> None:
    """Two rows with one key are no longer valid, also where a part of the key is blank."""
    path = site / "data/observations.csv"
    row = next(r for r in path.read_bytes().splitlines(keepends=True) if b",transactions,," in r)
    path.write_bytes(path.read_bytes() + row)

    faults = csvw_faults(site / "data/observations.csv-metadata.json")
    assert any("duplicate primary key" in fault for fault in faults)
    assert "primary-key" in package_faults(site)


def test_a_service_that_is_not_in_the_register_is_found(site: Path) -> None:
    """The whole set knows that the services of its figures are rows of data/services.csv."""
    replace(site / "data/health.csv", "\r\nfull,", "\r\nfool,")

    assert csvw_faults(site / "data/health.csv-metadata.json") == []
    assert csvw_faults(site / WHOLE_SET) != []
    assert "foreign-key" in package_faults(site)


def test_a_byte_that_has_changed_is_found(site: Path) -> None:
    """The data package has the hash and the size of each file."""
    replace(site / "data/services.csv", "Pay a toll", "Pay a tall")

    assert package_faults(site) == ["hash-count"]


def test_metadata_beside_a_file_is_small_and_without_a_date() -> None:
    """A file that has not changed keeps its description in the next edition."""
    config = parse_config(CONFIG)
    files = described_files(csv_files(), {"services/full.csv": "Pay a <toll> & go"}, config)
    services = [file for file in files if file.path.startswith("services/")]

    assert services
    assert max(len(file.data) for file in services) < 2500
    assert not any(b"2018" in file.data for file in files)
    full = json.loads(next(f.data for f in files if f.path == "services/full.csv-metadata.json"))
    assert full["url"] == "full.csv"
    assert full["dc:title"] == "Figures of a service: Pay a <toll> & go"
    assert full["dc:license"] == {"@id": "https://example.org/licence"}
    assert full["dc:publisher"] == {"schema:name": "The Office of Examples"}


def test_the_whole_set_says_its_edition_and_its_rights() -> None:
    """The edition's date, the licence and the sources stand in the metadata of the whole set."""
    config = parse_config(CONFIG)
    files = [File(path, data) for path, data in csv_files().items()]
    group = json.loads(whole_set_file(csv_files(), config, EDITION).data)
    package = json.loads(datapackage_file(files, config, EDITION).data)

    assert group["dc:modified"] == {"@value": "2018-09-19", "@type": "xsd:date"}
    assert package["version"] == "2018-09-19"
    assert package["created"] == "2018-09-19T00:00:00Z"
    assert package["name"] == "service-figures"
    assert package["licenses"] == [
        {
            "name": "OGL-UK-3.0",
            "path": "https://example.org/licence",
            "title": "Open Government Licence v3.0",
        }
    ]
    assert package["sources"] == [
        {
            "title": "The register of examples (The Office of Examples)",
            "path": "https://example.org/register",
        }
    ]


@pytest.mark.parametrize("licence", ["", "Our own terms"])
def test_a_site_that_says_nothing_of_itself_has_valid_metadata(
    tmp_path: Path, licence: str
) -> None:
    """What is not configured is left out, and what is left is still valid."""
    config = SiteConfig(title="Ça va?", licence=licence)
    put(tmp_path, described(csv_files(), config))
    package: Json = json.loads((tmp_path / "datapackage.json").read_bytes())

    assert package_faults(tmp_path) == []
    assert csvw_faults(tmp_path / WHOLE_SET) == []
    assert re.fullmatch(r"[a-z0-9-]+", package["name"])
    assert not {"licenses", "sources", "contributors", "homepage", "description"} & set(package)


def test_only_what_is_there_is_described() -> None:
    """A set without the ledger has no word of it, and only CSV files have metadata beside them."""
    files = {path: data for path, data in csv_files().items() if path != "data/health.csv"}
    made = described(files, SiteConfig())

    assert not any("health" in file.path or b"health.csv" in file.data for file in made)
    assert described_files(["index.html", "services/full.json"], {}, SiteConfig()) == []
    with pytest.raises(BuildError, match="no description"):
        described_files(["data/unknown.csv"], {}, SiteConfig())
