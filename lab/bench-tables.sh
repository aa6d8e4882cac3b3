#!/usr/bin/env bash
# Measures column work: scores of cells and analyses over a million outcomes, against a plain fold, polars by itself,
# DuckDB and pandas in the same rounds. Prints ratios and goals. The first build takes a quarter of an hour of processor
# time, for polars; --quick measures less, --help tells the rest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=${CARGO_TARGET_DIR:-bench/target}

# DuckDB and pandas, in a place of their own. Without Python the rest is measured.
peers=$target/bench-python
wanted=bench/peers-python/requirements.txt
if ! cmp -s "$wanted" "$peers/installed.txt"; then
    { python3 -m venv --clear "$peers" && "$peers/bin/pip" install --quiet --disable-pip-version-check -r "$wanted" &&
        cp "$wanted" "$peers/installed.txt"; } >&2 ||
        echo 'bench: DuckDB and pandas cannot be installed (on Debian: apt-get install python3-venv).' >&2
fi
[ ! -e "$peers/installed.txt" ] || set -- --python "$peers/bin/python" "$@"

cargo build --release --locked --quiet --features tables --manifest-path bench/Cargo.toml
# One thread for everybody: processor time is compared.
POLARS_MAX_THREADS=1 exec "$target/release/portolan-bench" --only tables "$@"
