# What dom0 gets: a machine with a disk, and two whose configurations say the same name.
mkdir -p /srv/xen/web /tmp
truncate -s 8M /srv/xen/web/disk.raw
printf HELLO-FROM-DISK0 | dd of=/srv/xen/web/disk.raw conv=notrunc 2>/dev/null
cat >/etc/xen/web.cfg <<'CONFIG'
name = "web"
type = "pv"
kernel = "/boot/vmlinuz"
ramdisk = "/boot/guest.cpio.gz"
extra = "console=hvc0 quiet"
memory = 128
vcpus = 1
disk = [ "format=raw,vdev=xvda,access=rw,target=/srv/xen/web/disk.raw" ]
CONFIG
for file in left right; do sed 's/"web"/"twin"/' /etc/xen/web.cfg >"/etc/xen/$file.cfg"; done
