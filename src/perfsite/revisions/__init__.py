"""What figures have said: one edition held against another, figure by figure.

- `kinds` has the words: a revision is planned, a correction mends an error; both stay apart.
- `reasons` reads data/revisions.toml, where a publishing team says why figures changed.
- `comparing` holds two editions against each other: a `Step`.
- `ledger` puts the steps of all editions together.

All of it is values in and values out; `docs/revisions.md` says it for people.
"""

from perfsite.revisions.comparing import (
    COLUMNS,
    ServiceChange,
    Snapshot,
    Step,
    compare,
    revised_kpis,
)
from perfsite.revisions.kinds import CHANGED, Kind, Move
from perfsite.revisions.ledger import Ledger, Retold, make_ledger, unused_reasons
from perfsite.revisions.reasons import REVISIONS, Reason, read_reasons

__all__ = [
    "CHANGED",
    "COLUMNS",
    "REVISIONS",
    "Kind",
    "Ledger",
    "Move",
    "Reason",
    "Retold",
    "ServiceChange",
    "Snapshot",
    "Step",
    "compare",
    "make_ledger",
    "read_reasons",
    "revised_kpis",
    "unused_reasons",
]
