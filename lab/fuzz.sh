#!/usr/bin/env bash
# Fuzzes what reads bytes from outside: lab/fuzz.sh [SECONDS [TARGET…]], 20 seconds each, all targets. A plain stable
# toolchain does: the instrumentation is LLVM's, the fuzzer libFuzzer, which is compiled from the crate libfuzzer-sys.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
stop() { printf 'fuzz: %s\n' "$@" >&2; exit 1; }

seconds=${1:-20}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || stop "usage: lab/fuzz.sh [SECONDS [TARGET…]]"
targets=("${@:2}")
[ ${#targets[@]} -gt 0 ] || for file in fuzz/fuzz_targets/*.rs; do targets+=("$(basename "$file" .rs)"); done
for target in "${targets[@]}"; do [ -e "fuzz/fuzz_targets/$target.rs" ] || stop "there is no target $target"; done

PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
command -v c++ >/dev/null || { echo 'fuzz: there is no C++ compiler for libFuzzer; installing what is missing' >&2; lab/setup.sh; }

# What `cargo fuzz build -s none` sets. With a target named, build scripts and macros are left alone.
host=$(rustc -vV | sed -n 's/^host: //p')
coverage=(-Cpasses=sancov-module --cfg fuzzing)
for argument in -sanitizer-coverage-{level=4,inline-8bit-counters,pc-table,trace-compares} -simplifycfg-branch-fold-threshold=0; do
    coverage+=("-Cllvm-args=$argument")
done
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-fuzz/target}
RUSTFLAGS="${coverage[*]} ${RUSTFLAGS:-}" \
    cargo build --release --locked --quiet --manifest-path fuzz/Cargo.toml --target "$host" --bins --examples
programs=$CARGO_TARGET_DIR/$host/release

# Stores are made and read in memory where that can be had; the fuzzer itself cleans nothing up.
[ -d /dev/shm ] && [ -w /dev/shm ] && export TMPDIR=/dev/shm
TMPDIR=$(mktemp -d -t portolan-fuzz-XXXXXX)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

"$programs/examples/seeds" --check ||
    stop "a stored form has changed: cargo run --manifest-path fuzz/Cargo.toml --example seeds, then add fuzz/seeds"

explain() { # TARGET LOG
    tail -n 40 "$2" >&2
    stop "$1 failed. Its input is in fuzz/artifacts/$1/ (if the last lines above name it); to see it fail again:" \
        "    TMPDIR=\$(mktemp -d) $programs/$1 fuzz/artifacts/$1/…" \
        "to make it smaller: the same with -minimize_crash=1 -max_total_time=60 before it. Once it is mended, keep it" \
        "as fuzz/seeds/$1/what-it-was, so that every later run begins with it."
}

for target in "${targets[@]}"; do
    mkdir -p "fuzz/corpus/$target" "fuzz/artifacts/$target"
    seeds=("fuzz/seeds/$target")
    [ "$target" != leaf ] || seeds+=(store/src/schema/golden)
    [ "$target" != bounce ] || seeds+=(post/tests/post/bouncing)
    [ "$target" != import ] || seeds+=(ingest/src/history/samples)
    [ "$target" != driver ] || seeds+=(platforms/drivers platforms/transcripts)
    log=$TMPDIR/$target.log
    "$programs/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="fuzz/artifacts/$target/" "fuzz/corpus/$target" "${seeds[@]}" >"$log" 2>&1 || explain "$target" "$log"
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    # The first line after the seeds, and the last: how many edges were known and how many were found.
    covered() { sed -n "s/^#[0-9]*[[:space:]]*$1 *cov: \([0-9]*\).*/\1/p" "$log" | tail -n 1; }
    echo "fuzz: $target: $runs inputs in ${seconds}s, $(covered INITED) edges from what was known, $(covered DONE) now"
done
