"""Editing: one's own words, for a day, marked; what they were can be looked at, until they are taken back."""

import msgspec

from tests.cast import identity
from tests.chat.scene import Scene, card
from warung import chat, contacts
from warung.chat.edits import MOST, EditedTooOften, NotEditable, TooLateToEdit, edit, versions
from warung.chat.messages import NotAllowedToCallAll, send_all
from warung.chat.model import EmptyMessage, Mention, MessageTooLong, NoSuchMessage, NotAMember, NotYours, Send, Sent
from warung.chat.reactions import react
from warung.kit.clock import HOUR
from warung.kit.ids import AccountId


async def test_edited_words_stand_in_the_place_of_the_old_and_search_follows(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    said = await scene.says(budi, club, "Kopi jam tujuh")
    assert await scene.found(siti, "tujuh") == [(club, said.seq)]
    entry, message = await scene.do(edit, by=budi, conversation=club, seq=said.seq, text="Kopi jam delapan")
    assert (entry.ref, card(entry)) == (said.seq, {"type": "chat.edit", "text": "Kopi jam delapan"})
    assert (message.at, card(message)) == (said.at, {"type": "chat.text", "text": "Kopi jam delapan", "edited": entry.seq})
    assert await scene.found(siti, "tujuh") == []
    assert await scene.found(siti, "delapan") == [(club, said.seq)]
    assert [each.text for each in await scene.ask(versions, by=siti, conversation=club, seq=said.seq)] == [
        "Kopi jam tujuh",
        "Kopi jam delapan",
    ]
    assert (await scene.seen(siti, club)).unread == 1


async def test_words_that_search_has_not_read_yet_are_found_as_they_are_then(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    here = await scene.friends(budi, siti)
    said = await scene.says(budi, here, "lama")
    await scene.do(edit, by=budi, conversation=here, seq=said.seq, text="baru")
    assert (await scene.found(siti, "lama"), await scene.found(siti, "baru")) == ([], [(here, said.seq)])


async def test_a_recall_takes_every_version_along(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    said = await scene.says(budi, club, "rahasia satu")
    await scene.do(edit, by=budi, conversation=club, seq=said.seq, text="rahasia dua")
    await scene.do(chat.recall, by=budi, conversation=club, seq=said.seq)
    page = await scene.page(siti, club)
    assert b"rahasia" not in msgspec.json.encode(page)
    assert await scene.found(siti, "rahasia") == []
    await scene.refused(NotEditable, lambda tx, **named: versions(tx, **named), by=siti, conversation=club, seq=said.seq)
    await scene.refused(NotEditable, edit, by=budi, conversation=club, seq=said.seq, text="lagi")


async def test_only_ones_own_words_while_one_may_write_there(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    here = await scene.friends(budi, siti)
    mine, whispered = await scene.says(siti, club, "Punyaku"), await scene.says(siti, here, "Budi?")
    reaction = await scene.do(react, by=siti, conversation=club, seq=mine.seq, emoji="👍")
    await scene.refused(NotYours, edit, by=budi, conversation=club, seq=mine.seq, text="Punyaku")
    await scene.refused(NotEditable, edit, by=siti, conversation=club, seq=reaction.seq, text="x")
    await scene.refused(NoSuchMessage, edit, by=siti, conversation=club, seq=99, text="x")
    await scene.part(budi, siti)
    await scene.refused(contacts.NotAContact, edit, by=siti, conversation=here, seq=whispered.seq, text="x")
    await scene.leaves(siti, club)
    await scene.refused(NotAMember, edit, by=siti, conversation=club, seq=mine.seq, text="x")


async def test_a_day_is_enough_and_so_are_fifty_times(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    here = await scene.friends(budi, siti)
    said = await scene.says(budi, here, "0")
    for at in range(MOST):
        await scene.do(edit, by=budi, conversation=here, seq=said.seq, text=str(at + 1))
    await scene.refused(EditedTooOften, edit, by=budi, conversation=here, seq=said.seq, text="x")
    other = await scene.says(budi, here, "besok")
    scene.hand.forward(25 * HOUR)
    refusal = await scene.refused(TooLateToEdit, edit, by=budi, conversation=here, seq=other.seq, text="lusa")
    assert refusal.details == {"hours": 24}


async def test_edited_words_are_checked_like_new_ones(scene: Scene) -> None:
    club, (budi, siti, ayu) = await scene.club("budi", "siti", "ayu")
    said = await scene.says(siti, club, "halo")
    for text, refusal in ((" ", EmptyMessage), ("x" * 8_001, MessageTooLong)):
        await scene.refused(refusal, edit, by=siti, conversation=club, seq=said.seq, text=text)
    all_of_us = [Mention(AccountId("all"), 0, 4)]
    await scene.refused(NotAllowedToCallAll, edit, by=siti, conversation=club, seq=said.seq, text="@all", mentions=all_of_us)
    await scene.do(edit, by=siti, conversation=club, seq=said.seq, text="@ayu", mentions=[Mention(ayu, 0, 4)])
    assert ((await scene.seen(ayu, club)).mentions, (await scene.seen(budi, club)).mentions) == (1, 0)


async def test_a_retry_of_the_first_sending_is_still_a_retry_and_one_of_the_edit_too(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    here = await scene.friends(budi, siti)
    raw = msgspec.Raw(b'{"type":"chat.text","text":"satu"}')
    item = Send(1, here, "nonce-0001", raw)
    (first,) = await scene.db.write(lambda tx: send_all(tx, [(identity(budi), item)]))
    assert isinstance(first, Sent)
    entry, _ = await scene.do(edit, by=budi, conversation=here, seq=first.seq, text="dua")
    again, _ = await scene.do(edit, by=budi, conversation=here, seq=first.seq, text="dua")
    (retried,) = await scene.db.write(lambda tx: send_all(tx, [(identity(budi), item)]))
    assert (retried, again.seq, (await scene.seen(siti, here)).last_seq) == (first, entry.seq, entry.seq)
