"""What a publishing team decides about figures: secret, taken back, carried over.

- `embargo` takes figures that are not public today out of all that is published.
- `suppression` and `disclosure` find published figures that would give one of those away.
- `retractions` takes figures back, with a reason and a date.
- `carry_forward` lets the last good figures stand where an error keeps new ones out, and applies
  all of it in its order.

All of it is values in and values out; `docs/policy.md` says it for people.
"""
