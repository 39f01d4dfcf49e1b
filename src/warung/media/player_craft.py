"""The craft of sound and film, for `worker`, with FFmpeg's libraries through PyAV: what comes out says nothing of places or people.

A voice is decoded whole, to know how long it is and what it looks like, and comes out as Opus and as AAC. A film that every browser
plays (H.264 with AAC or MP3) is not decoded but for one picture: its packets are put into a new MP4 whose index stands in front, so
that it plays while it comes. Any other is encoded anew, where it is short enough for that.
"""

import array
import io
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
from av.audio.resampler import AudioResampler
from av.container import InputContainer, OutputContainer
from av.filter import Graph
from PIL import Image, JpegImagePlugin

PLUGINS = (JpegImagePlugin,)  # imported while that is possible
TOO_LARGE = ()
BARS = 64
PEAK_RATE = 8000
OPUS_RATE, AAC_RATE, FILM_SOUND_RATE = 48_000, 24_000, 48_000
OPUS_BITS, AAC_BITS, FILM_SOUND_BITS = 20_000, 32_000, 96_000
POSTER_QUALITY = 90
PLAIN = {"yuv420p", "yuvj420p"}  # what every decoder of H.264 shows: eight bits, and a colour for four points
COPIED_SOUND = {"aac", "mp3"}
BROWSERS = {"vp8": "webm", "vp9": "webm", "av1": "mp4", "h264": "mp4"}  # most play these too, where it is too much to encode anew
THEIR_SOUND = {"mp4": {"aac", "mp3", "opus"}, "webm": {"opus", "vorbis"}}
H264 = ("libx264", "libopenh264")  # the first that this FFmpeg was built with
EDGE = 1280  # pixels of the longer side of what is encoded
RATE = 30  # pictures a second at most
TICKS = Fraction(1, 90_000)
HOW = {"libx264": {"preset": "veryfast", "crf": "26", "threads": "1"}}  # no thread: none may be started here
BITS = 1_500_000  # a second, for an encoder that wants to be told
UPRIGHT = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
TURNS = {90: [("transpose", "cclock")], 180: [("hflip", ""), ("vflip", "")], 270: [("transpose", "clock")]}
MIMES = {("webm", "voice"): "audio/webm", ("mp4", "voice"): "audio/mp4", ("webm", "film"): "video/webm", ("mp4", "film"): "video/mp4"}

Answer = tuple[dict[str, Any], list[bytes]]


class Refused(Exception):
    """What is wrong, as one word."""


class Beside:
    """What is being written, read beside it: moving the index of an MP4 to the front takes both."""

    def __init__(self, made: io.BytesIO) -> None:
        self._made, self._at = made, 0

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        with self._made.getbuffer() as whole:
            found = bytes(whole[self._at : self._at + size])
        self._at += len(found)
        return found

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        self._at = offset + (0, self._at, self._made.getbuffer().nbytes)[whence]
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at

    def close(self) -> None:
        """Nothing is held."""


def opened(data: bytes, kind: str) -> InputContainer:
    """Open bytes as what they were found to be, never as a list that names other files."""
    container = av.open(io.BytesIO(data), "r", format=kind, metadata_errors="replace")
    for stream in container.streams:
        if stream.codec_context is not None:
            stream.codec_context.thread_count = 1
    return container


def writing(kind: str) -> tuple[io.BytesIO, OutputContainer]:
    """Begin a file that says nothing of who made it or when, its index in front."""
    made = io.BytesIO()
    options = {"fflags": "+bitexact"} | ({"movflags": "+faststart"} if kind == "mp4" else {})
    return made, av.open(made, "w", format=kind, options=options, io_open=lambda _url, _flags, _options: Beside(made))


def sound_of(container: InputContainer) -> Any:
    """Return the first stream of sound."""
    if not container.streams.audio:
        raise Refused("no_sound")
    return container.streams.audio[0]


def pieces(container: InputContainer, stream: Any, limit_ms: int) -> Iterator[Any]:
    """Yield decoded sound, and stop with a refusal where it is too long, whatever the file says of its length."""
    samples = 0
    for frame in container.decode(stream):
        samples += frame.samples
        if samples * 1000 > limit_ms * frame.sample_rate:
            raise Refused("too_long")
        frame.pts = None
        yield frame


def peaks(samples: "array.array[int]") -> bytes:
    """Return how loud it is, in so many bars, the loudest of them full."""
    each = max(1, len(samples) / BARS)
    cut = [samples[int(at * each) : max(int((at + 1) * each), int(at * each) + 1)] for at in range(BARS)]
    loud = [max(max(part), -min(part)) if part else 0 for part in cut]
    most = max(*loud, 1)
    return bytes(min(255, value * 255 // most) for value in loud)


class Tones:
    """Sound in another coding: decoded sound goes in, packets come out."""

    def __init__(self, out: OutputContainer, codec: str, rate: int, bits: int, layout: str = "mono") -> None:
        stream: Any = out.add_stream(codec, rate=rate, layout=layout)
        stream.bit_rate = bits
        stream.codec_context.thread_count = 1
        stream.time_base = self._tick = Fraction(1, rate)
        self._resampler = AudioResampler(format=stream.codec_context.format or "flt", layout=layout, rate=rate, frame_size=0)
        self._fifo = av.AudioFifo()
        stream.codec_context.open()
        self._stream, self._size = stream, stream.codec_context.frame_size or 1024
        self.at = 0  # of the next piece, in samples

    def take(self, frame: Any) -> Iterator[Any]:
        """Yield what is ready; with None, all the rest."""
        for part in self._resampler.resample(frame):
            part.pts = None
            self._fifo.write(part)
        while self._fifo.samples >= (self._size if frame is not None else 1):
            piece: Any = self._fifo.read(self._size, partial=frame is None)
            piece.pts, piece.time_base = self.at, self._tick
            self.at += piece.samples
            yield from self._stream.encode(piece)
        if frame is None:
            yield from self._stream.encode(None)


def encoded(data: bytes, kind: str, codec: str, into: str, rate: int, bits: int, limit_ms: int) -> bytes:
    """Return the sound in another coding, one channel."""
    made, out = writing(into)
    with opened(data, kind) as source, out:
        tones = Tones(out, codec, rate, bits)
        for frame in (*pieces(source, sound_of(source), limit_ms), None):
            out.mux(list(tones.take(frame)))
    return made.getvalue()


def map_flat(resampler: AudioResampler, frames: Iterator[Any]) -> Iterator[Any]:
    """Yield resampled sound, the rest of it too."""
    for frame in frames:
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def copied(data: bytes, kind: str, into: str) -> bytes:
    """Return the first sound of a file in a new one, untouched."""
    made, out = writing(into)
    with opened(data, kind) as source, out:
        stream = sound_of(source)
        target = out.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.stream = target
                out.mux(packet)
    return made.getvalue()


def voice(data: bytes, job: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """Measure a voice and return it as Opus in WebM and as AAC in MP4."""
    kind, limit = job["format"], job["most_ms"]
    samples: array.array[int] = array.array("h")
    with opened(data, kind) as source:
        stream = sound_of(source)
        codec = stream.codec_context.name
        for frame in map_flat(AudioResampler(format="s16", layout="mono", rate=PEAK_RATE), pieces(source, stream, limit)):
            samples.frombytes(bytes(frame.planes[0])[: frame.samples * 2])
    duration = len(samples) * 1000 // PEAK_RATE
    if duration < job["least_ms"]:
        raise Refused("too_short")
    opus = codec in {"opus", "libopus"} and job["copy"]
    first = copied(data, kind, "webm") if opus else encoded(data, kind, "libopus", "webm", OPUS_RATE, OPUS_BITS, limit)
    second = encoded(data, kind, "aac", "mp4", AAC_RATE, AAC_BITS, limit)
    parts = [{"mime": MIMES["webm", "voice"], "bytes": len(first)}, {"mime": MIMES["mp4", "voice"], "bytes": len(second)}]
    return {"duration_ms": duration, "waveform": peaks(samples).hex(), "parts": parts}, [first, second]


def name_of(stream: Any) -> str:
    """Return what a coding is called, whoever decodes it."""
    name: str = stream.codec_context.name
    return name.removeprefix("lib").replace("dav1d", "av1").replace("vpx-", "").replace("openh264", "h264").removesuffix("float")


def first_picture(data: bytes, kind: str) -> tuple[Image.Image, int]:
    """Return the first picture of a film, upright, and by how many degrees it had to be turned for that."""
    with opened(data, kind) as source:
        decoded: Iterator[Any] = source.decode(source.streams.video[0])
        for frame in decoded:
            image: Image.Image = frame.to_image()
            turn = round(getattr(frame, "rotation", 0) / 90) * 90 % 360
            return image.transpose(UPRIGHT[turn]) if turn else image, turn
    raise Refused("broken")


def film(data: bytes, job: dict[str, Any]) -> Answer:
    """Return a film in a new file with nothing but its picture and its sound, and its first picture."""
    kind = job["format"]
    with opened(data, kind) as source:
        if not source.streams.video:
            raise Refused("no_film")
        picture = source.streams.video[0]
        if picture.codec_context.width * picture.codec_context.height > job["pixels"]:
            raise Refused("too_large")
        coding, plain = name_of(picture), picture.codec_context.pix_fmt in PLAIN
        length = (source.duration or 0) // 1000
    poster, turn = first_picture(data, kind)
    coder = next((name for name in H264 if name in av.codecs_available), None)
    if coding == "h264" and plain:
        into, (whole, end) = "mp4", copied_film(data, kind, "mp4")
    elif coder and 0 < length <= job["encoded_ms"]:
        into, (whole, end) = "mp4", encoded_film(data, kind, coder, poster.size, turn, job["encoded_ms"])
    elif coding in BROWSERS:
        into = BROWSERS[coding]
        whole, end = copied_film(data, kind, into)
    else:
        raise Refused("unplayable")
    duration = int(end * 1000)
    if not 0 < duration <= job["most_ms"]:
        raise Refused("too_long" if duration > 0 else "broken")
    still = io.BytesIO()
    poster.save(still, "JPEG", quality=POSTER_QUALITY)
    parts = [{"mime": MIMES[into, "film"], "bytes": len(whole)}, {"mime": "image/jpeg", "bytes": still.tell()}]
    return {"duration_ms": duration, "waveform": "", "parts": parts}, [whole, still.getvalue()]


def copied_film(data: bytes, kind: str, into: str) -> tuple[bytes, float]:
    """Return a film whose picture is untouched, and where it ends in seconds. Sound that does not belong there is encoded anew."""
    made, out = writing(into)
    with opened(data, kind) as source, out:
        picture = source.streams.video[0]
        sound = source.streams.audio[0] if source.streams.audio else None
        fits = sound is not None and name_of(sound) in (COPIED_SOUND if into == "mp4" else THEIR_SOUND[into])
        copied_ones = {stream.index: out.add_stream_from_template(stream) for stream in (picture, sound if fits else None) if stream}
        tones = Tones(out, "aac", FILM_SOUND_RATE, FILM_SOUND_BITS, "stereo") if sound and not fits and into == "mp4" else None
        end = 0.0
        for packet in source.demux([stream for stream in (picture, sound) if stream and (stream.index in copied_ones or tones)]):
            if packet.stream.index in copied_ones:
                if packet.dts is None:
                    continue
                if packet.pts is not None and packet.time_base is not None:
                    end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
                packet.stream = copied_ones[packet.stream.index]
                out.mux(packet)
            elif tones:
                for frame in packet.decode():
                    out.mux(list(tones.take(frame)))
        if tones:
            out.mux(list(tones.take(None)))
    return made.getvalue(), end


def encoded_film(data: bytes, kind: str, coder: str, size: tuple[int, int], turn: int, most_ms: int) -> tuple[bytes, float]:
    """Return a film as H.264 and AAC, upright, of at most `EDGE` pixels, and where it ends in seconds."""
    made, out = writing("mp4")
    scale = min(1.0, EDGE / max(size))
    width, height = (max(2, round(side * scale / 2) * 2) for side in size)
    with opened(data, kind) as source, out:
        picture = source.streams.video[0]
        sound = source.streams.audio[0] if source.streams.audio else None
        target: Any = out.add_stream(coder, rate=RATE, options=HOW.get(coder, {}))
        target.width, target.height, target.pix_fmt = width, height, "yuv420p"
        target.time_base = target.codec_context.time_base = TICKS
        target.codec_context.thread_count = 1
        if coder not in HOW:
            target.bit_rate = BITS
        tones = Tones(out, "aac", FILM_SOUND_RATE, FILM_SOUND_BITS, "stereo") if sound else None
        begins, next_at, end = (source.start_time or 0) / av.time_base, 0.0, 0.0
        graph: Graph | None = None
        for packet in source.demux([stream for stream in (picture, sound) if stream]):
            frames: list[Any] = list(packet.decode())
            for frame in frames:
                at = max(0.0, float(frame.pts * frame.time_base) - begins) if frame.pts is not None else end
                if at * 1000 > most_ms:
                    raise Refused("too_long")
                if not isinstance(frame, av.VideoFrame):
                    if tones:
                        tones.at = tones.at or round(at * FILM_SOUND_RATE)
                        out.mux(list(tones.take(frame)))
                elif at >= next_at:
                    graph = graph or upright(frame, width, height, turn)
                    graph.vpush(frame)
                    shown = graph.vpull()
                    shown.pts, shown.time_base, shown.pict_type = round(at / TICKS), TICKS, 0
                    next_at, end = at + 0.9 / RATE, at + max(1 / RATE, float((frame.duration or 0) * (frame.time_base or TICKS)))
                    out.mux(target.encode(shown))
        out.mux(target.encode(None))
        if tones:
            out.mux(list(tones.take(None)))
            end = max(end, tones.at / FILM_SOUND_RATE)
    return made.getvalue(), end


def upright(frame: av.VideoFrame, width: int, height: int, turn: int) -> Graph:
    """Return what turns pictures like this one upright and makes them that large."""
    graph = Graph()
    graph.threads = 1
    last: Any = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base or TICKS)
    for name, how in (*TURNS.get(turn, []), ("scale", f"{width}:{height}"), ("format", "yuv420p"), ("buffersink", "")):
        step = graph.add(name, how) if how else graph.add(name)
        last.link_to(step)
        last = step
    graph.configure()
    return graph


def work(data: bytes, job: dict[str, Any]) -> Answer:
    """Return what the job is about: a voice, or a film."""
    return voice(data, job) if job["do"] == "voice" else film(data, job)


def rehearse() -> None:
    """Do every kind of work once, so that all that is loaded late is loaded before files can no longer be opened."""
    av.logging.set_level(None)
    made, out = writing("mp4")
    with out:
        moving: Any = out.add_stream("mpeg4", rate=RATE)
        moving.width = moving.height = 16
        moving.codec_context.thread_count = 1
        tones = Tones(out, "aac", AAC_RATE, AAC_BITS)
        silence = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        silence.sample_rate = AAC_RATE
        for plane in silence.planes:
            plane.update(bytes(plane.buffer_size))
        for _ in range(24):
            silence.pts = None
            out.mux(list(tones.take(silence)))
        out.mux(list(tones.take(None)))
        frames: Any = av.VideoFrame
        for frame in (frames.from_image(Image.new("RGB", (16, 16))), None):
            out.mux(moving.encode(frame))
    _, parts = voice(made.getvalue(), {"format": "mov", "most_ms": 60_000, "least_ms": 1, "copy": True})
    voice(parts[0], {"format": "matroska", "most_ms": 60_000, "least_ms": 1, "copy": True})
    film(made.getvalue(), {"format": "mov", "most_ms": 60_000, "encoded_ms": 60_000, "pixels": 1000})
