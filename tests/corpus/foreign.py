"""What hypothesis makes besides: settings, maps, and the files of other people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from perfsite.config import SiteConfig

from .anything import VALUES, csv_files, grids, json_files, odd_cells, texts

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_LITERALS: Final = (  # noqa: SIM905 - so they are read more easily than as a list
    '"x" "" 1 0 -1 1.5 nan inf true [] {} [1] ["x"] 2017-11-01 [2017-11-01] 07:32:00 1e308 '
    '[2018-01-01,2017-11-01] ["en-GB","fr"] ["xx"] ["fr","fr"] "GBP" "https://example.org/a" '
    '"#12436D" 9223372036854775807 {x="y"} [{name="x"}] "../secret" "error" "off" [["x"]] "en-GB"'
).split(" ")
_TABLES: Final = (  # noqa: SIM905
    "[checks]|[checks.severity]|[measures.visits]|[measures.cost]|[targets.passport]|[colours]|"
    '[[sources]]|[[journeys]]|[[related]]|[translations.fr]|PS209 = "error"|PS104 = "off"|'
    'digital_take_up = 0.5|kind = "count"|aggregation = "sum"|name = "Visits"|kind = "number"|'
    'service = "passport"|steps = ["started", "completed"]|url = "https://example.org"'
).split("|")
_MAP_LINES: Final = (  # noqa: SIM905
    "[service]|[period]|[figures]|[tidy]|[cells]|[register]|[register.columns]|[keep]|"
    '[register.constants]|[service.words]|column = "Name"|constant = "passport"|value = "Value"|'
    'constant = "2017-07"|make_ids = true|form = "iso"|form = "%d.%m.%Y"|form = "month year"|'
    'covers = "year"|measure = "Measure"|measure_is = "transactions"|"Count" = "transactions"|'
    'decimal = ","|"Web" = "transactions:digital"|name = "Name"|department = "Ministry"|'
    'thousands = "."|first_month = 4|add_up = true|pass_over = ["Name"]|note = "x"'
).split("|")

_lines: SearchStrategy[str] = st.builds(
    "{} = {}".format,
    st.one_of(
        st.sampled_from((*SiteConfig.model_fields, "severity", "jump_factor", "name", "kind")),
        st.from_regex(r"[a-z_]{1,6}", fullmatch=True),
    ),
    st.sampled_from(_LITERALS),
)


def _toml(lines: SearchStrategy[str]) -> SearchStrategy[str]:
    """Lines of a file of settings, or any text."""
    return st.one_of(st.lists(lines, max_size=10).map("\n".join), st.text(max_size=60))


settings_texts: SearchStrategy[str] = _toml(st.one_of(_lines, st.sampled_from(_TABLES)))
map_texts: SearchStrategy[str] = _toml(st.one_of(st.sampled_from(_MAP_LINES), _lines))

_WIDE_MAP: Final = """\
[service]
column = "service"
[period]
column = "period"
[figures]
transactions = "transactions"
cost = "cost"
"""
_TIDY_MAP: Final = """\
[service]
column = "service"
make_ids = true
[period]
column = "period"
[tidy]
value = "value"
measure = "measure"
channel = "channel"
"""
MAPS: Final = (_WIDE_MAP, _TIDY_MAP)
"""Maps that fit some of the tables."""

_PLATFORM: Final = (  # noqa: SIM905
    "Name of service|Slug|Department|2014-Q4 Vol.|2014-Q4 Digital vol.|2014-Q4 CPT (£)|URL|Agency"
).split("|")
_CANADA: Final = (  # noqa: SIM905
    "fiscal_yr service_id service_name_en service_name_fr department_en department_fr org_id "
    "num_applications_online num_phone_enquiries num_website_visits"
).split(" ")
_CELLS: Final = ("NA", "ND", "12", "1,200", "45%", "2023-2024", "#REF!", "[not provided]", *VALUES)


@st.composite
def _headed(draw: st.DrawFn, names: list[str]) -> list[list[str]]:
    """A table with most of the columns that an importer looks for."""
    header = draw(
        st.one_of(
            st.just(names), st.lists(st.one_of(st.sampled_from(names), texts), max_size=len(names))
        )
    )
    cell = st.one_of(st.sampled_from(_CELLS), odd_cells)
    size = len(header)
    return [header, *draw(st.lists(st.lists(cell, min_size=size, max_size=size), max_size=4))]


_number: SearchStrategy[object] = st.one_of(st.none(), st.integers(), st.floats(), odd_cells)
_times: SearchStrategy[object] = st.sampled_from(
    ("2014-01-06T00:00:00+00:00", "2014-01-13T00:00:00+00:00", "2014-01-06", "soon", None, 5)
)
_records: SearchStrategy[object] = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "_timestamp": _times,
            "_start_at": _times,
            "_end_at": _times,
            "period": st.sampled_from(("week", "month", "day", "quarter", "year", "", 7, None)),
            "channel": st.one_of(texts, st.sampled_from(("digital", "paper"))),
            "key": texts,
            "value": _number,
            "count": _number,
            "cost": _number,
            "count:sum": _number,
            "rating_1": _number,
            "values": st.one_of(
                st.none(),
                st.lists(
                    st.fixed_dictionaries(
                        {"_start_at": _times}, optional={"_end_at": _times, "count:sum": _number}
                    ),
                    max_size=3,
                ),
            ),
        },
    ),
    max_size=4,
)
SOURCES: Final[dict[str, SearchStrategy[bytes]]] = {
    "backdrop": st.one_of(
        json_files,
        _records.map(lambda records: json.dumps({"data": records}).encode()),
        _records.map(lambda records: json.dumps(records).encode()),
    ),
    "csv": csv_files(grids()),
    "gc-service-inventory": csv_files(_headed(_CANADA)),
    "performance-platform": csv_files(_headed(_PLATFORM)),
}
"""Files for each importer, by its name."""
