"""Pictures to try things with, and how to look at what came of them."""

import contextlib
import io
import struct
import zlib
from pathlib import Path
from typing import Any

from PIL import Image

from warung.media.pictures import Part

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def saved(image: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    made = io.BytesIO()
    image.save(made, kind, **how)
    return made.getvalue()


def opened(part: Part) -> Image.Image:
    image = Image.open(io.BytesIO(part.data))
    assert image.size == (part.width, part.height)
    return image


def quarters(width: int, height: int) -> Image.Image:
    """Return a picture that looks different from each of its eight sides: red and green above blue and white."""
    image = Image.new("RGB", (width, height), WHITE)
    image.paste(RED, (0, 0, width // 2, height // 2))
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    return image


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    """Return the four corners' colours, by row, each channel rounded to nothing or all."""
    right, bottom = image.width - 2, image.height - 2
    colours = [image.convert("RGB").getpixel(at) for at in ((1, 1), (right, 1), (1, bottom), (right, bottom))]
    return [tuple(255 * (value > 127) for value in colour) for colour in colours if isinstance(colour, tuple)]


def chunks(webp: bytes) -> dict[bytes, bytes]:
    """Return what a WebP file is made of, read without the library that wrote it."""
    assert (webp[:4], webp[8:12]) == (b"RIFF", b"WEBP")
    assert struct.unpack("<I", webp[4:8])[0] + 8 == len(webp), "something follows the picture"
    found, at = {}, 12
    while at < len(webp):
        name, size = struct.unpack("<4sI", webp[at : at + 8])
        found[name] = webp[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    return found


def is_clean(webp: bytes) -> bool:
    """Say whether a WebP file holds pixels only."""
    found = chunks(webp)
    only_alpha = 0x10  # of the flags of VP8X; the others announce a profile, Exif, XMP or animation
    return found.keys() <= {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"} and not found.get(b"VP8X", b"\0")[0] & ~only_alpha


def png(width: int, height: int, pixels: bytes = b"") -> bytes:
    """Return a PNG by hand, which may claim any size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def workers() -> list[int]:
    """Return the workers this process has started and not yet seen the end of; other tests' servers are none."""
    found: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that ended meanwhile
            found += map(int, (task / "children").read_text().split())
    return [child for child in found if _works(child)]


def _works(child: int) -> bool:
    try:
        command = Path(f"/proc/{child}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return not command or b"worker.py" in command  # one that has ended has no command any more
