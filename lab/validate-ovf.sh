#!/usr/bin/env bash
# Holds packages that are written against programs of others: lab/validate-ovf.sh PORTOLAN. What is not installed is left
# out, and said: xmllint (libxml2-utils), virt-v2v. OVF_SCHEMA=FOLDER names DMTF's dsp8023_1.x.xsd and what it imports.
set -euo pipefail
portolan=$(realpath "${1:?usage: lab/validate-ovf.sh PORTOLAN}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
told() { printf 'validate: %s\n' "$*"; }

truncate -s 64M disk.raw
head -c 5000000 /dev/urandom | dd of=disk.raw bs=64K seek=100 conv=notrunc status=none
printf last | dd of=disk.raw bs=1 seek=$((64 * 1024 * 1024 - 4)) conv=notrunc status=none

for version in 1 2; do
    package=v$version
    "$portolan" ovf write "$package.ova" --disk disk.raw --disk disk.raw --cpus 2 --memory 512 \
        --network lan,52:54:00:12:34:56 --ovf "$version" >/dev/null
    "$portolan" ovf check "$package.ova" >/dev/null
    mkdir "$package"
    tar -xf "$package.ova" -C "$package"
    python3 - "$package.ova" <<'PYTHON'
import sys, tarfile
names = [(it.name.rsplit(".", 1)[1], it.isreg()) for it in tarfile.open(sys.argv[1], "r:")]
assert names == [("ovf", True), ("mf", True), ("vmdk", True), ("vmdk", True)], names
PYTHON
    (cd "$package" && sed -E 's/^SHA256\((.*)\)= (.*)$/\2  \1/' "$package.mf" | sha256sum --quiet -c)
    for disk in "$package"/*.vmdk; do
        qemu-img check -q -f vmdk "$disk"
        qemu-img compare -q -f raw -F vmdk disk.raw "$disk"
    done
    told "OVF $version: tar, Python's tarfile, sha256sum and qemu-img agree"
    if command -v xmllint >/dev/null; then
        xmllint --noout --nonet "$package/$package.ovf"
        told "OVF $version: xmllint finds it well-formed"
        schema=$(find "${OVF_SCHEMA:-/nowhere}" -iname "dsp8023*_$version*.xsd" 2>/dev/null | head -n 1 || true)
        if [ -n "$schema" ]; then
            xmllint --noout --nonet --schema "$schema" "$package/$package.ovf"
        else
            told "OVF $version: no schema in OVF_SCHEMA, so it is not held against one"
        fi
    else
        told 'xmllint is not installed'
    fi
done

if command -v virt-v2v >/dev/null; then
    seen=$(virt-v2v -i ova v1.ova --print-source)
    # One a line: `set -e` overlooks what fails in front of `&&`.
    grep -q 'nr vCPUs: 2' <<<"$seen"
    grep -q 'memory: 536870912' <<<"$seen"
    grep -q '52:54:00:12:34:56' <<<"$seen"
    [ "$(sed -n '/disks:/,/removable media:/p' <<<"$seen" | grep -c '\[')" = 2 ]
    told 'virt-v2v reads processors, memory, disks and adapters'
else
    told 'virt-v2v is not installed'
fi
