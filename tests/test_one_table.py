"""A KPI is one entry of the table: entries that perfsite does not have are built, said and counted.

The expected values are worked out by hand from the figures in `invented_kpis`.
"""

from __future__ import annotations

import ast
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

import perfsite
from invented_kpis import (
    ANSWERED,
    CALLS,
    CONFIG,
    FEES,
    INVENTED,
    REGISTER,
    SCORED,
    SUBMISSIONS,
    WAITED,
)
from perfsite.analysis import analyse
from perfsite.charts.sentences import level_sentence, meets
from perfsite.kpis import KPIS, Adding, Kpi, Place, at
from perfsite.language import Language
from perfsite.load import load_data
from perfsite.measures import MEASURES, Better, MeasureKind
from perfsite.periods import Period
from small_site import Page, Tree, build_folder, data_folder, pages_of, rows_of

PACKAGE: Final = Path(perfsite.__file__).parent
ENGLISH: Final = Language("en-GB")


@pytest.fixture(scope="module")
def built() -> Tree:
    """The site of the invented KPIs; outside of its build nobody knows them."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as name:
        for kpi in INVENTED:
            patch.setitem(KPIS, kpi.id, kpi)
        folder = data_folder(Path(name), register=REGISTER, submissions=SUBMISSIONS, config=CONFIG)
        return build_folder(folder, charts=True)


@pytest.fixture(scope="module")
def pages(built: Tree) -> dict[str, Page]:
    """The pages of that site."""
    return pages_of(built)


def text_of(page: Page) -> str:
    """All that a page says, in one line."""
    return " ".join(" ".join(page.texts).split())


def test_each_way_of_adding_up_is_tried() -> None:
    """There is an invented KPI of every way, and none is one of perfsite's own."""
    assert {kpi.adding for kpi in INVENTED} == set(Adding)
    assert not {kpi.id for kpi in INVENTED} & KPIS.keys()


@pytest.mark.parametrize(
    ("service", "kpi", "value", "status"),
    [
        ("alpha", CALLS, "150", "provided"),  # 20 + 30 + 40 + 60
        ("alpha", ANSWERED, "0.8", "provided"),  # (15 + 25 + 30 + 50) / 150
        ("alpha", WAITED, "30", "provided"),  # 4500 / 150
        ("alpha", SCORED, "0.65", "provided"),  # (0 x 20 + 1 x 30 + 2 x 50) / (2 x 100)
        ("alpha", FEES, "2500", "provided"),  # 12.50 x 200
        ("beta", CALLS, "250", "provided"),
        ("beta", ANSWERED, "0.5", "provided"),
        ("beta", WAITED, "50", "provided"),
        ("beta", SCORED, "1", "provided"),
        ("beta", FEES, "1000", "provided"),  # as it was given
        ("gamma", CALLS, "40", "provided"),
        ("gamma", ANSWERED, "", "withheld"),  # 50 of 40
        ("gamma", WAITED, "", "not_provided"),
        ("delta", CALLS, "", "not_provided"),
        ("delta", ANSWERED, "0.9", "provided"),  # stated
        ("delta", FEES, "", "not_provided"),  # a fee, and nothing to multiply it by
    ],
)
def test_a_service_has_the_figures_of_each(
    built: Tree, service: str, kpi: Kpi, value: str, status: str
) -> None:
    """data/services.csv holds each headline as it is worked out by hand."""
    row = next(row for row in rows_of(built["data/services.csv"]) if row["service"] == service)

    assert (row[kpi.id], row[f"{kpi.id}_status"]) == (value, status)
    assert row[f"{kpi.id}_period"] == ("2017" if status != "not_provided" else "")


@pytest.mark.parametrize(
    ("kpi", "numerator", "denominator"),
    [
        (CALLS, "150", ""),
        (ANSWERED, "120", "150"),
        (WAITED, "4500", "150"),
        (SCORED, "130", "200"),
        (FEES, "2500", ""),
    ],
)
def test_a_figure_says_what_it_is_a_ratio_of(
    built: Tree, kpi: Kpi, numerator: str, denominator: str
) -> None:
    """data/kpis.csv has the two numbers of a ratio, and the one of a sum or a product."""
    row = next(
        row
        for row in rows_of(built["data/kpis.csv"])
        if (row["service"], row["kpi"], row["period"]) == ("alpha", kpi.id, "2017")
    )

    assert (row["numerator"], row["denominator"]) == (numerator, denominator)


def test_sums_and_products_are_of_years_alone(built: Tree) -> None:
    """A quarter's sum stands beside no year's in data/kpis.csv; a quarter's share does."""
    rows = rows_of(built["data/kpis.csv"])
    periods = {
        kpi.id: {row["period"] for row in rows if row["kpi"] == kpi.id and row["service"] == "beta"}
        for kpi in INVENTED
    }

    assert "2017-Q4" in periods[ANSWERED.id]
    assert "2017-Q4" not in periods[CALLS.id] | periods[FEES.id]


@pytest.mark.parametrize(
    ("kpi", "value", "before"),
    [
        (CALLS, 150 + 250, 100 + 300),
        (ANSWERED, (120 + 125) / 400, (70 + 150) / 400),  # no mean of 0.8 and 0.5, and no sum
        (WAITED, (4500 + 12500) / 400, (4000 + 15000) / 400),
        (SCORED, (130 + 20) / 220, (160 + 0) / 220),
        (FEES, 2500 + 1000, 1200 + 800),
    ],
)
def test_a_group_is_a_sum_or_a_sum_over_a_sum(
    built: Tree, kpi: Kpi, value: float, before: float
) -> None:
    """data/departments.csv adds up both services, and compares the same two with a year before."""
    row = next(
        row
        for row in rows_of(built["data/departments.csv"])
        if (row["department"], row["kpi"], row["period"]) == ("North", kpi.id, "2017")
    )

    assert (row["services"], row["of"], row["like_for_like_services"]) == ("2", "2", "2")
    assert float(row["value"]) == pytest.approx(value, abs=1e-9)
    assert float(row["like_for_like_value"]) == pytest.approx(value, abs=1e-9)
    assert float(row["like_for_like_year_before"]) == pytest.approx(before, abs=1e-9)


def test_a_share_that_was_stated_or_withheld_is_in_no_group(built: Tree) -> None:
    """The South has one service with a stated share and one that is withheld: no figure."""
    rows = rows_of(built["data/departments.csv"])

    assert [(r["kpi"], r["value"]) for r in rows if r["department"] == "South"] == [
        (CALLS.id, "40")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Calls a year 150 +50% on a year before",
        "Calls answered 80.0% +10.0 points on a year before",
        "Target: 75%, met",
        "Wait for an answer 30 seconds −25% on a year before",
        "Target: 25 seconds, missed",  # less would be better
        "Call score 65.0% −15.0 points on a year before",
        "Fee income £2,500 +108% on a year before",  # 12.50 is known to the penny, so ±£1
        "20 + 30 + 40 + 60 = 150",
        "120 ÷ 150 = 80.0%",
        "4,500 seconds ÷ 150 = 30 seconds",
        "((1 × 20 + 2 × 30 + 3 × 50) ÷ (20 + 30 + 50) − 1) ÷ 2 = 65.0%",
        "£12.50 × 200 ≈ £2,500",
    ],
)
def test_a_card_says_the_figure_and_where_it_comes_from(pages: dict[str, Page], text: str) -> None:
    """Value, change, target and formula stand on the card of each."""
    assert text in text_of(pages["services/alpha.html"])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("services/alpha.html", "Calls received by quarter, Jan 2016 to Dec 2017"),
        ("services/alpha.html", "of calls were answered in"),
        ("services/alpha.html", "A caller waited 30 seconds in 2017"),
        ("services/alpha.html", "Callers gave a score of 65.0% in 2017, down from 80.0%"),
        ("services/alpha.html", "People paid £2,500 in fees in 2017, up from £1,200"),
        ("services/gamma.html", "40 calls came in in 2017"),
        ("services/gamma.html", "50 calls were answered of 40 that came in"),
        ("services/delta.html", "90% of calls were answered in 2017"),
        ("services/delta.html", "90%, as the service gave it"),
        ("departments/north.html", "400 calls came in at the same 2 services in 2017"),
        ("departments/north.html", "61.3% of calls at the same 2 services were answered in 2017"),
        ("departments/north.html", "Wait for an answer 42.5 seconds"),
        ("departments/south.html", "Calls a year over time"),
        ("about.html", "Call score = (mean score from 1 to 3 − 1) ÷ 2"),
        ("services/by-answer-rate-descending.html", "by calls answered, highest first"),
        ("services/by-fee-income-ascending.html", "by fee income, lowest first"),
        ("departments/south.html", "South: 2 services. Key figures"),
    ],
)
def test_each_is_said_in_its_own_words(pages: dict[str, Page], path: str, text: str) -> None:
    """Sentences, headings and orders are those of the entry, with its figures."""
    assert text in text_of(pages[path])


def test_nothing_is_said_of_the_invented_in_words_of_another(pages: dict[str, Page]) -> None:
    """No sentence of availability, and no count of transactions where there are none."""
    gamma = text_of(pages["services/gamma.html"])

    assert "online service" not in gamma
    assert "transaction" not in gamma


def test_lists_have_its_column_and_its_order(pages: dict[str, Page]) -> None:
    """The list by the share of calls answered runs from the highest; withheld comes last."""
    table = pages["services/by-answer-rate-descending.html"].tables[
        "Services by calls answered, highest first"
    ]
    place = next(i for i, text in enumerate(table[0]) if text.startswith("Calls answered"))

    assert [(row[0], row[place]) for row in table[1:]] == [
        ("Ring delta", "90%"),
        ("Ring alpha", "80.0%"),
        ("Ring beta", "50.0%"),
        ("Ring gamma", "withheld"),
    ]


def test_peers_are_compared_by_it(pages: dict[str, Page]) -> None:
    """The two services of one size stand side by side with the figures of one year."""
    table = pages["services/alpha.html"].tables["Services like Ring alpha, Jan to Dec 2017"]

    assert table[0][-2:] == ["Calls a year", "Calls answered"]
    assert [row[-2:] for row in table[1:]] == [["150", "80.0%"], ["250", "50.0%"]]


def test_the_table_of_a_chart_has_its_operands(pages: dict[str, Page]) -> None:
    """What is divided and by what stand beside a share, in the units of their measures."""
    tables = pages["services/alpha.html"].tables
    answered = tables["Calls answered by quarter, Jan 2016 to Dec 2017: Ring alpha"]
    waited = tables["Wait for an answer over 12 months, Jan 2016 to Dec 2017: Ring alpha"]

    assert answered[0][:4] == ["Period", "Calls answered", "Answered", "All calls"]
    assert answered[1][:4] == ["Oct to Dec 2017", "83.3%", "50", "60"]
    assert waited[1][:4] == ["Jan to Dec 2017", "30 seconds", "4,500 seconds", "150"]


def test_health_asks_for_what_is_asked_and_from_the_first_figure_on(built: Tree) -> None:
    """Of calls every service owes, of a voluntary score the one that gave it; the rest is told."""
    rows = rows_of(built["data/health.csv"])
    states = {
        (row["service"], row["kpi"]): row["state"] for row in rows if row["period"] == "2017-Q4"
    }

    assert states["delta", CALLS.id] == "missing"
    assert states["gamma", ANSWERED.id] == "withheld"
    assert states["gamma", SCORED.id] == "not_asked"
    assert states["alpha", SCORED.id] == states["alpha", FEES.id] == "provided"
    assert {row["kpi"] for row in rows} >= {kpi.id for kpi in (CALLS, ANSWERED, SCORED, FEES)}
    assert WAITED.id not in {row["kpi"] for row in rows}


def test_data_health_counts_only_what_is_owed(pages: dict[str, Page]) -> None:
    """The page of the North has a table for each KPI that is asked for, and none for the others."""
    captions = " ".join(pages["health/north.html"].tables)

    assert "Calls a year, quarter by quarter" in captions
    assert "Call score, quarter by quarter" in captions
    assert "Fee income, quarter by quarter" not in captions


@pytest.mark.parametrize(
    ("kpi", "datatype", "unit"),
    [
        (CALLS, {"base": "decimal", "minimum": 0}, "calls"),
        (ANSWERED, {"base": "decimal", "minimum": 0, "maximum": 1}, "share from 0 to 1"),
        (WAITED, {"base": "decimal", "minimum": 0}, "seconds"),
        (SCORED, {"base": "decimal", "minimum": 0, "maximum": 1}, "share from 0 to 1"),
        (FEES, {"base": "decimal", "minimum": 0}, "GBP"),
    ],
)
def test_metadata_describes_its_columns(
    built: Tree, kpi: Kpi, datatype: dict[str, Any], unit: str
) -> None:
    """CSVW says of each column what it holds, in which unit, and what it tells."""
    content = json.loads(built["data/services.csv-metadata.json"])
    columns = {column["name"]: column for column in content["tableSchema"]["columns"]}

    assert columns[kpi.id]["datatype"] == datatype
    assert columns[kpi.id]["schema:unitText"] == unit
    assert columns[kpi.id]["dc:description"] == kpi.definition
    assert {f"{kpi.id}_period", f"{kpi.id}_status"} <= columns.keys()


def test_schemas_and_packages_allow_its_id(built: Tree) -> None:
    """The JSON Schema, CSVW of KPIs and groups, and the data package know the new ids."""
    schema = json.loads(built["data/schemas/service.json"])
    package = json.loads(built["datapackage.json"])
    ids = {kpi.id for kpi in INVENTED}

    assert ids <= set(schema["properties"]["kpis"]["items"]["properties"]["kpi"]["enum"])
    for name in ("kpis", "departments"):
        content = json.loads(built[f"data/{name}.csv-metadata.json"])
        columns = {column["name"]: column for column in content["tableSchema"]["columns"]}
        assert ids <= set(columns["kpi"]["datatype"]["format"].split("|"))
    services = next(r for r in package["resources"] if r["path"] == "data/services.csv")
    assert ids <= {column["name"] for column in services["schema"]["fields"]}


def test_search_engines_are_told_of_it(pages: dict[str, Page]) -> None:
    """The description of a service's data names each KPI that has a figure, with its unit."""
    described = next(
        json.loads(text)
        for text in pages["services/alpha.html"].scripts
        if "variableMeasured" in text
    )

    units = {one["propertyID"]: one["unitText"] for one in described["variableMeasured"]}
    assert {kpi.id: units[kpi.id] for kpi in INVENTED} == {
        CALLS.id: "calls",
        ANSWERED.id: "share from 0 to 1",
        WAITED.id: "seconds",
        SCORED.id: "share from 0 to 1",
        FEES.id: "GBP",
    }


def test_what_was_stated_is_held_against_its_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stated share that its counts do not make, a part above its whole, an answer left out."""
    for kpi in INVENTED:
        monkeypatch.setitem(KPIS, kpi.id, kpi)
    wrong = "period,calls,answered,stated_answer_rate,score_1,score_3\n2016,10,5,0.7,1,2\n"
    given = {**SUBMISSIONS, "beta.csv": wrong}
    data = load_data(data_folder(tmp_path, register=REGISTER, submissions=given, config=CONFIG))
    problems = analyse(data, max(data.config.published)).problems
    found = {(one.code, one.service): one for one in problems}

    assert found["PS208", "beta"].found == (
        "0.7 as stated; 0.5 is answered divided by calls in 2016"
    )
    assert found["PS201", "gamma"].found == "50 calls answered of 40 calls in 2017"
    assert found["PS207", "beta"].found == "no score_2 beside score_1 and score_3 in 2016"
    assert found["PS207", "beta"].expected == "all three ratings of a period, or none"


def test_an_unknown_kpi_is_no_other_one() -> None:
    """What is not in the table has no sentence: none takes it for the last that it knows."""
    with pytest.raises(KeyError):
        level_sentence(ENGLISH, "nobody_knows", 13.447, None, Period.parse("2017"))


@pytest.mark.parametrize(
    ("better", "below", "above"),
    [(Better.LOWER, True, False), (Better.HIGHER, False, True), (Better.NEITHER, False, True)],
)
def test_a_target_is_met_on_the_better_side(
    monkeypatch: pytest.MonkeyPatch, better: Better, *, below: bool, above: bool
) -> None:
    """Less is better of a wait, more of a share; where neither is, a target is a level to reach."""
    monkeypatch.setitem(KPIS, WAITED.id, replace(WAITED, better=better))

    assert meets(WAITED.id, 9, 10) is below
    assert meets(WAITED.id, 11, 10) is above
    assert meets(WAITED.id, 10, 10)


@pytest.mark.parametrize(
    ("kpi", "changes", "need"),
    [
        (ANSWERED, {"denominator": ()}, "a denominator"),
        (CALLS, {"numerator": ()}, "a numerator"),
        (FEES, {"stated": ""}, "what is multiplied"),
        (SCORED, {"numerator": ("score_1",)}, "answers to pool"),
        (SCORED, {"kind": MeasureKind.NUMBER}, "the kind share"),
        (WAITED, {"weighted": True}, "a stated figure to weigh"),
        (CALLS, {"words": replace(CALLS.words, counted=None)}, "words that count it"),
        (ANSWERED, {"words": replace(ANSWERED.words, counts="")}, "held against"),
        (ANSWERED, {"words": replace(ANSWERED.words, exceeds=None)}, "above its whole"),
        (FEES, {"words": replace(FEES.words, orders=None)}, "words for its orders"),
        (CALLS, {"words": replace(CALLS.words, panel=None)}, "the chart of a group"),
        (CALLS, {"places": {Place.GROUP_CARD: 1}}, "a place among the groups"),
        (CALLS, {"places": {Place.ASKED: 1, Place.VOLUNTARY: 1}}, "one place in data health"),
    ],
)
def test_half_an_entry_is_refused(kpi: Kpi, changes: dict[str, Any], need: str) -> None:
    """An entry that lacks what its places need is an error that says what it lacks."""
    with pytest.raises(ValueError, match=f"the KPI {kpi.id} needs .*{need}"):
        replace(kpi, **changes)


def test_a_place_has_its_own_order() -> None:
    """The number of a place decides, not the order of the table."""
    assert at(Place.CARD)[-1] == "total_cost"
    assert list(KPIS)[-1] == "availability"
    assert not set(at(Place.CARD)) ^ KPIS.keys()


def test_only_the_table_names_a_kpi() -> None:
    """No module but the table holds the id of a KPI; as a measure, importers and forms do."""
    measures = {"measures.py", "forms.py"}
    named = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
        found = KPIS.keys() & texts
        if name in measures or name.startswith("importers/"):
            found -= MEASURES.keys()
        if found and name != "kpis.py":
            named[name] = sorted(found)

    assert named == {}
