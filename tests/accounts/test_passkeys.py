"""Passkeys: made, used, copied and forged."""

from typing import Any

import pytest

from tests.accounts.authenticator import UP, Authenticator, encoded
from tests.accounts.place import FAR, PASSWORD, PUBLIC, SITE, Place, refused
from warung import accounts
from warung.accounts import passkeys
from warung.accounts.model import (
    AccountDisabled,
    CredentialMissing,
    FlowExpired,
    HandleTaken,
    LastCredential,
    Opened,
    Passkey,
    PasskeyNotFound,
    PasskeyOptions,
    PasskeyRefused,
    PasskeysNeedHttps,
    PasskeyTaken,
)
from warung.kit.clock import MINUTE
from warung.kit.errors import TooMany
from warung.kit.ids import AccountId
from warung.kit.site import Site

pytestmark = pytest.mark.anyio


@pytest.fixture
def phone() -> Authenticator:
    return Authenticator()


async def to_sign_up(place: Place, handle: str = "ayu", site: Site = PUBLIC) -> PasskeyOptions:
    return await place.do(lambda tx: passkeys.begin_sign_up(tx, handle=handle, name=handle.title(), site=site, address=FAR))


async def to_add(place: Place, account: AccountId) -> PasskeyOptions:
    return await place.do(lambda tx: passkeys.begin_add(tx, by=account, site=PUBLIC, address=FAR))


async def to_sign_in(place: Place) -> PasskeyOptions:
    return await place.do(lambda tx: passkeys.begin_sign_in(tx, site=PUBLIC, address=FAR))


async def finished(place: Place, begun: PasskeyOptions, answer: dict[str, Any], site: Site = PUBLIC) -> Opened:
    return await passkeys.sign_in(place.db, flow=begun.flow, credential=answer, device="Ponsel", site=site, address=FAR)


async def signed_in(place: Place, phone: Authenticator) -> Opened:
    begun = await to_sign_in(place)
    return await finished(place, begun, phone.sign(begun.options))


async def added(place: Place, account: AccountId, phone: Authenticator, by: AccountId | None = None) -> Passkey:
    begun = await to_add(place, account)
    answer = phone.make(begun.options)
    return await passkeys.add(place.db, by=by or account, flow=begun.flow, credential=answer, name="Ponsel", site=PUBLIC)


async def signed_up(place: Place, phone: Authenticator, handle: str = "ayu", site: Site = PUBLIC) -> accounts.SignedUp:
    begun = await to_sign_up(place, handle, site)
    answer = accounts.PasskeyAnswer(begun.flow, phone.make(begun.options))
    ready = await accounts.prepare_credentials(place.db, handle=handle, password=None, passkey=answer, site=site, address=FAR)
    return await place.do(
        lambda tx: accounts.sign_up(tx, handle=handle, name=handle.title(), credentials=ready, device="Ponsel", site=site, address=FAR)
    )


async def test_ayu_signs_up_and_in_with_a_passkey_and_no_password(place: Place, phone: Authenticator) -> None:
    place.set(registration="open")
    new = await signed_up(place, phone)
    me = await place.me(new.opened.account)
    assert (me.handle, me.has_password, me.passkeys) == ("ayu", False, 1)
    assert phone.holder.decode() == new.opened.account
    again = await signed_in(place, phone)
    assert (await place.who(again.token)).account == new.opened.account
    await signed_in(place, phone)


async def test_it_works_on_the_machine_itself_too(place: Place) -> None:
    place.set(registration="open")
    await signed_up(place, Authenticator("http://localhost:8000"), site=SITE)


async def test_without_https_there_are_no_passkeys(place: Place) -> None:
    await refused(PasskeysNeedHttps, to_sign_up(place, site=Site(url="http://192.168.1.5:8000")))


async def test_the_browser_is_asked_for_a_passkey_that_verifies_its_user_and_finds_the_account(place: Place) -> None:
    options = (await to_sign_up(place)).options
    assert options["rp"] == {"name": "kopi", "id": "kopi.example"}
    assert (options["user"]["name"], options["user"]["displayName"]) == ("ayu", "Ayu")
    chosen = options["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["requireResidentKey"], chosen["userVerification"]) == ("required", True, "required")
    options = (await to_sign_in(place)).options
    assert (options["rpId"], options["userVerification"], options.get("allowCredentials", [])) == ("kopi.example", "required", [])


async def test_a_handle_that_is_taken_is_refused_before_a_passkey_is_made(place: Place) -> None:
    await place.somebody("ayu")
    await refused(HandleTaken, to_sign_up(place, "Ayu"))


async def test_a_second_passkey_opens_the_same_account(place: Place, phone: Authenticator) -> None:
    budi = await place.somebody("budi")
    laptop = Authenticator()
    await added(place, budi, phone)
    begun = await to_add(place, budi)
    assert [known["id"] for known in begun.options["excludeCredentials"]] == [encoded(phone.id)]
    await added(place, budi, laptop)
    assert (await signed_in(place, phone)).account == (await signed_in(place, laptop)).account == budi
    kept = await place.ask(lambda reader: passkeys.mine(reader, by=budi))
    assert [each.name for each in kept] == ["Ponsel", "Ponsel"]


async def test_a_passkey_belongs_to_one_account(place: Place, phone: Authenticator) -> None:
    budi, siti = await place.somebody("budi"), await place.somebody("siti")
    await added(place, budi, phone)
    await refused(PasskeyTaken, added(place, siti, phone))
    await refused(FlowExpired, added(place, budi, Authenticator(), by=siti))


async def test_a_ceremony_is_finished_once_within_five_minutes_and_for_its_own_purpose(place: Place, phone: Authenticator) -> None:
    await added(place, await place.somebody("budi"), phone)
    begun = await to_sign_in(place)
    answer = phone.sign(begun.options)
    await finished(place, begun, answer)
    await refused(FlowExpired, finished(place, begun, answer))
    other = await to_sign_up(place)
    await refused(FlowExpired, finished(place, other, answer))
    begun = await to_sign_in(place)
    place.now += 5 * MINUTE
    await refused(FlowExpired, finished(place, begun, phone.sign(begun.options)))


async def test_a_failed_answer_uses_the_ceremony_up(place: Place, phone: Authenticator) -> None:
    await added(place, await place.somebody("budi"), phone)
    begun = await to_sign_in(place)
    await refused(PasskeyRefused, finished(place, begun, Authenticator().sign(begun.options)))
    await refused(FlowExpired, finished(place, begun, phone.sign(begun.options)))


async def test_an_answer_to_another_challenge_is_refused(place: Place, phone: Authenticator) -> None:
    await added(place, await place.somebody("budi"), phone)
    one, two = await to_sign_in(place), await to_sign_in(place)
    await refused(PasskeyRefused, finished(place, one, phone.sign(two.options)))


async def test_an_answer_made_for_another_website_is_refused(place: Place, phone: Authenticator) -> None:
    await added(place, await place.somebody("budi"), phone)
    phone.origin = "https://kopi.example.evil"
    await refused(PasskeyRefused, signed_in(place, phone))
    phone.origin = "https://kopi.example"
    begun = await to_sign_in(place)
    await refused(PasskeyRefused, finished(place, begun, phone.sign(begun.options | {"rpId": "evil.example"})))


async def test_a_device_that_did_not_verify_its_user_is_refused(place: Place, phone: Authenticator) -> None:
    budi = await place.somebody("budi")
    phone.flags = UP
    await refused(PasskeyRefused, added(place, budi, phone))
    phone.flags = 0x05
    await added(place, budi, phone)
    phone.flags = UP
    await refused(PasskeyRefused, signed_in(place, phone))


async def test_a_copied_key_is_noticed_by_its_count(place: Place, phone: Authenticator) -> None:
    await added(place, await place.somebody("budi"), phone)
    await signed_in(place, phone)
    await signed_in(place, phone)
    phone.count = 1
    await refused(PasskeyRefused, signed_in(place, phone))


async def test_a_passkey_of_somebody_else_is_refused(place: Place, phone: Authenticator) -> None:
    budi = await place.somebody("budi")
    siti = await place.somebody("siti")
    await added(place, budi, phone)
    phone.holder = siti.encode()
    await refused(PasskeyRefused, signed_in(place, phone))


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"id": 7},
        {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}},
        {"id": "", "rawId": "", "type": "public-key", "response": {"clientDataJSON": "e30", "attestationObject": "//8"}},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "W10", "attestationObject": "9fff"}},
        {"id": ["x"], "rawId": None, "response": [1, 2, 3]},
    ],
)
async def test_broken_answers_are_refused(place: Place, answer: dict[str, Any]) -> None:
    budi = await place.somebody("budi")
    begun = await to_add(place, budi)
    await refused(PasskeyRefused, passkeys.add(place.db, by=budi, flow=begun.flow, credential=answer, name="", site=PUBLIC))
    begun = await to_sign_in(place)
    await refused(PasskeyRefused, finished(place, begun, answer))


async def test_a_known_name_with_a_broken_answer_is_refused(place: Place, phone: Authenticator) -> None:
    await added(place, await place.somebody("budi"), phone)
    begun = await to_sign_in(place)
    await refused(PasskeyRefused, finished(place, begun, {"id": encoded(phone.id), "response": 7}))


async def test_the_last_way_in_cannot_be_deleted(place: Place, phone: Authenticator) -> None:
    place.set(registration="open")
    ayu = (await signed_up(place, phone)).opened.account
    (first,) = await place.ask(lambda reader: passkeys.mine(reader, by=ayu))
    await refused(LastCredential, place.do(lambda tx: passkeys.delete(tx, by=ayu, passkey=first.id)))
    await signed_in(place, phone)
    await added(place, ayu, Authenticator())
    await place.do(lambda tx: passkeys.delete(tx, by=ayu, passkey=first.id))
    await refused(PasskeyRefused, signed_in(place, phone))


async def test_nobody_deletes_anothers_passkey(place: Place, phone: Authenticator) -> None:
    budi, siti = await place.somebody("budi"), await place.somebody("siti")
    kept = await added(place, budi, phone)
    await refused(PasskeyNotFound, place.do(lambda tx: passkeys.delete(tx, by=siti, passkey=kept.id)))
    await place.do(lambda tx: passkeys.delete(tx, by=budi, passkey=kept.id))  # Budi has a password


async def test_a_disabled_account_is_closed_to_passkeys(place: Place, phone: Authenticator) -> None:
    await added(place, await place.somebody("budi"), phone)
    await place.do(lambda tx: accounts.disable(tx, handle="budi"))
    await refused(AccountDisabled, signed_in(place, phone))


async def test_one_passkey_signs_up_once(place: Place, phone: Authenticator) -> None:
    place.set(registration="open")
    begun = await to_sign_up(place)
    answer = accounts.PasskeyAnswer(begun.flow, phone.make(begun.options))
    ready = await accounts.prepare_credentials(place.db, handle="ayu", password=PASSWORD, passkey=answer, site=PUBLIC, address=FAR)

    async def with_this(handle: str, credentials: accounts.Credentials) -> accounts.SignedUp:
        return await place.do(
            lambda tx: accounts.sign_up(tx, handle=handle, name="Ayu", credentials=credentials, device="", site=PUBLIC, address=FAR)
        )

    new = await with_this("ayu", ready)
    me = await place.me(new.opened.account)
    assert (me.has_password, me.passkeys) == (True, 1)
    await refused(FlowExpired, with_this("ayu2", ready))
    await refused(CredentialMissing, with_this("ayu3", accounts.Credentials()))


async def test_passkey_ceremonies_are_counted(place: Place) -> None:
    for _ in range(300):
        await to_sign_in(place)
    await refused(TooMany, to_sign_in(place))
