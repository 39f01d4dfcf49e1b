"""The craft of stickers, for `worker`: what moves and what is drawn becomes a WebP, and nothing else is left of it.

Pictures, still or moving (GIF, APNG, WebP), films of a few seconds (WebM, also with holes), SVG and Lottie become a WebP of at most
the asked size, and a still one of it. A script, a font, an outside file has nothing to act on here: all that comes out are pixels.
"""

import io
import json
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import av
import resvg_py
from PIL import AvifImagePlugin, GifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
from rlottie_python.rlottie_wrapper import LottieAnimation

PLUGINS = (AvifImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin)  # imported while that is possible
QUALITIES = (78, 50, 25)
EFFORT = 2
FASTEST_MS = 33  # a frame that is shown for less is merged with the one before
STILL_MS = 100  # of a frame that says 0, as browsers have it
ASPECT = 4.0  # a drawing is at most so many times as wide as high, or the other way
FRAME_RATE = 120
PIXELS = 24_000_000
SVG = "{http://www.w3.org/2000/svg}svg"

TOO_LARGE = (Image.DecompressionBombError,)

Frame = tuple[Image.Image, float]


class Refused(Exception):
    """What is wrong, as one word."""


def fitted(width: float, height: float, edge: int) -> tuple[int, int]:
    """Return what a picture of these sides becomes: its longer side has `edge` pixels; drawings are enlarged to it, pictures are not."""
    scale = edge / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def shrunk(image: Image.Image, edge: int) -> Image.Image:
    """Return a frame as RGBA, its longer side at most `edge` pixels."""
    image = image if image.mode == "RGBA" else image.convert("RGBA")
    if max(image.size) <= edge:
        return image.copy()
    return image.resize(fitted(*image.size, edge), Image.Resampling.LANCZOS, reducing_gap=3.0)


def picture(data: bytes, job: dict[str, Any]) -> Iterator[Frame]:
    """Yield the frames of what Pillow opens. A first picture that is only for those who cannot show the rest is left out."""
    Image.MAX_IMAGE_PIXELS = PIXELS // 2
    image: Any = Image.open(io.BytesIO(data), formats=[job["kind"].upper()])
    count = getattr(image, "n_frames", 1)
    first = 1 if getattr(image, "default_image", False) and count > 1 else 0
    for at in range(first, count):
        image.seek(at)
        image.load()
        yield shrunk(image, job["edge"]), float(image.info.get("duration") or STILL_MS)


def drawing(data: bytes, job: dict[str, Any]) -> Iterator[Frame]:
    """Yield the one frame of an SVG."""
    root = ElementTree.fromstring(data)  # expat bounds what entities grow to, and this process what it may take
    if root.tag not in (SVG, "svg"):
        raise Refused("broken")
    box = [float(part) for part in root.get("viewBox", "").replace(",", " ").split()]
    sides = box[2:] if len(box) == 4 else [float(root.get(side, "").removesuffix("px")) for side in ("width", "height")]
    if min(sides) <= 0 or not 1 / ASPECT <= sides[0] / sides[1] <= ASPECT:
        raise Refused("broken")
    width, height = fitted(sides[0], sides[1], job["edge"])
    drawn = resvg_py.svg_to_bytes(svg_string=data.decode(), width=width, height=height, skip_system_fonts=True)
    yield shrunk(Image.open(io.BytesIO(bytes(drawn)), formats=["PNG"]), job["edge"]), STILL_MS


def lottie(data: bytes, job: dict[str, Any]) -> Iterator[Frame]:
    """Yield the frames of a Lottie animation, packed by gzip (Telegram's .tgs) or plain."""
    if data.startswith(b"\x1f\x8b"):
        unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
        data = unpacker.decompress(data, job["unpacked"] + 1)
    if len(data) > job["unpacked"]:
        raise Refused("too_large")
    told = json.loads(data)
    rate, frames = float(told["fr"]), float(told["op"]) - float(told["ip"])
    width, height = float(told["w"]), float(told["h"])
    if not (0 < rate <= FRAME_RATE and frames >= 1 and min(width, height) > 0 and 1 / ASPECT <= width / height <= ASPECT):
        raise Refused("broken")
    if frames / rate * 1000 > job["long_ms"]:
        raise Refused("too_long")
    animation = LottieAnimation.from_data(data.decode())
    size = fitted(width, height, job["edge"])
    step = max(1, round(FASTEST_MS * rate / 1000))
    for at in range(0, min(int(frames), animation.lottie_animation_get_totalframe()), step):
        pixels = animation.lottie_animation_render(frame_num=at, width=size[0], height=size[1])
        yield Image.frombuffer("RGBA", size, pixels, "raw", "BGRa").copy(), step * 1000 / rate


def film(data: bytes, job: dict[str, Any]) -> Iterator[Frame]:
    """Yield the frames of a WebM. Its holes are a second picture beside the first, which only this decoder looks at."""
    with av.open(io.BytesIO(data), "r", format="webm") as container:
        stream = container.streams.video[0]
        codec = {"vp9": "libvpx-vp9", "vp8": "libvpx"}.get(stream.codec_context.name)
        if codec is None or stream.codec_context.width * stream.codec_context.height > PIXELS // 4:
            raise Refused("broken")
        decoder: Any = av.CodecContext.create(codec, "r")
        decoder.thread_count = 1
        last: Frame | None = None
        for packet in container.demux(stream):
            for frame in decoder.decode(packet):
                at = float(frame.pts * stream.time_base) * 1000 if frame.pts is not None else 0.0
                if last is not None:
                    yield last[0], max(1.0, at - last[1])
                plain = frame.reformat(format="rgba")
                row = plain.planes[0].line_size
                image = Image.frombuffer("RGBA", (plain.width, plain.height), bytes(plain.planes[0]), "raw", "RGBA", row, 1)
                last = shrunk(image, job["edge"]), at
        if last is not None:
            yield last[0], STILL_MS


KINDS = {"svg": drawing, "lottie": lottie, "webm": film}


def gathered(frames: Iterator[Frame], job: dict[str, Any]) -> list[Frame]:
    """Return the frames that are kept. Raises `Refused` for what goes on for too long."""
    kept: list[Frame] = []
    total = 0.0
    for seen, (image, ms) in enumerate(frames):
        total += ms
        if (kept and total > job["long_ms"]) or seen > job["frames"] * 4:
            raise Refused("too_long")
        if kept and (kept[-1][1] < FASTEST_MS or kept[-1][0].tobytes() == image.tobytes()):
            kept[-1] = (kept[-1][0], kept[-1][1] + ms)
        else:
            kept.append((image, ms))
        if len(kept) > job["frames"]:
            raise Refused("too_long")
    if not kept:
        raise Refused("broken")
    return kept


def saved(image: Image.Image, **how: Any) -> bytes:
    """Return WebP."""
    made = io.BytesIO()
    image.save(made, "WEBP", method=EFFORT, **how)
    return made.getvalue()


def still(image: Image.Image) -> bytes:
    """Return one frame, without loss where that is smaller: it is for drawings."""
    return min(saved(image, lossless=True), saved(image, quality=80), key=len)


def encoded(frames: list[Frame], job: dict[str, Any]) -> bytes:
    """Return all frames as one WebP of at most the asked bytes. Raises `Refused` where that cannot be."""
    if len(frames) == 1:
        return still(frames[0][0])
    times = [max(1, round(ms)) for _, ms in frames]
    for quality in QUALITIES:
        more = [image for image, _ in frames[1:]]
        made = saved(frames[0][0], save_all=True, append_images=more, duration=times, loop=0, quality=quality)
        if getattr(Image.open(io.BytesIO(made), formats=["WEBP"]), "n_frames", 1) == 1:
            return still(frames[0][0])  # it saw no difference; and what libwebp 1.6 then writes has lost its holes
        if len(made) <= job["largest"]:
            return made
    raise Refused("too_large")


def work(data: bytes, job: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """Return the head of the answer, the WebP and the small still one. Raises whatever the decoders raise."""
    frames = gathered(KINDS.get(job["kind"], picture)(data, job), job)
    middle = frames[len(frames) // 2][0]
    parts = [encoded(frames, job), still(shrunk(middle, job["small"]))]
    width, height = frames[0][0].size
    moves = len(frames) if b"ANIM" in parts[0][:64] else 0
    head = {"width": width, "height": height, "frames": moves, "ms": round(sum(ms for _, ms in frames)) if moves else 0}
    return head | {"parts": [{"bytes": len(part)} for part in parts]}, parts


def rehearse() -> None:
    """Do every kind of work once, so that all that is loaded late is loaded before files can no longer be opened."""
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    job = {"edge": 8, "small": 4, "long_ms": 1000, "frames": 10, "largest": 1 << 20, "unpacked": 1 << 20}
    two = [Image.new("RGBA", (4, 3), colour) for colour in ("red", "blue")]
    for name in ("PNG", "GIF", "WEBP", "AVIF", "JPEG"):
        made = io.BytesIO()
        more = {} if name == "JPEG" else {"save_all": True, "append_images": two[1:], "duration": 50}
        (two[0].convert("RGB") if name == "JPEG" else two[0]).save(made, name, **more)
        work(made.getvalue(), job | {"kind": name})
    work(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h5v5z"/></svg>', job | {"kind": "svg"})
    shape = '{"ty":4,"ip":0,"op":2,"st":0,"ks":{},"shapes":[]}'
    work(f'{{"v":"5.5.2","fr":30,"ip":0,"op":2,"w":9,"h":9,"layers":[{shape}]}}'.encode(), job | {"kind": "lottie"})
    made = io.BytesIO()
    with av.open(made, "w", format="webm") as container:
        stream: Any = container.add_stream("libvpx-vp9", rate=30)
        stream.width = stream.height = 16
        stream.thread_count = 1
        container.mux(stream.encode(av.VideoFrame(16, 16, "yuv420p")))
        container.mux(stream.encode(None))
    work(made.getvalue(), job | {"kind": "webm"})
