# Network of the guest, sourced by boot.sh: firewall first, then addresses; leaves $mode and $dhcp for the report.
# shellcheck shell=sh disable=SC2034,SC2154

# Written at build: mode=dhcp|static and, for static, address= gateway=
# shellcheck source=/dev/null
. /etc/portolan/network.conf

nics=
for n in /sys/class/net/*; do
    n=${n##*/}
    [ "$n" = lo ] || nics="$nics $n"
done

ip link set lo up
if [ "$mode" = static ]; then
    dhcp=static
    for n in $nics; do
        [ "$n" = eth0 ] && ip addr add "$address" dev eth0
        ip link set "$n" up
    done
    case " $nics " in *" eth0 "*)
        [ -z "$gateway" ] || ip route add default via "$gateway" dev eth0
        # A link may need a moment after "up"; give it three seconds before looking at the gateway.
        tries=0
        while [ $tries -lt 30 ]; do
            carrier=0
            read -r carrier </sys/class/net/eth0/carrier
            [ "$carrier" = 1 ] && break
            tries=$((tries + 1))
            usleep 100000
        done
        ;;
    esac
else
    dhcp=no-nic
    for n in $nics; do
        ip link set "$n" up
        udhcpc -i "$n" -n -q -f -t 3 -T 2 -s /etc/portolan/lease.sh >/dev/null 2>&1 &
    done
fi

nft -f /etc/nftables.conf

if [ "$mode" = dhcp ] && [ -n "$nics" ]; then
    wait
    dhcp=no-offer
    [ -f /run/lease ] && dhcp=bound
fi
