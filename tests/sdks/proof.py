"""What a program of somebody else's library tells of each call it made: run by the library's own Python, so without anything of ours."""

import json
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests

PROOFS: list[dict[str, Any]] = []
_PATHS: list[str] = []
_RAW: dict[str, Any] = {}
_send = requests.Session.send
GIVEN: dict[str, Any] = {}


def _noted(self: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
    path = urlsplit(str(request.url)).path
    _PATHS.append(path)
    answer = _send(self, request, **more)
    if "json" in answer.headers.get("content-type", ""):
        _RAW[path] = answer.json()
    return answer


class Rehost(requests.adapters.HTTPAdapter):
    """Sends what is meant for one of WeChat's hosts to another server: the base address, for libraries that have no option for it."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def send(self, request: requests.PreparedRequest, *rest: Any, **more: Any) -> requests.Response:
        """Send it there."""
        parts = urlsplit(str(request.url))
        request.url = self._base + parts.path + (f"?{parts.query}" if parts.query else "")
        return super().send(request, *rest, **more)


def begin() -> dict[str, Any]:
    """Read what the test gives, and note every request from now on. With a base address, all requests go there."""
    GIVEN.update(json.load(sys.stdin))
    requests.Session.send = _noted  # type: ignore[method-assign]
    if GIVEN["base"]:
        first = requests.Session.__init__

        def mounted(self: requests.Session) -> None:
            first(self)
            for scheme in ("https://", "http://"):
                self.mount(scheme, Rehost(GIVEN["base"]))

        requests.Session.__init__ = mounted  # type: ignore[method-assign]
    return GIVEN


def prove(call: str, work: Callable[[], Any]) -> Any:
    """Make one call, and keep what it asked and what came back."""
    _PATHS.clear()
    _RAW.clear()
    proof: dict[str, Any] = {"call": call}
    try:
        answer = work()
        proof["answer"] = told(answer)
    except Exception as failure:
        answer = None
        proof["failed"] = f"{type(failure).__name__}: {failure}"[:500]
        print(call, proof["failed"], file=sys.stderr)
    proof["paths"] = [path for path in _PATHS if path != "/cgi-bin/token" or call.endswith("token")]
    proof["raw"] = {path: answer for path, answer in _RAW.items() if path in proof["paths"]}
    PROOFS.append(proof)
    return answer


def refused(call: str, work: Callable[[], Any], wrong: type[Exception]) -> None:
    """Make a call that has to be refused with the library's own error, and keep what that says."""

    def told_so() -> dict[str, Any]:
        try:
            answer = work()
        except wrong as failure:
            return {"refused": [getattr(failure, "errcode", None), getattr(failure, "errmsg", None)]}
        raise AssertionError(f"answered {answer!r}")

    prove(call, told_so)


def told(answer: Any) -> Any:
    """Return an answer so that it can be written down."""
    if isinstance(answer, requests.Response):
        return {"bytes": len(answer.content), "type": answer.headers.get("content-type", ""), "status": answer.status_code}
    if isinstance(answer, bytes):
        return {"bytes": len(answer)}
    if isinstance(answer, dict):
        return {str(name): told(value) for name, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [told(each) for each in answer]
    return answer if isinstance(answer, str | int | float | bool | None) else str(answer)


def end() -> None:
    """Write everything down."""
    print(json.dumps(PROOFS))
