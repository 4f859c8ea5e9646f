"""The wheel as people get it: in an environment of its own, far from the checkout."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from perfsite import __version__
from small_site import ROOT, SERVICES, data_folder, read_tree, small_site

if TYPE_CHECKING:
    from pathlib import Path


def clean() -> dict[str, str]:
    """An environment in which nothing leads to the checkout."""
    hidden = ("PYTHON", "VIRTUAL_ENV", "SOURCE_DATE_EPOCH")
    return {name: value for name, value in os.environ.items() if not name.startswith(hidden)}


def succeed(*words: str | Path, cwd: Path) -> str:
    """Run a command that must succeed; what it said on stdout."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=clean(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built by pip."""
    folder = tmp_path_factory.mktemp("wheel")
    # Where hatchling is installed already there is no need to fetch it.
    known = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    succeed(
        sys.executable, "-m", "pip", "wheel", "--no-deps", *known, "-w", folder, ROOT, cwd=folder
    )
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_the_package_and_its_templates(wheel: Path) -> None:
    """The wheel holds the checkout's modules, data, templates and pages, and nothing else."""
    with zipfile.ZipFile(wheel) as archive:
        held = {
            name.removeprefix("perfsite/"): archive.read(name)
            for name in archive.namelist()
            if not name.startswith(f"perfsite-{__version__}.dist-info/")
        }
    package = {p: d for p, d in read_tree(ROOT / "src/perfsite").items() if "__pycache__" not in p}
    templates = {f"templates/{p}": d for p, d in read_tree(ROOT / "templates").items()}
    pages = {f"docs/{path.name}": path.read_bytes() for path in (ROOT / "docs").glob("*.md")}

    assert held == {**package, **templates, **pages}
    assert "explanations.toml" in held
    assert any(name.startswith("templates/assets/") for name in held)


@pytest.mark.proofs
def test_the_installed_wheel_builds_a_site_anywhere(wheel: Path, tmp_path: Path) -> None:
    """In a new environment, outside the checkout, `perfsite build` makes the very same site.

    Commands are found by the metadata; those that need an extra say which.
    """
    succeed(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    tools = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    succeed(tools / "python", "-m", "pip", "install", "--no-input", wheel, cwd=tmp_path)
    data_folder(tmp_path)
    where = succeed(
        tools / "python", "-c", "import perfsite; print(perfsite.__file__)", cwd=tmp_path
    )
    said = succeed(tools / "perfsite", "build", "--jobs", "2", cwd=tmp_path)
    site = read_tree(tmp_path / "build")

    page = succeed(tools / "perfsite", "docs", "tutorial", cwd=tmp_path)
    listed = succeed(tools / "perfsite", "--help", cwd=tmp_path)
    explained = succeed(tools / "perfsite", "explain", "PS104", cwd=tmp_path)
    refused = {
        name: subprocess.run(
            [tools / "perfsite", *words],
            cwd=tmp_path,
            env=clean(),
            capture_output=True,
            check=False,
        ).stderr.decode()
        for name, words in {
            "audit": ["audit", "build"],
            "archive": ["archive", "build", "--out", "packed", "--url", "https://example.org/"],
        }.items()
    }

    assert (tmp_path / "venv").as_posix() in where
    assert page == (ROOT / "docs" / "tutorial.md").read_text("utf-8")
    assert set(re.findall(r"^  ([a-z]+)  ", listed, re.MULTILINE)) >= {
        "archive",
        "import",
        "verify",
    }
    assert "To mend it:" in explained
    for name, words in refused.items():
        assert re.fullmatch(
            rf"perfsite: {name} needs [a-z0-9]+, which is not installed: "
            r"pip install 'perfsite\[archive\]'\n",
            words,
        )
    assert said.startswith(f"Built build: {len(SERVICES)} services, ")
    assert {p: hashlib.sha256(d).hexdigest() for p, d in site.items()} == {
        p: hashlib.sha256(d).hexdigest() for p, d in small_site().items()
    }
