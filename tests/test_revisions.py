"""Editions held against each other: what is called what, and what is told of it."""

from __future__ import annotations

import math
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfsite.decimals import exact
from perfsite.editions import OBSERVATIONS, observations_of, text_frame
from perfsite.errors import ConfigError
from perfsite.model import Service
from perfsite.revisions import (
    ChangeKind,
    Move,
    Reason,
    RevisionHistory,
    Snapshot,
    Step,
    compare,
    make_history,
    read_reasons,
    unused_reasons,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from perfsite.model import Key

FIRST, SECOND, THIRD = date(2017, 1, 1), date(2017, 6, 1), date(2018, 1, 1)
ALPHA: Final = Service("alpha", "Alpha", "Ministry")
SERVICES: Final = {"alpha": ALPHA, "beta": Service("beta", "Beta", "Ministry")}


def snapshot(
    day: date | None, rows: Sequence[str], services: Mapping[str, Service] = SERVICES
) -> Snapshot:
    """What a site said; a row is `service period value status note`, `-` for nothing."""
    made = []
    for row in rows:
        service, period, value, status, *note = row.split()
        made.append(
            (
                service,
                period,
                "transactions",
                "",
                value.replace("-", ""),
                status.replace("+", " "),
                " ".join(note),
                "submissions/x.csv:2",
            )
        )
    return Snapshot(day, services, observations_of(text_frame(OBSERVATIONS, made)))


def step(before: Sequence[str], now: Sequence[str], reasons: Sequence[Reason] = ()) -> Step:
    """What changed from the first edition to the second."""
    return compare(snapshot(FIRST, before), snapshot(SECOND, now), reasons)


def told(found: Step) -> dict[str, tuple[str, str, str, str]]:
    """The figures of a step: kind, before, now and reason by service and period."""
    return {
        f"{row['service']} {row['period']}": (
            row["kind"],
            row["value_before"],
            row["value_now"],
            row["reason"],
        )
        for row in found.figures.to_dict("records")
    }


@pytest.mark.parametrize(
    ("before", "now", "kind"),
    [
        ("5 provided", "6 provided", ChangeKind.RESTATED),
        ("5 provided+provisional", "6 provided", ChangeKind.REVISED),
        ("5 provided+estimated", "6 provided", ChangeKind.REVISED),
        ("5 provided", "6 provided+revised", ChangeKind.REVISED),
        ("5 provided", "6 provided+provisional", ChangeKind.RESTATED),
        ("5 provided", "0 provided", ChangeKind.RESTATED),
        ("0 provided", "- not_provided", ChangeKind.WITHDRAWN),
        ("5 provided", "- not_applicable", ChangeKind.WITHDRAWN),
        ("5 provided", "- confidential", ChangeKind.SUPPRESSED),
        ("- not_provided", "0 provided", ChangeKind.BACKFILLED),
        ("- confidential", "5 provided", ChangeKind.BACKFILLED),
        ("5 provided", "5 provided", None),
        ("5 provided+provisional", "5 provided", None),
        ("- not_provided", "- confidential", None),
    ],
)
def test_what_became_of_a_figure(before: str, now: str, kind: ChangeKind | None) -> None:
    """Zero is a figure, missing is none, and a mark alone is no change of the figure."""
    other = "beta 2016 1 provided"
    found = told(step([f"alpha 2016 {before}", other], [f"alpha 2016 {now}", other]))

    assert [values[0] for values in found.values()] == ([] if kind is None else [kind])


def test_late_figures_are_told_from_new_ones_by_the_periods_of_the_edition_before() -> None:
    """A period that any service had before is an old one; a new service brings new figures."""
    services = {"alpha": ALPHA}
    before = snapshot(FIRST, ["alpha 2015 1 provided"], services)
    rows = ["alpha 2015 1 provided", "alpha 2016 2 provided", "beta 2015 3 provided"]
    found = compare(before, snapshot(SECOND, rows))
    later = compare(
        snapshot(FIRST, ["alpha 2015 1 provided", "beta 2014 1 provided"]),
        snapshot(SECOND, [*rows, "alpha 2014 9 provided", "beta 2014 1 provided"]),
    )

    assert {key: values[0] for key, values in told(found).items()} == {
        "alpha 2016": ChangeKind.FIRST_PUBLISHED,
        "beta 2015": ChangeKind.FIRST_PUBLISHED,
    }
    assert {key: values[0] for key, values in told(later).items()} == {
        "alpha 2014": ChangeKind.BACKFILLED,
        "alpha 2016": ChangeKind.FIRST_PUBLISHED,
        "beta 2015": ChangeKind.BACKFILLED,
    }


def test_figures_leave_with_their_service() -> None:
    """A service that left is one change, not one for each of its figures."""
    before = snapshot(FIRST, ["alpha 2016 1 provided", "beta 2016 2 provided"])
    found = compare(before, snapshot(SECOND, ["alpha 2016 1 provided"], {"alpha": ALPHA}))

    assert found.figures.empty
    assert [(one.service, one.kind) for one in found.services] == [("beta", Move.REMOVED)]
    assert found.counts[Move.REMOVED] == 1


@given(st.floats(0, 1e12, allow_subnormal=False))
def test_a_number_comes_back_from_an_edition_as_it_was(number: float) -> None:
    """Not a bit of it is lost in its text: it differs from itself in no edition."""
    rows = [f"alpha 2016 {exact(number)} provided"]
    before = snapshot(FIRST, rows)
    now = before.observations.assign(value=number)

    assert compare(before, Snapshot(SECOND, SERVICES, now)).is_empty
    other = Snapshot(SECOND, SERVICES, now.assign(value=math.nextafter(number, math.inf)))
    ((kind, was, is_now, _),) = told(compare(before, other)).values()
    assert (kind, was) == (ChangeKind.RESTATED, exact(number))
    assert float(is_now) > number


def test_a_mark_of_what_was_not_given_is_no_figure() -> None:
    """A figure that was taken back keeps its note, and has become none."""
    found = step(["alpha 2016 5 provided"], ["alpha 2016 - not_provided+retracted Wrong."])

    assert told(found) == {"alpha 2016": (ChangeKind.WITHDRAWN, "5", "", "Wrong.")}


def test_services_are_followed_through_names_organisations_and_ids() -> None:
    """An id that became an alias is the same service, and its figures are compared."""
    moved = Service("omega", "Omega", "Department", agency="Agency", aliases=("alpha",))
    before = snapshot(FIRST, ["alpha 2016 1 provided", "alpha 2015 7 provided"], {"alpha": ALPHA})
    now = ["omega 2016 2 provided", "omega 2015 7 provided"]
    found = compare(before, snapshot(SECOND, now, {"omega": moved}))

    assert [(one.service, one.kind, one.before, one.since) for one in found.services] == [
        ("omega", Move.RENAMED, "Alpha", "Omega"),
        ("omega", Move.MOVED, "Ministry", "Department: Agency"),
        ("omega", Move.NEW_ID, "alpha", "omega"),
    ]
    assert told(found) == {"omega 2016": (ChangeKind.RESTATED, "1", "2", "")}


TOML: Final = """
[[revision]]
kind = "correction"
reason = "Counted twice."
services = ["alpha"]
measures = ["transactions"]
periods = ["2016-01/2016-12"]
edition = 2017-06-01

[[revision]]
kind = "revision"
reason = "Better data."
"""


def test_reasons_tell_a_revision_from_a_correction() -> None:
    """The first entry that fits counts; what is new needs no reason."""
    found = step(
        ["alpha 2016 1 provided", "beta 2016 2 provided", "beta 2015 3 provided"],
        ["alpha 2016 5 provided", "beta 2016 6 provided", "beta 2015 - not_provided"],
        read_reasons(TOML),
    )

    assert told(found) == {
        "alpha 2016": (ChangeKind.CORRECTED, "1", "5", "Counted twice."),
        "beta 2015": (ChangeKind.WITHDRAWN, "3", "", "Better data."),
        "beta 2016": (ChangeKind.REVISED, "2", "6", "Better data."),
    }


def test_an_entry_is_about_its_edition_alone() -> None:
    """Of another edition, and of what is not frozen yet, it explains nothing."""
    (correction, _) = read_reasons(TOML)
    before, rows = snapshot(FIRST, ["alpha 2016 1 provided"]), ["alpha 2016 5 provided"]
    kinds = [
        told(compare(before, snapshot(day, rows), [correction]))["alpha 2016"][0]
        for day in (SECOND, THIRD, None)
    ]

    assert kinds == [ChangeKind.CORRECTED, ChangeKind.RESTATED, ChangeKind.RESTATED]


def test_a_new_note_is_the_reason_and_an_old_one_is_not() -> None:
    """A note does not tell a revision from a correction."""
    found = step(
        ["alpha 2016 1 provided", "beta 2016 1 provided old news"],
        ["alpha 2016 2 provided a new count", "beta 2016 2 provided old news"],
    )

    assert told(found) == {
        "alpha 2016": (ChangeKind.RESTATED, "1", "2", "a new count"),
        "beta 2016": (ChangeKind.RESTATED, "1", "2", ""),
    }


def ledger_of(
    snapshots: Sequence[Snapshot], reasons: Sequence[Reason], hidden: Collection[Key]
) -> RevisionHistory:
    """The history of editions, the first of `FIRST`, and of what stands now."""
    *frozen, pending = (compare(before, now, reasons) for before, now in pairwise(snapshots))
    return make_history(FIRST, frozen, pending, hidden)


def test_a_suppressed_figure_is_told_without_its_number() -> None:
    """Neither the number nor a sentence about it stands in the ledger, in no step."""
    rows = (["alpha 2016 1 provided"], ["alpha 2016 777 provided it was 777"])
    snapshots = [
        snapshot(FIRST, rows[0]),
        snapshot(SECOND, rows[1]),
        snapshot(None, ["alpha 2016 - confidential"]),
    ]
    ledger = ledger_of(snapshots, (), {("alpha", "2016", "transactions", "")})

    assert ledger
    assert [told(one)["alpha 2016"] for one in ledger.steps] == [
        (ChangeKind.RESTATED, "", "", ""),
        (ChangeKind.SUPPRESSED, "", "", ""),
    ]
    assert not any("777" in cell for row in ledger.rows() for cell in row)


def test_a_ledger_tells_what_each_figure_has_said() -> None:
    """Every number with the edition that had it first, through withdrawals and back."""
    values = ["1 provided", "2 provided", "- not_provided", "3 provided"]
    days = [FIRST, SECOND, THIRD, None]
    snapshots = [
        snapshot(day, [f"alpha 2016 {value}", "beta 2016 9 provided"])
        for day, value in zip(days, values, strict=True)
    ]
    ledger = ledger_of(snapshots, (), ())

    assert ledger
    (history,) = ledger.figure_histories["alpha"]
    assert history.numbers == (
        (FIRST, "1", ""),
        (SECOND, "2", ChangeKind.RESTATED),
        (THIRD, "", ChangeKind.WITHDRAWN),
    )
    assert "beta" not in ledger.figure_histories
    assert ledger.revised == {("alpha", "2016", "transactions", "")}
    assert ledger.pending is ledger.steps[-1]
    assert ledger.backfilled == {"alpha": [(None, 1)]}
    assert (ledger.last_change(["beta"]), ledger.last_change(["alpha"])) == (FIRST, None)
    assert ledger.last_change([]) == FIRST


def test_a_ledger_without_news_ends_with_the_last_edition() -> None:
    """What stands now and differs in nothing is no step."""
    rows = ["alpha 2016 1 provided"]
    ledger = ledger_of([snapshot(FIRST, rows), snapshot(None, rows)], (), ())

    assert ledger
    assert (ledger.steps, ledger.pending, ledger.rows()) == ((), None, [])


def test_what_is_not_frozen_has_no_successor() -> None:
    """The data of now come after every edition."""
    with pytest.raises(ValueError, match="comes after"):
        compare(snapshot(None, []), snapshot(FIRST, []))


def test_a_reason_that_fits_nothing_is_a_problem() -> None:
    """Its number in the file is its row, and the reason is named."""
    reasons = read_reasons(TOML)
    ledger = ledger_of(
        [
            snapshot(FIRST, ["beta 2016 1 provided"]),
            snapshot(SECOND, ["beta 2016 2 provided"]),
            snapshot(None, ["beta 2016 2 provided"]),
        ],
        reasons,
        (),
    )

    assert ledger
    (problem,) = unused_reasons(reasons, ledger.steps)
    assert (problem.code, problem.file, problem.row) == ("PS217", "revisions.toml", 1)
    assert "Counted twice." in problem.found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[revision]]\nkind = "mistake"\nreason = "x"\n', "revision.0.kind"),
        ('[[revision]]\nkind = "revision"\n', "revision.0.reason: an entry is missing"),
        ('[[revision]]\nkind = "revision"\nreason = ""\n', "revision.0.reason"),
        (
            '[[revision]]\nkind = "revision"\nreason = "x"\nperiods = ["Q1 2017"]\n',
            "revision.0.periods",
        ),
        ('[[revisions]]\nkind = "revision"\n', "did you mean revision?"),
        ("[[revision]\n", "is not TOML"),
    ],
)
def test_a_wrong_entry_is_named(text: str, said: str) -> None:
    """revisions.toml is read whole or not at all."""
    with pytest.raises(ConfigError, match=r"revisions\.toml") as raised:
        read_reasons(text)
    assert said in str(raised.value)


def test_periods_of_an_entry_may_be_spelt_in_any_way() -> None:
    """12 months are a year, however they are written."""
    (correction, _) = read_reasons(TOML)

    assert correction.periods == ("2016",)
