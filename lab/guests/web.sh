# An application: a page that is written when it is first started and served from then on. Stands behind network.sh in
# guests that have one; bound=yes keeps it to the address that it was installed with, as many installers do.
# shellcheck shell=sh disable=SC2154
if [ ! -f /data/www/index.html ]; then
    mkdir -p /data/www
    # Nobody else has this text: where it is read again, the disk has come along.
    read -r text </proc/sys/kernel/random/uuid
    echo "$text" >/data/www/index.html
    listen=80
    if [ "$bound" = yes ]; then
        ip -4 -o addr >/run/web.address
        while read -r _ nic _ address _; do
            [ "$nic" = lo ] || { listen=${address%/*}:80 && break; }
        done </run/web.address
    fi
    echo "$listen" >/data/www.listen
fi
read -r listen </data/www.listen
httpd -p "$listen" -h /data/www 2>/dev/null
