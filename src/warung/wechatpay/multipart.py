"""A small reader of uploads. The boundary is taken from the body itself: some SDKs leave it out of the header."""

import re

MOST_PARTS = 10
NAME = re.compile(rb'[;\s]name="([^"]*)"')


def read(body: bytes) -> dict[str, bytes]:
    """Return the parts of an upload by name; none where it is no upload."""
    first, end, rest = body.partition(b"\r\n")
    if not end or not first.startswith(b"--") or not 2 < len(first) <= 200:
        return {}
    found: dict[str, bytes] = {}
    for part in (end + rest).split(b"\r\n" + first)[:MOST_PARTS]:
        head, blank, content = part.lstrip(b"\r\n").partition(b"\r\n\r\n")
        name = NAME.search(head)
        if blank and name is not None:
            found[name[1].decode("utf-8", "replace")] = content
    return found
