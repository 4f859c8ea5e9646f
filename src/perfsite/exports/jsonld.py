"""The schema.org description of a page's data, as JSON-LD: for search engines of data sets.

Addresses are absolute where the site's own is known, and relative to the page otherwise. The
edition's date stands in the description of the whole set alone.
"""

from __future__ import annotations

import json
import posixpath
from typing import TYPE_CHECKING, Any, Final

from perfsite.kpis import CURRENCY, KPIS, SHARE
from perfsite.measures import MeasureKind
from perfsite.model import bare_type, media_type
from perfsite.text import isolated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from perfsite.config import SiteConfig
    from perfsite.language import Language
    from perfsite.measures import Measure
    from perfsite.model import Service


Json = dict[str, Any]
Covered = tuple["date", "date"] | None
"""The first and the last day that figures are for; None where there is no figure."""

_UNITS: Final = {kind: SHARE if kind is MeasureKind.SHARE else str(kind) for kind in MeasureKind}
"""The units of measures that are not amounts: those have the currency of the site."""
_LONGEST: Final = 5000
"""The most characters of a description that search engines take."""


def service_dataset(
    service: Service,
    page: str,
    config: SiteConfig,
    language: Language,
    covered: Covered,
    measured: Sequence[str],
    others: Sequence[Measure] = (),
) -> Json:
    """The data set of a service's page; `measured` are the ids of the KPIs that have a figure.

    `others` are the measures that were given and make none of these. `page` is the page's path from
    the root of the site, such as `fr/services/visa.html`.
    """
    about = language.say(
        "Performance figures of the service {name}, for which {organisation} answers",
        name=service.name,
        organisation=service.organisation,
    )
    data = f"services/{service.id}"
    return {
        **_dataset(
            language.say("{name}: service performance", name=service.name),
            _described(service.description, about, language, measured, others),
            page,
            (f"{data}.csv", f"{data}.json"),
            config,
            language,
        ),
        **_covered(covered, language, measured, config.currency, others),
        **_part_of(page, config),
    }


def group_dataset(
    name: str,
    page: str,
    config: SiteConfig,
    language: Language,
    covered: Covered,
    measured: Sequence[str],
) -> Json:
    """The data set of a group's page, such as `departments/home-office.html`.

    Its data are a CSV file of the same name, in the same folder of the site's first language.
    """
    about = language.say(
        "Performance figures of the public services that belong to {name}, added up", name=name
    )
    data = "/".join(page.removesuffix(".html").split("/")[-2:])
    return {
        **_dataset(
            language.say("{name}: service performance", name=name),
            _described("", about, language, measured),
            page,
            (f"{data}.csv",),
            config,
            language,
        ),
        **_covered(covered, language, measured, config.currency),
        **_part_of(page, config),
    }


def whole_dataset(
    page: str,
    config: SiteConfig,
    language: Language,
    edition: date,
    covered: Covered,
    downloads: Iterable[str],
) -> Json:
    """The data set of the home page: all figures of the site, in the catalogue that the site is.

    `downloads` are the paths of the files in data/.
    """
    about = language.say("Performance figures of public services, service by service and added up")
    measured = tuple(KPIS)
    return {
        **_dataset(
            config.title,
            _described(config.description, about, language, measured),
            page,
            downloads,
            config,
            language,
        ),
        **_covered(covered, language, measured, config.currency),
        "version": edition.isoformat(),
        "dateModified": edition.isoformat(),
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "name": config.title,
            "url": _address("index.html", page, config),
        },
    }


def _dataset(
    name: str,
    description: str,
    page: str,
    downloads: Iterable[str],
    config: SiteConfig,
    language: Language,
) -> Json:
    publisher = {"@type": "Organization", "name": config.publisher}
    rights = config.licence_url or config.licence
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        **({"@id": f"{config.base}{page}"} if config.base else {}),
        "name": name,
        "description": description,
        "url": _address(page, page, config),
        "inLanguage": language.tag,
        "isAccessibleForFree": True,
        **({"license": rights} if rights else {}),
        **({"creator": publisher, "publisher": publisher} if config.publisher else {}),
        "distribution": [
            {
                "@type": "DataDownload",
                "name": posixpath.basename(path),
                "encodingFormat": bare_type(media_type(path)),
                "contentUrl": _address(path, page, config),
            }
            for path in downloads
        ],
    }


def _address(path: str, page: str, config: SiteConfig) -> str:
    """An address of the site: absolute if that is known, else as seen from the page."""
    if config.base:
        return f"{config.base}{path}"
    return posixpath.relpath(path, posixpath.dirname(page) or ".")


def _described(
    first: str,
    about: str,
    language: Language,
    measured: Sequence[str],
    others: Sequence[Measure] = (),
) -> str:
    """A description of more than 50 characters, which search engines ask for."""
    names = [language.say(KPIS[kpi].name) for kpi in measured]
    names += [str(isolated(language.say(measure.name))) for measure in others]
    none = language.say("no figure was provided")
    last = f"{about}: {', '.join(names) or none}."
    # What the publishing team wrote may have no full stop, and ours is a sentence of its own.
    first = first.strip()
    first = f"{first}." if first and first[-1] not in ".!?" else first
    room = _LONGEST - len(last) - 1
    return f"{isolated(first[:room])} {last}".strip()


def _covered(
    covered: Covered,
    language: Language,
    measured: Sequence[str],
    currency: str,
    others: Sequence[Measure] = (),
) -> Json:
    """For which time there are figures, and of what."""
    variables = [
        {
            "@type": "PropertyValue",
            "name": language.say(KPIS[kpi].name),
            "propertyID": kpi,
            "unitText": currency if KPIS[kpi].unit == CURRENCY else KPIS[kpi].unit,
        }
        for kpi in measured
    ]
    variables += [
        {
            "@type": "PropertyValue",
            "name": language.say(measure.name),
            "propertyID": measure.id,
            "unitText": currency if measure.kind is MeasureKind.CURRENCY else _UNITS[measure.kind],
        }
        for measure in others
    ]
    content: Json = {"variableMeasured": variables} if variables else {}
    if covered:
        first, last = covered
        content["temporalCoverage"] = f"{first.isoformat()}/{last.isoformat()}"
    return content


def _part_of(page: str, config: SiteConfig) -> Json:
    whole = {"@type": "Dataset", "name": config.title, "url": _address("index.html", page, config)}
    return {"isPartOf": whole}


def as_script(content: Mapping[str, Any]) -> str:
    """The text of a `<script type="application/ld+json">`, which nothing in it can end."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")
