"""A Dask cluster makes the same site, whoever of it dies, or is refused in plain words."""

from __future__ import annotations

import re
import shlex
import socket
import subprocess
import sys
from contextlib import ExitStack, nullcontext
from typing import TYPE_CHECKING, Final

import pytest
from distributed import LocalCluster

from markdown_pages import fences
from misbehaving import Deadly
from perfsite import cluster as module
from perfsite.write.growing import GrowingSite, TreeOfWorker
from small_site import ROOT, data_folder, perfsite, read_tree, small_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from small_site import Ran, Tree

DAY: Final = "2018-09-19"
PAGE: Final = "services/full.html"


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Two processes that work, one thread each, and a scheduler here."""
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as made:
        yield made


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of the small site."""
    return data_folder(tmp_path_factory.mktemp("cluster"))


@pytest.fixture(scope="module")
def plain(data: Path) -> Tree:
    """The small site without charts, as it is built on one machine."""
    out = data.parent / "plain"
    assert build(data, out).code == 0
    return read_tree(out)


def build(data: Path, out: Path, *more: str) -> Ran:
    """Build without charts, and keep nothing for next time."""
    return perfsite(
        "build", data, "--out", out, "--edition", DAY, "--no-charts", "--no-store", *more
    )


def on(cluster: LocalCluster) -> tuple[str, str]:
    """The option that names a cluster."""
    return "--scheduler", cluster.scheduler_address


def test_a_cluster_builds_the_same_site_with_its_charts(
    cluster: LocalCluster, data: Path, tmp_path: Path
) -> None:
    """Two processes of a cluster make every byte as one machine does; no mark of theirs stays."""
    out = tmp_path / "site"
    ran = perfsite("build", data, "--out", out, "--edition", DAY, *on(cluster))

    assert ran.code == 0, ran.err
    assert read_tree(out) == small_site()


def test_a_worker_that_is_killed_is_made_good(
    cluster: LocalCluster,
    data: Path,
    plain: Tree,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A worker is killed as it writes a page: another makes the part, and the site is the same."""
    mark = tmp_path / "killed"
    kill_over(PAGE, mark, monkeypatch)
    ran = build(data, tmp_path / "site", *on(cluster))

    assert ran.code == 0, ran.err
    assert mark.exists()
    assert read_tree(tmp_path / "site") == plain


def kill_over(path: str, mark: Path | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have workers killed that write a file, once if there is a mark."""

    def deadly(site: GrowingSite) -> Deadly:
        return Deadly(TreeOfWorker(site.tree.folder, site.tree.folder), path, mark)

    monkeypatch.setattr(GrowingSite, "for_workers", property(deadly))


def test_workers_that_are_lost_again_and_again_end_the_build(
    cluster: LocalCluster, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the parts and what to do; there is no site, and nothing stays beside."""
    kill_over(PAGE, None, monkeypatch)
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    ran = build(data, tmp_path / "site", *on(cluster))

    assert ran.code == 3
    assert re.search(r"lost again and again, with these parts in hand: [a-z-]+/[a-z-]+", ran.err)
    assert "--no-charts" in ran.err
    assert not (tmp_path / "site").exists()


def test_a_worker_with_other_code_is_refused(
    cluster: LocalCluster, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever differs in perfsite or a library, nothing is made, and one sentence says why."""
    monkeypatch.setattr(module, "code_fingerprint", lambda: "another")
    ran = build(data, tmp_path / "site", *on(cluster))

    assert ran.code == 3
    assert "has another version of perfsite, of Python or of a library than this" in ran.err
    assert not (tmp_path / "site").exists()


def test_a_worker_that_does_not_see_the_folder_is_refused(
    cluster: LocalCluster, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of that name on another disk is not the tree of the new site."""
    monkeypatch.setattr(module._Tree, "there", lambda _: nullcontext())  # noqa: SLF001
    ran = build(data, tmp_path / "site", *on(cluster))

    assert ran.code == 3
    assert "does not see" in ran.err
    assert "--shared" in ran.err


def test_a_wrong_template_is_told_as_ever(
    cluster: LocalCluster, data: Path, tmp_path: Path
) -> None:
    """What perfsite raises in a worker is said in the same words as without a cluster."""
    templates = tmp_path / "templates"
    (templates / "pages").mkdir(parents=True)
    (templates / "pages" / "service.html").write_text("{{ nothing.such }}", "utf-8")
    words = [
        build(data, tmp_path / "site", "--templates", str(templates), *more)
        for more in ((), on(cluster))
    ]

    assert words[0].code == words[1].code == 3
    assert words[0].err == words[1].err
    assert "service.html" in words[0].err


def test_files_come_by_a_place_that_workers_share(
    cluster: LocalCluster, data: Path, plain: Tree, tmp_path: Path
) -> None:
    """By way of another folder the site is the same, and nothing stays in that folder."""
    place = tmp_path / "place"
    ran = build(data, tmp_path / "site", *on(cluster), "--shared", f"file://{place}")

    assert ran.code == 0, ran.err
    assert read_tree(tmp_path / "site") == plain
    assert list(place.iterdir()) == []


@pytest.mark.server
def test_of_a_place_only_what_is_new_is_taken(
    data: Path, plain: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a second build, which makes all parts anew, no file is fetched: they stand already."""
    taken = []
    take = module._Place.take  # noqa: SLF001

    def counted(place: module._Place, name: str, digests: set[str]) -> dict[str, bytes]:
        taken.append(len(digests))
        return take(place, name, digests)

    monkeypatch.setattr(module._Place, "take", counted)  # noqa: SLF001
    sums = []
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=":0"
    ) as threads:
        for _ in range(2):
            ran = build(data, tmp_path / "site", *on(threads), "--shared", "memory://perfsite")
            assert ran.code == 0, ran.err
            sums.append(sum(taken))
            taken.clear()

    assert sums[0] > len(plain) / 3
    assert sums[1] == 0
    assert read_tree(tmp_path / "site") == plain


def test_a_place_that_is_none_is_named(cluster: LocalCluster, data: Path, tmp_path: Path) -> None:
    """An address that fsspec does not know is said, and by which machine."""
    ran = build(data, tmp_path / "site", *on(cluster), "--shared", "nowhere://at/all")

    assert ran.code == 3
    assert "nowhere://at/all cannot be used from" in ran.err


@pytest.mark.server
def test_where_no_scheduler_answers_it_is_said(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong address ends the build before anything is made, in one sentence."""
    monkeypatch.setattr(module, "_PATIENCE", 1)
    ran = build(data, tmp_path / "site", "--scheduler", "tcp://127.0.0.1:1")

    assert ran.code == 3
    assert "no scheduler of Dask answers at tcp://127.0.0.1:1" in ran.err


def test_a_place_without_a_cluster_is_wrong_usage(data: Path, tmp_path: Path) -> None:
    """--shared alone would do nothing, so it is refused."""
    ran = build(data, tmp_path / "site", "--shared", "memory://x")

    assert ran.code == 2
    assert "give its --scheduler" in ran.err


def free_port() -> str:
    """A port that nobody has just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])


@pytest.mark.server
def test_the_commands_of_the_recipe_build_the_site(data: Path, plain: Tree, tmp_path: Path) -> None:
    """What docs/scale.md says to start is started, and builds the same site in both ways."""
    section = (ROOT / "docs/scale.md").read_text("utf-8").partition("## Beyond one machine\n")[2]
    lines = [line for f in fences(section) if f.kind == "sh" for line in f.text.splitlines()]
    servers = [line for line in lines if line.startswith("dask ")]
    builds = [line for line in lines if line.startswith("perfsite ")]
    port = free_port()

    def here(line: str) -> list[str]:
        line = line.replace("cluster.example", "127.0.0.1").replace("8786", port)
        line = line.replace("s3://bucket/perfsite", f"file://{tmp_path}/place")
        return shlex.split(line.replace("/mnt/", f"{tmp_path}/"))

    assert [line.split()[1] for line in servers] == ["scheduler", "worker"]
    assert len(builds) == 2
    with ExitStack() as running:
        for line in servers:
            (tmp_path / "workers").mkdir(exist_ok=True)
            program = [sys.executable, "-m", "dask", *here(line)[1:], "--no-dashboard"]
            server = running.enter_context(
                subprocess.Popen(program, cwd=tmp_path / "workers", stderr=subprocess.DEVNULL)
            )
            running.callback(server.terminate)
        for number, line in enumerate(builds):
            out = tmp_path / f"site-{number}"
            words = [str(data) if word == "data" else word for word in here(line)[2:]]
            words[words.index("--out") + 1] = str(out)
            ran = perfsite("build", *words, "--edition", DAY, "--no-charts")
            assert ran.code == 0, ran.err
            assert read_tree(out) == plain


class _Without:
    """An import system that lacks Dask."""

    def find_spec(self, name: str, *_: object) -> None:
        """Refuse the library; know nothing of others."""
        if name.partition(".")[0] == "distributed":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def test_without_the_extra_it_is_said_what_to_install(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command names the extra that brings Dask."""
    for name in [one for one in sys.modules if one.partition(".")[0] == "distributed"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "perfsite.cluster")
    monkeypatch.setattr(sys, "meta_path", [_Without(), *sys.meta_path])
    ran = build(data, tmp_path / "site", "--scheduler", "tcp://127.0.0.1:1")

    assert ran.code == 2
    assert "needs distributed, which is not installed: pip install 'perfsite[dask]'" in ran.err
