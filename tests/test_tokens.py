from __future__ import annotations

import re

import pytest

from perfsite.errors import ConfigError
from perfsite.tokens import Tokens, parse_tokens
from small_site import ROOT

TEXT = (ROOT / "templates" / "tokens.toml").read_text(encoding="utf-8")


def luminance(colour: str) -> float:
    """The relative luminance of a colour, by the formula of WCAG 2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_wcag() -> None:
    """Black on white has 21 to 1, and the example of the guidelines' grey has 4.54."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_on_its_ground(scheme: str) -> None:
    """Text of every colour has a contrast of 4.5 to 1 with every ground that it may stand on."""
    colours = getattr(parse_tokens(TEXT), scheme)
    pairs = [
        (text, ground)
        for text in ("text", "quiet", "link", "warn")
        for ground in ("ground", "soft")
    ]
    pairs += [("on-brand", "brand"), ("on-focus", "focus")]

    low = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}

    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lines_that_mean_something_can_be_seen(scheme: str) -> None:
    """The brand's colour and the focus ring have 3 to 1 with the page: the ring by its outline."""
    colours = getattr(parse_tokens(TEXT), scheme)

    assert contrast(colours["brand"], colours["ground"]) >= 3
    assert max(contrast(colours[c], colours["ground"]) for c in ("focus", "text")) >= 3


def test_marks_and_words_of_charts_can_be_seen() -> None:
    """Series have 3 to 1 with the ground of the picture, words and axes 4.5."""
    chart = parse_tokens(TEXT).chart

    assert min(contrast(colour, chart.ground) for colour in chart.palette) >= 3
    assert contrast(chart.text, chart.ground) >= 4.5
    assert contrast(chart.axis, chart.ground) >= 4.5


def test_the_palette_is_that_of_the_analysis_function() -> None:
    """The first four colours of the categorical palette, in its order."""
    assert parse_tokens(TEXT).chart.palette == ("#12436D", "#28A197", "#801650", "#F46A25")


def test_every_token_is_a_property_of_the_styles() -> None:
    """The stylesheet's start names each colour, in the light and again in the dark."""
    tokens = parse_tokens(TEXT)
    css = tokens.css()

    light, dark = css.split("@media screen and (prefers-color-scheme:dark)")
    for name, value in tokens.light.items():
        assert f"--{name}:{value};" in light
    for name, value in tokens.dark.items():
        assert f"--{name}:{value};" in dark
    used = set(
        re.findall(r"var\(--([a-z-]+)", (ROOT / "templates/assets/perfsite.css").read_text())
    )
    assert used <= set(re.findall(r"--([a-z-]+):", css)), "the styles use what is no token"


def test_a_site_replaces_single_colours() -> None:
    """A colour of perfsite.toml stands in the place of the theme's, the rest stays."""
    tokens = parse_tokens(TEXT)
    own = tokens.with_colours({"brand": "#004d40"}, {"link": "#ffffff"})

    assert own.light == {**tokens.light, "brand": "#004d40"}
    assert own.dark == {**tokens.dark, "link": "#ffffff"}
    with pytest.raises(ConfigError, match=r"colours\.brandy: one of text, quiet"):
        tokens.with_colours({"brandy": "#004d40"}, {})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("[light]", "[light"), "is not TOML"),
        (('text = "#15191d"', 'text = "black"'), "light.text"),
        (('warn = "#f0a3cf"', ""), "warn must stand in both"),
        (('"#F46A25"]', "]"), "chart.palette"),
        (("text_size = 16", "text_size = 16\nodd = 1"), "chart.odd"),
    ],
)
def test_a_wrong_token_is_named(change: tuple[str, str], says: str) -> None:
    """What is wrong in tokens.toml is said with the entry that is wrong."""
    assert change[0] in TEXT

    with pytest.raises(ConfigError, match=re.escape(says)):
        parse_tokens(TEXT.replace(*change), "tokens.toml")


def test_tokens_are_a_value() -> None:
    """Two readings of one text are equal."""
    assert parse_tokens(TEXT) == parse_tokens(TEXT)
    assert isinstance(parse_tokens(TEXT), Tokens)
