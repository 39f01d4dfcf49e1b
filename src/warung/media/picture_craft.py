"""The craft of pictures, for `worker`: decode what strangers sent, turn it upright, shrink it, encode it as WebP and nothing else.

Only the standard library and Pillow are imported: `worker.py` loads this file by its path, in a process of its own.
"""

import contextlib
import io
import struct
from typing import Any

from PIL import AvifImagePlugin, Image, ImageCms, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin

PLUGINS = (AvifImagePlugin, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin)  # imported while that is possible
QUALITY = 80
EFFORT = 2  # of the WebP encoder; 4 takes three times as long for 4 % fewer bytes
FEW_COLOURS = 1 << 13  # up to here a drawing or a screenshot, smaller and sharper without loss
GRIDS = ((2, 7), (3, 5), (3, 4), (3, 3), (4, 3), (5, 3), (7, 2))
ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))

TOO_LARGE = (Image.DecompressionBombError,)

Box = tuple[float, float, float, float]


class Refused(Exception):
    """What is wrong, as one word."""


def target(width: int, height: int, edge: int, square: bool) -> tuple[tuple[int, int], Box]:
    """Return what a picture of `width` by `height` becomes, in pixels, and the part of it that is taken. Never enlarges."""
    if square:
        side = min(width, height)
        left, top = (width - side) / 2, (height - side) / 2
        return (min(edge, side), min(edge, side)), (left, top, left + side, top + side)
    scale = min(1.0, edge / max(width, height))
    return (max(1, round(width * scale)), max(1, round(height * scale))), (0, 0, width, height)


def shrink_on_load(image: Image.Image, sizes: list[dict[str, Any]]) -> None:
    """Let the JPEG decoder leave out detail that no size wants: it saves most of the time and memory of a large photo."""
    width, height = image.size
    scale = 0.0
    for size in sizes:
        (out, _), (left, _, right, _) = target(width, height, size["edge"], size["square"])
        scale = max(scale, out / (right - left))
    image.draft(None, (max(1, round(width * scale)), max(1, round(height * scale))))


def plain_mode(image: Image.Image) -> Image.Image:
    """Return the decoded picture as L, RGB, RGBA or CMYK; alpha only where something shows through."""
    if image.has_transparency_data:
        image = image if image.mode == "RGBA" else image.convert("RGBA")
        return image if image.getchannel("A").getextrema() != (255, 255) else image.convert("RGB")
    if image.mode.startswith("I"):
        return image.point(lambda value: value * (1 / 256)).convert("L")  # sixteen bits a sample
    if image.mode in {"L", "RGB", "CMYK"}:
        return image
    return image.convert("L" if image.mode in {"1", "F"} else "RGB")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return RGB or RGBA in sRGB, by the picture's own profile where it has one that works."""
    kept = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            colours = image.convert("RGB") if image.mode == "RGBA" else image
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            changed = ImageCms.profileToProfile(colours, source, SRGB, outputMode="RGB")
            if changed is not None:
                if kept == "RGBA":
                    changed.putalpha(image.getchannel("A"))
                return changed
    return image.convert(kept)


def orientation_of(image: Image.Image) -> int:
    """Return how the camera was held; upright where the picture does not say so or says it wrongly."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # any error at all: the parser meets whatever a stranger wrote, and a wrong tag spoils no picture
        return 1


def placeholder(image: Image.Image) -> bytes:
    """Return up to 31 bytes to show while the picture loads: a coarse grid of colours that a client draws enlarged and smooth.

    The first byte holds columns and rows, four bits each; then follow the cells by row, two bytes each, RGB 5-6-5.
    A picture with holes has none.
    """
    if image.mode == "RGBA":
        return b""
    columns, rows = min(GRIDS, key=lambda grid: abs(grid[0] / grid[1] - image.width / image.height))
    cells = image.resize((columns, rows), Image.Resampling.BOX).tobytes()
    packed = [r >> 3 << 11 | g >> 2 << 5 | b >> 3 for r, g, b in zip(cells[::3], cells[1::3], cells[2::3], strict=True)]
    return struct.pack(f">B{len(packed)}H", columns << 4 | rows, *packed)


def encode(image: Image.Image, drawn: bool) -> bytes:
    """Return the picture as WebP and nothing but the picture; without loss when `drawn` and that is smaller."""
    lossy = io.BytesIO()
    image.save(lossy, "WEBP", quality=QUALITY, method=EFFORT)
    if not drawn or image.getcolors(FEW_COLOURS) is None:
        return lossy.getvalue()
    exact = io.BytesIO()
    image.save(exact, "WEBP", lossless=True, method=EFFORT)
    return min(exact.getvalue(), lossy.getvalue(), key=len)


def work(data: bytes, job: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """Return the head of the answer and the encoded pictures, in the order of `job["sizes"]`. Raises what Pillow raises."""
    # Pillow refuses at twice its number, and before it decodes; at once its number it would only warn.
    Image.MAX_IMAGE_PIXELS = job["pixels"] // 2
    image: Image.Image = Image.open(io.BytesIO(data), formats=[job["format"]])
    turn = UPRIGHT.get(orientation_of(image))
    width, height = image.size
    animated = bool(getattr(image, "is_animated", False)) and image.format != "MPO"
    shrink_on_load(image, job["sizes"])
    image.load()
    profile = image.info.get("icc_profile")
    image = plain_mode(image)
    parts, encoded, grid = [], [], b""
    for size in job["sizes"]:
        pixels, box = target(*image.size, size["edge"], size["square"])
        part = to_srgb(image.resize(pixels, Image.Resampling.LANCZOS, box, reducing_gap=3.0), profile)
        part = part if turn is None else part.transpose(turn)
        encoded.append(encode(part, drawn=job["format"] in {"PNG", "GIF"}))
        grid = placeholder(part)
        parts.append({"width": part.width, "height": part.height, "bytes": len(encoded[-1])})
    if turn in {UPRIGHT[5], UPRIGHT[6], UPRIGHT[7], UPRIGHT[8]}:
        width, height = height, width
    return {"width": width, "height": height, "animated": animated, "placeholder": grid.hex(), "parts": parts}, encoded


def rehearse() -> None:
    """Do every kind of work once, so that all that is loaded late is loaded before files can no longer be opened."""
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    sizes = [{"edge": 2, "square": False}]
    for kind, name in (("RGB", "JPEG"), ("P", "PNG"), ("P", "GIF"), ("RGBA", "WEBP"), ("RGB", "AVIF")):
        made = io.BytesIO()
        exif = Image.Exif()
        exif[ORIENTATION] = 6
        Image.new(kind, (4, 3)).save(made, name, exif=exif, icc_profile=SRGB.tobytes())
        work(made.getvalue(), {"pixels": 1000, "format": name, "sizes": sizes})
