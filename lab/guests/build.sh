#!/usr/bin/env bash
# Builds one bootable guest disk (MBR, SYSLINUX on FAT, ext4 root) without root rights, loop devices or mounts.
# All input comes by environment variables; README.md beside this file explains them.
set -euo pipefail
shopt -s inherit_errexit
umask 022
export LC_ALL=C TZ=UTC

say() { echo "guest ${GUEST:-?}: $*" >&2; }
die() { say "$*"; exit 1; }

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${GUEST:?name of the guest}" "${KERNEL:?cloud or generic}" "${ADDRESS:?dhcp or static:IP/PREFIX:GATEWAY:DNS}"
: "${OUT:?path of the raw image to write}" "${DOWNLOADS:?directory that keeps downloaded packages}" "${WORK:?scratch directory}"
BOOT_MODULES=${BOOT_MODULES-} ROOT_MODULES=${ROOT_MODULES-} SIZE_MB=${SIZE_MB:-96} PEER=${PEER-}
[[ $GUEST =~ ^[a-z0-9-]{1,12}$ ]] || die "GUEST must be 1 to 12 of a-z, 0-9 and -, not '$GUEST'"
[[ $KERNEL =~ ^(cloud|generic)$ ]] || die "KERNEL must be cloud or generic, not '$KERNEL'"
[[ $ADDRESS =~ ^(dhcp|static:[0-9.]+/[0-9]+:[0-9.]*:[0-9.]*)$ ]] || die "ADDRESS must be dhcp or static:IP/PREFIX:GATEWAY:DNS, not '$ADDRESS'"
[[ $PEER =~ ^([0-9.]+:[0-9]+)?$ ]] || die "PEER must be IP:PORT or empty, not '$PEER'"
[[ $SIZE_MB =~ ^[0-9]+$ && $SIZE_MB -ge 64 && $SIZE_MB -le 4096 ]] || die "SIZE_MB must be a number from 64 to 4096, not '$SIZE_MB'"
PATH=$PATH:/usr/sbin:/sbin
for tool in apt-get dpkg-deb mformat mcopy syslinux cpio lz4 mke2fs debugfs openssl flock timeout; do
    command -v "$tool" >/dev/null || die "'$tool' is missing: run lab/setup.sh first"
done
mbr=
for f in /usr/lib/syslinux/mbr/mbr.bin /usr/lib/SYSLINUX/mbr.bin; do [ -f "$f" ] && mbr=$f && break; done
[ -n "$mbr" ] || die "SYSLINUX's mbr.bin is missing: install syslinux-common"
[ ! -e "$WORK" ] || die "WORK=$WORK exists already: name a directory that this script may create and remove"
mkdir -p "$DOWNLOADS" "$(dirname "$OUT")"
DOWNLOADS=$(cd "$DOWNLOADS" && pwd -P)
OUT=$(cd "$(dirname "$OUT")" && pwd)/$(basename "$OUT")
mkdir -p "$WORK"
WORK=$(cd "$WORK" && pwd)
trap 'rm -rf "$WORK" "$OUT.partial"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Every timestamp and identifier in the image is fixed, so the same input gives the same bytes.
export SOURCE_DATE_EPOCH=1700000000 E2FSPROGS_FAKE_TIME=1700000000
seed=$(printf 'portolan guest %s' "$GUEST" | sha256sum)
uuid=${seed:0:8}-${seed:8:4}-4${seed:13:3}-8${seed:17:3}-${seed:20:12}
LABEL=lab-$GUEST

# --- packages ------------------------------------------------------------------------------------------------
# Newest cached package whose name matches the pattern, or nothing.
cached() { find "$DOWNLOADS" -maxdepth 1 -name "$1_*.deb" | sort -V | tail -n 1; }
download() { # PACKAGE
    local user=()
    # As root, apt would drop to a user who cannot write into a private directory, and only warn about it.
    [ "$(id -u)" != 0 ] || user=(-o APT::Sandbox::User=root)
    apt-cache show --no-all-versions "$1" >/dev/null 2>&1 ||
        die "apt does not know the package $1: are its lists empty? Run 'apt-get update' as root once."
    mkdir -p "$WORK/deb"
    say "downloading $1"
    (cd "$WORK/deb" && timeout 900 apt-get -q=2 -o Acquire::http::Timeout=30 -o Acquire::Retries=2 "${user[@]}" download "$1" >&2) ||
        die "cannot download $1: is the Debian mirror reachable, and are apt's lists filled and current? Try 'apt-get update' as root."
    mv "$WORK/deb"/*.deb "$DOWNLOADS/"
}
# Path of a package's unpacked tree, downloading and unpacking it when it is not in the cache.
unpacked() { # PACKAGE
    local deb tree
    deb=$(cached "$1")
    if [ -z "$deb" ]; then
        download "$1"
        deb=$(cached "$1")
        [ -n "$deb" ] || die "$1 was downloaded and is not in $DOWNLOADS: is that a readable directory?"
    fi
    tree=$DOWNLOADS/$(basename "$deb" .deb)
    if [ ! -d "$tree" ]; then
        rm -rf "$tree.new"
        dpkg-deb -x "$deb" "$tree.new" || die "cannot unpack $deb: delete it, so that it is downloaded again"
        mv "$tree.new" "$tree"
    fi
    echo "$tree"
}
# The concrete package that a metapackage such as linux-image-cloud-amd64 stands for.
concrete() { # METAPACKAGE PATTERN
    apt-cache depends "$1" 2>/dev/null | sed -n 's/^ *Depends: //p' | grep -E -m 1 "$2" ||
        die "apt does not know which kernel $1 stands for: run 'apt-get update' as root once"
}
# Path of a tree with boot/vmlinuz-* and lib/modules/*, the modules uncompressed and indexed.
kernel_tree() {
    local id='' meta image package tree deb
    # shellcheck source=/dev/null
    id=$(. /etc/os-release && echo "${ID:-}")
    if [ "$id" = ubuntu ]; then
        # Untested: Ubuntu keeps the modules in packages of their own.
        meta=linux-image-virtual
        [ "$KERNEL" = cloud ] || meta=linux-image-generic
        image=$(concrete "$meta" '^linux-image-[0-9]')
        tree=$DOWNLOADS/kernel-$KERNEL-$image
        set -- "$image" "linux-modules-${image#linux-image-}"
        [ "$KERNEL" = cloud ] || set -- "$@" "linux-modules-extra-${image#linux-image-}"
    else
        meta=linux-image-amd64 image='linux-image-[0-9]*[0-9]-amd64'
        [ "$KERNEL" = generic ] || meta=linux-image-cloud-amd64 image='linux-image-[0-9]*-cloud-amd64'
        deb=$(cached "$image")
        if [ -n "$deb" ]; then image=${deb##*/} && image=${image%%_*}; else image=$(concrete "$meta" '^linux-image-[0-9]'); fi
        tree=$DOWNLOADS/kernel-$image
        set -- "$image"
    fi
    if [ ! -d "$tree" ]; then
        rm -rf "$tree.new"
        mkdir "$tree.new"
        for package in "$@"; do
            deb=$(cached "$package")
            if [ -z "$deb" ]; then download "$package" && deb=$(cached "$package"); fi
            dpkg-deb -x "$deb" "$tree.new" || die "cannot unpack $deb: delete it, so that it is downloaded again"
        done
        # Nothing a guest of this lab could have; half of the cache otherwise.
        rm -rf "$tree.new"/{,usr/}lib/modules/*/kernel/{sound,drivers/{gpu,media,staging,infiniband,iio,net/wireless}} "$tree.new/boot"/System.map-*
        # Merged-/usr packages carry usr/lib/modules.
        [ -d "$tree.new/lib/modules" ] || ln -s usr/lib "$tree.new/lib"
        find "$tree.new/lib/modules/" -name '*.ko.xz' -exec xz -d {} +
        find "$tree.new/lib/modules/" -name '*.ko.zst' -exec zstd -q -d --rm {} +
        "$busybox" depmod -b "$tree.new" "$(ls "$tree.new/lib/modules")"
        mv "$tree.new" "$tree"
    fi
    echo "$tree"
}
# Several builds may share DOWNLOADS; only one at a time fills it.
exec 9>"$DOWNLOADS/.lock"
flock -w 1800 9 || die "another build holds $DOWNLOADS/.lock for half an hour: is it stuck?"
busybox=$(unpacked busybox-static)/bin/busybox
[ -x "$busybox" ] || busybox=$(unpacked busybox-static)/usr/bin/busybox
kernel=$(kernel_tree)
nft_trees=()
for package in nftables libnftables1 libnftnl11 libmnl0 libxtables12 libgmp10 libjansson4 libedit2 libtinfo6 libbsd0 libmd0 libc6; do
    nft_trees+=("$(unpacked "$package")")
done
exec 9>&-
version=$(ls "$kernel/lib/modules")
modules=$kernel/lib/modules/$version

# --- modules -------------------------------------------------------------------------------------------------
# Copies modules with all they depend on into TREE and prints the names of what is there, built-in ones included.
copy_modules() { # TREE NAME...
    local tree=$1 path name
    shift
    mkdir -p "$tree/lib/modules/$version"
    printf '%s\n' "$@" | awk -v guest="$GUEST" -v version="$version" '
        function base(path) { sub(/.*\//, "", path); sub(/\.ko.*/, "", path); gsub(/-/, "_", path); return path }
        FILENAME ~ /modules\.dep$/ { line = $0; sub(/:/, "", line); needs[base($1)] = line; next }
        FILENAME ~ /modules\.builtin$/ { builtin[base($1)] = 1; next }
        { gsub(/-/, "_") }
        $1 in needs { n = split(needs[$1], files, " "); for (i = 1; i <= n; i++) print files[i]; next }
        $1 in builtin { print "builtin:" $1; next }
        $1 != "" { print "guest " guest ": note: the kernel " version " has no module " $1 > "/dev/stderr" }
    ' "$modules/modules.dep" "$modules/modules.builtin" - | sort -u | while read -r path; do
        name=${path##*/} && name=${name%.ko} && name=${name#builtin:}
        echo "${name//-/_}"
        case $path in builtin:*) continue ;; esac
        mkdir -p "$tree/lib/modules/$version/$(dirname "$path")"
        cp "$modules/$path" "$tree/lib/modules/$version/$path"
    done | sort
    "$busybox" depmod -b "$tree" "$version"
    rm -f "$tree/lib/modules/$version/modules.symbols"
    for path in "$tree/lib/modules/$version"/modules.*; do sort -o "$path" "$path"; done
}

# --- initramfs -----------------------------------------------------------------------------------------------
early=$WORK/initramfs
mkdir -p "$early"/{bin,sbin,dev,proc,sys,new}
cp "$busybox" "$early/bin/busybox"
ln -s ../bin/busybox "$early/sbin/modprobe"
install -m 755 "$here/initramfs.sh" "$early/init"
# shellcheck disable=SC2086
copy_modules "$early" ext4 crc32c_generic $BOOT_MODULES >"$WORK/boot_drivers"

# --- root file system ----------------------------------------------------------------------------------------
root=$WORK/root
mkdir -p "$root"/{bin,sbin,usr/sbin,lib64,usr/lib,dev,proc,sys,run,tmp,data,root,var/lib/portolan,etc/portolan,etc/acpi/PWRF}
cp "$busybox" "$root/bin/busybox"
for link in bin/sh sbin/init sbin/modprobe sbin/poweroff; do ln -s ../bin/busybox "$root/$link"; done
install -m 644 "$here/inittab" "$here/nftables.conf" "$root/etc/"
install -m 755 "$here/boot.sh" "$here/lease.sh" "$root/etc/portolan/"
install -m 644 "$here/network.sh" "$here/facts.sh" "$here/facts.awk" "$root/etc/portolan/"
install -m 755 "$here/power.sh" "$root/etc/acpi/PWRF/00000080" # the event name acpid looks for
# shellcheck disable=SC2086
copy_modules "$root" button evdev nf_tables nft_ct $ROOT_MODULES >"$WORK/root_drivers"
cp "$WORK/boot_drivers" "$root/etc/portolan/boot_drivers"
sort -u "$WORK/boot_drivers" "$WORK/root_drivers" >"$root/etc/portolan/drivers"

# nft with exactly the libraries its own loader says it needs.
libraries=$(printf '%s\n' "${nft_trees[@]}" | sed 's|.*|&/lib/x86_64-linux-gnu:&/usr/lib/x86_64-linux-gnu|' | paste -sd:)
for tree in "${nft_trees[@]}"; do
    for f in "$tree"/{lib64,usr/lib64,lib/x86_64-linux-gnu,usr/lib/x86_64-linux-gnu}/ld-linux-x86-64.so.2; do [ -f "$f" ] && loader=$f; done
    [ -f "$tree/usr/sbin/nft" ] && nft=$tree/usr/sbin/nft
done
[[ -n ${loader:-} && -n ${nft:-} ]] || die "the packages libc6 and nftables do not hold a loader and nft: delete them from $DOWNLOADS"
cp -L "$loader" "$root/lib64/ld-linux-x86-64.so.2"
cp "$nft" "$root/usr/sbin/nft"
"$loader" --library-path "$libraries" --list "$nft" >"$WORK/libraries"
! grep -q 'not found' "$WORK/libraries" || die "nft needs a library that no package brings: $(grep 'not found' "$WORK/libraries" | head -n 1)"
awk '$2 == "=>" && $1 !~ /ld-linux/ { print $3 }' "$WORK/libraries" | while read -r library; do cp -L "$library" "$root/usr/lib/"; done

printf '%s\n' 'ip 0' 'icmp 1' 'tcp 6' 'udp 17' 'ipv6-icmp 58' >"$root/etc/protocols" # names for nft's listing
echo "$GUEST" >"$root/etc/hostname"
echo "${seed:0:32}" >"$root/etc/machine-id"
echo Europe/Berlin >"$root/etc/timezone"
echo 0 >"$root/var/lib/portolan/boots"
if [ "$ADDRESS" = dhcp ]; then
    echo mode=dhcp >"$root/etc/portolan/network.conf"
    ln -s ../run/resolv.conf "$root/etc/resolv.conf"
else
    IFS=: read -r _ address gateway dns <<<"$ADDRESS"
    printf 'mode=static\naddress=%s\ngateway=%s\n' "$address" "$gateway" >"$root/etc/portolan/network.conf"
    [ -z "$dns" ] || echo "nameserver $dns" >"$root/etc/resolv.conf"
fi
if [ -n "$PEER" ]; then
    install -m 755 "$here/live.sh" "$root/etc/portolan/"
    printf 'peer=%s\nport=%s\n' "${PEER%:*}" "${PEER#*:}" >"$root/etc/portolan/live.conf"
    echo '::once:/etc/portolan/live.sh' >>"$root/etc/inittab"
fi
# The canary: 4 MiB that look random and must arrive unharmed.
head -c $((4 << 20)) /dev/zero | openssl enc -aes-256-ctr -K "${seed:0:64}" -iv 00000000000000000000000000000000 >"$root/data/canary.bin"
sha256sum <"$root/data/canary.bin" | cut -d' ' -f1 >"$root/etc/portolan/canary.sha256"
find "$early" "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

# --- image ---------------------------------------------------------------------------------------------------
fat_mb=28 fat_start=2048
ext_start=$((fat_start + fat_mb * 2048)) ext_mb=$((SIZE_MB - 1 - fat_mb))
image=$OUT.partial
rm -f "$image"
truncate -s "${SIZE_MB}M" "$image"
(cd "$early" && find . | sort | cpio --quiet -o -H newc -R 0:0 --reproducible) | lz4 -q -l -9 >"$WORK/initrd"
cp "$kernel"/boot/vmlinuz-* "$WORK/vmlinuz"
# What only costs an emulated processor time: mitigations, crypto self-tests, patching out lock prefixes, clearing
# memory twice, IPv6, moving the kernel.
fast="mitigations=off nokaslr random.trust_cpu=on cryptomgr.notests=1 noreplace-smp init_on_alloc=0 ipv6.disable=1"
cat >"$WORK/syslinux.cfg" <<END
SERIAL 0 115200
DEFAULT linux
PROMPT 0
LABEL linux
  LINUX vmlinuz
  INITRD initrd
  APPEND root=LABEL=$LABEL rw console=tty0 console=ttyS0,115200 quiet loglevel=3 panic=0 $fast
END
touch -d "@$SOURCE_DATE_EPOCH" "$WORK"/{initrd,vmlinuz,syslinux.cfg}
export MTOOLS_SKIP_CHECK=1
mformat -i "$image@@1M" -T $((fat_mb * 2048)) -h 255 -s 63 -H $fat_start -N "${seed:0:8}" -v LABBOOT ::
mcopy -m -i "$image@@1M" "$WORK/vmlinuz" "$WORK/initrd" "$WORK/syslinux.cfg" ::
syslinux -t $((fat_start * 512)) --install "$image"

mke2fs -q -t ext4 -L "$LABEL" -U "$uuid" -m 0 -N 1024 -O ^metadata_csum,^64bit,^dir_index \
    -E "root_owner=0:0,hash_seed=$uuid,lazy_itable_init=0,lazy_journal_init=0,no_copy_xattrs" -d "$root" "$WORK/ext4" "${ext_mb}m" >/dev/null
# Owner and times come from the builder's file system; fix them in the new one, which needs no rights.
(cd "$root" && find . -printf '%P\n') | while read -r path; do
    for field in uid gid; do echo "sif \"/$path\" $field 0"; done
    for field in atime ctime mtime crtime; do echo "sif \"/$path\" $field @$SOURCE_DATE_EPOCH"; done
done >"$WORK/inodes"
debugfs -w -f "$WORK/inodes" "$WORK/ext4" >"$WORK/debugfs.log" 2>&1 || die "debugfs failed: $(tail -n 1 "$WORK/debugfs.log")"
dd if="$WORK/ext4" of="$image" bs=1M seek=$((1 + fat_mb)) conv=notrunc,sparse status=none

dd if="$mbr" of="$image" bs=440 count=1 conv=notrunc status=none
le32() { printf '%b' "$(printf '\\x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255)))"; }
{
    le32 "0x${seed:0:8}"
    printf '\0\0\x80\xfe\xff\xff\x0e\xfe\xff\xff'
    le32 $fat_start && le32 $((fat_mb * 2048))
    printf '\0\xfe\xff\xff\x83\xfe\xff\xff'
    le32 $ext_start && le32 $((ext_mb * 2048))
    head -c 32 /dev/zero
    printf '\x55\xaa'
} | dd of="$image" bs=1 seek=440 conv=notrunc status=none
mv "$image" "$OUT"
say "$(stat -c %s "$OUT") bytes, $(du -k "$OUT" | cut -f1) KiB on disk, initramfs $(stat -c %s "$WORK/initrd"), kernel $version"
