"""A small site, built where there is little of everything: memory, files, folders, clock."""

from __future__ import annotations

import os
import resource
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from perfsite.model import File
from perfsite.write import write_site
from perfsite.write.target import Target
from small_site import command, data_folder, environment, read_tree, small_site

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_MEGABYTES: Final = 1 << 20


def with_limits(umask: int = 0o022, **limits: int) -> Callable[[], None]:
    """For a new process: how many files it may have open, how much memory it may have."""

    def limit() -> None:
        os.umask(umask)
        for name, most in limits.items():
            resource.setrlimit(getattr(resource, name), (most, most))

    return limit


def built(
    data: Path, out: Path, *options: str, how: Callable[[], None], **variables: str
) -> subprocess.CompletedProcess[str]:
    """Build in a process that has nothing but these variables, and is prepared."""
    return subprocess.run(
        command("build", data, "--out", out, *options),
        env={"PYTHONPATH": environment()["PYTHONPATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=how,
    )


def test_a_site_is_the_same_with_hardly_anything(tmp_path: Path) -> None:
    """No HOME, no TMPDIR, no PATH, a strict umask, 64 open files, twenty workers asked for."""
    out = tmp_path / "site"
    how = with_limits(0o077, RLIMIT_NOFILE=64)
    ran = built(data_folder(tmp_path), out, "--jobs", "20", how=how)

    assert ran.returncode == 0, ran.stderr
    assert read_tree(out) == small_site()
    modes = {path.stat().st_mode & 0o777 for path in (out, *out.rglob("*")) if path.is_dir()}
    assert modes == {0o755}
    assert {path.stat().st_mode & 0o777 for path in out.rglob("*") if path.is_file()} == {0o644}


@pytest.mark.slow
@pytest.mark.parametrize("megabytes", [150, 300])
def test_without_memory_the_old_site_stays(tmp_path: Path, megabytes: int) -> None:
    """Wherever it ends, it ends with 3 and one sentence; there is no traceback of any language."""
    out = tmp_path / "site"
    write_site([File("index.html", b"old")], out)
    before = read_tree(out)
    how = with_limits(RLIMIT_AS=megabytes * _MEGABYTES)
    ran = built(data_folder(tmp_path), out, "--jobs", "2", how=how, OPENBLAS_NUM_THREADS="1")

    assert ran.returncode == 3, ran.stderr
    assert [line[:9] for line in ran.stderr.splitlines()] == ["perfsite:"], ran.stderr
    assert "memory" in ran.stderr
    assert read_tree(out) == before


def test_two_builds_of_one_site_do_not_meet(tmp_path: Path) -> None:
    """While one has the target the other is refused before it works, and changes nothing."""
    out = tmp_path / "site"
    data = data_folder(tmp_path)
    with Target(out):
        ran = built(data, out, "--no-charts", how=with_limits())

    assert ran.returncode == 3
    assert ran.stderr.startswith(f"perfsite: another build is writing {out}")
    assert not (out / "index.html").exists()
