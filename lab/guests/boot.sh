#!/bin/busybox sh
# shellcheck shell=dash
# Brings the guest up: drivers, network, firewall, power button; then reports the facts and keeps the heartbeat.

mount -t tmpfs run /run
read -r name </etc/hostname
echo "$name" >/proc/sys/kernel/hostname
boots=0
read -r boots </var/lib/portolan/boots
boots=$((boots + 1))
echo "$boots" >/var/lib/portolan/boots

# Drivers that only the root file system has, by device alias as udev would; then what the firewall
# and the power button need, in the same single modprobe.
set --
seen=' '
for f in /sys/bus/*/devices/*/modalias; do
    read -r alias <"$f" || continue
    case $seen in *" $alias "*) ;; *) seen="$seen$alias " && set -- "$@" "$alias" ;; esac
done
modprobe -qa "$@" button evdev nf_tables nft_ct 2>/dev/null

# Ready before any report: whoever reads the facts may press the power button at once.
acpid -c /etc/acpi -l /dev/null -p /run/acpid.pid

# shellcheck source=/dev/null
. /etc/portolan/network.sh

# shellcheck source=/dev/null
. /etc/portolan/facts.sh

# Heartbeat: no process is started per tick; the read on a pipe that nobody writes to is the timer.
mkfifo /run/never
exec 3<>/run/never >/dev/ttyS0
while :; do
    read -r up _ </proc/uptime
    echo "<<<PORTOLAN TICK uptime_ms=${up%.*}${up#*.}0>>>"
    # shellcheck disable=SC3045
    read -r -t 0.2 _ <&3
done
