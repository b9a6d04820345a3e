"""What stands before every request: the Host it names, where a write comes from, who asks, and how it is answered."""

import hmac
import json
import secrets
from collections.abc import Collection
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from typing import NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD"})
CSRF_HEADER = "x-csrf-token"
MOST_BODY = 64 << 10
_SESSION_BYTES = 18
_MOST_NAME = 256

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Trust(NamedTuple):
    """Whom the service believes.

    ``hosts`` are the names (with port) by which it may be asked for. ``identity_header`` is believed from the addresses
    ``proxies`` only; "" where people name themselves, which is for one's own machine.
    """

    hosts: frozenset[str]
    identity_header: str = ""
    proxies: frozenset[str] = frozenset()


class Sessions:
    """Gives browsers a session and the token that their writes must bear: other sites can read neither.

    Args:
        port: names the cookie, since cookies of two services on one machine would meet.
    """

    def __init__(self, port: int) -> None:
        self.cookie = f"millrace_{port}"
        self._secret = secrets.token_bytes(32)

    def of(self, headers: Headers) -> str:
        """Give the session of a request, "" where it has none."""
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
        except CookieError:
            return ""
        return morsel.value if morsel else ""

    def new(self) -> str:
        """Begin a session."""
        return secrets.token_urlsafe(_SESSION_BYTES)

    def token(self, session: str) -> str:
        """Give the token of a session."""
        return hmac.new(self._secret, session.encode(), sha256).hexdigest()

    def is_good(self, headers: Headers) -> bool:
        """Tell whether a request bears the token of its session."""
        session = self.of(headers)
        given = headers.get(CSRF_HEADER, "").encode()
        return bool(session) and hmac.compare_digest(self.token(session).encode(), given)


class Guard:
    """The outermost layer of the service.

    Args:
        app: what is guarded.
        trust: whom to believe.
        sessions: who may write.
    """

    def __init__(self, app: ASGIApp, trust: Trust, sessions: Sessions) -> None:
        self._app = app
        self._trust = trust
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or hand it on; every answer bears the headers that keep a page safe."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        if refusal := self._refusal(scope):
            await _refuse(send_guarded, *refusal)
        else:
            await self._app(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        if headers.get("host", "").lower() not in self._trust.hosts:
            return 421, "This service does not go by that name. Start it with --allowed_hosts to add one."
        if self._trust.identity_header and scope["path"].startswith("/api/") and not who(scope, self._trust):
            return 403, "Only the configured proxy may ask, and it has to say for whom."
        if scope["method"] in SAFE_METHODS:
            return None
        return self._refused_write(headers)

    def _refused_write(self, headers: Headers) -> tuple[int, str] | None:
        origin = headers.get("origin")
        if headers.get("sec-fetch-site", "same-origin") != "same-origin" or (
            origin is not None and origin.partition("://")[2].lower() not in self._trust.hosts
        ):
            return 403, "Writes come from this page only."
        if not self._sessions.is_good(headers):
            return 403, "The write bears no valid token (X-CSRF-Token); GET /api/session gives one."
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return 415, "Send application/json."
        length = headers.get("content-length", "")
        if not length.isdecimal() or int(length) > MOST_BODY:
            return 413, f"Send at most {MOST_BODY} bytes, with their Content-Length."
        return None


def who(scope: Scope, trust: Trust) -> str:
    """Give who is asking by the word of a trusted proxy, "" where none vouches."""
    client = scope.get("client") or ("", 0)
    if not trust.identity_header or client[0] not in trust.proxies:
        return ""
    values = Headers(scope=scope).getlist(trust.identity_header)
    return values[0].rpartition(":")[2].strip()[:_MOST_NAME] if len(values) == 1 else ""


def host_names(host: str, port: int, allowed: Collection[str]) -> frozenset[str]:
    """Give the names by which a service may be asked for: this machine's own, the address bound to, and those told."""
    shown = f"[{host}]" if ":" in host else host
    own = {"localhost", "127.0.0.1", "[::1]", *([] if host in ("0.0.0.0", "::") else [shown])}  # noqa: S104 - compared
    names = {f"{name.lower()}:{port}" for name in own}
    names |= {name.lower() for name in allowed}
    return frozenset(names | ({name.lower() for name in own} if port == 80 else set()))  # noqa: PLR2004 - left out by browsers


async def _refuse(send: Send, status: int, text: str) -> None:
    body = json.dumps({"code": "refused", "text": text, "remedy": ""}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
