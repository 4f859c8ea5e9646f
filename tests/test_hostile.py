"""Two hundred hostile strings in every field of every file: refused, or text and nothing more."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from lxml import etree

from hostile import (
    ALLOWED,
    LONG,
    OBEYED,
    PLAIN,
    REFUSED,
    REGISTER,
    RUN,
    SCRIPTS,
    SETTINGS,
    cell,
    folder,
    toml,
)
from perfsite.components.contexts import is_mail
from perfsite.config import parse_config
from perfsite.errors import BuildError, ConfigError, Problem
from perfsite.model import Source, longest
from perfsite.policy.retractions import check_retractions, read_retractions
from perfsite.revisions import read_reasons
from perfsite.tables import read_table
from perfsite.text import FIRST_STRONG, POP, outside, slug
from small_site import build_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from small_site import Tree

WORDS: Final = [name for name in REGISTER if name not in ("service", "url")]
EVERYTHING: Final = (*REFUSED, *ALLOWED)
CODES: Final = {
    **dict.fromkeys(RUN, "PS125"),
    **dict.fromkeys(LONG, "PS124"),
    **dict.fromkeys(OBEYED, "PS123"),
}
SAMPLE: Final = (
    "</title><script>hit()</script>",
    '"><img src=x onerror=hit()>',
    "{{ 7 * 7 }}",
    "{name}",
    "שירות (3)",
    "&e;",
)
_RUN: Final = re.compile(r"[=+@\t\r\uff1d\uff0b\uff20]|-(?![0-9.]*$)")


def test_there_are_strings_enough() -> None:
    """At least 150, no two alike."""
    assert len(set(EVERYTHING)) == len(EVERYTHING) >= 150


def _csv(column: str, texts: Sequence[str]) -> Source:
    out = io.StringIO()
    csv.writer(out).writerows([["service", column], *(["s", text] for text in texts)])
    return Source("a.csv", out.getvalue().encode())


def _json(column: str, texts: Sequence[str]) -> Source:
    return Source("a.json", json.dumps([{"service": "s", column: text} for text in texts]).encode())


@pytest.mark.parametrize("column", [*WORDS, "note", "reason", "name_fr", "notes_he"])
@pytest.mark.parametrize(("made", "first"), [(_csv, 2), (_json, 1)])
def test_what_is_refused_costs_its_row_and_no_other(
    column: str, made: Callable[[str, Sequence[str]], Source], first: int
) -> None:
    """In every field of words, with row, column and code; what is allowed is there unchanged."""
    # Half a character cannot be written as UTF-8 at all.
    texts = [text for text in EVERYTHING if made is _json or text.isprintable() or _is_whole(text)]
    found, problems = read_table(made(column, texts))

    codes = {text: "PS124" for text in ALLOWED if len(text) > longest(column)} | CODES
    wanted = {(row, codes[text], column) for row, text in enumerate(texts, first) if text in codes}
    assert {(one.row, one.code, one.column) for one in problems} == wanted
    assert found[column].tolist() == [text.strip() for text in texts if text not in codes]


@pytest.mark.parametrize(
    "column", ["period", "measure", "channel", "value", "release_at", "opened"]
)
def test_no_field_lets_in_what_pages_obey(column: str) -> None:
    """Ids, periods and values have forms of their own, and pass the same gate before."""
    _, problems = read_table(_json(column, OBEYED))

    assert [(one.code, one.row) for one in problems] == [
        ("PS123", row) for row in range(1, len(OBEYED) + 1)
    ]


def test_a_problem_can_be_printed_whatever_it_is_about() -> None:
    """What was found is named in letters that can be seen."""
    _, problems = read_table(_json("name", REFUSED))

    said = "".join(f"{one.place}{one.found}{one.expected}{one.fix}" for one in problems)
    quoted = Problem("\u202e.csv", 2, "PS104", "\x1b[2J", "\u202e" * 5000, LONG[0], "\x9b")
    said += f"{quoted.place}{quoted.column}{quoted.found}{quoted.expected}{quoted.fix}"
    assert not [one for one in said if outside(one)]
    assert len(quoted.expected) < 1_010
    assert max(len(one.found) for one in problems) < 200


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_a_reason_that_is_refused_still_takes_its_figure_back(text: str) -> None:
    """Nobody publishes a figure again because of the words in which it was taken back."""
    rows = [{"service": "a", "period": "2017", "measure": "cost", "channel": "", "reason": text}]
    source = Source("retractions.json", json.dumps([{**rows[0], "date": "2018-01-01"}]).encode())
    found, problems = read_retractions(source)

    assert [one.code for one in problems] == [CODES[text]]
    assert (found.usable, list(found.unusable)) == ((), [("a", "2017", "cost", "")])
    named = [replace(one, file="retractions.csv") for one in problems]
    check_retractions(named)
    with pytest.raises(BuildError, match="could be published again"):
        check_retractions([replace(one, column="period") for one in named])


def _is_whole(text: str) -> bool:
    """Whether it can be written as UTF-8."""
    return not any("\ud800" <= one <= "\udfff" for one in text)


WHOLE: Final = [text for text in REFUSED if _is_whole(text)]


@pytest.mark.parametrize("entry", SETTINGS)
def test_a_setting_is_refused_by_its_name(entry: str) -> None:
    """What pages obey, and what is too long, in every entry of words."""
    for text in filter(_is_whole, (*OBEYED, *LONG)):
        with pytest.raises(ConfigError, match=rf"^perfsite.toml: {entry}: "):
            parse_config(f"{entry} = {toml(text)}")
    assert getattr(parse_config(f"{entry} = {toml(SAMPLE[0])}"), entry) == SAMPLE[0]


@pytest.mark.parametrize(
    "text", [*filter(_is_whole, REFUSED)], ids=range(len([*filter(_is_whole, REFUSED)]))
)
def test_a_reason_of_a_revision_is_refused_by_its_name(text: str) -> None:
    """It stands in data/revisions.csv."""
    with pytest.raises(ConfigError, match=r"^revisions.toml: revision.0.reason: "):
        read_reasons(f'[[revision]]\nkind = "revision"\nreason = {toml(text)}')


@pytest.mark.parametrize(
    "line",
    [
        *(
            f"{entry} = {value}"
            for entry in ("headline_share", "high_volume")
            for value in ("nan", "inf", "-inf")
        ),
        *(
            f"[checks]\n{entry} = nan"
            for entry in ("jump_factor", "jump_deviations", "rate_tolerance")
        ),
        *("[checks]\nlost_services = inf", "[targets.a]\ncost_per_transaction = nan"),
        *("[targets.a]\ncost_per_transaction = inf", "[targets.a]\ndigital_take_up = nan"),
    ],
)
def test_a_number_in_the_settings_is_finite(line: str) -> None:
    """What is not a number is above no threshold and below none."""
    with pytest.raises(ConfigError, match="a finite number is expected"):
        parse_config(line)


LINKS: Final = {
    "licence_url": "licence_url = {}",
    "contact_url": "contact_url = {}",
    "sources.0.url": '[[sources]]\nname = "a"\npublisher = "b"\nlicence = "c"\nurl = {}',
    "related.0.url": '[[related]]\nname = "a"\nurl = {}',
    "base_url": "base_url = {}",
    "packages.2018-01-01.url": "[packages.2018-01-01]\nurl = {}",
}
NO_LINKS: Final = (
    *(
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "vbscript:x",
    ),
    *(
        "data:text/html,<script>",
        "file:///etc/passwd",
        "//example.org",
        "/x",
        "x",
        "https:",
        "https://",
        "http:///x",
    ),
    *(
        "https:javascript:alert(1)",
        "https://a b/",
        "ftp://example.org",
        "blob:https://x",
        "mailto:",
        "mailto:a b@c",
    ),
)


@pytest.mark.parametrize("link", NO_LINKS)
@pytest.mark.parametrize("entry", LINKS)
def test_a_link_leads_to_a_page_or_a_mail_box(entry: str, link: str) -> None:
    """Wherever it stands in the settings, nothing else is taken."""
    try:
        config = parse_config(LINKS[entry].format(toml(link)))
    except ConfigError as error:
        assert entry in str(error)  # noqa: PT017 - or it was made an address that is one
    else:
        assert re.search(r"https?://[^/\s]+/", config.model_dump_json()), "read as an address"


@pytest.mark.parametrize(
    "link", ["https://example.org/a?b=c#d", "HTTP://example.org", "mailto:a@example.org"]
)
def test_links_and_mail_boxes_are_taken(link: str) -> None:
    """Of a licence and of a source."""
    assert parse_config(LINKS["licence_url"].format(toml(link))).licence_url == link
    assert parse_config(LINKS["sources.0.url"].format(toml(link))).sources[0].url == link


@pytest.mark.parametrize(
    "contact", ["@handle", "a@b?bcc=c@d", "a@b&body=x", "a b@c", "x:a@b", "a@b@c"]
)
def test_a_contact_that_is_no_mail_box_is_words(contact: str) -> None:
    """What a link would take for more than an address is no link."""
    assert not is_mail(contact)
    assert is_mail("figures+2017@example.org")


class _Events(HTMLParser):
    """A page as a list of what stands in it, in which `<bdi>` is nothing."""

    def __init__(self, said: Callable[[str], str], moved: Callable[[str], str]) -> None:
        super().__init__(convert_charrefs=True)
        self.said, self.moved = said, moved
        self.found: list[tuple[str, ...]] = []
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "bdi":
            return
        self._flush()
        words = [f"{name}={self.moved(self.said(value or ''))}" for name, value in attrs]
        self.found.append((tag, *words))

    def handle_endtag(self, tag: str) -> None:
        if tag != "bdi":
            self._flush()
            self.found.append((f"/{tag}",))

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.found.append(("decl", decl))

    def unknown_decl(self, data: str) -> None:
        self.found.append(("unknown", data))

    def handle_pi(self, data: str) -> None:
        self.found.append(("pi", data))

    def _flush(self) -> None:
        if text := self._text.strip():
            try:
                content = json.dumps(_each(json.loads(text), self._both))
            except ValueError:
                content = self.said(text)
            self.found.append(("text", content))
        self._text = ""

    def _both(self, text: str) -> str:
        return self.moved(self.said(text))


def _each(content: object, change: Callable[[str], str]) -> object:
    """JSON with each of its texts changed."""
    if isinstance(content, dict):
        return {name: _each(value, change) for name, value in content.items()}
    if isinstance(content, list):
        return [_each(value, change) for value in content]
    return change(content) if isinstance(content, str) else content


def _replacer(pairs: Mapping[str, str], around: str = "{}") -> Callable[[str], str]:
    """What puts one text in the place of another, the longer ones first."""
    if not pairs:
        return str
    first = sorted(pairs, key=len, reverse=True)
    pattern = re.compile(around.format("|".join(map(re.escape, first))))
    return lambda text: pattern.sub(lambda match: pairs[match[0]], text)


def events(page: bytes, pairs: Mapping[str, str]) -> list[tuple[str, ...]]:
    """What stands in a page, with the plain texts in the place of the hostile ones."""
    words = {" ".join(text.split()): plain for text, plain in pairs.items()}
    # A sentence may begin with a name.
    swap = _replacer(words | {text[0].upper() + text[1:]: two for text, two in words.items()})
    moved = _replacer(_addresses(pairs), r"(?<![\w-])(?:{})(?=[./]|$)")

    def said(text: str) -> str:
        apart = text.replace(FIRST_STRONG, "").replace(POP, "")
        return swap(" ".join(apart.split()))

    reader = _Events(said, moved)
    reader.feed(page.decode())
    reader.close()
    return reader.found


def built(texts: Sequence[str], setting: str = PLAIN, *, charts: bool = False) -> Tree:
    """The site of a folder with these texts."""
    with tempfile.TemporaryDirectory() as name:
        for path, data in folder(texts, setting).items():
            target = Path(name, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return build_folder(Path(name), charts=charts)


FIELDS: Final = (*WORDS, "note", "remark", "reason")
ENTRIES: Final = (*SETTINGS, "journey", "measure", "source", "related")


def same_pages(site: Tree, plain: Tree, pairs: Mapping[str, str]) -> None:
    """Each page is that of plain text; where names give the order, what stands in it is."""
    moved = _replacer(_addresses(pairs), r"(?<![\w-])(?:{})(?=[./])")
    pages = {moved(path): path for path in site if path.endswith(".html")}
    assert set(pages) == {path for path in plain if path.endswith(".html")}
    for path, own in pages.items():
        made, wanted = events(site[own], pairs), events(plain[path], {})
        if re.search(r"(index|by-[a-z-]+|sitemap|high-volume)\.html$", path):
            # Which of equals comes first, which name fits, how large a file is: the texts say it.
            made, wanted = (sorted({*map(_without_digits, found)}) for found in (made, wanted))
        assert made == wanted, path


_OF_A_GROUP: Final = re.compile(rf"{PLAIN} (department|dep|agency|age|category) ?0( {PLAIN}\.?)?")
"""A name or a short name, of which a picture's list takes the one that fits."""


def _addresses(pairs: Mapping[str, str]) -> dict[str, str]:
    """The parts of addresses that are made of the names of groups, hostile and plain."""
    found = {
        slug(text)[:60].strip("-"): slug(plain)[:60].strip("-")
        for text, plain in pairs.items()
        if re.search(r" (department|agency|category) [0-9]", plain)
    }
    return {text: plain for text, plain in found.items() if text}


def _without_digits(event: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_OF_A_GROUP.sub(PLAIN, re.sub(r"[0-9]+", "0", one)) for one in event)


def whole_files(site: Tree) -> None:
    """Every file is what its name says, and no cell of a table begins as a formula does."""
    for path, data in site.items():
        text = data.decode() if not path.endswith((".jpg", ".png")) else ""
        if path.endswith((".svg", ".xml")):
            etree.fromstring(data)
        elif path.endswith(".json"):
            json.loads(text)
        elif path.endswith(".csv"):
            cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
            assert [one for one in cells if _RUN.match(one)] == [], path


def apart(site: Tree) -> None:
    """No letter from right to left stands beside other text without being set apart."""
    for path, data in site.items():
        if path.endswith(".html"):
            page = data.decode()
            assert page.count("<bdi>") == page.count("</bdi>")
            for text in re.findall(
                r">([^<>]*[\u0590-\u08ff][^<>]*)<",
                re.sub(r"<(script|title)\b.*?</\1>", "", page, flags=re.DOTALL),
            ):
                assert f"<bdi>{text}</bdi>" in page, (path, text)


def pairs_of(texts: Sequence[str], fields: Sequence[str]) -> dict[str, str]:
    """The hostile texts of a folder, and the plain ones in their places, without their ends."""
    return {
        cell(text, field, number).rstrip("."): cell(PLAIN, field, number).rstrip(".")
        for number, text in enumerate(texts)
        for field in fields
    }


def held(texts: Sequence[str], *, charts: bool = False) -> None:
    """A site with these texts in the register and in notes is that of plain text."""
    site = built(texts, charts=charts)

    whole_files(site)
    apart(site)
    same_pages(site, built([PLAIN] * len(texts), charts=charts), pairs_of(texts, FIELDS))


def held_in_settings(text: str, plain: Tree) -> None:
    """A site with this text in all its settings is that of plain text."""
    site = built([PLAIN], text)

    whole_files(site)
    apart(site)
    same_pages(site, plain, {cell(text, e)[:-1]: cell(PLAIN, e)[:-1] for e in ENTRIES})


def test_a_sample_of_strings_is_text_and_nothing_more() -> None:
    """In every field of the register, of submissions and of retractions."""
    held(SAMPLE)


def test_a_sample_of_strings_is_text_in_the_settings() -> None:
    """In every entry of perfsite.toml that holds words."""
    plain = built([PLAIN])
    for text in (SAMPLE[0], SAMPLE[4]):
        held_in_settings(text, plain)


@pytest.mark.proofs
def test_every_string_is_text_and_nothing_more() -> None:
    """All that are allowed, in every field, each as a service of one site."""
    held([text for text in ALLOWED if text.strip()])


@pytest.mark.proofs
def test_every_string_is_text_in_the_settings() -> None:
    """All that are allowed, in every entry, each in a site of its own."""
    plain = built([PLAIN])
    for text in ALLOWED:
        held_in_settings(text, plain)


@pytest.mark.proofs
def test_charts_of_names_in_all_scripts_are_whole() -> None:
    """Titles, descriptions and labels of pictures hold the names."""
    whole_files(built(SCRIPTS, SCRIPTS[0], charts=True))
