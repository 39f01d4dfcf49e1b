"""How somebody sends a file as a client does: in pieces, and then a card that says what the server said of it."""

import io
from typing import Any

import av
import httpx

from tests.cast import Cast, send_raw
from tests.media.people import Visitor
from warung import chat
from warung.app import World
from warung.kit.db import Tx
from warung.kit.ids import AccountId, ConversationId

CHUNK = 512 << 10


async def uploaded(who: Visitor, data: bytes, purpose: str, *, name: str = "kopi.bin", original: bool = False) -> httpx.Response:
    """Send a file in pieces and finish it; return the last answer, or the first refusal."""
    answer = await who.call("POST", "/api/uploads", json={"purpose": purpose, "bytes": len(data), "name": name, "original": original})
    if answer.status_code != 201:
        return answer
    id = answer.json()["id"]
    for offset in range(0, len(data), CHUNK):
        answer = await who.call("PUT", f"/api/uploads/{id}/{offset}", content=data[offset : offset + CHUNK])
        if answer.status_code != 200:
            return answer
    return await who.call("POST", f"/api/uploads/{id}/finish")


async def sent(who: Visitor, data: bytes, purpose: str, **more: Any) -> dict[str, Any]:
    """Send a file that must become something; return what."""
    answer = await uploaded(who, data, purpose, **more)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def card_of(made: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the card that a client makes of the answer to an upload."""
    if made["kind"] == "picture":
        shot = {name: made[name] for name in ("width", "height", "placeholder")}
        return {"type": "media.photo", "photos": [shot | {"blob": made["id"]}]} | more
    fields = {
        "video": ("width", "height", "duration_ms", "size", "placeholder"),
        "voice": ("duration_ms", "waveform"),
        "file": ("name", "mime", "size"),
    }[made["kind"]]
    return {"type": f"media.{made['kind']}", "blob": made["id"]} | {name: made[name] for name in fields} | more


class Table:
    """Two friends with browsers, and their conversation."""

    def __init__(self, world: World, one: Visitor, other: Visitor, where: ConversationId) -> None:
        self.world, self.one, self.other, self.where = world, one, other, where
        self._sent = 0

    @classmethod
    async def of(cls, world: World, one: Visitor, other: Visitor) -> "Table":
        """Let two become friends."""
        return cls(world, one, other, await Cast(world.db).friends(one.account, other.account))

    async def put(self, card: bytes | str, by: AccountId | None = None, where: ConversationId | None = None) -> int:
        """Send a card as a client writes it; return its seq. Raises the refusal."""
        self._sent += 1
        raw = card.encode() if isinstance(card, str) else card

        def send(tx: Tx) -> int:
            return send_raw(tx, by or self.one.account, where or self.where, raw, f"kartu-{self._sent:04}").seq

        return await self.world.db.write(send)

    async def recall(self, seq: int) -> None:
        """Take a message back."""
        await self.world.db.write(lambda tx: chat.recall(tx, by=self.one.account, conversation=self.where, seq=seq))


def recording(seconds: float, codec: str = "libopus", kind: str = "webm", rate: int = 48_000) -> bytes:
    """Record a hum, as a browser does."""
    made = io.BytesIO()
    with av.open(made, "w", format=kind) as out:
        stream: Any = out.add_stream(codec, rate=rate, layout="mono")
        stream.bit_rate = 16_000
        size = 960 if codec == "libopus" else 1024
        stream.codec_context.open()
        layout = stream.codec_context.format.name
        for at in range(max(1, int(seconds * rate / size))):
            frame = av.AudioFrame(format=layout, layout="mono", samples=size)
            frame.sample_rate = rate
            frame.pts = at * size
            plane = frame.planes[0]
            plane.update(bytes((at * 7 + each) % 61 for each in range(64)) * (plane.buffer_size // 64) + bytes(plane.buffer_size % 64))
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return made.getvalue()


def filmed(
    frames: int = 12, codec: str = "libvpx", kind: str = "webm", place: str = "", size: tuple[int, int] = (64, 48), *, sound: bool = False
) -> bytes:
    """Film a wall that slowly turns from red, with the place in it where a phone would write it, and with a hum where there is sound."""
    made = io.BytesIO()
    with av.open(made, "w", format=kind) as out:
        if place:
            out.metadata["location"] = place
            out.metadata["comment"] = f"di {place}"
        stream: Any = out.add_stream(codec, rate=12, options={"x265-params": "log-level=none"} if codec == "libx265" else {})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        hum: Any = out.add_stream("libopus", rate=48_000, layout="stereo") if sound else None
        for at in range(frames):
            frame: Any = av.VideoFrame(*size, "rgb24")
            frame.planes[0].update(bytes((250 - at, 20, 20)) * (frame.planes[0].buffer_size // 3))
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        for at in range(frames * 4000 // 960 if sound else 0):
            beat = av.AudioFrame(format="s16", layout="stereo", samples=960)
            beat.sample_rate, beat.pts = 48_000, at * 960
            beat.planes[0].update(bytes(each % 61 for each in range(beat.planes[0].buffer_size)))
            out.mux(hum.encode(beat))
        if sound:
            out.mux(hum.encode(None))
    return made.getvalue()
