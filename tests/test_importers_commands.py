from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from perfsite.cli.extensions import own_points
from perfsite.importers import GROUP, Importer, Option
from small_site import perfsite, read_tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OWN = {point.name for point in own_points(GROUP)}
FAKE = """
from perfsite.errors import Problem
from perfsite.importers import Imported, Importer, Option

def run(sources, options):
    said = repr([source.data for source in sources]) + repr(sorted(
        (name, getattr(value, "data", value)) for name, value in options.items()
    ))
    files = {"submissions/said.txt": said, "submissions/raw.bin": b"\\x00\\xff"}
    return Imported(files, [], "1 thing")

PLAIN = Importer("plain", "Files of the plain kind.", "Import FILES of the plain kind.", run, (
    Option("word", "A word.", default="none"),
    Option("kind", "A kind.", "choice", choices=("a", "b"), required=True),
    Option("with-notes", "Notes too.", "flag"),
    Option("extra", "A file.", "path"),
))
SINGLE = Importer("single", "One.", "One FILE.", run, one_file=True)

def outside(path):
    return Importer("x", "x", "x", lambda sources, options: Imported({path: "x"}, []))

UP, ROOT, LINK = outside("submissions/../../up.txt"), outside("/up.txt"), outside("link/up.txt")
WINDOWS, NOTHING = outside("..\\\\up.txt"), outside("")

def fails(sources, options):
    raise KeyError("colour")

BUG = Importer("bug", "Bug.", "Bug.", fails)
ODD = Importer("odd", "Odd.", "Odd.", lambda sources, options: {"services.csv": "x"})
NUMBER = Importer("number", "x", "x", lambda sources, options: Imported({"a.csv": 7}, []))
EMPTY = Importer("empty", "x", "x", lambda sources, options: Imported(
    {}, [Problem(sources[0].path, 0, "PS305", found="another kind")]
))
CLASH = Importer("clash", "x", "x", run, (Option("force", "Mine."),))
KIND = Importer("kind", "x", "x", run, (Option("size", "Mine.", "number"),))
TEXT = "not an importer"
"""
POINTS = {
    "plain": "fake_importers:PLAIN",
    "single": "fake_importers:SINGLE",
    "up": "fake_importers:UP",
    "root": "fake_importers:ROOT",
    "link": "fake_importers:LINK",
    "windows": "fake_importers:WINDOWS",
    "nothing": "fake_importers:NOTHING",
    "bug": "fake_importers:BUG",
    "odd": "fake_importers:ODD",
    "number": "fake_importers:NUMBER",
    "empty": "fake_importers:EMPTY",
    "clash": "fake_importers:CLASH",
    "kind": "fake_importers:KIND",
    "text": "fake_importers:TEXT",
    "gone": "fake_importers_that_are_not_there:IMPORTER",
    "absent": "fake_importers:ABSENT",
    "raises": "fake_importers_that_raise:IMPORTER",
}


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put distributions that offer importers on the path, as if they were installed."""
    place = tmp_path / "site-packages"
    place.mkdir()
    (place / "fake_importers.py").write_text(FAKE, "utf-8")
    (place / "fake_importers_that_raise.py").write_text("1 / 0\n", "utf-8")

    def distribution(name: str, points: dict[str, str]) -> None:
        info = place / f"{name.replace('-', '_')}-2.1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.1\n")
        lines = [f"[{GROUP}]", *(f"{key} = {value}" for key, value in points.items())]
        (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
        # Only now is the path new to the import system, which remembers what it has seen there.
        monkeypatch.syspath_prepend(place)

    return distribution


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file to be imported."""
    path = tmp_path / "table.csv"
    path.write_text("a\n1\n")
    return path


def test_the_list_of_importers_says_what_each_is_for() -> None:
    """Names and one sentence each, of perfsite's own."""
    ran = perfsite("import", "--help")

    assert ran.code == 0
    listed = [line.split()[0] for line in ran.out.partition("Commands:\n")[2].splitlines()]
    assert set(listed) >= OWN
    assert "The register of the GOV.UK Performance Platform." in ran.out


@pytest.mark.parametrize("name", sorted(OWN))
def test_every_importer_explains_itself(name: str) -> None:
    """Each has help, and all take --out and --force."""
    ran = perfsite("import", name, "--help")

    assert ran.code == 0
    assert "--out DIRECTORY" in ran.out
    assert "--force" in ran.out


def test_an_importer_of_another_distribution_is_a_command(
    install: Callable[..., None], file: Path, tmp_path: Path
) -> None:
    """Its files, its options with what was given or stands for it, and what it made."""
    install("fake-importers", {"plain": POINTS["plain"]})
    out = tmp_path / "data"
    words = ("--kind", "b", "--with-notes", "--extra", file)
    ran = perfsite("import", "plain", file, file, "--out", out, *words)
    help_ = perfsite("import", "plain", "--help")

    assert ran.code == 0, ran.err
    assert ran.out.endswith(
        f"Carried over: 1 thing.\nImported table.csv, table.csv to {out}: 2 files.\n"
    )
    assert read_tree(out) == {
        "submissions/raw.bin": b"\x00\xff",
        "submissions/said.txt": b"[b'a\\n1\\n', b'a\\n1\\n'][('extra', b'a\\n1\\n'), "
        b"('kind', 'b'), ('with-notes', True), ('word', 'none')]",
    }
    for text in ("FILE...", "--word TEXT", "[default: none]", "--kind [a|b]", "--with-notes"):
        assert text in help_.out


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("plain",), "Missing argument"),
        (("plain", "FILE"), "Missing option '--kind'"),
        (("plain", "FILE", "--kind", "c"), "'c' is not one of 'a', 'b'"),
        (("single", "FILE", "FILE"), "unexpected extra argument"),
        (("plain", "nowhere.csv", "--kind", "a"), "nowhere.csv cannot be read"),
    ],
)
def test_wrong_usage_is_said(
    install: Callable[..., None], file: Path, tmp_path: Path, words: tuple[str, ...], found: str
) -> None:
    """What an importer needs is asked for by the command line, with exit code 2."""
    install("fake-importers", POINTS)
    given = [str(file) if word == "FILE" else word for word in words]
    ran = perfsite("import", *given, "--out", tmp_path / "data")

    assert ran.code == 2
    assert found in ran.err


@pytest.mark.parametrize(
    ("name", "code", "found"),
    [
        ("gone", 2, "ModuleNotFoundError: No module named 'fake_importers_that_are_not_there'"),
        ("absent", 2, "AttributeError: module 'fake_importers' has no attribute 'ABSENT'"),
        ("raises", 2, "ZeroDivisionError: division by zero; update or uninstall it"),
        ("text", 2, "fake_importers:TEXT is no perfsite.importers.Importer"),
        ("clash", 2, "--force is an option of every importer"),
        ("kind", 2, "--size is of the kind number"),
        ("bug", 3, "KeyError: 'colour'; tell its authors"),
        ("odd", 3, "it made no perfsite.importers.Imported"),
        ("number", 3, "it made no perfsite.importers.Imported"),
    ],
)
def test_a_broken_importer_is_one_sentence(
    install: Callable[..., None], file: Path, tmp_path: Path, name: str, code: int, found: str
) -> None:
    """It names the distribution, writes nothing, and the other commands go on."""
    install("fake-importers", POINTS)
    out = tmp_path / "data"
    ran = perfsite("import", name, file, "--out", out)
    listed = perfsite("import", "--help")
    other = perfsite("import", "single", file, "--out", out)

    assert ran.code == code
    assert ran.err.startswith(f"perfsite: the importer {name} of fake-importers 2.1 ")
    assert found in ran.err
    assert ran.err.count("\n") == 1
    assert (listed.code, other.code) == (0, 0)
    assert name in listed.out


@pytest.mark.parametrize("name", ["up", "root", "link", "windows", "nothing"])
def test_nothing_is_written_outside(
    install: Callable[..., None], file: Path, tmp_path: Path, name: str
) -> None:
    """A path that leads out of the folder, by dots, root or link, is refused, and all with it."""
    install("fake-importers", POINTS)
    out, elsewhere = tmp_path / "made" / "data", tmp_path / "elsewhere"
    elsewhere.mkdir()
    out.mkdir(parents=True)
    (out / "link").symlink_to(elsewhere)
    ran = perfsite("import", name, file, "--out", out)

    assert ran.code == 3
    assert "is not within" in ran.err
    assert "fake-importers 2.1" in ran.err
    assert not list(tmp_path.rglob("up.txt"))


def test_a_file_of_another_kind_writes_nothing(
    install: Callable[..., None], file: Path, tmp_path: Path
) -> None:
    """The problems are shown, and the exit code is 3."""
    install("fake-importers", POINTS)
    ran = perfsite("import", "empty", file, "--out", tmp_path / "data")

    assert ran.code == 3
    assert "PS305" in ran.out
    assert "table.csv could not be imported; nothing was written" in ran.err
    assert not (tmp_path / "data").exists()


def test_two_distributions_with_one_name_are_refused(
    install: Callable[..., None], file: Path, tmp_path: Path
) -> None:
    """Nobody is chosen; perfsite's own importers cannot be replaced, and it says so."""
    install("fake-importers", {"plain": POINTS["plain"], "csv": POINTS["plain"]})
    install("other-importers", {"plain": POINTS["single"]})
    clash = perfsite("import", "plain", file, "--out", tmp_path / "data")
    own = perfsite("import", "csv", "--help")

    assert clash.code == 2
    assert "fake-importers 2.1" in clash.err
    assert "other-importers 2.1" in clash.err
    assert "--map MAP.toml" in own.out
    assert "csv is perfsite's own; not that of fake-importers 2.1" in own.err


def test_an_import_does_not_replace_what_differs(file: Path, tmp_path: Path) -> None:
    """What somebody has written since stays, unless --force is given."""
    wanted = tmp_path / "MAP.toml"
    wanted.write_text(
        'service = { constant = "x" }\nperiod = { constant = "2017" }\nfigures = { a = "cost" }\n'
    )
    words = ("import", "csv", file, "--map", wanted, "--out", tmp_path / "data")
    first = perfsite(*words)
    again = perfsite(*words)
    made = tmp_path / "data" / "submissions" / "table.csv"
    made.write_text("mine\n")
    refused = perfsite(*words)
    forced = perfsite(*words, "--force")

    assert [ran.code for ran in (first, again, refused, forced)] == [0, 0, 2, 0]
    assert "is there and differs" in refused.err
    assert made.read_text().startswith("service,period")


def test_a_wrong_map_is_named(file: Path, tmp_path: Path) -> None:
    """The entry stands in the message, with the name of the map."""
    (tmp_path / "MAP.toml").write_text("[servce]\n")
    ran = perfsite(
        "import", "csv", file, "--map", tmp_path / "MAP.toml", "--out", tmp_path / "data"
    )

    assert ran.code == 3
    assert "MAP.toml: servce" in ran.err


def test_answers_of_the_store_are_imported_by_their_options(tmp_path: Path) -> None:
    """`import backdrop` with words explained, as somebody would type it."""
    record = {"_timestamp": "2013-10-07T00:00:00+00:00", "period": "week", "key": "e", "value": 2.0}
    path, out = tmp_path / "a.json", tmp_path / "data"
    path.write_text(json.dumps({"data": [record]}))
    ran = perfsite(
        *("import", "backdrop", path, "--service", "one", "--out", out),
        *("--measures", "e=transactions:digital", "--name", "One", "--department", "Ministry"),
    )

    assert ran.code == 0, ran.err
    tree = read_tree(out)
    assert b"one,2013-W41,transactions,digital,2," in tree["submissions/one/a.csv"]
    assert b"one,One,Ministry" in tree["services.csv"]
    assert perfsite("validate", out).code == 0


def test_importers_are_plain_data() -> None:
    """What others rely on: the fields of an importer and of an option, and their defaults."""
    importer = Importer("x", "s", "h", run=lambda _, __: pytest.fail("not called"))

    assert (importer.options, importer.one_file) == ((), False)
    assert Option("word", "help").kind == "text"


def test_what_is_imported_is_held_against_the_gate_for_texts(tmp_path: Path) -> None:
    """A name that a spreadsheet would run is told at once, where it can be mended, and kept."""
    source = tmp_path / "register.csv"
    source.write_text(
        "Slug,Name of service,Department,2014-Q4 Vol.\none,=One,Ministry,1\ntwo,Two,Ministry,2\n"
    )
    ran = perfsite("import", "performance-platform", source, "--out", tmp_path / "data")

    assert ran.code == 1
    assert 'services.csv:2  column "name"\n  found     =One' in ran.out
    assert "=One" in (tmp_path / "data/services.csv").read_text()
