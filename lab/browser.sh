#!/usr/bin/env bash
# Walks the service in a real Chromium: lab/browser.sh < PLAN (see lab/browser/walk.mjs; the test `browser` makes plans).
# Chromium and Node.js come from Debian (lab/packages.txt), playwright-core and axe-core from npm once, into the cache.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stop() { printf 'browser: %s\n' "$@" >&2; exit 2; }

command -v node >/dev/null && command -v npm >/dev/null || stop "Node.js or npm is missing: lab/setup.sh installs them"
version=$({ cat "$here/browser/package-lock.json"; node --version; } | sha256sum | cut -c 1-16)
folder=${PORTOLAN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/portolan}/browser-$version
if [ ! -e "$folder/complete" ]; then
    mkdir -p "$folder"
    cp "$here/browser/package.json" "$here/browser/package-lock.json" "$folder/"
    npm ci --silent --no-audit --no-fund --ignore-scripts --prefix "$folder" >&2 ||
        stop "the packages of lab/browser/package.json could not be installed: is the npm registry reachable from here?"
    touch "$folder/complete"
fi
cp "$here"/browser/*.mjs "$folder/"
exec node "$folder/walk.mjs"
