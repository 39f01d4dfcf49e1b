"""Reading: stretches of a log in both directions, and that nobody reads what is not theirs to read, by any way."""

from typing import Any

import pytest

from tests.chat.scene import Scene
from tests.media.making import quarters, saved
from warung import chat, contacts, media
from warung.app import DOMAINS
from warung.chat import groups, reading
from warung.chat.model import NoSuchMessage, NotAMember
from warung.contacts.model import NothingToReport
from warung.kit.ids import AccountId, BlobId, ConversationId, Seq

VIEWERS = dict(viewer for domain in DOMAINS for viewer in domain.viewers)


async def talk(scene: Scene, last: int) -> tuple[AccountId, AccountId, ConversationId]:
    """A conversation of two whose log goes from 1 to `last`."""
    budi, siti = await scene.people("budi", "siti")
    here = await scene.friends(budi, siti)
    for number in range(2, last + 1):
        await scene.says(budi, here, f"nomor {number}")
    return budi, siti, here


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({}, [8, 9, 10]),
        ({"before": 4}, [1, 2, 3]),
        ({"before": 3}, [1, 2]),
        ({"before": 1}, []),
        ({"before": 0}, []),
        ({"before": -7}, []),
        ({"before": 99}, [8, 9, 10]),
        ({"after": 0}, [1, 2, 3]),
        ({"after": -7}, [1, 2, 3]),
        ({"after": 8}, [9, 10]),
        ({"after": 10}, []),
        ({"after": 99}, []),
        ({"around": 5}, [4, 5, 6]),
        ({"around": 1}, [1, 2, 3]),
        ({"around": 10}, [9, 10]),
        ({"around": 0}, [1, 2, 3]),
        ({"around": 99}, [9, 10]),
        ({"around": 5, "limit": 1}, [5]),
        ({"around": 5, "limit": 2}, [4, 5]),
        ({"after": 3, "limit": 0}, [4]),
        ({"after": 3, "limit": -3}, [4]),
    ],
)
async def test_a_stretch_lies_where_it_was_asked_for_oldest_first(scene: Scene, where: dict[str, int], expected: list[int]) -> None:
    _, siti, here = await talk(scene, 10)
    assert await scene.seqs(siti, here, **{"limit": 3} | where) == expected


async def test_a_page_names_who_wrote_it_and_holds_two_hundred_at_most(scene: Scene) -> None:
    budi, siti, here = await talk(scene, 210)
    page = await scene.page(siti, here, after=0, limit=10_000)
    assert [message.seq for message in page.messages] == list(range(1, 201))
    assert [person.id for person in page.people] == [budi]
    assert (page.first_seq, page.last_seq) == (1, 210)


async def pictured(scene: Scene, by: AccountId, where: ConversationId) -> BlobId:
    """Put a picture into a conversation, as an import does."""
    world = scene.world
    blob = await media.store_picture(world.db, world.blobs, world.pictures, by=by, data=saved(quarters(8, 8)))
    await scene.do(chat.post, to=where, card=chat.Picture(blob=blob.id, width=8, height=8))
    return blob.id


async def sees(scene: Scene, who: AccountId, blob: BlobId) -> bool:
    return await scene.ask(media.may_see, by=who, blob=blob, viewers=VIEWERS)


async def test_a_newcomer_sees_nothing_from_before(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    ayu = await scene.person("ayu")
    await scene.friends(budi, ayu)
    old = await scene.says(siti, club, "rahasia lama")
    blob = await pictured(scene, siti, club)
    await scene.do(groups.add, by=budi, id=club, accounts=[ayu])
    joined = old.seq + 2
    new = await scene.says(siti, club, "rahasia baru", reply=old.seq)
    for where in ({}, {"after": 0}, {"after": old.seq}, {"before": 99}, {"around": old.seq}, {"around": new.seq}):
        assert await scene.seqs(ayu, club, **where) == [joined, new.seq], where
    assert await scene.seqs(ayu, club, before=joined) == []
    assert await scene.found(ayu, "rahasia") == [(club, new.seq)]
    assert await scene.found(ayu, "", conversation=club) == [(club, new.seq), (club, joined)]
    await unreadable(scene, ayu, club, old.seq)
    seen = await scene.seen(ayu, club)
    assert (seen.first_seq, seen.unread, seen.counted) == (joined, 1, 3)
    assert await sees(scene, budi, blob)
    assert not await sees(scene, ayu, blob)
    fresh = await pictured(scene, siti, club)
    assert await sees(scene, ayu, fresh)


async def test_a_newcomer_s_list_is_empty_until_something_is_said(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    await scene.says(budi, club, "rahasia")
    await scene.do(groups.clear, by=siti, id=club)
    seen = await scene.seen(siti, club)
    assert (seen.last, seen.unread, seen.first_seq, seen.last_seq) == (None, 0, 3, 2)
    (listed,) = [each for each in (await scene.synced(siti)).conversations if each.id == club]
    assert listed == seen


async def test_who_was_removed_sees_nothing_by_any_way(scene: Scene) -> None:
    club, (budi, siti, ayu) = await scene.club("budi", "siti", "ayu")
    message = await scene.says(budi, club, "rahasia")
    blob = await pictured(scene, budi, club)
    assert await sees(scene, ayu, blob)
    await scene.do(groups.remove, by=budi, id=club, account=ayu)
    for where in ({}, {"after": 0}, {"around": message.seq}):
        with pytest.raises(NotAMember):
            await scene.seqs(ayu, club, **where)
    with pytest.raises(NotAMember):
        await scene.found(ayu, "rahasia", conversation=club)
    assert await scene.found(ayu, "rahasia") == []
    assert await scene.found(ayu, "", sender=budi) == []
    for ask in (reading.receipts, reading.conversation):
        with pytest.raises(NotAMember):
            await scene.ask(ask, by=ayu, id=club)
    await unreadable(scene, ayu, club, message.seq, NotAMember)
    assert not await sees(scene, ayu, blob)
    assert message.seq in await scene.seqs(siti, club)


async def test_who_comes_back_sees_what_is_said_from_then_on(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    await scene.says(siti, club, "dulu")
    await scene.leaves(siti, club)
    meanwhile = await scene.says(budi, club, "ketika kamu pergi")
    await scene.do(groups.add, by=budi, id=club, accounts=[siti])
    assert await scene.seqs(siti, club, after=0) == [meanwhile.seq + 1]
    assert await scene.found(siti, "dulu") == []
    assert (await scene.synced(siti, 1)).gone == []
    assert (await scene.seen(siti, club)).unread == 0


async def test_clearing_empties_one_s_own_copy_only(scene: Scene) -> None:
    budi, siti, here = await talk(scene, 4)
    await scene.do(groups.keep, by=siti, id=here, marked_unread=1)
    await scene.do(groups.clear, by=siti, id=here)
    assert await scene.seqs(siti, here, after=0) == []
    assert await scene.found(siti, "nomor") == []
    await unreadable(scene, siti, here, 2)
    seen = await scene.seen(siti, here)
    assert (seen.unread, seen.read_seq, seen.marked_unread) == (0, 4, False)
    assert await scene.seqs(budi, here, after=0) == [1, 2, 3, 4]
    after = await scene.says(budi, here, "lagi")
    assert await scene.seqs(siti, here, after=0) == [after.seq]
    assert (await scene.seen(siti, here)).unread == 1


async def unreadable(
    scene: Scene, who: AccountId, where: ConversationId, seq: int, refusal: type[NoSuchMessage | NotAMember] = NoSuchMessage
) -> None:
    """Look at one entry in every way there is to name it; all must be refused."""
    if refusal is NoSuchMessage:
        await scene.refused(refusal, chat.send, by=who, to=where, card=chat.Text(text_="?"), nonce=scene.nonce(), reply=seq)
    with pytest.raises(refusal):
        await scene.ask(reading.message, by=who, id=where, seq=seq)
    await scene.refused(refusal, chat.recall, by=who, conversation=where, seq=Seq(seq))
    complaint = contacts.Complaint("message", "other", "", conversation=where, seq=Seq(seq))
    await scene.refused(NothingToReport, contacts.report, by=who, complaint=complaint)


async def test_a_report_is_refused_for_what_one_cannot_see(scene: Scene) -> None:
    _, siti, here = await talk(scene, 3)
    ayu = await scene.person("ayu")
    complaints: list[dict[str, Any]] = [{"about": "group", "conversation": here}, {"about": "message", "conversation": here, "seq": 2}]
    for named in complaints:
        complaint = contacts.Complaint(reason="abuse", text="", **named)
        await scene.refused(NothingToReport, contacts.report, by=ayu, complaint=complaint)
    nothing = contacts.Complaint("message", "abuse", "", conversation=here, seq=Seq(99))
    await scene.refused(NothingToReport, contacts.report, by=siti, complaint=nothing)
