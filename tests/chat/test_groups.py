"""Groups: who comes in, who goes, who may do what, and how much fits."""

from typing import Any

import pytest

from tests.chat.scene import Scene, card
from tests.worlds import Hand, OpenWorld
from warung import chat
from warung.chat import groups
from warung.chat.model import (
    AdminsOnly,
    ContactsOnly,
    GroupFull,
    GroupOnly,
    NotAMember,
    OwnerCannotLeave,
    OwnerOnly,
    Silenced,
    TooManyGroups,
)
from warung.kit.clock import DAY, MINUTE
from warung.kit.errors import Refusal
from warung.kit.text import TextMissing, TextNotAllowed, TextTooLong

NAUGHTY = [
    "Robert'); DROP TABLE conversation;--",
    "<script>alert(1)</script>",
    "كوبي\u202ebulc\u202c",
    "👩‍👩‍👧‍👦☕️" * 9,
    "%s%n {name} ${x} \\0 \\",
    "Z̮̞̠͙͔ͅA͉ͅL̬͓͍̥̖͈̩G̲͎̩̱O͖",
    "𝕶𝖔𝖕𝖎\u2028klub\ufeff",
]


async def test_a_group_begins_with_its_owner_and_contacts_and_says_so(scene: Scene) -> None:
    club, (budi, siti, ayu) = await scene.club("budi", "siti", "ayu")
    assert await scene.roles(ayu, club) == {budi: "owner", siti: "member", ayu: "member"}
    (notice,) = (await scene.page(siti, club)).messages
    assert card(notice) == {"type": "chat.notice", "key": "group_created", "actor": budi, "people": [siti, ayu], "text": "kopi club"}
    seen = await scene.seen(siti, club)
    assert (seen.name, seen.member_count, seen.role, seen.unread, seen.can_write) == ("kopi club", 3, "member", 0, True)


async def test_only_contacts_can_be_put_into_a_group(scene: Scene) -> None:
    budi, siti, ayu = await scene.people("budi", "siti", "ayu")
    await scene.friends(budi, siti)
    refusal = await scene.refused(ContactsOnly, groups.create, by=budi, name="kopi club", members=[siti, ayu])
    assert refusal.details == {"accounts": [ayu]}
    club = await scene.group(budi, siti)
    await scene.refused(ContactsOnly, groups.add, by=budi, id=club, accounts=[ayu])
    await scene.refused(ContactsOnly, groups.create, by=budi, name="kopi club", members=["tidak ada"])
    assert (await scene.synced(ayu)).conversations == []


async def test_who_is_added_is_told_of_once_and_adding_again_changes_nothing(scene: Scene) -> None:
    budi, siti, ayu = await scene.people("budi", "siti", "ayu")
    await scene.friends(budi, siti, ayu)
    club = await scene.group(budi, siti)
    await scene.do(groups.add, by=siti, id=club, accounts=[ayu, budi, ayu])
    await scene.do(groups.add, by=siti, id=club, accounts=[ayu])
    assert await scene.notices(budi, club) == ["group_created", "member_joined"]
    assert (await scene.seen(ayu, club)).member_count == 3
    assert any(frame["conversation"] == club for frame in scene.heard(ayu, "chat.changed"))


async def test_where_admins_approve_a_member_s_guest_has_to_wait(scene: Scene) -> None:
    budi, siti, ayu = await scene.people("budi", "siti", "ayu")
    await scene.friends(budi, siti, ayu)
    club = await scene.group(budi, siti)
    await scene.do(groups.change, by=budi, id=club, approval=True)
    await scene.do(groups.add, by=siti, id=club, accounts=[ayu])
    assert ayu not in await scene.roles(budi, club)
    assert [asked.sender.id for asked in (await scene.whole(budi, club)).join_requests] == [ayu]
    assert (await scene.whole(siti, club)).join_requests == []
    await scene.do(groups.add, by=budi, id=club, accounts=[ayu])
    assert ayu in await scene.roles(budi, club)
    assert (await scene.whole(budi, club)).join_requests == []


async def test_members_invite_only_where_they_may(scene: Scene) -> None:
    budi, siti, ayu = await scene.people("budi", "siti", "ayu")
    await scene.friends(budi, siti, ayu)
    club = await scene.group(budi, siti)
    await scene.do(groups.change, by=budi, id=club, members_can_invite=False)
    await scene.refused(AdminsOnly, groups.add, by=siti, id=club, accounts=[ayu])
    await scene.do(groups.add, by=budi, id=club, accounts=[ayu])


async def test_who_leaves_or_is_removed_is_gone_for_everybody_and_cannot_write(scene: Scene) -> None:
    club, (budi, siti, ayu) = await scene.club("budi", "siti", "ayu")
    began = (await scene.synced(siti)).now
    await scene.leaves(siti, club)
    await scene.do(groups.remove, by=budi, id=club, account=ayu)
    assert await scene.notices(budi, club) == ["group_created", "member_left", "member_removed"]
    for gone in (siti, ayu):
        with pytest.raises(NotAMember):
            await scene.says(gone, club, "Masih di sini")
        with pytest.raises(NotAMember):
            await scene.seen(gone, club)
        assert (await scene.synced(gone, began)).gone == [club]
        assert club not in [each.id for each in (await scene.synced(gone)).conversations]
    await scene.refused(NotAMember, groups.remove, by=budi, id=club, account=ayu)
    await scene.refused(NotAMember, groups.remove, by=siti, id=club, account=budi)
    assert (await scene.seen(budi, club)).member_count == 1
    scene.pushed.clear()
    await scene.says(budi, club, "Sepi")
    assert scene.heard(siti) == scene.heard(ayu) == []


async def test_the_owner_hands_over_before_leaving_unless_alone(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    await scene.refused(OwnerCannotLeave, groups.remove, by=budi, id=club, account=budi)
    await scene.refused(OwnerOnly, groups.hand_over, by=siti, id=club, account=siti)
    await scene.do(groups.hand_over, by=budi, id=club, account=siti)
    assert await scene.roles(budi, club) == {budi: "admin", siti: "owner"}
    await scene.leaves(budi, club)
    await scene.leaves(siti, club)
    assert (await scene.synced(siti)).gone == []
    with pytest.raises(NotAMember):
        await scene.seen(siti, club)


async def test_each_role_may_do_its_own_things_and_no_more(scene: Scene) -> None:
    club, (budi, siti, ayu, joko, rina) = await scene.club("budi", "siti", "ayu", "joko", "rina")
    for admin in (siti, ayu):
        await scene.do(groups.set_role, by=budi, id=club, account=admin, role="admin")

    async def refusal(verb: Any, **named: Any) -> type[Refusal] | None:
        try:
            await scene.do(verb, id=club, **named)
        except Refusal as refused:
            return type(refused)
        return None

    assert await refusal(groups.change, by=joko, name="klub teh") is AdminsOnly
    assert await refusal(groups.change, by=joko, approval=True) is AdminsOnly
    assert await refusal(groups.remove, by=joko, account=rina) is AdminsOnly
    assert await refusal(groups.silence, by=joko, account=rina, for_s=60) is AdminsOnly
    assert await refusal(groups.remove, by=siti, account=ayu) is OwnerOnly
    assert await refusal(groups.remove, by=siti, account=budi) is OwnerOnly
    assert await refusal(groups.silence, by=siti, account=ayu, for_s=60) is OwnerOnly
    assert await refusal(groups.silence, by=siti, account=budi, for_s=60) is OwnerOnly
    assert await refusal(groups.silence, by=budi, account=budi, for_s=60) is OwnerOnly
    for by in (siti, joko):
        assert await refusal(groups.set_role, by=by, account=joko, role="admin") is OwnerOnly
        assert await refusal(groups.hand_over, by=by, account=joko) is OwnerOnly
    assert await refusal(groups.set_role, by=budi, account=joko, role="owner") is OwnerOnly
    assert await refusal(groups.set_role, by=budi, account=budi, role="member") is OwnerOnly
    before = await scene.roles(budi, club)
    assert before == {budi: "owner", siti: "admin", ayu: "admin", joko: "member", rina: "member"}
    assert await refusal(groups.silence, by=siti, account=joko, for_s=60) is None
    assert await refusal(groups.silence, by=budi, account=siti, for_s=60) is None
    assert await refusal(groups.remove, by=siti, account=rina) is None
    assert await refusal(groups.remove, by=budi, account=ayu) is None


async def test_who_is_silenced_reads_on_and_writes_again_when_it_is_over(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    await scene.do(groups.silence, by=budi, id=club, account=siti, for_s=600)
    with pytest.raises(Silenced):
        await scene.says(siti, club, "Hei")
    seen = await scene.seen(siti, club)
    assert (seen.can_write, seen.why_not) == (False, "silenced")
    await scene.says(budi, club, "Tenang dulu")
    assert len((await scene.page(siti, club)).messages) == 3
    scene.hand.forward(11 * MINUTE)
    await scene.says(siti, club, "Sudah tenang")
    await scene.do(groups.silence, by=budi, id=club, account=siti, for_s=600)
    await scene.do(groups.silence, by=budi, id=club, account=siti, for_s=0)
    await scene.says(siti, club, "Terima kasih")
    assert (await scene.notices(budi, club))[1:] == ["member_muted", "member_muted", "member_unmuted"]


async def test_a_rename_and_a_new_notice_are_told_and_the_same_again_is_not(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    for _ in range(2):
        await scene.do(groups.change, by=budi, id=club, name="klub kopi", notice="Jumat jam tujuh")
    await scene.do(groups.change, by=budi, id=club, notice="")
    seen = await scene.seen(siti, club)
    assert (seen.name, seen.notice) == ("klub kopi", None)
    assert await scene.notices(siti, club) == ["group_created", "group_renamed", "notice_changed", "notice_changed"]


@pytest.mark.parametrize("name", NAUGHTY)
async def test_any_name_is_kept_as_it_was_typed(scene: Scene, name: str) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    await scene.do(groups.change, by=budi, id=club, name=name[:64], notice=name)
    seen = await scene.seen(siti, club)
    assert (seen.name, seen.notice) == (name[:64], name)
    assert card((await scene.page(siti, club)).messages[-1])["text"] == name


async def test_names_are_bounded_and_not_empty(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    for name, refusal in (("x" * 65, TextTooLong), ("a\x00b", TextNotAllowed), (" \u3000 ", TextMissing), ("", TextMissing)):
        await scene.refused(refusal, groups.create, by=budi, name=name, members=[siti])
        await scene.refused(refusal, groups.change, by=budi, id=club, name=name)
    await scene.refused(TextTooLong, groups.change, by=budi, id=club, name="teh", notice="x" * 1001)
    seen = await scene.seen(siti, club)
    assert (seen.name, seen.notice, seen.last_seq) == ("kopi club", None, 1)


async def test_a_group_holds_as_many_as_the_operator_says_and_not_one_more(open_a_world: OpenWorld, database: str, hand: Hand) -> None:
    assert chat.Settings().group_members == 500
    small = Scene(await open_a_world(database, {chat.Settings: chat.Settings(group_members=3, groups_made_per_day=3)}), hand)
    budi, siti, ayu, joko = await small.people("budi", "siti", "ayu", "joko")
    await small.friends(budi, siti, ayu, joko)
    await small.refused(GroupFull, groups.create, by=budi, name="penuh", members=[siti, ayu, joko])
    club = await small.group(budi, siti, ayu)
    refusal = await small.refused(GroupFull, groups.add, by=budi, id=club, accounts=[joko])
    assert refusal.details == {"limit": 3}
    for _ in range(2):
        await small.group(budi)
    await small.refused(TooManyGroups, groups.create, by=budi, name="lagi", members=[])
    small.hand.forward(DAY + MINUTE)
    await small.group(budi)


async def test_what_is_for_groups_is_refused_elsewhere(scene: Scene) -> None:
    budi, siti, ayu = await scene.people("budi", "siti", "ayu")
    await scene.friends(budi, siti, ayu)
    talk = await scene.friends(budi, siti)
    notes = await scene.do(chat.open_self, by=budi)
    for here in (talk, notes):
        await scene.refused(GroupOnly, groups.add, by=budi, id=here, accounts=[ayu])
        await scene.refused(GroupOnly, groups.remove, by=budi, id=here, account=budi)
        await scene.refused(GroupOnly, groups.change, by=budi, id=here, name="x")
        await scene.refused(GroupOnly, groups.hand_over, by=budi, id=here, account=siti)
    await scene.refused(NotAMember, groups.change, by=ayu, id=talk, name="x")
