from __future__ import annotations

from datetime import date

import pytest

from perfsite.archive.site import SiteFacts, base_in, manifest, read_facts, read_manifest
from perfsite.archive.wacz import surt
from perfsite.archive.warc import read_page


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://example.org/", "org,example)/"),
        ("https://example.org/site/", "org,example)/site"),
        ("http://www.example.org:80/Site/A.html", "org,example)/site/a.html"),
        ("https://www2.example.org:8443/a.csv", "org,example:8443)/a.csv"),
        ("https://performance.service.gov.uk/x.json", "uk,gov,service,performance)/x.json"),
        ("https://wwwide.example.org/", "org,example,wwwide)/"),
        ("http://127.0.0.1:8000/a", "1,0,0,127:8000)/a"),
        ("http://[", "http://["),
        ("http://example.org:x/", "http://example.org:x/"),
    ],
)
def test_the_key_of_an_address_is_that_of_other_indexers(url: str, key: str) -> None:
    """The keys are those that the library surt gives; what is no address is its own key."""
    assert surt(url) == key


def test_a_site_says_its_title_and_its_edition() -> None:
    """Both come from datapackage.json; the name of the packages is made of them."""
    facts = read_facts(
        b'{"title": "Figures:\\n of Caf\xc3\xa9s", "version": "2018-09-19",'
        b' "contributors": [{"title": "The Office"}]}'
    )

    assert facts == SiteFacts("Figures: of Cafés", date(2018, 9, 19), "The Office")
    assert facts.name == "figures-of-cafes-2018-09-19"
    assert facts.moment == "2018-09-19T00:00:00Z"
    assert facts.stamp == "20180919000000"
    assert SiteFacts("表", date(2018, 9, 19)).name == "site-2018-09-19"


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b'{"title": " ", "version": "2018-09-19"}', b'{"title": "x", "version": "1.0"}'],
)
def test_what_does_not_say_the_edition_is_refused(data: bytes) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match=r"."):
        read_facts(data)


def test_the_address_of_a_site_is_that_of_its_own_list() -> None:
    """A list of an earlier site within this one does not count; relative lists have none."""
    base = "https://example.org/"

    assert base_in(f"{base}editions/2017/urls.txt\n{base}urls.txt\n".encode()) == base
    assert base_in(b"editions/2017/urls.txt\nurls.txt\n") == ""


def test_a_manifest_is_read_as_it_is_written() -> None:
    """Lines are in the order of the paths, and what is no line is named by its number."""
    hashes = {"b c.txt": "b" * 64, "a/b.csv": "a" * 64}
    data = manifest(hashes)

    assert data.decode().splitlines()[0] == f"{'a' * 64}  a/b.csv"
    assert read_manifest(data) == (hashes, [])
    again = data + data.splitlines(keepends=True)[0] + b"rubbish\nend"
    assert read_manifest(again) == (
        hashes,
        [(5, "'end' without an end of line"), (3, "a/b.csv a second time"), (4, "'rubbish'")],
    )


def test_a_page_is_read_as_a_reader_sees_it() -> None:
    """Title and text have single spaces; scripts, styles and comments are no text."""
    page = (
        "<!DOCTYPE html><html><head><title>Café –\n one</title><style>a {}</style></head>"
        "<body><h1>Ça</h1><script>no</script><p>a<b>b</b></p><!-- no --><td>1</td><td>2</td>"
    )

    assert read_page(page.encode()) == ("Café – one", "Ça a b 1 2")
    assert read_page(b"<p>") == ("", "")
