from __future__ import annotations

import csv
import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"


@pytest.fixture(scope="module")
def example() -> ModuleType:
    """The script that made the example, which is no part of the package."""
    path = ROOT / "scripts" / "example_data.py"
    spec = importlib.util.spec_from_file_location("example_data", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(path: str) -> list[dict[str, str]]:
    """The rows of a submission of the example."""
    with (DATA / "submissions" / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_example_is_what_the_sources_give(example: ModuleType, shared_data: Path) -> None:
    """Making the example again gives the committed files, byte for byte, and no others."""
    made = {name: text.encode() for name, text in example.example_data(shared_data).items()}
    paths = [DATA / "services.csv", *(DATA / "submissions").rglob("*")]
    kept = {
        path.relative_to(DATA).as_posix(): path.read_bytes() for path in paths if path.is_file()
    }

    assert made.keys() == kept.keys()
    assert [name for name in kept if made[name] != kept[name]] == []


def test_the_example_holds_no_sentence_of_the_source() -> None:
    """Facts and figures are anybody's; descriptions and notes stay with their authors."""
    with (DATA / "services.csv").open(encoding="utf-8", newline="") as file:
        services = list(csv.DictReader(file))

    assert len(services) == 734
    for column in ("description", "cost_notes", "keywords"):
        assert {row[column] for row in services} == {""}
    # These two are perfsite's own words.
    noted = [row["service"] for row in services if row["notes"]]
    assert noted == [
        "bis-conduct-of-directors-assessments",
        "fco-forwarding-record-of-marriage-or-civil-partnership-to-registrar-general",
    ]


def test_every_submission_is_of_a_service_in_the_register() -> None:
    """A service is named in a column, in a record or by the file, and is always known."""
    with (DATA / "services.csv").open(encoding="utf-8", newline="") as file:
        register = {row["service"] for row in csv.DictReader(file)}
    named = set()
    for path in (DATA / "submissions").rglob("*.csv"):
        found = rows(path.relative_to(DATA / "submissions").as_posix())
        named |= {row.get("service", path.stem) for row in found}
    for path in (DATA / "submissions").rglob("*.json"):
        records = json.loads(path.read_text(encoding="utf-8"))["observations"]
        named |= {record["service"] for record in records}

    assert named == register


def test_stages_are_summed_over_academic_years() -> None:
    """A week of student finance, added up by hand from the uploaded rows."""
    weeks = {
        row["period"]: row
        for row in rows("student-finance/bis-student-finance-applications-full-time-study.csv")
    }

    assert len(weeks) == 128
    assert weeks["2013-W06"]["started"] == "134289"
    assert weeks["2015-W24"] == {"period": "2015-W24", "started": "21305", "completed": "20759"}


def test_a_week_without_a_figure_is_not_available() -> None:
    """Null is not zero; the two overlapping files make ten weeks."""
    weeks = rows("carers-allowance/weekly-claims.csv")

    assert len(weeks) == 10
    assert (weeks[0]["transactions:digital"], weeks[0]["transactions:paper"]) == ("1332", "3609")
    assert (weeks[-1]["transactions:digital"], weeks[-1]["transactions:paper"]) == ("[x]", "[x]")


def test_files_that_disagree_are_refused(example: ModuleType, tmp_path: Path) -> None:
    """Two answers about one week that differ are an error, not a choice."""
    start = "2013-10-14T00:00:00+00:00"
    key = "ca_clerical_received"
    single = {"data": [{"_timestamp": start, "key": key, "value": 1.0}]}
    week_of = {"_start_at": start, "value:sum": 2.0}
    grouped = {"data": [{"key": key, "values": [week_of]}]}
    (tmp_path / "carers-allowance-weekly-claims.json").write_text(json.dumps(single))
    (tmp_path / "carers_allowance_weekly_by_channel_start_14.json").write_text(json.dumps(grouped))

    with pytest.raises(ValueError, match="both 1 and 2"):
        example.carers_allowance(tmp_path)


def test_a_month_without_a_score_is_not_available() -> None:
    """Two months of the tax disc were not measured; they carry no note either."""
    months = rows("vehicle-licensing/dft-tax-a-vehicle.csv")
    missing = [row for row in months if row["value"] == "[x]"]

    assert len(months) == 113
    assert [row["period"] for row in missing] == ["2007-01", "2007-02"]
    assert {row["note"] for row in missing} == {""}


def test_days_are_those_of_the_monitoring() -> None:
    """Thirty days, each with seconds that are whole and a response time to a tenth."""
    name = "fco-forwarding-record-of-marriage-or-civil-partnership-to-registrar-general"
    days = rows(f"monitoring/{name}.csv")

    assert len(days) == 4 * 30
    assert [row["value"] for row in days[4:8]] == ["86076", "300", "0", "438.3"]
    assert {row["note"] for row in days} == {"monitoring matched to this service by perfsite"}
