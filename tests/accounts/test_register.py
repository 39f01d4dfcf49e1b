"""What an account is to itself and to others."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.accounts.place import HERE, PASSWORD, Place, refused
from warung import accounts
from warung.accounts import recovery
from warung.accounts.limits import is_loopback, network
from warung.accounts.model import AccountNotFound, OperatorsOnly, UnknownLanguage, UnknownRegion, WrongCredentials
from warung.kit.ids import AccountId, BlobId
from warung.kit.text import TextMissing, TextNotAllowed, TextTooLong

pytestmark = pytest.mark.anyio

STRANGE = [
    "<script>alert(1)</script>",
    "'; DROP TABLE account; --",
    "%s %d {handle} {0}",
    "‮نص من اليمين‬",
    "வணக்கம் 👩‍👩‍👧‍👦 ｆｕｌｌ",
    "\u200b\ufeff zero \u2028 width",
    "NULL",
    "  around  ",
]


async def changed(place: Place, by: AccountId, **changes: Any) -> accounts.Me:
    return await place.do(lambda tx: accounts.change(tx, by=by, changes=accounts.Changes(**changes)))


async def test_budi_changes_what_he_names_and_the_rest_stays(place: Place) -> None:
    budi = await place.somebody("budi")
    await changed(place, budi, status="Ngopi dulu", region="ID", read_receipts=False)
    me = await changed(place, budi, name="Budi S.", language="zh")
    assert (me.name, me.status, me.region, me.language) == ("Budi S.", "Ngopi dulu", "ID", "zh")
    assert me.privacy == accounts.Privacy(read_receipts=False, find_by_handle=True)
    assert (await changed(place, budi, region=None)).region is None
    assert (await changed(place, budi, find_by_handle=False)).privacy == accounts.Privacy(False, False)


async def test_a_change_is_told_to_ones_own_devices_and_to_the_domains_above(place: Place) -> None:
    budi = await place.somebody("budi")
    heard: list[AccountId] = []
    place.context.listeners = {accounts.ProfileChanged: [lambda _, event: heard.append(event.account)]}
    await changed(place, budi, status="Ngopi")
    await place.do(lambda tx: accounts.set_avatar(tx, by=budi, blob=BlobId("picture")))
    assert place.told == [(accounts.Changed(budi), (budi,))] * 2
    assert heard == [budi, budi]
    assert (await place.me(budi)).avatar == "picture"


@pytest.mark.parametrize("text", STRANGE)
async def test_what_people_type_is_kept_as_they_typed_it(place: Place, text: str) -> None:
    budi = await place.somebody("budi")
    me = await changed(place, budi, name=text, status=text)
    assert (me.name, me.status) == (text, text)


async def test_a_bad_change_changes_nothing(place: Place) -> None:
    budi = await place.somebody("budi")
    before = await place.me(budi)
    bad: list[tuple[type[Any], Mapping[str, Any]]] = [
        (TextMissing, {"name": " \n"}),
        (TextTooLong, {"name": "x" * 65}),
        (TextTooLong, {"status": "x" * 141}),
        (TextNotAllowed, {"status": "a\x00b"}),
        (UnknownRegion, {"region": "id"}),
        (UnknownRegion, {"region": ""}),
        (UnknownLanguage, {"language": "jv"}),
    ]
    for refusal, change in bad:
        await refused(refusal, changed(place, budi, **{"status": "new"} | dict(change)))
    assert await place.me(budi) == before


async def test_a_stranger_sees_handle_name_and_avatar(place: Place) -> None:
    budi = await place.somebody("budi")
    await changed(place, budi, status="Ngopi", region="ID")
    shown = await place.ask(lambda reader: accounts.by_handle(reader, " BUDI "))
    assert shown == accounts.Profile(budi, "budi", "Budi", None)


async def test_nobody_is_found_by_half_a_handle(place: Place) -> None:
    await place.somebody("budi")
    guesses = ("bud", "budi_", "bud%", "", "*")
    assert await place.ask(lambda reader: [accounts.by_handle(reader, guess) for guess in guesses]) == [None] * len(guesses)


async def test_the_contact_code_finds_its_owner_until_it_is_reset(place: Place) -> None:
    budi = await place.somebody("budi")
    old = await place.ask(lambda reader: accounts.contact_code(reader, by=budi))
    found = await place.ask(lambda reader: accounts.by_code(reader, old))
    assert found is not None
    assert found.id == budi
    new = await place.do(lambda tx: accounts.reset_contact_code(tx, by=budi))
    assert await place.ask(lambda reader: accounts.by_code(reader, old)) is None
    assert (await place.ask(lambda reader: accounts.by_code(reader, new))) == found


async def test_a_disabled_account_is_found_by_nothing_but_keeps_its_profile(place: Place) -> None:
    budi = await place.somebody("budi")
    code = await place.ask(lambda reader: accounts.contact_code(reader, by=budi))
    await place.do(lambda tx: accounts.disable(tx, handle="budi"))
    assert await place.ask(lambda reader: accounts.by_handle(reader, "budi")) is None
    assert await place.ask(lambda reader: accounts.by_code(reader, code)) is None
    assert (await place.ask(lambda reader: accounts.profile(reader, budi))).name == "Budi"


async def test_many_are_asked_about_at_once(place: Place) -> None:
    budi, siti = await place.somebody("budi"), await place.somebody("siti")
    await changed(place, siti, status="Sibuk", region="MY", language="hi", read_receipts=False)
    ids = [budi, siti, budi, AccountId("nobody")]
    assert {each.handle for each in (await place.ask(lambda reader: accounts.profiles(reader, ids))).values()} == {"budi", "siti"}
    assert (await place.ask(lambda reader: accounts.particulars(reader, ids)))[siti] == accounts.Particulars("Sibuk", "MY")
    assert (await place.ask(lambda reader: accounts.privacy(reader, ids)))[siti] == accounts.Privacy(False, True)
    assert await place.ask(lambda reader: accounts.languages(reader, ids)) == {budi: "id", siti: "hi"}
    assert await place.ask(lambda reader: accounts.profiles(reader, [])) == {}
    assert await place.ask(lambda reader: accounts.privacy(reader, [])) == {}


async def test_an_account_that_is_not_there_is_not_found(place: Place) -> None:
    await refused(AccountNotFound, place.me(AccountId("nobody")))
    await refused(AccountNotFound, place.ask(lambda reader: accounts.profile(reader, AccountId("nobody"))))


async def test_the_operator_makes_operators_by_handle(place: Place) -> None:
    joko = await place.somebody("joko")
    await refused(OperatorsOnly, place.ask(lambda reader: accounts.require_operator(reader, by=joko)))
    assert (await place.do(lambda tx: accounts.make_operator(tx, handle="Joko"))).id == joko
    await place.ask(lambda reader: accounts.require_operator(reader, by=joko))
    await refused(AccountNotFound, place.do(lambda tx: accounts.make_operator(tx, handle="nobody")))


async def test_a_reset_takes_every_credential_and_gives_recovery_codes(place: Place) -> None:
    budi = await place.somebody("budi")
    phone = await place.signed_in(budi)
    old = await place.do(lambda tx: recovery.new_codes(tx, account=budi))
    codes = await place.do(lambda tx: accounts.reset(tx, handle="budi"))
    assert place.ended() == [phone.session]
    assert not set(old) & set(codes)
    await refused(WrongCredentials, place.sign_in("budi"))
    opened = await recovery.recover(place.db, handle="budi", code=codes[0], password=PASSWORD, device="Baru", address=HERE)
    assert opened.account == budi


@given(st.ip_addresses())
def test_every_address_stands_for_a_network(address: Any) -> None:
    assert network(str(address)) == network(network(str(address)).split("/")[0])


def test_a_customer_with_many_addresses_is_one_network() -> None:
    assert network("2001:db8::1") == network("2001:db8::ffff:1") != network("2001:db8:0:1::1")
    assert network("::ffff:203.0.113.7") == network("203.0.113.7") != network("203.0.113.8")
    assert network("testclient") == "testclient"
    assert [is_loopback(each) for each in ("127.0.0.1", "::1", "127.8.8.8", "10.0.0.1", "", "localhost")] == [True] * 3 + [False] * 3


def test_every_region_is_two_capital_letters() -> None:
    assert len(accounts.REGIONS) == 249
    assert all(len(region) == 2 and region.isascii() and region.isupper() for region in accounts.REGIONS)
