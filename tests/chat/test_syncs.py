"""After every verb that changes something, what a device knew and what it was told make what a new device is shown.

Told by frames, for a device that was there; and by a sync, for one that was away.
"""

import copy
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import msgspec
import pytest

from tests.cast import identity
from tests.chat.device import Device
from tests.chat.scene import Scene
from warung import accounts, chat, contacts
from warung.chat import agreed, edits, groups, joining, messages, reactions, schedule, typing
from warung.chat.forwarding import forward
from warung.chat.model import Mention, Type
from warung.kit.clock import HOUR, MINUTE
from warung.kit.ids import AccountId, ConversationId


class Stage(NamedTuple):
    """Budi leads the kopi club with Siti and Ayu; everybody knows everybody, but Pak Joko knows Budi only."""

    scene: Scene
    club: ConversationId
    talk: ConversationId  # Budi's with Siti
    budi: AccountId
    siti: AccountId
    ayu: AccountId
    joko: AccountId


@asynccontextmanager
async def assert_syncs(scene: Scene, who: Sequence[AccountId]) -> AsyncIterator[None]:
    """Old snapshot + what was emitted = fresh snapshot, for each of `who`, there or away."""
    there = [Device(scene, each) for each in who]
    for device in there:
        await device.start()
    away = copy.deepcopy([(device.lists, device.logs, device.details, device.since) for device in there])
    scene.pushed.clear()
    yield
    frames = list(scene.pushed)
    for device, old in zip(there, away, strict=True):
        fresh = Device(scene, device.me)
        await fresh.start()
        for account, frame in frames:
            if account == device.me:
                await device.hear(frame)
        assert device.known() == fresh.known(), "by frames"
        returned = Device(scene, device.me)
        returned.lists, returned.logs, returned.details, returned.since = old
        await returned.catch_up()
        assert returned.known() == fresh.known(), "by a sync"


@pytest.fixture
async def stage(scene: Scene) -> Stage:
    budi, siti, ayu, joko = await scene.people("budi", "siti", "ayu", "joko")
    talk = await scene.friends(budi, siti, ayu)
    await scene.friends(budi, joko)
    club = await scene.group(budi, siti, ayu)
    for who, where, text in ((budi, club, "Pagi"), (siti, club, "Pagi!"), (siti, talk, "Budi?"), (budi, talk, "Ya"), (ayu, club, "Kopi?")):
        await scene.says(who, where, text)
    await scene.reads(siti, talk, 2)
    await scene.reads(budi, talk, 3)
    scene.hand.forward(HOUR)  # a sync looks a little further back than it was asked to; this is further
    return Stage(scene, club, talk, budi, siti, ayu, joko)


Act = Callable[[Stage], Awaitable[object]]


async def calls(on: Stage) -> None:
    """Call Siti by name and everybody at once."""
    for account in (on.siti, AccountId("all")):
        words = chat.Text(text_="@", mentioned=(Mention(account, 0, 1),))
        await on.scene.do(chat.send, by=on.budi, to=on.club, card=words, nonce=on.scene.nonce())


async def takes_back(on: Stage) -> None:
    """Call Siti, and take it back, and something else too."""
    await calls(on)
    last = (await on.scene.seen(on.budi, on.club)).last_seq
    await on.scene.says(on.ayu, on.club, "Apa?", reply=last)
    for seq in (last, last - 1):
        await on.scene.do(chat.recall, by=on.budi, conversation=on.club, seq=seq)


async def reacts(on: Stage) -> None:
    """Everybody reacts; one thinks better of it, one takes it back."""
    for who, emoji in ((on.siti, "👍"), (on.ayu, "❤️"), (on.siti, "😂"), (on.ayu, ""), (on.budi, "👍🏽")):
        await on.scene.do(reactions.react, by=who, conversation=on.club, seq=2, emoji=emoji)


async def edits_twice(on: Stage) -> None:
    """Siti changes what she said, calls Ayu in it, and changes it again."""
    said = await on.scene.says(on.siti, on.club, "Jam 7 ya")
    called = [Mention(on.ayu, 0, 4)]
    await on.scene.do(edits.edit, by=on.siti, conversation=on.club, seq=said.seq, text="@Ayu jam 8", mentions=called)
    await on.scene.do(edits.edit, by=on.siti, conversation=on.club, seq=said.seq, text="@Ayu jam 9", mentions=called)


async def edits_and_takes_back(on: Stage) -> None:
    """Siti changes what she said, somebody reacts and pins it, and she takes it back."""
    said = await on.scene.says(on.siti, on.club, "Jam 7 ya")
    await on.scene.do(edits.edit, by=on.siti, conversation=on.club, seq=said.seq, text="Jam 8 ya")
    await on.scene.do(reactions.react, by=on.ayu, conversation=on.club, seq=said.seq, emoji="👍")
    await on.scene.do(agreed.pin, by=on.budi, conversation=on.club, seq=said.seq)
    await on.scene.do(chat.recall, by=on.siti, conversation=on.club, seq=said.seq)


async def disappears(on: Stage) -> None:
    """Siti lets messages disappear; one does."""
    await on.scene.do(agreed.set_timer, by=on.siti, conversation=on.talk, after_ms=MINUTE)
    await on.scene.says(on.budi, on.talk, "Sebentar saja")
    on.scene.hand.forward(2 * MINUTE)
    await on.scene.world.settle()


async def forwards(on: Stage) -> None:
    """Siti forwards from the club to Budi, one by one, without a name, and as one card."""
    for at, (merged, origin) in enumerate(((False, True), (False, False), (True, True))):
        await on.scene.do(
            forward, by=on.siti, conversation=on.club, seqs=[2, 3], to=[on.talk], merged=merged, origin=origin, nonce=f"terus-000{at}"
        )


async def sends_later(on: Stage) -> None:
    """Siti is asleep when her message goes out."""
    card = msgspec.Raw(messages.encode(chat.Text(text_="Selamat pagi")))
    await on.scene.do(schedule.schedule, by=on.siti, conversation=on.club, card=card, send_at=on.scene.hand() + HOUR)
    on.scene.hand.forward(2 * HOUR)
    await on.scene.world.settle()


async def asks_to_join(on: Stage) -> str:
    """Pak Joko asks to join by the group's link."""
    await on.scene.do(groups.change, by=on.budi, id=on.club, approval=True)
    link = await on.scene.do(joining.make_link, by=on.budi, id=on.club, expires_in_s=None, uses=None)
    await on.scene.do(joining.join, by=on.joko, token=link.token)
    return (await on.scene.whole(on.budi, on.club)).join_requests[0].id


def decides(accept: bool) -> Act:
    """Let Pak Joko ask, and decide."""

    async def act(on: Stage) -> None:
        request = await asks_to_join(on)
        await on.scene.do(joining.decide, by=on.budi, id=on.club, request=request, accept=accept)

    return act


async def joins_by_link(on: Stage) -> None:
    """Pak Joko comes in by the group's link."""
    link = await on.scene.do(joining.make_link, by=on.siti, id=on.club, expires_in_s=None, uses=None)
    await on.scene.do(joining.join, by=on.joko, token=link.token)


async def leaves_and_returns(on: Stage) -> None:
    """Siti leaves, something is said, and she is brought back."""
    await on.scene.leaves(on.siti, on.club)
    await on.scene.says(on.ayu, on.club, "Ke mana Siti?")
    await on.scene.do(groups.add, by=on.budi, id=on.club, accounts=[on.siti])


async def clears_and_goes_on(on: Stage) -> None:
    """Siti clears the club; then somebody says something."""
    await on.scene.do(groups.clear, by=on.siti, id=on.club)
    await on.scene.says(on.ayu, on.club, "Masih ada kopi")


async def parts_and_makes_up(on: Stage) -> None:
    """Budi and Siti part, and become contacts again."""
    await on.scene.part(on.budi, on.siti)
    await on.scene.friends(on.budi, on.siti)


async def brings_history(on: Stage) -> None:
    """Budi brings a history along, and Siti turns out to be one of its authors."""
    scene = on.scene
    old = await scene.do(chat.open_imported, by=on.budi, name="Keluarga")
    words = chat.Text(text_="dulu")
    raw = messages.encode(words)
    entries = [chat.Entry(old, words, raw, author=author, at=1_400_000_000_000) for author in ("Siti", "Paman")]
    await scene.do(chat.append_history, to=old, entries=entries)
    await scene.do(chat.tell_history, to=old)
    await scene.do(chat.adopt, conversation=old, author="Siti", account=on.siti)


def verb(verb: Callable[..., Any], **named: Any) -> Act:
    """Run a verb; the words in capitals are people and places of the stage."""

    async def act(on: Stage) -> None:
        def place(value: Any) -> Any:
            if isinstance(value, list):
                return [place(each) for each in value]
            return getattr(on, value.lower()) if isinstance(value, str) and value.isupper() else value

        await on.scene.do(verb, **{name: place(value) for name, value in named.items()})

    return act


ACTS: dict[str, Act] = {
    "says": lambda on: on.scene.says(on.budi, on.talk, "Halo"),
    "replies": lambda on: on.scene.says(on.ayu, on.club, "Ya", reply=2),
    "calls": calls,
    "takes back": takes_back,
    "reacts": reacts,
    "edits": edits_twice,
    "edits and takes back": edits_and_takes_back,
    "disappears": disappears,
    "forwards": forwards,
    "sends later": sends_later,
    "pins a message": verb(agreed.pin, by="BUDI", conversation="CLUB", seq=2),
    "shares a contact": verb(chat.share_contact, by="BUDI", to="TALK", account="AYU", nonce="kontak-0001"),
    "receives": verb(messages.move_cursor, by="SITI", conversation="CLUB", delivered=4),
    "reads a little": verb(messages.move_cursor, by="SITI", conversation="CLUB", read=2),
    "reads all": verb(messages.move_cursor, by="SITI", conversation="TALK", read=3),
    "makes a group": verb(groups.create, by="BUDI", name="klub teh", members=["SITI", "JOKO"]),
    "adds": verb(groups.add, by="BUDI", id="CLUB", accounts=["JOKO"]),
    "asks to join": asks_to_join,
    "lets in": decides(accept=True),
    "does not let in": decides(accept=False),
    "joins by a link": joins_by_link,
    "is removed": verb(groups.remove, by="BUDI", id="CLUB", account="SITI"),
    "leaves": verb(groups.remove, by="AYU", id="CLUB", account="AYU"),
    "leaves and returns": leaves_and_returns,
    "renames": verb(groups.change, by="BUDI", id="CLUB", name="klub kopi", notice="Jumat"),
    "changes who may invite": verb(groups.change, by="BUDI", id="CLUB", approval=True, members_can_invite=False),
    "makes an admin": verb(groups.set_role, by="BUDI", id="CLUB", account="SITI", role="admin"),
    "silences": verb(groups.silence, by="BUDI", id="CLUB", account="SITI", for_s=600),
    "hands over": verb(groups.hand_over, by="BUDI", id="CLUB", account="SITI"),
    "pins": verb(groups.keep, by="SITI", id="CLUB", pinned=1, muted=1, marked_unread=1),
    "chooses": verb(groups.keep, by="SITI", id="CLUB", notify="mentions", wallpaper="batik"),
    "clears": verb(groups.clear, by="SITI", id="CLUB"),
    "clears and goes on": clears_and_goes_on,
    "writes to oneself": verb(chat.open_self, by="BUDI"),
    "becomes a contact": verb(contacts.befriend, a="JOKO", b="SITI", greeting="Saya Joko"),
    "parts": verb(contacts.remove, by="SITI", other="BUDI"),
    "blocks": verb(contacts.block, by="SITI", other="BUDI"),
    "parts and makes up": parts_and_makes_up,
    "changes a name": verb(accounts.change, by="BUDI", changes=accounts.Changes(name="Budi Santoso", status="Di pasar")),
    "gives remarks": verb(contacts.annotate, by="BUDI", other="SITI", notes=contacts.Notes(remark="Siti RT 05", tags=["tetangga"])),
    "brings history": brings_history,
}


@pytest.mark.parametrize("name", ACTS)
async def test_what_a_device_was_told_is_what_a_new_one_is_shown(stage: Stage, name: str) -> None:
    async with assert_syncs(stage.scene, [stage.budi, stage.siti, stage.ayu, stage.joko]):
        await ACTS[name](stage)


async def test_typing_changes_nothing(stage: Stage) -> None:
    async with assert_syncs(stage.scene, [stage.budi, stage.siti]):
        await stage.scene.db.read(lambda reader: typing(reader, identity(stage.siti), Type(1, stage.talk)))


async def test_a_verb_that_nobody_was_told_of_is_noticed(stage: Stage) -> None:
    async def in_silence() -> None:
        async with assert_syncs(stage.scene, [stage.budi]):
            await stage.scene.says(stage.siti, stage.talk, "Halo")
            stage.scene.pushed.clear()

    with pytest.raises(AssertionError, match="by frames"):
        await in_silence()
