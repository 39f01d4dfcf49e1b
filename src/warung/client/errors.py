"""What can go wrong between a program and a warung."""

from typing import Any


class Refused(Exception):
    """The server said no. `code` names why, the same on every way in; `message` says it to people; `status` is 0 on the socket."""

    def __init__(self, code: str, message: str, details: dict[str, Any] | None = None, status: int = 0) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.details = details or {}
        self.status = status


class Unreachable(Exception):
    """Nobody answered, or with something that is not a warung's answer. Whether a request that changes something was done is not known."""


class Ended(Exception):
    """The server closed this session's connection for good; `code` is the close code, 4401 when the session was signed out."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the connection ended for good ({code})")
        self.code = code
