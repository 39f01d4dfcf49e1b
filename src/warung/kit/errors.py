"""Refusals: the class name is the wire code, the parent is the HTTP status, the docstring is the English sentence.

    class NotAMember(NotFound):
        \"""You are not in this conversation.\"""

    raise NotAMember(conversation=id)

A sentence may name details in braces. Mapped once, in the gateway; other languages live in `locales/`.
"""

import inspect
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar


class Refusal(Exception):
    """Something warung will not do. Never raised itself: raise a subclass of one of the kinds below."""

    status: ClassVar[int] = 400
    headers: Mapping[str, str] = MappingProxyType({})  # what an answer over HTTP says besides

    def __init__(self, **details: Any) -> None:
        super().__init__(details)
        self.details = details

    @classmethod
    @cache  # told thousands of times a second when there is too much to do
    def code(cls) -> str:
        """Return the wire code: `NotAMember` is `not_a_member`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    @cache
    def sentence(cls) -> str:
        """Return the English sentence, with its places for details."""
        return " ".join(inspect.cleandoc(cls.__doc__ or "").split())

    def __str__(self) -> str:
        return f"{self.code()} {self.details or ''}".strip()


class BadRequest(Refusal):
    """The request was not understood."""

    status = 400


class NumberTooLarge(BadRequest):
    """This number is too large."""


class Unauthenticated(Refusal):
    """Sign in first."""

    status = 401


class NotAllowed(Refusal):
    """You may not do this."""

    status = 403


class NotFound(Refusal):
    """It is not there."""

    status = 404


class Conflict(Refusal):
    """This contradicts what is already there."""

    status = 409


class TooLarge(Refusal):
    """This is too large."""

    status = 413


class TooMany(Refusal):
    """Too many attempts. Try again in {retry_after_s} seconds."""

    status = 429


class Unavailable(Refusal):
    """This cannot be done right now. Nothing was changed; try again soon."""

    status = 503


class DiskFull(Unavailable):
    """The server's disk is full. Reading goes on; nothing new can be stored until the operator makes room."""


def every_refusal() -> list[type[Refusal]]:
    """Return every refusal of this program, by code: for the documents and for the test of translations."""
    found: dict[str, type[Refusal]] = {}
    waiting = [Refusal]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            if kind.__module__.partition(".")[0] == __name__.partition(".")[0]:
                found[kind.code()] = kind
            waiting.append(kind)
    return [found[code] for code in sorted(found)]
