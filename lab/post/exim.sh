#!/usr/bin/env bash
# A real mail server for tests: lab/post/exim.sh FOLDER PORT USER PASSWORD. FOLDER has certificate.pem and key.pem; letters
# come to FOLDER/inbox and notifications to FOLDER/bounces, both Maildirs. It runs in the foreground until it is ended.
# Readers of boreal.test: anybody, but `nobody` (refused), `busy` (later), `gone` (taken, and then returned).
set -euo pipefail
stop() { printf 'exim: %s\n' "$@" >&2; exit 1; }
[ $# -eq 4 ] || stop "usage: lab/post/exim.sh FOLDER PORT USER PASSWORD"
command -v exim4 >/dev/null || stop "Exim is missing: apt-get install exim4-daemon-light (lab/setup.sh does it)"
folder=$1

cat >"$folder/exim.conf" <<CONF
spool_directory = $folder/spool
log_file_path = $folder/log/%slog
pid_file_path = $folder/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = $2
primary_hostname = relay.portolan.test
qualify_domain = portolan.test
domainlist local_domains = boreal.test : portolan.test
tls_advertise_hosts = *
tls_certificate = $folder/certificate.pem
tls_privatekey = $folder/key.pem
acl_smtp_mail = acl_mail
acl_smtp_rcpt = acl_rcpt
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
message_size_limit = 20M
deliver_drop_privilege
$([ "$(id -u)" = 0 ] || echo "exim_user = $(id -un)")
begin acl
acl_mail:
  deny !authenticated = *
       message = 5.7.0 authentication required
  accept
acl_rcpt:
  defer local_parts = busy
        message = 4.2.0 mailbox of \$local_part@\$domain is busy
  deny local_parts = nobody
       message = 5.1.1 \$local_part is unknown here
  accept domains = +local_domains
  deny message = 5.7.1 relay denied
begin routers
gone:
  driver = redirect
  local_parts = gone
  data = :fail: 5.1.6 the mailbox has moved
  allow_fail
back:
  driver = accept
  domains = portolan.test
  transport = bounces
local:
  driver = accept
  domains = +local_domains
  transport = inbox
begin transports
inbox:
  driver = appendfile
  directory = $folder/inbox
  envelope_to_add
  maildir_format
  create_directory
bounces:
  driver = appendfile
  directory = $folder/bounces
  maildir_format
  create_directory
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = \${if and{{eq{\$auth2}{$3}}{eq{\$auth3}{$4}}}}
  server_set_id = \$auth2
  server_advertise_condition = \${if def:tls_in_cipher}
CONF
mkdir -p "$folder/spool" "$folder/log"
# Started by root, it works as a user of its own; what it is told must be root's.
[ "$(id -u)" != 0 ] || chown Debian-exim "$folder" "$folder"/{spool,log,key.pem,certificate.pem}
chmod 0644 "$folder/exim.conf"
exec exim4 -C "$folder/exim.conf" -bdf
