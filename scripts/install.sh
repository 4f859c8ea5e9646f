#!/usr/bin/env bash
# Install perfsite, or the tools of work on it: scripts/install.sh VENV site|dev
#
# `site` is perfsite with what building a site needs; `dev` is everything else, beside it.
# What is installed is locked in requirements/, with hashes: another file under the same name is refused.
# An index that lacks a locked release is no attack, but what comes then has not been tested together: it is
# said loudly, and the bounds of pyproject.toml decide. LOCKED=yes refuses that, LOCKED=no asks for it.
set -uo pipefail
cd "$(dirname "$0")/.."
python="$1/bin/python"
what="$2"
log=$(mktemp)
makers=$(mktemp -d)
trap 'rm -rf "$log" "$makers"' EXIT

pip() {
    "$python" -m pip --quiet --disable-pip-version-check "$@"
}

# What the package is made with is at hand while it is made, and not installed for that.
site() {
    pip install --require-hashes -r requirements/site.txt &&
        pip install --require-hashes --target "$makers" -r requirements/build.txt &&
        PYTHONPATH="$makers" pip install --no-deps --no-build-isolation --editable .
}

dev() {
    pip install --require-hashes -r requirements/site.txt -r requirements/build.txt \
        -r requirements/archive.txt -r requirements/dask.txt -r requirements/dev.txt
}

if [ "${LOCKED:-}" != no ]; then
    if "$what" 2>"$log"; then
        exit 0
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
case "$what" in
site) pip install --editable . ;;
dev) pip install --editable '.[dev]' ;;
esac
