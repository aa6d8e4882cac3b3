#!/usr/bin/env bash
# Boots the Xen host of build.sh: start.sh WORK PORT. Ends when it is ended; its dom0 answers to ssh on 127.0.0.1:PORT.
# WORK gets a key made for this run, the console (serial.log), and when dom0 is up `ssh_config`, which names the host
# `dom0` and trusts the host key that its console said, and no other.
set -euo pipefail
stop() { printf 'xen: %s\n' "$@" >&2; exit 1; }
[ $# = 2 ] && [[ $2 =~ ^[0-9]+$ ]] || stop "usage: lab/xen/start.sh WORK PORT"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
work=$(cd "$1" && pwd)
port=$2
folder=$("$here/build.sh")
for tool in qemu-system-x86_64 ssh-keygen cpio; do command -v "$tool" >/dev/null || stop "'$tool' is missing: run lab/setup.sh"; done

rm -rf "$work"/{key,key.pub,extra,initrd,serial.log,ssh_config,known_hosts}
ssh-keygen -q -t ed25519 -N '' -C portolan-xen -f "$work/key"
mkdir -p "$work/extra/root/.ssh"
cp "$work/key.pub" "$work/extra/root/.ssh/authorized_keys"
chmod 700 "$work/extra/root" "$work/extra/root/.ssh"
# The kernel unpacks one archive behind the other.
{ cat "$folder/dom0.cpio.gz"; (cd "$work/extra" && find . | cpio -o -H newc -R 0:0 --quiet | gzip -1); } >"$work/initrd"

# Writes how dom0 is reached once its console has said so.
announce() {
    : >>"$work/serial.log"
    while :; do
        key=$(sed -n 's/^.*DOM0-KEY \(ssh-ed25519 [A-Za-z0-9+\/=]*\).*$/\1/p' "$work/serial.log" | head -n 1)
        if [ -n "$key" ] && grep -q DOM0-READY "$work/serial.log"; then break; fi
        sleep 0.5
    done
    echo "[127.0.0.1]:$port $key" >"$work/known_hosts"
    printf '%s\n' 'Host dom0' '    HostName 127.0.0.1' "    Port $port" '    User root' "    IdentityFile $work/key" \
        '    IdentitiesOnly yes' "    UserKnownHostsFile $work/known_hosts" '    GlobalKnownHostsFile /dev/null' \
        '    StrictHostKeyChecking yes' '    BatchMode yes' >"$work/ssh_config.partial"
    mv "$work/ssh_config.partial" "$work/ssh_config"
}
# Without SMAP, SMEP and protection keys: emulated, they make a fault of what Xen does for dom0 early in its boot.
qemu-system-x86_64 -machine q35,accel=tcg -cpu max,-smap,-smep,-pku -smp 1 -m 1024 -display none -no-reboot -nodefaults \
    -serial "file:$work/serial.log" -netdev "user,id=n0,restrict=on,hostfwd=tcp:127.0.0.1:$port-:22" \
    -device virtio-net-pci,netdev=n0,romfile= -kernel "$folder/xen" \
    -append "com1=115200,8n1 console=com1 dom0_mem=512M,max:512M dom0_max_vcpus=1" \
    -initrd "$folder/vmlinuz rdinit=/sbin/dom0-init console=hvc0 quiet net.ifnames=0,$work/initrd" &
qemu=$!
announce &
announcing=$!
trap 'kill $qemu $announcing 2>/dev/null || true; wait' EXIT
trap 'exit 143' TERM HUP INT
wait $qemu
