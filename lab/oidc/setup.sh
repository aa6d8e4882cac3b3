#!/usr/bin/env bash
# Gets the provider of OpenID Connect for tests ready in the cache folder, once, and prints that folder.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stop() { printf 'oidc: %s\n' "$@" >&2; exit 1; }

command -v node >/dev/null && command -v npm >/dev/null ||
    stop "node and npm are missing: apt-get install nodejs npm (20 or newer)"

# A folder for each set of versions: what was installed once is not looked at again.
version=$(cat "$here"/{package.json,package-lock.json,op.mjs} | sha256sum | cut -c 1-16)
folder=${PORTOLAN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/portolan}/oidc-$version
if [ ! -e "$folder/complete" ]; then
    mkdir -p "$folder"
    cp "$here"/{package.json,package-lock.json,op.mjs} "$folder"
    npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error >&2 ||
        stop "the provider could not be installed (the lines above say why): is the npm registry reachable from here?"
    touch "$folder/complete"
fi
echo "$folder"
