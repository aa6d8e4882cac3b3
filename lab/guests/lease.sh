#!/bin/busybox sh
# shellcheck shell=dash
# Called by udhcpc with the lease in the environment; applies it.
# shellcheck disable=SC2154
[ "$1" = bound ] || exit 0
ip addr add "$ip/$mask" dev "$interface"
[ -z "$router" ] || ip route add default via "${router%% *}" dev "$interface"
{
    [ -z "$domain$search" ] || echo "search ${search:-$domain}"
    for server in $dns; do echo "nameserver $server"; done
} >>/run/resolv.conf
echo "$interface" >/run/lease
