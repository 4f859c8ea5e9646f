"""Secrets, every way in which the site could spell them, and which numbers are public anyway.

A number that is published may stand anywhere, and says nothing of a secret that happens to be the
same. So a spelling is searched only where no public number is written like it: in the files of its
own service, none of that service; elsewhere, none of the whole site.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.decimals import decimal, exact, rounded
from perfsite.measures import DIGITAL, Kind
from perfsite.model import FIGURE
from perfsite.parts import KEY as PART_KEY
from perfsite.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from perfsite.language import Language
    from perfsite.measures import Measure
    from perfsite.model import Service

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
        default_factory=lambda: pd.DataFrame(columns=["service", "period", "value"])
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
    own: dict[str, dict[str, list[Secret]]] = field(default_factory=dict)
    elsewhere: dict[str, list[Secret]] = field(default_factory=dict)
    by_key: dict[tuple[str, str, str, str], list[Secret]] = field(default_factory=dict)


def make_search(
    secrets: pd.DataFrame,
    published: Published,
    languages: Sequence[Language],
    measures: Mapping[str, Measure],
) -> Search:
    """Everything that is looked for in the files of a site."""
    search = Search(set(published.services))
    public = _PublicNumbers(published, set(secrets["service"]))
    for *key, value, why in secrets.itertuples(index=False, name=None):
        service, period, measure, channel = map(str, key)
        kind = measures[measure].kind if measure in measures else Kind.NUMBER
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
                search.own.setdefault(service, {}).setdefault(token, []).append(secret)
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


def _forms(value: float, kind: Kind, languages: Sequence[Language]) -> set[str]:
    """The spellings of a figure as pages write them, short ones too."""
    found = {exact(value), repr(value)}
    for language in languages:
        found |= {
            language.figure(value, kind),
            language.full_figure(value, kind),
            language.count(value),
            language.plain(exact(value)),
        }
        if kind is Kind.COUNT:
            found.add(language.long_count(value))
    return found


def _forms_of(values: Iterable[float], kind: Kind, languages: Sequence[Language]) -> set[str]:
    return set().union(*(_forms(value, kind, languages) for value in values))


def _spellings(value: float, kind: Kind, languages: Sequence[Language]) -> dict[str, float]:
    """The spellings of a figure in full, as numbers without their units, and what each is."""
    exactly = decimal(value)
    forms = [exactly, rounded(exactly, 2), rounded(exactly, 6)]
    if kind is Kind.SHARE:
        forms.append(rounded(exactly * 100, 6))
    numbers = {float(form) for form in forms}
    found: dict[str, float] = {}
    for number in numbers:
        text = exact(number)
        found[text] = number
        for language in languages:
            found[language.plain(text)] = number
            if kind is Kind.CURRENCY:
                found[token_of(language.full_money(number))] = number
    return {token: number for token, number in found.items() if token}


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
        given = observations[observations["value"].notna()]
        figures, parts = published.figures, published.parts
        parts = parts[parts["value"].notna()]
        columns = ["value", "numerator", "denominator"]
        said = np.concatenate([figures[name].to_numpy(dtype=float) for name in columns])
        owners = np.concatenate([figures["service"].to_numpy(dtype=object)] * len(columns))
        differences = _differences(given, parts)
        earlier = published.earlier
        self.everywhere = _rounded(
            np.concatenate(
                [
                    given["value"].to_numpy(dtype=float),
                    parts["value"].to_numpy(dtype=float),
                    differences["value"].to_numpy(dtype=float),
                    said,
                    earlier["value"].to_numpy(dtype=float),
                    np.fromiter((x for x in published.numbers if x is not None), dtype=float),
                ]
            )
        )
        mine = given[given["service"].isin(services)]
        keys = zip(*(mine[name] for name in FIGURE), strict=True)
        self.under = dict(zip(keys, mine["value"].astype(float), strict=True))
        self.words = _numbers_in_names(published.services)
        self._near: dict[tuple[str, str], list[tuple[str, float]]] = {}
        for (service, period, _, _), value in self.under.items():
            self._near.setdefault((service, period), []).append(("", value))
        earlier = earlier[earlier["service"].isin(services)]
        for service, period, value in earlier[["service", "period", "value"]].itertuples(
            index=False, name=None
        ):
            self._near.setdefault((service, period), []).append(("", value))
        own = pd.DataFrame({"service": owners, "value": said})
        more = (parts, mine, earlier.astype({"value": "float64"}))
        own = pd.concat([own, *(frame[["service", "value"]] for frame in more)])
        own = own[own["service"].isin(services)]
        self._own = {
            str(service): _rounded(values.to_numpy(dtype=float))
            for service, values in own.groupby("service")["value"]
        }
        self._differences: dict[tuple[str, float], set[tuple[str, str]]] = {}
        mine = differences[differences["service"].isin(services)]
        for service, period, measure, value in mine.itertuples(index=False, name=None):
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
        found = self._near.get((service, period), ())
        return [value for of, value in found if of != measure]


def _differences(given: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """What pages say as other channels: totals less one channel, or less the digital ones."""
    key = ["service", "period", "measure"]
    total = given.loc[given["channel"] == "", [*key, "value"]]
    single = given.loc[given["channel"] != "", [*key, "value"]]
    both = total.merge(single, on=key, suffixes=("", "_part"))
    found = [both.assign(value=both["value"] - both["value_part"])[[*key, "value"]]]
    whole = parts[parts["part"] == "transactions"][[*PART_KEY, "value"]]
    digital = parts[parts["part"] == DIGITAL][[*PART_KEY, "value"]]
    both = whole.merge(digital, on=PART_KEY, suffixes=("", "_part"))
    periods = given[[*PART_KEY, "period"]].drop_duplicates()
    both = both.merge(periods, on=PART_KEY).assign(measure="transactions")
    found.append(both.assign(value=both["value"] - both["value_part"])[[*key, "value"]])
    return pd.concat(found, ignore_index=True)


def _numbers_in_names(services: Mapping[str, Service]) -> set[str]:
    """The numbers in ids, names and addresses of the register, which are nobody's figures."""
    texts = " ".join(
        " ".join((*(getattr(one, name) for name in _ID_WORDS), *one.aliases))
        for one in services.values()
    )
    return {match.rstrip(_JUNK) for match in _TOKEN.findall(texts)}
