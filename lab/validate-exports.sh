#!/usr/bin/env bash
# Holds every export of a store against libraries of others: lab/validate-exports.sh STORE [PORTOLAN [ARGUMENT…]].
# PORTOLAN is the program (default: $PORTOLAN, then the release build); arguments are for it, such as --policy FILE.
# The libraries come from PyPI once, into the cache folder. Whatever is not right or cannot be checked ends it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stop() { printf 'validate-exports: %s\n' "$@" >&2; exit 1; }

[ $# -ge 1 ] || stop "usage: lab/validate-exports.sh STORE [PORTOLAN [ARGUMENT…]]"
store=$1
program=${2:-${PORTOLAN:-${CARGO_TARGET_DIR:-$here/../target}/release/portolan}}
shift "$(($# < 2 ? $# : 2))"
[ -d "$store" ] || stop "there is no folder $store"
command -v "$program" >/dev/null || stop "there is no program $program: build it (cargo build --release), or name another"
command -v python3 >/dev/null && python3 -c 'import ensurepip, venv' 2>/dev/null ||
    stop "Python 3 with venv is missing: apt-get install python3-venv (lab/setup.sh does it)"

# A folder for each set of versions: what was installed once is not looked at again.
version=$({ cat "$here/validators.txt"; python3 --version; } | sha256sum | cut -c 1-16)
folder=${PORTOLAN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/portolan}/validators-$version
if [ ! -e "$folder/complete" ]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    python3 -m venv "$folder/venv" || stop "cannot make a Python environment in $folder"
    pip=("$folder/venv/bin/pip" install --quiet --disable-pip-version-check)
    echo "validate-exports: installing the libraries of lab/validators.txt" >&2
    "${pip[@]}" --no-deps --requirement "$here/validators.txt" &&
        # An older one beside it, for its model of OSCAL 1.1.3: the version that is written.
        "${pip[@]}" --no-deps --target "$folder/oscal-1.1" compliance-trestle==3.12.4 ||
        stop "the libraries could not be installed (the lines above say why): is PyPI reachable from here?" \
            "Nothing was checked. An export that nobody has checked must not count as one that is right."
    touch "$folder/complete"
fi

# Only where the program writes Parquet: it is larger than all others together.
if ! "$program" export --format parquet --out - 2>&1 | grep -q 'built without Parquet' && [ ! -e "$folder/pyarrow" ]; then
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps pyarrow==26.0.1 ||
        stop "pyarrow could not be installed (the lines above say why): is PyPI reachable from here?"
    touch "$folder/pyarrow"
fi

work=$(mktemp -d -t portolan-exports-XXXXXX)
trap 'rm -rf "$work"' EXIT
OSCAL_1_1=$folder/oscal-1.1 "$folder/venv/bin/python" "$here/validate_exports.py" "$work" "$program" --store "$store" "$@"
