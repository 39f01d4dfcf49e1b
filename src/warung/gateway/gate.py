"""The gate of HTTP: how much is let in, decided by the head of a request before anything is done for it, so that refusing costs little."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from warung.gateway.door import token_in
from warung.gateway.errors import Phrasebook, problem
from warung.gateway.frame import Problem
from warung.gateway.overload import Admission, Way
from warung.gateway.patience import CAME
from warung.kit.db import SINCE
from warung.kit.domain import Priority

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Refused(msgspec.Struct):
    """The body of every refusal."""

    error: Problem


class Gate:
    """An application before another one. `first` are the addresses, of a method each, that say which priority they have."""

    def __init__(
        self,
        app: Any,
        admission: Admission,
        phrases: Phrasebook,
        special: Sequence[tuple[str, str, Priority]],
        headers: dict[str, str],
    ) -> None:
        self._app = app
        self._admission = admission
        self._phrases = phrases
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]
        together: dict[tuple[str, Priority], list[str]] = {}
        for method, path, priority in special:
            pattern = "[^/]+".join(map(re.escape, re.split(r"\{[^}]*\}", path)))
            together.setdefault((method, priority), []).append(pattern)
        self._special = {how: re.compile(f"(?:{'|'.join(patterns)})/?") for how, patterns in together.items()}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let a request in, or turn it away."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        client = scope["client"]
        who = token_in(headers)[0] or (client[0] if client else "")
        priority = self._priority(scope["method"], scope["path"])
        if not self._admission.admit(priority, who, Way.HTTP):
            await self._turn_away(headers.get("accept-language", ""), send)
            return
        came = scope.get(CAME)
        SINCE.set([came] if came is not None else None)
        inside = [priority]
        self._admission.enter(priority)

        async def answer(message: Any) -> None:
            if inside:  # from here on it is only the other side that may be slow
                self._admission.leave(inside.pop())
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            if inside:
                self._admission.leave(priority)

    def _priority(self, method: str, path: str) -> Priority:
        for priority in Priority:
            pattern = self._special.get((method, priority))
            if pattern is not None and pattern.fullmatch(path):
                return priority
        return Priority.CATCH_UP if method in SAFE else Priority.SEND

    async def _turn_away(self, languages: str, send: Any) -> None:
        told = problem(self._admission.refusal(), self._phrases, self._phrases.best(languages))
        body = msgspec.json.encode(Refused(told))
        own = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"retry-after", str(told.details["retry_after_s"]).encode()),
        ]
        await send({"type": "http.response.start", "status": 503, "headers": [*own, *self._headers]})
        await send({"type": "http.response.body", "body": body, "more_body": False})
