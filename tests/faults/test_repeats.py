"""Commands that come twice, late and in another order, over two connections at once: each intent is one message."""

import asyncio
import random
from typing import Any

import pytest

from tests.faults.checker import complaints
from tests.raw import Place, Raw
from tests.served import ServeWorld
from warung.client import Client

MESSAGES = 60


async def say(raw: Raw, here: str, nonce: str, text: str, promised: dict[str, tuple[int, str]]) -> None:
    """Send one command on a connection and note what it is answered."""
    answer = await raw.answer(await raw.say("chat.send", conversation=here, nonce=nonce, card={"type": "chat.text", "text": text}))
    assert answer["type"] == "ok", answer
    first = promised.setdefault(nonce, (answer["result"]["seq"], text))
    assert first[0] == answer["result"]["seq"], "one intent has two places"


async def repeated(served: Any, nonce_of: Any) -> list[str]:
    """Let two devices of one person send the same intents, each twice, in orders of their own; return the complaints."""
    place = Place(served)
    budi, siti = await place.cast.people("budi", "siti")
    here = await place.cast.friends(budi, siti)
    promised: dict[str, tuple[int, str]] = {}

    async def device(seed: int) -> None:
        raw = await place.open(budi)
        await raw.hear()
        order = list(range(MESSAGES)) * 2
        random.Random(seed).shuffle(order)
        for n in order:
            await say(raw, here, nonce_of(seed, n), f"pesan {n}", promised)

    await asyncio.gather(device(1), device(2))
    place.hang_up()
    async with Client(served.url, token=await served.token(siti)) as reader:
        log = (await reader.history(here, after=0, limit=200)).messages
    return complaints(promised=promised, logs=[log])


async def test_each_intent_is_one_message_however_often_it_is_sent(serve_a_world: ServeWorld, database: str) -> None:
    assert await repeated(await serve_a_world(database), lambda seed, n: f"nonce-{n:08}") == []


async def test_without_the_nonce_of_the_intent_the_checker_finds_every_repetition(serve_a_world: ServeWorld) -> None:
    wrong = await repeated(await serve_a_world(), lambda seed, n: f"nonce-{seed}-{n:08}")
    assert wrong == [f"{MESSAGES} messages are stored twice"]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
async def test_each_intent_is_one_message_in_twenty_other_orders(serve_a_world: ServeWorld, seed: int) -> None:
    assert await repeated(await serve_a_world(), lambda _, n: f"nonce-{seed}-{n:08}") == []
