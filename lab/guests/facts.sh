# Collects the facts and prints the frame twice on the serial port; sourced by boot.sh.
# shellcheck shell=sh disable=SC2154

ip -4 -o addr >/run/address
ip route >/run/route
rules_read=no
nft -s list ruleset >/run/firewall && rules_read=yes
dmesg -r >/run/log
sha256sum /data/canary.bin >/run/canary

gateway=
while read -r to via by _; do
    [ "$to $via" = "default via" ] && gateway=$by && break
done </run/route
reachable=false
[ -n "$gateway" ] && ping -c 1 -W 1 -w 1 -q "$gateway" >/dev/null 2>&1 && reachable=true

firmware=bios
[ -d /sys/firmware/efi ] && firmware=uefi

set -- /sys/bus/pci/devices/*
pci=$*
set -- /sys/block/*
blocks=$*
export rules_read nics pci blocks firmware gateway reachable mode dhcp boots
awk -f /etc/portolan/facts.awk >/run/facts.json

read -r sum _ <<END
$(sha256sum /run/facts.json)
END
IFS= read -r json </run/facts.json
# Twice: a kernel message that cuts into one copy leaves the other whole.
frame() { printf '\n<<<PORTOLAN FACTS 1 bytes=%s sha256=%s>>>\n%s\n<<<PORTOLAN END>>>\n' "${#json}" "$sum" "$json"; }
{ frame && frame; } >/dev/ttyS0
printf '\n%s login: ' "$name" >/dev/tty0
