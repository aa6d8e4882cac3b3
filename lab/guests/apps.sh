# What the guest's applications answer, asked from inside and at the address of its first adapter; printed as a frame of
# its own before the facts. Stands before facts.sh in guests that have probes; the questions follow it, one a line.
# Whatever an application says, only digits, digests and words from here are printed.
# shellcheck shell=sh disable=SC2317

# How much of an answer is read, in bytes; how long one may take and how often a silent one is asked, in seconds and times.
most=262144 patience=${patience:-5} tries=${tries:-3}
replies=
cr=$(printf '\r')
: "${scratch:=/run}"

# The address that others would use; lo answers whatever an application is bound to.
if [ -z "${own-}" ]; then
    ip -4 -o addr >"$scratch/app.address"
    while read -r _ nic _ address _; do
        [ "$nic" = lo ] || { own=${address%/*} && break; }
    done <"$scratch/app.address"
fi

reply() { # ID ANSWERED STATUS SHA256 MS WHY
    replies="$replies${replies:+,}{\"id\":\"$1\",\"answered\":$2,\"status\":${3:-null},\"sha256\":\"$4\",\"ms\":${5:-null},\"why\":\"$6\"}"
}
# Never more than this, never longer than this, whatever keeps the other end open.
bounded() { timeout $((patience + 2)) head -c $most >"$scratch/app.answer"; }
# Whether somebody listens.
listens() { [ -n "$own" ] && timeout $patience nc -w 3 "$own" "$1" -e true </dev/null >/dev/null 2>&1; }
# An application may need a moment: asks again until it listens.
comes_up() { # PORT
    tried=0
    until listens "$1"; do
        tried=$((tried + 1))
        [ $tried -lt $tries ] || return 1
        sleep 1
    done
}
silent() { # ID
    if [ -n "$own" ]; then reply "$1" false '' '' '' "nobody listens"; else reply "$1" false '' '' '' "no address"; fi
}

ask_port() { # ID PORT
    if comes_up "$2"; then reply "$1" true '' '' '' ''; else silent "$1"; fi
}
ask_http() { # ID PORT PATH
    comes_up "$2" || { silent "$1" && return; }
    printf 'GET %s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\n\r\n' "$3" "$own" |
        timeout $patience nc -w 3 "$own" "$2" 2>/dev/null | bounded
    # Head and body are apart by an empty line; the digest is of the body alone.
    said=$(
        read -r version code _
        while IFS= read -r line && [ -n "${line%"$cr"}" ]; do :; done
        printf '%s %s ' "$version" "${code%"$cr"}"
        sha256sum
    ) <"$scratch/app.answer"
    case $said in
        HTTP/[0-9].[0-9]\ [1-5][0-9][0-9]\ *)
            said=${said#* }
            sum=${said#* }
            reply "$1" true "${said%% *}" "${sum%% *}" '' ''
            ;;
        *) reply "$1" false '' '' '' "not HTTP" ;;
    esac
}
ask_command() { # ID WORD...
    id=$1
    shift
    # Into a file and not a pipe: what a command leaves running is not waited for. One that says more is ended.
    (
        ulimit -f $((most / 512))
        timeout $patience "$@" </dev/null >"$scratch/app.answer" 2>/dev/null
    )
    code=$?
    sum=$(sha256sum <"$scratch/app.answer")
    # What timeout says of a command that did not end is no exit of that command.
    case $code in
        124 | 143) reply "$id" false '' '' '' "did not end" ;;
        *) reply "$id" true "$code" "${sum%% *}" '' '' ;;
    esac
}
ask_file() { # ID PATH
    sum=
    [ ! -f "$2" ] || sum=$(timeout 60 sha256sum <"$2" 2>/dev/null) || sum=
    if [ -n "$sum" ]; then reply "$1" true '' "${sum%% *}" '' ''; else reply "$1" false '' '' '' "cannot be read"; fi
}
# Hundredths of a second since boot, as a whole number.
now() {
    up=$(read -r up _ </proc/uptime && echo "${up%.*}${up#*.}")
    up=${up#"${up%%[!0]*}"}
}
ask_latency() { # ID PORT
    comes_up "$2" || { silent "$1" && return; }
    : >"$scratch/app.times"
    for _ in 1 2 3 4 5; do
        now && before=$up
        listens "$2" || { silent "$1" && return; }
        now && echo $(((up - before) * 10)) >>"$scratch/app.times"
    done
    reply "$1" true '' '' "$(sort -n "$scratch/app.times" | sed -n 3p)" ''
}
say_replies() {
    json="{\"schema\":1,\"replies\":[$replies]}"
    sum=$(printf %s "$json" | sha256sum)
    # Twice, as the facts.
    for _ in 1 2; do
        printf '\n<<<PORTOLAN APPS 1 bytes=%s sha256=%s>>>\n%s\n<<<PORTOLAN APPS END>>>\n' "${#json}" "${sum%% *}" "$json"
    done
    rm -f "$scratch"/app.*
    replies=
}
