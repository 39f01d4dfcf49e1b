"""Who follows what: consent with its date and source, ids that say nothing, tags, blocks; and that nobody else learns of it."""

import re
from typing import Any

import pytest

from tests.official.conftest import ON_SQLITE, Stall
from warung import accounts, chat, contacts, official
from warung.accounts.model import AccountDisabled
from warung.chat import forwarding
from warung.chat.model import ConversationClosed
from warung.contacts.model import NothingToReport
from warung.official import registry, team
from warung.official.model import (
    OfficialNameTaken,
    OwnerStays,
    RegistrationForOperators,
    StaffAreContacts,
    TooManyOfficials,
)

pytestmark = pytest.mark.anyio


async def test_a_follower_is_known_by_an_id_that_stays_and_says_nothing(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko, warung = await stall.toko(sari), await stall.toko(sari, "warungsari")
    first = await stall.fan(budi, toko, source="ADD_SCENE_SEARCH")
    assert re.fullmatch(r"o[\w-]{27}", first.openid)
    assert await stall.fan(budi, toko, source="ADD_SCENE_OTHERS") == first  # again is once
    elsewhere = await stall.fan(budi, warung)
    assert elsewhere.openid != first.openid
    unions = {await stall.ask(official.union_id, owner=sari, account=budi) for _ in range(2)}
    assert len(unions) == 1
    assert not {budi, first.openid, elsewhere.openid} & unions
    await stall.do(official.unfollow, by=budi, official=toko.id)
    known = await stall.ask(official.follower, official=toko.id, openid=first.openid)
    assert known is not None
    assert (known.follows, known.followed_at) == (False, first.followed_at)
    assert await stall.ask(official.followers, official=toko.id) == []
    again = await stall.fan(budi, toko, source="ADD_SCENE_QR_CODE", scene="meja 7", ticket="tiket")
    assert (again.openid, again.conversation, again.source, again.scene) == (
        first.openid,
        first.conversation,
        "ADD_SCENE_QR_CODE",
        "meja 7",
    )
    told = await stall.log(toko)
    assert [each["type"] for each in told] == ["follow", "unfollow", "follow"]
    assert {each["openid"] for each in told} == {first.openid}
    assert (told[2]["source"], told[2]["scene"], told[2]["ticket"]) == ("ADD_SCENE_QR_CODE", "meja 7", "tiket")
    assert all(name not in str(told) for name in (budi, "budi", "Budi"))


async def test_a_person_sees_since_when_and_how_they_follow_and_their_conversation_ends_when_they_stop(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    fan = await stall.fan(budi, toko, source="ADD_SCENE_SEARCH")
    assert fan.conversation is not None
    (mine,) = await stall.ask(official.following, by=budi)
    assert (mine.official.id, mine.source) == (toko.id, "ADD_SCENE_SEARCH")
    assert (mine.followed_at, mine.conversation) == (fan.followed_at, fan.conversation)
    await stall.says(toko, fan, "Halo")
    seen = await stall.seen(budi, fan.conversation)
    assert (seen.kind, seen.unread, seen.can_write) == ("official", 1, True)
    assert seen.peer is not None
    assert (seen.peer.id, seen.peer.name, seen.peer.relation) == (toko.id, toko.name, "stranger")
    await stall.do(official.unfollow, by=budi, official=toko.id)
    assert (await stall.seen(budi, fan.conversation)).why_not == "conversation_closed"
    await stall.refused(ConversationClosed, chat.send, by=budi, to=fan.conversation, card=chat.Text(text_="?"), nonce=stall.nonce())
    card = official.Words(words="Masih di situ?")
    await stall.refused(official.NotFollowing, official.say, official=toko.id, to=fan.openid, card=card, nonce=stall.nonce())
    assert await stall.ask(official.following, by=budi) == []
    assert await stall.read(fan) == [(True, "Halo")]
    pushed = [frame["type"] for who, frame in stall.pushed if who == budi]
    assert pushed.count("official.following") == 2


async def test_an_account_is_found_by_its_exact_name_or_handle_and_is_no_person(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari, name="Toko Sari")
    for name in ("toko  SARI", "tokosari", "@TokoSari"):
        found = await stall.ask(official.find, by=budi, name=name)
        assert (found.official.id, found.following, found.role) == (toko.id, False, None)
        assert sari not in str(found)
    for name in ("toko", "", "sari", "Toko Sari 2"):
        await stall.refused(official.OfficialNotFound, official.find, by=budi, name=name)
    await stall.refused(contacts.PersonNotFound, contacts.look_up, by=budi, handle="tokosari")
    for via in ("handle", "group"):
        await stall.refused(contacts.PersonNotFound, contacts.request, by=budi, to=toko.id, greeting="Halo", via=via)
    await stall.refused(contacts.PersonNotFound, contacts.block, by=budi, other=toko.id)
    await stall.refused(accounts.AccountNotFound, accounts.reset, handle="tokosari")
    await stall.refused(AccountDisabled, accounts.start_session, account=toko.id, device="x", address="127.0.0.1")
    await stall.refused(OfficialNameTaken, official.register, by=budi, kind="service", handle="tokolain", name="TOKO sari")
    await stall.do(official.close, by=sari, official=toko.id)
    await stall.refused(official.OfficialNotFound, official.find, by=budi, name="tokosari")
    await stall.toko(budi, "tokolain", name="Toko Sari")


@ON_SQLITE
async def test_who_works_with_an_account_is_its_owners_to_say(stall: Stall) -> None:
    sari, budi, siti = await stall.people("sari", "budi", "siti")
    toko = await stall.toko(sari)
    await stall.refused(StaffAreContacts, official.set_staff, by=sari, official=toko.id, account=budi, role="editor")
    await stall.friends(sari, budi)
    await stall.do(official.set_staff, by=sari, official=toko.id, account=budi, role="desk")
    await stall.refused(OwnerStays, official.set_staff, by=sari, official=toko.id, account=sari, role="desk")
    not_theirs: tuple[tuple[Any, dict[str, Any]], ...] = (
        (official.change, {"intro": "x"}),
        (official.reset_secret, {}),
        (official.set_staff, {"account": sari, "role": "desk"}),
    )
    for verb, more in not_theirs:
        await stall.refused(official.RoleNeeded, verb, by=budi, official=toko.id, **more)
        await stall.refused(official.OfficialNotFound, verb, by=siti, official=toko.id, **more)
    await stall.refused(official.OfficialNotFound, team.staff, by=siti, official=toko.id)
    assert [each.id for each in await stall.ask(official.mine, by=budi)] == [toko.id]
    await stall.do(official.remove_staff, by=budi, official=toko.id, account=budi)
    assert await stall.ask(official.mine, by=budi) == []
    secret = await stall.do(official.reset_secret, by=sari, official=toko.id)
    assert await stall.ask(lambda reader: official.secret_is(reader, toko.id, secret))
    assert not await stall.ask(lambda reader: official.secret_is(reader, toko.id, "0" * 32))
    await stall.refused(accounts.OperatorsOnly, official.verify, by=sari, official=toko.id, name="PT Sari")
    joko = await stall.person("joko", operator=True)
    assert (await stall.do(official.verify, by=joko, official=toko.id, name="PT Sari")).verified_name == "PT Sari"
    assert [each.id for each in await stall.ask(registry.everything, by=joko)] == [toko.id]


@ON_SQLITE
async def test_how_many_accounts_somebody_opens_and_who_opens_test_accounts_is_bounded(stall: Stall) -> None:
    sari = await stall.person("sari")
    await stall.refused(RegistrationForOperators, official.register, by=sari, kind="service", handle="ujicoba", name="Uji", test=True)
    for at in range(5):
        await stall.toko(sari, f"toko{at}")
    await stall.refused(TooManyOfficials, official.register, by=sari, kind="service", handle="toko5", name="Toko 5")
    joko = await stall.person("joko", operator=True)
    assert (await stall.toko(joko, "ujicoba", test=True)).is_test


async def test_tags_hold_their_bounds(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko, other = await stall.toko(sari), await stall.toko(sari, "lain")
    fan, foreign = await stall.fan(budi, toko), await stall.fan(budi, other)
    tag = await stall.do(official.add_tag, official=toko.id, name="pelanggan")
    assert (tag.id >= 100, tag.count) == (True, 0)
    await stall.refused(official.TagExists, official.add_tag, official=toko.id, name="pelanggan")
    await stall.refused(official.TagNameTooLong, official.add_tag, official=toko.id, name="客" * 11)
    for id in (0, 1, 2):
        await stall.refused(official.TagReserved, official.rename_tag, official=toko.id, id=id, name="x")
    await stall.refused(official.NoSuchTag, official.tag, official=toko.id, id=999, openids=[fan.openid])
    await stall.refused(official.NoSuchFollower, official.tag, official=toko.id, id=tag.id, openids=[fan.openid, foreign.openid])
    await stall.refused(official.TooManyAtOnce, official.tag, official=toko.id, id=tag.id, openids=[f"o{at}" for at in range(51)])
    await stall.do(official.tag, official=toko.id, id=tag.id, openids=[fan.openid, fan.openid])
    assert await stall.ask(official.tags_of, official=toko.id, openid=fan.openid) == (tag.id,)
    assert [each.count for each in await stall.ask(official.tags, official=toko.id)] == [1]
    for at in range(19):
        extra = await stall.do(official.add_tag, official=toko.id, name=f"tag {at}")
        await stall.do(official.tag, official=toko.id, id=extra.id, openids=[fan.openid])
    last = await stall.do(official.add_tag, official=toko.id, name="satu lagi")
    await stall.refused(official.TooManyTagsOnFollower, official.tag, official=toko.id, id=last.id, openids=[fan.openid])
    await stall.do(official.unfollow, by=budi, official=toko.id)
    assert await stall.ask(official.tagged, official=toko.id, id=tag.id) == []
    await stall.do(official.delete_tag, official=toko.id, id=tag.id)
    assert tag.id not in await stall.ask(official.tags_of, official=toko.id, openid=fan.openid)


async def test_a_blocked_follower_is_not_heard_and_not_told(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    fan = await stall.fan(budi, toko)
    await stall.do(official.block, official=toko.id, openids=[fan.openid])
    before = await stall.log(toko)
    await stall.tells(fan, "halo?")
    assert await stall.log(toko) == before
    card = official.Words(words="Halo")
    await stall.refused(official.FollowerBlocked, official.say, official=toko.id, to=fan.openid, card=card, nonce=stall.nonce())
    assert await stall.ask(official.blocked, official=toko.id) == [fan.openid]
    assert (await stall.ask(official.page, by=budi, official=toko.id)).following
    await stall.do(official.set_replies, official=toko.id, replies=official.Replies(on_follow=official.AutoAnswer(text="Selamat datang")))
    await stall.do(official.unfollow, by=budi, official=toko.id)
    await stall.fan(budi, toko)
    assert await stall.read(fan) == [(False, "halo?")]
    await stall.do(official.unblock, official=toko.id, openids=[fan.openid])
    await stall.tells(fan, "halo!")
    assert [each["type"] for each in await stall.log(toko, len(before))] == ["unfollow", "follow", "message.text"]


async def test_a_complaint_brings_the_operator_the_page_and_what_was_said(stall: Stall) -> None:
    sari, budi, siti = await stall.people("sari", "budi", "siti")
    joko = await stall.person("joko", operator=True)
    toko = await stall.toko(sari)
    fan = await stall.fan(budi, toko)
    await stall.says(toko, fan, "Menang undian!")
    complaint = contacts.Complaint("official", "fraud", "Undian palsu", subject=toko.id)
    await stall.do(contacts.report, by=budi, complaint=complaint)
    await stall.do(contacts.report, by=siti, complaint=contacts.Complaint("official", "spam", "", subject=toko.id))
    of_stranger, of_fan = await stall.ask(contacts.reports, by=joko)
    assert (of_fan.account and of_fan.account.id, of_fan.about) == (toko.id, "official")
    assert "Menang undian!" in bytes(of_fan.evidence).decode()
    assert "Menang undian!" not in bytes(of_stranger.evidence).decode()
    nothing = contacts.Complaint("official", "spam", "", subject=budi)
    await stall.refused(NothingToReport, contacts.report, by=budi, complaint=nothing)


async def test_a_new_name_reaches_those_who_follow_and_a_closed_account_nobody(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    fan = await stall.fan(budi, toko)
    assert fan.conversation is not None
    stall.pushed.clear()
    await stall.do(official.change, by=sari, official=toko.id, name="Dapur Sari")
    await stall.world.settle()
    assert [frame["conversation"] for who, frame in stall.pushed if who == budi and frame["type"] == "chat.changed"] == [fan.conversation]
    peer = (await stall.seen(budi, fan.conversation)).peer
    assert peer is not None
    assert peer.name == "Dapur Sari"
    await stall.do(official.close, by=sari, official=toko.id)
    await stall.world.settle()
    assert (await stall.seen(budi, fan.conversation)).why_not == "conversation_closed"
    assert await stall.ask(official.following, by=budi) == []
    await stall.refused(official.OfficialNotFound, official.follow, by=budi, official=toko.id)


@ON_SQLITE
async def test_what_an_account_said_can_be_passed_on_and_an_account_recommended(stall: Stall) -> None:
    sari, budi, siti = await stall.people("sari", "budi", "siti")
    talk = await stall.friends(budi, siti)
    toko = await stall.toko(sari)
    fan = await stall.fan(budi, toko)
    assert fan.conversation is not None
    news = official.News(items=(official.NewsItem("Kue baru", url="https://toko.example/"),), why="broadcast:1", ref="1")
    choices = official.Choices(items=(official.Option("1", "Ya"),))
    for card in (news, choices):
        await stall.do(official.say, official=toko.id, to=fan.openid, card=card, nonce=stall.nonce())
    how = {"by": budi, "conversation": fan.conversation, "to": [talk], "merged": False}
    (told,) = await stall.do(forwarding.forward, **how, seqs=[1], origin=True, nonce=stall.nonce()[:20])
    (bare,) = await stall.do(forwarding.forward, **how, seqs=[1], origin=False, nonce=stall.nonce()[:20])
    assert (b"Toko tokosari" in bytes(told.card), b"Kue baru" in bytes(told.card)) == (True, True)
    assert not any(word in bytes(each.card) for each in (told, bare) for word in (b"broadcast", b'"ref"'))
    await stall.refused(forwarding.NotForwardable, forwarding.forward, **how, seqs=[2], origin=True, nonce=stall.nonce()[:20])
    shown = await stall.do(official.recommend, by=budi, official=toko.id, to=talk, nonce=stall.nonce())
    assert (b'"handle":"tokosari"' in bytes(shown.card), sari.encode() in bytes(shown.card)) == (True, False)
