#!/usr/bin/env bash
# Holds the service against its own description: lab/schemathesis.sh STORE [PORTOLAN [ARGUMENT…]].
# It copies STORE, serves the copy on loopback, and asks every address of /api/v1/openapi.json, as an operator, what is
# right and what is not. The same SEED asks the same; EXAMPLES are made for each address. Arguments are for PORTOLAN.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stop() { printf 'schemathesis: %s\n' "$@" >&2; exit 1; }

[ $# -ge 1 ] || stop "usage: lab/schemathesis.sh STORE [PORTOLAN [ARGUMENT…]]"
store=$1
program=${2:-${PORTOLAN:-${CARGO_TARGET_DIR:-$here/../target}/release/portolan}}
shift "$(($# < 2 ? $# : 2))"
[ -d "$store" ] || stop "there is no folder $store"
command -v "$program" >/dev/null || stop "there is no program $program: build it (cargo build --release), or name another"
command -v python3 >/dev/null && python3 -c 'import ensurepip, venv' 2>/dev/null ||
    stop "Python 3 with venv is missing: apt-get install python3-venv (lab/setup.sh does it)"

# A folder for each set of versions: what was installed once is not looked at again.
version=$({ cat "$here/schemathesis.txt"; python3 --version; } | sha256sum | cut -c 1-16)
folder=${PORTOLAN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/portolan}/schemathesis-$version
if [ ! -e "$folder/complete" ]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    python3 -m venv "$folder/venv" || stop "cannot make a Python environment in $folder"
    echo "schemathesis: installing lab/schemathesis.txt" >&2
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$here/schemathesis.txt" ||
        stop "it could not be installed (the lines above say why): is PyPI reachable from here?" \
            "Nothing was checked. A service that nobody has checked must not count as one that is right."
    touch "$folder/complete"
fi

work=$(mktemp -d -t portolan-schemathesis-XXXXXX)
served=
trap '[ -z "$served" ] || kill "$served" 2>/dev/null || true; wait; rm -rf "$work"' EXIT
# Serves a fresh copy of the store: what one pass has done, such as revoking its own token, is not there for the next.
serve() {
    rm -rf "$work/store"
    cp -r "$store" "$work/store"
    token=$("$program" access grant checker --role operator --means token --reason "a check of the service" \
        --store "$work/store" "$@" --quiet --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])')
    "$program" serve --listen 127.0.0.1:0 --store "$work/store" "$@" >"$work/log" 2>&1 &
    served=$!
    url=
    for _ in $(seq 300); do
        url=$(sed -n 's|^serving at \(http://[^/]*\)/.*|\1|p' "$work/log")
        [ -z "$url" ] || return 0
        kill -0 "$served" 2>/dev/null || stop "the service did not start:" "$(cat "$work/log")"
        sleep 0.1
    done
    stop "the service does not say where it is:" "$(cat "$work/log")"
}

# Left out: that right examples are taken (a name that fits its pattern need not be there), that tokens are ignored
# (reading needs none; service/tests holds every address against every role), and checks of resources that are removed.
# First with names made up, then with those of the sample store, so that there is something to answer with.
checks=not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance
checks+=,response_schema_conformance,negative_data_rejection,unsupported_method,missing_required_header
: >"$work/made-up.toml"
status=0
for names in "$work/made-up.toml" "$here/schemathesis.toml"; do
    serve "$@"
    (cd "$work" && "$folder/venv/bin/schemathesis" --config-file "$names" run "$url/api/v1/openapi.json" \
        --header "Authorization: Bearer $token" --seed "${SEED:-1}" --max-examples "${EXAMPLES:-20}" --workers 1 \
        --phases coverage,fuzzing --request-timeout 30 --suppress-health-check all --warnings off \
        --checks "$checks" --generation-database none --continue-on-failure) || status=$?
    kill -0 "$served" 2>/dev/null || stop "the service has ended:" "$(tail -n 50 "$work/log")"
    kill "$served"
    wait "$served" || true
    served=
done
exit "$status"
