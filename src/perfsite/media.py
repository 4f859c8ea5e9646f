"""The type that a web server should give for each file of a site (see docs/archive.md)."""

from __future__ import annotations

from typing import Final

HTML: Final = "text/html"
HTML_TYPE: Final = f"{HTML}; charset=utf-8"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".gif": "image/gif",
    ".html": HTML_TYPE,
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".link": "application/link-format",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
_FEED: Final = "feed.xml"


def media_type(path: str) -> str:
    """The value of the header Content-Type for the file at `path`."""
    name = path.rpartition("/")[2]
    if name == _FEED:
        return "application/atom+xml"
    return _TYPES.get(f".{name.rpartition('.')[2]}", "application/octet-stream")


def bare_type(value: str) -> str:
    """A type without its parameters, as indexes have it."""
    return value.partition(";")[0].strip()
