"""The process that opens sound and film nobody trusts: like `picture_worker`, which see, with FFmpeg's libraries through PyAV.

A film is not decoded but for one picture: its packets are put into a new file, without anything it said of itself, of places or of
people. A voice is decoded whole, to know how long it is and what it looks like, and comes out as Opus and as AAC.
"""

import array
import io
import json
import resource
import struct
import sys
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, BinaryIO

import av
from av.audio.resampler import AudioResampler
from av.container import InputContainer, OutputContainer
from PIL import Image, JpegImagePlugin

PLUGINS = (JpegImagePlugin,)  # imported while that is possible
LENGTH = struct.Struct(">I")
READY = LENGTH.pack(0)
BARS = 64
PEAK_RATE = 8000
OPUS_RATE, AAC_RATE = 48_000, 24_000
OPUS_BITS, AAC_BITS = 20_000, 32_000
POSTER_QUALITY = 90
WEB_FILMS = {"h264": "mp4", "vp8": "webm", "vp9": "webm", "av1": "mp4"}
WEB_SOUNDS = {"mp4": {"aac", "mp3", "opus"}, "webm": {"opus", "vorbis"}}
UPRIGHT = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
MIMES = {("webm", "voice"): "audio/webm", ("mp4", "voice"): "audio/mp4", ("webm", "film"): "video/webm", ("mp4", "film"): "video/mp4"}


class Refused(Exception):
    """What is wrong, as one word."""


def give_up_means(memory: int, jobs_cpu_s: int) -> None:
    """Take from this process what decoding does not need: `memory` bytes of addresses and `jobs_cpu_s` seconds of CPU remain."""
    limits = [
        (resource.RLIMIT_CPU, jobs_cpu_s),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 3),  # the three that are open: no further file and no socket
    ]
    if sys.platform == "linux":
        limits.append((resource.RLIMIT_AS, memory))
    for kind, limit in limits:
        resource.setrlimit(kind, (limit, limit))


def allow_cpu(seconds: int) -> None:
    """Let the system kill this process when it has computed for `seconds` more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (min(hard, int(used.ru_utime + used.ru_stime) + 1 + seconds), hard))


def opened(data: bytes, kind: str) -> InputContainer:
    """Open bytes as what they were found to be, never as a list that names other files."""
    container = av.open(io.BytesIO(data), "r", format=kind, metadata_errors="replace")
    for stream in container.streams:
        if stream.codec_context is not None:
            stream.codec_context.thread_count = 1
    return container


def writing(kind: str) -> tuple[io.BytesIO, OutputContainer]:
    """Begin a file that says nothing of who made it or when."""
    made = io.BytesIO()
    return made, av.open(made, "w", format=kind, options={"fflags": "+bitexact"})


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


def encoded(data: bytes, kind: str, codec: str, into: str, rate: int, bits: int, limit_ms: int) -> bytes:
    """Return the sound in another coding, one channel."""
    made, out = writing(into)
    with opened(data, kind) as source, out:
        stream: Any = out.add_stream(codec, rate=rate, layout="mono")
        stream.bit_rate = bits
        stream.codec_context.thread_count = 1
        stream.time_base = Fraction(1, rate)
        resampler = AudioResampler(format=stream.codec_context.format or "flt", layout="mono", rate=rate, frame_size=0)
        fifo = av.AudioFifo()
        at = 0
        stream.codec_context.open()
        size = stream.codec_context.frame_size or 1024
        for frame in (*map_flat(resampler, pieces(source, sound_of(source), limit_ms)), None):
            if frame is not None:
                frame.pts = None
                fifo.write(frame)
            while (piece := fifo.read(size, partial=frame is None)) is not None:
                piece.pts, piece.time_base = at, Fraction(1, rate)
                at += piece.samples
                out.mux(stream.encode(piece))
                if frame is None and fifo.samples == 0:
                    break
        out.mux(stream.encode(None))
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


def whole(of: Any) -> Any:
    """Return what PyAV's type hints say too little of."""
    return of


def first_picture(data: bytes, kind: str) -> bytes:
    """Return the first picture of a film, upright, as JPEG."""
    with opened(data, kind) as source:
        for frame in source.decode(source.streams.video[0]):
            image = whole(frame).to_image()
            turn = UPRIGHT.get(int(getattr(frame, "rotation", 0)) % 360)
            image = image if turn is None else image.transpose(turn)
            made = io.BytesIO()
            image.save(made, "JPEG", quality=POSTER_QUALITY)
            return made.getvalue()
    raise Refused("broken")


def film(data: bytes, job: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """Return a film in a new file with nothing but its picture and its sound, and its first picture."""
    kind = job["format"]
    with opened(data, kind) as source:
        if not source.streams.video:
            raise Refused("no_film")
        picture = source.streams.video[0]
        if picture.codec_context.width * picture.codec_context.height > job["pixels"]:
            raise Refused("too_large")
        into = WEB_FILMS.get(picture.codec_context.name.removeprefix("lib").replace("dav1d", "av1").replace("vpx-", ""), "")
        if not into:
            raise Refused("unplayable")
        sound = source.streams.audio[0] if source.streams.audio else None
        if sound is not None and sound.codec_context.name.removeprefix("lib") not in WEB_SOUNDS[into]:
            sound = None
        made, out = writing(into)
        with out:
            wanted = [stream for stream in (picture, sound) if stream is not None]
            targets = {stream.index: out.add_stream_from_template(stream) for stream in wanted}
            end = 0.0
            for packet in source.demux(wanted):
                if packet.dts is None:
                    continue
                if packet.pts is not None and packet.time_base is not None:
                    end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
                packet.stream = targets[packet.stream.index]
                out.mux(packet)
    duration = int(end * 1000)
    if not 0 < duration <= job["most_ms"]:
        raise Refused("too_long" if duration > 0 else "broken")
    whole, poster = made.getvalue(), first_picture(data, kind)
    parts = [{"mime": MIMES[into, "film"], "bytes": len(whole)}, {"mime": "image/jpeg", "bytes": len(poster)}]
    return {"duration_ms": duration, "waveform": "", "parts": parts}, [whole, poster]


def answer(data: bytes, job: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """Return what was made, or a head that names why not."""
    try:
        return voice(data, job) if job["do"] == "voice" else film(data, job)
    except Refused as refused:
        return {"refused": str(refused)}, []
    except MemoryError:
        return {"refused": "too_large"}, []
    except Exception as error:  # any error at all: it is the decoder's word on a stranger's bytes, and it is passed on
        return {"refused": "broken", "why": f"{type(error).__name__}: {error}"[:200]}, []


def rehearse() -> None:
    """Do every kind of work once, so that all that is loaded late is loaded before files can no longer be opened."""
    made, out = writing("mp4")
    with out:
        stream: Any = out.add_stream("aac", rate=AAC_RATE, layout="mono")
        silence = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        silence.sample_rate = AAC_RATE
        for plane in silence.planes:
            plane.update(bytes(plane.buffer_size))
        for at in range(24):
            silence.pts = at * 1024
            silence.time_base = Fraction(1, AAC_RATE)
            out.mux(stream.encode(silence))
        out.mux(stream.encode(None))
    _, parts = voice(made.getvalue(), {"format": "mov", "most_ms": 60_000, "least_ms": 1, "copy": True})
    voice(parts[0], {"format": "matroska", "most_ms": 60_000, "least_ms": 1, "copy": True})
    grey = Image.new("RGB", (16, 16))
    grey.save(io.BytesIO(), "JPEG")
    whole(av.VideoFrame).from_image(grey).to_image()


def read(source: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """Return the next job and its bytes, or None at the end."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    job: dict[str, Any] = json.loads(source.read(*LENGTH.unpack(head)))
    return job, source.read(job["bytes"])


def main(memory: int, jobs: int, cpu_s: int) -> None:
    """Serve `jobs` jobs from standard input to standard output, each with `cpu_s` seconds of CPU."""
    av.logging.set_level(None)
    rehearse()
    give_up_means(memory, cpu_s * (jobs + 1))
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    for _ in range(jobs):
        asked = read(sys.stdin.buffer)
        if asked is None:
            return
        allow_cpu(cpu_s)
        head, parts = answer(asked[1], asked[0])
        text = json.dumps(head).encode()
        sys.stdout.buffer.write(b"".join([LENGTH.pack(len(text)), text, *parts]))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
