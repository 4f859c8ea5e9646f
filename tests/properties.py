"""How many examples a property test tries: three profiles of Hypothesis, and nothing else.

`HYPOTHESIS_PROFILE` names one: `make quick` takes `inner`, `make test` takes `ci`, `make proofs`
takes `long`, and pytest alone `inner`, or `ci` where `CI` is set. The first two try the same
examples in every run, so that a failure comes from what was changed; `long` tries others each time.

No test has settings of its own (`test_tiers.py`). Where one example costs as much as many of
other tests, `fewer` says so and why.
"""

from __future__ import annotations

import os
from typing import Final

from hypothesis import HealthCheck, Phase, settings

EXAMPLES: Final = {"inner": 20, "ci": 50, "long": 1000}
"""Examples of a test in each profile."""
_PHASES: Final = tuple(phase for phase in Phase if phase is not Phase.explain)
"""To explain a failure takes minutes where an example takes a second."""
_OF_THE_CLOCK: Final = (HealthCheck.too_slow, HealthCheck.data_too_large)
"""What these find depends on how busy the machine is, as a deadline does."""


def register_profiles() -> None:
    """Make the profiles known to Hypothesis, and take the one that is asked for."""
    for name, number in EXAMPLES.items():
        settings.register_profile(
            name,
            max_examples=number,
            deadline=None,
            derandomize=name != "long",
            phases=_PHASES,
            suppress_health_check=_OF_THE_CLOCK,
            print_blob=True,
        )
    alone = "ci" if os.environ.get("CI") else "inner"
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", alone))


def fewer(one_in: int, *, because: str) -> settings:
    """One in so many of the examples of the profile, at least one, for a reason.

    Raises:
        ValueError: No reason is given.
    """
    if not because:
        raise ValueError("a test that tries fewer examples says why")
    return settings(max_examples=max(1, settings().max_examples // one_in))
