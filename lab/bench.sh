#!/usr/bin/env bash
# Measures the main job: the default campaign, shared and parallel, against the same trials one after the other without
# sharing, and against the lower bound. Prints ratios; wall times of a busy machine mean little by themselves.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
testbed=${1:-default}

cargo build --release --locked --quiet
portolan=${CARGO_TARGET_DIR:-target}/release/portolan
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$portolan" lab build "$testbed" --quiet >/dev/null

measure() { # NAME OPTIONS… -> wall tools own peak processors
    local name=$1
    shift
    "$portolan" --store "$scratch/$name" run "$testbed" --quiet "$@" >"$scratch/$name.out" ||
        { cat "$scratch/$name.out" >&2; exit 3; }
    "$portolan" --store "$scratch/$name" log show | sed -n 's/.*"cost":{\([^}]*\)}.*/\1/p' |
        tr ',' '\n' | sed 's/"//g' >"$scratch/$name.cost"
}
value() { sed -n "s/^$2://p" "$scratch/$1.cost"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

load() { cut -d' ' -f1 /proc/loadavg; }
echo "machine load before: $(load)"
measure shared
echo "machine load between: $(load)"
measure alone --sequential
echo "machine load after: $(load)"

wall=$(value shared wall_ms) tools=$(value shared tools_cpu_ms) own=$(value shared own_cpu_ms)
bound=$((tools / $(value shared processors)))
echo
printf '%-58s %10s ms\n' \
    "shared and parallel, wall" "$wall" \
    "lower bound: CPU of all tools / processors" "$bound" \
    "one after the other, nothing shared, wall" "$(value alone wall_ms)"
echo
printf '%-58s %10s   (goal %s)\n' \
    "wall / lower bound" "$(ratio "$wall" "$bound")" "at most 1.25" \
    "one after the other / shared and parallel" "$(ratio "$(value alone wall_ms)" "$wall")" "at least 3" \
    "own CPU / CPU of all tools" "$(ratio $((own * 100)) "$tools") %" "under 3 %" \
    "own memory, peak" "$(($(value shared own_peak_kib) / 1024)) MB" "under 150 MB"
