"""Frozen editions: what the site published on a date, kept beside the data and never altered.

An edition is a folder, `editions/2018-09-19/`::

    edition.json       the date, the versions, the hashes of all else, of the edition before, and of
                       this file itself
    services.csv       what differs from the edition before: the register,
    observations.csv   the figures as data/observations.csv has them,
    kpis.csv           the KPIs as data/kpis.csv has them,
    addresses.csv      and the addresses of the site, where they were recorded
    perfsite.toml      the configuration, where it differs from that of the edition before

The first edition holds all its rows, each later one those that were added, changed or removed. So
storage grows with what changed, what changed can be read, and `edition.json` holds the hash of each
whole table to prove that what is put together again is what was frozen. Nothing is here that was
not published: no suppressed number, nothing under embargo. All of it is plain text that can be
read, and checked with sha256sum, without perfsite.

- `tables` knows rows: what differs between two tables, and how to put one together again.
- `manifest` knows `edition.json`.
- `freezing` makes the files of an edition, `reading` reads them, every byte checked.
"""

from perfsite.editions.freezing import freeze
from perfsite.editions.manifest import FOLDER, MANIFEST, Manifest, edition_path, read_manifest
from perfsite.editions.reading import FRAME, EditionFigures, read_edition
from perfsite.editions.tables import (
    EDITION,
    FIGURES,
    KPIS,
    OBSERVATIONS,
    SERVICES,
    Content,
    Whole,
    register_frame,
    text_frame,
)

__all__ = [
    "EDITION",
    "FIGURES",
    "FOLDER",
    "FRAME",
    "KPIS",
    "MANIFEST",
    "OBSERVATIONS",
    "SERVICES",
    "Content",
    "EditionFigures",
    "Manifest",
    "Whole",
    "edition_path",
    "freeze",
    "read_edition",
    "read_manifest",
    "register_frame",
    "text_frame",
]
