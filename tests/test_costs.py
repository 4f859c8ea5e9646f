"""What an edit costs, counted in files and in units: a site is copied, and made, in part.

The bounds are what the edits cost today, as sums that say why. Whoever lowers a cost lowers its
bound; whoever has to raise one says in the changelog what for.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import bench_data  # noqa: E402 - the folder of the scripts is no package
from perfsite.analysis import analyse  # noqa: E402
from perfsite.build import InMemory, build_site  # noqa: E402
from perfsite.load import load_data, load_theme  # noqa: E402
from perfsite.model import Edition  # noqa: E402
from perfsite.unit_records import UnitRecords  # noqa: E402
from small_site import (  # noqa: E402
    CONFIG,
    Silent,
    build_folder,
    data_folder,
    perfsite,
    rows_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from perfsite.build import BuiltSite
    from small_site import Tree

SERVICES: Final = 12
OWN: Final = ("csv", "html", "json")
"""Files of a service that say its figures; a fourth describes the columns of the first."""
GROUP: Final = ("csv", "html")
"""Files of a group that say its figures."""
KINDS: Final = ("departments", "agencies", "categories")
"""A service is in one group of each kind; each kind has a list."""
TABLES: Final = ("all-services", "departments", "kpis", "observations")
"""Tables of the whole set in data/ that have a figure of every service, or a sum of all."""


def kind_of(path: str) -> str:
    """Whose a file is: a service's, a list of services', a group's, or the whole set's."""
    if re.match(r"services/service-\d", path):
        return "service"
    if re.match(rf"services/|high-volume|({'|'.join(KINDS)})/(index\.html$|[\w-]+/by-)", path):
        return "list"
    return "group" if path.partition("/")[0] in {*KINDS, "health"} else "whole"


def add_comment(data: Path) -> None:
    """Write what changes no setting."""
    path = data / "perfsite.toml"
    path.write_text(f"# Read by nobody.\n{path.read_text('utf-8')}", "utf-8")


def add_service(data: Path) -> None:
    """Register a service that has not reported."""
    path = data / "services.csv"
    row = ",".join(bench_data.register_row(SERVICES, SERVICES))
    path.write_text(f"{path.read_text('utf-8')}{row}\n", "utf-8")


def change_title(data: Path) -> None:
    """Give the site another title, which stands on all of its pages."""
    path = data / "perfsite.toml"
    path.write_text(path.read_text("utf-8").replace("Made-up services", "Other services"), "utf-8")


@dataclass(frozen=True)
class Cost:
    """What an edit changes: files that are new, gone or have other bytes; units made anew."""

    files: list[str]
    units: int

    @property
    def kinds(self) -> Counter[str]:
        """How many files of each kind."""
        return Counter(map(kind_of, self.files))


class Made:
    """A made-up site without charts, and what one edit of its data costs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._records = UnitRecords()
        bench_data.write_data(folder / "data", SERVICES)
        self._site, self.units = self._build(folder / "data", self._records, InMemory())
        self.before = {file.path: file.data for file in self._site.files}

    def cost(self, edit: Callable[[Path], None]) -> Cost:
        """What an edit costs who has built the site before."""
        data, files = self._folder / edit.__name__, InMemory()
        bench_data.write_data(data, SERVICES)
        edit(data)
        for file in self._site.files:
            files.store(file)
        site, units = self._build(data, UnitRecords(self._records.lines()), files)
        after = {file.path: file.data for file in site.files}
        paths = self.before.keys() | after.keys()
        changed = sorted(path for path in paths if self.before.get(path) != after.get(path))
        return Cost(changed, units)

    def _build(self, folder: Path, records: UnitRecords, files: InMemory) -> tuple[BuiltSite, int]:
        data, heard = load_data(folder), Silent()
        day = max(data.config.published)
        site = build_site(
            analyse(data, day),
            Edition(day, data.hash),
            load_theme(),
            workers=1,
            charts=False,
            progress=heard,
            records=records,
            files=files,
        )
        return site, heard.done

    def count(self, pattern: str) -> int:
        """How many files there are whose whole path is like this."""
        return sum(1 for path in self.before if re.fullmatch(pattern, path))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A made-up site of twelve services."""
    return Made(tmp_path_factory.mktemp("costs"))


def orders(site: Made) -> int:
    """Lists of all services, and lists of the services of one department."""
    return site.count(r"services/(by-[\w-]+|index)\.html|departments/department-0/by-[\w-]+\.html")


def test_a_comment_in_the_settings_changes_no_file(site: Made) -> None:
    """What is read by nobody costs nothing."""
    cost = site.cost(add_comment)

    assert cost.files == []
    assert cost.units == 0


def test_a_cell_costs_its_service_its_groups_and_their_lists(site: Made) -> None:
    """And the page of one other, which names it as its neighbour; no other service's figures."""
    cost = site.cost(bench_data.change_cell)
    bounds = {
        "service": len(OWN) + 1,
        "group": len(GROUP) * len(KINDS),
        "list": orders(site) + len(KINDS),
        # data/services.csv, the list of files with their hashes, and the home page
        "whole": len(TABLES) + 3,
    }

    assert cost.kinds <= Counter(bounds), cost.files
    # its unit and that of the other one, its groups and their lists, the home page
    assert cost.units <= 2 + 2 * len(KINDS) + 1


def test_a_row_near_the_top_costs_its_service_its_groups_and_no_neighbour(site: Made) -> None:
    """Rows below it have other numbers, which stand in the table of the whole set alone."""
    cost = site.cost(bench_data.insert_row)
    bounds = {
        "service": len(OWN),
        "group": len(GROUP) * len(KINDS),
        "list": 0,
        "whole": len(TABLES) + 2,
    }

    assert cost.kinds <= Counter(bounds), cost.files
    # its unit and those of groups, lists and the home page; none of another service
    assert cost.units <= 1 + site.units - SERVICES


def test_a_service_more_costs_its_files_its_groups_and_the_lists(site: Made) -> None:
    """No file of another service changes for one that has not reported."""
    cost = site.cost(add_service)
    bounds = {
        "service": len(OWN) + 1,
        # health/index.html, and the page of the department's health
        "group": len(GROUP) * len(KINDS) + 2,
        "list": orders(site) + len(KINDS) + 1,
        # no observations; its row in data/services.csv and data/health.csv, its address in three
        # lists of addresses, and the pages and the list of files that count services
        "whole": len(TABLES) - 1 + 2 + 3 + 3,
    }

    assert cost.kinds <= Counter(bounds), cost.files
    assert cost.units <= 1 + 2 * len(KINDS) + 1


def test_a_setting_that_stands_on_all_pages_changes_pages_and_no_table(site: Made) -> None:
    """A title costs every page once; of other files the feed and those that describe the set."""
    cost = site.cost(change_title)
    others = [path for path in cost.files if not path.endswith(".html")]

    assert len(cost.files) - len(others) <= site.count(r".*\.html")
    assert cost.units <= site.units
    assert len(others) <= len(("feed.xml", "datapackage.json", "data/csv-metadata.json")), others


def test_a_service_takes_no_more_bytes_than_today(site: Made) -> None:
    """Its own files, and its row in a list with its part of the page; charts and cards besides."""
    size = Counter[str]()
    for path, data in site.before.items():
        size[kind_of(path)] += len(data)
    rows = sum(data.count(b'<tr id="') for data in site.before.values())

    assert size["service"] / SERVICES <= 71_000
    assert size["list"] / rows <= 1_400


# A folder in which services share every kind of file that rows are counted in.


REGISTERED: Final = """\
service,name,department,category
alpha,Alpha,Ministry of Roads,Licences
beta,Beta,Ministry of Time,Grants
"""
TIDY: Final = """\
service,period,measure,channel,value,note
alpha,2016,transactions,,900,
alpha,2017,transactions,,1000,after a storm
alpha,2017,transactions,digital,400,
alpha,2018,transactions,,{last},
beta,2016,transactions,,70,
beta,2017,transactions,,80,
"""
WIDE: Final = """\
service,period,cost,started,completed
alpha,2016,10,100,90
alpha,2017,12,110,99
beta,2017,7,,
"""
RECORDS: Final = """\
[{"service": "alpha", "period": "2017-12", "measure": "uptime", "value": 2591000},
 {"service": "alpha", "period": "2017-12", "measure": "downtime", "value": 1000},
 {"service": "beta", "period": "2017-12", "measure": "uptime", "value": 2591000}]
"""
TAKEN_BACK: Final = """\
service,period,measure,channel,reason,date
alpha,2017-12,downtime,,Counted twice.,2018-09-01
"""
ABOVE: Final = {
    "submissions/tidy.csv": "beta,2015,transactions,,60,\n",
    "submissions/wide.csv": "beta,2016,6,,\n",
    "retractions.csv": "beta,2016,cost,,Of another year.,2018-09-01\n",
}
"""A row of beta for the top of each file that has a header."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two services that share their files, with an edition whose figures stand in.

    Since the edition a figure of alpha has become unreadable, and one that was given is not any
    more, so that only retractions.csv says of it.
    """
    folder = data_folder(
        tmp_path_factory.mktemp("shared"),
        register=REGISTERED,
        submissions={"tidy.csv": TIDY.format(last=1100), "wide.csv": WIDE, "all.json": RECORDS},
        config=CONFIG,
    )
    assert perfsite("freeze", "2018-03-01", folder, "--with-errors").code == 0
    (folder / "submissions/tidy.csv").write_text(TIDY.format(last="many"), "utf-8")
    lines = RECORDS.splitlines(keepends=True)
    (folder / "submissions/all.json").write_text(lines[0] + lines[2], "utf-8")
    (folder / "retractions.csv").write_text(TAKEN_BACK, "utf-8")
    return folder


OF_BETA: Final = (
    r"services/(beta\.(csv|html|json)|index\.html|by-[\w-]+\.html)|index\.html|sitemap\.xml"
    r"|(departments/(ministry-of-time|index)|categories/(grants|index))\.(csv|html)"
    r"|(changes|health)/index\.html|data/[\w-]+\.(csv|html)|datapackage\.json"
    r"|manifest-sha256\.txt"
)
"""The files of beta and its groups, lists, and files of the whole set."""


def sources(tree: Tree, path: str) -> set[str]:
    """Where the figures of a data file stand."""
    return {row["source"] for row in rows_of(tree[path])}


def test_a_row_of_another_service_at_the_top_of_a_shared_file_is_no_news_of_its_neighbours(
    shared: Path,
) -> None:
    """Of all files only those of the service, of its groups and of the whole set are new."""
    before = build_folder(shared)
    for name, row in ABOVE.items():
        header, rest = (shared / name).read_text("utf-8").split("\n", 1)
        (shared / name).write_text(f"{header}\n{row}{rest}", "utf-8")
    records = (shared / "submissions/all.json").read_text("utf-8")
    record = '[{"service": "beta", "period": "2017-11", "measure": "uptime", "value": 9},\n'
    (shared / "submissions/all.json").write_text(record + records[1:], "utf-8")
    after = build_folder(shared)

    changed = {path for path in before.keys() | after if before.get(path) != after.get(path)}
    assert [path for path in sorted(changed) if not re.fullmatch(OF_BETA, path)] == []
    assert sources(before, "services/alpha.csv") == {
        *(f"submissions/tidy.csv#{row}" for row in (1, 2, 3)),
        *(f"submissions/wide.csv#{row}" for row in (1, 2)),
        "submissions/all.json#1",
        "editions/2018-03-01/submissions/tidy.csv:5",
        "retractions.csv#1",
    }
    assert "retractions.csv:3" in sources(after, "data/observations.csv")
