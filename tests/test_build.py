from __future__ import annotations

import errno
import hashlib
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from perfsite.analysis import analyse
from perfsite.build import build_site
from perfsite.cache import DrawingStore
from perfsite.errors import BuildError
from perfsite.load import load_data, load_theme
from perfsite.model import Edition
from perfsite.workers import Workers
from perfsite.write.ownership import MANIFEST
from small_site import (
    LOGO,
    MORE_CONFIG,
    MORE_REGISTER,
    MORE_SUBMISSIONS,
    REGISTER,
    ROOT,
    SERVICES,
    SUBMISSIONS,
    Silent,
    Tree,
    build,
    build_folder,
    data_folder,
    environment,
    hear_interrupts,
    link_faults,
    pages_of,
    perfsite,
    read_tree,
    rows_of,
    small_pages,
    small_site,
)
from test_write import STAYING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


SLOWLY: Final = ROOT / "tests" / "slowly.py"
_DEADLINE: Final = 180.0
"""Seconds after which something that must happen has not happened."""


def pictures(tree: Tree) -> set[str]:
    """Its charts and its cards for links; the favicon is a picture that nobody draws."""
    ends = (".svg", ".jpg")
    return {path for path in tree if path.endswith(ends) and not path.startswith("assets/")}


def test_the_build_counts_what_it_made(tmp_path: Path) -> None:
    """Its counts are those of the files, and progress hears of each part of the site."""
    data = load_data(data_folder(tmp_path))
    heard = Silent()
    edition = Edition(date(2018, 9, 19), data.hash)
    built = build_site(
        analyse(data, edition.date),
        edition,
        load_theme(),
        workers=1,
        charts=True,
        progress=heard,
    )
    tree = {file.path: file.data for file in built.files}

    assert built.services == len(SERVICES) == 11
    assert built.pages == sum(path.endswith(".html") for path in tree)
    assert built.charts == sum(path.endswith(".svg") for path in pictures(tree)) > 0
    assert len(SERVICES) < heard.total == heard.done
    departments = {row["department"] for row in rows_of(tree["data/services.csv"])}
    assert sum(path.endswith(".jpg") for path in tree) == len(departments) + 1
    assert built.observations == len(rows_of(tree["data/observations.csv"]))
    assert len(built.files) == len(tree)
    assert {**tree, MANIFEST: small_site()[MANIFEST]} == small_site()


def test_a_site_without_charts_has_no_gap(tmp_path: Path) -> None:
    """Without charts no picture is made, none is shown or named, and all the tables stay."""
    tree = build_folder(data_folder(tmp_path))
    alone = {path for path, page in small_pages().items() if page.is_embed}

    assert pictures(tree) == set()
    assert alone
    assert {*small_site()} - {*tree} == pictures(small_site()) | alone | {MANIFEST}
    shows = re.compile(rb"<img|og:image|\.jpg|/[a-z-]+\.svg")
    assert {path for path, data in tree.items() if shows.search(data)} == set()
    tables = {path: data.count(b"<table") for path, data in tree.items() if path.endswith(".html")}
    shown = {path: small_site()[path].count(b"<table") for path in tables}
    assert tables == shown


@pytest.mark.parametrize(
    "submissions", [{}, {"full.csv": "period,transactions\n2017,[x]\n"}], ids=["none", "missing"]
)
def test_a_register_without_figures_is_a_site(tmp_path: Path, submissions: dict[str, str]) -> None:
    """Before the first figure comes there are the services, their pages, and no number."""
    ran = perfsite(
        "build", data_folder(tmp_path, submissions=submissions), "--out", tmp_path / "site"
    )

    assert (ran.code, ran.err) == (0, "")
    tree = read_tree(tmp_path / "site")
    pages = pages_of(tree)
    assert link_faults(tree, pages) == []
    assert "11 services. No figures for 12 months were provided." in pages["index.html"].words
    assert [row["transactions_per_year_status"] for row in rows_of(tree["data/services.csv"])] == [
        "not_provided"
    ] * 11
    assert len(rows_of(tree["data/observations.csv"])) == len(submissions)


def test_every_problem_is_found_without_building(tmp_path: Path) -> None:
    """`understand` gives the problems of files, of rows and of figures."""
    bad = {**SUBMISSIONS, "bad.csv": "service,period,transactions\nfull,2011,1\nnobody,2011,1\n"}
    data = load_data(data_folder(tmp_path, submissions=bad))
    (tmp_path / "data" / "submissions" / "book.xls").write_bytes(b"")
    data = load_data(tmp_path / "data")

    codes = [problem.code for problem in analyse(data, date(2018, 9, 19)).problems]
    assert codes == ["PS101", "PS111", "PS201"]


def test_the_editions_date_stands_in_few_places(tmp_path: Path) -> None:
    """Another date over the same data changes what says the date, and nothing else in it."""
    data = load_data(data_folder(tmp_path))
    one, two = (
        {file.path: file.data for file in build(data, on=day).files}
        for day in (date(2018, 9, 19), date(2019, 1, 2))
    )

    assert one.keys() == two.keys()
    changed = {path for path in one if one[path] != two[path]}
    machines = {"datapackage.json", "data/csv-metadata.json", "feed.xml"}
    # The site map says when the two pages last changed.
    machines.add("sitemap.xml")
    assert changed == {"index.html", "about.html", *machines}
    for path in changed:
        new = two[path].replace(b"2 January 2019", b"19 September 2018")
        new = new.replace(b"2019-01-02", b"2018-09-19")
        if path == "about.html":
            # The edition before this one is another, too.
            new = re.sub(rb"(Earlier editions: )<time[^>]*>19 September 2018</time>, ", rb"\1", new)
        assert new == one[path], path
    assert all(b"2 January 2019" in two[path] for path in ("index.html", "about.html"))
    assert all(b"2019-01-02" in two[path] for path in machines)


def test_the_order_of_files_does_not_matter(tmp_path: Path) -> None:
    """Rows moved from one submission into others give the same site but for where they stand."""
    rows = SUBMISSIONS["deep/er/tidy.csv"].splitlines()
    moved = {name: text for name, text in SUBMISSIONS.items() if name != "deep/er/tidy.csv"}
    for number, row in enumerate(reversed(rows[1:])):
        moved[f"z/{number}.csv"] = f"{rows[0]}\n{row}\n"
    tree = build_folder(data_folder(tmp_path, submissions=moved), charts=True)

    place = re.compile(
        rb'<p class="source"><span>.*?</span>|submissions/[a-z0-9/]+\.(csv|json)(:|#|, row )[0-9]+'
    )
    differ = {
        path for path in tree if place.sub(b"", tree[path]) != place.sub(b"", small_site()[path])
    }
    # The length of a file in bytes stands in the description for machines.
    assert differ - {"datapackage.json"} == set()
    assert tree["data/kpis.csv"] == small_site()["data/kpis.csv"]


def test_services_may_share_a_name(tmp_path: Path) -> None:
    """Two services of one name in one department are two pages with two titles."""
    register = f"{REGISTER}second,Claim a week,Ministry of Time,MoT,,Claims,,,,,,,\n"
    tree = build_folder(data_folder(tmp_path, register=register))

    titles = {tree[f"services/{key}.html"].split(b"title>")[1] for key in ("weekly", "second")}
    assert len(titles) == 2


@pytest.mark.parametrize("alias", ["full", "old-name"])
def test_a_former_id_that_is_in_use_is_reported_and_the_rest_built(
    tmp_path: Path, alias: str
) -> None:
    """An alias that another service uses or used is an error, and the rest is built."""
    row = f"second,Claim twice,Ministry of Time,MoT,,Claims,,,,,{alias},,\n"
    folder = data_folder(tmp_path, register=REGISTER + row)
    ran = perfsite("build", folder, "--out", tmp_path / "site", "--no-charts")

    assert (ran.code, "PS113" in ran.err) == (1, True), ran.err
    tree = read_tree(tmp_path / "site")
    assert len(rows_of(tree["data/services.csv"])) == 12
    assert b"Pay a toll" in tree["services/full.html"]
    assert b"services/renamed.html" in tree["services/old-name.html"]


def test_groups_have_addresses_that_windows_can_hold(tmp_path: Path) -> None:
    """A body whose short name Windows reserves has a page under another name."""
    row = "second,Claim twice,AUX,,Con,Prn,,,,,,,\n"
    tree = build_folder(data_folder(tmp_path, register=REGISTER + row))

    names = {Path(path).name.split(".")[0] for path in tree}
    assert names & {"aux", "con", "prn"} == set()
    assert any(b"<h1>AUX</h1>" in data for path, data in tree.items() if "departments/" in path)


def is_whole(site: Path) -> bool:
    """Whether a site is exactly what its manifest says."""
    tree = read_tree(site)
    lines = tree.pop(MANIFEST).decode().splitlines()
    return [f"{hashlib.sha256(tree[p]).hexdigest()}  {p}" for p in sorted(tree)] == lines


def alive(session: int) -> list[str]:
    """The processes of a session that have not ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
            line = (stat.parent / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue  # it ended while we looked
        if int(words[3]) == session and words[0] != "Z":
            found.append(f"{stat.parent.name} {line}")
    return found


def wait_until(true: Callable[[], bool], process: subprocess.Popen[bytes], what: str) -> None:
    """Ask again and again, until it is so, or until it never will be."""
    end = time.monotonic() + _DEADLINE
    while not true():
        assert time.monotonic() < end, f"{what}: not within {_DEADLINE} s"
        try:
            process.wait(0.002)
        except subprocess.TimeoutExpired:
            continue
        assert true(), f"{what}: the build ended with {process.returncode} before"


@contextmanager
def building(out: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A slow build of other data, in a session of its own; the end of its terminal is read."""
    reading, writing = pty.openpty()
    words = "build", other_data(out.parent), "--out", out, "--jobs", "2", "--accept-losses"
    process = subprocess.Popen(
        [sys.executable, SLOWLY, *map(str, words), *options],
        env=environment(TERM="xterm", COLUMNS="80"),
        stdout=writing,
        stderr=writing,
        start_new_session=True,
        preexec_fn=hear_interrupts,  # noqa: PLW1509 - no thread of the tests holds a lock here
    )
    os.close(writing)
    try:
        yield process, reading
    finally:
        for pid in [int(line.split()[0]) for line in alive(process.pid)]:
            os.kill(pid, signal.SIGKILL)
        process.wait()
        os.close(reading)


def read_on(reading: int, seconds: float) -> bytes:
    """What stands in the terminal, if anything comes within a time; nothing at its end."""
    if not select.select([reading], [], [], seconds)[0]:
        return b""
    try:
        return os.read(reading, 65536)
    except OSError as error:
        if error.errno != errno.EIO:  # the other end was closed
            raise
        return b""


def until_drawing(reading: int) -> bytes:
    """Read the terminal until the first charts have been drawn, so that the workers are at work."""
    end, seen = time.monotonic() + _DEADLINE, b""
    while not re.search(rb"Making pages and charts *\[#", seen):
        assert time.monotonic() < end, f"no chart within {_DEADLINE} s, only {seen!r}"
        seen += read_on(reading, 1.0)
    return seen


def ended(session: int, reading: int) -> list[str]:
    """The processes of a session that do not end, although there is nothing left to do."""
    end = time.monotonic() + _DEADLINE
    while (left := alive(session)) and time.monotonic() < end:
        read_on(reading, 0.05)
    return left


def old_site(tmp_path: Path) -> tuple[Path, Tree]:
    """A site that is there before, and what is in it."""
    out = tmp_path / "site"
    built = perfsite("build", data_folder(tmp_path), "--out", out, "--no-charts")
    assert built.code == 0, built.err
    return out, read_tree(out)


def other_data(parent: Path) -> Path:
    """Data whose site differs from the old one in every page and in most pictures."""
    return data_folder(
        parent / "other",
        register=MORE_REGISTER,
        submissions=MORE_SUBMISSIONS,
        config=MORE_CONFIG,
        logo=LOGO,
    )


def assert_untouched(out: Path, before: Tree) -> None:
    """The old site is whole, and the next build leaves nothing behind but what stays there."""
    assert read_tree(out) == before
    assert is_whole(out)
    again = perfsite("build", out.parent / "data", "--out", out, "--no-charts")
    assert again.code == 0, again.err
    assert "(0 new, 0 changed, 0 gone)" in again.out or again.out.startswith("Nothing new: ")
    assert read_tree(out) == before
    left = {path.name for path in out.parent.iterdir()}
    beside = STAYING | {".site.drawings", ".site.units", ".site.seal", ".site.editions"}
    assert left - beside == {"site", "data", "other"}


def test_killed_while_writing_the_old_site_is_whole(tmp_path: Path) -> None:
    """SIGKILL with half of the new site in staging: the old one stays, the next build works."""
    out, before = old_site(tmp_path)
    staging = tmp_path / ".site.staging"
    with building(out, "--no-charts") as (process, _):
        wait_until((staging / "services").is_dir, process, "no file in staging")
        process.kill()
        process.wait()
    half = len(read_tree(staging))

    assert process.returncode == -signal.SIGKILL
    assert half > 0
    assert not (staging / MANIFEST).exists()
    assert_untouched(out, before)


@pytest.mark.slow
def test_killed_while_drawing_the_old_site_is_whole(tmp_path: Path) -> None:
    """SIGKILL among the charts: the old site stays, the workers end, the drawings can be used."""
    out, before = old_site(tmp_path)
    folder = tmp_path / ".site.drawings"
    with building(out) as (process, reading):
        until_drawing(reading)
        wait_until(lambda: len(list(folder.glob("*/*"))) > 12, process, "no drawings are kept")
        process.kill()
        process.wait()
        assert ended(process.pid, reading) == []
    kept = {path.name for path in folder.glob("*/*")}
    store = DrawingStore(folder)

    whole = {name for name in kept if len(name) == 64}
    assert len(whole) > 10
    assert {name for name in whole if store.get(name) is None} == set()
    # One file may have been half written; it has the name of a draft.
    assert len(kept - whole) <= 1
    assert_untouched(out, before)
    # Of the next site, which is of the other data, what was drawn is used, and nothing else stays.
    assert built_with_charts(tmp_path / "data") == small_site()
    entries = {path.name for path in folder.glob("*/*")}
    assert len(entries) == len({small_site()[path] for path in pictures(small_site())})
    assert kept - entries


def test_interrupted_the_old_site_is_whole(tmp_path: Path) -> None:
    """Ctrl+C among the charts: the old site is untouched, the build says so and did not succeed."""
    out, before = old_site(tmp_path)
    with building(out) as (process, reading):
        seen = until_drawing(reading)
        os.killpg(process.pid, signal.SIGINT)
        end = time.monotonic() + _DEADLINE
        while process.poll() is None and time.monotonic() < end:
            seen += read_on(reading, 0.05)
        while more := read_on(reading, 0.05):
            seen += more

        # 1 would say that the data has errors, and that the rest was built.
        assert process.returncode == 3, seen.decode(errors="replace")[-2000:]
        assert b"Traceback" not in seen, seen.decode(errors="replace")[-2000:]
        assert ended(process.pid, reading) == []
    assert_untouched(out, before)


def test_a_register_without_a_usable_service_builds_nothing(tmp_path: Path) -> None:
    """A site of no services would only replace one that has some."""
    folder = data_folder(tmp_path, register="service,name,department\nX Y,Name,Ministry\n")

    with pytest.raises(BuildError, match="no service that can be used"):
        build_folder(folder)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pictures that workers are given to draw from now on, by their addresses."""
    small_site()  # so that its pictures are not among them
    steps: list[str] = []
    take = Workers._take  # noqa: SLF001 - noted, not altered

    def note(workers: Workers[Any, Any], worker: Any, message: Any) -> None:  # noqa: ANN401 - as they are given
        # A process tells of each picture before it draws it.
        if getattr(message, "name", ""):
            steps.append(message.name)
        take(workers, worker, message)

    monkeypatch.setattr(Workers, "_take", note)
    return steps


def assert_all_drawn(drawn: list[str]) -> None:
    """Each picture of the small site was drawn; one that stands at two addresses, once."""
    site = small_site()
    assert {site[path] for path in drawn} == {site[path] for path in pictures(site)}
    assert len(drawn) == len({site[path] for path in drawn})


def built_with_charts(data: Path, *options: str) -> Tree:
    """The small site as the command builds it beside its data, with its charts."""
    out = data.parent / "site"
    ran = perfsite("build", data, "--out", out, "--jobs", "1", *options)
    assert ran.code == 0, ran.err
    return read_tree(out)


def unseal(data: Path) -> None:
    """Have the next build do its work, though nothing is new."""
    (data.parent / ".site.seal").unlink()


def test_a_second_build_draws_nothing(tmp_path: Path, drawn: list[str]) -> None:
    """What was drawn for the last build is not drawn again, and the site is the same."""
    data = data_folder(tmp_path)
    assert built_with_charts(data) == small_site()
    assert_all_drawn(drawn)
    drawn.clear()
    unseal(data)

    assert built_with_charts(data) == small_site()
    assert drawn == []


def test_a_changed_figure_draws_its_own_charts_only(tmp_path: Path, drawn: list[str]) -> None:
    """A figure that no group adds up changes the pictures of its service and no other."""
    data = data_folder(tmp_path)
    built_with_charts(data)
    drawn.clear()
    text = SUBMISSIONS["clocks.json"].replace("88.4%", "12.5%")
    assert text != SUBMISSIONS["clocks.json"]
    (data / "submissions" / "clocks.json").write_text(text, encoding="utf-8")
    tree = built_with_charts(data)

    assert drawn
    assert [path for path in drawn if not path.startswith("services/satisfied/")] == []
    same = pictures(tree) - set(drawn)
    assert {path for path in same if tree[path] != small_site()[path]} == set()
    assert {path for path in drawn if tree[path] != small_site()[path]} == set(drawn)
    entries = [path for path in (tmp_path / ".site.drawings").glob("*/*") if path.is_file()]
    assert len(entries) == len({tree[path] for path in pictures(tree)})


def test_without_a_store_everything_is_drawn(tmp_path: Path, drawn: list[str]) -> None:
    """With --no-store all pictures are drawn anew, none is kept, and the site is the same."""
    data = data_folder(tmp_path)
    for _ in range(2):
        drawn.clear()
        assert built_with_charts(data, "--no-store") == small_site()
        assert sorted(drawn) == sorted(pictures(small_site()))
    assert not (tmp_path / ".site.drawings").exists()


def test_a_damaged_store_changes_no_byte(tmp_path: Path, drawn: list[str]) -> None:
    """Entries that were changed, cut short or deleted are drawn again, and the others are not."""
    data = data_folder(tmp_path)
    built_with_charts(data)
    store = tmp_path / ".site.drawings"
    entries = sorted(path for path in store.glob("*/*") if path.is_file())
    changed, cut, gone = entries[:3]
    changed.write_bytes(changed.read_bytes()[:-9] + b"!</svg>\n ")
    cut.write_bytes(cut.read_bytes()[:100])
    gone.unlink()
    # What units became is not known, so that all pictures are asked for again.
    records = tmp_path / ".site.units"
    records.unlink()
    drawn.clear()
    unseal(data)

    assert built_with_charts(data) == small_site()
    assert len(drawn) == 3
    shutil.rmtree(store)
    records.unlink()
    drawn.clear()
    unseal(data)
    assert built_with_charts(data) == small_site()
    assert_all_drawn(drawn)
