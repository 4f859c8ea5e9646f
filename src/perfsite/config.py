"""perfsite.toml: what it may say, and what it means where it says nothing."""

from __future__ import annotations

import tomllib
from datetime import date  # noqa: TC003 - pydantic reads the annotation
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError

from perfsite.errors import ConfigError
from perfsite.measures import (
    DEFAULT_DIGITAL_CHANNELS,
    MEASURES,
    Aggregation,
    Better,
    Kind,
    Measure,
)

_COLUMNS = ("service", "period", "measure", "channel", "value", "note", "row")
"""The names that a submission's columns have of their own."""
_NAME = r"^[a-z][a-z0-9_]*$"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MeasureTable(_Table):
    """`[measures.<id>]`: a measure of the site's own."""

    name: str
    kind: Kind
    aggregation: Aggregation
    better: Better = Better.NEITHER


class SourceTable(_Table):
    """`[[sources]]`: where figures come from, for the page about the data."""

    name: str
    publisher: str
    licence: str
    url: str = ""
    note: str = ""


class SiteConfig(_Table):
    """What a publishing team decides about its site.

    `published` lists the dates of the site's editions; the newest is this edition's date.
    `headline_share` is the share of the services that ever reported which must have reported for
    a period before a group's headline is for that period.
    """

    title: str = "Service performance"
    publisher: str = ""
    description: str = ""
    contact: str = ""
    licence: str = ""
    licence_url: str = ""
    base_url: HttpUrl | None = None
    lang: str = "en-GB"
    currency: str = "GBP"
    published: tuple[date, ...] = ()
    digital_channels: tuple[str, ...] = DEFAULT_DIGITAL_CHANNELS
    headline_share: Annotated[float, Field(gt=0, le=1)] = 0.5
    caveats: tuple[str, ...] = ()
    sources: tuple[SourceTable, ...] = ()
    measures: dict[Annotated[str, Field(pattern=_NAME)], MeasureTable] = {}

    @property
    def all_measures(self) -> dict[str, Measure]:
        """The measures that perfsite knows, and those that this site declares."""
        own = {
            key: Measure(key, table.name, table.kind, table.aggregation, table.better, True)
            for key, table in self.measures.items()
        }
        return {**MEASURES, **own}

    @property
    def additive(self) -> tuple[str, ...]:
        """The measures whose figures of shorter periods, or of channels, add up."""
        return tuple(
            key
            for key, measure in self.all_measures.items()
            if measure.aggregation is Aggregation.SUM
        )

    @property
    def base(self) -> str:
        """The address at which the site will stand, ending in `/`; empty where not configured."""
        return f"{str(self.base_url).rstrip('/')}/" if self.base_url else ""


def parse_config(text: str, path: str = "perfsite.toml") -> SiteConfig:
    """Read the text of perfsite.toml.

    Raises:
        ConfigError: naming every entry that is wrong and what was expected of it.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    try:
        config = SiteConfig.model_validate(table)
    except ValidationError as error:
        lines = [
            f"{path}: {'.'.join(map(str, item['loc']))}: {item['msg']} (found {item['input']!r})"
            for item in error.errors()
        ]
        raise ConfigError("\n".join(lines)) from error
    if clash := sorted(set(config.measures) & {*MEASURES, *_COLUMNS}):
        raise ConfigError(f"{path}: measures.{clash[0]}: perfsite already uses this name")
    return config
