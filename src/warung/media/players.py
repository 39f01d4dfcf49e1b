"""Sound and film from strangers become sound and film of ours: measured, cleaned of what they say of places and people, playable.

The work is done by `player_craft.py` in at most two processes of little means.
"""

from pathlib import Path
from typing import Self

import msgspec

from warung.kit.errors import BadRequest, TooLarge, Unavailable
from warung.media.model import WAVEFORM_BARS, Settings
from warung.media.sniff import Sniffed, sniff
from warung.media.workers import Busy, Means, Pool, WorkFailed

CRAFT = Path(__file__).with_name("player_craft.py")
MEMORY = 1 << 30
CPU_S = 300  # three minutes of film, encoded anew on a small machine
PATIENCE_S = 400.0
JOBS = 50
WAITING = 16
PIXELS = 4096 * 2304

# What we know by its first bytes, and the one reader that FFmpeg may use for it: none of those that follow names to other files.
READERS = {
    "audio/ogg": "ogg",
    "video/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "mov",
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/3gpp": "mov",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
    "audio/wav": "wav",
    "audio/amr": "amr",
    "audio/aac": "aac",
    "audio/flac": "flac",
}
MADE = {
    "audio/webm": "video/webm",
    "audio/mp4": "video/mp4",
    "video/webm": "video/webm",
    "video/mp4": "video/mp4",
    "image/jpeg": "image/jpeg",
}


class NotAVoice(BadRequest):
    """This is not a recording that can be played."""


class VoiceTooShort(BadRequest):
    """This recording is too short. Hold the button while you talk."""


class VoiceTooLong(TooLarge):
    """This recording is too long: at most {limit_s} seconds, please."""


class VideoNotPlayable(BadRequest):
    """This video cannot be played by everybody. Send it as a file."""


class VideoTooLong(TooLarge):
    """This video is too long: at most {limit_s} seconds, please."""


class PlayersUnavailable(Unavailable):
    """Sound and film cannot be prepared right now. Try again in a moment."""


class Played(msgspec.Struct, frozen=True):
    """What was made, in order, as media types and bytes: a voice as WebM and as MP4; or a film, nearly always MP4, and a JPEG of it."""

    duration_ms: int
    waveform: bytes
    parts: tuple[tuple[str, bytes], ...]


class _Made(msgspec.Struct):
    mime: str
    bytes: int


class _Answer(msgspec.Struct):
    refused: str = ""
    why: str = ""
    duration_ms: int = 0
    waveform: str = ""
    parts: list[_Made] = []


class Players:
    """A pool of player workers, to be closed. Workers start when there is work."""

    def __init__(self, settings: Settings, *, workers: int = 2, patience_s: float = PATIENCE_S) -> None:
        self._settings = settings
        answer = 2 * settings.video_bytes + (32 << 20)
        means = Means(memory=MEMORY, cpu_s=CPU_S, patience_s=patience_s, jobs=JOBS, answer=answer)
        self._pool = Pool(CRAFT, means, _Answer, workers=workers, waiting=WAITING)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop the workers. Nothing more is made."""
        await self._pool.close()

    async def voice(self, data: bytes) -> Played:
        """Return a recording as everybody can hear it, and what it measures. Raises `NotAVoice`, `VoiceTooShort`, `VoiceTooLong`."""
        limits = self._settings
        found = sniff(data)
        job = {"do": "voice", "format": READERS.get(found.mime, ""), "most_ms": limits.voice_ms, "least_ms": limits.voice_least_ms}
        # A short recording that is Opus already is kept as it is, but for what stands around it.
        made = await self._made(data, job | {"copy": found.mime in ("video/webm", "audio/ogg", "video/mp4", "audio/mp4")}, NotAVoice)
        if isinstance(made, Played):
            return made
        if made.refused == "too_short":
            raise VoiceTooShort
        if made.refused == "too_long":
            raise VoiceTooLong(limit_s=limits.voice_ms // 1000)
        raise NotAVoice

    async def film(self, data: bytes) -> Played:
        """Return a film without what it said of itself, and its first picture. Raises `VideoNotPlayable`, `VideoTooLong`."""
        found = sniff(data)
        job = {"do": "film", "format": READERS.get(found.mime, ""), "pixels": PIXELS}
        job |= {"most_ms": self._settings.video_ms, "encoded_ms": self._settings.video_encoded_ms}
        made = await self._made(data, job, VideoNotPlayable)
        if isinstance(made, Played):
            return made
        if made.refused == "too_long":
            raise VideoTooLong(limit_s=self._settings.video_ms // 1000)
        raise VideoNotPlayable

    async def _made(self, data: bytes, job: dict[str, object], otherwise: type[BadRequest]) -> Played | _Answer:
        if not job["format"]:
            raise otherwise
        try:
            made: Played | _Answer = await self._pool.work(data, job, _checked)
        except Busy as error:
            raise PlayersUnavailable from error
        except WorkFailed as error:
            raise otherwise from error
        return made


def _checked(answer: _Answer, parts: list[bytes]) -> Played:
    """Return the answer as a value. Raises `ValueError` if it is none: its author read a stranger's bytes."""
    waveform = bytes.fromhex(answer.waveform)
    if len(parts) != 2 or answer.duration_ms <= 0 or len(waveform) not in (0, WAVEFORM_BARS):
        raise ValueError("not what was asked for")
    for made, data in zip(answer.parts, parts, strict=True):
        if not _fits(made.mime, sniff(data)):
            raise ValueError("not of the kind that was asked for")
    return Played(answer.duration_ms, waveform, tuple((made.mime, data) for made, data in zip(answer.parts, parts, strict=True)))


def _fits(mime: str, found: Sniffed) -> bool:
    return MADE.get(mime) == found.mime or (mime == "audio/mp4" and found.mime == "audio/mp4")
