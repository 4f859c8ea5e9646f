"""TOML files that people write: read whole, and refused with every entry that is wrong."""

from __future__ import annotations

import tomllib
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from perfsite.errors import ConfigError

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
"""A colour as `#rrggbb`."""


class Table(BaseModel):
    """A table of entries; one that it does not name is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


T = TypeVar("T", bound=Table)


def read_settings(kind: type[T], text: str, path: str) -> T:
    """Read the text of a TOML file.

    Raises:
        ConfigError: naming every entry that is wrong and what was expected of it.
    """
    try:
        return kind.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    except ValidationError as error:
        lines = [
            f"{path}: {'.'.join(map(str, item['loc']))}: {item['msg']} (found {item['input']!r})"
            for item in error.errors()
        ]
        raise ConfigError("\n".join(lines)) from error
