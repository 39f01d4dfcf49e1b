"""Sending: who may, what a retry does, how entries are numbered, what is refused."""

import asyncio

import pytest
from msgspec import Raw

from tests.cast import Cast, identity, send_raw
from warung import chat, contacts
from warung.adapters.database import Database
from warung.chat import groups, reading
from warung.chat.model import BadNonce, EmptyMessage, MessageTooLong, NonceReused, NoSuchMessage, NotAMember, Send
from warung.kit.card import BrokenCard, NotSendable, UnknownCard
from warung.kit.errors import Refusal
from warung.kit.ids import Nonce


async def test_a_message_gets_the_next_number_of_its_conversation(cast: Cast) -> None:
    budi, siti = await cast.people("budi", "siti")
    here = await cast.friends(budi, siti)
    first = await cast.says(budi, here, "Jadi besok?")
    second = await cast.says(siti, here, "Jadi")
    assert second.seq == first.seq + 1
    assert (first.sender, second.sender) == (budi, siti)


async def test_a_nonce_sent_twice_is_one_message(cast: Cast, db: Database) -> None:
    budi, siti = await cast.people("budi", "siti")
    here = await cast.friends(budi, siti)
    nonce = cast.nonce()
    results = await asyncio.gather(*(cast.says(budi, here, "Halo", nonce=nonce) for _ in range(8)))
    assert len({message.seq for message in results}) == 1
    with pytest.raises(NonceReused):
        await cast.says(budi, here, "Lain", nonce=nonce)
    page = await db.read(lambda reader: reading.history(reader, by=siti, id=here, before=None, after=0, around=None, limit=50))
    assert [message.seq for message in page.messages] == [1, 2]


async def test_a_retry_after_recall_still_returns_the_first_message(cast: Cast, db: Database) -> None:
    budi, siti = await cast.people("budi", "siti")
    here = await cast.friends(budi, siti)
    nonce = cast.nonce()
    message = await cast.says(budi, here, "Ups", nonce=nonce)
    await db.write(lambda tx: chat.recall(tx, by=budi, conversation=here, seq=message.seq))
    assert (await cast.says(budi, here, "Ups", nonce=nonce)).seq == message.seq


async def test_a_retry_by_who_may_no_longer_write_still_returns_the_first_message(cast: Cast, db: Database) -> None:
    budi, siti = await cast.people("budi", "siti")
    await cast.friends(budi, siti)
    club = await cast.group(budi, siti)
    nonce = cast.nonce()
    message = await cast.says(siti, club, "Saya pamit", nonce=nonce)
    await db.write(lambda tx: groups.remove(tx, by=budi, id=club, account=siti))
    command = Send(1, club, nonce, Raw(b'{"type":"chat.text","text":"Saya pamit"}'))
    other = Send(2, club, cast.nonce(), Raw(b'{"type":"chat.text","text":"Satu lagi"}'))
    for _ in range(2):  # the second time the writer looks first
        results = await db.write(lambda tx: chat.send_all(tx, [(identity(siti), command), (identity(siti), other)]))
        assert results[0] == chat.Sent(message.seq, message.at, message.counted)
        assert isinstance(results[1], NotAMember)
        await cast.says(budi, club, "Dah", nonce=Nonce("dah-sekali"))


async def test_retries_beside_new_messages_leave_no_gap(cast: Cast, db: Database) -> None:
    budi, siti = await cast.people("budi", "siti")
    here = await cast.friends(budi, siti)
    first = {nonce: await cast.says(budi, here, nonce, nonce=nonce) for nonce in (cast.nonce() for _ in range(3))}
    again = [cast.says(budi, here, nonce, nonce=nonce) for nonce in first]
    new = [cast.says(siti, here, f"{n}") for n in range(9)]
    results = await asyncio.gather(*(each for three in zip(new[:3], again, new[3:6], strict=True) for each in three), *new[6:])
    assert [result.seq for result in results[1:9:3]] == [message.seq for message in first.values()]
    page = await db.read(lambda reader: reading.history(reader, by=siti, id=here, before=None, after=0, around=None, limit=50))
    assert [message.seq for message in page.messages] == list(range(1, 14))


async def test_many_at_once_leave_no_gap(cast: Cast, db: Database) -> None:
    budi, siti, ayu = await cast.people("budi", "siti", "ayu")
    await cast.friends(budi, siti, ayu)
    club = await cast.group(budi, siti, ayu)
    await asyncio.gather(*(cast.says(who, club, f"{n}") for n in range(40) for who in (budi, siti, ayu)))
    page = await db.read(lambda reader: reading.history(reader, by=ayu, id=club, before=None, after=0, around=None, limit=200))
    assert [message.seq for message in page.messages] == list(range(1, 122))
    assert page.messages[-1].counted == 120


async def test_a_stranger_cannot_write(cast: Cast) -> None:
    budi, siti, ayu = await cast.people("budi", "siti", "ayu")
    here = await cast.friends(budi, siti)
    with pytest.raises(NotAMember):
        await cast.says(ayu, here, "Halo")


async def test_who_parted_cannot_write_and_can_again_when_they_make_up(cast: Cast, db: Database) -> None:
    budi, siti = await cast.people("budi", "siti")
    here = await cast.friends(budi, siti)
    await cast.says(budi, here, "Halo")
    await db.write(lambda tx: contacts.remove(tx, by=siti, other=budi))
    with pytest.raises(contacts.NotAContact):
        await cast.says(budi, here, "Masih di sana?")
    assert await cast.friends(budi, siti) == here
    await cast.says(budi, here, "Senang kamu kembali")


@pytest.mark.parametrize(
    ("card", "nonce", "refusal"),
    [
        (b'{"type":"chat.text","text":"  "}', "nonce-00000001", EmptyMessage),
        (b'{"type":"chat.text","text":"' + b"x" * 8_001 + b'"}', "nonce-00000002", MessageTooLong),
        (b'{"type":"chat.text","text":"halo","colour":"red"}', "nonce-00000003", BrokenCard),
        (b'{"type":"chat.text","text":7}', "nonce-00000004", BrokenCard),
        (b'{"type":"pay.paid","amount":"9"}', "nonce-00000005", UnknownCard),
        (b'{"type":"chat.notice","key":"group_created"}', "nonce-00000006", NotSendable),
        (b'{"type":"chat.recalled","by":"x"}', "nonce-00000007", NotSendable),
        (b'{"type":"chat.text","text":"@a","mentions":[{"account":"a","start":1,"length":9}]}', "nonce-00000008", BrokenCard),
        (b'{"type":"chat.text","text":"halo"}', "short", BadNonce),
        (b'{"type":"chat.text","text":"halo"}', "with space!", BadNonce),
    ],
)
async def test_a_bad_card_is_refused_by_name_and_leaves_no_gap(
    cast: Cast, db: Database, card: bytes, nonce: str, refusal: type[Refusal]
) -> None:
    budi, siti = await cast.people("budi", "siti")
    here = await cast.friends(budi, siti)
    with pytest.raises(refusal):
        await db.write(lambda tx: send_raw(tx, budi, here, card, nonce))
    assert (await cast.says(budi, here, "Halo")).seq == 2


async def test_a_reply_names_a_message_that_exists(cast: Cast) -> None:
    budi, siti = await cast.people("budi", "siti")
    here = await cast.friends(budi, siti)
    question = await cast.says(budi, here, "Jam berapa?")
    answer = await cast.says(siti, here, "Tujuh", reply=question.seq)
    assert answer.reply == question.seq
    with pytest.raises(NoSuchMessage):
        await cast.says(siti, here, "Delapan", reply=99)
