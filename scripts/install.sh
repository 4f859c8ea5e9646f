#!/usr/bin/env bash
# Install perfsite for work on it: scripts/install.sh VENV
#
# What is installed is locked in requirements/, with hashes: another file under the same name is refused.
# An index that lacks a locked release is no attack, but what comes then has not been tested together: it is
# said loudly, and the bounds of pyproject.toml decide. LOCKED=yes refuses that, LOCKED=no asks for it.
set -uo pipefail
cd "$(dirname "$0")/.."
python="$1/bin/python"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

pip() {
    "$python" -m pip --quiet --disable-pip-version-check "$@"
}

if [ "${LOCKED:-}" != no ]; then
    if pip install --require-hashes -r requirements/site.txt -r requirements/dev.txt 2>"$log"; then
        exec "$python" -m pip --quiet --disable-pip-version-check install \
            --no-deps --no-build-isolation --editable .
    fi
    cat "$log" >&2
    if grep -q "DO NOT MATCH THE HASHES" "$log"; then
        echo "install: a file is not the one that was locked. Do not use this index." >&2
        exit 1
    fi
    if [ "${LOCKED:-}" = yes ]; then
        exit 1
    fi
    echo "install: NOT LOCKED. This index lacks a release of requirements/; installing within the" \
        "bounds of pyproject.toml instead." >&2
fi
pip install --editable '.[dev]'
