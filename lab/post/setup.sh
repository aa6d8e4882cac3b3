#!/usr/bin/env bash
# Gets a mail server for tests (aiosmtpd) ready in the cache folder, once, and prints the Python that runs it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stop() { printf 'post: %s\n' "$@" >&2; exit 1; }

command -v python3 >/dev/null && python3 -c 'import ensurepip, venv' 2>/dev/null ||
    stop "Python 3 with venv is missing: apt-get install python3-venv (lab/setup.sh does it)"

# A folder for each set of versions: what was installed once is not looked at again.
version=$({ cat "$here/requirements.txt"; python3 --version; } | sha256sum | cut -c 1-16)
cache=${PORTOLAN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/portolan}
folder=$cache/post-$version
mkdir -p "$cache"
exec 9>"$cache/post.lock"
flock 9 # tests run beside each other
if [ ! -e "$folder/complete" ]; then
    rm -rf "$folder"
    python3 -m venv "$folder/venv" || stop "cannot make a Python environment in $folder"
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$here/requirements.txt" >&2 ||
        stop "aiosmtpd could not be installed (the lines above say why): is PyPI reachable from here?"
    touch "$folder/complete"
fi
echo "$folder/venv/bin/python"
