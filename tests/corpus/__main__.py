"""`python -m tests.corpus accept` writes down what perfsite says now; `show` prints it."""

from __future__ import annotations

import sys

from . import accept, names, said

if __name__ == "__main__":
    if sys.argv[1:2] == ["show"]:
        for name in sys.argv[2:] or names():
            print(f"== {name}\n{said(name)[1]}")  # noqa: T201
    elif sys.argv[1:] == ["accept"]:
        print("\n".join(accept()) or "nothing to accept")  # noqa: T201
    else:
        sys.exit("usage: python -m tests.corpus accept | show [CASE ...]")
