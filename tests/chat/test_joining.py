"""Ways into a group from outside: links that end, requests that admins decide, invites that bring a newcomer along."""

import asyncio

from tests.chat.scene import Scene
from warung import accounts, chat
from warung.accounts import invites
from warung.accounts.model import InviteNotValid
from warung.chat import groups, joining
from warung.chat.joining import GroupLinkNotPossible, GroupLinkNotValid, Newcomer, NoSuchJoinRequest
from warung.chat.model import AdminsOnly, GroupOnly, NotAMember
from warung.chat.store_links import Link
from warung.kit.clock import DAY, MINUTE
from warung.kit.ids import AccountId, ConversationId
from warung.kit.site import Site

PASSWORD = accounts.Credentials("made up")


async def link(scene: Scene, by: AccountId, club: ConversationId, *, expires_in_s: int | None = None, uses: int | None = None) -> Link:
    return await scene.do(joining.make_link, by=by, id=club, expires_in_s=expires_in_s, uses=uses)


def newcomer(handle: str, token: str | None) -> dict[str, object]:
    who = Newcomer(handle, handle.title(), "Ponsel", "127.0.0.1", "id", None, token, None)
    return {"newcomer": who, "credentials": PASSWORD, "site": Site()}


async def arrives(scene: Scene, handle: str, token: str | None) -> tuple[AccountId, ConversationId | None]:
    done, landing = await scene.do(joining.arrive, **newcomer(handle, token))
    return done.opened.account, landing


async def test_a_link_shows_the_group_and_lets_a_stranger_in_once(scene: Scene) -> None:
    club, (budi, _) = await scene.club("budi", "siti")
    ayu = await scene.person("ayu")
    made = await link(scene, budi, club)
    look = await scene.ask(joining.look, by=ayu, token=made.token)
    assert (look.conversation.name, look.conversation.member_count, look.approval, look.joined) == ("kopi club", 2, False, False)
    for _ in range(2):
        assert await scene.do(joining.join, by=ayu, token=made.token) == club
    assert (await scene.ask(joining.look, by=ayu, token=made.token)).joined
    assert await scene.notices(budi, club) == ["group_created", "member_joined"]
    await scene.says(ayu, club, "Halo semua")


async def test_a_link_ends_when_it_expires_is_replaced_or_revoked(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    ayu = await scene.person("ayu")
    first = await link(scene, budi, club)
    second = await link(scene, siti, club, expires_in_s=600)
    await scene.refused(GroupLinkNotValid, joining.join, by=ayu, token=first.token)
    await scene.ask(joining.look, by=ayu, token=second.token)
    scene.hand.forward(10 * MINUTE)
    await scene.refused(GroupLinkNotValid, joining.join, by=ayu, token=second.token)
    await scene.refused(GroupLinkNotValid, joining.look, by=ayu, token=second.token)
    third = await link(scene, budi, club)
    await scene.do(joining.end_link, by=budi, id=club)
    await scene.refused(GroupLinkNotValid, joining.join, by=ayu, token=third.token)
    assert ayu not in await scene.roles(budi, club)


async def test_a_link_for_three_lets_in_three_of_ten_who_come_at_once(scene: Scene) -> None:
    club, (budi, _) = await scene.club("budi", "siti")
    crowd = await scene.people(*(f"tamu{number}" for number in range(10)))
    made = await link(scene, budi, club, uses=3)

    async def comes(who: AccountId) -> bool:
        try:
            return await scene.do(joining.join, by=who, token=made.token) == club
        except GroupLinkNotValid:
            return False

    assert sum(await asyncio.gather(*(comes(who) for who in crowd))) == 3
    assert (await scene.seen(budi, club)).member_count == 5
    assert await scene.seqs(budi, club) == [1, 2, 3, 4]


async def test_a_link_that_could_never_work_is_refused(scene: Scene) -> None:
    club, (budi, _) = await scene.club("budi", "siti")
    for uses, expires_in_s in ((0, None), (-1, None), (None, 0), (None, -60), (None, 1 << 70), (1 << 70, None)):
        await scene.refused(GroupLinkNotPossible, joining.make_link, by=budi, id=club, expires_in_s=expires_in_s, uses=uses)


async def test_a_link_is_made_by_those_who_may_invite(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    ayu = await scene.person("ayu")
    await scene.do(groups.change, by=budi, id=club, members_can_invite=False)
    await scene.refused(AdminsOnly, joining.make_link, by=siti, id=club, expires_in_s=None, uses=None)
    await scene.refused(AdminsOnly, joining.end_link, by=siti, id=club)
    await scene.refused(NotAMember, joining.make_link, by=ayu, id=club, expires_in_s=None, uses=None)
    notes = await scene.do(chat.open_self, by=budi)
    await scene.refused(GroupOnly, joining.make_link, by=budi, id=notes, expires_in_s=None, uses=None)


async def test_with_approval_a_request_waits_and_admins_decide(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    ayu, joko = await scene.people("ayu", "joko")
    await scene.do(groups.change, by=budi, id=club, approval=True)
    made = await link(scene, budi, club)
    scene.pushed.clear()
    for who in (ayu, ayu, joko):
        assert await scene.do(joining.join, by=who, token=made.token) is None
    assert scene.heard(budi, "chat.changed")
    assert scene.heard(siti) == scene.heard(ayu) == []
    asked = (await scene.whole(budi, club)).join_requests
    assert {each.sender.id for each in asked} == {ayu, joko}
    asked.sort(key=lambda each: each.sender.id != ayu)  # both may have asked in the same millisecond
    await scene.refused(AdminsOnly, joining.decide, by=siti, id=club, request=asked[0].id, accept=True)
    await scene.refused(NotAMember, joining.decide, by=ayu, id=club, request=asked[0].id, accept=True)
    await scene.do(joining.decide, by=budi, id=club, request=asked[0].id, accept=True)
    await scene.do(joining.decide, by=budi, id=club, request=asked[1].id, accept=False)
    for each in asked:
        await scene.refused(NoSuchJoinRequest, joining.decide, by=budi, id=club, request=each.id, accept=True)
    assert await scene.roles(budi, club) == {budi: "owner", siti: "member", ayu: "member"}
    assert (await scene.whole(budi, club)).join_requests == []


async def test_a_request_to_one_group_cannot_be_decided_by_the_admin_of_another(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    other = await scene.group(siti, name="klub teh")
    ayu = await scene.person("ayu")
    await scene.do(groups.change, by=budi, id=club, approval=True)
    made = await link(scene, budi, club)
    await scene.do(joining.join, by=ayu, token=made.token)
    (asked,) = (await scene.whole(budi, club)).join_requests
    await scene.refused(NoSuchJoinRequest, joining.decide, by=siti, id=other, request=asked.id, accept=True)


async def test_an_invite_lands_the_newcomer_in_a_conversation_with_the_inviter(scene: Scene) -> None:
    budi = await scene.person("budi")
    invite = await scene.do(invites.create, by=budi, uses=1)
    siti, landing = await arrives(scene, "siti", invite.token)
    assert landing is not None
    seen = await scene.seen(siti, landing)
    assert (seen.kind, seen.peer and seen.peer.id, seen.can_write) == ("direct", budi, True)
    await scene.says(siti, landing, "Aku sudah di sini")
    assert (await scene.seen(budi, landing)).unread == 1
    await scene.refused(InviteNotValid, joining.arrive, **newcomer("ayu", invite.token))
    assert await scene.db.read(lambda reader: accounts.by_handle(reader, "ayu")) is None


async def test_who_comes_without_an_invite_lands_nowhere(scene: Scene) -> None:
    siti, landing = await arrives(scene, "siti", None)
    assert landing is None
    assert (await scene.synced(siti)).conversations == []


async def test_an_invite_into_a_group_lands_there_and_makes_the_inviter_a_contact(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    invite = await scene.do(invites.create, by=siti, conversation=club)
    ayu, landing = await arrives(scene, "ayu", invite.token)
    assert landing == club
    assert {each.kind for each in (await scene.synced(ayu)).conversations} == {"group", "direct"}
    assert await scene.seqs(ayu, club) == [2]
    assert (await scene.notices(budi, club))[-1] == "member_joined"


async def test_an_invite_into_a_group_that_its_maker_may_not_open_leads_to_its_maker(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    invite = await scene.do(invites.create, by=siti, conversation=club)
    for change in ({"members_can_invite": False}, {"members_can_invite": True, "approval": True}):
        await scene.do(groups.change, by=budi, id=club, **change)
        _, landing = await arrives(scene, f"tamu{len(change)}", invite.token)
        assert landing is not None
        assert (await scene.seen(siti, landing)).kind == "direct"
    await scene.do(groups.change, by=budi, id=club, approval=False)
    await scene.leaves(siti, club)
    _, landing = await arrives(scene, "joko", invite.token)
    assert landing != club
    assert await scene.roles(budi, club) == {budi: "owner"}
    scene.hand.forward(8 * DAY)
    await scene.refused(InviteNotValid, joining.arrive, **newcomer("rina", invite.token))
