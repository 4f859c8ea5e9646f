from __future__ import annotations

import os
import pty
import re
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
import pytest
from filelock import FileLock

from perfsite import __version__
from perfsite.cli import main
from perfsite.pages.site import Made, ServiceInput
from small_site import (
    CONFIG,
    LOGO,
    SERVICES,
    SUBMISSIONS,
    Ran,
    command,
    data_folder,
    environment,
    perfsite,
    read_tree,
    rows_of,
    run,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from perfsite.components.contexts import Builder

CLEAN = {"full.csv": SUBMISSIONS["full.csv"]}
"""Submissions without a warning."""
COMMANDS = tuple(main.list_commands(click.Context(main)))


@pytest.fixture(autouse=True)
def no_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own environment must not decide about the edition."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


def build(data: Path, *options: str | Path) -> tuple[Ran, Path]:
    """Build without charts, beside the data."""
    out = data.parent / "site"
    return perfsite("build", data, "--out", out, "--no-charts", *options), out


def test_a_good_build_says_what_it_made(tmp_path: Path) -> None:
    """Exit code 0, and one closing line with counts, size and time; nothing else on stdout."""
    ran, out = build(data_folder(tmp_path, submissions=CLEAN))
    files = len(read_tree(out))

    assert (ran.code, ran.err) == (0, "")
    (line,) = ran.out.splitlines()
    assert line.startswith(f"Built {out}: 11 services, 91 pages, 0 charts, {files} files, ")
    assert line.endswith(" s.")
    assert f"({files - 1} new, 0 changed, 0 gone)" in line


def blocks(report: str, code: str) -> list[str]:
    """The places of the messages of a code in a report."""
    found = [block for block in report.split("\n\n") if block.endswith(f"[{code}]")]
    return [block.partition("\n")[0] for block in found]


@pytest.mark.usefixtures("anew")
def test_a_second_build_of_the_same_changes_nothing(tmp_path: Path) -> None:
    """The closing line of a night without news, and where all is made anew: no file changed."""
    data = data_folder(tmp_path)
    first, out = build(data)
    ran, _ = build(data)
    anew, _ = build(data, "--no-store")

    assert ran.out.startswith(f"Nothing new: {out} stands as it was built: 11 services, 91 pages, ")
    assert (ran.err, ran.code) == (first.err, first.code)
    assert "(0 new, 0 changed, 0 gone)" in anew.out


def test_warnings_do_not_fail_a_build(tmp_path: Path) -> None:
    """A part above its whole is said and published, and the exit code is 0."""
    ran, _ = build(data_folder(tmp_path))

    assert ran.code == 0
    assert blocks(ran.err, "PS201") == ['submissions/withheld.csv:3  column "transactions:digital"']
    assert "0 errors, 1 warning, 0 notes.\n  PS201      1  A part is larger than" in ran.err


def unreadable(folder: Path) -> None:
    """A link that leads nowhere in the place of a submission."""
    (folder / "submissions/bad.csv").symlink_to(folder / "nowhere")


def content(data: bytes) -> Callable[[Path], None]:
    """A submission with this content."""

    def write(folder: Path) -> None:
        (folder / "submissions/bad.csv").write_bytes(data)

    return write


BAD: dict[str, tuple[Callable[[Path], None], str, str, str]] = {
    "unreadable file": (
        unreadable,
        "submissions/bad.csv",
        "PS101",
        "a link that leads nowhere",
    ),
    "wrong encoding": (
        content(
            "service,period,measure,value,note\nfull,2011,cost,1,\nfull,2012,cost,2,é\n".encode(
                "latin-1"
            )
        ),
        "submissions/bad.csv:3",
        "PS102",
        "the byte 0xE9",
    ),
    "missing column": (
        content(b"service,measure,value\nfull,cost,1\n"),
        'submissions/bad.csv:1  column "period"',
        "PS105",
        "the columns service, measure, value",
    ),
    "unknown measure": (
        content(b"service,period,measure,value\nfull,2011,cost,1\nfull,2011,transaction,1\n"),
        'submissions/bad.csv:3  column "measure"',
        "PS107",
        "did you mean transactions?",
    ),
    "broken period": (
        content(b"service,period,measure,value\nfull,2011-13,cost,1\n"),
        'submissions/bad.csv:2  column "period"',
        "PS108",
        "2011-13",
    ),
    "duplicate observation": (
        content(b"service,period,measure,value\nfull,2011,cost,1\nfull,2011,cost,2\n"),
        'submissions/bad.csv:3  column "value"',
        "PS110",
        "full 2011 cost again, also in submissions/bad.csv:2",
    ),
    "unknown service": (
        content(b"service,period,measure,value\nful,2011,cost,1\n"),
        'submissions/bad.csv:2  column "service"',
        "PS111",
        "did you mean full?",
    ),
    "no number": (
        content(b"service,period,measure,value\nfull,2011,cost,twelve\n"),
        'submissions/bad.csv:2  column "value"',
        "PS104",
        "twelve",
    ),
}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The site as it is without bad input."""
    _, out = build(data_folder(tmp_path_factory.mktemp("good")))
    return read_tree(out)


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_reported_and_the_rest_built(
    tmp_path: Path, good: dict[str, bytes], name: str
) -> None:
    """File, row and what was found stand in the report; exit code 1; all else is as without it."""
    spoil, place, code, found = BAD[name]
    data = data_folder(tmp_path)
    spoil(data)
    ran, out = build(data)
    validated = perfsite("validate", data)
    tree = read_tree(out)

    assert (ran.code, validated.code) == (1, 1)
    for report in (ran.err, validated.out):
        block = next(b for b in report.split("\n\n") if b.startswith(f"{place}\n"))
        assert found in block
        assert block.endswith(f"[{code}]")
        assert "\n  expected  " in block
    assert "Built " in ran.out
    changed = {path for path in tree if tree[path] != good.get(path)}
    # A good row beside a bad one is published: it changes the files of its service.
    allowed = ("data", "services/full.", "urls", "manifest", "index", "departments/", "agencies/",
               "categories/", "services/by-", "services/index", "health/")  # fmt: skip
    assert [path for path in changed if not path.startswith(allowed)] == []
    assert [row["service"] for row in rows_of(tree["data/services.csv"])] == list(SERVICES)
    extra = rows_of(tree["data/observations.csv"])
    kept = [r for r in extra if not r["source"].startswith("submissions/bad.csv")]
    assert kept == rows_of(good["data/observations.csv"])
    assert len(extra) - len(kept) == (name == "unknown measure")


def test_a_bad_row_of_the_register_is_reported_and_the_rest_built(tmp_path: Path) -> None:
    """A service without a department is left out of every list; the others are there."""
    rows = "service,name,department\nfull,A,Ministry\nb,B,\nc,C,Ministry\n"
    ran, out = build(data_folder(tmp_path, register=rows, submissions=CLEAN))

    assert ran.code == 1
    assert blocks(ran.err, "PS114") == ['services.csv:3  column "department"']
    tree = read_tree(out)
    assert [row["service"] for row in rows_of(tree["data/services.csv"])] == ["full", "c"]


def test_strict_builds_nothing_from_bad_data(tmp_path: Path) -> None:
    """With --strict an error ends the build with 3 and the old site stays; warnings do not."""
    data = data_folder(tmp_path)
    ran, out = build(data, "--strict")
    before = read_tree(out)
    content(b"service,period,measure,value\nnobody,2011,cost,1\n")(data)
    strict, _ = build(data, "--strict")

    assert (ran.code, strict.code) == (0, 3)
    assert "PS111" in strict.err
    assert strict.err.endswith("--strict was given; nothing was written\n")
    assert strict.out == ""
    assert read_tree(out) == before


def test_validate_lists_everything_and_builds_nothing(tmp_path: Path) -> None:
    """All problems on stdout, however many; 0 if none is an error; no file is made."""
    rows = "".join(f"nobody-{number},2011,cost,1\n" for number in range(30))
    good = data_folder(tmp_path / "good")
    bad = data_folder(tmp_path / "bad")
    content(f"service,period,measure,value\n{rows}".encode())(bad)
    before = read_tree(tmp_path)
    fine, wrong = perfsite("validate", good), perfsite("validate", bad)
    built, _ = build(bad)

    assert (fine.code, wrong.code) == (0, 1)
    assert len(blocks(wrong.out, "PS111")) == 30
    assert "30 errors, 1 warning, 0 notes." in wrong.out
    assert len(blocks(built.err, "PS111")) == 20
    assert "... and 11 more; `perfsite validate` lists them all." in built.err
    assert {
        p: d
        for p, d in read_tree(tmp_path).items()
        if not p.startswith(("bad/site/", "bad/.site."))
    } == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--edition", "yesterday"), "--edition yesterday: a date as 2018-09-19 is expected"),
        (("--edition", "2018-02-30"), "--edition 2018-02-30: a date"),
        (("--templates", "/nowhere/at/all"), "no templates folder /nowhere/at/all"),
        (("--jobs", "0"), "0 is not in the range"),
        (("--fast",), "No such option"),
    ],
)
def test_wrong_usage_has_its_own_exit_code(
    tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    """An option that makes no sense ends with 2 and a sentence, before anything is written."""
    ran, out = build(data_folder(tmp_path), *options)

    assert ran.code == 2
    assert words in ran.err
    assert "Traceback" not in ran.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("data", "out"),
    [("data", "data"), ("data", "data/site"), ("data", "."), ("data", "other/../data/site/deep")],
)
def test_the_site_is_never_written_over_the_data(tmp_path: Path, data: str, out: str) -> None:
    """Data and site in each other, however spelt, are refused, and nothing is touched."""
    data_folder(tmp_path)
    before = read_tree(tmp_path)
    ran = perfsite("build", tmp_path / data, "--out", tmp_path / out)

    assert ran.code == 2
    assert "lie in each other" in ran.err
    assert read_tree(tmp_path) == before


def test_a_foreign_folder_is_refused_before_the_work(tmp_path: Path) -> None:
    """Wrong usage, said at once: nothing of somebody's folder is changed, and no lock is left."""
    data = data_folder(tmp_path)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "thesis.txt").write_text("years of work")
    before = read_tree(tmp_path)
    ran, _ = build(data)

    assert (ran.code, ran.out) == (2, "")
    assert "holds no site that perfsite made" in ran.err
    assert read_tree(tmp_path) == before


def test_no_data_is_wrong_usage(tmp_path: Path) -> None:
    """A data folder that is not there ends with 2, for building and for validating."""
    for name in ("build", "validate"):
        ran = perfsite(name, tmp_path / "nowhere")
        assert (ran.code, ran.err) == (
            2,
            f"perfsite: there is no data folder {tmp_path}/nowhere; name it, or make it\n",
        )


def test_a_failed_build_has_its_own_exit_code(tmp_path: Path) -> None:
    """A broken template, configuration or lock ends with 3 and a sentence; the old site stays."""
    data = data_folder(tmp_path)
    _, out = build(data)
    before = read_tree(out)
    (tmp_path / "own" / "pages").mkdir(parents=True)
    (tmp_path / "own" / "pages" / "about.html").write_text("{{ nothing }}")
    template, _ = build(data, "--templates", tmp_path / "own")
    with FileLock(tmp_path / ".site.lock"):
        locked, _ = build(data, "--no-store")
    (data / "perfsite.toml").write_text("titel = 1")
    config, _ = build(data)

    assert [ran.code for ran in (template, locked, config)] == [3, 3, 3]
    assert "about.html: pages/about.html: 'nothing' is undefined" in template.err
    assert "another build is writing" in locked.err
    assert "perfsite.toml: titel" in config.err
    assert all(ran.out == "" for ran in (template, locked, config))
    assert read_tree(out) == before


def edition(out: Path) -> str:
    """The date that is printed on the home page."""
    text = (out / "index.html").read_text(encoding="utf-8")
    said = text.partition("This edition is dated ")[2].partition("</time>")[0]
    return said.partition(">")[2]


def test_the_edition_is_told_or_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--edition comes before SOURCE_DATE_EPOCH, and that before the newest date of `published`."""
    data = data_folder(tmp_path)
    ran, out = build(data)
    assert (edition(out), "edition date" in ran.err) == ("19 September 2018", False)
    # The last second of a day in UTC, which is another day in most of the world.
    last = int(datetime(2020, 2, 29, 23, 59, 59, tzinfo=UTC).timestamp())
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(last))
    build(data)
    assert edition(out) == "29 February 2020"
    build(data, "--edition", "2019-12-31")
    assert edition(out) == "31 December 2019"


@pytest.mark.parametrize("epoch", ["tomorrow", "1e9", "9" * 30])
def test_a_wrong_epoch_is_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, epoch: str
) -> None:
    """A SOURCE_DATE_EPOCH that is not a number of seconds is refused by name."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    ran, _ = build(data_folder(tmp_path))

    assert ran.code == 2
    assert f"SOURCE_DATE_EPOCH={epoch} is not a number of seconds" in ran.err


def test_the_clock_is_the_last_resort_and_says_so(tmp_path: Path) -> None:
    """Where nobody says a date, today's is taken, and stderr says that it was."""
    config = "\n".join(line for line in CONFIG.splitlines() if "published" not in line)
    days = [datetime.now(UTC).date()]
    ran, out = build(data_folder(tmp_path, submissions=CLEAN, config=config))
    days.append(datetime.now(UTC).date())

    said = [
        f"No edition date was given: using today, {day}. Set `published` in perfsite.toml.\n"
        for day in days
    ]
    assert ran.code == 0
    assert ran.err in said
    assert edition(out).split()[2] in {str(day.year) for day in days}


def test_a_log_has_no_progress_bar(tmp_path: Path) -> None:
    """Long work shows its progress on a terminal, and writes nothing to a log."""
    data = data_folder(tmp_path, submissions=CLEAN)
    log = run("build", data, "--out", tmp_path / "site", "--jobs", "1")
    reading, writing = pty.openpty()
    with subprocess.Popen(
        command("build", data, "--out", tmp_path / "another", "--jobs", "1"),
        env=environment(TERM="xterm", COLUMNS="80"),
        stdout=subprocess.PIPE,
        stderr=writing,
    ) as process:
        os.close(writing)
        out, _ = process.communicate()
        terminal = os.read(reading, 65536)
    os.close(reading)

    assert (log.code, log.err) == (0, "")
    assert process.returncode == 0
    assert b"Making pages and charts" in terminal
    assert b"100%" in terminal
    assert log.out.startswith("Built ")
    assert out.startswith(b"Built ")


def test_defaults_are_data_and_build(tmp_path: Path) -> None:
    """Without arguments the folder `data` is built into the folder `build`, where one is."""
    data_folder(tmp_path, submissions=CLEAN)
    ran = run("build", cwd=tmp_path)

    assert (ran.code, ran.err) == (0, "")
    assert (tmp_path / "build" / "index.html").is_file()


def test_a_folder_of_templates_changes_the_site(tmp_path: Path) -> None:
    """--templates replaces one page's template and leaves all others."""
    data = data_folder(tmp_path)
    _, out = build(data)
    before = read_tree(out)
    (tmp_path / "own" / "pages").mkdir(parents=True)
    (tmp_path / "own" / "pages" / "404.html").write_text(
        '{% extends "default:pages/404.html" %}{% block main %}<h1>Lost?</h1>{% endblock %}'
    )
    ran, _ = build(data, "--templates", tmp_path / "own")
    after = read_tree(out)

    assert ran.code == 0
    changed = {path for path in after if after[path] != before[path]}
    assert changed == {"404.html", "manifest-sha256.txt"}
    assert b"<h1>Lost?</h1>" in after["404.html"]


PLATFORM = """\
Slug,Name of service,Department,2014-Q4 Vol.,2014-Q4 CPT (£)
{long},Ask for a thing,Ministry,"1,234",#REF!
two,Ask again,Ministry,,0.82
"""


def test_an_import_makes_a_folder_that_builds(tmp_path: Path) -> None:
    """What cannot be read is reported with its row; the rest becomes a folder without errors."""
    long = "-".join(["word"] * 20)
    (tmp_path / "register.csv").write_text(PLATFORM.format(long=long), encoding="utf-8")
    out = tmp_path / "imported" / "data"
    ran = perfsite("import", "performance-platform", tmp_path / "register.csv", "--out", out)
    built, site = build(out, "--edition", "2015-01-01")

    assert ran.code == 1
    assert blocks(ran.out, "PS301") == ['register.csv:2  column "2014-Q4 CPT (£)"']
    assert "#REF!" in ran.out
    assert ran.out.endswith(f"Imported register.csv to {out}: {len(read_tree(out))} files.\n")
    assert (built.code, built.err) == (0, "")
    given = {
        (row["service"], row["measure"], row["channel"]): row["value"]
        for row in rows_of(read_tree(site)["data/observations.csv"])
        if row["value"]
    }
    short = next(key for key, *_ in given if key != "two")
    assert long.startswith(short[:40])
    assert given == {
        (short, "transactions", ""): "1234",
        ("two", "cost_per_transaction", ""): "0.82",
    }


def test_an_import_of_something_else_writes_nothing(tmp_path: Path) -> None:
    """A file that is no register ends with 3; one that is not there, or no --out, with 2."""
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    words = ("import", "performance-platform")
    other = perfsite(*words, tmp_path / "x.csv", "--out", tmp_path / "data")
    missing = perfsite(*words, tmp_path / "y.csv", "--out", tmp_path / "data")
    nowhere = perfsite(*words, tmp_path / "x.csv")

    assert [ran.code for ran in (other, missing, nowhere)] == [3, 2, 2]
    assert "PS305" in other.out
    assert "nothing was written" in other.err
    assert "y.csv cannot be read" in missing.err
    assert not (tmp_path / "data").exists()


def test_every_command_explains_itself() -> None:
    """The help lists the commands; each has help of its own; the version is the package's."""
    help_ = perfsite("--help")
    assert help_.code == 0
    codes = "Exit codes: 0 done, 1 the data has errors, 2 wrong usage, 3 something else went wrong"
    assert codes in " ".join(help_.out.split())
    listed = help_.out.partition("Commands:\n")[2].splitlines()
    assert tuple(line.split()[0] for line in listed) == COMMANDS
    for name in COMMANDS:
        ran = perfsite(name, "-h")
        assert (ran.code, ran.out.startswith(f"Usage: perfsite {name} ")) == (0, True)
    assert perfsite("--version").out == f"perfsite, version {__version__}\n"
    assert perfsite("bild").code == 2


def more_config(*lines: str) -> str:
    """The configuration of the small site with entries before its tables."""
    return "\n".join((*lines, CONFIG))


def test_a_second_language_has_all_pages_in_a_folder(tmp_path: Path) -> None:
    """`languages` makes each page once a language: the list of services is the same in all."""
    config = more_config('languages = ["en-GB", "fr"]')
    ran, out = build(data_folder(tmp_path, submissions=CLEAN, config=config))
    tree = read_tree(out)
    pages = {path for path in tree if path.endswith(".html")}
    french = {path.removeprefix("fr/") for path in pages if path.startswith("fr/")}

    assert (ran.code, ran.err) == (0, "")
    assert "11 services, 182 pages, " in ran.out
    assert french == {path for path in pages if not path.startswith("fr/")}
    assert [path for path in tree if path.startswith("fr/") and path not in pages] == []
    for path in french:
        assert tree[path].count(b'<html lang="en-GB">') == 1
        assert tree[f"fr/{path}"].count(b'<html lang="fr">') == 1
    listed = re.findall(rb"<loc>(.*?)</loc>", tree["sitemap.xml"])
    assert sum(one.startswith(b"fr/") for one in listed) * 2 == len(listed)


@pytest.mark.parametrize("folder", ["", "fr/"])
def test_each_language_has_its_check_of_the_truth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    """A service that is missing in one language alone ends the build, which names the folder."""
    make = ServiceInput.pages

    def forgetful(part: ServiceInput, builder: Builder) -> Made:
        made = make(part, builder)
        rest = [page for page in made.pages if page.path != "services/weekly.html"]
        return Made(rest, made.jobs) if builder.folder == folder else made

    monkeypatch.setattr(ServiceInput, "pages", forgetful)
    config = more_config('languages = ["en-GB", "fr"]')
    ran, out = build(data_folder(tmp_path, submissions=CLEAN, config=config))

    assert ran.code == 3
    assert f"the pages of services in {folder or '.'} and the register differ" in ran.err
    assert "missing: weekly" in ran.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ('languages = ["en-GB", "de"]', "languages: there is no translation into de"),
        ('languages = ["gobbledegook"]', "gobbledegook is no language"),
        ('languages = ["ja"]', "there is no translation into ja"),
        ('colours = { brnd = "#000000" }', "colours.brnd: one of text, "),
        ('dark_colours = { ink = "#000000" }', "dark_colours.ink: one of text, "),
        ('logo = "nowhere.svg"', "logo: nowhere.svg cannot be read"),
        ('logo = "../data/../../logo.svg"', "is not within the data folder"),
        ('logo = "services.csv"', "logo: services.csv: one of .svg, "),
    ],
)
def test_what_there_is_not_cannot_be_asked_for(tmp_path: Path, entries: str, said: str) -> None:
    """A language, a colour or a logo that is not there ends the build with 3 and a sentence."""
    ran, out = build(data_folder(tmp_path, config=more_config(entries)))

    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("perfsite: perfsite.toml: ")
    assert said in ran.err
    assert not out.exists()


def test_the_colours_of_the_configuration_are_in_the_stylesheet(tmp_path: Path) -> None:
    """A colour replaces the theme's, on light pages or dark ones, and changes no page's words."""
    before = read_tree(build(data_folder(tmp_path / "a"))[1])
    config = more_config('colours = { brand = "#0B5345" }', 'dark_colours = { link = "#7dcea0" }')
    after = read_tree(build(data_folder(tmp_path / "b", config=config))[1])

    def styles(tree: dict[str, bytes]) -> tuple[str, str]:
        ((path, css),) = ((p, d) for p, d in tree.items() if p.endswith(".css"))
        return path, css.decode()

    (old, plain), (new, css) = styles(before), styles(after)
    light, dark = css.split("@media", 1)
    assert "--brand:#0B5345;" in light
    assert "--brand:#0B5345;" not in dark
    assert "--link:#7dcea0;" in dark
    assert css.replace("#0B5345", "#12436d").replace("#7dcea0", "#8fc4f3") == plain
    pages = [path for path in before if path.endswith(".html")]
    assert old != new
    assert [p for p in pages if before[p] != after[p].replace(new.encode(), old.encode())] == []


def test_a_logo_stands_on_every_page(tmp_path: Path) -> None:
    """The picture of the data folder is published, at an address of its own, and shown."""
    data = data_folder(tmp_path, config=more_config('logo = "Our Crest.SVG"'))
    (data / "Our Crest.SVG").write_bytes(LOGO)
    ran, out = build(data)
    tree = read_tree(out)

    assert ran.code == 0, ran.err
    (path,) = (path for path, content in tree.items() if content == LOGO)
    assert re.fullmatch(r"assets/logo\.[0-9a-f]{8}\.svg", path)
    pages = [page for page in tree if page.endswith(".html")]
    assert [page for page in pages if path.encode() not in tree[page]] == []


@pytest.mark.parametrize(
    ("table", "entry"),
    [
        ("[targets.ful]\ndigital_take_up = 0.8\n", "targets.ful"),
        (
            '[[journeys]]\nservice = "ful"\nname = "X"\nsteps = ["started", "completed"]\n',
            "journeys.0.service",
        ),
    ],
)
def test_a_service_that_only_the_configuration_knows_is_reported(
    tmp_path: Path, table: str, entry: str
) -> None:
    """A target or a journey of nobody is an error, named by its entry; the site is built."""
    data = data_folder(tmp_path, submissions=CLEAN, config=f"{CONFIG}\n{table}")
    ran, _ = build(data)

    assert ran.code == 1
    assert blocks(ran.err, "PS111") == [f'perfsite.toml  column "{entry}"']
    assert "found     ful\n" in ran.err
    assert perfsite("validate", data).code == 1


def test_templates_may_bring_a_language(tmp_path: Path) -> None:
    """A .po file in the folder of --templates makes its language one that a site can have."""
    (tmp_path / "own" / "languages").mkdir(parents=True)
    (tmp_path / "own" / "languages" / "cy.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "Services"\nmsgstr "Gwasanaethau"\n',
        encoding="utf-8",
    )
    data = data_folder(tmp_path, submissions=CLEAN, config=more_config('languages = ["cy"]'))
    without, _ = build(data)
    ran, out = build(data, "--templates", tmp_path / "own")

    assert (without.code, ran.code) == (3, 0), ran.err
    page = (out / "index.html").read_text(encoding="utf-8")
    assert '<html lang="cy">' in page
    assert ">Gwasanaethau</a>" in page
