#!/usr/bin/env bash
# Measures the libvirt driver: one guest walks the seven steps from a libvirt to the same libvirt, by Portolan and by a
# shell script that calls the same virsh and qemu-img commands and waits for the same lines on the console, in turn, the
# order changed each round. Then what the driver costs for each verb. Usage: bench-drivers.sh [ROUNDS [QUESTIONS]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-5} questions=${2:-50}
[ "$rounds" != --quick ] || { rounds=2 questions=10; }

cargo build --release --locked --quiet -p portolan-cli --no-default-features
cargo build --release --locked --quiet -p portolan-platforms --example asking
portolan=${CARGO_TARGET_DIR:-target}/release/portolan
asking=${CARGO_TARGET_DIR:-target}/release/examples/asking

# A libvirt of its own, as in cli/tests/journeys/libvirt.rs; root's own session would be the system's.
scratch=$(mktemp -d)
daemon=
end() {
    if [ -n "$daemon" ]; then
        for name in $(virsh -q -c "$uri" list --name); do virsh -q -c "$uri" destroy "$name" >/dev/null || true; done
        kill "$daemon" && wait "$daemon" || true
    fi
    rm -rf "$scratch"
}
trap end EXIT
mkdir -p "$scratch"/{cfg/libvirt,cache,data}
mkdir -m 700 "$scratch/run"
echo 'stdio_handler = "file"' >"$scratch/cfg/libvirt/qemu.conf"
as=()
[ "$(id -u)" != 0 ] || as=(unshare --user --map-user=1000 --map-group=1000)
PATH=$PATH:/usr/sbin XDG_RUNTIME_DIR=$scratch/run XDG_CONFIG_HOME=$scratch/cfg XDG_CACHE_HOME=$scratch/cache \
    XDG_DATA_HOME=$scratch/data "${as[@]}" libvirtd >/dev/null 2>"$scratch/log" &
daemon=$!
uri="qemu+unix:///session?socket=$scratch/run/libvirt/libvirt-sock"
for _ in $(seq 300); do virsh -q -c "$uri" list >/dev/null 2>&1 && break; sleep 0.1; done
virsh -q -c "$uri" list >/dev/null || { cat "$scratch/log" >&2; exit 3; }

# The shipped testbed with two platforms that are this libvirt. The guest is there already, called golden.
place() { # ID
    printf '[[platform]]\nid = "%s"\nvendor = "libvirt"\nproduct = "QEMU under libvirt"\ndriver = "libvirt"\n' "$1"
    printf 'settings = { uri = "%s", type = "qemu", "vm.server" = "golden" }\n\n' "$uri"
}
{
    sed '/^\[\[platform\]\]/,$d' lab/testbeds/libvirt.toml
    place from
    place to
    sed -n '/^# All drivers/,/^id = "portolan-ovf"/p' lab/testbeds/libvirt.toml | sed '/^\[\[converter\]\]/,$d'
    printf '[[converter]]\nid = "qemu-img"\nvendor = "qemu"\nproduct = "qemu-img"\n\n'
    printf '[[route]]\nid = "direct"\nthrough = "disk"\nconverters = ["qemu-img"]\n'
} >"$scratch/testbed.toml"
image=$("$portolan" lab build libvirt --json | sed -n 's/.*"path": *"\([^"]*\)".*/\1/p' | head -n 1)
golden=$scratch/golden.qcow2

definition() { # NAME DISK UUID MAC
    cat <<XML
<domain type="qemu"><name>$1</name><uuid>$3</uuid><memory unit="MiB">256</memory><vcpu>1</vcpu>
<os><type arch="x86_64" machine="q35">hvm</type><boot dev="hd"/></os><features><acpi/><apic/></features>
<cpu mode="custom" match="exact"><model fallback="forbid">Westmere</model></cpu><clock offset="utc"/>
<on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>destroy</on_crash>
<devices><disk type="file" device="disk"><driver name="qemu" type="qcow2"/><source file="$2"/><target dev="vda" bus="virtio"/></disk>
<interface type="user"><mac address="$4"/><model type="virtio"/></interface>
<serial type="file"><source path="$2.console"/></serial><video><model type="vga"/></video><memballoon model="none"/></devices></domain>
XML
}
v() { virsh -c "$uri" "$@" >/dev/null; }
inspect() { v dumpxml --inactive --domain "$1"; v domstate --reason --domain "$1"; }
wait_for() { # CONSOLE WORDS: every half second, as the driver does
    for _ in $(seq 360); do
        ! grep -q "$2" "$1" 2>/dev/null || return 0
        sleep 0.5
    done
    echo "no \`$2\` on $1" >&2
    exit 3
}
ticks() { grep -c 'PORTOLAN TICK' "$1" || true; }
boot() { # NAME CONSOLE: start, the guest's facts, pause and resume
    v start --domain "$1"
    v domstate --reason --domain "$1"
    wait_for "$2" 'PORTOLAN END>>>'
    v suspend --domain "$1"
    v domstate --reason --domain "$1"
    sleep 0.6
    v resume --domain "$1"
    v domstate --reason --domain "$1"
    local before
    before=$(ticks "$2")
    while [ "$(ticks "$2")" -le "$before" ]; do sleep 0.5; done
}
off() { # NAME: the power button until it is off
    while :; do
        v shutdown --domain "$1" 2>/dev/null || true
        for _ in 1 2 3 4 5 6; do
            [ "$(virsh -c "$uri" domstate --domain "$1" | head -n 1)" != 'shut off' ] || return 0
            sleep 0.5
        done
    done
}
by_hand() {
    local work=$scratch/by-hand
    rm -rf "$work" && mkdir "$work"
    v version && v hostname
    v list --all --uuid --name
    inspect golden
    qemu-img info --output=json -f qcow2 "$golden" >/dev/null
    boot golden "$golden.console"
    inspect golden
    off golden
    qemu-img convert -f qcow2 -O qcow2 "$golden" "$work/package.qcow2"
    for words in nodeinfo freecell 'pool-list --details' 'net-list --name' 'list --all --uuid --name'; do
        # shellcheck disable=SC2086 # words
        v $words
    done
    inspect golden
    definition made "$work/disk.qcow2" 6f0c3a52-6a1f-4d0c-9a6e-0123456789ab 52:54:00:12:34:56 >"$work/definition"
    precheck "$work/definition"
    qemu-img check --output=json -f qcow2 "$work/package.qcow2" >/dev/null
    qemu-img info --output=json -f qcow2 "$work/package.qcow2" >/dev/null
    qemu-img compare -f qcow2 -F qcow2 "$golden" "$work/package.qcow2" >/dev/null
    precheck "$work/definition"
    cp --sparse=auto --reflink=auto -- "$work/package.qcow2" "$work/disk.qcow2"
    qemu-img check --output=json -f qcow2 "$work/disk.qcow2" >/dev/null
    qemu-img info --output=json -f qcow2 "$work/disk.qcow2" >/dev/null
    v define --validate --file "$work/definition"
    inspect made
    boot made "$work/disk.qcow2.console"
    off made
    v undefine --domain made
}
precheck() {
    virt-xml-validate "$1" domain >/dev/null 2>&1
    v domcapabilities --virttype qemu --machine q35
    v hypervisor-cpu-compare --virttype qemu --machine q35 --error --file "$1"
}
by_portolan() {
    rm -rf "$scratch/store"
    "$portolan" --store "$scratch/store" run "$scratch/testbed.toml" --source from --target to --quiet >"$scratch/out" 2>&1 ||
        { cat "$scratch/out" >&2; exit 3; }
}
measure() { # WAY: milliseconds of the whole, from its start to its end
    # A console is begun anew: what the last round printed is no sign of life.
    rm -f "$golden.console"
    qemu-img convert -f raw -O qcow2 "$image" "$golden"
    sync -f "$golden"
    local begun=$(($(date +%s%N) / 1000000))
    "by_$1"
    echo "$(($(date +%s%N) / 1000000 - begun))" >>"$scratch/$1.ms"
}
definition golden "$golden" 0f0c3a52-6a1f-4d0c-9a6e-0123456789ab 52:54:00:65:43:21 >"$scratch/golden.xml"
v define --validate --file "$scratch/golden.xml"
# What libvirt finds out once, when it is first asked, is nobody's to pay.
v version
v domcapabilities --virttype qemu --machine q35

load() { cut -d' ' -f1-3 /proc/loadavg; }
echo "machine load before: $(load), $(nproc) processors"
for round in $(seq "$rounds"); do
    if [ $((round % 2)) = 1 ]; then order='portolan hand'; else order='hand portolan'; fi
    for way in $order; do measure "$way"; done
    paste "$scratch/portolan.ms" "$scratch/hand.ms" | tail -n 1 | awk -v n="$round" '{ printf "round %s: Portolan %.1f s, shell %.1f s\n", n, $1 / 1000, $2 / 1000 }'
done
spread() { sort -n "$1" | awk '{ a[NR] = $1 } END { m = NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2; printf "%s %s %s", m, a[1], a[NR] }'; }
read -r ours least most <<<"$(spread "$scratch/portolan.ms")"
read -r theirs low high <<<"$(spread "$scratch/hand.ms")"
echo
printf '%-58s %8s ms  (%s to %s)\n' 'seven steps by Portolan, median of '"$rounds" "$ours" "$least" "$most" \
    'the same commands in a shell script' "$theirs" "$low" "$high"
printf '%-58s %8s     (goal %s)\n' 'Portolan / shell' \
    "$(awk -v a="$ours" -v b="$theirs" 'BEGIN { printf "%.2f", a / b }')" 'at most 1.10'
echo
"$asking" "$uri" golden "$questions"
echo
echo "machine load after: $(load)"
