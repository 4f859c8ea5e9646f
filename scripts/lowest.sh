#!/usr/bin/env bash
# Test perfsite with the lowest versions that pyproject.toml allows: scripts/lowest.sh [pytest arguments]
#
# They are installed into .venv/lowest, and the quick tests run with them. Run it before a lower bound is
# changed, and let CI run it once a week.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=.venv/lowest
"${PYTHON:-.venv/bin/python}" -m venv --clear "$venv"
.venv/bin/python scripts/lock.py --lowest >"$venv/lowest.txt"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$venv/lowest.txt"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --no-deps --no-build-isolation --editable .
"$venv/bin/python" -m pip list --disable-pip-version-check
HYPOTHESIS_PROFILE=inner exec "$venv/bin/python" -m pytest --numprocesses auto --dist loadfile \
    -p no:cacheprovider -m quick "$@"
