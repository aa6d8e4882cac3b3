"""What Python's email package, which shares no code with Portolan, finds in a mail. Alone: mails from stdin, each behind
a line with its length; a line of JSON for each."""
import base64
import email
import email.policy
import json
import sys


def read(raw):
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    found = {
        "headers": [[name, str(value)] for name, value in mail.items()],
        "addresses": {
            name: [[it.display_name, it.addr_spec] for it in mail[name].addresses]
            for name in ("From", "To", "Reply-To")
            if mail[name]
        },
        "date": mail["Date"].datetime.timestamp() if mail["Date"] else None,
        "structure": [part.get_content_type() for part in mail.walk()],
        "attachments": [],
        "defects": [str(it) for part in mail.walk() for it in [*part.defects, *(d for v in part.values() for d in v.defects)]],
        "longest": max(len(line) for line in raw.split(b"\r\n")),
        "bare": raw.replace(b"\r\n", b"").count(b"\n") + raw.replace(b"\r\n", b"").count(b"\r"),
        "ascii": raw.isascii(),
    }
    for name, kind in (("text", "plain"), ("html", "html")):
        body = mail.get_body((kind,)) if not mail.get_content_type().endswith("encrypted") else None
        found[name] = body.get_content() if body else None
    for part in mail.walk():
        if part.is_attachment():
            # get_filename() of Python takes quotes off a second time.
            name = part["Content-Disposition"].params.get("filename")
            data = base64.b64encode(part.get_payload(decode=True)).decode()
            found["attachments"].append([name, part.get_content_type(), data])
        if part.get_content_type() == "application/octet-stream" and not part.is_attachment():
            found["sealed"] = part.get_payload(decode=True).decode("ascii")
    return found


if __name__ == "__main__":
    while line := sys.stdin.buffer.readline():
        print(json.dumps(read(sys.stdin.buffer.read(int(line)))), flush=True)
