#!/bin/busybox sh
# shellcheck shell=dash
# /init of the initramfs: loads the drivers the hardware asks for, finds the root disk by label, switches to it.
# Only shell builtins where possible: under emulation every process start is dear.

# busybox finds its own applets through /proc/self/exe, so /proc comes first.
/bin/busybox mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
LABEL=
read -r words </proc/cmdline
for word in $words; do case $word in root=LABEL=*) LABEL=${word#root=LABEL=} ;; esac; done

# Load drivers for every device alias not seen before, as udev's coldplug does.
seen=' '
coldplug() {
    set --
    for f in /sys/bus/pci/devices/*/modalias /sys/bus/virtio/devices/*/modalias \
        /sys/bus/scsi/devices/*/modalias /sys/bus/vmbus/devices/*/modalias /sys/bus/xen/devices/*/modalias; do
        [ -f "$f" ] || continue
        read -r alias <"$f"
        case $seen in *" $alias "*) ;; *) seen="$seen$alias " && set -- "$@" "$alias" ;; esac
    done
    [ $# = 0 ] || modprobe -qa "$@" 2>/dev/null
}

modprobe -qa crc32c_generic ext4 2>/dev/null
coldplug
coldplug # devices on the buses that the first round created

root=
blocks=
round=0
while :; do
    set -- /sys/class/block/[shv]d* /sys/class/block/nvme*
    if [ "$*" != "$blocks" ]; then
        blocks=$*
        root=$(findfs "LABEL=$LABEL" 2>/dev/null) && [ -n "$root" ] && break
    fi
    round=$((round + 1))
    # Wait ten seconds for the label, five for a first disk, two when no storage controller has a driver.
    limit=100
    case $blocks in
        */[shv]d[a-z]* | */nvme[0-9]*) ;;
        *)
            limit=20
            for d in /sys/bus/pci/devices/*; do
                read -r class <"$d/class"
                case $class in 0x01*) [ ! -e "$d/driver" ] || limit=50 ;; esac
            done
            ;;
    esac
    [ $round -lt $limit ] || break
    usleep 100000
    coldplug
done

if [ -z "$root" ]; then
    say() { echo "$1" >/dev/ttyS0; echo "$1" >/dev/tty0; }
    say ""
    say "Gave up waiting for root file system device LABEL=$LABEL"
    say "Common problems:"
    say " - Missing drivers in the initramfs (cat /proc/modules; ls /dev)"
    for d in /sys/bus/pci/devices/*; do
        read -r class <"$d/class"
        case $class in 0x01*) ;; *) continue ;; esac
        [ -e "$d/driver" ] && continue
        read -r vendor <"$d/vendor"
        read -r device <"$d/device"
        say "storage controller without a driver: class $class vendor $vendor device $device"
    done
    say "ALERT!  LABEL=$LABEL does not exist.  Dropping to a shell!"
    say ""
    printf "(initramfs) " >/dev/tty0
    # Nobody sits at this shell; stay on the screen without using the processor.
    while :; do sleep 86400; done
fi

mount -t ext4 -o noatime "$root" /new || {
    echo "ALERT!  cannot mount $root as the root file system" >/dev/ttyS0
    while :; do sleep 86400; done
}
mount --move /dev /new/dev
mount --move /sys /new/sys
mount --move /proc /new/proc # from here on applets need their full name
exec /bin/busybox switch_root /new /sbin/init
