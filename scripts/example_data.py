#!/usr/bin/env python3
"""Make the example in `data/` from the public files that it comes from.

    python scripts/example_data.py /path/to/shared/data data

The register and its figures go through perfsite's own importer, without any text that somebody
wrote. The rest shows the other forms that a submission can take: weeks, months and days; wide and
tidy; CSV and JSON. `data/README.md` names the sources. perfsite.toml and README are not touched.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from perfsite.importers.performance_platform import import_register
from perfsite.model import Source

EDITION = "2018-09-19"
STUDENT_FINANCE = {
    "full-time application": "bis-student-finance-applications-full-time-study",
    "part-time application": "bis-student-finance-applications-part-time-study",
}
STAGES = {"started": "started", "submitted": "completed"}
CARERS_ALLOWANCE = "dwp-carers-allowance-new-claims"
CHANNELS = {
    "ca_e_claims_received": "transactions:digital",
    "ca_clerical_received": "transactions:paper",
}
TAX_A_VEHICLE = "dft-tax-a-vehicle"
OFF_ROAD_NOTICE = "dft-request-statutory-off-road-notice-sorn"
MARRIAGE_RECORDS = "fco-forwarding-record-of-marriage-or-civil-partnership-to-registrar-general"
MONITORED = {
    "uptime:sum": "uptime",
    "downtime:sum": "downtime",
    "unmonitored:sum": "unmonitored",
    "avgresponse:mean": "response_time",
}
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
WORST_SCORE, SCORE_STEPS = 5, 4


def example_data(shared: Path) -> dict[str, str]:
    """The text of every file that is made, by its path relative to the data folder.

    Raises:
        ValueError: if a source is not what it is known to be.
    """
    register = shared / "uk-performance-platform" / EDITION / "services.csv"
    imported = import_register(Source(register.name, register.read_bytes()), with_text=False)
    return {
        **{path: text for path, text in imported.files.items() if path != LEFT_OUT},
        "services.csv": with_notes(imported.files["services.csv"]),
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
    uploads = pd.read_csv(path, dtype=str, keep_default_na=False)
    uploads["count"] = pd.to_numeric(uploads["count"])
    uploads["period"] = uploads["_timestamp"].map(week)
    files = {}
    for kind, service in STUDENT_FINANCE.items():
        # Summed over academic years and provinces: an application is one, whatever its year.
        stages = (
            uploads[uploads["application_type"] == kind]
            .pivot_table(index="period", columns="stage", values="count", aggfunc="sum")
            .rename(columns=STAGES)
            .reindex(columns=list(STAGES.values()))
            .astype("Int64")  # so that a week without a stage leaves the others whole numbers
            .astype("string")
            .fillna(NOT_AVAILABLE)
        )
        files[f"submissions/student-finance/{service}.csv"] = csv_text(stages.reset_index())
    return files


def carers_allowance(folder: Path) -> dict[str, str]:
    """Weeks, wide, with the service in a column: claims by channel.

    Raises:
        ValueError: if the two files say different things about a week.
    """
    claims: dict[tuple[str, str], str] = {}
    single = records(folder / "carers-allowance-weekly-claims.json")
    grouped = records(folder / "carers_allowance_weekly_by_channel_start_14.json")
    found = [(record["_timestamp"], record["key"], record["value"]) for record in single]
    found += [
        (week_of["_start_at"], group["key"], week_of["value:sum"])
        for group in grouped
        for week_of in group["values"]
    ]
    for start, key, value in found:
        place, text = (week(start), CHANNELS[key]), figure(value)
        if claims.setdefault(place, text) != text:
            raise ValueError(f"{place} is both {claims[place]} and {text}")
    rows = [
        {"service": CARERS_ALLOWANCE, "period": period}
        | {channel: claims.get((period, channel), NOT_AVAILABLE) for channel in CHANNELS.values()}
        for period in sorted({period for period, _ in claims})
    ]
    return {"submissions/carers-allowance/weekly-claims.csv": csv_text(pd.DataFrame(rows))}


def vehicle_licensing(path: Path) -> dict[str, str]:
    """Months, tidy, one service as CSV and one as JSON: satisfaction, out of scores."""
    months = sorted(records(path), key=lambda record: str(record["_timestamp"]))
    tax = [satisfaction(record, "satisfaction_tax_disc") for record in months]
    sorn = [satisfaction(record, "satisfaction_sorn") for record in months]
    observations = [
        {"service": OFF_ROAD_NOTICE}
        | {key: value for key, value in row.items() if value}
        # A number as such: the shortest decimals that mean it are the six that it has.
        | ({} if row["value"] == NOT_AVAILABLE else {"value": float(row["value"])})
        for row in sorn
    ]
    folder = "submissions/vehicle-licensing"
    return {
        f"{folder}/{TAX_A_VEHICLE}.csv": csv_text(pd.DataFrame(tax, columns=TIDY)),
        f"{folder}/off-road-notice.json": json.dumps({"observations": observations}, indent=1)
        + "\n",
    }


def satisfaction(record: dict[str, Any], key: str) -> dict[str, str]:
    """One month's share of the way from the worst score, 5, to the best, 1."""
    row = dict.fromkeys(TIDY, "")
    row |= {"period": str(record["_timestamp"])[:7], "measure": "user_satisfaction"}
    if record[key] in (None, ""):
        return row | {"value": NOT_AVAILABLE}
    score = Decimal(record[key])
    share = rounded((WORST_SCORE - score) / SCORE_STEPS, "0.000001")
    note = "from a mean score on a scale of 1 (best) to 5, by perfsite"
    return row | {"value": share, "note": note}


def monitoring(path: Path) -> dict[str, str]:
    """Days, tidy: seconds up, down and unmonitored, and the mean response time."""
    rows = [
        {
            "period": str(day["_start_at"])[:10],
            "measure": measure,
            "channel": "",
            "value": rounded(day[key], "0.1") if key == "avgresponse:mean" else figure(day[key]),
            "note": "monitoring matched to this service by perfsite",
        }
        for day in sorted(records(path), key=lambda day: str(day["_start_at"]))
        for key, measure in MONITORED.items()
    ]
    text = csv_text(pd.DataFrame(rows, columns=TIDY))
    return {f"submissions/monitoring/{MARRIAGE_RECORDS}.csv": text}


def records(path: Path) -> list[dict[str, Any]]:
    """The records of an answer of the data store, with the decimals that stand in it."""
    answer = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    found: list[dict[str, Any]] = answer["data"]
    return found


def week(timestamp: str) -> str:
    """The ISO week that starts at this moment.

    Raises:
        ValueError: if it is not the start of a Monday.
    """
    day = date.fromisoformat(timestamp[:10])
    year, number, weekday = day.isocalendar()
    if weekday != 1 or not timestamp[10:].startswith("T00:00:00"):
        raise ValueError(f"{timestamp} is not the start of a week")
    return f"{year}-W{number:02d}"


def figure(value: Decimal | None) -> str:
    """A count, which the data store writes as `1332.0`; null is not available.

    Raises:
        ValueError: if it is not a whole number.
    """
    if value is None:
        return NOT_AVAILABLE
    if value != int(value):
        raise ValueError(f"{value} is not a count")
    return str(int(value))


def rounded(value: Decimal, to: str) -> str:
    """Rounded as people do it by hand, a half away from zero."""
    return str(value.quantize(Decimal(to), ROUND_HALF_UP))


def csv_text(frame: pd.DataFrame) -> str:
    """The frame as CSV, with LF line ends."""
    text = io.StringIO()
    frame.to_csv(text, index=False, lineterminator="\n")
    return text.getvalue()


def main() -> None:
    """Write the example; what an earlier run wrote and this one does not is removed."""
    parser = argparse.ArgumentParser(description="Make perfsite's example data.")
    parser.add_argument("shared", type=Path, help="the folder of the public files")
    parser.add_argument("data", type=Path, help="the data folder to write")
    arguments = parser.parse_args()
    files = example_data(arguments.shared)
    shutil.rmtree(arguments.data / "submissions", ignore_errors=True)
    for name, text in files.items():
        path = arguments.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
