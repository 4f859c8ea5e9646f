"""The records of services and groups from worked submissions, as the build makes them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from perfsite.analysis import Analysis
from perfsite.load import Data
from perfsite.model import Edition
from perfsite.site_data import make_site_data

if TYPE_CHECKING:
    from helpers import Worked
    from perfsite.site_data import SiteData

EDITION: Final = Edition(date(2018, 9, 19), "")


def site_of(made: Worked) -> SiteData:
    """What the pages of some figures are made of: all of them public, and none of them news."""
    return make_site_data(
        Analysis(
            data=Data(made.config, (), (), (), ""),
            services=made.services,
            observations=made.marked,
            parts=made.parts,
            figures=made.figures,
            problems=(),
            secrets=made.observations[:0],
            carried=(),
            retracted=(),
        ),
        EDITION,
    )
