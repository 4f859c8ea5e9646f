from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import click
import pytest

from perfsite.cli import main
from perfsite.errors import RULES
from small_site import REGISTER, ROOT, data_folder, environment, perfsite

sys.path.insert(0, str(ROOT / "scripts"))

from documents import commands, describe_commands, describe_frames

if TYPE_CHECKING:
    from pathlib import Path

DOCS: Final = ROOT / "docs"
CONTEXTS: Final = list(commands(main))
SCRIPT: Final = "from perfsite.cli import main; main(prog_name='perfsite')"
"""What the installed command does; its name is that of the variable that shells set."""
SMALL: Final = {
    "satisfied.csv": "period,user_satisfaction\n2017-Q1,50%\n2017-Q2,50%\n",
    "full.csv": "period,user_satisfaction\n2017-Q1,50%\n2017-Q2,50%\n2017-Q3,50%\n",
}


@pytest.fixture(autouse=True)
def no_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own environment must not decide about the edition."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


def complete(cwd: Path, *words: str, shell: str = "bash") -> list[str]:
    """What a shell is offered for the last of these words."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=cwd,
        env=environment(
            _PERFSITE_COMPLETE=f"{shell}_complete",
            COMP_WORDS=" ".join(["perfsite", *words]),
            COMP_CWORD=str(len(words)),
        ),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


def test_status_says_who_is_late(tmp_path: Path) -> None:
    """A service whose figures stopped is named with its organisation, and since when it owes."""
    ran = perfsite("status", data_folder(tmp_path, submissions=SMALL))

    assert (ran.code, ran.err) == (0, "")
    assert "satisfied  Rate a clock, Clock House\n  last figures  2017-Q2\n" in ran.out
    assert "  owes          User satisfaction: since 2017-Q3, 1 quarter\n" in ran.out
    assert ran.out.splitlines()[-1].startswith("9 of 11 services owe figures for 2017-Q3: ")


def test_status_for_programs(tmp_path: Path) -> None:
    """CSV and JSON hold the same services, and nothing else is printed."""
    data = data_folder(tmp_path, submissions=SMALL)
    table = perfsite("status", data, "--format", "csv").out.splitlines()
    content = json.loads(perfsite("status", data, "--format", "json").out)

    services = dict.fromkeys(line.partition(",")[0] for line in table[1:] if line)
    assert list(services) == [one["service"] for one in content["late"]]
    assert len(services) == 9


@pytest.mark.parametrize("code", ["PS104", "ps104"])
def test_explain_prints_the_section_of_a_code(code: str) -> None:
    """Its heading, what it means, its example and how to mend it."""
    ran = perfsite("explain", code)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("PS104: A value is not a number or a symbol\n=====")
    assert "\nTo mend it: " in ran.out


def test_explain_alone_lists_all_codes() -> None:
    """Each code with its severity and title."""
    ran = perfsite("explain")

    assert [line.split()[0] for line in ran.out.splitlines()] == list(RULES)


def test_an_unknown_code_is_wrong_usage() -> None:
    """It says which were near."""
    ran = perfsite("explain", "PS140")

    assert (ran.code, ran.out) == (2, "")
    assert "there is no code PS140; did you mean PS104" in ran.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str) -> None:
    """The script asks perfsite itself, by the variable of this name."""
    ran = perfsite("completion", shell)

    assert (ran.code, ran.err) == (0, "")
    assert f"_PERFSITE_COMPLETE={shell}_complete" in ran.out


def test_bash_understands_its_script(tmp_path: Path) -> None:
    """Bash reads the script, and then knows how to complete perfsite."""
    script = tmp_path / "completion"
    script.write_text(perfsite("completion", "bash").out, "utf-8")
    done = subprocess.run(
        ["bash", "--norc", "-c", f"source {script} && complete -p perfsite"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "-F _perfsite_completion perfsite" in done.stdout


def test_a_shell_completes_commands_and_options(tmp_path: Path) -> None:
    """What begins like the word is offered, as bash would ask for it."""
    assert complete(tmp_path, "val") == ["plain,validate"]
    assert complete(tmp_path, "completion", "f") == ["plain,fish"]
    assert complete(tmp_path, "validate", "--str") == ["plain,--strict-warnings"]
    assert complete(tmp_path, "validate", "--format", "s") == ["plain,sarif"]


def test_a_shell_completes_codes(tmp_path: Path) -> None:
    """Codes are offered in capital letters, also for small ones."""
    assert complete(tmp_path, "explain", "PS10") == [
        f"plain,{code}" for code in RULES if code.startswith("PS10")
    ]
    assert complete(tmp_path, "explain", "ps104") == ["plain,PS104"]


def test_a_shell_completes_services(tmp_path: Path) -> None:
    """The ids of the register of the folder that was named, or of data."""
    data = data_folder(tmp_path)
    (tmp_path / "other/services").mkdir(parents=True)
    records = [{"service": "clock-two", "name": "Two"}, {"service": 3}, 4]
    (tmp_path / "other/services/a.json").write_text(json.dumps({"services": records}), "utf-8")

    assert data.name == "data"
    assert complete(tmp_path, "validate", "--service", "re") == ["plain,renamed"]
    assert complete(tmp_path, "validate", "other", "--service", "c") == ["plain,clock-two"]
    assert complete(tmp_path, "validate", "nowhere", "--service", "c") == []


@pytest.mark.parametrize("content", [b"\xff", b"a,b\n1,2\n", b'service,name\n"x', b"\0"])
def test_a_register_that_cannot_be_read_completes_nothing(tmp_path: Path, content: bytes) -> None:
    """A shell shows no error while somebody types."""
    (tmp_path / "data/services").mkdir(parents=True)
    (tmp_path / "data/services.csv").write_bytes(content)
    (tmp_path / "data/services/a.json").write_bytes(content)

    assert complete(tmp_path, "validate", "--service", "a") == []


def test_completion_is_quick(tmp_path: Path) -> None:
    """Nothing that takes long is imported for it: no pandas, no pydantic."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/services.csv").write_text(REGISTER, "utf-8")
    words = {"COMP_WORDS": "perfsite validate --service re", "COMP_CWORD": "3"}
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", SCRIPT],
        cwd=tmp_path,
        env=environment(_PERFSITE_COMPLETE="bash_complete", **words),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "plain,renamed\n"
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in imported
    assert not imported & {"pandas", "numpy", "pydantic", "jinja2"}


def test_the_page_of_commands_is_what_they_say() -> None:
    """docs/commands.md is made of --help; to accept a change, run scripts/documents.py."""
    assert (DOCS / "commands.md").read_text("utf-8") == describe_commands(main)


def test_the_page_of_frames_is_what_the_schemas_say() -> None:
    """docs/frames.md has every frame and column; to accept a change, run scripts/documents.py."""
    assert (DOCS / "frames.md").read_text("utf-8") == describe_frames()


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda context: str(context.command_path))
def test_every_command_says_what_it_does(context: click.Context) -> None:
    """A command has a help text, each of its options too, and an example below."""
    command = context.command
    options = [one for one in command.params if isinstance(one, click.Option)]

    assert command.help
    assert [one.opts for one in options if not one.help] == []
    if not isinstance(command, click.Group):
        assert f"  {context.command_path}" in (command.epilog or "")


def test_the_terminal_does_not_change_the_page() -> None:
    """The page has the same width wherever it is made."""
    assert max(map(len, describe_commands(main).splitlines())) <= 100
    before = dict(os.environ)
    os.environ["COLUMNS"] = "40"
    try:
        narrow = describe_commands(main)
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert narrow == describe_commands(main)
