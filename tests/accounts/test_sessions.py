"""Sessions: listed, seen, ended."""

import time

import anyio
import pytest

from tests.accounts.place import HERE, Place, refused
from warung import accounts
from warung.accounts import sessions
from warung.accounts.model import AccountDisabled, SessionNotFound
from warung.kit.bus import SessionEnded
from warung.kit.clock import DAY, HOUR, MINUTE
from warung.kit.errors import Unauthenticated
from warung.kit.ids import Identity
from warung.kit.text import TextTooLong

pytestmark = pytest.mark.anyio


async def test_a_token_says_who_acts_and_no_other_does(place: Place) -> None:
    budi = await place.somebody("budi", operator=True)
    phone = await place.signed_in(budi)
    assert await place.who(phone.token) == Identity(budi, phone.session, "id", True)
    for guess in ("", phone.session, phone.token[:-1], phone.token.lower()):
        await refused(Unauthenticated, place.who(guess))


async def test_one_sees_ones_own_devices_the_last_seen_first(place: Place) -> None:
    budi = await place.somebody("budi")
    phone = await place.signed_in(budi, "Ponsel")
    place.now += MINUTE
    laptop = await place.signed_in(budi, "Laptop")
    await place.signed_in(await place.somebody("siti"))
    devices = await place.devices(phone)
    assert [(each.id, each.device, each.current) for each in devices] == [
        (laptop.session, "Laptop", False),
        (phone.session, "Ponsel", True),
    ]
    assert devices[0].created_at == devices[0].seen_at == place.now


async def test_an_ended_session_is_told_to_its_owner_and_opens_nothing(place: Place) -> None:
    budi = await place.somebody("budi")
    phone, laptop = await place.signed_in(budi), await place.signed_in(budi)
    place.told.clear()
    await place.do(lambda tx: sessions.end(tx, by=budi, session=laptop.session))
    assert place.told == [(SessionEnded(session=laptop.session), (budi,))]
    await refused(Unauthenticated, place.who(laptop.token))
    await place.who(phone.token)
    await refused(SessionNotFound, place.do(lambda tx: sessions.end(tx, by=budi, session=laptop.session)))


async def test_nobody_ends_anothers_session(place: Place) -> None:
    budi, siti = await place.somebody("budi"), await place.somebody("siti")
    phone = await place.signed_in(budi)
    await refused(SessionNotFound, place.do(lambda tx: sessions.end(tx, by=siti, session=phone.session)))
    await place.who(phone.token)


async def test_all_other_devices_are_signed_out_at_once(place: Place) -> None:
    budi, siti = await place.somebody("budi"), await place.somebody("siti")
    phone, *others = [await place.signed_in(budi) for _ in range(3)]
    hers = await place.signed_in(siti)
    place.told.clear()
    await place.do(lambda tx: sessions.end_all(tx, account=budi, keep=phone.session))
    assert sorted(place.ended()) == sorted(each.session for each in others)
    assert [each.id for each in await place.devices(phone)] == [phone.session]
    await place.who(hers.token)


async def test_a_device_unseen_for_the_time_that_is_set_is_signed_out(place: Place) -> None:
    place.set(session_days=30)
    budi = await place.somebody("budi")
    phone = await place.signed_in(budi)
    place.now += 30 * DAY - 1
    await place.who(phone.token)
    place.now += 1
    await refused(Unauthenticated, place.who(phone.token))
    assert await place.devices(phone) == []
    assert await place.ask(lambda reader: accounts.alive(reader, [phone.session])) == set()


async def test_a_device_in_use_stays_signed_in(place: Place) -> None:
    place.set(session_days=1)
    budi = await place.somebody("budi")
    phone = await place.signed_in(budi)
    for _ in range(4):
        place.now += 20 * HOUR
        await accounts.recognise(place.db, phone.token)
        await place.do(lambda tx: None)  # what was submitted before is committed by now


async def test_when_a_device_was_seen_costs_a_write_once_an_hour(place: Place) -> None:
    budi = await place.somebody("budi")
    phone = await place.signed_in(budi)
    began = place.now
    place.now += HOUR - 1
    await accounts.recognise(place.db, phone.token)
    await place.do(lambda tx: None)
    assert (await place.devices(phone))[0].seen_at == began
    place.now += 1
    assert (await accounts.recognise(place.db, phone.token)).account == budi
    deadline = time.monotonic() + 10
    while (await place.devices(phone))[0].seen_at != place.now:
        assert time.monotonic() < deadline
        await anyio.sleep(0.01)


async def test_a_disabled_account_has_no_sessions_and_gets_none(place: Place) -> None:
    budi = await place.somebody("budi")
    phone = await place.signed_in(budi)
    await place.do(lambda tx: accounts.disable(tx, handle="Budi"))
    assert place.ended() == [phone.session]
    await refused(Unauthenticated, place.who(phone.token))
    await refused(AccountDisabled, place.signed_in(budi))
    await place.do(lambda tx: accounts.enable(tx, handle="budi"))
    await refused(Unauthenticated, place.who(phone.token))
    await place.signed_in(budi)


async def test_of_many_sessions_the_living_are_told(place: Place) -> None:
    budi = await place.somebody("budi")
    phone, laptop = await place.signed_in(budi), await place.signed_in(budi)
    await place.do(lambda tx: sessions.end(tx, by=budi, session=laptop.session))
    assert await place.ask(lambda reader: accounts.alive(reader, [phone.session, laptop.session])) == {phone.session}
    assert await place.ask(lambda reader: accounts.alive(reader, [])) == set()


async def test_a_device_has_a_name_of_bounded_length(place: Place) -> None:
    budi = await place.somebody("budi")
    await refused(TextTooLong, place.signed_in(budi, "x" * 101))
    await place.signed_in(budi, "ponsel 📱 बुदि", HERE)
