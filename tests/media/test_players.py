"""Sound and film: measured here, cleaned of places, made playable; what is none is refused by name and does no harm."""

import io
import wave
from pathlib import Path

import av
import pytest

from tests.media.people import Visitor
from tests.media.sending import filmed, recording, sent, uploaded
from warung.app import World
from warung.kit.errors import Refusal
from warung.media.model import Settings
from warung.media.players import NotAVoice, Players, PlayersUnavailable, VideoNotPlayable, VoiceTooLong, VoiceTooShort

pytestmark = pytest.mark.anyio
REAL = Path(__file__).parents[3] / "shared/data/media"
PLACE = "+06.6080+110.2040/"


def measured(data: bytes) -> tuple[str, float]:
    """Return the coding of a sound and how many seconds of it there are, decoded."""
    with av.open(io.BytesIO(data), "r") as opened:
        stream = opened.streams.audio[0]
        samples = sum(frame.samples for frame in opened.decode(stream))
        return stream.codec_context.name, samples / stream.codec_context.sample_rate


def silence(seconds: int) -> bytes:
    """Say nothing for long."""
    made = io.BytesIO()
    with wave.open(made, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(8000)
        out.writeframes(bytes(8000 * seconds))
    return made.getvalue()


@pytest.mark.parametrize(("codec", "kind"), [("libopus", "webm"), ("libopus", "ogg"), ("aac", "mp4")])
async def test_a_voice_is_opus_and_aac_whatever_it_was(codec: str, kind: str) -> None:
    async with Players(Settings()) as players:
        played = await players.voice(recording(2.0, codec, kind))
    assert abs(played.duration_ms - 2000) < 120
    assert max(played.waveform) == 255
    assert [mime for mime, _ in played.parts] == ["audio/webm", "audio/mp4"]
    for (_, data), coding in zip(played.parts, (("opus", "libopus"), ("aac",)), strict=True):
        name, seconds = measured(data)
        assert name in coding
        assert abs(seconds - 2.0) < 0.15


async def test_a_voice_of_no_time_or_of_a_thousand_seconds_is_refused() -> None:
    async with Players(Settings()) as players:
        with pytest.raises(VoiceTooShort):
            await players.voice(recording(0.05))
        with pytest.raises(VoiceTooLong):
            await players.voice(silence(1000))
        for nothing in (b"", b"\0" * 100, recording(0.5)[:60], filmed(), b"\x1a\x45\xdf\xa3" + b"\xff" * 1000):
            with pytest.raises(NotAVoice):
                await players.voice(nothing)
        assert await players.voice(recording(1.0))


def boxes(mp4: bytes) -> list[bytes]:
    """Return what an MP4 is made of, in order."""
    found, at = [], 0
    while at < len(mp4):
        found.append(mp4[at + 4 : at + 8])
        at += int.from_bytes(mp4[at : at + 4], "big") or len(mp4)
    return found


async def test_a_film_plays_everywhere_and_while_it_comes_and_keeps_nothing_of_its_place() -> None:
    """Phones record HEVC, browsers VP8 and VP9: what comes out is H.264 whose index stands before the pictures."""
    async with Players(Settings()) as players:
        for codec, kind in (("libx264", "mp4"), ("libx265", "mp4"), ("mpeg4", "mp4"), ("libvpx", "webm"), ("libvpx-vp9", "webm")):
            data = filmed(24, codec, kind, place=PLACE)
            assert PLACE.encode() in data
            played = await players.film(data)
            (mime, film), (still, _) = played.parts
            assert (mime, still) == ("video/mp4", "image/jpeg")
            assert abs(played.duration_ms - 2000) < 150
            assert PLACE.encode() not in film
            assert boxes(film).index(b"moov") < boxes(film).index(b"mdat")
            with av.open(io.BytesIO(film), "r") as opened:
                assert opened.streams.video[0].codec_context.name == "h264"
                assert sum(1 for _ in opened.decode(opened.streams.video[0])) == 24


async def test_a_film_s_sound_is_heard_everywhere_and_stays_with_its_picture() -> None:
    async with Players(Settings()) as players:
        for codec, kind in (("libx264", "matroska"), ("libvpx", "webm")):
            film = (await players.film(filmed(24, codec, kind, sound=True))).parts[0][1]
            with av.open(io.BytesIO(film), "r") as opened:
                assert [stream.codec_context.name for stream in opened.streams if stream.codec_context] == ["h264", "aac"]
            assert abs(measured(film)[1] - 2.0) < 0.15


async def test_a_large_film_gets_smaller_and_what_is_too_long_to_be_encoded_stays_what_it_was() -> None:
    async with Players(Settings()) as players:
        film = (await players.film(filmed(4, "mpeg4", "mp4", size=(1920, 1080)))).parts[0][1]
        with av.open(io.BytesIO(film), "r") as opened:
            assert (opened.streams.video[0].width, opened.streams.video[0].height) == (1280, 720)
    async with Players(Settings(video_encoded_ms=500)) as players:
        assert (await players.film(filmed(24, "libvpx", "webm"))).parts[0][0] == "video/webm"
        with pytest.raises(VideoNotPlayable):
            await players.film(filmed(24, "mpeg4", "mp4"))


async def test_what_is_no_film_is_refused() -> None:
    async with Players(Settings()) as players:
        for data in (recording(1.0), b"\x00\x00\x00\x1cftypisom" + b"\xff" * 500, b"RIFF\0\0\0\0AVI " + bytes(90), filmed()[:300]):
            with pytest.raises(VideoNotPlayable):
                await players.film(data)


async def test_many_are_served_and_a_closed_pool_says_so() -> None:
    async with Players(Settings()) as players:
        assert await players.voice(recording(0.5))
    with pytest.raises(PlayersUnavailable):
        await players.voice(recording(0.5))


async def test_a_list_of_other_files_opens_none_of_them() -> None:
    """FFmpeg can follow playlists and references: the reader is ours to name, and the process can open nothing."""
    lists = (
        b"#EXTM3U\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"v=0\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n",
    )
    async with Players(Settings()) as players:
        for data in lists:
            with pytest.raises(NotAVoice):
                await players.voice(data)
            with pytest.raises(VideoNotPlayable):
                await players.film(data)


async def test_a_film_sent_as_a_file_says_nothing_of_its_place(budi: Visitor) -> None:
    made = await sent(budi, filmed(6, "libx264", "mp4", place=PLACE), "file", name="candi.mp4")
    given = await budi.client.get(await budi.link(made["id"], "original"))
    assert PLACE.encode() not in given.content


@pytest.mark.skipif(not REAL.is_dir(), reason="the real data is not beside this checkout")
async def test_every_real_file_becomes_something_or_is_refused_by_name(world: World, budi: Visitor) -> None:
    """None of them hangs, breaks the server or is served as what it is not; and no photo of the exif-gps set tells its place."""
    known = {kind.code() for kind in _every(Refusal)}
    for path in sorted(path for path in REAL.rglob("*") if path.is_file() and path.name not in ("LICENSE", "SOURCE.txt", "README")):
        data = path.read_bytes()
        for purpose in ("photo", "video", "voice", "file"):
            answer = await uploaded(budi, data, purpose, name=path.name, original=True)
            if answer.status_code == 200:
                for size in ("full", "thumb", "original", "video", "voice"):
                    if await budi.look(answer.json()["id"], size) == 200 and path.parent.name == "exif-gps":
                        given = await budi.client.get(await budi.link(answer.json()["id"], size))
                        assert b"GPS" not in given.content
                        assert data[-4000:] != given.content[-4000:] or size == "original"
            else:
                assert answer.status_code < 500, (path.name, purpose, answer.text)
                assert answer.json()["error"]["code"] in known


def _every(kind: type[Refusal]) -> list[type[Refusal]]:
    return [kind, *(found for each in kind.__subclasses__() for found in _every(each))]
