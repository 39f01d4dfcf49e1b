"""Who may sign up, and what they get."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.accounts.place import FAR, HERE, PASSWORD, PUBLIC, SITE, Place, refused
from warung import accounts
from warung.accounts import hashing, invites, register
from warung.accounts.model import (
    CredentialMissing,
    HandleNotAllowed,
    HandleTaken,
    InviteNeeded,
    InviteNotValid,
    OperatorLinkNotValid,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
    RegistrationClosed,
    UnknownLanguage,
    UnknownRegion,
    WrongCredentials,
)
from warung.kit.clock import DAY, HOUR
from warung.kit.errors import TooMany
from warung.kit.text import TextMissing, TextNotAllowed, TextTooLong

pytestmark = pytest.mark.anyio


async def test_whoever_signs_up_is_signed_in_and_gets_ten_recovery_codes(place: Place) -> None:
    place.set(registration="open")
    new = await place.sign_up("Budi", name="Budi Santoso", language="en", region="ID")
    me = await place.me(new.opened.account)
    assert (me.handle, me.name, me.language, me.region, me.status) == ("budi", "Budi Santoso", "en", "ID", "")
    assert me.has_password
    assert not me.operator
    assert len(set(new.recovery_codes)) == me.recovery_codes_left == 10
    assert (await place.who(new.opened.token)).account == new.opened.account
    assert new.invite is None


async def test_the_first_person_at_the_machine_itself_becomes_its_operator(place: Place) -> None:
    door = await place.ask(lambda reader: accounts.front_door(reader, site=SITE, address=HERE))
    assert (door.first_run, door.founding) == (True, True)
    new = await place.sign_up("budi", site=SITE, address=HERE)
    assert (await place.me(new.opened.account)).operator
    door = await place.ask(lambda reader: accounts.front_door(reader, site=SITE, address=HERE))
    assert (door.first_run, door.founding) == (False, False)
    await refused(InviteNeeded, place.sign_up("siti", site=SITE, address=HERE))


async def test_the_first_person_from_elsewhere_needs_the_link(place: Place) -> None:
    door = await place.ask(lambda reader: accounts.front_door(reader, site=SITE, address=FAR))
    assert (door.first_run, door.founding) == (True, False)
    await refused(InviteNeeded, place.sign_up("budi", site=SITE, address=FAR))


async def test_behind_a_proxy_everyone_comes_from_loopback_and_nobody_is_trusted_for_it(place: Place) -> None:
    assert not (await place.ask(lambda reader: accounts.front_door(reader, site=PUBLIC, address=HERE))).founding
    await refused(InviteNeeded, place.sign_up("budi", site=PUBLIC, address=HERE))


async def test_the_operators_link_makes_one_operator(place: Place) -> None:
    place.set(registration="closed")
    link = await place.do(accounts.operator_link)
    new = await place.sign_up("budi", operator=link)
    assert (await place.me(new.opened.account)).operator
    await refused(OperatorLinkNotValid, place.sign_up("siti", operator=link))
    assert await place.do(accounts.operator_link) is None


async def test_the_operators_link_works_for_a_day_and_until_there_is_a_newer_one(place: Place) -> None:
    first = await place.do(accounts.operator_link)
    second = await place.do(accounts.operator_link)
    await refused(OperatorLinkNotValid, place.sign_up("budi", operator=first))
    place.now += DAY
    await refused(OperatorLinkNotValid, place.sign_up("budi", operator=second))


async def test_where_invites_are_needed_one_gets_in_with_an_invite(place: Place) -> None:
    siti = await place.somebody("siti")
    await refused(InviteNeeded, place.sign_up("budi"))
    await refused(InviteNotValid, place.sign_up("budi", invite="guessed"))
    invite = await place.do(lambda tx: invites.create(tx, by=siti))
    new = await place.sign_up("budi", invite=invite.token)
    assert new.invite is not None
    assert new.invite.inviter == siti


async def test_where_registration_is_closed_an_invite_does_not_help(place: Place) -> None:
    siti = await place.somebody("siti")
    invite = await place.do(lambda tx: invites.create(tx, by=siti, uses=1))
    place.set(registration="closed")
    await refused(RegistrationClosed, place.sign_up("budi", invite=invite.token))
    place.set(registration="invite")  # the refused try took nothing from the invite
    await place.sign_up("budi", invite=invite.token)


async def test_a_handle_belongs_to_one_person_in_any_case_of_letters(place: Place) -> None:
    await place.somebody("budi")
    place.set(registration="open")
    assert await refused(HandleTaken, place.sign_up("BUDI")) == {"handle": "budi"}
    await refused(HandleTaken, place.somebody("Budi"))


@pytest.mark.parametrize(
    "handle", ["", "ab", "a" * 31, "budi santoso", "büdi", "budi!", "...", "bu\ndi", "администратор", "admin", "Warung"]
)
async def test_some_handles_are_not_allowed(place: Place, handle: str) -> None:
    place.set(registration="open")
    await refused(HandleNotAllowed, place.sign_up(handle))


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789_.", min_size=3, max_size=30))
def test_every_other_handle_is_kept_as_it_is_written(handle: str) -> None:
    if handle in register.RESERVED or not any(letter.isalnum() for letter in handle):
        with pytest.raises(HandleNotAllowed):
            register.folded(handle)
    else:
        assert register.folded(handle) == handle


async def test_bad_fields_are_refused_by_name(place: Place) -> None:
    place.set(registration="open")
    await refused(TextMissing, place.sign_up("budi", name="  "))
    await refused(TextTooLong, place.sign_up("budi", name="x" * 65))
    await refused(TextNotAllowed, place.sign_up("budi", name="Bu\x00di"))
    await refused(UnknownLanguage, place.sign_up("budi", language="tlh"))
    await refused(UnknownRegion, place.sign_up("budi", region="XX"))
    await place.sign_up("budi")  # none of them left anything behind


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("kopi123", PasswordTooShort),
        ("k" * 257, PasswordTooLong),
        ("Password1", PasswordTooCommon),
        ("ｐａｓｓｗｏｒｄ", PasswordTooCommon),
        ("bismillah", PasswordTooCommon),
        ("zzzzzzzzzzz", PasswordTooCommon),
        ("Budi.santoso", PasswordTooCommon),
    ],
)
def test_a_password_is_refused_for_being_guessed_at_once_and_nothing_else(password: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        hashing.check_new(password, handle="budi.santoso")
    hashing.check_new("huruf kecil semua", handle="budi.santoso")


@pytest.mark.parametrize("length", [64, 256])
async def test_a_password_may_be_long(place: Place, length: int) -> None:
    place.set(registration="open")
    long = ("kopi tubruk dan pisang goreng tiap Sabtu pagi di teras Budi; " * 5)[:length]
    given = await accounts.prepare_credentials(place.db, handle="budi", password=long, passkey=None, site=PUBLIC, address=FAR)
    new = await place.do(
        lambda tx: accounts.sign_up(tx, handle="budi", name="Budi", credentials=given, device="Ponsel", site=PUBLIC, address=FAR)
    )
    assert (await place.sign_in("budi", long)).account == new.opened.account
    await refused(WrongCredentials, place.sign_in("budi", long[:-1]))


async def test_nobody_signs_up_without_a_proof(place: Place) -> None:
    place.set(registration="open")
    await refused(
        CredentialMissing,
        accounts.prepare_credentials(place.db, handle="budi", password=None, passkey=None, site=PUBLIC, address=FAR),
    )


async def test_one_network_signs_up_so_many_people_in_an_hour(place: Place) -> None:
    place.set(registration="open", sign_ups_per_hour=2)
    await place.sign_up("budi", address="2001:db8:1:2::1")
    await place.sign_up("siti", address="2001:db8:1:2::2")
    await refused(TooMany, place.sign_up("ayu", address="2001:db8:1:2:ffff::3"))
    await place.sign_up("joko", address="2001:db8:1:3::1")
    place.now += HOUR
    await place.sign_up("ayu", address="2001:db8:1:2::1")


TABLES = ("account", "session", "account_recovery_code", "account_flow", "account_attempt")


async def test_no_secret_can_be_read_in_the_database(place: Place) -> None:
    place.set(registration="open")
    new = await place.sign_up("budi")
    link = await place.do(accounts.operator_link)
    stored = await place.ask(lambda reader: [str(row) for table in TABLES for row in reader.all(f"SELECT * FROM {table}")])
    everything = "\n".join(stored)
    assert "budi" in everything
    for secret in [new.opened.token, PASSWORD, str(link), *new.recovery_codes]:
        assert secret not in everything
