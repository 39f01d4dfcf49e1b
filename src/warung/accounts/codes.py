"""QR codes: a link as a picture that another phone's camera reads."""

import io
import re

import segno

from warung.kit.text import bounded

QR_CHARS = 512  # 2,048 bytes at most: a code of this density is still readable, and it always fits
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def qr(text: str) -> str:
    """Return a QR code as an SVG element, dark on light whatever the page's theme, with its text as the title. At most 512 characters."""
    bounded(text, limit=QR_CHARS, empty=False)
    robust = len(text.encode()) <= QR_CHARS
    code = segno.make_qr(text, error="m" if robust else "l", encoding=None if text.isascii() else "utf-8")
    drawn = io.BytesIO()
    code.save(drawn, kind="svg", border=4, dark="#000", light="#fff", title=NOT_XML.sub("", text), omitsize=True, xmldecl=False, nl=False)
    return drawn.getvalue().decode().replace("<svg", '<svg role="img" shape-rendering="crispEdges"', 1)
