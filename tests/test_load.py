from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from perfsite.errors import ConfigError, PerfsiteError, UsageError
from perfsite.load import load_data, load_source, load_theme
from perfsite.tokens import parse_tokens
from small_site import CONFIG, REGISTER, ROOT, SUBMISSIONS, data_folder

if TYPE_CHECKING:
    from pathlib import Path


def found(folder: Path) -> list[tuple[str, str, str]]:
    """The problems of a folder in short."""
    return [(p.code, p.place, p.found) for p in load_data(folder).problems]


def test_a_folder_is_read_whole_and_in_order(tmp_path: Path) -> None:
    """Register, configuration and submissions, at any depth, are there byte for byte by path."""
    data = load_data(data_folder(tmp_path))

    assert [(s.path, s.data.decode()) for s in data.register] == [("services.csv", REGISTER)]
    assert [s.path for s in data.submissions] == sorted(
        f"submissions/{name}" for name in SUBMISSIONS
    )
    read = {s.path.removeprefix("submissions/"): s.data.decode() for s in data.submissions}
    assert read == SUBMISSIONS
    assert data.config.title == "Service figures"
    assert data.problems == ()


def test_a_register_may_be_many_json_files(tmp_path: Path) -> None:
    """services/*.json stand beside services.csv or in its place, sorted by their names."""
    folder = data_folder(tmp_path)
    (folder / "services").mkdir()
    for name in ("b.json", "a.json"):
        (folder / "services" / name).write_text("[]")
    beside = [source.path for source in load_data(folder).register]
    (folder / "services.csv").unlink()

    assert beside == ["services.csv", "services/a.json", "services/b.json"]
    assert [s.path for s in load_data(folder).register] == beside[1:]


def test_the_hash_is_of_what_was_read(tmp_path: Path) -> None:
    """Same content gives the same hash wherever it lies; any changed byte or name another one."""
    folder = data_folder(tmp_path / "one")
    same = load_data(data_folder(tmp_path / "two")).hash
    hashes = {load_data(folder).hash}
    assert hashes == {same}

    (folder / "README.md").write_text("not read")
    assert load_data(folder).hash == same
    for path in ("submissions/full.csv", "services.csv", "perfsite.toml"):
        with (folder / path).open("a") as file:
            file.write("\n")
        hashes.add(load_data(folder).hash)
    (folder / "submissions" / "weekly.csv").rename(folder / "submissions" / "week.csv")
    hashes.add(load_data(folder).hash)

    assert len(hashes) == 5


def test_a_site_needs_no_configuration(tmp_path: Path) -> None:
    """Without perfsite.toml everything has a value, and no edition is known."""
    folder = data_folder(tmp_path)
    (folder / "perfsite.toml").unlink()

    config = load_data(folder).config

    assert (config.title, config.languages, config.currency) == (
        "Service performance",
        ("en-GB",),
        "GBP",
    )
    assert config.published == ()


def test_a_byte_order_mark_is_no_character(tmp_path: Path) -> None:
    """An editor's mark before perfsite.toml does not matter."""
    folder = data_folder(tmp_path)
    (folder / "perfsite.toml").write_bytes(b"\xef\xbb\xbf" + CONFIG.encode())

    assert load_data(folder).config.title == "Service figures"


def test_what_is_no_submission_is_passed_over(tmp_path: Path) -> None:
    """Notes, hidden files and the lock files of spreadsheets are neither read nor reported."""
    folder = data_folder(tmp_path)
    for name in ("notes.md", ".hidden.csv", "~$open.csv", ".cache/x.csv"):
        path = folder / "submissions" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("nonsense")

    data = load_data(folder)

    assert len(data.submissions) == len(SUBMISSIONS)
    assert data.problems == ()


def test_what_cannot_be_read_is_reported_and_the_rest_read(tmp_path: Path) -> None:
    """An old workbook, a nameless kind, a folder like a file and a dead link are a problem each."""
    folder = data_folder(tmp_path)
    submissions = folder / "submissions"
    (submissions / "book.xls").write_bytes(b"\xd0\xcf")
    (submissions / "figures").write_text("period,transactions\n")
    (submissions / "folder.csv").mkdir()
    (submissions / "link.csv").symlink_to(submissions / "nowhere.csv")

    assert found(folder) == [
        ("PS101", "submissions/book.xls", "a file of the kind .xls"),
        ("PS101", "submissions/figures", "a file of the kind without an ending"),
        ("PS127", "submissions/folder.csv", "a folder"),
        ("PS101", "submissions/link.csv", "a link that leads nowhere"),
    ]
    assert len(load_data(folder).submissions) == len(SUBMISSIONS)


def test_a_register_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Where services.csv is there and unreadable, nobody is told that it is missing."""
    folder = data_folder(tmp_path)
    (folder / "services.csv").unlink()
    (folder / "services.csv").symlink_to(folder / "nowhere.csv")

    with pytest.raises(PerfsiteError, match="leads nowhere"):
        load_data(folder)


def test_a_folder_without_a_register_is_refused(tmp_path: Path) -> None:
    """No folder, or none with a register, is a wrong use of the command."""
    with pytest.raises(UsageError, match=r"there is no data folder .*nowhere"):
        load_data(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"holds no register: services\.csv or services/\*\.json"):
        load_data(tmp_path)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (b"title = \xff", "cannot be read"),
        (b"title =", r"perfsite\.toml is not TOML"),
        (b"titel = 'x'", r"perfsite\.toml: titel"),
    ],
)
def test_a_configuration_that_cannot_be_used_ends_the_build(
    tmp_path: Path, config: bytes, words: str
) -> None:
    """Bytes, syntax and entries of perfsite.toml are refused by name."""
    folder = data_folder(tmp_path)
    (folder / "perfsite.toml").write_bytes(config)

    with pytest.raises(ConfigError, match=words):
        load_data(folder)


def test_one_file_is_read_under_its_own_name(tmp_path: Path) -> None:
    """An import is told the name of the file, not where somebody keeps it."""
    path = tmp_path / "register.csv"
    path.write_bytes(b"\xff\x00")

    assert (load_source(path).path, load_source(path).data) == ("register.csv", b"\xff\x00")
    with pytest.raises(UsageError, match=r"none\.csv cannot be read: No such file"):
        load_source(tmp_path / "none.csv")


def test_the_theme_is_that_of_the_checkout() -> None:
    """Every template and asset of templates/ is in the theme, as it is on the disk."""
    theme = load_theme()
    folder = ROOT / "templates"
    kept = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }

    assets = {f"assets/{name}": data for name, data in theme.assets.items()}
    words = {f"languages/{name}": data for name, data in theme.translations.items()}
    tokens = {"tokens.toml": kept["tokens.toml"]}
    templates = {name: text.encode() for name, text in theme.templates.items()}
    assert {**templates, **assets, **words, **tokens} == kept
    assert theme.tokens == parse_tokens(kept["tokens.toml"].decode())
    assert theme.defaults == theme.templates


def test_the_theme_does_not_depend_on_where_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A templates folder in the working directory is nobody's theme."""
    expected = load_theme()
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    (tmp_path / "templates" / "pages" / "404.html").write_text("another")
    monkeypatch.chdir(tmp_path)

    assert load_theme() == expected


def test_a_folder_of_templates_replaces_file_by_file(tmp_path: Path) -> None:
    """One's own template, asset and new asset are taken; all others and the defaults stay."""
    (tmp_path / "pages").mkdir()
    (tmp_path / "assets").mkdir()
    (tmp_path / "pages" / "404.html").write_text("mine")
    (tmp_path / "assets" / "perfsite.css").write_text("p {}")
    (tmp_path / "assets" / "crest.svg").write_text("<svg/>")
    own, given = load_theme(tmp_path), load_theme()

    changed = {n for n in own.templates if own.templates[n] != given.templates.get(n)}
    assert changed == {"pages/404.html"}
    assert own.templates["pages/404.html"] == "mine"
    assert own.defaults == given.templates
    assert own.assets.keys() - given.assets.keys() == {"crest.svg"}
    assert own.assets["perfsite.css"] == b"p {}"


def test_templates_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    """A folder that is not there, or a template in another encoding, is said to be so."""
    with pytest.raises(UsageError, match=r"no templates folder .*nowhere"):
        load_theme(tmp_path / "nowhere")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "404.html").write_bytes("Größe".encode("latin-1"))

    with pytest.raises(PerfsiteError, match=r"404\.html"):
        load_theme(tmp_path)


def test_a_folder_of_templates_replaces_tokens_and_adds_languages(tmp_path: Path) -> None:
    """tokens.toml of the folder stands in the place of perfsite's, and a catalogue is added."""
    tokens = (ROOT / "templates" / "tokens.toml").read_text(encoding="utf-8")
    (tmp_path / "tokens.toml").write_text(tokens.replace("#12436d", "#004d40"), encoding="utf-8")
    (tmp_path / "languages").mkdir()
    (tmp_path / "languages" / "cy.po").write_bytes(b'msgid "Home"\nmsgstr "Hafan"\n')

    theme = load_theme(tmp_path)

    assert theme.tokens.light["brand"] == "#004d40"
    assert set(theme.translations) == {"cy.po", "fr.po"}


def test_a_logo_is_read_and_counts_as_data(tmp_path: Path) -> None:
    """The picture that perfsite.toml names is read, and another picture is another edition."""
    folder = data_folder(tmp_path, config=f'logo = "logo.svg"\n{CONFIG}')
    (folder / "logo.svg").write_text("<svg/>")
    first = load_data(folder)
    (folder / "logo.svg").write_text("<svg></svg>")
    second = load_data(folder)

    assert first.logo is not None
    assert (first.logo.path, first.logo.data) == ("logo.svg", b"<svg/>")
    assert first.hash != second.hash


@pytest.mark.parametrize("name", ["none.svg", "../logo.svg"])
def test_a_logo_that_is_not_there_is_an_error(tmp_path: Path, name: str) -> None:
    """A picture that is missing, or lies outside of the data folder, is named."""
    (tmp_path / "logo.svg").write_text("<svg/>")
    folder = data_folder(tmp_path, config=f'logo = "{name}"\n{CONFIG}')

    with pytest.raises(ConfigError, match="logo"):
        load_data(folder)
