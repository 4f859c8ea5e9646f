#!/usr/bin/env python3
"""Make the example in `data/` from the public files that it comes from.

    python scripts/example_data.py /path/to/shared/data data

All of it goes through perfsite's own importers, without any text that somebody wrote. What they
make is put into the forms that a submission can take: weeks, months and days; wide and tidy; CSV
and JSON. The nine public editions of the register become nine frozen editions of the example; the
last of them is the example as it stands. `data/README.md` names the sources. perfsite.toml and
README are not touched.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
from datetime import date
from pathlib import Path

import pandas as pd

from perfsite.analysis import analyse
from perfsite.config import parse_config
from perfsite.editions import edition_path, freeze, read_edition
from perfsite.errors import has_errors
from perfsite.importers import Imported, csv_text
from perfsite.importers.backdrop import Wishes, import_answers
from perfsite.importers.map_file import parse_map
from perfsite.importers.mapping import import_tables
from perfsite.importers.performance_platform import import_register
from perfsite.load import Data
from perfsite.model import Source

EDITION = "2018-09-19"
VERSIONS = {"perfsite": "0.1.0"}
"""The version that froze the editions: an edition never changes, whatever makes it again."""
STUDENT_FINANCE = {
    "full-time application": "bis-student-finance-applications-full-time-study",
    "part-time application": "bis-student-finance-applications-part-time-study",
}
STAGES = """
add_up = true # an application is one, whatever its academic year
keep = {{ application_type = ["{kind}"] }}
pass_over = ["period", "province", "academic_year", "cumulative"]
service = {{ constant = "{service}" }}

[period]
column = "_timestamp"
form = "YYYY-MM-DDT00:00:00Z"
covers = "week starting"

[tidy]
value = "count"
measure = "stage"
measures = {{ started = "started", submitted = "completed" }}
"""
CARERS_ALLOWANCE = "dwp-carers-allowance-new-claims"
CHANNELS = {
    "ca_e_claims_received": "transactions:digital",
    "ca_clerical_received": "transactions:paper",
}
TAX_A_VEHICLE = "dft-tax-a-vehicle"
OFF_ROAD_NOTICE = "dft-request-statutory-off-road-notice-sorn"
MARRIAGE_RECORDS = "fco-forwarding-record-of-marriage-or-civil-partnership-to-registrar-general"
NOTES = {
    "bis-conduct-of-directors-assessments": "For five periods the register gives 0 for completion "
    "rate and for user satisfaction, as it does for no other service. These zeros look like a slip "
    "and are left out.",
    MARRIAGE_RECORDS: "Availability is that of the page for paying for a deposit of a foreign "
    "marriage certificate. That it belongs to this service is perfsite's own reading.",
}
"""What a reader of the figures should know, in perfsite's own words."""
LEFT_OUT = "submissions/performance-platform/12-months-completion-rate.csv"
"""Holds those ten zeros and nothing else; the platform never published them either."""
NOT_AVAILABLE = "[x]"
TIDY = ["period", "measure", "channel", "value", "note"]


def editions(shared: Path, config_text: str) -> dict[str, str]:
    """The files of the nine frozen editions, by their paths relative to the data folder."""
    files: dict[str, str] = {}
    before = None
    for folder in sorted((shared / "uk-performance-platform").glob("20*")):
        day = date.fromisoformat(folder.name)
        texts = example_data(shared) if folder.name == EDITION else register(shared, folder.name)
        config = parse_config(config_text)
        sources = [Source(path, text.encode()) for path, text in texts.items()]
        registers = tuple(one for one in sources if one.path == "services.csv")
        others = tuple(one for one in sources if one.path != "services.csv")
        data = Data(config, registers, others, (), "", config_text=config_text)
        content = analyse(data, day).content()
        made = {
            file.path: file.data for file in freeze(content, config_text, day, VERSIONS, before)
        }
        path = edition_path(day)
        before = read_edition(Source(path, made[path]), made.__getitem__, before)
        files |= {name: data.decode() for name, data in made.items()}
    return files


def register(shared: Path, day: str) -> dict[str, str]:
    """The register of an edition, and the figures in it."""
    path = shared / "uk-performance-platform" / day / "services.csv"
    imported = import_register(Source(path.name, path.read_bytes()), with_text=False)
    return {
        **{path: text for path, text in imported.texts.items() if path != LEFT_OUT},
        "services.csv": with_notes(imported.texts["services.csv"]),
    }


def example_data(shared: Path) -> dict[str, str]:
    """The text of every file that is made, by its path relative to the data folder.

    Raises:
        ValueError: if a source is not what it is known to be.
    """
    return {
        **register(shared, EDITION),
        **student_finance(shared / "student-finance" / "transactions-by-stage.csv"),
        **carers_allowance(shared / "backdrop"),
        **vehicle_licensing(shared / "backdrop" / "vehicle_licensing_customer_satisfaction.json"),
        **monitoring(shared / "backdrop" / "deposit_foreign_marriage_monitoring_day.json"),
    }


def with_notes(register: str) -> str:
    """The register with perfsite's notes on its services."""
    services = pd.read_csv(io.StringIO(register), dtype=str, keep_default_na=False)
    services["notes"] = services["service"].map(NOTES).fillna("")
    return csv_text(services)


def student_finance(path: Path) -> dict[str, str]:
    """Weeks, wide, a file for each service: applications started and completed."""
    files = {}
    for kind, service in STUDENT_FINANCE.items():
        stages = parse_map(STAGES.format(kind=kind, service=service), "the map of stages")
        weeks = wide(figures(import_tables([source(path)], stages)), ["started", "completed"])
        files[f"submissions/student-finance/{service}.csv"] = csv_text(
            weeks.drop(columns="service")
        )
    return files


def carers_allowance(folder: Path) -> dict[str, str]:
    """Weeks, wide, with the service in a column: claims by channel.

    Raises:
        ValueError: if the two files say different things about a week.
    """
    names = "carers-allowance-weekly-claims", "carers_allowance_weekly_by_channel_start_14"
    answers = [source(folder / f"{name}.json") for name in names]
    imported = import_answers(answers, Wishes(CARERS_ALLOWANCE, CHANNELS, "week"))
    claims = wide(figures(imported), list(CHANNELS.values()))
    return {"submissions/carers-allowance/weekly-claims.csv": csv_text(claims)}


def vehicle_licensing(path: Path) -> dict[str, str]:
    """Months, tidy, one service as CSV and one as JSON: satisfaction, out of scores."""
    tax = satisfaction(path, TAX_A_VEHICLE, "satisfaction_tax_disc", "satisfaction_sorn")
    sorn = satisfaction(path, OFF_ROAD_NOTICE, "satisfaction_sorn", "satisfaction_tax_disc")
    observations = [
        {key: value for key, value in row.items() if value}
        # A number as such: the shortest decimals that mean it are the six that it has.
        | ({} if row["value"] == NOT_AVAILABLE else {"value": float(row["value"])})
        for row in sorn.to_dict("records")
    ]
    folder = "submissions/vehicle-licensing"
    return {
        f"{folder}/{TAX_A_VEHICLE}.csv": csv_text(tax[TIDY]),
        f"{folder}/off-road-notice.json": json.dumps({"observations": observations}, indent=1)
        + "\n",
    }


def satisfaction(path: Path, service: str, wanted: str, other: str) -> pd.DataFrame:
    """Months of one service: the share of the way from the worst score, 5, to the best, 1."""
    measures = {wanted: "user_satisfaction", other: "-"}
    note = "from a mean score on a scale of 1 (best) to 5, by perfsite"
    decimals = {"user_satisfaction": 6}
    wishes = Wishes(service, measures, "month", score_best=1, decimals=decimals, note=note)
    return figures(import_answers([source(path)], wishes))


def monitoring(path: Path) -> dict[str, str]:
    """Days, tidy: seconds up, down and unmonitored, and the mean response time."""
    note = "monitoring matched to this service by perfsite"
    wishes = Wishes(MARRIAGE_RECORDS, {}, decimals={"response_time": 1}, note=note)
    days = figures(import_answers([source(path)], wishes))
    return {f"submissions/monitoring/{MARRIAGE_RECORDS}.csv": csv_text(days[TIDY])}


def source(path: Path) -> Source:
    """A file for an importer."""
    return Source(path.name, path.read_bytes())


def figures(imported: Imported) -> pd.DataFrame:
    """The one tidy submission of an import.

    Raises:
        ValueError: if there was an error.
    """
    if has_errors(imported.problems):
        raise ValueError("; ".join(problem.found for problem in imported.problems))
    (text,) = imported.texts.values()
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


def wide(tidy: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """A row a period, with these columns of `measure` or `measure:channel`."""
    named = (tidy["measure"] + ":" + tidy["channel"]).str.removesuffix(":")
    rows = tidy.assign(column=named).pivot(
        index=["service", "period"], columns="column", values="value"
    )
    return rows.reindex(columns=columns).astype(object).fillna(NOT_AVAILABLE).reset_index()


def main() -> None:
    """Write the example; what an earlier run wrote and this one does not is removed."""
    parser = argparse.ArgumentParser(description="Make perfsite's example data.")
    parser.add_argument("shared", type=Path, help="the folder of the public files")
    parser.add_argument("data", type=Path, help="the data folder to write")
    arguments = parser.parse_args()
    config_text = (arguments.data / "perfsite.toml").read_text("utf-8")
    files = example_data(arguments.shared) | editions(arguments.shared, config_text)
    for folder in ("submissions", "editions"):
        shutil.rmtree(arguments.data / folder, ignore_errors=True)
    for name, text in files.items():
        path = arguments.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
