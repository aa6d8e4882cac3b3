#!/usr/bin/env bash
# Repacks a bzImage whose kernel is packed with XZ or Zstandard as LZ4: repack.sh IN OUT SCRATCH. Fails if it cannot.
# The kernel itself stays byte for byte the same; only its packing and the code that unpacks it change. It is entered
# where hypervisors with a direct kernel boot enter it too, so nothing of the replaced code is missed.
set -euo pipefail
export LC_ALL=C
in=$1 out=$2 scratch=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
give_up() { echo "repack: $*" >&2; exit 1; }
for tool in as ld objcopy od lz4; do command -v "$tool" >/dev/null || give_up "'$tool' is missing (package binutils or lz4)"; done
mkdir -p "$scratch"

# Unsigned little-endian number of SIZE bytes at OFFSET of FILE; the same for writing.
number() { od -An -v -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '; }
put() { # FILE OFFSET BYTES VALUE
    local i hex=''
    for ((i = 0; i < $3; i++)); do hex+=$(printf '\\x%02x' $((($4 >> (8 * i)) & 255))); done
    printf '%b' "$hex" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
[ "$(head -c 518 "$in" | tail -c 4)" = HdrS ] || give_up "$in is no bzImage"
setup=$((($(number "$in" $((0x1f1)) 1) + 1) * 512))
offset=$(number "$in" $((0x248)) 4) length=$(number "$in" $((0x24c)) 4)
tail -c +$((setup + offset + 1)) "$in" | head -c "$length" >"$scratch/packed" || true
case $(od -An -t x1 -N 4 "$scratch/packed" | tr -d ' ') in
    fd377a58) truncate -s -4 "$scratch/packed" && xz -dc "$scratch/packed" >"$scratch/elf" ;; # the last 4 bytes are the unpacked size
    28b52ffd) truncate -s -4 "$scratch/packed" && zstd -q -dc "$scratch/packed" >"$scratch/elf" ;;
    *) give_up "the kernel is not packed with XZ or Zstandard: nothing to gain" ;;
esac
[ "$(number "$scratch/elf" 24 8)" = $((0x1000000)) ] || give_up "the kernel does not start at 16 MiB"
# What the kernel clears itself needs no unpacking.
objcopy -O binary -R .bss -R .brk -R .init.scratch "$scratch/elf" "$scratch/flat"
[ "$(stat -c %s "$scratch/flat")" -lt $((0x6000000 - 0x1000000)) ] || give_up "the kernel would reach the loader"
lz4 -q -l -9 -f "$scratch/flat" "$scratch/payload.lz4"
as -I "$scratch" -o "$scratch/loader.o" "$here/loader.S"
ld -m elf_x86_64 --oformat binary -Ttext 0 -e start -o "$scratch/loader" "$scratch/loader.o"

# The kernel's own real-mode code, then the loader. Header fields: see the kernel's Documentation/arch/x86/boot.rst.
{ head -c "$setup" "$in" && cat "$scratch/loader"; } >"$scratch/bzImage"
put "$scratch/bzImage" $((0x1f4)) 4 $((($(stat -c %s "$scratch/loader") + 15) / 16)) # size of the protected-mode part
put "$scratch/bzImage" $((0x236)) 2 0                                                # no 64-bit or EFI entry points
put "$scratch/bzImage" $((0x248)) 4 0                                                # no payload in the usual sense
put "$scratch/bzImage" $((0x24c)) 4 0
put "$scratch/bzImage" $((0x264)) 4 0 # no EFI handover
truncate -s %16 "$scratch/bzImage"
mv "$scratch/bzImage" "$out"
