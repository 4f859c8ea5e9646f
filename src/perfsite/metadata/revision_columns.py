"""The columns of the files about editions: what changed between them, and what each held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.metadata.columns import (
    ID_PATTERN,
    NAME_PATTERN,
    OBSERVATIONS,
    REGISTER,
    Column,
    Datatype,
    kpi_columns,
)
from perfsite.text import message

if TYPE_CHECKING:
    from perfsite.metadata.statuses import Words

CHANGES: Final[Words] = (
    ("first_published", message("published for the first time")),
    (
        "backfilled",
        message(
            "published for the first time, for a period that the edition before already had, of a "
            "service that it already had"
        ),
    ),
    ("revised", message("changed as planned, to better data")),
    ("corrected", message("changed because the earlier figure was wrong")),
    (
        "restated",
        message("changed, and nobody has said whether as planned or to mend an error"),
    ),
    ("withdrawn", message("published in the edition before, and not any more")),
    ("suppressed", message("published in the edition before, and confidential now")),
    ("service_added", message("the service came into the register")),
    ("service_removed", message("the service left the register, and its figures with it")),
    ("service_renamed", message("the service has another name")),
    ("service_moved", message("the service belongs to another organisation")),
    ("service_new_id", message("the service has another id, and so another address")),
)
"""What can become of a figure and of a service from one edition to the next."""
REVISIONS: Final = (
    Column(
        "service",
        message("The id of the service, also of one that has left the register"),
        required=True,
        pattern=ID_PATTERN,
    ),
    Column(
        "period",
        message("The period of the figure; blank where the service itself changed"),
        Datatype.PERIOD,
    ),
    Column("measure", message("What was measured; blank likewise"), pattern=NAME_PATTERN),
    Column("channel", message("The channel; blank for all channels together")),
    Column("change", message("What became of it"), required=True, words=CHANGES),
    Column(
        "before", message("The figure, name or organisation in the edition before; blank for none")
    ),
    Column("now", message("The figure, name or organisation since; blank for none")),
    Column(
        "edition_before",
        message("The date of the edition before"),
        Datatype.DATE,
        required=True,
    ),
    Column(
        "edition",
        message("The date of the edition in which it changed; blank for what is not frozen yet"),
        Datatype.DATE,
    ),
    Column("reason", message("Why, where somebody has said")),
)
"""The columns of data/revisions.csv."""
EDITION: Final = Column("edition", message("The date of the edition"), Datatype.DATE, required=True)


def edition_columns(name: str, header: tuple[str, ...]) -> tuple[Column, ...]:
    """The columns of a file of an edition, whose `header` may have columns of other languages."""
    known = {
        column.name: column
        for column in {
            "services": REGISTER,
            "observations": OBSERVATIONS,
            "kpis": kpi_columns(),
        }[name]
    }
    found = []
    for column in header:
        base, _, language = column.rpartition("_")
        if column == EDITION.name:
            found.append(EDITION)
        elif column in known:
            found.append(known[column])
        else:
            found.append(Column(column, known[base].description, language=language))
    return tuple(found)
