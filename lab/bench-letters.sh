#!/usr/bin/env bash
# Measures letters: a thousand contacts of 64 vendors, the most of one testbed, are written to about one campaign of
# 42,000 steps in one run, through a mail server on this machine that answers at once and keeps nothing, against lettre
# alone with messages of the same sizes. Prints ratios and goals; --quick has a tenth, --help tells the rest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=${CARGO_TARGET_DIR:-bench/target}

cargo build --release --locked --quiet -p portolan-cli --no-default-features
cargo build --release --locked --quiet --manifest-path bench/Cargo.toml
exec "$target/release/portolan-bench" --only letters --portolan "${CARGO_TARGET_DIR:-target}/release/portolan" "$@"
