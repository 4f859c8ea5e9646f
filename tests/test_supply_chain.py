"""What is installed and what is handed on: locked, listed, and the same bytes everywhere."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from small_site import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LOCKS: Final = ("site", "build", "archive", "dask", "dev")
"""What is installed together; docs.txt has an environment of its own."""
_ENTRY: Final = re.compile(
    r"^([a-z0-9-]+)(?:\[[^]]*\])?==(\S+)(?: ; .*)? \\\n((?:    .*\n)+)", re.MULTILINE
)


@cache
def project() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def lock(name: str) -> str:
    """A file of locked requirements, without its comments."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))


def locked(*names: str) -> dict[str, list[Version]]:
    """The versions of every package that is locked; more than one where systems differ."""
    found: dict[str, list[Version]] = {}
    for name in names:
        for match in _ENTRY.finditer(lock(name)):
            found.setdefault(match[1], []).append(Version(match[2]))
    return found


def asked() -> list[Requirement]:
    """Everything that pyproject.toml asks for, but for perfsite with its own extras."""
    table = project()["project"]
    lines = [*table["dependencies"], *chain(*table["optional-dependencies"].values())]
    return [one for line in lines if (one := Requirement(line)).name != table["name"]]


@pytest.mark.parametrize("name", [*LOCKS, "docs"])
def test_every_locked_package_has_one_version_and_hashes_and_no_address(name: str) -> None:
    """Each line is understood, each package has at least one SHA-256, and no index is named."""
    text = lock(name)

    assert _ENTRY.sub("", text) == ""
    for match in _ENTRY.finditer(text):
        lines = match[3].splitlines()
        assert all(re.fullmatch(r" +--hash=sha256:[0-9a-f]{64}( \\)?", line) for line in lines)
    for word in ("://", "--index", "--find-links", "--trusted", " @ "):
        assert word not in (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")


def test_the_lock_holds_what_is_asked_for_within_its_bounds() -> None:
    """Every requirement has a lower and an upper bound, and the locked version is between them."""
    groups = [Requirement(line) for line in project()["dependency-groups"]["docs"]]
    for one, versions in [
        *((one, locked(*LOCKS)) for one in asked()),
        *((one, locked("docs")) for one in groups),
    ]:
        operators = {part.operator for part in one.specifier}
        assert operators == {">=", "<"}, one
        found = versions.get(canonicalize_name(one.name), [])
        assert found, one
        assert all(one.specifier.contains(version) for version in found), (one, found)


def test_the_tools_are_not_among_the_libraries_of_a_site() -> None:
    """Whoever installs site.txt alone gets what builds a site; no package is installed twice."""
    site, build, archive, dask, dev = (
        {match[1] for match in _ENTRY.finditer(lock(name))} for name in LOCKS
    )
    table = project()["project"]
    needed = {canonicalize_name(Requirement(x).name) for x in table["dependencies"]}
    packing = {Requirement(x).name for x in table["optional-dependencies"]["archive"]}

    assert needed <= site
    assert packing <= archive
    assert "distributed" in dask
    assert {"hatchling", "editables"} <= build
    assert {"pytest", "ruff", "mypy"} <= dev
    assert site & archive == site & dev == archive & dev == build & dev == set()
    assert dask & (site | archive | dev) == set()
    assert not (packing | {"hatchling", "pytest"}) & site


def script(name: str) -> Any:  # noqa: ANN401 - a module
    """A script as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_bill_of_materials_lists_what_is_needed_and_what_that_needs() -> None:
    """CycloneDX: every dependency with its licence, each reference once, none to nowhere."""
    bill = script("sbom").bill()
    parts = [bill["metadata"]["component"], *bill["components"]]
    references = [part["bom-ref"] for part in parts]
    tree = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    needed = {canonicalize_name(Requirement(x).name) for x in project()["project"]["dependencies"]}

    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"])
    assert {part["name"] for part in parts} >= {*needed, "numpy", "warcio", "perfsite"}
    assert not {"pytest", "ruff"} & {part["name"] for part in parts}
    assert len(references) == len(set(references)) == len(tree)
    assert {one for wanted in tree.values() for one in wanted} <= set(references)
    assert [part["name"] for part in parts if not part.get("licenses")] == []
    own = tree[bill["metadata"]["component"]["bom-ref"]]
    assert {one.partition("@")[0].removeprefix("pkg:pypi/") for one in own} >= needed


def test_the_bill_of_materials_is_the_same_each_time() -> None:
    """Two runs with other hashes of strings are the same; there is a time only if one is given."""
    command = [sys.executable, str(ROOT / "scripts" / "sbom.py")]
    plain = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    one, two, dated = (
        subprocess.run(command, env={**plain, **more}, capture_output=True, check=True).stdout
        for more in ({"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2"}, {"SOURCE_DATE_EPOCH": "0"})
    )

    assert one == two
    assert "timestamp" not in json.loads(one)["metadata"]
    assert json.loads(dated)["metadata"]["timestamp"] == "1970-01-01T00:00:00+00:00"


def distributions(source: Path, out: Path, umask: int) -> dict[str, bytes]:
    """The sdist and the wheel of a checkout, made by the build backend."""
    code = (
        "import os, sys, hatchling.build as b\n"
        f"os.umask({umask}); out = sys.argv[1]; b.build_sdist(out); b.build_wheel(out)"
    )
    out.mkdir()
    env = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    subprocess.run([sys.executable, "-c", code, out], cwd=source, env=env, check=True)
    return {path.name: path.read_bytes() for path in out.iterdir()}


def test_wheel_and_sdist_are_the_same_bytes_wherever_they_are_made(tmp_path: Path) -> None:
    """Another folder, later times of files, another umask: the same two files."""
    skipped = shutil.ignore_patterns("__pycache__", "golden", "screenshots", "corpus", "editions")
    copies = []
    for number, umask in enumerate((0o022, 0o077)):
        copy = tmp_path / f"copy{number}"
        copy.mkdir()
        for name in ("src", "templates", "docs", "scripts", "requirements"):
            shutil.copytree(ROOT / name, copy / name, ignore=skipped)
        for path in (*ROOT.glob("*.md"), *ROOT.glob("*.toml"), ROOT / "Makefile", ROOT / "LICENSE"):
            shutil.copy(path, copy / path.name)
        for path in copy.rglob("*"):
            os.utime(path, (1_500_000_000 + number * 1_000_000,) * 2)
        copies.append(distributions(copy, tmp_path / f"dist{number}", umask))

    assert sorted(name.rpartition(".")[2] for name in copies[0]) == ["gz", "whl"]
    assert copies[0] == copies[1]


@pytest.mark.parametrize("target", ["site", "serve", "validate"])
def test_who_builds_a_site_installs_no_tools_of_development(target: str, tmp_path: Path) -> None:
    """`make site` installs site.txt alone; `make lint` what work on perfsite needs, beside it."""
    environment = {**os.environ, "MAKEFLAGS": ""}
    words = ["make", "--dry-run", f"VENV={tmp_path / 'venv'}"]
    planned = {
        name: re.findall(
            r"^scripts/install\.sh \S+ (\w+)$",
            subprocess.run(
                [*words, name],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
                check=True,
            ).stdout,
            re.MULTILINE,
        )
        for name in (target, "lint")
    }

    assert planned == {target: ["site"], "lint": ["site", "dev"]}
