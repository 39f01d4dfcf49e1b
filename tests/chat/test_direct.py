"""Conversations of two and notes to oneself: one each, open while people are contacts, readable for ever."""

import pytest

from tests.cast import identity
from tests.chat.scene import Scene, card
from warung import chat, contacts
from warung.chat import groups, typing
from warung.chat.model import NotAMember, Type
from warung.kit.ids import AccountId, ConversationId


async def test_a_greeting_is_the_first_message_of_the_conversation_it_opened(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    asked = await scene.do(contacts.request, by=budi, to=siti, greeting="Ini Budi dari pasar", via="handle")
    assert isinstance(asked, contacts.Request)
    await scene.refused(NotAMember, chat.open_direct, by=budi, to=siti)
    here = (await scene.do(contacts.accept, by=siti, id=asked.id)).conversation
    notice, greeting = (await scene.page(siti, here)).messages
    assert card(notice) == {"type": "chat.notice", "key": "contact_made", "actor": siti, "people": [budi]}
    assert (greeting.sender, card(greeting)) == (budi, {"type": "chat.text", "text": "Ini Budi dari pasar"})
    for by, other in ((budi, siti), (siti, budi)):
        assert await scene.do(chat.open_direct, by=by, to=other) == here
        seen = await scene.seen(by, here)
        assert (seen.kind, seen.name, seen.peer and seen.peer.id, seen.can_write) == ("direct", None, other, True)


async def test_after_parting_both_read_on_and_neither_writes_until_they_make_up(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    here = await scene.friends(budi, siti)
    message = await scene.says(budi, here, "Sampai jumpa")
    began = (await scene.synced(siti)).now
    await scene.part(budi, siti)
    for who in (budi, siti):
        seen = await scene.seen(who, here)
        assert (seen.can_write, seen.why_not) == (False, "not_a_contact")
        assert await scene.found(who, "jumpa") == [(here, message.seq)]
        assert here in [each.id for each in (await scene.synced(who, began)).conversations]
        await scene.refused(contacts.NotAContact, chat.send, by=who, to=here, card=chat.Text(text_="Hei"), nonce=scene.nonce())
    assert await scene.friends(budi, siti) == here
    assert await scene.notices(siti, here) == ["contact_made", "contact_made"]
    assert (await scene.seen(siti, here)).can_write


async def test_being_blocked_looks_like_having_parted(scene: Scene) -> None:
    budi, siti, ayu, joko = await scene.people("budi", "siti", "ayu", "joko")
    blocked, parted = await scene.friends(budi, siti), await scene.friends(ayu, joko)
    await scene.do(contacts.block, by=siti, other=budi)
    await scene.part(joko, ayu)
    one, other = await scene.seen(budi, blocked), await scene.seen(ayu, parted)
    assert (one.can_write, one.why_not, one.peer and one.peer.relation) == (
        other.can_write,
        other.why_not,
        other.peer and other.peer.relation,
    )
    for who, here in ((budi, blocked), (ayu, parted)):
        await scene.refused(contacts.NotAContact, chat.send, by=who, to=here, card=chat.Text(text_="Hei"), nonce=scene.nonce())


async def test_the_status_of_a_contact_is_not_shown_to_whom_they_parted_from(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    here = await scene.friends(budi, siti)
    peer = (await scene.seen(budi, here)).peer
    assert peer is not None
    assert peer.status == ""
    await scene.part(siti, budi)
    peer = (await scene.seen(budi, here)).peer
    assert peer is not None
    assert (peer.status, peer.region, peer.remark, peer.relation) == (None, None, None, "stranger")


async def test_notes_to_self_are_one_s_own_and_only_one(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    await scene.friends(budi, siti)
    notes = await scene.do(chat.open_self, by=budi)
    assert await scene.do(chat.open_self, by=budi) == notes != await scene.do(chat.open_self, by=siti)
    note = await scene.says(budi, notes, "Beli gula")
    seen = await scene.seen(budi, notes)
    assert (seen.kind, seen.unread, seen.can_write, seen.member_count) == ("self", 0, True, 1)
    assert await scene.found(budi, "gula") == [(notes, note.seq)]
    await scene.refused(NotAMember, chat.send, by=siti, to=notes, card=chat.Text(text_="Hei"), nonce=scene.nonce())
    await scene.do(chat.recall, by=budi, conversation=notes, seq=note.seq)


async def types(scene: Scene, who: AccountId, where: ConversationId) -> list[AccountId]:
    """Let somebody type; return who was told."""
    scene.pushed.clear()
    await scene.db.read(lambda reader: typing(reader, identity(who), Type(1, where)))
    return [account for account, frame in scene.pushed if frame["type"] == "chat.typing"]


async def test_typing_is_told_to_the_others_while_they_are_contacts(scene: Scene) -> None:
    budi, siti, ayu = await scene.people("budi", "siti", "ayu")
    here = await scene.friends(budi, siti)
    await scene.friends(budi, ayu)
    club = await scene.group(budi, siti, ayu)
    assert await types(scene, siti, here) == [budi]
    assert sorted(await types(scene, siti, club)) == sorted([budi, ayu])
    await scene.part(siti, budi)
    assert await types(scene, siti, here) == []
    assert sorted(await types(scene, siti, club)) == sorted([budi, ayu])
    await scene.leaves(siti, club)
    for where in (club, ConversationId("tidak ada")):
        with pytest.raises(NotAMember):
            await types(scene, siti, where)


async def test_pins_and_marks_are_one_s_own(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    before = await scene.seen(siti, club)
    scene.pushed.clear()
    await scene.do(groups.keep, by=budi, id=club, pinned=1, muted=1, archived=1, marked_unread=1)
    seen = await scene.seen(budi, club)
    assert (seen.pinned, seen.muted, seen.archived, seen.marked_unread) == (True, True, True, True)
    assert await scene.seen(siti, club) == before
    assert scene.pushed == [(budi, {"type": "chat.changed", "conversation": club})]
