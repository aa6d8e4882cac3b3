#!/usr/bin/env bash
# Builds a small Debian on a raw disk for virt-v2v to convert, once, and prints its folder: `guest.raw`, and the kernel
# (`vmlinuz`, `modules/VERSION`) that libguestfs's appliance boots where the machine has none of its own. By root, or
# by anybody with subordinate ids (mmdebstrap's unshare mode). Two minutes; about 700 MB are kept.
set -euo pipefail
shopt -s inherit_errexit
umask 022
export LC_ALL=C TZ=UTC
stop() { printf 'v2v: %s\n' "$@" >&2; exit 1; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages=systemd-sysv,udev,kmod,linux-image-cloud-amd64,initramfs-tools,lz4,grub-pc,iproute2
size_mib=1024

PATH=$PATH:/usr/sbin:/sbin
# The initramfs holds the drivers of the lab's controllers and no others, packed fast: it is packed again at each
# conversion, in an emulated machine.
install_rest() { # ROOT
    mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/boot/grub" "$1/etc/default"
    printf 'MODULES=list\nCOMPRESS=lz4\n' >"$1/etc/initramfs-tools/conf.d/small"
    printf '%s\n' ext4 virtio_pci virtio_blk virtio_scsi sd_mod >"$1/etc/initramfs-tools/modules"
    echo 'LABEL=guest / ext4 errors=remount-ro 0 1' >"$1/etc/fstab"
    echo portolan-guest >"$1/etc/hostname"
    chroot "$1" update-initramfs -u
    kernel=$(ls "$1/lib/modules")
    cat >"$1/boot/grub/grub.cfg" <<GRUB
set timeout=0
menuentry "Debian" {
    search --no-floppy --label guest --set=root
    linux /boot/vmlinuz-$kernel root=LABEL=guest ro console=ttyS0 quiet
    initrd /boot/initrd.img-$kernel
}
GRUB
    printf '#!/bin/sh\necho PORTOLAN-GUEST-IS-UP $(sha256sum /etc/portolan-payload) >/dev/ttyS0\n' >"$1/usr/local/sbin/up"
    chmod 755 "$1/usr/local/sbin/up"
    head -c 100000 /dev/zero | tr '\0' p >"$1/etc/portolan-payload"
    printf '[Unit]\nDescription=Says that it is up\n[Service]\nType=oneshot\nExecStart=/usr/local/sbin/up\n[Install]\nWantedBy=multi-user.target\n' \
        >"$1/etc/systemd/system/up.service"
    chroot "$1" systemctl enable up.service
    chroot "$1" grub-mkimage -O i386-pc -p '(hd0,msdos1)/boot/grub' -o /boot/grub/core.img \
        biosdisk part_msdos ext2 linux normal configfile search search_label
    rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/*
}

# What leaves the installation: its file system, its boot loader, its kernel.
hand_over() { # ROOT FOLDER
    cat "$1/boot/grub/core.img" >"$2/core.img"
    cat "$1/usr/lib/grub/i386-pc/boot.img" >"$2/boot.img"
    cat "$1"/boot/vmlinuz-* >"$2/vmlinuz"
    tar -C "$1/lib" -c modules >"$2/modules.tar"
    # Seen without what is mounted in it while packages are installed.
    unshare --mount --propagation private sh -ec 'mount --bind "$1" "$1/mnt"
        mke2fs -q -F -t ext4 -L guest -O ^metadata_csum_seed -m 0 -E lazy_itable_init=1 -d "$1/mnt" "$2/root.ext4"' sh "$1" "$2"
}
if [ "${1:-}" = --within ]; then
    install_rest "$3"
    hand_over "$3" "$2"
    exit 0
fi

cache=${PORTOLAN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/portolan}
version=$(sha256sum <"$here/build.sh" | cut -c 1-16)
folder=$cache/v2v-$version
# Whatever kernel the appliance boots, what packs it looks for those of this machine, and stops where there is no such folder.
mkdir -p /lib/modules 2>/dev/null || stop "/lib/modules is missing, as in a container: let an administrator make it, empty"
mkdir -p "$cache"
exec 9>"$cache/v2v.lock"
flock 9
if [ -e "$folder/complete" ]; then
    echo "$folder"
    exit 0
fi
for tool in mmdebstrap mke2fs sfdisk tar; do command -v "$tool" >/dev/null || stop "'$tool' is missing: run lab/setup.sh"; done
rm -rf "$folder"
work=$folder/work
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Whoever installs may be another user than who asked: the files that are handed over can be written by both.
handed=(core.img boot.img vmlinuz modules.tar root.ext4)
(cd "$work" && touch "${handed[@]}" && chmod 666 "${handed[@]}")
truncate -s $((size_mib - 1))M "$work/root.ext4"

echo "v2v: installing a small Debian" >&2
mmdebstrap --variant=minbase --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --include="$packages" \
    --customize-hook="'$here/build.sh' --within '$work' \"\$1\"" --format=null bookworm - http://deb.debian.org/debian >&2 ||
    stop "Debian could not be installed (the lines above say why): is deb.debian.org reachable from here?"

echo "v2v: putting it on a disk" >&2
truncate -s ${size_mib}M "$work/guest.raw"
echo 'start=2048, type=83, bootable' | sfdisk -q "$work/guest.raw"
dd if="$work/boot.img" of="$work/guest.raw" bs=446 count=1 conv=notrunc status=none
dd if="$work/core.img" of="$work/guest.raw" bs=512 seek=1 conv=notrunc status=none
dd if="$work/root.ext4" of="$work/guest.raw" bs=1M seek=1 conv=notrunc,sparse status=none
tar -C "$work" -x --no-same-owner -f "$work/modules.tar"
chmod 644 "$work/vmlinuz"
mv "$work/guest.raw" "$work/modules" "$work/vmlinuz" "$folder/"
touch "$folder/complete"
echo "$folder"
