"""Reacting with a sticker: one that one may send, or that somebody put there."""

import pytest

from tests.stickers.conftest import Booth
from warung import chat
from warung.stickers import signs
from warung.stickers.model import NoSuchSticker

pytestmark = pytest.mark.anyio


async def test_a_sticker_is_a_reaction_that_others_see_join_and_that_is_taken_back(booth: Booth) -> None:
    club, (budi, siti, ayu) = await booth.club("budi", "siti", "ayu")
    said = await booth.says(siti, club, "Ngopi?")
    pack = await booth.pack(budi)
    sign = f"blob:{pack.stickers[0].blob}"
    await booth.refused(NoSuchSticker, signs.react, by=ayu, conversation=club, seq=said.seq, sign=sign)
    entry = await booth.do(signs.react, by=budi, conversation=club, seq=said.seq, sign=sign)
    again = await booth.do(signs.react, by=budi, conversation=club, seq=said.seq, sign=sign)
    assert entry.seq == again.seq
    assert entry.preview is not None
    assert "🐱" in bytes(entry.preview).decode()  # in a line it is the cat's emoji
    assert await booth.sees(siti, pack.stickers[0])
    await booth.do(signs.react, by=ayu, conversation=club, seq=said.seq, sign=sign)  # now it stands there
    await booth.do(signs.react, by=siti, conversation=club, seq=said.seq, sign="drawn:ngopi")
    (mark,) = (await booth.page(siti, club)).marks
    assert {(each.account, each.emoji) for each in mark.reactions} == {(budi, sign), (ayu, sign), (siti, "drawn:ngopi")}
    await booth.do(chat.react, by=budi, conversation=club, seq=said.seq, emoji="")
    (mark,) = (await booth.page(siti, club)).marks
    assert {each.account for each in mark.reactions if each.emoji} == {ayu, siti}


async def test_a_sign_that_nobody_vouches_for_is_none(booth: Booth) -> None:
    club, (budi, siti) = await booth.club("budi", "siti")
    said = await booth.says(siti, club, "halo")
    for sign in ("drawn:tidak-ada", "blob:", "blob:" + "0" * 20, "drawn", ":", "https://example.org/x.png", "x" * 64):
        await booth.refused(NoSuchSticker, signs.react, by=budi, conversation=club, seq=said.seq, sign=sign)
        await booth.refused(chat.NotAnEmoji, chat.react, by=budi, conversation=club, seq=said.seq, emoji=sign)
    ayu = await booth.person("ayu")
    await booth.refused(chat.NotAMember, signs.react, by=ayu, conversation=club, seq=said.seq, sign="drawn:halo")
