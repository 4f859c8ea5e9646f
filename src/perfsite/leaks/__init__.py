"""Are suppressed and embargoed figures really nowhere in the site? The finished files are searched.

A build never sees these figures (`policy.secrecy`), so this finds what went around it: a note that
says the number, a difference of two published figures that is the secret third, a mistake in
perfsite. `numbers` knows what is secret, how it could be spelt and what is public anyway; `texts`
finds spellings in files, and `near` short ones beside their period; `keys` looks into data files
for the figures themselves. What is proved
and what is not stands in docs/policy.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from perfsite.errors import LeakError
from perfsite.leaks.keys import keyed_leaks
from perfsite.leaks.near import find_near_period
from perfsite.leaks.numbers import Published, Search, Secret, make_search
from perfsite.leaks.texts import Scanned, spelt_in_name
from perfsite.model import FIGURE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from perfsite.language import Language
    from perfsite.measures import Measure
    from perfsite.model import File

__all__ = ["Leak", "Published", "check_leaks", "find_leaks"]

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


def find_leaks(
    files: Iterable[File],
    secrets: pd.DataFrame,
    published: Published,
    languages: Sequence[Language],
    measures: Mapping[str, Measure],
) -> list[Leak]:
    """Every place in which a secret is found; nothing is searched where there are no secrets.

    `secrets` has the columns of `policy.secrecy.SECRETS`; where nobody knows the number there is
    nothing to search for.
    """
    secrets = secrets.loc[secrets["value"].notna(), [*FIGURE, "value", "why"]]
    if secrets.empty:
        return []
    search = make_search(secrets, published, languages, measures)
    found: dict[Leak, None] = {}
    for file in files:
        for secret, kind in _in_file(file, search):
            found[Leak(file.path, kind, *secret.key, secret.why)] = None
    return sorted(found)


def check_leaks(
    files: Iterable[File],
    secrets: pd.DataFrame,
    published: Published,
    languages: Sequence[Language],
    measures: Mapping[str, Measure],
) -> None:
    """Stop a build that would publish a secret.

    Raises:
        LeakError: naming the files and whose figures they hold, never a number.
    """
    leaks = find_leaks(files, secrets, published, languages, measures)
    if not leaks:
        return
    named = "\n  ".join(map(str, leaks[:_NAMED]))
    more = f"\n  and {len(leaks) - _NAMED:,} more" if len(leaks) > _NAMED else ""
    raise LeakError(
        "figures that are suppressed or under embargo were found in the site; nothing was written:"
        f"\n  {named}{more}\n"
        "Look for the number in notes, and for figures that it can be worked out from: of a total "
        "and its parts, suppress a second one. If it is another figure that happens to be the same "
        "number, give the suppressed one as [c] without its number"
    )


def _in_file(file: File, search: Search) -> Iterator[tuple[Secret, str]]:
    """The secrets in a file, and in which kind of place."""
    match = _OWN.search(file.path)
    own = match[1] if match else ""
    yield from ((one, "the name of the file") for one in spelt_in_name(file.path, search, own))
    if file.path.startswith(_THEME) or not file.path.endswith(_SEARCHED):
        return
    yield from ((one, "a row of data") for one in keyed_leaks(file, search, own))
    scanned = Scanned(file)
    yield from scanned.spelt(search, own)
    if own in search.by_service:
        yield from find_near_period(scanned, search.by_service[own])
