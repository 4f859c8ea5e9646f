"""Are suppressed and embargoed figures really nowhere in the site? All its files are searched.

It is long, because every way of spelling a secret is looked for in every kind of file.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import unescape
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from perfsite.decimals import decimal, exact, rounded
from perfsite.errors import LeakError
from perfsite.frames import Col
from perfsite.kpi.inputs import KEY as PART_KEY
from perfsite.measures import DIGITAL, MeasureKind
from perfsite.model import FIGURE
from perfsite.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from perfsite.language import Language
    from perfsite.measures import Measure
    from perfsite.model import File, Service


# Secrets, every way in which the site could spell them, and which numbers are public anyway.
#
# A number that is published may stand anywhere, and says nothing of a secret that happens to be
# the same. So a spelling is searched only where no public number is written like it: in the files
# of its own service, none of that service; elsewhere, none of the whole site.


IN_OWN_FILES: Final = 4
"""Significant digits from which on a number is looked for in the files of its service."""
ANYWHERE: Final = 5
"""Significant digits from which on a number is looked for in all other files."""
IN_SENTENCES: Final = 3
_YEARS: Final = range(1900, 2201)
_TOKEN: Final = re.compile("[0-9][0-9.,’'\xa0]*")
_JUNK: Final = ".,’'\xa0"
_ID_WORDS: Final = ("id", "name", "department", "department_abbr", "agency", "agency_abbr", "url")


@dataclass(frozen=True)
class Published:
    """What the site publishes, by which a public number is told from a secret.

    `observations`, `parts` and `figures` are the frames of these names; `numbers` are all others
    that pages and files say: figures of groups with their numerators and denominators. `earlier`
    are those that editions before this one have said, with `service`, `period` and `value`.
    """

    services: Mapping[str, Service]
    observations: pd.DataFrame
    parts: pd.DataFrame
    figures: pd.DataFrame
    numbers: Iterable[float] = ()
    earlier: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=[Col.SERVICE, Col.PERIOD, Col.VALUE])
    )


@dataclass(frozen=True, eq=False)
class Secret:
    """A figure that must not be published, with how it may be written and how its period may be.

    `forms` are whole spellings, such as 3.29m; those of numbers that are published of the same
    service and period are not among them. `periods` are how a table names its period, `phrases`
    how a sentence does. `public` is the value that is published under the same key, NaN where
    there is none.
    """

    key: tuple[str, str, str, str]
    value: float
    why: str
    public: float
    forms: frozenset[str]
    periods: tuple[str, ...]
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Search:
    """What to look for: by service; as tokens in the files of each service; as tokens elsewhere.

    `public` are the tokens of secrets that a published figure is spelt as, too; `services` are the
    ids of the register.
    """

    services: set[str]
    public: set[str] = field(default_factory=set)
    by_service: dict[str, list[Secret]] = field(default_factory=dict)
    in_own_files: dict[str, dict[str, list[Secret]]] = field(default_factory=dict)
    elsewhere: dict[str, list[Secret]] = field(default_factory=dict)
    by_key: dict[tuple[str, str, str, str], list[Secret]] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The SHA-256 of all that decides what is found."""
        secrets = [
            (repr(replace(one, forms=frozenset())), sorted(one.forms))
            for own in self.by_service.values()
            for one in own
        ]
        tokens = [
            sorted((token, len(found)) for token, found in table.items())
            for table in (self.elsewhere, *self.in_own_files.values())
        ]
        content = (sorted(self.services), sorted(self.public), secrets, tokens)
        return hashlib.sha256(repr(content).encode()).hexdigest()


def make_search(
    secrets: pd.DataFrame,
    published: Published,
    languages: Sequence[Language],
    measures: Mapping[str, Measure],
) -> Search:
    """Everything that is looked for in the files of a site."""
    search = Search(set(published.services))
    public = _PublicNumbers(published, set(secrets[Col.SERVICE]))
    for *key, value, why in secrets.itertuples(index=False, name=None):
        service, period, measure, channel = map(str, key)
        kind = measures[measure].kind if measure in measures else MeasureKind.NUMBER
        # What a public number beside it is spelt as, too, says nothing of the secret.
        near = public.near(service, period, measure)
        secret = Secret(
            (service, period, measure, channel),
            float(value),
            str(why),
            public.under.get((service, period, measure, channel), float("nan")),
            frozenset(_forms(float(value), kind, languages) - _forms_of(near, kind, languages)),
            *_period_words(Period.parse(period), languages),
        )
        search.by_service.setdefault(service, []).append(secret)
        search.by_key.setdefault(secret.key, []).append(secret)
        for token, number in _spellings(float(value), kind, languages).items():
            if token in public.words or significant(token) < IN_OWN_FILES:
                continue
            if not public.says(number, service, period, measure):
                search.in_own_files.setdefault(service, {}).setdefault(token, []).append(secret)
            if round(number, 6) in public.everywhere:
                search.public.add(token)
            else:
                search.elsewhere.setdefault(token, []).append(secret)
    return search


def significant(token: str) -> int:
    """The number of significant digits of a spelling; 0 for a year and for 9,999 and its like."""
    digits = re.sub("[^0-9]", "", token)
    if digits == token and len(digits) == len("2018") and int(digits) in _YEARS:
        return 0
    return 0 if set(digits) == {"9"} else len(digits.strip("0"))


def token_of(text: str) -> str:
    """The first number in a text, as it stands there without its unit; empty where none is."""
    match = _TOKEN.search(text)
    return match[0].rstrip(_JUNK) if match else ""


def _forms(value: float, kind: MeasureKind, languages: Sequence[Language]) -> set[str]:
    """The spellings of a figure as pages write them, short ones too."""
    spellings = {exact(value), repr(value)}
    for language in languages:
        spellings |= {
            language.figure(value, kind),
            language.full_figure(value, kind),
            language.count(value),
            language.plain(exact(value)),
        }
        if kind is MeasureKind.COUNT:
            spellings.add(language.long_count(value))
    return spellings


def _forms_of(
    values: Iterable[float], kind: MeasureKind, languages: Sequence[Language]
) -> set[str]:
    return set().union(*(_forms(value, kind, languages) for value in values))


def _spellings(value: float, kind: MeasureKind, languages: Sequence[Language]) -> dict[str, float]:
    """The spellings of a figure in full, as numbers without their units, and what each is."""
    exactly = decimal(value)
    forms = [exactly, rounded(exactly, 2), rounded(exactly, 6)]
    if kind is MeasureKind.SHARE:
        forms.append(rounded(exactly * 100, 6))
    numbers = {float(form) for form in forms}
    by_token: dict[str, float] = {}
    for number in numbers:
        text = exact(number)
        by_token[text] = number
        for language in languages:
            by_token[language.plain(text)] = number
            if kind is MeasureKind.CURRENCY:
                by_token[token_of(language.full_money(number))] = number
    return {token: number for token, number in by_token.items() if token}


def _period_words(
    period: Period, languages: Sequence[Language]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How tables name a period, and how sentences do: a year alone stands in any other date."""
    names = [period.code]
    phrases = []
    for language in languages:
        names += [language.period_name(period), language.period_range(period)]
        phrases.append(language.in_period(period))
    phrases += [name for name in names if not name.isdigit()]
    return tuple(dict.fromkeys(names)), tuple(dict.fromkeys(phrases))


def _rounded(values: np.ndarray) -> set[float]:
    """Numbers as pages may say them: in full, as percentages, as pounds and pence."""
    values = values[np.isfinite(values)]
    # Six digits after the point: floats that are printed alike are one number here, too.
    ways = (values, _half_up(values, 2), values * 100, _half_up(values * 100, 1))
    return set(np.round(np.concatenate(ways), 6).tolist())


def _half_up(values: np.ndarray, places: int) -> np.ndarray:
    """Whole columns as pages round them: half away from zero, dust left out of account."""
    shifted = np.round(np.abs(values) * 10**places, 6)
    return np.asarray(np.copysign(np.floor(shifted + 0.5) / 10**places, values))


class _PublicNumbers:
    """The numbers that the site says, whose they are, and the numbers in names and addresses."""

    def __init__(self, published: Published, services: set[str]) -> None:
        observations = published.observations
        numbered = observations[observations[Col.VALUE].notna()]
        figures, parts = published.figures, published.parts
        parts = parts[parts[Col.VALUE].notna()]
        columns = [Col.VALUE, Col.NUMERATOR, Col.DENOMINATOR]
        in_figures = np.concatenate([figures[name].to_numpy(dtype=float) for name in columns])
        # The three columns stand one behind the other, and so do the services that they are of.
        owners = np.concatenate([figures[Col.SERVICE].to_numpy(dtype=object)] * len(columns))
        differences = _differences(numbered, parts)
        earlier = published.earlier
        self.everywhere = _rounded(
            np.concatenate(
                [
                    numbered[Col.VALUE].to_numpy(dtype=float),
                    parts[Col.VALUE].to_numpy(dtype=float),
                    differences[Col.VALUE].to_numpy(dtype=float),
                    in_figures,
                    earlier[Col.VALUE].to_numpy(dtype=float),
                    np.fromiter((x for x in published.numbers if x is not None), dtype=float),
                ]
            )
        )
        watched = numbered[numbered[Col.SERVICE].isin(services)]
        keys = zip(*(watched[name] for name in FIGURE), strict=True)
        self.under = dict(zip(keys, watched[Col.VALUE].astype(float), strict=True))
        self.words = _numbers_in_names(published.services)
        self._near: dict[tuple[str, str], list[tuple[str, float]]] = {}
        for (service, period, _, _), value in self.under.items():
            self._near.setdefault((service, period), []).append(("", value))
        earlier = earlier[earlier[Col.SERVICE].isin(services)]
        for service, period, value in earlier[[Col.SERVICE, Col.PERIOD, Col.VALUE]].itertuples(
            index=False, name=None
        ):
            self._near.setdefault((service, period), []).append(("", value))
        of_services = pd.DataFrame({Col.SERVICE: owners, Col.VALUE: in_figures})
        frames = (parts, watched, earlier.astype({Col.VALUE: "float64"}))
        of_services = pd.concat(
            [of_services, *(frame[[Col.SERVICE, Col.VALUE]] for frame in frames)]
        )
        of_services = of_services[of_services[Col.SERVICE].isin(services)]
        self._own = {
            str(service): _rounded(values.to_numpy(dtype=float))
            for service, values in of_services.groupby(Col.SERVICE)[Col.VALUE]
        }
        self._differences: dict[tuple[str, float], set[tuple[str, str]]] = {}
        beside = differences[differences[Col.SERVICE].isin(services)]
        for service, period, measure, value in beside.itertuples(index=False, name=None):
            place = self._differences.setdefault((service, round(value, 6)), set())
            place.add((period, measure))
            self._near.setdefault((service, period), []).append((measure, value))

    def says(self, number: float, service: str, period: str, measure: str) -> bool:
        """Whether a service's public figures are written like this number.

        The difference of a total and a part is no such figure for a secret of just that measure
        and period: there it is the secret.
        """
        if round(number, 6) in self._own.get(service, ()):
            return True
        return bool(self._differences.get((service, round(number, 6)), set()) - {(period, measure)})

    def near(self, service: str, period: str, measure: str) -> list[float]:
        """The public numbers of a service and period, such differences left out as in `says`."""
        numbers = self._near.get((service, period), ())
        return [value for of, value in numbers if of != measure]


def _differences(numbered: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """What pages say as other channels: totals less one channel, or less the digital ones."""
    key = [Col.SERVICE, Col.PERIOD, Col.MEASURE]
    total = numbered.loc[numbered[Col.CHANNEL] == "", [*key, Col.VALUE]]
    single = numbered.loc[numbered[Col.CHANNEL] != "", [*key, Col.VALUE]]
    both = total.merge(single, on=key, suffixes=("", "_part"))
    differences = [both.assign(value=both[Col.VALUE] - both["value_part"])[[*key, Col.VALUE]]]
    whole = parts[parts[Col.PART] == "transactions"][[*PART_KEY, Col.VALUE]]
    digital = parts[parts[Col.PART] == DIGITAL][[*PART_KEY, Col.VALUE]]
    both = whole.merge(digital, on=PART_KEY, suffixes=("", "_part"))
    periods = numbered[[*PART_KEY, Col.PERIOD]].drop_duplicates()
    both = both.merge(periods, on=PART_KEY).assign(measure="transactions")
    differences.append(both.assign(value=both[Col.VALUE] - both["value_part"])[[*key, Col.VALUE]])
    return pd.concat(differences, ignore_index=True)


def _numbers_in_names(services: Mapping[str, Service]) -> set[str]:
    """The numbers in ids, names and addresses of the register, which are nobody's figures."""
    texts = " ".join(
        " ".join((*(getattr(service, name) for name in _ID_WORDS), *service.aliases))
        for service in services.values()
    )
    return {match.rstrip(_JUNK) for match in _TOKEN.findall(texts)}


# Secrets in data files, by their keys: it asks for the figure and not for its spelling.


_KEY: Final = (Col.PERIOD, Col.MEASURE, Col.CHANNEL)
_EDITIONS: Final = "editions/"


def keyed_leaks(file: File, search: Search, file_owner: str) -> Iterator[Secret]:
    """The secrets that a CSV or JSON file gives as the value of just that figure.

    Where another value is published under the same key, as for a revision that is not yet
    released, only the secret value is a leak; else any value is. An earlier edition may have said
    any other value: what became confidential since is taken out of it (see `exports.editions`).
    """
    frozen = file.path.startswith(_EDITIONS)
    if file.path.endswith(".csv"):
        records = _csv_records(file.data, search, file_owner)
    elif file.path.endswith(".json") and b'"measure"' in file.data:
        records = _json_records(file.data)
    else:
        return
    for record in records:
        service = str(record.get(Col.SERVICE) or file_owner)
        if service not in search.by_service:
            continue
        channel = str(record.get(Col.CHANNEL) or "")
        key = (service, str(record[Col.PERIOD]), str(record[Col.MEASURE]), channel)
        value = _number(record.get(Col.VALUE))
        if value is None:
            continue
        for secret in search.by_key.get(key, ()):
            is_other = value not in (secret.public, secret.value)
            if value == secret.value != secret.public or (is_other and not frozen):
                yield secret


def _csv_records(data: bytes, search: Search, file_owner: str) -> Iterator[dict[str, Any]]:
    """The rows that have the key of a secret: of a million rows, a handful."""
    header = data[: data.find(b"\n")]
    if not all(name.encode() in header for name in (*_KEY[:2], Col.VALUE)):
        return
    reader = csv.reader(io.StringIO(data.decode("utf-8", "replace"), newline=""))
    names = next(reader)
    if not {*_KEY[:2], Col.VALUE} <= set(names):
        return
    places = [names.index(name) if name in names else -1 for name in (Col.SERVICE, *_KEY)]
    blank = [""] * len(names)
    for row in reader:
        row.extend(blank)  # what is not there is blank
        service, *rest = (row[place] for place in places)
        if (service or file_owner, *rest) in search.by_key:
            yield dict(zip(names, row, strict=False))


def _json_records(data: bytes) -> Iterator[dict[str, Any]]:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return
    waiting: list[tuple[Any, str]] = [(content, "")]
    while waiting:
        item, service = waiting.pop()
        if isinstance(item, list):
            waiting += [(member, service) for member in item]
        elif isinstance(item, dict):
            service = str(item.get(Col.SERVICE) or service)
            if {*_KEY[:2], Col.VALUE} <= item.keys():
                yield {**item, "service": service}
            waiting += [
                (member, service) for member in item.values() if isinstance(member, list | dict)
            ]


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


# Spellings of secrets in the texts of files: pages, charts, feeds, lists, names of files.
#
# A file is cut into runs of digits and separators at once, and these are held against all that is
# looked for: the number of secrets makes no difference. Only where a run is a spelling of a secret
# is the place itself looked at.


_KEPT: Final = b"0123456789.,'\xc2\xa0\xe2\x80\xaf\x99"
_RUNS: Final = bytes(byte if byte in _KEPT else 32 for byte in range(256))
_GROUPS: Final = ",'’\xa0\u202f"
_ENDS: Final = "." + _GROUPS
_SPACES: Final = ("&nbsp;", "&#160;", "\\u00a0")
_SVG_TEXT: Final = re.compile(r">([^<>]+)<|aria-label=\"([^\"]*)\"")
_AXIS: Final = re.compile(r"[XY]-axis ")
_ATTRIBUTE: Final = re.compile(r"([\w:-]+)=[\"'][^\"'<>]*$")
"""The attribute in whose value a text ends."""
_PLACES: Final = (
    "style", "d", "points", "viewBox", "x", "y", "x1", "x2", "y1", "y2", "width", "height",
    "transform", "r", "cx", "cy", "rx", "ry", "sizes",
)  # fmt: skip
"""Attributes that hold places and sizes of what is drawn."""
_NO_FIGURE: Final = re.compile(
    r"(?:\.(?:csv|json|xlsx|ods)(?:/[^:\"<>,]*)?(?::|,\s\w+\s)|\"bytes\":\s?)$", re.IGNORECASE
)
"""What stands before the number of a row, or of the bytes of a file."""
_CHUNK: Final = re.compile(r"<(?:tr|li|p|entry|url|h[1-6]|dt|figure)\b|\n|\{")
"""Where a row, a paragraph, an entry of a feed or a record of JSON begins."""
_NEAR: Final = 2_000
"""Characters around a place that are looked at."""
_TIME: Final = re.compile(r"</?(?:time|bdi)\b[^<>]*>|[\u2068\u2069]")
"""They stand within sentences, which are searched for a period as they are read."""
_LINK: Final = re.compile(r"href=\"(?:[^\"]*/)?([a-z0-9-]+)\.html")


def _runs(data: bytes) -> set[str]:
    """Every number of a text as it is written, and its pieces between commas and wide spaces."""
    for spelt in _SPACES:
        if spelt.encode() in data:
            data = data.replace(spelt.encode(), b"\xc2\xa0")
    # Bytes of dashes and quotation marks remain at the edges; what cannot be read is no number.
    runs = b" ".join(set(data.translate(_RUNS).split())).decode("utf-8", "ignore").split(" ")
    whole = {run.strip(_ENDS) for run in runs}
    joined = " ".join(whole)
    return whole | set(joined.replace(",", " ").split()) | set(joined.replace("\xa0", " ").split())


def spelt_in_name(path: str, search: Search, file_owner: str) -> Iterator[Secret]:
    """The secrets that the name of a file spells."""
    for secret, _ in _hits(path, _runs(path.encode()), search, file_owner):
        yield secret


def places(text: str, spelling: str) -> Iterator[int]:
    """Where a spelling of a number stands by itself, not as a piece of a longer one or a name."""
    start = text.find(spelling)
    while start >= 0:
        before, after = text[max(0, start - 2) : start], text[start + len(spelling) :][:2]
        if not _goes_on(before[::-1], spelling) and not _goes_on(after, spelling):
            yield start
        start = text.find(spelling, start + 1)


def _goes_on(beside: str, spelling: str) -> bool:
    """Whether a number or a name continues with the two characters beside it, the nearest first."""
    nearest = beside[:1]
    if nearest.isalnum() or (nearest and nearest in "#_"):
        return True
    separator = nearest and (nearest == "." or (nearest in _GROUPS and nearest in spelling))
    return bool(separator) and beside[1:].isdigit()


def _hits(
    text: str, runs: set[str], search: Search, file_owner: str
) -> Iterator[tuple[Secret, int]]:
    """The secrets in a text that are spelt in full, and where."""
    of_owner = search.in_own_files.get(file_owner, {})
    for token in runs & of_owner.keys():
        for place in _figures(text, token):
            others = set(_LINK.findall(_chunk(text, place))) & search.services - {file_owner}
            if not (others and token in search.public):
                yield from ((secret, place) for secret in of_owner[token])
    for token in runs & search.elsewhere.keys():
        wanted = [secret for secret in search.elsewhere[token] if secret.key[0] != file_owner]
        if not wanted:
            continue
        anywhere = significant(token) >= ANYWHERE
        for place in _figures(text, token):
            chunk = "" if anywhere else _chunk(text, place)
            yield from (
                (secret, place) for secret in wanted if anywhere or _names(chunk, secret.key[0])
            )


def _figures(text: str, token: str) -> Iterator[int]:
    """Where a number stands that could be a figure: no row of a file, no size, no place."""
    for place in places(text, token):
        before = text[max(0, place - _NEAR) : place]
        if _NO_FIGURE.search(before[-200:]):
            continue
        if before.rfind("<") > before.rfind(">"):
            attribute = _ATTRIBUTE.search(before)
            if attribute and attribute[1] in _PLACES:
                continue
        yield place


def _chunk(text: str, place: int) -> str:
    """The row, the line or the paragraph around a place."""
    begins = [match.start() for match in _CHUNK.finditer(text, max(0, place - _NEAR), place)]
    end = _CHUNK.search(text, place, place + _NEAR)
    return text[begins[-1] if begins else 0 : end.start() if end else len(text)][: 2 * _NEAR]


def _names(chunk: str, service: str) -> bool:
    """Whether a piece of text names a service by its id."""
    return re.search(rf"(?<![a-z0-9-]){re.escape(service)}(?![a-z0-9])", chunk) is not None


class Scanned:
    """A file as it is searched; of a chart only what is read out or written, no places."""

    def __init__(self, file: File) -> None:
        """Nothing is decoded before it is needed: most files have nothing to look at."""
        self.path = file.path
        self._data = file.data

    @cached_property
    def text(self) -> str:
        """What people read or hear, or what programs read; broken characters are replaced."""
        text = self._data.decode("utf-8", "replace")
        if not self.path.endswith(".svg"):
            for spelt in _SPACES:
                text = text.replace(spelt, "\xa0")
            return _TIME.sub("", text)
        pieces = [match[1] or match[2] or "" for match in _SVG_TEXT.finditer(text)]
        return "\n".join(piece for piece in pieces if not _AXIS.match(piece))

    @cached_property
    def runs(self) -> set[str]:
        """Every number in it, as it is written."""
        return _runs(self.text.encode() if self.path.endswith(".svg") else self._data)

    def spelt(self, search: Search, file_owner: str) -> Iterator[tuple[Secret, str]]:
        """The secrets that it spells in full, and in which kind of place."""
        of_owner = search.in_own_files.get(file_owner, {})
        if self.runs.isdisjoint(search.elsewhere) and self.runs.isdisjoint(of_owner):
            return
        for secret, place in _hits(self.text, self.runs, search, file_owner):
            yield secret, self._kind(place)

    def _kind(self, place: int) -> str:
        if self.path.endswith(".svg"):
            return "the text of a chart"
        if not self.path.endswith(".html"):
            return "the content of the file"
        before = self.text[max(0, place - _NEAR) : place]
        return "an attribute" if before.rfind("<") > before.rfind(">") else "the text of the page"


# Short spellings of a service's secrets in its own pages and charts, beside their period.
#
# A number such as 12 or 847k says nothing alone. In a row of a table that is for the period of a
# secret, a cell with just its spelling says the figure; so does a sentence that names the period,
# where the spelling has three significant digits or more.


_TAG: Final = re.compile(r"<[^<>]*>")
_TITLES: Final = re.compile(r"title=\"([^\"]*)\"")
_EDGES: Final = re.compile(r"[<>\"\n]")
"""Where a sentence, a title or a label begins and ends in the files of a site."""
_REACH: Final = 500


def find_near_period(scanned: Scanned, secrets: Iterable[Secret]) -> Iterator[tuple[Secret, str]]:
    """The secrets of a service that one of its files says together with their period."""
    if not scanned.path.endswith((".html", ".svg")):
        return
    rows: dict[int, set[str]] = {}
    for secret in secrets:
        forms = {form for form in secret.forms if token_of(form) in scanned.runs}
        if not forms:
            continue
        if any(forms & row for row in _rows_for(scanned.text, secret.periods, rows)):
            yield secret, "a row with its period"
        elif any(_says(scanned.text, form, secret.phrases) for form in forms):
            yield secret, "a sentence with its period"


def _rows_for(text: str, periods: Iterable[str], rows: dict[int, set[str]]) -> Iterator[set[str]]:
    """What the cells say of the rows that are for a period; `rows` keeps what was read before."""
    for words in periods:
        place = text.find(words)
        while place >= 0:
            start, end = text.rfind("<tr", 0, place), text.find("</tr>", place)
            if start >= 0 and text.find("</tr>", start) == end:
                if start not in rows:
                    rows[start] = _pieces(text[start:end])
                if words in rows[start]:
                    yield rows[start] - {words}
            place = text.find(words, end if start >= 0 and end >= 0 else place + 1)


def _pieces(row: str) -> set[str]:
    """What stands between the tags of a row, each piece by itself, and in its titles."""
    return {unescape(piece).strip() for piece in (*_TAG.split(row), *_TITLES.findall(row))}


def _says(text: str, form: str, phrases: Iterable[str]) -> bool:
    """Whether a sentence, a title or a label says a spelling and names a period."""
    if significant(token_of(form)) < IN_SENTENCES:
        return False
    for place in places(text, form):
        around = text[max(0, place - _REACH) : place]
        before = _EDGES.split(around)[-1]
        after = _EDGES.split(text[place + len(form) : place + len(form) + _REACH], maxsplit=1)[0]
        if after.startswith("%") or (before and before[-1] in "£$€-"):
            continue
        if any(_has_phrase(part, phrase) for phrase in phrases for part in (before, after)):
            return True
    return False


def _has_phrase(text: str, phrase: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(phrase)}(?![\w/-])", text) is not None


# The search: every finished file is held against every secret.
#
# A build never sees these figures (`policy.embargo`), so this finds what went around it: a note
# that says the number, a difference of two published figures that is the secret third, a mistake
# in perfsite. What is proved and what is not stands in docs/policy.md.


_OWN: Final = re.compile(r"(?:^|/)services/([^/.]+)")
_SEARCHED: Final = (".html", ".svg", ".csv", ".json", ".xml", ".txt", ".webmanifest", ".md")
_THEME: Final = "assets/"
_NAMED: Final = 10


@dataclass(frozen=True, order=True)
class Leak:
    """A file that holds a secret, in which kind of place, and whose figure it is.

    The number itself is not here: reports of leaks are read by more people than secrets are.
    """

    path: str
    kind: str
    service: str
    period: str
    measure: str
    channel: str
    why: str

    def __str__(self) -> str:
        channel = f":{self.channel}" if self.channel else ""
        figure = f"{self.service} {self.period} {self.measure}{channel}"
        return f"{self.path}, {self.kind}: {figure} ({self.why})"


def make_search_of(
    secrets: pd.DataFrame,
    published: Published,
    languages: Sequence[Language],
    measures: Mapping[str, Measure],
) -> Search | None:
    """What to look for in the files of a site; None where there is nothing.

    `secrets` has the columns of `frames.SECRETS`; where nobody knows the number there is
    nothing to search for.
    """
    secrets = secrets.loc[secrets[Col.VALUE].notna(), [*FIGURE, Col.VALUE, Col.WHY]]
    return None if secrets.empty else make_search(secrets, published, languages, measures)


def search_file(file: File, search: Search) -> list[Leak]:
    """Every secret that a file holds, in whichever kind of place."""
    return [
        Leak(file.path, kind, *secret.key, secret.why) for secret, kind in _in_file(file, search)
    ]


def find_leaks(
    files: Iterable[File],
    secrets: pd.DataFrame,
    published: Published,
    languages: Sequence[Language],
    measures: Mapping[str, Measure],
) -> list[Leak]:
    """Every place in which a secret is found; nothing is searched where there are no secrets."""
    search = make_search_of(secrets, published, languages, measures)
    if search is None:
        return []
    return sorted({leak for file in files for leak in search_file(file, search)})


def check_leaks(leaks: Iterable[Leak]) -> None:
    """Stop a build that would publish a secret.

    Raises:
        LeakError: naming the files and whose figures they hold, never a number.
    """
    ordered = sorted(set(leaks))
    if not ordered:
        return
    named = "\n  ".join(map(str, ordered[:_NAMED]))
    rest = f"\n  and {len(ordered) - _NAMED:,} more" if len(ordered) > _NAMED else ""
    raise LeakError(
        "figures that are suppressed or under embargo were found in the site; nothing was written:"
        f"\n  {named}{rest}\n"
        "Look for the number in notes, and for figures that it can be worked out from: of a total "
        "and its parts, suppress a second one. If it is another figure that happens to be the same "
        "number, give the suppressed one as [c] without its number"
    )


def _in_file(file: File, search: Search) -> Iterator[tuple[Secret, str]]:
    """The secrets in a file, and in which kind of place."""
    match = _OWN.search(file.path)
    file_owner = match[1] if match else ""
    yield from (
        (secret, "the name of the file") for secret in spelt_in_name(file.path, search, file_owner)
    )
    if file.path.startswith(_THEME) or not file.path.endswith(_SEARCHED):
        return
    yield from ((secret, "a row of data") for secret in keyed_leaks(file, search, file_owner))
    scanned = Scanned(file)
    yield from scanned.spelt(search, file_owner)
    if file_owner in search.by_service:
        yield from find_near_period(scanned, search.by_service[file_owner])
