"""A mail server for tests: server.py starttls|implicit|none [CERTIFICATE KEY [USER PASSWORD]]. Prints its port, then for
each mail that it took a line of JSON. Addresses choose its faults: `rcpt-450@…` is answered 450 at RCPT, `drop-end@…` is
a connection that is gone behind the final dot (the mail was taken), `slow-end@…` an answer that never comes. `-once`
behind a fault: the next try goes well."""
import asyncio
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

from read_mail import read

seen = set()
connections = 0
WORDS = {"4": "4.2.0 try again later", "5": "5.7.1 <{}> is not wanted"}


def fault(address, phase):
    """What is to go wrong at this phase: None, a reply, or what to do."""
    local = (address or "").split("@")[0]
    kind, _, rest = local.partition("-")
    once = rest.endswith("-once")
    rest = rest.removesuffix("-once")
    if kind == phase and rest[:1] in WORDS:
        what = f"{rest} {WORDS[rest[0]].format(address)}"
    elif kind in ("drop", "slow") and rest == phase:
        what = kind
    else:
        return None
    if once and local in seen:
        return None
    seen.add(local)
    return what


async def hold(phase):
    """Holds an answer back for good, and says so: whoever is to be killed meanwhile can be."""
    print("held", phase, file=sys.stderr, flush=True)
    await asyncio.sleep(3600)


class Server(SMTP):
    def connection_made(self, transport):
        global connections
        if not self.transport:  # not the second time, behind STARTTLS
            connections += 1
            self.number = connections
        super().connection_made(transport)

    async def suffer(self, address, phase):
        what = fault(address, phase)
        if what == "drop":
            self.transport.abort()
            return "421 gone"
        if what == "slow":
            await hold(phase)
        return what

    async def smtp_DATA(self, arg):
        what = await self.suffer((self.envelope.rcpt_tos or [None])[0], "data")
        if what:
            await self.push(what)
        else:
            await super().smtp_DATA(arg)


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if what := await server.suffer(address, "mail"):
            return what
        envelope.mail_from = address
        return "250 2.1.0 ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if what := await server.suffer(address, "rcpt"):
            return what
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        what = fault(envelope.rcpt_tos[0], "end")
        if what is None or what in ("drop", "slow"):
            told = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "connection": server.number}
            told |= {"encrypted": session.ssl is not None or TLS == "implicit", "user": session.auth_data}
            print(json.dumps(told | {"mail": read(envelope.original_content)}), flush=True)
        if what == "drop":
            server.transport.abort()
        if what == "slow":
            await hold("end")
        return what or f"250 2.0.0 taken for <{envelope.rcpt_tos[0]}>"


TLS, *rest = sys.argv[1:]
context, login = None, None
if len(rest) >= 2:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(rest[0], rest[1])
if len(rest) == 4:
    wanted = tuple(it.encode() for it in rest[2:])

    def login(server, session, envelope, mechanism, data):
        good = (data.login, data.password) == wanted
        if good:
            return AuthResult(success=True, auth_data=data.login.decode())
        return AuthResult(success=False, handled=False)


def serve():
    return Server(
        Handler(),
        hostname="relay.test",
        tls_context=context if TLS == "starttls" else None,
        require_starttls=TLS == "starttls",
        authenticator=login,
        auth_required=login is not None,
        auth_require_tls=TLS == "starttls",
        data_size_limit=20 * 1024 * 1024,
    )


async def main():
    listener = await asyncio.get_running_loop().create_server(
        serve, "127.0.0.1", 0, ssl=context if TLS == "implicit" else None
    )
    print(listener.sockets[0].getsockname()[1], flush=True)
    # Ends with whoever started it.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)  # answers that never come are still awaited


asyncio.run(main())
