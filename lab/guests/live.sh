#!/bin/busybox sh
# shellcheck shell=dash
# Of guests that travel while they run: a connection to a peer on their network, and a counter that goes over it. Whoever
# listens there may ask for the facts once more.
trap '' PIPE

# Written at build: peer= port=
# shellcheck source=/dev/null
. /etc/portolan/live.conf
# The heartbeat's pipe is there when the first facts are out.
until [ -p /run/never ]; do usleep 200000; done

# shellcheck disable=SC2034,SC2154
facts() {
    # shellcheck source=/dev/null
    . /etc/portolan/network.conf
    dhcp=$mode
    [ ! -f /run/lease ] || dhcp=bound
    read -r name </etc/hostname
    read -r boots </var/lib/portolan/boots
    nics=
    for n in /sys/class/net/*; do
        n=${n##*/}
        [ "$n" = lo ] || nics="$nics $n"
    done
    # shellcheck source=/dev/null
    . /etc/portolan/facts.sh
}

count=0 opened=0
read -r boot </proc/sys/kernel/random/boot_id
mkfifo /run/say /run/hear
while :; do
    opened=$((opened + 1))
    # shellcheck disable=SC2154
    nc "$peer" "$port" </run/say >/run/hear &
    exec 4>/run/say 5</run/hear
    while kill -0 $! 2>/dev/null; do
        count=$((count + 1))
        read -r up _ </proc/uptime
        echo "COUNT $count OPENED $opened BOOT $boot UPTIME_MS ${up%.*}${up#*.}0" >&4 || break
        # Its answer is the timer.
        # shellcheck disable=SC3045
        read -r -t 0.2 word <&5 || continue
        [ "$word" != facts ] || facts
    done
    exec 4>&- 5<&-
    usleep 200000
done
