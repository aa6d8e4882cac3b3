#!/usr/bin/env bash
# Measures packages against programs of others, in rounds of rotating order: packing a disk against qemu-img, and writing
# and checking an OVA against tar and sha256sum. Prints medians, spreads, ratios and the most memory used. --quick: less.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=5 data=512 disk=2048 ova=10240
if [ "${1:-}" = --quick ]; then rounds=3 data=128 disk=512 ova=1024; fi

cargo build --release --locked --quiet -p portolan-package --example pack
pack=$(realpath "${CARGO_TARGET_DIR:-target}/release/examples/pack")
# Absolute: the trap runs in another folder.
work=$(realpath "$(mktemp -d -p "${BENCH_FOLDER:-.}" .bench-ovf-XXXXXX)")
trap 'rm -rf "$work"' EXIT
cd "$work"

# Data such as a guest's: half of each MiB text that packs well, half noise that does not.
truncate -s "${disk}M" disk.raw
python3 - "$data" <<'PYTHON'
import random, sys
draw = random.Random(1)
words = [bytes(draw.choices(b"abcdefghijklmnopqrstuvwxyz", k=draw.randint(3, 9))) for _ in range(4096)]
with open("disk.raw", "r+b") as disk:
    for part in range(int(sys.argv[1])):
        disk.seek(part * 3 << 20)
        text = b" ".join(draw.choices(words, k=100_000))[: 1 << 19]
        disk.write(text.ljust(1 << 19) + draw.randbytes(1 << 19))
PYTHON

theirs_disk() { qemu-img convert -f raw -O vmdk -o subformat=streamOptimized disk.raw theirs.vmdk; }
ours_disk() { "$pack" disk disk.raw ours.vmdk 2; }
theirs_ova() { tar --format=gnu -cf theirs.ova big.vmdk && sha256sum theirs.ova >/dev/null; }
ours_ova() { "$pack" ova big.vmdk ours.ova && "$pack" check ours.ova; }

measure() { # NAME: seconds of each round for ours and theirs, in turn first and second
    local round who first second
    for ((round = 0; round < rounds; round++)); do
        if ((round % 2)); then first=ours second=theirs; else first=theirs second=ours; fi
        for who in $first $second; do
            rm -f ours.ova theirs.ova
            local begin=$EPOCHREALTIME
            "${who}_$1"
            echo "$who $begin $EPOCHREALTIME" >>"$1.times"
        done
    done
    python3 - "$1" <<'PYTHON'
import statistics, sys
times = {"ours": [], "theirs": []}
for line in open(sys.argv[1] + ".times"):
    who, begin, end = line.split()
    times[who].append(float(end) - float(begin))
for who, all in times.items():
    print(f"bench: {sys.argv[1]}: {who}: median {statistics.median(all):.2f} s, {min(all):.2f} to {max(all):.2f}")
ratios = sorted(b / a for a, b in zip(times["ours"], times["theirs"]))
print(f"bench: {sys.argv[1]}: {statistics.median(ratios):.2f} times as fast, {ratios[0]:.2f} to {ratios[-1]:.2f}")
PYTHON
}

measure disk
qemu-img check -q -f vmdk ours.vmdk
qemu-img compare -q -f raw -F vmdk disk.raw ours.vmdk
stat -c 'bench: disk: %n has %s bytes' ours.vmdk theirs.vmdk

# One packed disk of that size, from noise: it does not get smaller.
truncate -s "${ova}M" big.raw
python3 - "$ova" <<'PYTHON'
import os, sys
with open("big.raw", "r+b") as disk:
    for _ in range(int(sys.argv[1])):
        disk.write(os.urandom(1 << 20))
PYTHON
"$pack" disk big.raw big.vmdk 2
rm big.raw
measure ova
python3 - "$pack" <<'PYTHON'
import os, resource, subprocess, sys
for words in (["ova", "big.vmdk", "most.ova"], ["check", "most.ova"]):
    subprocess.run([sys.argv[1], *words], check=True)
print(f"bench: most memory: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MiB")
PYTHON
