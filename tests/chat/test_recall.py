"""Taking a message back: when, by whom, and what is left of it. Nothing but its number."""

from tests.chat.scene import Scene, card
from warung import chat, contacts
from warung.chat import groups
from warung.chat.model import AlreadyRecalled, Mention, NoSuchMessage, NotAMember, NotYours, TooLate
from warung.kit.clock import MINUTE


async def test_what_is_recalled_leaves_a_tombstone_and_an_entry_that_says_so(scene: Scene) -> None:
    club, (budi, siti, ayu) = await scene.club("budi", "siti", "ayu")
    words = chat.Text(text_="rahasia @ayu", mentioned=(Mention(ayu, 8, 4),))
    message = await scene.do(chat.send, by=siti, to=club, card=words, nonce=scene.nonce())
    assert await scene.found(ayu, "rahasia") == [(club, message.seq)]
    said = await scene.do(chat.recall, by=siti, conversation=club, seq=message.seq)
    assert (said.seq, said.ref, said.sender) == (message.seq + 1, message.seq, siti)
    for who in (budi, siti, ayu):
        tomb, entry = (await scene.page(who, club)).messages[-2:]
        assert (tomb.seq, tomb.sender, tomb.at, card(tomb)) == (message.seq, siti, message.at, {"type": "chat.recalled", "by": siti})
        assert (entry.ref, card(entry)) == (message.seq, {"type": "chat.recall"})
        assert b"rahasia" not in b"".join(bytes(each.card) + bytes(each.preview or b"") for each in (tomb, entry))
        assert await scene.found(who, "rahasia") == []
    assert (await scene.seen(ayu, club)).mentions == 0
    assert scene.heard(ayu, "chat.message")[-1]["message"]["ref"] == message.seq


async def test_nobody_takes_back_what_others_wrote_or_what_was_taken_back(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    ayu = await scene.person("ayu")
    message = await scene.says(siti, club, "Punyaku")
    await scene.refused(NotYours, chat.recall, by=budi, conversation=club, seq=message.seq)
    await scene.refused(NotYours, chat.recall, by=budi, conversation=club, seq=1)
    await scene.refused(NotAMember, chat.recall, by=ayu, conversation=club, seq=message.seq)
    for seq in (0, -1, 99, 1 << 40):
        await scene.refused(NoSuchMessage, chat.recall, by=siti, conversation=club, seq=seq)
    await scene.do(chat.recall, by=siti, conversation=club, seq=message.seq)
    await scene.refused(AlreadyRecalled, chat.recall, by=siti, conversation=club, seq=message.seq)
    assert await scene.seqs(budi, club) == [1, 2, 3]


async def test_the_entry_that_says_so_cannot_be_taken_back(scene: Scene) -> None:
    club, (_, siti) = await scene.club("budi", "siti")
    message = await scene.says(siti, club, "Ups")
    said = await scene.do(chat.recall, by=siti, conversation=club, seq=message.seq)
    await scene.refused(AlreadyRecalled, chat.recall, by=siti, conversation=club, seq=said.seq)


async def test_two_minutes_are_enough_and_no_more(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    here = await scene.friends(budi, siti)
    early, late = await scene.says(budi, here, "satu"), await scene.says(budi, here, "dua")
    scene.hand.forward(MINUTE)
    await scene.do(chat.recall, by=budi, conversation=here, seq=early.seq)
    scene.hand.forward(MINUTE + 1)
    refusal = await scene.refused(TooLate, chat.recall, by=budi, conversation=here, seq=late.seq)
    assert refusal.details == {"minutes": 2}
    assert await scene.found(siti, "dua") == [(here, late.seq)]


async def test_who_parted_or_left_or_cleared_takes_nothing_back(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    here = await scene.friends(budi, siti)
    mine = await scene.says(siti, club, "di klub")
    whispered = await scene.says(siti, here, "berdua")
    await scene.do(groups.clear, by=siti, id=club)
    await scene.refused(NoSuchMessage, chat.recall, by=siti, conversation=club, seq=mine.seq)
    await scene.part(budi, siti)
    await scene.refused(contacts.NotAContact, chat.recall, by=siti, conversation=here, seq=whispered.seq)
    await scene.leaves(siti, club)
    await scene.refused(NotAMember, chat.recall, by=siti, conversation=club, seq=mine.seq)
    assert await scene.found(budi, "klub") == [(club, mine.seq)]


async def test_a_reply_to_what_was_taken_back_keeps_its_number_only(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    question = await scene.says(budi, club, "rahasia?")
    answer = await scene.says(siti, club, "Ya", reply=question.seq)
    await scene.do(chat.recall, by=budi, conversation=club, seq=question.seq)
    assert (await scene.page(siti, club, around=answer.seq)).messages[2].reply == question.seq


async def test_unread_does_not_change_its_count_by_a_recall(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    here = await scene.friends(budi, siti)
    message = await scene.says(budi, here, "satu")
    await scene.says(budi, here, "dua")
    await scene.do(chat.recall, by=budi, conversation=here, seq=message.seq)
    seen = await scene.seen(siti, here)
    assert (seen.unread, seen.counted, seen.last_seq) == (2, 2, 4)
