"""The example of a bot, as a program of its own."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.served import ServeWorld
from warung import accounts
from warung.client import Client

BOT = Path(__file__).parents[2] / "examples/echo_bot.py"
PASSWORD = "kopi pahit tanpa gula"
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start() -> Iterator[Start]:
    """A function that starts the bot with these variables; it is ended with the test."""
    bots: list[subprocess.Popen[bytes]] = []

    def begin(**env: str) -> subprocess.Popen[bytes]:
        bots.append(subprocess.Popen([sys.executable, str(BOT)], env=os.environ | env, stdin=subprocess.DEVNULL))
        return bots[-1]

    yield begin
    for bot in bots:
        bot.kill()
        bot.wait()


async def test_the_echo_bot_accepts_a_contact_and_answers(serve_a_world: ServeWorld, start: Start) -> None:
    served = await serve_a_world(sections={accounts.Settings: accounts.Settings(registration="open")})
    await Client.sign_up(served.url, handle="gema", name="Gema", password=PASSWORD)
    async with await served.client(await served.cast.person("budi")) as me:
        bot = await me.find(handle="gema")
        await me.ask_contact(bot.id)
        start(WARUNG_URL=served.url, WARUNG_HANDLE="gema", WARUNG_PASSWORD=PASSWORD)
        messages = me.messages()
        async with asyncio.timeout(30):
            welcome = await anext(messages)
            sent = await me.send(welcome.conversation, "Halo?")
            while (answer := await anext(messages)).sender != bot.id:
                pass
        assert (answer.text, answer.reply) == ("Halo?", sent.seq)
