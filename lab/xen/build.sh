#!/usr/bin/env bash
# Builds a Xen host that QEMU can boot without a disk, from Debian's packages alone, once, and prints its folder: `xen`,
# `vmlinuz`, `dom0.cpio.gz`. Needs no root and installs nothing. A minute on two cores; 55 MB are kept. start.sh boots it.
set -euo pipefail
shopt -s inherit_errexit
umask 022
export LC_ALL=C TZ=UTC
stop() { printf 'xen: %s\n' "$@" >&2; exit 1; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
release=bookworm
packages=(xen-hypervisor-4.17-amd64 xen-utils-4.17 xenstore-utils linux-image-amd64 busybox-static bash coreutils sed grep
    mawk util-linux mount iproute2 kmod udev dropbear-bin openssh-client)
modules=(xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xenfs xen-blkback xen-blkfront xen-netback loop virtio_net virtio_pci)

PATH=$PATH:/usr/sbin:/sbin
cache=${PORTOLAN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/portolan}
version=$(cat "$here"/{build.sh,dom0-init,guest-init} | sha256sum | cut -c 1-16)
folder=$cache/xen-$version
mkdir -p "$cache"
exec 9>"$cache/xen.lock"
flock 9
if [ -e "$folder/complete" ]; then
    echo "$folder"
    exit 0
fi

for tool in apt-get dpkg-deb tar cpio; do command -v "$tool" >/dev/null || stop "'$tool' is missing: run lab/setup.sh"; done
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keyring" ] || stop "Debian's keys are missing: apt-get install debian-archive-keyring"
rm -rf "$folder"
work=$folder/work
root=$work/root
mkdir -p "$work"/{lists/partial,archives/partial,kept} "$root"/usr/{bin,sbin,lib,lib64} "$root"/run
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# An apt of its own, to which nothing is installed: it finds all that the packages need, and downloads it.
echo "deb [signed-by=$keyring] http://deb.debian.org/debian $release main" >"$work/sources.list"
echo "deb [signed-by=$keyring] http://deb.debian.org/debian-security $release-security main" >>"$work/sources.list"
: >"$work/status"
apt=(-q=2 -o "Dir::State=$work" -o "Dir::State::status=$work/status" -o "Dir::Cache=$work"
    -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null -o APT::Architecture=amd64
    -o Acquire::Languages=none -o Acquire::Retries=2 -o Acquire::http::Timeout=30)
[ "$(id -u)" != 0 ] || apt+=(-o APT::Sandbox::User=root)
echo "xen: fetching Xen and a kernel from Debian $release" >&2
apt-get "${apt[@]}" update >&2 || stop "Debian's package lists could not be fetched (the lines above say why)"
apt-get "${apt[@]}" install --yes --download-only --no-install-recommends "${packages[@]}" >&2 ||
    stop "the packages could not be fetched (the lines above say why): is deb.debian.org reachable from here?"

echo "xen: packing" >&2
for name in bin sbin lib lib64; do ln -s "usr/$name" "$root/$name"; done
for deb in "$work"/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink --no-same-owner -C "$root"
done
kernel=$(ls "$root/usr/lib/modules")
cp "$root/boot/vmlinuz-$kernel" "$folder/vmlinuz"
gunzip -c "$root/boot/xen-4.17-amd64.gz" >"$folder/xen"

# Of the kernel's modules, those that are loaded and what they need. The tool for it is the one just unpacked.
kmod() { # AS ARGUMENT…
    local libraries=$root/usr/lib/x86_64-linux-gnu
    "$libraries/ld-linux-x86-64.so.2" --argv0 "$1" --library-path "$libraries" "$root/usr/bin/kmod" "${@:2}"
}
kmod depmod -b "$root" "$kernel"
for module in "${modules[@]}"; do
    kmod modprobe -d "$root" -S "$kernel" --show-depends "$module" | sed -n 's/^insmod \([^ ]*\).*/\1/p'
done | sort -u >"$work/needed"
while read -r file; do
    file=${file#"$root"}
    file=/usr${file#/usr}
    install -D -m 644 "$root$file" "$work/kept$file"
done <"$work/needed"
cp "$root/usr/lib/modules/$kernel"/modules.{order,builtin,builtin.modinfo} "$work/kept/usr/lib/modules/$kernel/"
rm -rf "$root"/boot/* "$root/usr/lib/modules" "$root"/usr/share/{doc,man,locale,info,zoneinfo,perl,perl5} "$root"/usr/lib/python3* \
    "$root"/usr/bin/{python3*,perl*} "$root/var/lib/dpkg" "$root/var/cache" "$root"/usr/lib/x86_64-linux-gnu/{perl*,gconv}
cp -a "$work/kept/usr/lib/modules" "$root/usr/lib/"
kmod depmod -b "$root" "$kernel"

# What packages would be set up with.
ln -sf bash "$root/usr/bin/sh"
rm -rf "$root/var/run"
ln -s /run "$root/var/run"
busybox=$root/usr/bin/busybox
for applet in $("$busybox" --list); do
    [ -e "$root/usr/bin/$applet" ] || [ -e "$root/usr/sbin/$applet" ] || ln -s busybox "$root/usr/bin/$applet"
done
echo 'root::0:0:root:/root:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
echo 'root:*:1::::::' >"$root/etc/shadow"
ldconfig -r "$root"

# The guest: a kernel, and an initramfs with one module.
guest=$work/guest
mkdir -p "$guest"/{bin,sbin,dev,proc,sys,modules}
cp "$busybox" "$guest/bin/"
ln -s busybox "$guest/bin/sh"
cp "$root/usr/lib/modules/$kernel/kernel/drivers/block/xen-blkfront.ko" "$guest/modules/"
install -m 755 "$here/guest-init" "$guest/init"
printf '#!/bin/busybox sh\n/bin/busybox poweroff -f\n' >"$guest/sbin/poweroff"
chmod 755 "$guest/sbin/poweroff"
pack() { (cd "$1" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet | gzip -1 -n); }
mkdir -p "$root/root/.ssh" "$root/etc/xen" "$root/etc/dropbear" "$root/srv/xen" "$root/boot"
chmod 700 "$root/root" "$root/root/.ssh"
pack "$guest" >"$root/boot/guest.cpio.gz"
cp "$folder/vmlinuz" "$root/boot/vmlinuz"
install -m 755 "$here/dom0-init" "$root/usr/sbin/dom0-init"
pack "$root" >"$folder/dom0.cpio.gz"
rm -rf "$work"
touch "$folder/complete"
echo "$folder"
