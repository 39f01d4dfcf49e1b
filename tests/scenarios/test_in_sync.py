"""A second device stays in sync: once per verb that changes the state of chat, for its author and for another member."""

import copy
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.raw import Place
from tests.scenarios.device import Device, assert_syncs
from tests.served import Served
from warung.kit import ids
from warung.kit.ids import AccountId


class Table:
    """Budi and Siti with a device each, Ayu without; a direct conversation, *kopi club* with all three, and who they are."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._devices: list[Device] = []

    async def set(self) -> "Table":
        """Seat everybody."""
        cast = self.place.cast
        self.budi, self.siti, self.ayu = await cast.people("budi", "siti", "ayu")
        self.joko = await cast.person("joko")
        self.direct = await cast.friends(self.budi, self.siti)
        await cast.friends(self.budi, self.ayu)
        await cast.friends(self.budi, self.joko)
        self.club = await cast.group(self.budi, self.siti, self.ayu)
        for who in (self.siti, self.ayu, self.budi):
            await cast.says(who, self.club, "Halo semua")
        self.mine, self.hers = await self.device(self.budi), await self.device(self.siti)
        for device in (self.mine, self.hers):
            await device.say("chat.cursor", conversation=self.direct, read=1)
        return self

    async def device(self, account: AccountId) -> Device:
        """Connect one more device; it is let go at the end."""
        self._devices.append(await Device.of(self.place, account))
        return self._devices[-1]

    async def clear_up(self) -> None:
        """Let every device go."""
        for device in self._devices:
            await device.close()
        self.place.hang_up()

    async def send(self, device: Device, conversation: str, text: str, **more: object) -> int:
        """Send a text from a device; return its seq."""
        card = {"type": "chat.text", "text": text, **more}
        sent = await device.say("chat.send", conversation=conversation, nonce=ids.new_id(0), card=card)
        return int(sent["seq"])


@pytest.fixture
async def table(served: Served) -> AsyncIterator[Table]:
    """People at one table."""
    place = Place(served)
    table = Table(place)
    yield await table.set()
    await table.clear_up()


Verb = Callable[[Table], Awaitable[object]]


async def send_and_recall(t: Table) -> None:
    """Say something and take it back."""
    seq = await t.send(t.mine, t.direct, "ups")
    await t.mine.ask("POST", f"conversations/{t.direct}/messages/{seq}/recall")


async def read_all(t: Table) -> None:
    """Read to the end."""
    seq = await t.send(t.hers, t.direct, "Sudah baca?")
    await t.mine.say("chat.cursor", conversation=t.direct, read=seq)


async def receive(t: Table) -> None:
    """Have a message delivered, unread."""
    seq = await t.send(t.hers, t.direct, "Sampai?")
    await t.mine.say("chat.cursor", conversation=t.direct, delivered=seq)


async def mark_and_read(t: Table) -> None:
    """Mark as unread, then read."""
    await t.mine.ask("PATCH", f"conversations/{t.club}/mine", {"marked_unread": True})
    await t.mine.say("chat.cursor", conversation=t.club, read=2)


VERBS: dict[str, Verb] = {
    "send": lambda t: t.send(t.mine, t.direct, "Halo"),
    "be written to": lambda t: t.send(t.hers, t.club, "Halo"),
    "call": lambda t: t.send(t.hers, t.club, "@Budi", mentions=[{"account": t.budi, "start": 0, "length": 5}]),
    "call everyone": lambda t: t.send(t.mine, t.club, "@semua", mentions=[{"account": "all", "start": 0, "length": 6}]),
    "recall": send_and_recall,
    "read": read_all,
    "receive": receive,
    "mark unread and read": mark_and_read,
    "rename": lambda t: t.mine.ask("PATCH", f"conversations/{t.club}", {"name": "kopi tubruk"}),
    "write the notice": lambda t: t.mine.ask("PATCH", f"conversations/{t.club}", {"notice": "Jumat jam empat"}),
    "decide how people get in": lambda t: t.mine.ask("PATCH", f"conversations/{t.club}", {"approval": True}),
    "add a member": lambda t: t.mine.ask("POST", f"conversations/{t.club}/members", {"accounts": [t.joko]}),
    "remove the other": lambda t: t.mine.ask("DELETE", f"conversations/{t.club}/members/{t.siti}"),
    "leave": lambda t: t.hers.ask("DELETE", f"conversations/{t.club}/members/{t.siti}"),
    "make an admin": lambda t: t.mine.ask("PATCH", f"conversations/{t.club}/members/{t.siti}", {"role": "admin"}),
    "mute a member": lambda t: t.mine.ask("PATCH", f"conversations/{t.club}/members/{t.siti}", {"muted_for_s": 3600}),
    "hand over": lambda t: t.mine.ask("POST", f"conversations/{t.club}/owner", {"account": t.siti}),
    "make a group": lambda t: t.mine.ask("POST", "conversations", {"kind": "group", "name": "arisan", "members": [t.siti]}),
    "open notes": lambda t: t.mine.ask("POST", "conversations", {"kind": "self"}),
    "pin": lambda t: t.mine.ask("PATCH", f"conversations/{t.club}/mine", {"pinned": True}),
    "mute": lambda t: t.mine.ask("PATCH", f"conversations/{t.club}/mine", {"muted": True}),
    "archive": lambda t: t.mine.ask("PATCH", f"conversations/{t.club}/mine", {"archived": True}),
    "clear": lambda t: t.mine.ask("POST", f"conversations/{t.club}/clear"),
    "part": lambda t: t.mine.ask("DELETE", f"contacts/{t.siti}"),
    "block": lambda t: t.mine.ask("PUT", f"blocks/{t.siti}"),
    "give a remark": lambda t: t.mine.ask("PATCH", f"contacts/{t.siti}", {"remark": "Bu Siti"}),
    "change the name": lambda t: t.mine.ask("PATCH", "me", {"name": "Budi S."}),
    "close receipts": lambda t: t.mine.ask("PATCH", "me", {"privacy": {"read_receipts": False}}),
}


@pytest.mark.parametrize("verb", VERBS)
async def test_what_was_emitted_makes_the_old_snapshot_the_new_one(table: Table, verb: str) -> None:
    other = await table.device(table.budi)
    await table.hers.catch_up()
    before = copy.deepcopy((other.state(), table.hers.state()))
    await VERBS[verb](table)
    await assert_syncs(table.place, table.mine, other, table.hers)
    assert (other.state(), table.hers.state()) != before, "nothing happened"


async def test_a_newcomer_sees_the_group_from_their_coming_on(table: Table) -> None:
    newcomer = await table.device(table.joko)
    await table.mine.ask("POST", f"conversations/{table.club}/members", {"accounts": [table.joko]})
    await table.send(table.mine, table.club, "Selamat datang")
    await assert_syncs(table.place, newcomer)
    assert [entry["card"]["type"] for entry in newcomer.logs[table.club].values()] == ["chat.notice", "chat.text"]
