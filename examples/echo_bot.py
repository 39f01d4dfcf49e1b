"""A bot that answers every text with the same text. Start it with WARUNG_URL, WARUNG_HANDLE and WARUNG_PASSWORD set."""

import asyncio
import os

from warung.client import Client


async def main() -> None:
    """Sign in, accept whoever asks, answer whoever writes."""
    async with await Client.sign_in(
        os.environ["WARUNG_URL"], handle=os.environ["WARUNG_HANDLE"], password=os.environ["WARUNG_PASSWORD"], device="Echo"
    ) as me:
        for request in (await me.contacts()).incoming:
            await me.accept(request)
        async for message in me.messages():
            if message.text and message.sender != me.id:
                await me.send(message.conversation, message.text, reply=message.seq)


if __name__ == "__main__":
    asyncio.run(main())
