#!/usr/bin/env bash
# Gets a Debian or Ubuntu machine ready for the lab: checks Rust, installs the missing packages of packages.txt.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stop() { printf 'setup: %s\n' "$@" >&2; exit 2; }

toolchain=$here/../rust-toolchain.toml
rust=1.95
if [ -f "$toolchain" ]; then
    named=$(sed -n 's/^ *channel *= *"\([^"]*\)".*/\1/p' "$toolchain")
    rust=${named:-$rust}
fi
command -v cargo >/dev/null || [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ] ||
    stop "Rust is missing: install it with https://rustup.rs (version $rust or newer), then run this again."

mapfile -t packages < <(sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$here/packages.txt")
if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    stop "this is no Debian or Ubuntu system: install what these packages hold with your own package manager:" "${packages[*]}"
fi

missing=()
for package in "${packages[@]}"; do
    # A tool that is there already, from wherever, is neither replaced nor moved to another version.
    case $package in
        qemu-system-x86) if command -v qemu-system-x86_64 >/dev/null; then continue; fi ;;
        qemu-utils) if command -v qemu-img >/dev/null; then continue; fi ;;
    esac
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
echo "setup: missing packages: ${missing[*]}"

machine=$(uname -m)
[ "$machine" = x86_64 ] ||
    echo "setup: this machine is $machine: the guests are x86-64, and qemu-system-x86, syslinux or the guests' kernels may not exist for it." >&2

install=(apt-get install -y -q --no-install-recommends "${missing[@]}")
as_root=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || stop "neither root nor sudo: let an administrator run: apt-get update && ${install[*]}"
    as_root=(sudo)
fi
"${as_root[@]}" apt-get update -q ||
    stop "cannot refresh the package lists: is the mirror in /etc/apt reachable?"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${install[@]}" ||
    stop "cannot install: ${missing[*]}. The lines above say why."
