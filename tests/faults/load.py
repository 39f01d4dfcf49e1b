"""Twenty people who write without a pause, what they were promised, and whether the promise was kept."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from tests.faults.checker import complaints
from tests.served import until
from warung.client import Client, Message, Refused, Sent
from warung.kit import clock, ids

PEOPLE = 20
AT_ONCE = 3  # sends of one client that wait at a time
PASSWORD = "kopi pahit tanpa gula"


class Crowd:
    """Clients in one group; what each was told, and what the first of them heard."""

    def __init__(self, clients: Sequence[Client], club: str) -> None:
        self.club = club
        self.clients = clients
        self.promised: dict[str, tuple[Sent, str]] = {}
        self.refused: list[Refused] = []
        self.heard: list[Message] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._writing = False

    def write(self) -> None:
        """Begin to write, and to listen."""
        self._writing = True
        self._tasks = [asyncio.create_task(self._write(client)) for client in self.clients for _ in range(AT_ONCE)]

    async def listen(self) -> None:
        """Note every message of the group, as the first client hears it."""
        async for message in self.clients[0].messages():
            if message.conversation == self.club:
                self.heard.append(message)

    async def promises(self, more: int, patience_s: float = 60) -> None:
        """Wait until so many more messages were acknowledged."""
        enough = len(self.promised) + more
        await until(lambda: len(self.promised) >= enough, patience_s)

    async def rest(self) -> None:
        """Stop writing; what is on its way is still acknowledged."""
        self._writing = False
        await asyncio.gather(*self._tasks)

    def give_up(self) -> None:
        """Stop writing at once."""
        for task in self._tasks:
            task.cancel()

    def complaints(self, logs: Sequence[Sequence[Message]]) -> list[str]:
        """Compare what people were told with the log as several of them read it; return what is wrong."""
        promised = {nonce: (sent.seq, text) for nonce, (sent, text) in self.promised.items()}
        return complaints(promised=promised, logs=logs, heard=[self.heard] if self.heard else [])

    async def _write(self, client: Client) -> None:
        while self._writing:
            nonce = ids.new_id(clock.now())
            text = f"pesan {nonce}"
            try:
                self.promised[nonce] = (await client.send(self.club, text, nonce=nonce), text)
            except Refused as refused:
                self.refused.append(refused)
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def crowd(url: str, people: int = PEOPLE, named: str = "warga") -> AsyncIterator[Crowd]:
    """Sign people up, put them into one group, and connect them."""
    async with contextlib.AsyncExitStack() as stack:
        signed = [await Client.sign_up(url, handle=f"{named}{n}", name=f"Warga {n}", password=PASSWORD) for n in range(people)]
        clients = [await stack.enter_async_context(client) for client in signed]
        club = (await clients[0].group("kopi club", [])).id
        link = await clients[0].make_link(club)
        for client in clients[1:]:
            await client.join(link.token)
        yield Crowd(clients, club)


async def whole_log(client: Client, conversation: str) -> list[Message]:
    """Read a log from its beginning."""
    log: list[Message] = []
    while page := (await client.history(conversation, after=log[-1].seq if log else 0, limit=200)).messages:
        log += page
    return log
