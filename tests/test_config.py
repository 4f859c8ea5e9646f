from __future__ import annotations

from datetime import date

import pytest

from perfsite.config import SiteConfig, parse_config
from perfsite.errors import ConfigError
from perfsite.measures import MEASURES, Aggregation, Better, MeasureKind


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
    assert (calls.id, calls.name, calls.kind) == ("calls", "Calls", MeasureKind.COUNT)
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
        ("languages = []", "languages: "),
        ("languages = 'fr'", "languages: "),
        ("languages = ['fr', 'en-GB', 'fr']", "languages: fr stands twice"),
        ("lang = 'fr'", "lang: "),
        ("[translations.fr]\ntitle = 'x'", "translations.fr: it is not among the languages"),
        ("languages = ['fr']\n[translations.fr]\nlogo = 'x'", "translations.fr.logo"),
        ("next_update = 'soon'", "next_update"),
        ("high_volume = 0", "high_volume"),
        ("high_volume = 'many'", "high_volume"),
        ("colours = { brand = 'navy' }", "colours.brand"),
        ("dark_colours = { brand = '#12436' }", "dark_colours.brand"),
        ("strengths = 'good'", "strengths"),
        ("[[related]]\nname = 'x'", "related.0.url"),
        ("[[related]]\nname = 'x'\nurl = 'javascript:x'", "related.0.url"),
        ("[[journeys]]\nservice='a'\nname='x'\nsteps=['started']", "journeys.0.steps"),
        ("[[journeys]]\nname='x'\nsteps=['started', 'completed']", "journeys.0.service"),
        (
            "[[journeys]]\nservice='a'\nname='x'\nsteps=['started', 'paid']",
            "journeys.0.steps: paid is no measure",
        ),
        ("[targets]\na = 0.8", "targets.a"),
        ("[targets.a]\ndigital_take_up = 80", "targets.a.digital_take_up: a share from 0 to 1"),
        ('currency = "pounds"', "currency"),
        ('contact_url = "javascript:x"', "contact_url"),
        ('languages = ["en-GB", "en-gb"]', "stands twice"),
        ('languages = ["english"]', "languages: english is no language"),
        ('languages = ["en-GB", ""]', "is no language"),
        ('languages = ["en_GB"]', "en_GB is no language"),
        ('currency = "pounds"', 'three capital letters as GBP are expected (found "pounds")'),
        ('contact_url = "example.org"', "an address as https://www.example.org/ is expected"),
        ('[colours]\nblue = "navy"', "colours.blue: a colour as #12436d is expected"),
        ("headline_share = 2", "headline_share: it should be less than or equal to 1 (found 2)"),
        ("[targets.a]\ndigital_take_up = 'high'", "targets.a.digital_take_up"),
        ("[targets.a]\ntransactions = 1", "targets.a.transactions: one of transactions_per_year, "),
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


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('title = "x', "at the end: a quotation mark that is not closed"),
        ('title = "x\n', "line 1: a quotation mark that is not closed"),
        ("title = '''x\n", "at the end: a quotation mark that is not closed"),
        ("x = 1\ntitle = x\n", "line 2: a value that cannot be read"),
        ("title\n", "line 1: a name without = behind it"),
        ("x = 1 y = 2\n", "line 1: more than one entry"),
        ("x = 1\nx = 2\n", "line 2: an entry that stands there twice"),
        ("[a]\n[a]\n", "line 2: a table that stands there twice"),
        ("x = [1\n", "at the end: a bracket that is not closed"),
        ("[a\n", "line 1: a bracket that is not closed"),
        ("= 1\n", "line 1: something that is no entry"),
        ('x = "\\d"\n', "line 1: a backslash in a text"),
        ("x = 2017-02-30\n", "line 1: a date that is not in the calendar"),
        ("x = 1 # \x00\n", "line 1: a character that cannot stand there"),
    ],
)
def test_what_is_not_toml_is_said_in_words(text: str, words: str) -> None:
    """The words are not those of Python's reader."""
    with pytest.raises(ConfigError) as caught:
        parse_config(text, "site.toml")

    assert str(caught.value).startswith(f"site.toml is not TOML, {words}")


@pytest.mark.parametrize("text", ["https://example.org/stats", "https://example.org/stats/"])
def test_the_base_address_ends_in_one_slash(text: str) -> None:
    """Links are made by adding a path, however the address was written."""
    assert parse_config(f"base_url = '{text}'").base == "https://example.org/stats/"


WHOLE = """
logo = "logo.svg"
contact_url = "https://example.org/contact"
status = "Management information"
update_schedule = "Every quarter."
next_update = 2018-12-01
end_plan = "It is archived."
languages = ["en-GB", "fr"]
high_volume = 100
colours = { brand = "#0B5345" }
dark_colours = { brand = "#7dcea0" }
strengths = ["All of them."]

[[related]]
name = "More"
url = "https://example.org/more"

[measures.paid]
name = "Paid"
kind = "count"
aggregation = "sum"

[measures.online_now]
name = "People who are online"
kind = "count"
aggregation = "last"

[[journeys]]
service = "a"
name = "Paying"
steps = ["started", "paid", "completed"]

[targets.a]
digital_take_up = 0.8
cost_per_transaction = 4.5

[translations.fr]
title = "Les chiffres"
strengths = ["Tous."]
"""


def test_what_a_site_may_say_of_itself_is_read_as_it_was_written() -> None:
    """Every entry of the pages is there afterwards, and nothing else has changed."""
    config = parse_config(WHOLE)

    assert (config.logo, config.contact_url) == ("logo.svg", "https://example.org/contact")
    assert (config.status, config.update_schedule) == ("Management information", "Every quarter.")
    assert (config.next_update, config.end_plan) == (date(2018, 12, 1), "It is archived.")
    assert (config.languages, config.high_volume) == (("en-GB", "fr"), 100)
    assert (config.colours, config.dark_colours) == ({"brand": "#0B5345"}, {"brand": "#7dcea0"})
    assert config.strengths == ("All of them.",)
    assert [(one.name, str(one.url)) for one in config.related] == [
        ("More", "https://example.org/more")
    ]
    # A step may be a measure of the site's own, one that the file declares only later, too.
    (journey,) = config.journeys
    assert (journey.service, journey.name) == ("a", "Paying")
    assert journey.steps == ("started", "paid", "completed")
    assert config.targets == {"a": {"digital_take_up": 0.8, "cost_per_transaction": 4.5}}
    assert config.all_measures["online_now"].aggregation is Aggregation.LAST
    assert set(config.additive) - set(SiteConfig().additive) == {"paid"}
    given = config.model_fields_set
    left = set(SiteConfig.model_fields) - given
    assert config.model_copy(update={n: getattr(SiteConfig(), n) for n in given}) == SiteConfig()
    assert {"title", "publisher", "published"} <= left


def test_another_language_says_what_it_has_been_given() -> None:
    """What `translations` leaves out stands in the first language, and so does all the rest."""
    config = parse_config(f"title = 'The figures'\npublisher = 'We'\n{WHOLE}")
    french = config.in_language("fr")

    assert (french.title, french.publisher) == ("Les chiffres", "We")
    assert french.strengths == ("Tous.",)
    assert french.status == "Management information"
    assert config.in_language("en-GB") == config
    assert (config.title, config.strengths) == ("The figures", ("All of them.",))


@pytest.mark.parametrize("path", ["", "/", "../CNAME", "/etc", "a//b", "./a", "a\\\\b", "a/.."])
def test_what_is_kept_lies_within_the_site(path: str) -> None:
    """A path that leads elsewhere, or nowhere, is named; a slash at the end means the same."""
    with pytest.raises(ConfigError, match=r"keep\.files: a path within the site"):
        parse_config(f'[keep]\nfiles = ["CNAME", "{path}"]')

    assert parse_config('[keep]\nfiles = [".git/", "a/b", ".git"]').kept_paths == (".git", "a/b")
