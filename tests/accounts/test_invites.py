"""Invites: made, looked at, used, expired, revoked."""

import asyncio

import pytest

from tests.accounts.place import FAR, Place, refused
from warung import accounts
from warung.accounts import invites
from warung.accounts.model import InviteNotFound, InviteNotPossible, InviteNotValid, InvitesNotAllowed, TooManyInvites
from warung.kit.clock import DAY, HOUR
from warung.kit.errors import TooMany
from warung.kit.ids import AccountId, ConversationId

pytestmark = pytest.mark.anyio


async def invited(place: Place, by: AccountId, uses: int | None = None, expires_in_ms: int | None = invites.EXPIRES_MS) -> accounts.Invite:
    return await place.do(lambda tx: invites.create(tx, by=by, uses=uses, expires_in_ms=expires_in_ms))


async def taken(place: Place, token: str) -> accounts.Invite:
    return await place.do(lambda tx: accounts.take_invite(tx, token=token))


async def test_an_invite_brings_as_many_people_as_it_says(place: Place) -> None:
    siti = await place.somebody("siti")
    invite = await invited(place, siti, uses=2)
    assert [(await taken(place, invite.token)).uses_left for _ in range(2)] == [1, 0]
    await refused(InviteNotValid, taken(place, invite.token))


async def test_of_many_who_come_at_once_only_so_many_get_in(place: Place) -> None:
    siti = await place.somebody("siti")
    invite = await invited(place, siti, uses=3)
    tries = await asyncio.gather(*[taken(place, invite.token) for _ in range(10)], return_exceptions=True)
    assert sum(isinstance(each, accounts.Invite) for each in tries) == 3


async def test_an_invite_without_a_number_is_for_everyone(place: Place) -> None:
    siti = await place.somebody("siti")
    invite = await invited(place, siti)
    for _ in range(5):
        assert (await taken(place, invite.token)).inviter == siti


async def test_an_invite_works_until_it_expires(place: Place) -> None:
    siti = await place.somebody("siti")
    week, ever = await invited(place, siti), await invited(place, siti, expires_in_ms=None)
    place.now += 7 * DAY - 1
    await taken(place, week.token)
    place.now += 1
    await refused(InviteNotValid, taken(place, week.token))
    await taken(place, ever.token)


async def test_an_invite_is_revoked_by_its_maker_only(place: Place) -> None:
    siti, budi = await place.somebody("siti"), await place.somebody("budi")
    invite = await invited(place, siti)
    await refused(InviteNotFound, place.do(lambda tx: invites.revoke(tx, by=budi, invite=invite.id)))
    await taken(place, invite.token)
    await place.do(lambda tx: invites.revoke(tx, by=siti, invite=invite.id))
    await refused(InviteNotValid, taken(place, invite.token))


async def test_the_invites_of_a_disabled_account_do_not_work(place: Place) -> None:
    siti = await place.somebody("siti")
    invite = await invited(place, siti)
    await place.do(lambda tx: accounts.disable(tx, handle="siti"))
    await refused(InviteNotValid, taken(place, invite.token))
    assert (await invites.look(place.db, token=invite.token, address=FAR))[1] is False


async def test_where_it_is_set_so_only_operators_invite(place: Place) -> None:
    siti, joko = await place.somebody("siti"), await place.somebody("joko", operator=True)
    place.set(invites="operators")
    await refused(InvitesNotAllowed, invited(place, siti))
    await invited(place, joko)


async def test_an_invite_notes_the_group_it_leads_to(place: Place) -> None:
    siti = await place.somebody("siti")
    group = ConversationId("kopi-club")
    invite = await place.do(lambda tx: invites.create(tx, by=siti, conversation=group))
    assert (await taken(place, invite.token)).conversation == group


async def test_impossible_invites_are_refused(place: Place) -> None:
    siti = await place.somebody("siti")
    for uses in (0, -1, 10_001):
        await refused(InviteNotPossible, invited(place, siti, uses=uses))
    for lives in (0, -DAY, 367 * DAY):
        await refused(InviteNotPossible, invited(place, siti, expires_in_ms=lives))


async def test_one_lists_ones_own_invites_the_newest_first(place: Place) -> None:
    siti, budi = await place.somebody("siti"), await place.somebody("budi")
    first = await invited(place, siti, uses=1)
    await invited(place, budi)
    place.now += HOUR
    second = await invited(place, siti)
    assert await place.ask(lambda reader: invites.mine(reader, by=siti)) == [second, first]


async def test_dead_invites_are_forgotten_after_a_month(place: Place) -> None:
    siti = await place.somebody("siti")
    await invited(place, siti)
    used = await invited(place, siti, uses=1, expires_in_ms=None)
    await taken(place, used.token)
    ever = await invited(place, siti, expires_in_ms=None)
    place.now += 38 * DAY
    new = await invited(place, siti)
    assert await place.ask(lambda reader: invites.mine(reader, by=siti)) == [new, ever]


async def test_only_so_many_invites_may_work_at_once(place: Place) -> None:
    place.set(invites_each=2)
    siti = await place.somebody("siti")
    one = await invited(place, siti)
    await invited(place, siti)
    assert await refused(TooManyInvites, invited(place, siti)) == {"limit": 2}
    await place.do(lambda tx: invites.revoke(tx, by=siti, invite=one.id))
    await invited(place, siti)


async def test_whoever_follows_an_invite_sees_who_invites(place: Place) -> None:
    siti = await place.somebody("siti")
    invite = await invited(place, siti, uses=1)
    maker, valid = await invites.look(place.db, token=invite.token, address=FAR)
    assert (maker.handle, valid) == ("siti", True)
    await taken(place, invite.token)
    assert (await invites.look(place.db, token=invite.token, address=FAR))[1] is False
    await refused(InviteNotFound, invites.look(place.db, token="guessed", address=FAR))


async def test_guessing_invites_is_counted(place: Place) -> None:
    for n in range(300):
        await refused(InviteNotFound, invites.look(place.db, token=f"guess {n}", address=FAR))
    await refused(TooMany, invites.look(place.db, token="guess", address=FAR))
