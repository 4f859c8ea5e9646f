from __future__ import annotations

import pytest

from perfsite.config import SiteConfig, parse_config
from perfsite.errors import ConfigError
from perfsite.measures import MEASURES, Aggregation, Better, Kind


def test_an_empty_file_is_a_whole_configuration() -> None:
    """Everything has a default: the digital channels are those of the data format."""
    config = parse_config("")

    assert config == SiteConfig()
    assert config.digital_channels == ("digital", "online", "web", "api", "app", "mobile")
    assert config.headline_share == 0.5
    assert config.base == ""


def test_a_declared_measure_stands_beside_the_known_ones() -> None:
    """A site's own measure has the unit, aggregation and direction that it was declared with."""
    config = parse_config(
        '[measures.calls]\nname = "Calls"\nkind = "count"\naggregation = "sum"\nbetter = "lower"\n'
    )

    calls = config.all_measures["calls"]
    assert (calls.id, calls.name, calls.kind) == ("calls", "Calls", Kind.COUNT)
    assert (calls.aggregation, calls.better) == (Aggregation.SUM, Better.LOWER)
    assert {key: config.all_measures[key] for key in MEASURES} == MEASURES


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("titel = 'x'", "titel"),
        ("headline_share = 0", "headline_share"),
        ("headline_share = 1.1", "headline_share"),
        ("base_url = 'example'", "base_url"),
        ("published = ['2017-02-30']", "published"),
        ("[measures.Calls]\nname='x'\nkind='count'\naggregation='sum'", "Calls"),
        ("[measures.calls]\nname='x'\nkind='number of'\naggregation='sum'", "measures.calls.kind"),
        ("[measures.calls]\nkind='count'\naggregation='sum'", "measures.calls.name"),
        ("[measures.cost]\nname='x'\nkind='count'\naggregation='sum'", "measures.cost"),
        ("[[sources]]\nname='x'\npublisher='y'", "sources.0.licence"),
    ],
)
def test_a_wrong_entry_is_named(text: str, named: str) -> None:
    """The error says which file and which entry."""
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "here.toml")

    assert "here.toml" in str(caught.value)
    assert named in str(caught.value)


def test_every_wrong_entry_is_named_at_once() -> None:
    """Two mistakes are mended in one go."""
    with pytest.raises(ConfigError) as caught:
        parse_config("titel = 'x'\nheadline_share = 2")

    assert "titel" in str(caught.value)
    assert "headline_share" in str(caught.value)


def test_what_is_not_toml_says_where() -> None:
    """A slip of the pen is reported with its line."""
    with pytest.raises(ConfigError, match=r"site\.toml is not TOML.*line 2"):
        parse_config('title = "x"\nlang == "cy"\n', "site.toml")


@pytest.mark.parametrize("text", ["https://example.org/stats", "https://example.org/stats/"])
def test_the_base_address_ends_in_one_slash(text: str) -> None:
    """Links are made by adding a path, however the address was written."""
    assert parse_config(f"base_url = '{text}'").base == "https://example.org/stats/"
