#!/usr/bin/env bash
# Gets a Debian or Ubuntu machine ready for the lab: checks Rust, installs the missing packages of packages.txt.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stop() { printf 'setup: %s\n' "$@" >&2; exit 2; }

rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$here/../Cargo.toml")
PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
get_rust="install it with https://rustup.rs (version $rust or newer), then run this again."
command -v cargo >/dev/null || stop "Rust is missing: $get_rust"
found=$(rustc --version | sed 's/^rustc \([0-9.]*\).*/\1/')
[ "$(printf '%s\n' "$rust" "$found" | sort -V | head -n 1)" = "$rust" ] || stop "Rust $found is too old: $get_rust"

mapfile -t packages < <(sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$here/packages.txt")
if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    stop "this is no Debian or Ubuntu system: install what these packages hold with your own package manager:" "${packages[*]}"
fi

# A tool that is there already, from wherever, is neither replaced nor moved to another version.
there() { # PACKAGE
    case $1 in
        qemu-system-x86) command -v qemu-system-x86_64 >/dev/null && return ;;
        qemu-utils) command -v qemu-img >/dev/null && return ;;
        nodejs) command -v node >/dev/null && return ;;
        npm | chromium) command -v "$1" >/dev/null && return ;;
    esac
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]
}
find_missing() {
    missing=()
    for package in "${packages[@]}"; do there "$package" || missing+=("$package"); done
}
find_missing
# The guests are built from packages too: apt must know them, or they must have been downloaded before.
lists=yes
apt-cache show busybox-static >/dev/null 2>&1 || ls "${XDG_CACHE_HOME:-$HOME/.cache}"/portolan/downloads/busybox-static_*.deb >/dev/null 2>&1 || lists=no
[ ${#missing[@]} -gt 0 ] || [ $lists = no ] || exit 0

machine=$(uname -m)
[ "$machine" = x86_64 ] ||
    echo "setup: this machine is $machine: the guests are x86-64, and qemu-system-x86, syslinux or the guests' kernels may not exist for it." >&2
as_root=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null ||
        stop "neither root nor sudo: let an administrator run: apt-get update && apt-get install --no-install-recommends ${missing[*]}"
    as_root=(sudo)
fi
"${as_root[@]}" apt-get update -q || stop "cannot refresh the package lists: is the mirror in /etc/apt reachable?"
[ ${#missing[@]} -gt 0 ] || exit 0
install() {
    echo "setup: installing $*"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" ||
        stop "cannot install: $*. The lines above say why."
    find_missing
}
# QEMU by itself first: it may have to remove a part of QEMU that came from elsewhere, and what stands on that part
# would then forbid it. The removed part is missing afterwards, and comes with the rest.
[[ " ${missing[*]} " != *" qemu-system-x86 "* ]] || install qemu-system-x86
[ ${#missing[@]} -eq 0 ] || install "${missing[@]}"
[ ${#missing[@]} -gt 0 ] || exit 0
stop "still missing after installing: ${missing[*]}"
