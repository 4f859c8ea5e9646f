"""What a publishing team decides about figures: secret, taken back, kept, and lost.

- `secrecy` takes figures that are not public today out of all that is published.
- `retractions` takes figures back, with a reason and a date.
- `carrying` lets the last good figures stand where an error keeps new ones out.
- `losses` stops a build that would gut the site.
- `deciding` applies all of it in its order.

All of it is values in and values out; `docs/policy.md` says it for people.
"""
