#!/bin/busybox sh
# shellcheck shell=dash
# The power button: nothing here needs a grace period, so write everything out and switch off.
sync
mount -o remount,ro /
echo "<<<PORTOLAN DOWN graceful>>>" >/dev/ttyS0
exec poweroff -f
