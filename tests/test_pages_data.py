"""What the data files of the small site hold, held against what was submitted."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest

from perfsite.exports.tables import OBSERVATION_COLUMNS
from perfsite.kpis import KPIS
from perfsite.measures import MeasureKind
from perfsite.model import REGISTER_COLUMNS
from small_site import SERVICES, SUBMISSIONS, rows_of, small_site


def test_data_services_has_the_contracts_columns() -> None:
    """The register's columns, then each KPI with its period and status."""
    header = small_site()["data/services.csv"].split(b"\r\n")[0].decode().split(",")
    kpis = [name for kpi in KPIS for name in (kpi, f"{kpi}_period", f"{kpi}_status")]

    assert header == [*REGISTER_COLUMNS, *kpis]
    row = rows_of(small_site()["data/services.csv"])[0]
    assert {name: row[name] for name in ("service", "name", "url", "opened", "agency")} == {
        "service": "full",
        "name": "Pay a toll",
        "url": "https://example.org/toll",
        "opened": "2010-04",
        "agency": "Ministry of Roads",
    }
    assert (row["total_cost"], row["total_cost_period"]) == ("9600.25", "2016-10/2017-09")


def test_every_observation_stands_where_it_says() -> None:
    """Each published figure is found, digit for digit, in the row that is its source."""
    header = small_site()["data/observations.csv"].split(b"\r\n")[0].decode()
    rows = rows_of(small_site()["data/observations.csv"])
    assert header == ",".join(OBSERVATION_COLUMNS)
    for row in rows:
        path, _, number = row["source"].rpartition(":")
        text = SUBMISSIONS[path.removeprefix("submissions/")]
        if path.endswith(".json"):
            record = json.loads(text)["observations"][int(number) - 1]
            assert (record["service"], record["measure"]) == (row["service"], row["measure"])
            given = str(record["value"]).split()[0]
        else:
            columns = text.splitlines()[0].split(",")
            cells = dict(zip(columns, text.splitlines()[int(number) - 1].split(","), strict=True))
            wide = f"{row['measure']}:{row['channel']}".strip(":")
            given = cells["value"] if "value" in cells else cells[wide]
        if row["value"]:
            number_ = Decimal(given.rstrip("%")) / (100 if given.endswith("%") else 1)
            assert Decimal(row["value"]) == number_, row
        else:
            assert given in {"[x]", "[z]", "[c]"}, row
    submitted = sum(
        len(json.loads(text)["observations"])
        if name.endswith(".json")
        else sum(
            1 if ",value," in text.splitlines()[0] else line.count(",") - ("note" in text)
            for line in text.splitlines()[1:]
        )
        for name, text in SUBMISSIONS.items()
    )
    assert len(rows) == submitted > 100


def numbers(text: str) -> set[Decimal]:
    """Every number in a text, a percentage as a share too."""
    found = {Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", text)}
    return found | {number / 100 for number in found}


def test_no_figure_is_published_that_was_not_given() -> None:
    """Every value of every service's CSV is one of the submissions, exactly."""
    given = set[Decimal]().union(*(numbers(text) for text in SUBMISSIONS.values()))
    values = [
        Decimal(row["value"])
        for key in SERVICES
        for row in rows_of(small_site()[f"services/{key}.csv"])
        if row["value"]
    ]

    assert len(values) > 90
    assert [value for value in values if value not in given] == []


def test_the_files_of_services_are_the_whole_cut_up() -> None:
    """All services' CSVs together are data/observations.csv; JSON says the same with KPIs.

    Each names the same file for a figure, and its row in its own way.
    """
    site = small_site()
    together = [row for key in SERVICES for row in rows_of(site[f"services/{key}.csv"])]
    whole = rows_of(site["data/observations.csv"])
    of_services, of_the_whole = (
        [row.pop("source").rpartition(sign) for row in rows]
        for rows, sign in ((together, "#"), (whole, ":"))
    )
    assert together == whole
    assert [file for file, _, _ in of_services] == [file for file, _, _ in of_the_whole]
    kpis = rows_of(site["data/kpis.csv"])
    for key in SERVICES:
        content = json.loads(site[f"services/{key}.json"])
        assert content["service"] == key
        for name, rows in (
            ("observations", rows_of(site[f"services/{key}.csv"])),
            ("kpis", [row for row in kpis if row["service"] == key]),
        ):
            figures = [
                {k: "" if v is None else str(v) for k, v in record.items()}
                for record in content[name]
            ]
            assert figures == [{k: v for k, v in row.items() if k != "service"} for row in rows]


def test_every_kpi_is_its_numerator_by_its_denominator() -> None:
    """A ratio in data/kpis.csv can be worked out again from the two figures beside it."""
    rows = rows_of(small_site()["data/kpis.csv"])
    ratios = [row for row in rows if row["denominator"] and row["value"]]

    assert len(ratios) > 20
    for row in ratios:
        share = float(row["numerator"]) / float(row["denominator"])
        assert float(row["value"]) == pytest.approx(share, rel=1e-12), row
    shares = {kpi.id for kpi in KPIS.values() if kpi.kind is MeasureKind.SHARE}
    assert [r for r in rows if r["kpi"] in shares and r["value"] and float(r["value"]) > 1] == []
    assert {(r["service"], r["kpi"]) for r in rows} == {(s, k) for s in SERVICES for k in KPIS}


def test_csv_files_are_as_rfc_4180_has_them() -> None:
    """Every line ends in CRLF, every row is as long as the header, and the text is UTF-8."""
    for path, data in small_site().items():
        if path.endswith(".csv"):
            assert data.endswith(b"\r\n"), path
            assert data.count(b"\n") == data.count(b"\r\n"), path
            assert all(None not in row and None not in row.values() for row in rows_of(data)), path


def test_departments_add_up_one_period() -> None:
    """The departments' numerators of a year add up to those of all services."""
    site = small_site()

    def year(path: str) -> Decimal:
        return sum(
            (
                Decimal(row["numerator"])
                for row in rows_of(site[path])
                if (row["kpi"], row["period"]) == ("transactions_per_year", "2016-10/2017-09")
            ),
            start=Decimal(),
        )

    assert year("data/departments.csv") == year("data/all-services.csv") == 12_004
