"""The one door to vl-convert: what Vega, Vega-Lite and SVG become.

Nothing else imports it, so that another version of it is a change of this module. Each function
starts V8 in the process that calls it, or a renderer that reads all fonts, so only workers do.
"""

from __future__ import annotations

from typing import Any


def svg_of(spec: dict[str, Any]) -> str:
    """A Vega specification, drawn as the text of an SVG file."""
    import vl_convert  # noqa: PLC0415 - starts V8, which must not happen in the parent

    svg: str = vl_convert.vega_to_svg(spec)
    return svg


def jpeg_of(svg: str, quality: int) -> bytes:
    """The text of an SVG file, drawn as the bytes of a JPEG of this quality (of 100)."""
    import vl_convert  # noqa: PLC0415 - starts V8, which must not happen in the parent

    picture: bytes = vl_convert.svg_to_jpeg(svg, scale=1.0, quality=quality)
    return picture


def vega_of(spec: dict[str, Any]) -> dict[str, Any]:
    """A Vega-Lite specification, compiled to one of Vega."""
    import vl_convert  # noqa: PLC0415 - starts V8, which must not happen in the parent

    vega: dict[str, Any] = vl_convert.vegalite_to_vega(spec)
    return vega
