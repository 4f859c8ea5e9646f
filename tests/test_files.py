from __future__ import annotations

import os
import socket
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

import pytest

from perfsite.cli.completion import _services as offered
from perfsite.errors import BuildError, ConfigError, OverBudgetError, UsageError
from perfsite.files import FileFaultError, read_file, walk
from perfsite.load import load_data, load_editions, load_source, load_theme
from perfsite.policy.retractions import check_retractions
from small_site import CONFIG, SUBMISSIONS, data_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST: Final = 10_000_000
NOBODY: Final = 65534


def found(folder: Path) -> list[tuple[str, str, str]]:
    """The problems of a folder in short."""
    return [(p.code, p.place, p.found) for p in load_data(folder).problems]


def assert_others_are_read(folder: Path) -> None:
    """All submissions of the small site are there, whatever lies beside them."""
    read = {source.path for source in load_data(folder).submissions}
    assert read >= {f"submissions/{name}" for name in SUBMISSIONS}


@contextmanager
def as_nobody() -> Iterator[Path]:
    """A folder of nobody's, and the rights of nobody: root may read everything."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        root = os.geteuid() == 0
        if root:
            os.chown(folder, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            for path in folder.rglob("*"):
                if path.is_dir():
                    path.chmod(0o755)
            if root:
                os.seteuid(0)


def make_socket(path: Path) -> None:
    """A socket, moved into its place: the names that sockets are bound to may not be long."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        with closing(socket.socket(socket.AF_UNIX)) as made:
            made.bind(f"{folder}/a")
        Path(folder, "a").rename(path)


def linked(target: str) -> Callable[[Path], None]:
    """What makes a link to a target."""
    return lambda path: path.symlink_to(target)


ODD: Final = {
    "a named pipe": os.mkfifo,
    "a socket": make_socket,
    "a device": linked("/dev/null"),
    "a folder": Path.mkdir,
    "a link that leads nowhere": linked("nowhere.csv"),
    "a link that leads to itself": linked("odd.csv"),
    "a link that leads out of the data folder": linked("/etc/hostname"),
}


@pytest.mark.parametrize("what", ODD)
def test_what_is_no_file_is_named_and_costs_itself_only(tmp_path: Path, what: str) -> None:
    """A pipe, a socket, a device, a folder and links that lead astray are a problem each."""
    folder = data_folder(tmp_path)
    ODD[what](folder / "submissions" / "odd.csv")

    ((_, place, said),) = found(folder)
    assert place == "submissions/odd.csv"
    # /dev/null lies outside, too, and that is said first.
    assert said == ("a link that leads out of the data folder" if what == "a device" else what)
    assert_others_are_read(folder)


@pytest.mark.parametrize("name", ["services.csv", "perfsite.toml", "revisions.toml"])
def test_a_named_pipe_never_keeps_anybody_waiting(tmp_path: Path, name: str) -> None:
    """In the place of the register, the settings or the reasons a pipe is refused at once."""
    folder = data_folder(tmp_path)
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)

    with pytest.raises((UsageError, ConfigError), match="a named pipe"):
        load_data(folder)
    assert list(offered(folder)) == [] or name != "services.csv"


def test_a_pipe_in_the_place_of_other_files_is_refused(tmp_path: Path) -> None:
    """A logo, a template and a file to import are looked at before they are opened, too."""
    os.mkfifo(tmp_path / "logo.svg")
    folder = data_folder(tmp_path / "data", config=f'logo = "logo.svg"\n{CONFIG}')
    os.mkfifo(folder / "logo.svg")

    with pytest.raises(ConfigError, match="a named pipe"):
        load_data(folder)
    with pytest.raises(UsageError, match="a named pipe"):
        load_theme(tmp_path)
    with pytest.raises(UsageError, match="a named pipe"):
        load_source(tmp_path / "logo.svg")


def test_retractions_that_are_no_file_stop_the_build(tmp_path: Path) -> None:
    """Where a slip would publish, nothing is published: a pipe retracts nothing."""
    folder = data_folder(tmp_path)
    os.mkfifo(folder / "retractions.csv")

    with pytest.raises(BuildError, match="taken back could be published again"):
        check_retractions(load_data(folder).problems)


def test_a_file_that_may_not_be_read_is_named() -> None:
    """No permission for a file or a folder is a problem each, and never a silence."""
    with as_nobody() as base:
        folder = data_folder(base)
        (folder / "submissions" / "shut.csv").write_text("period,cost\n2017,1\n")
        (folder / "submissions" / "shut.csv").chmod(0)
        (folder / "submissions" / "closed").mkdir()
        (folder / "submissions" / "closed").chmod(0)
        problems = found(folder)
        assert_others_are_read(folder)

    assert problems == [
        ("PS128", "submissions/closed/", "Permission denied"),
        ("PS101", "submissions/shut.csv", "Permission denied"),
    ]


@pytest.mark.parametrize("name", ["submissions", "services"])
def test_a_whole_folder_that_may_not_be_read_is_named(name: str) -> None:
    """Not even the top of submissions or of the register's files is lost without a word."""
    with as_nobody() as base:
        folder = data_folder(base)
        (folder / name).mkdir(exist_ok=True)
        (folder / name).chmod(0)
        problems = found(folder)

    assert problems == [("PS128", f"{name}/", "Permission denied")]


def test_editions_that_may_not_be_listed_end_the_build() -> None:
    """Without the editions nobody knows what was revised and retracted: that is no small loss."""
    with as_nobody() as base:
        folder = data_folder(base)
        (folder / "editions").mkdir()
        (folder / "editions").chmod(0)

        with pytest.raises(BuildError, match="editions cannot be read: Permission denied"):
            load_data(folder)


def test_an_edition_is_read_from_regular_files_within_the_folder(tmp_path: Path) -> None:
    """A pipe, or a link that leads out, in the place of an edition's file is named."""
    folder = data_folder(tmp_path / "data")
    day = load_data(folder).config.published[0]
    (folder / "editions" / day.isoformat()).mkdir(parents=True)
    path = folder / "editions" / day.isoformat() / "edition.json"
    os.mkfifo(path)
    with pytest.raises(BuildError, match="a named pipe"):
        load_editions(folder, load_data(folder).editions)
    path.unlink()
    (tmp_path / "elsewhere.json").write_text("{}")
    path.symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(BuildError, match="out of the data folder"):
        load_editions(folder, load_data(folder).editions)


def test_a_linked_folder_within_the_data_folder_is_read(tmp_path: Path) -> None:
    """Figures behind a link are read under its name: such folders were lost without a word."""
    folder = data_folder(tmp_path)
    (folder / "kept").mkdir()
    (folder / "kept" / "more.csv").write_text("period,cost\n2017,1\n")
    (folder / "submissions" / "linked").symlink_to(folder / "kept")

    data = load_data(folder)

    assert "submissions/linked/more.csv" in {source.path for source in data.submissions}
    assert data.problems == ()


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("..", "a folder that leads back to one above it"),
        (".", "a folder that leads back to one above it"),
        ("more", "a folder that is read already, under another name"),
        ("/usr", "a link that leads out of the data folder"),
    ],
)
def test_a_linked_folder_that_cannot_be_walked_is_named(
    tmp_path: Path, target: str, words: str
) -> None:
    """A circle, a folder that is read anyway and one elsewhere are a problem, and no figures."""
    folder = data_folder(tmp_path)
    (folder / "submissions" / "more").mkdir()
    (folder / "submissions" / "more" / "more.csv").write_text("period,cost\n2017,1\n")
    (folder / "submissions" / "again").symlink_to(target)

    data = load_data(folder)

    assert [(p.code, p.file, p.found) for p in data.problems] == [
        ("PS128", "submissions/again/", words)
    ]
    assert len(data.submissions) == len(SUBMISSIONS) + 1


def test_a_link_to_a_folder_may_not_be_swapped_for_submissions(tmp_path: Path) -> None:
    """The folder of submissions itself may be no link that leads out of the data folder."""
    folder = data_folder(tmp_path / "data")
    (folder / "submissions").rename(tmp_path / "elsewhere")
    (folder / "submissions").symlink_to(tmp_path / "elsewhere")

    assert [problem[:2] for problem in found(folder)] == [("PS128", "submissions/")]


def test_a_name_that_is_not_utf_8_is_named_and_can_be_read(tmp_path: Path) -> None:
    """A file and a folder with the bytes of another encoding in their names are reported."""
    folder = data_folder(tmp_path)
    submissions = os.fsencode(folder / "submissions")
    with open(submissions + b"/caf\xe9.csv", "wb") as file:  # noqa: PTH123 - pathlib has no bytes
        file.write(b"period,cost\n2017,1\n")
    os.mkdir(submissions + b"/\xff")  # noqa: PTH102
    with open(submissions + b"/\xff/a.csv", "wb") as file:  # noqa: PTH123
        file.write(b"period,cost\n2017,1\n")

    assert found(folder) == [
        ("PS131", r"submissions/caf\xe9.csv", "a name that is not UTF-8"),
        ("PS131", r"submissions/\xff/a.csv", "a name that is not UTF-8"),
    ]
    assert_others_are_read(folder)


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """A sparse terabyte costs itself only: nothing of it is read, and the budget is named."""
    folder = data_folder(tmp_path)
    with (folder / "submissions" / "large.csv").open("wb") as file:
        file.truncate(2**40)

    ((code, place, said),) = found(folder)
    (problem,) = load_data(folder).problems
    assert (code, place, said) == ("PS130", "submissions/large.csv", "1,099,511,627,776 bytes")
    assert problem.expected == "at most 100,000,000 bytes"
    assert "raise file_bytes in [budgets] of perfsite.toml" in problem.fix
    assert_others_are_read(folder)


def test_settings_are_not_endless(tmp_path: Path) -> None:
    """What perfsite.toml says of budgets is known once it is read, so its own size is fixed."""
    folder = data_folder(tmp_path)
    with (folder / "perfsite.toml").open("wb") as file:
        file.truncate(2**40)

    with pytest.raises(ConfigError, match="no settings need more than 1,000,000"):
        load_data(folder)


def test_settings_that_lead_nowhere_are_no_default_settings(tmp_path: Path) -> None:
    """A dead link in the place of perfsite.toml must not publish in another currency."""
    folder = data_folder(tmp_path)
    (folder / "perfsite.toml").unlink()
    (folder / "perfsite.toml").symlink_to("nowhere.toml")

    with pytest.raises(ConfigError, match="a link that leads nowhere"):
        load_data(folder)


@pytest.mark.parametrize("files", [19, 25])
def test_of_too_many_files_the_fullest_folder_is_left_out(tmp_path: Path, files: int) -> None:
    """Whoever sends thousands of files loses their own folder; those of others are read."""
    folder = data_folder(tmp_path, config=f"{CONFIG}\n[budgets]\nfiles = 20\n")
    (folder / "submissions" / "a-many").mkdir()
    for number in range(files):
        (folder / "submissions" / "a-many" / f"{number}.csv").write_text("period,cost\n")

    assert [(code, place) for code, place, _ in found(folder)] == [("PS130", "submissions/a-many/")]
    assert_others_are_read(folder)


def test_a_file_that_is_replaced_all_the_time_is_read_whole(tmp_path: Path) -> None:
    """What is read is what stood there at one time, and not the half of two."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"a" * 1_000_000)
    stop = Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number = (number + 1) % 26
            letters = bytes([ord("a") + number]) * (1_000_000 + number)
            new = tmp_path / "new"
            new.write_bytes(letters)
            new.rename(path)

    writer = Thread(target=write)
    writer.start()
    try:
        read = [_whole_or_fault(path) for _ in range(20)]
    finally:
        stop.set()
        writer.join()

    torn = [data for data in read if data and len(set(data)) != 1]
    assert torn == []
    assert any(read)


def test_a_file_that_is_being_written_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While somebody has the file open to write, it is read until it stands still."""
    path = tmp_path / "a.csv"
    path.write_text("old, old")
    with path.open("r+", encoding="utf-8") as file:
        file.write("new,")
        file.flush()
        rest = iter(["new, new"])

        def meanwhile(_: float) -> None:
            for text in rest:
                file.seek(0)
                file.write(text)
                file.flush()

        monkeypatch.setattr("perfsite.files.time.sleep", meanwhile)

        assert read_file(path, MOST) == b"new, new"


def test_a_file_that_never_stands_still_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who writes on and on is named, and no mixture of two times is taken for figures."""
    path = tmp_path / "a.csv"
    path.write_text("0")
    with path.open("a") as file:

        def meanwhile(_: float) -> None:
            file.write("1")
            file.flush()

        monkeypatch.setattr("perfsite.files.time.sleep", meanwhile)

        with pytest.raises(FileFaultError, match="changed each time that it was read") as caught:
            read_file(path, MOST)
    assert caught.value.code == "PS101"


def test_a_file_that_a_spreadsheet_program_keeps_open_is_read(tmp_path: Path) -> None:
    """That somebody could write is no fault as long as nobody does."""
    path = tmp_path / "a.csv"
    path.write_text("figures")

    with path.open("r+"):
        assert read_file(path, MOST) == b"figures"


def _whole_or_fault(path: Path) -> bytes | None:
    """The bytes of a file; None if it was said not to stand still."""
    try:
        return read_file(path, MOST)
    except FileFaultError:
        return None


def test_a_file_of_the_kernel_is_no_file(tmp_path: Path) -> None:
    """What says that it has no bytes and gives some is not believed."""
    (tmp_path / "a.csv").symlink_to("/proc/self/status")

    with pytest.raises(FileFaultError, match="changed each time"):
        read_file(tmp_path / "a.csv", MOST)
    (tmp_path / "b.csv").write_text("12345")
    with pytest.raises(OverBudgetError, match="5 bytes"):
        read_file(tmp_path / "b.csv", 4)


def test_what_vanishes_between_the_list_and_the_reading_is_a_fault(tmp_path: Path) -> None:
    """A folder that is gone when its turn comes is named, as a file is."""
    folder = tmp_path / "submissions"
    folder.mkdir()
    (folder / "a.csv").write_text("x")
    listed = walk(folder, tmp_path.resolve(), 10).files
    (folder / "a.csv").unlink()

    with pytest.raises(FileFaultError, match="No such file") as caught:
        read_file(listed[0], MOST)
    assert caught.value.vanished().problem("a.csv").found == (
        "a file that vanished while the folder was read"
    )
    (tmp_path / "gone").symlink_to("nothing")
    assert [fault.code for _, fault in walk(tmp_path / "gone", tmp_path, 10).faults] == ["PS128"]


def test_folders_within_folders_end_somewhere(tmp_path: Path) -> None:
    """A path that is longer than the system takes is a fault, and no recursion."""
    folder = tmp_path
    descriptor = os.open(folder, os.O_RDONLY)
    for _ in range(60):
        os.mkdir("d" * 200, dir_fd=descriptor)
        deeper = os.open("d" * 200, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = deeper
    os.close(descriptor)

    faults = walk(tmp_path, tmp_path.resolve(), 1000).faults

    assert [(fault.code, fault.found) for _, fault in faults] == [("PS128", "File name too long")]
