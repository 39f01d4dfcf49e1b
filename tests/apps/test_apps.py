"""Mini-apps: who registers one, what their servers learn of somebody, and what is sealed for them."""

import base64
import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from tests.cast import Cast
from tests.worlds import Hand
from warung import apps, official
from warung.app import World
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId


def opened(text: str, session_key: str, iv: str) -> dict[str, Any]:
    """Open what is sealed for an app, as its server does: AES-128-CBC, PKCS#7."""
    key, vector, raw = (base64.b64decode(each) for each in (session_key, iv, text))
    cipher = Cipher(AES(key), CBC(vector)).decryptor()
    plain = cipher.update(raw) + cipher.finalize()
    assert plain[-plain[-1] :] == bytes([plain[-1]]) * plain[-1]
    found: dict[str, Any] = json.loads(plain[: -plain[-1]])
    return found


class Stall(Cast):
    """People, and an app of Pak Joko's."""

    def __init__(self, world: World) -> None:
        super().__init__(world.db)
        self.joko: AccountId
        self.budi: AccountId
        self.made: apps.AppRegistered

    async def open(self) -> None:
        """Register the app."""
        self.joko, self.budi = await self.people("joko", "budi")
        self.made = await self.do(apps.register, by=self.joko, name="Pesan kopi")

    @property
    def app(self) -> apps.App:
        """The app."""
        return self.made.app

    async def do(self, verb: Any, **named: Any) -> Any:
        """Run a verb."""
        return await self.db.write(lambda tx: verb(tx, **named))

    async def signed_in(self, who: AccountId) -> apps.User:
        """Sign somebody in; return the session as the app's server gets it."""
        code = (await self.do(apps.sign_in, by=who, appid=self.app.appid)).code
        found: apps.User = await self.do(apps.session_of, app=self.app, code=code)
        return found


@pytest.fixture
async def stall(world: World) -> Stall:
    """A world with an app, on each database."""
    made = Stall(world)
    await made.open()
    return made


async def test_a_secret_is_shown_once_and_a_new_one_ends_the_former(stall: Stall) -> None:
    assert len(stall.made.secret) == 32
    assert await stall.db.read(lambda reader: apps.secret_is(reader, stall.app.id, stall.made.secret))
    fresh = await stall.do(apps.reset_secret, by=stall.joko, app=stall.app.id)
    assert not await stall.db.read(lambda reader: apps.secret_is(reader, stall.app.id, stall.made.secret))
    assert await stall.db.read(lambda reader: apps.secret_is(reader, stall.app.id, fresh.secret))


async def test_only_the_owner_changes_an_app_and_a_closed_one_is_not_there(stall: Stall) -> None:
    for verb in (apps.change, apps.reset_secret, apps.close):
        with pytest.raises(apps.NoSuchApp):
            await stall.do(verb, by=stall.budi, app=stall.app.id)
    other = await stall.do(official.register, by=stall.budi, kind="service", handle="lain", name="Lain")
    with pytest.raises(apps.NotYourOfficial):
        await stall.do(apps.change, by=stall.joko, app=stall.app.id, official=other.official.id)
    await stall.do(apps.close, by=stall.joko, app=stall.app.id)
    with pytest.raises(apps.NoSuchApp):
        await stall.do(apps.sign_in, by=stall.budi, appid=stall.app.appid)


async def test_a_code_works_once_for_five_minutes_and_for_its_own_app(stall: Stall, hand: Hand) -> None:
    first, again = await stall.signed_in(stall.budi), await stall.signed_in(stall.budi)
    assert first.openid == again.openid
    assert len(first.openid) == 28
    assert stall.budi not in first.openid
    assert first.session_key != again.session_key
    code = (await stall.do(apps.sign_in, by=stall.budi, appid=stall.app.appid)).code
    other = await stall.do(apps.register, by=stall.joko, name="Lain")

    async def refused(refusal: type[Refusal], **named: Any) -> None:
        with pytest.raises(refusal):
            await stall.do(apps.session_of, **({"app": stall.app, "code": code} | named))

    await refused(apps.SignInCodeUnknown, app=other.app)
    await refused(apps.SignInCodeUnknown, code="x")
    await stall.do(apps.session_of, app=stall.app, code=code)
    await refused(apps.SignInCodeUsed)
    code = (await stall.do(apps.sign_in, by=stall.budi, appid=stall.app.appid)).code
    hand.forward(5 * 60_000)
    await refused(apps.SignInCodeExpired)


async def test_what_is_sealed_says_who_it_is_and_for_which_app(stall: Stall) -> None:
    with pytest.raises(apps.NotSignedIn):
        await stall.db.read(lambda reader: apps.show_myself(reader, by=stall.budi, appid=stall.app.appid))
    session = await stall.signed_in(stall.budi)
    sealed = await stall.db.read(lambda reader: apps.show_myself(reader, by=stall.budi, appid=stall.app.appid))
    told = opened(sealed.encrypted, session.session_key, sealed.iv)
    assert (told["nickName"], told["openId"], told["watermark"]["appid"]) == ("Budi", session.openid, stall.app.appid)
    signature = hashlib.sha1((sealed.raw + session.session_key).encode(), usedforsecurity=False).hexdigest()
    assert (sealed.signature, "openId" in json.loads(sealed.raw)) == (signature, False)


async def test_a_telephone_number_is_told_by_a_code_and_kept_nowhere_else(stall: Stall) -> None:
    await stall.signed_in(stall.budi)
    code, _ = await stall.do(apps.give_phone, by=stall.budi, appid=stall.app.appid, number="+62 812-3456-7890")
    number = await stall.do(apps.phone_of, app=stall.app, code=code.code)
    told = {"phoneNumber": "+6281234567890", "purePhoneNumber": "81234567890", "countryCode": "62"}
    assert apps.phone_parts(number) == told
    with pytest.raises(apps.SignInCodeUsed):
        await stall.do(apps.phone_of, app=stall.app, code=code.code)
    for wrong in ("", "0812", "+0812345678", "telepon", "+62\x00812345678"):
        with pytest.raises(apps.PhoneNotPossible):
            await stall.do(apps.give_phone, by=stall.budi, appid=stall.app.appid, number=wrong)


async def test_an_app_keeps_so_much_for_a_person_and_no_more(stall: Stall) -> None:
    named: dict[str, Any] = {"app": stall.app, "account": stall.budi}
    await stall.do(apps.store_values, **named, values=[(f"k{at}", "v") for at in range(128)])
    with pytest.raises(apps.StoredTooMany):
        await stall.do(apps.store_values, **named, values=[("more", "v")])
    for values in ([("k1", "v" * 1_023)], [("", "v")], [("k" * 129, "v")]):
        with pytest.raises(apps.StoredTooMuch):
            await stall.do(apps.store_values, **named, values=values)
    await stall.do(apps.forget_values, **named, names=["k1", "none"])
    await stall.do(apps.store_values, **named, values=[("more", "😀")])
    kept = await stall.db.read(lambda reader: apps.stored_values(reader, **named))
    assert (len(kept), kept["more"]) == (128, "😀")
