"""One attempt of somebody who tries everything."""

from typing import Any

import msgspec


class Try(msgspec.Struct, frozen=True):
    """One attempt: where, with what."""

    path: str
    body: Any = None
    params: dict[str, str] = {}
