"""The cables of the tests leave nothing behind."""

import asyncio

from tests.wires import wired


async def test_a_cable_that_was_taken_away_leaves_no_connection_and_nothing_under_way() -> None:
    ended = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the other side is closed
        writer.close()
        ended.set()

    before = asyncio.all_tasks()
    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with wired(f"nats://127.0.0.1:{port}") as (wire, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
            writer.write(b"x")
            await asyncio.sleep(0.05)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        await asyncio.wait_for(ended.wait(), 5)
        writer.close()
    assert asyncio.all_tasks() <= before
