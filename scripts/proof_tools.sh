#!/usr/bin/env bash
# Finds or installs what the proofs in tests/proofs use. Usage: scripts/proof_tools.sh VENV
#
# Into VENV/proofs, an environment of their own: the tools that read archive packages. On the
# machine, if this is root on a Debian: wget, strace and btrfs-progs. Like browser_tools.sh it never
# fails: what is missing is named here, and once more by the tests, which are skipped, or fail where
# CI is set.
set -uo pipefail
cd "$(dirname "$0")/.."

venv=${1:?usage: scripts/proof_tools.sh VENV}
venv=$(cd "$venv" && pwd)
wanted=tests/proofs/requirements.txt
installed=$venv/proofs/requirements.txt

has() { command -v "$1" >/dev/null 2>&1; }
say() { printf '%s\n' "proof tools: $*" >&2; }

packages=()
has wget || packages+=(wget)
has strace || packages+=(strace)
has mkfs.btrfs || packages+=(btrfs-progs)
if [ ${#packages[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && has apt-get; then
    say "installing ${packages[*]} with apt-get"
    patience=(-o Acquire::http::Timeout=30 -o Acquire::Retries=2 -o DPkg::Lock::Timeout=60)
    export DEBIAN_FRONTEND=noninteractive
    timeout 600 apt-get "${patience[@]}" -qq update >/dev/null &&
        timeout 600 apt-get "${patience[@]}" -qq install -y --no-install-recommends \
            "${packages[@]}" >/dev/null || say "apt-get failed"
fi
has wget || say "MISSING: wget. Install it: apt-get install wget"
has strace || say "MISSING: strace. Install it: apt-get install strace"
has mkfs.btrfs || say "MISSING: mkfs.btrfs. Install it: apt-get install btrfs-progs"

# The copy of the list is put there last, so that half an installation is none.
if ! cmp -s "$wanted" "$installed"; then
    say "installing $wanted into $venv/proofs"
    rm -f "$installed"
    "$venv/bin/python" -m venv "$venv/proofs" &&
        timeout 900 "$venv/proofs/bin/python" -m pip install --quiet \
            --disable-pip-version-check --requirement "$wanted" &&
        cp "$wanted" "$installed" ||
        say "MISSING: the tools of $wanted. Run scripts/proof_tools.sh $venv again, with a network"
fi
