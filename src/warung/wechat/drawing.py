"""Codes as pictures, in the form that WeChat's programs expect: JPEG."""

import io

import segno
from PIL import Image

from warung.wechat.call import Bytes

EDGE, BORDER = 430, 4
QUALITY = 90


def code(text: str) -> Bytes:
    """Return a square code of some text, at most about 430 pixels wide."""
    matrix = [bytes(255 - 255 * bool(dot) for dot in row) for row in segno.make_qr(text, error="m").matrix_iter(border=BORDER)]
    small = Image.frombytes("L", (len(matrix[0]), len(matrix)), b"".join(matrix))
    scale = max(1, EDGE // small.width)
    drawn = io.BytesIO()
    small.resize((small.width * scale, small.height * scale), Image.Resampling.NEAREST).save(drawn, "JPEG", quality=QUALITY)
    return Bytes(drawn.getvalue(), "image/jpeg")
