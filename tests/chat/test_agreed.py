"""What is agreed for a conversation: pins, and that messages disappear."""

import msgspec

from tests.chat.scene import Scene, card
from warung import chat
from warung.chat import groups
from warung.chat.agreed import NotATimer, TooManyPins, pin, set_timer, unpin
from warung.chat.edits import edit
from warung.chat.model import AdminsOnly, AlreadyRecalled, NoSuchMessage, NotAMember
from warung.kit.clock import DAY, MINUTE


async def test_admins_pin_in_groups_and_both_in_a_conversation_of_two(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    here = await scene.friends(budi, siti)
    said, whispered = await scene.says(siti, club, "Jadwal"), await scene.says(budi, here, "Alamat")
    await scene.refused(AdminsOnly, pin, by=siti, conversation=club, seq=said.seq)
    await scene.do(pin, by=budi, conversation=club, seq=said.seq)
    await scene.do(pin, by=budi, conversation=club, seq=said.seq)
    await scene.do(pin, by=siti, conversation=here, seq=whispered.seq)
    assert ((await scene.seen(siti, club)).pins, (await scene.seen(budi, here)).pins) == ([said.seq], [whispered.seq])
    assert (await scene.notices(siti, club)).count("message_pinned") == 1
    await scene.refused(AdminsOnly, unpin, by=siti, conversation=club, seq=said.seq)
    await scene.do(unpin, by=budi, conversation=club, seq=said.seq)
    assert (await scene.seen(siti, club)).pins == []


async def test_the_latest_pin_stands_first_and_there_are_only_so_many(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    here = await scene.friends(budi, siti)
    seqs = [(await scene.says(budi, here, str(at))).seq for at in range(21)]
    for seq in seqs[:-1]:
        await scene.do(pin, by=budi, conversation=here, seq=seq)
    await scene.refused(TooManyPins, pin, by=budi, conversation=here, seq=seqs[-1])
    assert (await scene.seen(siti, here)).pins == seqs[-2::-1]


async def test_no_pin_on_what_is_not_there_and_none_stays_on_what_was_taken_back(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    ayu = await scene.person("ayu")
    said = await scene.says(budi, club, "Ups")
    await scene.refused(NotAMember, pin, by=ayu, conversation=club, seq=said.seq)
    await scene.refused(NoSuchMessage, pin, by=budi, conversation=club, seq=1)
    await scene.refused(NoSuchMessage, pin, by=budi, conversation=club, seq=99)
    await scene.do(pin, by=budi, conversation=club, seq=said.seq)
    await scene.do(chat.recall, by=budi, conversation=club, seq=said.seq)
    assert (await scene.seen(siti, club)).pins == []


async def test_who_came_later_is_not_shown_an_older_pin(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    said = await scene.says(budi, club, "Lama")
    await scene.do(pin, by=budi, conversation=club, seq=said.seq)
    await scene.leaves(siti, club)
    await scene.do(groups.add, by=budi, id=club, accounts=[siti])
    assert (await scene.seen(siti, club)).pins == []


async def test_messages_disappear_when_their_time_is_over(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    here = await scene.friends(budi, siti)
    stays = await scene.says(budi, here, "tetap rahasia")
    await scene.do(set_timer, by=siti, conversation=here, after_ms=5 * MINUTE)
    goes = await scene.says(budi, here, "sebentar rahasia")
    await scene.do(edit, by=budi, conversation=here, seq=goes.seq, text="sebentar rahasia sekali")
    assert await scene.found(siti, "sebentar") == [(here, goes.seq)]
    scene.hand.forward(4 * MINUTE)
    await scene.world.settle()
    assert await scene.found(siti, "sebentar") == [(here, goes.seq)]
    scene.hand.forward(2 * MINUTE)
    await scene.world.settle()
    page = await scene.page(siti, here)
    assert b"sebentar" not in msgspec.json.encode(page)
    tomb, entry = page.messages[goes.seq - 1], page.messages[-1]
    assert (tomb.sender, card(tomb)) == (budi, {"type": "chat.expired"})
    assert (entry.ref, entry.sender, entry.at, card(entry)) == (goes.seq, None, goes.at, {"type": "chat.expiry"})
    assert await scene.found(siti, "rahasia") == [(here, stays.seq)]
    await scene.refused(AlreadyRecalled, chat.recall, by=budi, conversation=here, seq=goes.seq)
    assert (await scene.seen(siti, here)).unread == 2  # as many as before: unread is a difference of two numbers


async def test_a_device_that_was_away_learns_what_disappeared(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    here = await scene.friends(budi, siti)
    await scene.do(set_timer, by=siti, conversation=here, after_ms=MINUTE)
    await scene.says(budi, here, "sebentar")
    scene.hand.forward(DAY)
    since = (await scene.synced(siti)).now
    scene.hand.forward(DAY)
    await scene.world.settle()
    assert [each.id for each in (await scene.synced(siti, since)).conversations] == [here]


async def test_a_message_that_was_taken_back_disappears_no_more(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    here = await scene.friends(budi, siti)
    await scene.do(set_timer, by=siti, conversation=here, after_ms=MINUTE)
    said = await scene.says(budi, here, "ups")
    await scene.do(chat.recall, by=budi, conversation=here, seq=said.seq)
    last = (await scene.seen(siti, here)).last_seq
    scene.hand.forward(DAY)
    await scene.world.settle()
    assert (await scene.seen(siti, here)).last_seq == last


async def test_a_timer_is_set_by_who_decides_there_and_says_so(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    await scene.refused(AdminsOnly, set_timer, by=siti, conversation=club, after_ms=DAY)
    for after_ms in (1, -1, MINUTE - 1, 366 * DAY):
        await scene.refused(NotATimer, set_timer, by=budi, conversation=club, after_ms=after_ms)
    await scene.do(set_timer, by=budi, conversation=club, after_ms=DAY)
    await scene.do(set_timer, by=budi, conversation=club, after_ms=DAY)
    await scene.do(set_timer, by=budi, conversation=club, after_ms=0)
    assert (await scene.notices(siti, club))[-2:] == ["timer_set", "timer_off"]
    said = await scene.says(siti, club, "tetap")
    scene.hand.forward(2 * DAY)
    await scene.world.settle()
    assert card((await scene.page(siti, club)).messages[said.seq - 1])["type"] == "chat.text"
