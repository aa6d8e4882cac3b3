# Python libraries of others, for scripts of this folder to source. Such a script has set `here`, the function `stop`,
# and calls: python_with NAME FILE, which leaves in `folder` the place of an environment with what lab/FILE lists.
# A script that needs more beside it defines `install_more`.

# Checks the words of a call, which are STORE [PORTOLAN [ARGUMENT…]]: leaves `store`, `program` and the array `arguments`.
store_and_program() {
    [ $# -ge 1 ] || stop "usage: lab/${0##*/} STORE [PORTOLAN [ARGUMENT…]]"
    store=$1
    program=${2:-${PORTOLAN:-${CARGO_TARGET_DIR:-$here/../target}/release/portolan}}
    arguments=("${@:3}")
    [ -d "$store" ] || stop "there is no folder $store"
    command -v "$program" >/dev/null ||
        stop "there is no program $program: build it (cargo build --release), or name another"
}

install_more() { :; }

python_with() {
    local name=$1 listed=$here/$2 version
    command -v python3 >/dev/null && python3 -c 'import ensurepip, venv' 2>/dev/null ||
        stop "Python 3 with venv is missing: apt-get install python3-venv (lab/setup.sh does it)"
    # A folder for each set of versions: what was installed once is not looked at again.
    version=$({ cat "$listed"; python3 --version; } | sha256sum | cut -c 1-16)
    folder=${PORTOLAN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/portolan}/$name-$version
    [ ! -e "$folder/complete" ] || return 0
    rm -rf "$folder"
    mkdir -p "$folder"
    python3 -m venv "$folder/venv" || stop "cannot make a Python environment in $folder"
    pip=("$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps)
    echo "${0##*/}: installing lab/$2" >&2
    "${pip[@]}" --requirement "$listed" && install_more ||
        stop "it could not be installed (the lines above say why): is PyPI reachable from here?" \
            "Nothing was checked. What nobody has checked must not count as right."
    touch "$folder/complete"
}
