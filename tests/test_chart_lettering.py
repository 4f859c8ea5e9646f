from __future__ import annotations

import multiprocessing
import struct
import zlib
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from perfsite.charts.pictures import ELLIPSIS, shorten, text_width, wrap

TEXTS = (
    "abcdefghijklm",
    "nopqrstuvwxyz",
    "ABCDEFGHIJKLM",
    "NOPQRSTUVWXYZ",
    "0123456789",
    "!(),-./:;?[]'&%",
    "£€§+<=>~×÷−",
    "éèêëàâçîïôùûüÿœæñöäß",
    "ÉÈÀÇÊÎÔÛŒÆØ",
    "–—…·«»•°“”",
    "Vehicle tax: SORN (statutory off-road notification)",
    "iiiiillll WWWWMMMM",
)
sentences = st.text("abcdefgh ijkl, MWmno(-)é", max_size=60)
sizes = st.sampled_from([16, 64])


def drawn_width(text: str, bold: bool) -> float:
    """How many pixels wide the text is when it is drawn with 40 pixels, its margins included."""
    import vl_convert  # noqa: PLC0415 - only in a process of its own

    weight = ' font-weight="bold"' if bold else ""
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    png = vl_convert.svg_to_png(
        '<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="60">'
        '<rect width="1600" height="60" fill="#fff"/>'
        f'<text x="20" y="45" font-family="Liberation Sans" font-size="40"{weight}>{text}|</text>'
        "</svg>"
    )
    at, data = 8, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        data += png[at + 8 : at + 8 + length] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += 12 + length
    rows = np.frombuffer(zlib.decompress(data), np.uint8).reshape(60, 1 + 4 * 1600)
    assert (rows[:, 0] == 1).all()
    red = np.cumsum(rows[:, 1::4], axis=1, dtype=np.uint8)
    return float(np.flatnonzero((red < 128).any(axis=0)).max()) - 20


def test_no_text_is_drawn_wider_than_it_is_measured() -> None:
    """The table holds for every letter it has, and is at most a few per cent too careful."""
    pairs = [(text, bold) for text in TEXTS for bold in (False, True)]
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        drawn = list(pool.map(drawn_width, *zip(*pairs, strict=True)))

    for (text, bold), width in zip(pairs, drawn, strict=True):
        measured = text_width(f"{text}|", 40, bold=bold)
        assert width <= measured, text
        assert width >= measured * 0.9 - 12, text


def test_a_letter_that_nobody_knows_is_taken_to_be_wide() -> None:
    """Other scripts get more room than they need, never less; accents take none."""
    assert text_width("漢", 16) > text_width("W", 16)
    assert text_width("é", 16) == text_width("e", 16)
    assert text_width("A", 100) == pytest.approx(66.7)


@given(sentences, st.floats(0, 400), sizes)
def test_a_shortened_text_fits_and_says_that_it_is_shortened(
    text: str, width: float, size: int
) -> None:
    """It is the text, or a start of it with an ellipsis, or nothing."""
    short = shorten(text, width, size)

    assert text_width(short, size) <= width
    if text_width(text, size) <= width:
        assert short == text
    elif short:
        assert short.endswith(ELLIPSIS)
        assert text.startswith(short.removesuffix(ELLIPSIS))


@example("M MM", 20.0, 2)
@given(sentences, st.floats(20, 400), st.integers(1, 4))
def test_wrapped_lines_fit_and_lose_nothing_without_a_sign(
    text: str, width: float, most: int
) -> None:
    """The lines say the text up to its end, or up to an ellipsis."""
    lines = wrap(text, width, 16, most)
    text, said = " ".join(word for word in text.split(" ") if word), " ".join(lines)

    assert len(lines) <= most
    assert all(text_width(line, 16) <= width for line in lines)
    if not said.endswith(ELLIPSIS) and lines:
        assert said == text
    else:
        assert text.startswith(said.removesuffix(ELLIPSIS))


def test_words_are_cut_between_words_where_that_loses_little() -> None:
    """A name ends after a word, not in the middle of one, unless its first word is too long."""
    assert shorten("Income Tax Self Assessment", 120, 16) == "Income Tax…"
    assert shorten("Antidisestablishmentarianism now", 100, 16) == "Antidisesta…"
    assert wrap("Neither satisfied nor dissatisfied", 95, 16, 3) == (
        "Neither", "satisfied nor", "dissatisfied"
    )  # fmt: skip
    assert wrap("Neither satisfied nor dissatisfied", 95, 16, 2) == ("Neither", "satisfied…")
    assert shorten("W", 3, 16) == ""
    assert wrap("M MM", 20, 16, 2) == ()
