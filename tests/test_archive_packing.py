from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from warcio.archiveiterator import ArchiveIterator

from archive_tools import (
    BASE,
    INDEX,
    NAME,
    PAGES,
    bag_in,
    entries_of,
    pack,
    packed_in,
    plain_site,
    site_in,
    wacz_in,
    warc_in,
)
from perfsite import __version__
from perfsite.archive import output, packing
from perfsite.disk import GROWING
from perfsite.errors import ArchiveError, UsageError
from perfsite.model import File
from perfsite.write import write_site
from small_site import CONFIG, build_folder, command, data_folder, environment, perfsite, read_tree

if TYPE_CHECKING:
    from pathlib import Path


def records_in(warc: Path) -> dict[str, bytes]:
    """The body of each answer in a WARC by its address, as warcio reads it."""
    with warc.open("rb") as stream:
        return {
            record.rec_headers.get_header("WARC-Target-URI"): record.content_stream().read()
            for record in ArchiveIterator(stream, check_digests="raise")
            if record.rec_type == "response"
        }


def test_a_warc_gives_back_each_file_and_the_home_page_at_the_address(tmp_path: Path) -> None:
    """Warcio reads every file of the site byte for byte, and index.html at the root, too."""
    site = read_tree(site_in(tmp_path))

    found = records_in(warc_in(tmp_path))

    assert found.pop(BASE) == site["index.html"]
    assert found == {BASE + path: data for path, data in site.items()}
    assert {BASE + path for path in ("404.html", "sitemap.xml", "manifest-sha256.txt")} <= set(
        found
    )


def test_a_warc_begins_with_what_it_is(tmp_path: Path) -> None:
    """The first record is a warcinfo with the text for the archivist; types are a server's."""
    with warc_in(tmp_path).open("rb") as stream:
        records = [
            (
                record.rec_headers.protocol,
                record.rec_type,
                record.rec_headers.get_header("WARC-Date"),
                record.http_headers and record.http_headers.get_header("Content-Type"),
                record.content_stream().read(),
            )
            for record in ArchiveIterator(stream)
        ]

    assert {version for version, *_ in records} == {"WARC/1.1"}
    assert {date for _, _, date, *_ in records} == {"2018-09-19T00:00:00Z"}
    assert records[0][1] == "warcinfo"
    assert b"HOW TO REPLAY IT" in records[0][4]
    assert "text/csv; charset=utf-8" in {media for *_, media, _ in records}
    assert [kind for _, kind, *_ in records].count("warcinfo") == 1


def test_the_payload_of_a_bag_is_the_site(tmp_path: Path) -> None:
    """Below data/ stands the site, byte for byte."""
    site, bag = read_tree(site_in(tmp_path)), read_tree(bag_in(tmp_path))

    payload = {path: data for path, data in bag.items() if path.startswith("data/")}

    assert payload == {f"data/{path}": data for path, data in site.items()}
    assert bag["bagit.txt"].startswith(b"BagIt-Version: 1.0\n")
    assert b"Bagging-Date: 2018-09-19\n" in bag["bag-info.txt"]
    size = sum(map(len, site.values()))
    assert f"Payload-Oxum: {size}.{len(site)}\n".encode() in bag["bag-info.txt"]


def test_a_wacz_stores_its_entries_and_lists_every_page(tmp_path: Path) -> None:
    """Nothing is compressed twice, and each page has its line with title and text."""
    wacz = wacz_in(tmp_path)
    with zipfile.ZipFile(wacz) as package:
        infos = package.infolist()
    entries = entries_of(wacz)
    head, *pages = map(json.loads, entries[PAGES].splitlines())

    assert {(i.compress_type, i.date_time) for i in infos} == {(0, (2018, 9, 19, 0, 0, 0))}
    assert entries[f"archive/{NAME}.warc.gz"] == warc_in(tmp_path).read_bytes()
    assert head["format"] == "json-pages-1.0"
    html = {BASE + path for path in plain_site() if path.endswith(".html")}
    assert {page["url"] for page in pages} == html
    (toll,) = (page for page in pages if page["url"] == f"{BASE}services/full.html")
    assert toll["title"] == "Pay a toll: Ministry of Roads - Service figures"
    assert "5,000 transactions in the year to September 2017" in toll["text"]
    description = json.loads(entries["datapackage.json"])
    assert description["wacz_version"] == "1.1.1"
    assert description["mainPageUrl"] == f"{BASE}index.html"
    assert entries[INDEX].splitlines() == sorted(entries[INDEX].splitlines())


def test_every_package_carries_the_text_for_the_archivist(tmp_path: Path) -> None:
    """The same words are in the bag, in the WACZ and in the WARC."""
    text = (bag_in(tmp_path) / "README.txt").read_bytes()
    with warc_in(tmp_path).open("rb") as stream:
        info = next(iter(ArchiveIterator(stream))).content_stream().read()

    assert entries_of(wacz_in(tmp_path))["readme/README.txt"] == text
    assert b"Edition of 2018-09-19" in text
    assert info.replace(b"\r\n ", b"\n").endswith(text.rstrip() + b"\r\n")


def test_the_list_beside_the_packages_vouches_for_them(tmp_path: Path) -> None:
    """`sha256sum -c` finds every package as it was made."""
    out = packed_in(tmp_path)
    if not shutil.which("sha256sum"):
        pytest.skip("no sha256sum on this machine")

    done = subprocess.run(
        ["sha256sum", "-c", f"{NAME}.sha256"], cwd=out, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0
    assert done.stdout.count(": OK\n") == 3


def test_packages_depend_on_nothing_but_the_site(tmp_path: Path) -> None:
    """Time zone, umask, hash seed, locale, SOURCE_DATE_EPOCH and working directory: same bytes."""
    site = site_in(tmp_path)
    found = []
    for name, umask, variables in (
        ("a", 0o022, {"TZ": "UTC", "PYTHONHASHSEED": "1", "LC_ALL": "C"}),
        (
            "b",
            0o077,
            {
                "TZ": "Pacific/Kiritimati",
                "PYTHONHASHSEED": "2",
                "LC_ALL": "C.UTF-8",
                "SOURCE_DATE_EPOCH": "1000000000",
                "USER": "somebody",
            },
        ),
    ):
        here = tmp_path / name
        here.mkdir()
        done = subprocess.run(
            command("archive", os.path.relpath(site, here), "--out", "out", "--url", BASE),
            cwd=here,
            env=environment(**variables),
            umask=umask,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found.append(read_tree(here / "out"))

    assert found[0] == found[1]
    assert found[0] == read_tree(packed_in(tmp_path))


def test_two_processes_make_the_same_bytes_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How the work was shared cannot be seen."""
    monkeypatch.setattr(packing, "_WORTH", 0)

    out = pack(site_in(tmp_path), tmp_path / "out", workers=2)

    assert read_tree(out) == read_tree(packed_in(tmp_path))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("alter", "services/full.csv was altered"),
        ("remove", "services/full.csv is missing"),
        ("add", "services/other.csv is not listed"),
        ("link", "services/full.csv is no plain file"),
    ],
)
def test_a_site_that_is_not_whole_is_refused(tmp_path: Path, change: str, said: str) -> None:
    """The message names the file, and nothing is left in the folder of the packages."""
    site = site_in(tmp_path)
    file = site / "services" / "full.csv"
    if change == "alter":
        file.write_bytes(file.read_bytes() + b" ")
    elif change == "add":
        file.with_name("other.csv").write_bytes(b"")
    else:
        data = file.read_bytes()
        file.unlink()
        if change == "link":
            (tmp_path / "elsewhere").write_bytes(data)
            file.symlink_to(tmp_path / "elsewhere")
    out = tmp_path / "out"

    ran = perfsite("archive", site, "--out", out, "--url", BASE)

    assert ran.code == 3
    assert said in ran.err
    assert not out.exists() or list(out.iterdir()) == []


def test_who_is_interrupted_keeps_the_packages_that_were_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until all is made, what has been made stands under other names, and these are removed."""
    out = packed_in(tmp_path)
    before = read_tree(out)
    other = site_in(tmp_path, plain_site() | {"about.html": b"<title>Other</title><body>Other"})

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(packing, "put_in_place", interrupted)
    with pytest.raises(KeyboardInterrupt):
        pack(other, out)

    assert read_tree(out) == before


def test_who_is_interrupted_while_names_change_leaves_no_list_that_vouches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of hashes is there only where all packages of one making are."""
    out = packed_in(tmp_path)
    before = read_tree(out)
    other = site_in(tmp_path, plain_site() | {"about.html": b"<title>Other</title><body>Other"})
    moved = output.move

    def one_only(source: Path, target: Path) -> None:
        if target.name.endswith(".wacz"):
            raise KeyboardInterrupt
        moved(source, target)

    monkeypatch.setattr(output, "move", one_only)
    with pytest.raises(KeyboardInterrupt):
        pack(other, out)

    after = read_tree(out)
    assert f"{NAME}.sha256" not in after
    assert after[f"{NAME}.wacz"] == before[f"{NAME}.wacz"]
    assert after[f"{NAME}.warc.gz"] != before[f"{NAME}.warc.gz"]


def test_packing_again_replaces_what_was_made(tmp_path: Path) -> None:
    """A second run leaves what a first run would, and what is nobody's package as it is."""
    out = packed_in(tmp_path)
    wanted = read_tree(out)
    (out / f"{NAME}-bag" / "data" / "about.html").write_bytes(b"another edition's")
    (out / f"{NAME}.wacz.sig").write_bytes(b"-----BEGIN SSH SIGNATURE-----\nof an earlier run")
    (out / "other.txt").write_bytes(b"not ours")

    pack(site_in(tmp_path), out)

    assert read_tree(out) == wanted | {"other.txt": b"not ours"}


def test_a_folder_that_is_no_bag_is_not_replaced(tmp_path: Path) -> None:
    """Somebody's folder of the bag's name stays."""
    (tmp_path / f"{NAME}-bag").mkdir()

    with pytest.raises(UsageError, match="is no bag"):
        pack(site_in(tmp_path), tmp_path)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (f"{NAME}-bag/bagit.txt", b"BagIt-Version: 1.0\n"),
        (f"{NAME}-bag/bag-info.txt", b"Bag-Software-Agent: bagit.py v1.8\n"),
        (f"{NAME}.wacz", b"PK somebody's"),
        (f"{NAME}.warc.gz", gzip.compress(b"WARC/1.1 software: wget", mtime=0)),
        (f"{NAME}.sha256", b"years of work"),
        (f"{NAME}.wacz.sig", b"years of work"),
    ],
)
def test_packages_that_perfsite_did_not_make_are_not_replaced(
    tmp_path: Path, name: str, data: bytes
) -> None:
    """What only has the name of a package is named, and stays as it is."""
    out = tmp_path / "packages"
    (out / name).parent.mkdir(parents=True)
    (out / name).write_bytes(data)
    with pytest.raises(UsageError, match="of perfsite's; name another folder, or move it away"):
        pack(site_in(tmp_path), out)

    assert read_tree(out) == {name: data}


def test_what_somebody_put_into_a_bag_is_not_deleted(tmp_path: Path) -> None:
    """A file that no manifest of the bag lists is named, and the bag stays as it is."""
    out = packed_in(tmp_path)
    (out / f"{NAME}-bag" / "data" / "thesis.txt").write_bytes(b"years of work")
    before = read_tree(out)
    with pytest.raises(UsageError, match=r"did not put there, as data/thesis\.txt"):
        pack(site_in(tmp_path), out)

    assert read_tree(out) == before


def test_what_killed_runs_left_is_cleared_away(tmp_path: Path) -> None:
    """Of other editions too; what only has such a name, or is being written, stays."""
    out = tmp_path / "packages"
    for name in (".earlier.staging", ".busy.staging", ".mine.staging"):
        (out / name).mkdir(parents=True)
        (out / name / "file").write_bytes(b"x")
        if name != ".mine.staging":
            (out / name / GROWING).touch()
    with FileLock(out / ".busy.lock"):
        pack(site_in(tmp_path), out)

    left = {path.name for path in out.iterdir() if path.name.endswith(".staging")}
    assert left == {".busy.staging", ".mine.staging"}


def test_a_site_that_knows_its_address_needs_none(tmp_path: Path) -> None:
    """The address in urls.txt is taken; another one is refused."""
    config = f'base_url = "https://figures.example.org/"\n{CONFIG}'
    site = site_in(tmp_path, build_folder(data_folder(tmp_path, config=config)))
    out = tmp_path / "out"

    other = perfsite("archive", site, "--out", out, "--url", BASE)
    done = perfsite("archive", site, "--out", out)

    assert other.code == 2
    assert "the site stands at https://figures.example.org/" in other.err
    assert done.code == 0, done.err
    found = records_in(out / f"{NAME}.warc.gz")
    assert "https://figures.example.org/" in found
    assert "https://figures.example.org/services/full.html" in found
    assert perfsite("verify", out / f"{NAME}.wacz").code == 0


def test_a_site_that_does_not_know_its_address_says_how_to_give_it(tmp_path: Path) -> None:
    """The message has an example of --url."""
    site = site_in(tmp_path)

    without = perfsite("archive", site, "--out", tmp_path / "out")
    odd = perfsite("archive", site, "--out", tmp_path / "out", "--url", "https://x.org/?a=b")

    assert (without.code, odd.code) == (2, 2)
    assert "--url https://www.example.org/performance/" in without.err
    assert "https://x.org/?a=b/ cannot be the address of a site" in odd.err


def test_a_folder_without_a_site_is_wrong_usage(tmp_path: Path) -> None:
    """The message says how a site is built."""
    ran = perfsite("archive", tmp_path / "site", "--out", tmp_path / "out", "--url", BASE)

    assert ran.code == 2
    assert "holds no site that perfsite made" in ran.err


def test_packages_do_not_go_into_the_site(tmp_path: Path) -> None:
    """They would be files of it."""
    site = site_in(tmp_path)

    ran = perfsite("archive", site, "--out", site / "packages", "--url", BASE)

    assert ran.code == 2
    assert "lie in each other" in ran.err


def test_a_library_that_is_missing_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the extra, archiving is wrong usage; verifying needs no extra."""
    site, wacz = site_in(tmp_path), wacz_in(tmp_path)
    monkeypatch.setitem(sys.modules, "lxml", None)
    monkeypatch.delitem(sys.modules, "perfsite.archive.warc", raising=False)

    ran = perfsite("archive", site, "--out", tmp_path / "out", "--url", BASE)

    assert ran.code == 2
    assert "archive needs lxml, which is not installed: pip install 'perfsite[archive]'" in ran.err
    assert perfsite("verify", wacz).code == 0


def test_a_site_without_its_edition_is_refused(tmp_path: Path) -> None:
    """The message names the file that should say it."""
    site = site_in(tmp_path, plain_site() | {"datapackage.json": b'{"title": "Figures"}'})

    with pytest.raises(ArchiveError, match=r'datapackage\.json.* "version" is None'):
        pack(site, tmp_path / "out")


def test_the_command_says_what_it_made(tmp_path: Path) -> None:
    """Site, edition, counts, the names of the packages, and how to check them."""
    out = tmp_path / "out"

    ran = perfsite("archive", site_in(tmp_path), "--out", out, "--url", BASE)

    assert (ran.code, ran.err) == (0, "")
    files = len(plain_site()) + 1
    assert f"Service figures, edition of 2018-09-19; {files} files, " in ran.out
    names = {f"{NAME}{ending}" for ending in (".warc.gz", ".wacz", "-bag", ".sha256")}
    assert all(f"\n  {out / name}\n" in ran.out for name in names)
    assert {path.name for path in out.iterdir()} == names
    assert __version__ in (out / f"{NAME}-bag" / "bag-info.txt").read_text("utf-8")


def test_what_is_kept_in_a_site_is_in_no_package_and_no_audit(tmp_path: Path) -> None:
    """The mark beside the site says what is not of it; without being kept it would be a fault."""
    site = site_in(tmp_path)
    audited = perfsite("audit", site).out
    pack(site, tmp_path / "before")
    (site / ".git").mkdir()
    (site / ".git" / "HEAD").write_bytes(b"ref")
    (site / "CNAME").write_bytes(b"example.org")
    with pytest.raises(ArchiveError, match=r"\.git/HEAD \(and 1 more\) is not listed"):
        pack(site, tmp_path / "packages")
    files = [File(path, data) for path, data in plain_site().items()]
    write_site(files, site, keep=[".git", "CNAME"])
    pack(site, tmp_path / "packages")

    assert read_tree(tmp_path / "packages") == read_tree(tmp_path / "before")
    assert perfsite("audit", site).out == audited
