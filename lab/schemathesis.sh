#!/usr/bin/env bash
# Holds the service against its own description: lab/schemathesis.sh STORE [PORTOLAN [ARGUMENT…]].
# It copies STORE, serves the copy on loopback, and asks every address of /api/v1/openapi.json, as an operator, what is
# right and what is not. The same SEED asks the same; EXAMPLES are made for each address. Arguments are for PORTOLAN.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stop() { printf 'schemathesis: %s\n' "$@" >&2; exit 1; }

. "$here/python.sh"
store_and_program "$@"
python_with schemathesis schemathesis.txt

work=$(mktemp -d -t portolan-schemathesis-XXXXXX)
served=
trap '[ -z "$served" ] || kill "$served" 2>/dev/null || true; wait; rm -rf "$work"' EXIT
# Serves a fresh copy of the store: what one pass has done, such as revoking its own token, is not there for the next.
serve() {
    rm -rf "$work/store"
    cp -r "$store" "$work/store"
    token=$("$program" access grant checker --role operator --means token --reason "a check of the service" \
        --store "$work/store" "${arguments[@]}" --quiet --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])')
    "$program" serve --listen 127.0.0.1:0 --store "$work/store" "${arguments[@]}" >"$work/log" 2>&1 &
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
    serve
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
