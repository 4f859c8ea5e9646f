from __future__ import annotations

from perfsite.model import bare_type, media_type


def test_files_have_the_types_that_the_document_for_hosts_asks_for() -> None:
    """The feed is Atom, any other XML is plain; what is not known is octets."""
    assert media_type("data/services.csv") == "text/csv; charset=utf-8"
    assert media_type("feed.xml") == media_type("fr/feed.xml") == "application/atom+xml"
    assert media_type("editions/timemap.link") == "application/link-format"
    assert media_type("sitemap.xml") == "application/xml"
    assert media_type("data/services.csv-metadata.json") == "application/json"
    assert media_type("file.unknown") == media_type("file") == "application/octet-stream"
    assert bare_type(media_type("a.html")) == "text/html"
