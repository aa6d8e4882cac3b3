#!/usr/bin/env bash
# Measures the service: pages against the same bytes as files of nginx, pages over a million events, watchers of a live
# campaign, steps that labs report, and pages that are read meanwhile. Prints ratios and goals; --quick measures less,
# --help tells the rest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=${CARGO_TARGET_DIR:-bench/target}
stop() { printf 'bench-service: %s\n' "$@" >&2; exit 2; }

if ! command -v wrk >/dev/null; then
    command -v apt-get >/dev/null || stop 'wrk is missing, and this is no Debian or Ubuntu system: install it.'
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo -n)
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends wrk >&2 ||
        stop 'wrk cannot be installed: apt-get install wrk'
fi

# nginx: Debian's program, unpacked beside the build and not installed, so that no server of the machine's own starts.
peer=$(realpath -m "$target/bench-nginx")
PATH=$PATH:/usr/sbin:$peer/usr/sbin
if ! command -v nginx >/dev/null; then
    mkdir -p "$peer"
    { (cd "$peer" && apt-get download -q nginx && dpkg-deb -x nginx_*.deb . && rm nginx_*.deb) &&
        command -v nginx; } >&2 || stop 'nginx cannot be unpacked: apt-get install nginx-light'
fi

cargo build --release --locked --quiet -p portolan-cli --no-default-features
cargo build --release --locked --quiet --manifest-path bench/Cargo.toml
exec "$target/release/portolan-bench" --only web --portolan "${CARGO_TARGET_DIR:-target}/release/portolan" "$@"
