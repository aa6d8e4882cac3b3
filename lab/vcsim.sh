#!/usr/bin/env bash
# Builds vcsim, the vCenter simulator of the govmomi project, and govc, its command line, from Debian's source package,
# once, and prints the folder that holds both. Needs no root: nothing is installed. Two minutes on two cores, 300 MB of
# disk while it builds, 60 MB after.
set -euo pipefail
shopt -s inherit_errexit
umask 022
stop() { printf 'vcsim: %s\n' "$@" >&2; exit 1; }
release=bookworm
# The compiler, and what govmomi imports.
packages=(golang-1.19-go golang-1.19-src golang-github-google-uuid-dev golang-github-kr-pretty-dev
    golang-github-kr-text-dev golang-github-davecgh-go-xdr-dev golang-github-vmware-vmw-guestinfo-dev
    golang-github-rogpeppe-go-internal-dev)

cache=${PORTOLAN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/portolan}
folder=$cache/vcsim-$release-1
mkdir -p "$cache"
exec 9>"$cache/vcsim.lock"
flock 9 # tests run beside each other
if [ -e "$folder/complete" ]; then
    echo "$folder"
    exit 0
fi

for tool in apt-get dpkg-deb tar xz; do command -v "$tool" >/dev/null || stop "'$tool' is missing: this needs Debian or Ubuntu"; done
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keyring" ] || stop "Debian's keys are missing: apt-get install debian-archive-keyring"
rm -rf "$folder"
work=$folder/work
mkdir -p "$work"/{lists/partial,archives/partial,deb,root,go/src/github.com/vmware}
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# An apt of its own: the release is the same everywhere, and the machine's package lists stay as they are.
echo "deb [signed-by=$keyring] http://deb.debian.org/debian $release main" >"$work/sources.list"
echo "deb-src [signed-by=$keyring] http://deb.debian.org/debian $release main" >>"$work/sources.list"
apt=(-q=2 -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work" -o "Dir::Etc::sourcelist=$work/sources.list"
    -o Dir::Etc::sourceparts=/dev/null -o APT::Architecture=amd64 -o Acquire::Languages=none
    -o Acquire::Retries=2 -o Acquire::http::Timeout=30 -o APT::Get::List-Cleanup=false)
[ "$(id -u)" != 0 ] || apt+=(-o APT::Sandbox::User=root)
echo "vcsim: fetching govmomi and a Go compiler from Debian $release" >&2
apt-get "${apt[@]}" update >&2 || stop "Debian's package lists could not be fetched (the lines above say why)"
(cd "$work/deb" && apt-get "${apt[@]}" download "${packages[@]}" >&2 &&
    apt-get "${apt[@]}" source --download-only golang-github-vmware-govmomi >&2) ||
    stop "the packages could not be fetched (the lines above say why): is deb.debian.org reachable from here?"
for deb in "$work"/deb/*.deb; do dpkg-deb -x "$deb" "$work/root"; done
mkdir "$work/govmomi"
tar -xf "$work"/deb/golang-github-vmware-govmomi_*.orig.tar.* -C "$work/govmomi" --strip-components 1
ln -s "$work/govmomi" "$work/go/src/github.com/vmware/govmomi"

echo "vcsim: building (two minutes)" >&2
for program in vcsim govc; do
    GOROOT=$work/root/usr/lib/go-1.19 GOPATH=$work/go:$work/root/usr/share/gocode GOCACHE=$work/gocache \
        GO111MODULE=off CGO_ENABLED=0 GOFLAGS=-p=2 \
        "$work/root/usr/lib/go-1.19/bin/go" build -ldflags='-s -w' -o "$folder/$program" "github.com/vmware/govmomi/$program" >&2 ||
        stop "$program could not be built (the lines above say why)"
done
touch "$folder/complete"
echo "$folder"
