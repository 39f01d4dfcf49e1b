"""What one has listened to is known to all one's devices, and to nobody else."""

import json

import pytest

from tests.media.people import Visitor, Visitors
from tests.media.sending import Table, card_of, recording, sent
from tests.worlds import Hand
from warung import media
from warung.app import World
from warung.kit.bus import Envelope
from warung.kit.clock import DAY, HOUR

pytestmark = pytest.mark.anyio


async def heard(who: Visitor, since: int = 0) -> list[str]:
    answer = await who.call("GET", "/api/media/heard", params={"since": since})
    found: list[str] = answer.json()["voices"]
    return found


async def hears(who: Visitor, *blobs: str) -> None:
    assert (await who.call("POST", "/api/media/heard", json={"voices": blobs})).status_code == 204


async def test_a_voice_that_was_heard_on_one_device_is_heard_on_all_and_by_nobody_else(
    world: World, hand: Hand, visitors: Visitors, budi: Visitor, siti: Visitor
) -> None:
    ayu = await visitors.let_in("ayu")
    table = await Table.of(world, budi, siti)
    voice = await sent(budi, recording(1.0), "voice")
    seq = await table.put(json.dumps(card_of(voice)))
    told: list[Envelope] = []
    world.bus.subscribe(told.append)
    await hears(siti, voice["id"])
    await hears(siti, voice["id"])
    await hears(ayu, voice["id"])  # who may not hear it has not heard it
    assert (await heard(siti), await heard(ayu), await heard(budi)) == ([voice["id"]], [], [])
    assert {account for each in told if b"media.heard" in each.frame for account in each.to} == {siti.account}
    await table.recall(seq)
    assert await heard(siti) == [voice["id"]]  # until its bytes go
    hand.forward(HOUR)
    assert await heard(siti, since=hand()) == []
    hand.forward(2 * DAY)
    await media.sweep(world.db, world.blobs)
    assert await heard(siti) == []


async def test_what_is_no_voice_is_never_heard(budi: Visitor) -> None:
    file = await sent(budi, b"gula", "file")
    await hears(budi, file["id"], "0" * 20, "", "nul\x00", "🙈")
    assert await heard(budi) == []
    assert (await budi.call("POST", "/api/media/heard", json={"voices": ["x"] * 201})).status_code == 400
    assert (await budi.call("GET", "/api/media/heard", params={"since": -1})).status_code == 400
