#!/usr/bin/env bash
# Measures the event log: appends against a raw file, fjall, redb, SQLite and PostgreSQL in the same rounds, then a log
# of a million events. Prints ratios and goals; --quick takes two minutes, --help tells the rest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# PostgreSQL is compared with when it is there or can be installed: its programs only, no server of the machine's own.
if [ ! -x /usr/lib/postgresql/15/bin/postgres ] && command -v apt-get >/dev/null; then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo -n)
    install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends)
    { "${install[@]}" postgresql-common &&
        "${as_root[@]}" sed -i 's/^#*create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf &&
        "${install[@]}" postgresql-15; } >&2 ||
        echo 'bench: PostgreSQL 15 cannot be installed; the rest is measured without it.' >&2
fi

cargo build --release --locked --quiet --manifest-path bench/Cargo.toml
exec "${CARGO_TARGET_DIR:-bench/target}/release/portolan-bench" "$@"
