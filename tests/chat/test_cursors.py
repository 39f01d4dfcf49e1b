"""Cursors: how far somebody has received and read, who may know it, and that unread is derived from them."""

import pytest

from tests.chat.scene import Scene
from tests.worlds import Hand, OpenWorld
from warung import accounts, chat
from warung.chat import groups, messages, reading
from warung.chat.model import Mention, NoSuchMessage, NotAMember
from warung.kit.ids import AccountId


async def hide_receipts(scene: Scene, *who: AccountId) -> None:
    for each in who:
        await scene.do(accounts.change, by=each, changes=accounts.Changes(read_receipts=False))


def moved(scene: Scene, who: AccountId) -> list[tuple[str, int, int]]:
    return [(frame["account"], frame["delivered"], frame["read"]) for frame in scene.heard(who, "chat.cursor")]


async def test_cursors_go_forward_only_and_reading_is_receiving(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    here = await scene.friends(budi, siti)
    for text in ("satu", "dua", "tiga"):
        await scene.says(budi, here, text)
    assert (await scene.seen(siti, here)).unread == 3
    for delivered, read, expected in ((3, 0, (3, 0)), (1, 2, (3, 2)), (0, 1, (3, 2)), (-9, -9, (3, 2)), (0, 4, (4, 4)), (2, 3, (4, 4))):
        await scene.do(messages.move_cursor, by=siti, conversation=here, delivered=delivered, read=read)
        seen = await scene.seen(siti, here)
        assert (seen.delivered_seq, seen.read_seq) == expected
        theirs = await scene.seen(budi, here)
        assert (theirs.peer_delivered_seq, theirs.peer_read_seq) == expected
    assert (await scene.seen(siti, here)).unread == 0


async def test_a_cursor_from_the_future_or_from_outside_is_refused(scene: Scene) -> None:
    budi, siti, ayu = await scene.people("budi", "siti", "ayu")
    here = await scene.friends(budi, siti)
    for named in ({"read": 2}, {"delivered": 2}, {"read": 1 << 62}, {"delivered": 1 << 70}):
        await scene.refused(NoSuchMessage, messages.move_cursor, by=siti, conversation=here, **named)
    await scene.refused(NotAMember, messages.move_cursor, by=ayu, conversation=here, read=1)
    await scene.refused(NotAMember, messages.move_cursor, by=siti, conversation="tidak ada", read=1)
    assert (await scene.seen(siti, here)).read_seq == 0


async def test_reading_takes_the_unread_mark_away_and_receiving_does_not(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    here = await scene.friends(budi, siti)
    await scene.do(groups.keep, by=siti, id=here, marked_unread=1)
    await scene.do(messages.move_cursor, by=siti, conversation=here, delivered=1)
    assert (await scene.seen(siti, here)).marked_unread
    await scene.reads(siti, here, 1)
    assert not (await scene.seen(siti, here)).marked_unread


@pytest.mark.parametrize("hidden", [0, 1])
async def test_who_hides_receipts_neither_shows_nor_sees_them(scene: Scene, hidden: int) -> None:
    both = await scene.people("budi", "siti")
    budi, siti = both
    here = await scene.friends(budi, siti)
    await scene.says(budi, here, "Sudah baca?")
    await hide_receipts(scene, both[hidden])
    scene.pushed.clear()
    await scene.reads(siti, here, 2)
    await scene.reads(budi, here, 2)
    assert moved(scene, siti) == [(siti, 2, 2)]
    assert moved(scene, budi) == [(budi, 2, 2)]
    for who in both:
        seen = await scene.seen(who, here)
        assert (seen.read_seq, seen.peer_read_seq, seen.peer_delivered_seq) == (2, 0, 0)
        assert await scene.ask(reading.receipts, by=who, id=here) == []


async def test_in_a_small_group_receipts_are_between_those_who_show_them(scene: Scene) -> None:
    club, (budi, siti, ayu) = await scene.club("budi", "siti", "ayu")
    await hide_receipts(scene, ayu)
    scene.pushed.clear()
    for who in (budi, siti, ayu):
        await scene.reads(who, club, 1)
    assert moved(scene, budi) == moved(scene, siti) == [(budi, 1, 1), (siti, 1, 1)]
    assert moved(scene, ayu) == [(ayu, 1, 1)]
    assert await scene.ask(reading.receipts, by=budi, id=club) == [(siti, 1, 1)]
    assert await scene.ask(reading.receipts, by=ayu, id=club) == []
    await scene.do(accounts.change, by=ayu, changes=accounts.Changes(read_receipts=True))
    assert sorted(await scene.ask(reading.receipts, by=ayu, id=club)) == sorted([(budi, 1, 1), (siti, 1, 1)])
    await scene.says(budi, club, "Halo")
    await scene.reads(ayu, club, 2)
    assert moved(scene, budi)[-1] == (ayu, 2, 2)


async def test_in_a_large_group_nobody_tells_who_read_what(open_a_world: OpenWorld, database: str, hand: Hand) -> None:
    assert chat.Settings().receipts_up_to == 20
    scene = Scene(await open_a_world(database, {chat.Settings: chat.Settings(receipts_up_to=2)}), hand)
    club, (budi, siti, ayu) = await scene.club("budi", "siti", "ayu")
    await scene.reads(siti, club, 1)
    assert await scene.ask(reading.receipts, by=budi, id=club) == []
    assert moved(scene, budi) == moved(scene, ayu) == []
    await scene.leaves(ayu, club)
    await scene.reads(siti, club, 2)
    assert moved(scene, budi) == [(siti, 2, 2)]


async def test_receipts_end_when_people_part(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    here = await scene.friends(budi, siti)
    await scene.says(budi, here, "Terakhir")
    await scene.part(siti, budi)
    scene.pushed.clear()
    await scene.reads(siti, here, 2)
    assert moved(scene, budi) == []
    assert (await scene.seen(budi, here)).peer_read_seq == 0
    assert await scene.ask(reading.receipts, by=budi, id=here) == []


async def test_unread_and_mentions_follow_from_the_read_cursor(scene: Scene) -> None:
    club, (budi, siti, ayu) = await scene.club("budi", "siti", "ayu")
    calls = [
        chat.Text(text_="@siti @siti", mentioned=(mention(siti), mention(siti))),
        chat.Text(text_="@semua", mentioned=(mention("all"),)),
    ]
    for text in calls:
        await scene.do(chat.send, by=budi, to=club, card=text, nonce=scene.nonce())
    assert [(each.unread, each.mentions) for each in [await scene.seen(who, club) for who in (budi, siti, ayu)]] == [(0, 0), (2, 2), (2, 1)]
    await scene.reads(siti, club, 2)
    await scene.do(groups.change, by=budi, id=club, name="klub")
    seen = await scene.seen(siti, club)
    assert (seen.unread, seen.mentions, seen.counted, seen.last_seq) == (1, 1, 2, 4)
    await scene.says(siti, club, "Ya?")
    assert (await scene.seen(siti, club)).unread == 0
    assert (await scene.seen(ayu, club)).unread == 3


async def test_only_admins_call_everybody(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    everybody = chat.Text(text_="@semua", mentioned=(mention("all"),))
    await scene.refused(messages.NotAllowedToCallAll, chat.send, by=siti, to=club, card=everybody, nonce=scene.nonce())
    await scene.do(groups.set_role, by=budi, id=club, account=siti, role="admin")
    await scene.do(chat.send, by=siti, to=club, card=everybody, nonce=scene.nonce())
    assert (await scene.seen(budi, club)).mentions == 1


def mention(who: str) -> Mention:
    return Mention(AccountId(who), 0, 1)
