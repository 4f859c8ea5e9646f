"""What a publishing team decides about figures: secret, taken back, kept, and lost.

- `secrecy` takes figures that are not public today out of all that is published.
- `retractions` takes figures back, with a reason and a date.
- `carrying` lets the last good figures stand where an error keeps new ones out.
- `losses` stops a build that would gut the site.
- `deciding` applies all of it in its order.

All of it is values in and values out; `docs/policy.md` says it for people.
"""

from perfsite.policy.carry_forward import Carried, Decided, carry_over, carry_services, decide
from perfsite.policy.embargo import HELD_BACK, hold_back, release, waiting
from perfsite.policy.regression import check_losses, reporting, reporting_in
from perfsite.policy.retractions import (
    Retraction,
    check_retractions,
    read_retractions,
    retract,
)
from perfsite.policy.suppression import EMBARGOED, SUPPRESSED, TOLD, Teller, find_tellers

__all__ = [
    "EMBARGOED",
    "HELD_BACK",
    "SUPPRESSED",
    "TOLD",
    "Carried",
    "Decided",
    "Retraction",
    "Teller",
    "carry_over",
    "carry_services",
    "check_losses",
    "check_retractions",
    "decide",
    "find_tellers",
    "hold_back",
    "read_retractions",
    "release",
    "reporting",
    "reporting_in",
    "retract",
    "waiting",
]
