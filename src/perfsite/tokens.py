"""Design tokens: the colours, type and spacing that the styles and the charts share.

They stand in templates/tokens.toml, and nowhere else. `perfsite.toml` may replace colours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from perfsite.config import Colour, TomlTable, read_settings
from perfsite.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping


class ChartStyle(TomlTable):
    """How charts look: colours as `#rrggbb`, sizes in the picture's own pixels.

    A picture stands on its own `ground` whatever the page around it looks like. `palette` is in
    the order in which series take their colours, and has one for each of the four that a chart
    may hold; `context` is for what is only there to compare with.
    """

    ground: Colour
    text: Colour
    axis: Colour
    grid: Colour
    context: Colour
    palette: Annotated[tuple[Colour, ...], Field(min_length=4, max_length=4)]
    font: str
    text_size: int


class Tokens(TomlTable):
    """All design tokens: `light` and `dark` are the same names with the colours of each."""

    light: dict[str, Colour]
    dark: dict[str, Colour]
    type: dict[str, str]
    space: dict[str, str]
    chart: ChartStyle

    def with_colours(self, light: Mapping[str, str], dark: Mapping[str, str]) -> Tokens:
        """These tokens with some colours replaced.

        Raises:
            ConfigError: if a name is not one of a colour.
        """
        for entry, colours in (("colours", light), ("dark_colours", dark)):
            if unknown := sorted(set(colours) - set(self.light)):
                raise ConfigError(
                    f"perfsite.toml: {entry}.{unknown[0]}: one of {', '.join(self.light)} "
                    "is expected"
                )
        return self.model_copy(
            update={"light": {**self.light, **light}, "dark": {**self.dark, **dark}}
        )

    def css(self) -> str:
        """The tokens as custom properties, with those of the dark scheme in their media query."""
        plain = {**self.light, **self.type, **self.space}
        chart = {"chart-ground": self.chart.ground}
        return (
            f":root{{color-scheme:light dark;{_properties({**plain, **chart})}}}\n"
            f"@media screen and (prefers-color-scheme:dark){{:root{{{_properties(self.dark)}}}}}\n"
        )


def _properties(values: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in values.items())


def parse_tokens(text: str, path: str = "tokens.toml") -> Tokens:
    """Read the text of tokens.toml.

    Raises:
        ConfigError: naming every entry that is wrong and what was expected of it.
    """
    tokens = read_settings(Tokens, text, path)
    if tokens.light.keys() != tokens.dark.keys():
        odd = sorted(tokens.light.keys() ^ tokens.dark.keys())
        raise ConfigError(f"{path}: {odd[0]} must stand in both light and dark")
    return tokens
