"""The policy in whole builds: what a site and its commands make of secrets, errors and editions."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from perfsite.analysis import analyse
from perfsite.errors import LeakError
from perfsite.load import load_data, with_editions
from small_site import CONFIG, REGISTER, SUBMISSIONS, build_folder, data_folder, perfsite, read_tree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from small_site import Tree

DAY = date(2018, 9, 19)
SECRETS = """\
service,period,measure,channel,value,note,release_at
full,2017-Q4,transactions,,{a},,2018-10-01
full,2017-Q4,transactions,digital,{b},,2018-10-01
full,2017-Q3,transactions,,{c},,2018-10-01
closed,2015-10/2016-09,transactions,phone,{d} [c],,
renamed,2016-10/2017-09,transactions,post,{e} [c],,
satisfied,2017-10,user_satisfaction,,{f},,2019-01-01
weekly,2017-W34,started,,{g} [c],,
"""
ONE = SECRETS.format(a=48213, b=37219, c=71834, d=5291, e=6473, f="77.31%", g=83_914)
OTHER = SECRETS.format(a=9, b=3, c=1, d=7_000_001, e=86_421, f=0.1234, g=12)


def folder_with(parent: Path, files: Mapping[str, str]) -> Path:
    """A data folder of the small site, with more submissions."""
    return data_folder(parent, submissions={**SUBMISSIONS, **files})


def built(folder: Path, day: date = DAY, *, charts: bool = False) -> Tree:
    """The files of the site of a day."""
    return build_folder(folder, charts=charts, on=day)


def rows(tree: Tree, path: str = "data/observations.csv") -> list[dict[str, str]]:
    """The rows of a data file of a site."""
    return list(csv.DictReader(io.StringIO(tree[path].decode(), newline="")))


def figure(tree: Tree, service: str, period: str, measure: str) -> dict[str, str] | None:
    """A figure of all channels as data/observations.csv has it."""
    key = (service, period, measure, "")
    names = ("service", "period", "measure", "channel")
    return next((row for row in rows(tree) if tuple(row[name] for name in names) == key), None)


def test_no_byte_of_a_site_depends_on_a_secret(tmp_path: Path) -> None:
    """Two sites whose suppressed and embargoed numbers differ are the same, charts and all."""
    sites = [
        built(folder_with(tmp_path / name, {"secrets.csv": text}), charts=True)
        for name, text in (("one", ONE), ("other", OTHER))
    ]

    assert sorted(sites[0]) == sorted(sites[1])
    differ = [path for path in sites[0] if sites[0][path] != sites[1][path]]
    assert differ == []
    endings = {path.rpartition(".")[2] for path in sites[0]}
    assert endings >= {"html", "svg", "csv", "json", "xml", "txt", "jpg"}


def test_an_embargoed_figure_is_published_on_its_day(tmp_path: Path) -> None:
    """Until the day the site knows nothing of it, and a revision leaves the figure as it was."""
    folder = folder_with(tmp_path, {"secrets.csv": ONE})
    before, after = built(folder, date(2018, 9, 30)), built(folder, date(2018, 10, 1))

    assert figure(before, "full", "2017-Q4", "transactions") is None
    assert (figure(before, "full", "2017-Q3", "transactions") or {})["value"] == "1400"
    assert (figure(after, "full", "2017-Q4", "transactions") or {})["value"] == "48213"
    assert (figure(after, "full", "2017-Q3", "transactions") or {})["value"] == "71834"


def test_a_hundred_secrets_raise_no_false_alarm(tmp_path: Path) -> None:
    """Small numbers, years and numbers that are published elsewhere stop no honest build."""
    numbers = [
        1,
        7,
        12,
        40,
        70,
        77,
        90,
        100,
        188,
        300,
        330,
        674,
        1000,
        1200,
        1400,
        2017,
        2018,
        5000,
    ]
    lines = "".join(
        f"{service},2018-{month:02},transactions,post,{number + month} [c],,\n"
        for service in ("full", "withheld", "renamed", "closed", "monitored", "one-figure")
        for month, number in enumerate(numbers[:12] if service < "m" else numbers[6:], 1)
        if month < 13
    )
    lines += "".join(
        f"full,2017-Q{quarter},{measure},,{number},,2020-01-01\n"
        for quarter in (1, 2, 3)
        for measure, number in zip(
            ("transactions", "cost", "started", "completed", "rating_1", "rating_5"),
            (1200, 2400, 1100, 950, 6, 94),
            strict=True,
        )
    )
    text = f"service,period,measure,channel,value,note,release_at\n{lines}"
    assert text.count("\n") > 80

    built(folder_with(tmp_path, {"secrets.csv": text}), charts=True)


@pytest.mark.parametrize(
    "line",
    [
        "weekly,2017-W34,started,,83914 [c],it was 83914,",
        "weekly,2017-W34,started,,83914 [c],,\nfull,2018-Q1,cost,,5,as weekly: 83914 in all,",
    ],
)
def test_a_note_that_tells_the_number_stops_the_build(tmp_path: Path, line: str) -> None:
    """What somebody wrote beside a figure is published, and so it is searched."""
    text = f"service,period,measure,channel,value,note,release_at\n{line}\n"

    with pytest.raises(LeakError, match="weekly 2017-W34 started"):
        built(folder_with(tmp_path, {"secrets.csv": text}))


def test_a_figure_that_would_give_another_away_is_held_back(tmp_path: Path) -> None:
    """The total, from which the suppressed channel could be worked out; all else is published."""
    text = (
        "service,period,measure,channel,value\n"
        "one-figure,2018-Q1,transactions,,9876\n"
        "one-figure,2018-Q1,transactions,digital,2222\n"
        "one-figure,2018-Q1,transactions,post,7654 [c]\n"
    )

    folder = folder_with(tmp_path, {"secrets.csv": text})
    tree = built(folder)
    assert (figure(tree, "one-figure", "2018-Q1", "transactions") or {})["status"] == "confidential"
    assert b"2222" in tree["services/one-figure.csv"]
    numbers = (b"9876", b"9,876", b"7654", b"7,654")
    assert not any(number in data for number in numbers for data in tree.values())
    ran = perfsite("build", folder, "--out", tmp_path / "site", "--no-charts")
    assert ran.code == 1
    assert "gives away transactions:post in 2018-Q1, which is confidential" in ran.err
    assert "Held back: 1 figure that would give away" in ran.out


def test_what_is_held_back_brings_nothing_back(tmp_path: Path) -> None:
    """It was sent as it should be: a figure of its file that was deleted since stays deleted."""
    head = "service,period,measure,channel,value\n"
    kept = "one-figure,2018-Q1,transactions,,9876\none-figure,2018-Q1,transactions,digital,2222\n"
    gone = "one-figure,2018-Q1,cost,,4321\n"
    folder = folder_with(tmp_path, {"more.csv": head + kept + gone})
    assert perfsite("freeze", "2018-03-01", folder).code == 0
    post = "one-figure,2018-Q1,transactions,post,7654 [c]\n"
    (folder / "submissions/more.csv").write_text(head + kept + post)
    tree = built(folder)

    assert (figure(tree, "one-figure", "2018-Q1", "transactions") or {})["value"] == ""
    assert figure(tree, "one-figure", "2018-Q1", "cost") is None


def frozen(tmp_path: Path) -> Path:
    """The small site with its edition of 2018-03-01."""
    folder = data_folder(tmp_path)
    assert perfsite("freeze", "2018-03-01", folder).code == 0
    return folder


def test_an_edition_is_frozen_and_followed(tmp_path: Path) -> None:
    """A broken row of the next edition leaves the figure of the last one in its place."""
    folder = frozen(tmp_path)
    path = folder / "submissions" / "full.csv"
    path.write_text(path.read_text().replace("2017-Q3,1400,", "2017-Q3,14O0,"))

    tree = built(folder)
    row = figure(tree, "full", "2017-Q3", "transactions") or {}

    assert (row["value"], row["status"]) == ("1400", "provided carried_over")
    assert row["source"] == "editions/2018-03-01/submissions/full.csv:9"
    known = analyse(with_editions(load_data(folder), folder, DAY), DAY)
    assert [(one.service, one.figures, one.date, one.errors) for one in known.carried] == [
        ("full", 1, date(2018, 3, 1), 1)
    ]
    assert {"PS104", "PS216"} <= {problem.code for problem in known.problems}


@pytest.mark.usefixtures("anew")
def test_freezing_twice_changes_nothing(tmp_path: Path) -> None:
    """The same data is the same edition; other data cannot take its place."""
    folder = frozen(tmp_path)
    before = read_tree(folder)
    again = perfsite("freeze", "2018-03-01", folder)
    assert (again.code, "nothing to do" in again.out) == (0, True)
    assert read_tree(folder) == before

    (folder / "submissions" / "new.csv").write_text(
        "service,period,measure,value\nfull,2018,cost,1\n"
    )
    changed = perfsite("freeze", "2018-03-01", folder)
    assert changed.code == 2
    assert "never replaced" in changed.err
    assert {**before, "submissions/new.csv": b""}.keys() == read_tree(folder).keys()


def test_data_with_errors_is_frozen_on_demand_alone(tmp_path: Path) -> None:
    """Without the option nothing is written, and the problems are said."""
    folder = folder_with(tmp_path, {"bad.csv": "service,period,measure,value\nfull,2018,cost,1O\n"})
    refused = perfsite("freeze", "2018-03-01", folder)
    assert refused.code == 1
    assert "PS104" in refused.err
    assert not (folder / "editions").exists()

    assert perfsite("freeze", "2018-03-01", folder, "--with-errors").code == 1
    assert (folder / "editions" / "2018-03-01" / "edition.json").is_file()


def test_a_wrong_date_is_wrong_usage(tmp_path: Path) -> None:
    """The date is that of an edition, and nothing else."""
    refused = perfsite("freeze", "soon", data_folder(tmp_path))
    assert (refused.code, "2018-09-19 is expected" in refused.err) == (2, True)


def test_an_altered_edition_stops_the_build_and_is_named(tmp_path: Path) -> None:
    """One byte of one file is enough; a missing one is as bad."""
    folder = frozen(tmp_path)
    path = folder / "editions" / "2018-03-01" / "observations.csv"
    data = path.read_bytes()
    path.write_bytes(data[:-3] + b"7\r\n")

    ended = perfsite("build", folder, "--out", tmp_path / "site", "--no-charts")
    assert ended.code == 3
    assert path.relative_to(folder).as_posix() in ended.err
    path.unlink()
    ended = perfsite("build", folder, "--out", tmp_path / "site", "--no-charts")
    assert (ended.code, path.name in ended.err) == (3, True)
    assert not (tmp_path / "site").exists()


def test_a_file_among_the_editions_that_has_no_date_is_named(tmp_path: Path) -> None:
    """An edition that was renamed is not passed over."""
    folder = frozen(tmp_path)
    (folder / "editions" / "2018-03-01").rename(folder / "editions" / "latest")

    ended = perfsite("validate", folder)
    assert (ended.code, "editions/latest is no edition" in ended.err) == (3, True)


def test_a_site_that_would_lose_many_services_is_not_built(tmp_path: Path) -> None:
    """Against the last edition, and without one against the site that stands there."""
    folder = frozen(tmp_path)
    for name in ("full.csv", "withheld.csv", "clocks.json"):
        (folder / "submissions" / name).unlink()
    out = tmp_path / "site"
    refused = perfsite("build", folder, "--out", out, "--no-charts")
    assert (refused.code, "in the edition of 2018-03-01 would have none" in refused.err) == (
        3,
        True,
    )
    assert not out.exists()
    assert perfsite("build", folder, "--out", out, "--no-charts", "--accept-losses").code == 0

    whole, out = data_folder(tmp_path / "whole"), tmp_path / "other"
    assert perfsite("build", whole, "--out", out, "--no-charts").code == 0
    before = read_tree(out)
    (whole / "submissions" / "clocks.json").unlink()
    refused = perfsite("build", whole, "--out", out, "--no-charts")
    assert (refused.code, "--accept-losses" in refused.err) == (3, True)
    assert read_tree(out) == before
    assert perfsite("build", whole, "--out", out, "--no-charts", "--accept-losses").code == 0


def test_a_retracted_figure_is_a_record_on_the_site(tmp_path: Path) -> None:
    """The row stands without its value, what needs it is missing, and no file has the number."""
    folder = data_folder(
        tmp_path,
        submissions={
            "full.csv": "period,transactions\n"
            "2017-Q1,48213\n2017-Q2,48214\n2017-Q3,48215\n2017-Q4,48216\n"
        },
    )
    (folder / "retractions.csv").write_text(
        "service,period,measure,channel,reason,date\n"
        "full,2017-Q4,transactions,,Counted twice,2018-09-01\n"
    )
    tree = built(folder)
    row = figure(tree, "full", "2017-Q4", "transactions") or {}

    assert (row["value"], row["status"]) == ("", "not_provided retracted")
    assert row["note"] == "Counted twice"
    assert not [path for path, data in tree.items() if b"48216" in data or b"48,216" in data]
    kpi = next(r for r in rows(tree, "data/services.csv") if r["service"] == "full")
    assert kpi["transactions_per_year"] == ""


def test_retractions_that_cannot_be_read_stop_the_build(tmp_path: Path) -> None:
    """The old site stays; validate says what is wrong."""
    folder = data_folder(tmp_path)
    (folder / "retractions.csv").write_bytes(b"\xff")

    ended = perfsite("build", folder, "--out", tmp_path / "site", "--no-charts")
    assert (ended.code, "retractions.csv" in ended.err) == (3, True)
    assert "PS102" in perfsite("validate", folder).out


def test_validate_checks_what_is_under_embargo(tmp_path: Path) -> None:
    """Its problems are found before its release, when they can still be mended."""
    text = (
        "service,period,measure,channel,value,note,release_at\n"
        "full,2018-Q1,transactions,,5000,,2030-01-01\n"
        "full,2018-Q1,transactions,digital,6000,,2030-01-01\n"
    )
    folder = folder_with(tmp_path, {"early.csv": text})

    said = perfsite("validate", folder, "--edition", "2018-09-19").out
    assert "[not public] digital transactions of [not public] transactions in 2018-Q1" in said
    assert not re.search("[56],?000", said)


def test_the_register_and_the_configuration_are_in_the_edition(tmp_path: Path) -> None:
    """What the edition was made of can be read without perfsite."""
    folder = frozen(tmp_path)
    edition = folder / "editions" / "2018-03-01"
    entries = json.loads((edition / "edition.json").read_text())

    assert (edition / "perfsite.toml").read_text() == CONFIG
    assert entries["configuration"] == sha256(CONFIG.encode()).hexdigest()
    index = csv.DictReader((edition / "services.csv").read_text().splitlines())
    assert [row["service"] for row in index] == sorted(
        line.split(",")[0] for line in REGISTER.splitlines()[1:]
    )
