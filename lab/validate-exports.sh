#!/usr/bin/env bash
# Holds every export of a store against libraries of others: lab/validate-exports.sh STORE [PORTOLAN [ARGUMENT…]].
# PORTOLAN is the program (default: $PORTOLAN, then the release build); arguments are for it, such as --policy FILE.
# The libraries come from PyPI once, into the cache folder. Whatever is not right or cannot be checked ends it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stop() { printf 'validate-exports: %s\n' "$@" >&2; exit 1; }

. "$here/python.sh"
store_and_program "$@"
# An older one beside it, for its model of OSCAL 1.1.3: the version that is written.
install_more() { "${pip[@]}" --target "$folder/oscal-1.1" compliance-trestle==3.12.4; }
python_with validators validators.txt

# Only where the program writes Parquet: it is larger than all others together.
if ! "$program" export --format parquet --out - 2>&1 | grep -q 'built without Parquet' && [ ! -e "$folder/pyarrow" ]; then
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps pyarrow==26.0.1 ||
        stop "pyarrow could not be installed (the lines above say why): is PyPI reachable from here?"
    touch "$folder/pyarrow"
fi

work=$(mktemp -d -t portolan-exports-XXXXXX)
trap 'rm -rf "$work"' EXIT
OSCAL_1_1=$folder/oscal-1.1 "$folder/venv/bin/python" "$here/validate_exports.py" "$work" "$program" --store "$store" "${arguments[@]}"
