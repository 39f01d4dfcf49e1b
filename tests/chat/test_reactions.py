"""Reactions: one emoji per person and message, told to everybody, and they make nothing unread."""

import pytest

from tests.chat.scene import Scene, card
from warung import chat, contacts
from warung.chat import groups
from warung.chat.model import NoSuchMessage, NotAMember, Silenced
from warung.chat.reactions import DIFFERENT, NotAnEmoji, TooManyReactions, is_emoji, react, reactors
from warung.kit.ids import AccountId, ConversationId


async def reacted(scene: Scene, by: AccountId, where: ConversationId, seq: int) -> list[tuple[AccountId, str]]:
    return [(each.account.id, each.emoji) for each in await scene.ask(reactors, by=by, conversation=where, seq=seq)]


async def test_one_person_has_one_reaction_which_can_be_changed_and_taken_back(scene: Scene) -> None:
    club, (budi, siti, ayu) = await scene.club("budi", "siti", "ayu")
    said = await scene.says(budi, club, "Kopi sudah siap")
    entry = await scene.do(react, by=siti, conversation=club, seq=said.seq, emoji="👍")
    assert (entry.ref, card(entry)) == (said.seq, {"type": "chat.reaction", "emoji": "👍", "to": budi})
    await scene.do(react, by=ayu, conversation=club, seq=said.seq, emoji="❤️")
    await scene.do(react, by=siti, conversation=club, seq=said.seq, emoji="😂")
    assert await reacted(scene, budi, club, said.seq) == [(ayu, "❤️"), (siti, "😂")]
    gone = await scene.do(react, by=ayu, conversation=club, seq=said.seq, emoji="")
    assert await reacted(scene, budi, club, said.seq) == [(siti, "😂")]
    (mark,) = (await scene.page(budi, club, around=said.seq)).marks
    assert {each.account: (each.emoji, each.seq) for each in mark.reactions} == {siti: ("😂", gone.seq - 1), ayu: ("", gone.seq)}


async def test_the_same_again_is_the_same_entry(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    here = await scene.friends(budi, siti)
    said = await scene.says(budi, here, "Halo")
    first = await scene.do(react, by=siti, conversation=here, seq=said.seq, emoji="👍")
    again = await scene.do(react, by=siti, conversation=here, seq=said.seq, emoji="👍")
    assert (again.seq, (await scene.seen(budi, here)).last_seq) == (first.seq, first.seq)


async def test_a_reaction_makes_nothing_unread_and_is_pushed_to_everybody(scene: Scene) -> None:
    club, (budi, siti, ayu) = await scene.club("budi", "siti", "ayu")
    said = await scene.says(budi, club, "Kopi")
    await scene.reads(ayu, club, said.seq)
    await scene.reads(budi, club, said.seq)
    await scene.do(react, by=siti, conversation=club, seq=said.seq, emoji="☕")
    assert ((await scene.seen(budi, club)).unread, (await scene.seen(ayu, club)).unread) == (0, 0)
    assert scene.heard(budi, "chat.message")[-1]["message"]["card"]["to"] == budi


async def test_whoever_left_parted_or_may_not_write_does_not_react(scene: Scene) -> None:
    club, (budi, siti, ayu) = await scene.club("budi", "siti", "ayu")
    here = await scene.friends(budi, siti)
    said, whispered = await scene.says(budi, club, "Kopi"), await scene.says(budi, here, "Siti?")
    await scene.leaves(ayu, club)
    await scene.refused(NotAMember, react, by=ayu, conversation=club, seq=said.seq, emoji="👍")
    await scene.do(groups.silence, by=budi, id=club, account=siti, for_s=60)
    await scene.refused(Silenced, react, by=siti, conversation=club, seq=said.seq, emoji="👍")
    await scene.part(budi, siti)
    await scene.refused(contacts.NotAContact, react, by=siti, conversation=here, seq=whispered.seq, emoji="👍")
    assert await reacted(scene, budi, club, said.seq) == []


async def test_only_what_somebody_sent_and_still_is_there_can_be_reacted_to(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    said = await scene.says(budi, club, "Ups")
    entry = await scene.do(react, by=siti, conversation=club, seq=said.seq, emoji="👍")
    for seq in (1, 0, -1, entry.seq, 99, 1 << 40):
        await scene.refused(NoSuchMessage, react, by=budi, conversation=club, seq=seq, emoji="👍")
    await scene.refused(NoSuchMessage, react, by=budi, conversation=club, seq=said.seq, emoji="")
    await scene.do(chat.recall, by=budi, conversation=club, seq=said.seq)
    await scene.refused(NoSuchMessage, react, by=siti, conversation=club, seq=said.seq, emoji="👍")
    assert (await scene.page(siti, club)).marks == []


async def test_so_many_different_ones_and_no_more(scene: Scene) -> None:
    club, those = await scene.club("budi", *[f"orang{at}" for at in range(DIFFERENT + 1)])
    said = await scene.says(those[0], club, "Pilih")
    for at, who in enumerate(those[1:-1]):
        await scene.do(react, by=who, conversation=club, seq=said.seq, emoji=chr(0x1F600 + at))
    refusal = await scene.refused(TooManyReactions, react, by=those[-1], conversation=club, seq=said.seq, emoji="🦜")
    assert refusal.details == {"limit": DIFFERENT}
    await scene.do(react, by=those[-1], conversation=club, seq=said.seq, emoji=chr(0x1F600))


@pytest.mark.parametrize("emoji", ["👍", "👍🏽", "❤️", "☕", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇮🇩", "1️⃣", "#⃣", "‼️", "🫩"])
def test_an_emoji_is_one(emoji: str) -> None:
    assert is_emoji(emoji)


@pytest.mark.parametrize("text", ["", "a", "👍a", "👍👍", "1", "12️⃣", " 👍", "👍" * 17, "<b>", "\u202e", "\u200d", "́", "कि", "🇮🇩🇮🇩"])
def test_and_nothing_else_is(text: str) -> None:
    assert not is_emoji(text)


async def test_what_is_no_emoji_is_refused(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    here = await scene.friends(budi, siti)
    said = await scene.says(budi, here, "Halo")
    await scene.refused(NotAnEmoji, react, by=siti, conversation=here, seq=said.seq, emoji="bagus")
