from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfsite.errors import UsageError
from perfsite.importers.backdrop import IMPORTER, Wishes, import_answers
from perfsite.model import Source

if TYPE_CHECKING:
    from pathlib import Path

    from perfsite.importers import Imported

MONDAY = "2013-10-07T00:00:00+00:00"
NEXT = "2013-10-14T00:00:00+00:00"
CLAIMS = {
    "ca_e_claims_received": "transactions:digital",
    "ca_clerical_received": "transactions:paper",
}


def answer(*records: object, name: str = "answer.json") -> Source:
    """An answer of the data store with these records."""
    return Source(name, json.dumps({"data": records}).encode())


def week(**fields: object) -> dict[str, object]:
    """A raw record of one week."""
    return {"_timestamp": MONDAY, "period": "week", **fields}


def run(*sources: Source, **more: object) -> Imported:
    """Import answers about the service `one`; measures and the rest as of `Wishes`."""
    return import_answers(sources, Wishes("one", **{"measures": {}, **more}))  # type: ignore[arg-type]


def rows(imported: Imported) -> list[dict[str, str]]:
    """The rows of the one submission."""
    (text,) = imported.texts.values()
    return list(csv.DictReader(io.StringIO(text)))


def figures(imported: Imported) -> dict[tuple[str, str], str]:
    """The figures by period and `measure:channel`."""
    return {
        (row["period"], f"{row['measure']}:{row['channel']}".rstrip(":")): row["value"]
        for row in rows(imported)
    }


@pytest.mark.parametrize(
    ("fields", "what", "value"),
    [
        ({"count": 12, "channel": "digital"}, "transactions:digital", "12"),
        ({"count": 12, "channel": "telephone_human"}, "transactions:telephone_human", "12"),
        ({"value": 12}, "transactions", "12"),
        ({"count": 12, "stage": "started"}, "started", "12"),
        ({"rating_5": 3}, "rating_5", "3"),
        ({"completed": 1332.0}, "completed", "1332"),
        ({"uptime:sum": 86376.0}, "uptime", "86376"),
        ({"avgresponse:mean": 438.25}, "response_time", "438.25"),
        ({"cost": "1250.50", "count": None}, "cost", "1250.50"),
    ],
)
def test_names_of_the_platform_are_known(fields: dict[str, object], what: str, value: str) -> None:
    """What every upload called so needs no explanation; counts lose the store's `.0`."""
    imported = run(answer(week(**fields)))

    assert figures(imported)["2013-W41", what] == value
    assert [p for p in imported.problems if p.severity == "error"] == []


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"key": "claims", "value": 1}, "1 figure of value, key claims"),
        ({"successful_web": 1}, "1 figure of successful_web"),
        ({"stage": "submitted", "count": 1}, "1 figure of count, stage submitted"),
        ({"channel": "Über", "count": 1}, "1 figure of count, channel Über"),
        # Uploads of costs say when their periods end; nobody may take them for transactions.
        ({"end_at": NEXT, "channel": "digital", "count": 9}, "1 figure of count, channel digital"),
        ({"rating_1": 1, "province": "wales"}, "1 figure of rating_1, province wales"),
    ],
)
def test_what_is_not_known_is_named_and_left_out(fields: dict[str, object], found: str) -> None:
    """No figure goes without a word: a note says which, and how to explain it."""
    imported = run(answer(week(**fields), week(uptime=1)))
    unknown = [problem for problem in imported.problems if problem.code in ("PS307", "PS304")]

    assert [problem.found for problem in unknown] == [found]
    assert "--measures" in unknown[0].fix
    assert figures(imported) == {("2013-W41", "uptime"): "1"}


def test_measures_say_what_words_and_names_mean() -> None:
    """A word of a record, the name of a field, and a channel alone can be explained, or refused."""
    measures = {"claims": "started", "by hand": ":paper", "web:sum": "completed:web", "noise": "-"}
    imported = run(
        answer(
            week(key="claims", how="by hand", value=1),
            week(**{"web:sum": 2}),
            week(noise=4),
        ),
        measures=measures,
    )

    assert figures(imported) == {
        ("2013-W41", "started:paper"): "1",
        ("2013-W41", "completed:web"): "2",
    }
    assert imported.problems == []


@pytest.mark.parametrize(
    ("times", "code"),
    [
        ({"_timestamp": MONDAY, "period": "day"}, "2013-10-07"),
        ({"_timestamp": MONDAY, "period": "week"}, "2013-W41"),
        ({"_timestamp": "2013-10-01T00:00:00Z", "period": "month"}, "2013-10"),
        ({"_timestamp": "2013-10-01T00:00:00", "period": "quarter"}, "2013-Q4"),
        ({"_timestamp": "2013-01-01T00:00:00+00:00", "period": "year"}, "2013"),
        ({"_timestamp": "2013-07-01T00:00:00+01:00", "period": "month"}, "2013-07"),
        ({"_start_at": MONDAY, "_end_at": NEXT}, "2013-W41"),
        (
            {"_start_at": "2013-10-15T00:00:00+00:00", "_end_at": "2013-10-16T00:00:00+00:00"},
            "2013-10-15",
        ),
        ({"_start_at": "2012-04-01T00:00:00", "_end_at": "2013-04-01T00:00:00"}, "2012-04/2013-03"),
        ({"_timestamp": "2013-10-01T00:00:00", "end_at": "2013-11-01T00:00:00"}, "2013-10"),
    ],
)
def test_a_record_has_the_period_that_it_says(times: dict[str, str], code: str) -> None:
    """Raw records say how long, grouped ones from when to when."""
    imported = run(answer({**times, "uptime": 1}))

    assert figures(imported) == {(code, "uptime"): "1"}


@pytest.mark.parametrize(
    ("times", "found"),
    [
        ({"_timestamp": "2013-10-15T00:00:00Z", "period": "week"}, "2013-10-15 is not a Monday"),
        ({"_timestamp": "2013-10-14T01:00:00Z", "period": "week"}, "not midnight"),
        ({"_timestamp": "2013-10-02T00:00:00Z", "period": "month"}, "not the first day of a month"),
        ({"_timestamp": MONDAY, "period": "hour"}, "a period of one hour"),
        ({"_timestamp": MONDAY}, "not how long it lasts"),
        ({"_timestamp": "soon", "period": "week"}, "soon is no moment"),
        ({"period": "week"}, "nothing is no moment"),
        ({"_start_at": MONDAY, "_end_at": "2013-10-17T00:00:00Z"}, "no day, week or run of whole"),
        ({"_start_at": NEXT, "_end_at": MONDAY}, "no day, week or run of whole months"),
        ({"_start_at": "9999-12-27T00:00:00", "period": "week"}, "9999"),
    ],
)
def test_a_record_without_a_whole_period_is_an_error(times: dict[str, str], found: str) -> None:
    """A figure is never put into a week that it does not fill; its record is named."""
    imported = run(answer(week(uptime=1), {**times, "uptime": 2}))

    (problem,) = imported.problems
    assert (problem.code, problem.place, problem.severity) == ("PS306", "answer.json:2", "error")
    assert found in problem.found
    assert figures(imported) == {("2013-W41", "uptime"): "1"}


def test_nulls_are_missing_and_never_dropped() -> None:
    """Null and an empty text are [x], not nothing and not zero."""
    imported = run(
        answer(week(uptime=None, downtime=0), {**week(uptime="", downtime=5), "_timestamp": NEXT})
    )

    assert figures(imported) == {
        ("2013-W41", "uptime"): "[x]",
        ("2013-W41", "downtime"): "0",
        ("2013-W42", "uptime"): "[x]",
        ("2013-W42", "downtime"): "5",
    }


@pytest.mark.parametrize("value", ["twelve", True, "1e999999", "1_000", "NaN", "1" * 99])
def test_what_is_no_number_is_missing_and_an_error(value: object) -> None:
    """A cell that cannot be a figure is named with its record."""
    imported = run(answer(week(uptime=1), {**week(uptime=value), "_timestamp": NEXT}))

    (problem,) = imported.problems
    assert (problem.code, problem.place, problem.column) == ("PS301", "answer.json:2", "uptime")
    assert figures(imported)["2013-W42", "uptime"] == "[x]"


def test_figures_are_rounded_by_hand_where_it_is_wished() -> None:
    """A half goes up, and any length of a number can be rounded; the others keep their digits."""
    values = {"avgresponse": 438.25, "cost": "1234567890123456789012345678901234.55"}
    source = answer(week(**values, uptime=1))
    rounded = run(source, decimals={"response_time": 1, "cost": 1})

    assert list(figures(rounded).values()) == [
        *("1234567890123456789012345678901234.6", "1", "438.3")
    ]
    assert list(figures(run(source)).values())[::2] == [values["cost"], "438.25"]


def test_the_same_figure_twice_is_one_or_an_error() -> None:
    """Alike: a note, and one stands. Different: an error, and neither does."""
    one, two, other = week(uptime=1), week(uptime=1.0), week(uptime=2)
    alike = run(answer(one), answer(two, name="again.json"))
    different = run(answer(one), answer(other, name="again.json"))

    assert [(p.code, p.place) for p in alike.problems] == [("PS307", "again.json:1")]
    assert figures(alike) == {("2013-W41", "uptime"): "1"}
    assert [(p.code, p.severity) for p in different.problems] == [("PS301", "error")]
    assert "is both 1 and 2; the first in answer.json:1" in different.problems[0].found
    assert figures(different) == {("2013-W41", "uptime"): "[x]"}


@pytest.mark.parametrize(
    ("score", "best", "share"),
    [
        ("1", 1, "1.000000"),
        ("3", 1, "0.500000"),
        ("5.0", 1, "0.000000"),
        ("5", 5, "1.000000"),
        ("1.15282352941176", 1, "0.961794"),
        ("0.5", 1, "[x]"),
        ("6", 5, "[x]"),
    ],
)
def test_a_score_becomes_a_share_when_asked(score: str, best: int, share: str) -> None:
    """The way from the worst score to the best; a score beyond them is an error."""
    measures = {"score": "user_satisfaction"}
    decimals = {"user_satisfaction": 6}
    source = answer(week(score=score))
    imported = run(source, measures=measures, score_best=best, decimals=decimals, note="of scores")

    assert [row["value"] for row in rows(imported)] == [share]
    assert [row["note"] for row in rows(imported)] == ["" if share == "[x]" else "of scores"]
    assert [p.code for p in imported.problems] == (["PS301"] if share == "[x]" else [])
    assert figures(run(source, measures=measures)) == {("2013-W41", "user_satisfaction"): score}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff", "PS102"),
        (b"{", "PS103"),
        (b"[" * 100_000, "PS103"),
        (b"12", "PS305"),
        (b'{"status": "error"}', "PS305"),
        (b'{"data": []}', "PS305"),
        (b'{"data": [1]}', "PS103"),
        (b'{"data": [{"values": [[]]}]}', "PS103"),
        (b'{"data": ["\\ud800"]}', "PS103"),
    ],
)
def test_what_is_no_answer_makes_no_files(data: bytes, code: str) -> None:
    """A file of another kind is one problem and nothing else."""
    imported = run(Source("x.json", data))

    assert [problem.code for problem in imported.problems] == [code]
    assert imported.files == {}


FIELDS = st.sampled_from(
    [
        *(
            "_timestamp",
            "_start_at",
            "_end_at",
            "period",
            "end_at",
            "values",
            "count",
            "uptime:sum",
        ),
        *(
            "key",
            "channel",
            "stage",
            "value",
            "service",
            "file",
            "note",
            "column",
            "comment",
            "row",
        ),
    ]
)
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from([MONDAY, NEXT, "week", "day", "digital", "12"]),
)
RECORDS = st.recursive(
    st.dictionaries(FIELDS, CELLS, max_size=6),
    lambda inner: st.dictionaries(
        FIELDS, st.one_of(CELLS, st.lists(inner, max_size=3)), max_size=6
    ),
    max_leaves=6,
)


@given(st.lists(st.one_of(RECORDS, CELLS), max_size=5))
def test_no_answer_makes_it_fail(records: list[object]) -> None:
    """Whatever the records, the answer is files and problems."""
    imported = run(answer(*records), length="week")

    assert imported.problems == sorted(imported.problems)
    for row in rows(imported) if imported.files else []:
        assert row["value"] == "[x]" or Decimal(row["value"]).is_finite()


@given(st.binary(max_size=60))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    """Bytes of any kind are a problem, not an exception."""
    run(Source("x.json", data))
    run(Source("x.json", b'{"data": [{"uptime": 1, ' + data))


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**15)), min_size=1, max_size=30))
def test_figures_come_out_as_they_went_in(values: list[int | None]) -> None:
    """Every figure of every week is there, in its order, with its digits."""
    days = [
        (date(2013, 10, 7) + timedelta(weeks=i)).isoformat() + "T00:00:00Z"
        for i in range(len(values))
    ]
    records = [
        {"_timestamp": day, "period": "week", "uptime": value}
        for day, value in zip(days, values, strict=True)
    ]

    assert [row["value"] for row in rows(run(answer(*records)))] == [
        "[x]" if value is None else str(value) for value in values
    ]


def real(shared_data: Path, *names: str) -> list[Source]:
    """Real answers of the store."""
    paths = [shared_data / "backdrop" / f"{name}.json" for name in names]
    return [Source(path.name, path.read_bytes()) for path in paths]


def total(imported: Imported, measure: str) -> Decimal:
    """The sum of a measure's figures."""
    values = [row["value"] for row in rows(imported) if row["measure"] == measure]
    return sum((Decimal(value) for value in values if value != "[x]"), Decimal(0))


def test_real_claims_raw_and_grouped_are_one_series(shared_data: Path) -> None:
    """Ten weeks of two channels; the week without figures is there, and is missing."""
    sources = real(
        shared_data, "carers-allowance-weekly-claims", "carers_allowance_weekly_by_channel_start_14"
    )
    imported = run(*sources, measures=CLAIMS)
    digital = [row["value"] for row in rows(imported) if row["channel"] == "digital"]

    assert len(rows(imported)) == 20
    assert {problem.code for problem in imported.problems} == {"PS307"}
    assert len(imported.problems) == 16
    assert (digital[0], digital[-1]) == ("1332", "[x]")
    # The store's own sum of the grouped weeks of paper claims, and the week before them.
    paper = [row["value"] for row in rows(imported) if row["channel"] == "paper"]
    assert sum(int(value) for value in paper if value != "[x]") == 24_665 + 3_609


def test_real_completion_steps_are_chosen_by_their_words(shared_data: Path) -> None:
    """Two steps of eleven are wanted; the nine others are named."""
    measures = {"eligibility": "started", "consent-and-declaration": "completed"}
    imported = run(*real(shared_data, "carers_allowance_completion_rate"), measures=measures)

    # The store's own sums.
    assert [total(imported, name) for name in ("started", "completed")] == [46_320, 21_980]
    assert [problem.code for problem in imported.problems] == ["PS307"] * 9
    assert imported.carried == "18 figures"


def test_real_weekly_channels_are_fields(shared_data: Path) -> None:
    """Eight weeks, three channels, each a field of its own."""
    words = {"successful_agent": "phone", "successful_ivr": "ivr", "successful_web": "web"}
    measures = {word: f"transactions:{channel}" for word, channel in words.items()}
    imported = run(*real(shared_data, "vehicle_licensing_channels"), measures=measures)

    assert imported.problems == []
    assert len(rows(imported)) == 24
    assert figures(imported)["2013-W31", "transactions:web"] == "715274"


def test_real_scores_of_nine_years_are_months(shared_data: Path) -> None:
    """113 months that do not say how long they are; two of them without a score."""
    measures = {"satisfaction_tax_disc": "user_satisfaction", "satisfaction_sorn": "-"}
    source = real(shared_data, "vehicle_licensing_customer_satisfaction")
    imported = run(*source, measures=measures, length="month", score_best=1)
    untold = run(*source, measures=measures)

    assert imported.problems == []
    assert len(rows(imported)) == 113
    assert [row["period"] for row in rows(imported) if row["value"] == "[x]"] == [
        "2007-01",
        "2007-02",
    ]
    assert rows(imported)[0]["value"] == "0.96179411764706"
    assert untold.files == {}
    assert {problem.code for problem in untold.problems} == {"PS306"}


def test_real_monitoring_needs_no_explanation(shared_data: Path) -> None:
    """Thirty days of four measures, all by names of the platform."""
    imported = run(*real(shared_data, "deposit_foreign_marriage_monitoring_day"))

    assert imported.problems == []
    assert imported.carried == "120 figures"
    assert [row["measure"] for row in rows(imported)[:4]] == [
        *("uptime", "downtime", "unmonitored", "response_time"),
    ]
    assert rows(imported)[3]["value"] == "452.5416666666667"


def options(**given: str) -> dict[str, object]:
    """All options of the command, as given or absent."""
    return {option.name: given.get(option.name.replace("-", "_")) for option in IMPORTER.options}


def test_the_register_row_is_made_when_name_and_department_are_given() -> None:
    """With both there is a services.csv of one row; with one the command is wrong."""
    source = answer(week(uptime=1))
    imported = IMPORTER.run([source], options(service="one", name="One", department="Ministry"))

    assert list(imported.files) == ["services.csv", "submissions/one/answer.csv"]
    assert imported.texts["services.csv"].splitlines()[1].startswith("one,One,Ministry,")
    assert list(IMPORTER.run([source], options(service="one")).files) == [
        "submissions/one/answer.csv"
    ]
    with pytest.raises(UsageError, match="give both"):
        IMPORTER.run([source], options(service="one", name="One"))


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"service": "One"}, "--service One: lower-case"),
        ({"service": "one", "measures": "count"}, "--measures: 'count'"),
        ({"service": "one", "measures": "count=Über"}, "WORD=measure:channel is expected"),
        ({"service": "one", "measures": "a=cost,a=started"}, "a stands twice"),
        ({"service": "one", "decimals": "cost=many"}, "--decimals"),
    ],
)
def test_options_that_cannot_be_read_are_refused(given: dict[str, str], found: str) -> None:
    """A wrong option is said before anything is read."""
    with pytest.raises(UsageError, match=found):
        IMPORTER.run([answer(week(uptime=1))], options(**given))
