"""Signing in with a password, and what happens when somebody guesses."""

import asyncio

import pytest

from tests.accounts.place import FAR, HERE, PASSWORD, PUBLIC, Place, refused
from warung import accounts
from warung.accounts import passwords, recovery
from warung.accounts.model import (
    AccountDisabled,
    DemoOnly,
    HashingBusy,
    PasswordTooCommon,
    WrongCredentials,
    WrongPassword,
    WrongRecoveryCode,
)
from warung.kit.clock import HOUR, MINUTE
from warung.kit.errors import TooMany, Unauthenticated
from warung.kit.ids import Identity
from warung.kit.site import Site

pytestmark = pytest.mark.anyio


async def test_the_password_opens_the_account(place: Place) -> None:
    budi = await place.somebody("budi")
    opened = await place.sign_in(" Budi ")
    assert await place.who(opened.token) == Identity(budi, opened.session, "id", False)


async def test_a_wrong_password_and_an_unknown_handle_are_refused_alike(place: Place) -> None:
    await place.somebody("budi")
    await place.somebody("ayu", password=None)
    for handle, password in [("budi", "kopi susu"), ("nobody", PASSWORD), ("ayu", PASSWORD), ("budi", "k" * 100_000), ("budi", "")]:
        assert await refused(WrongCredentials, place.sign_in(handle, password)) == {}


async def test_a_password_typed_on_another_keyboard_is_the_same_password(place: Place) -> None:
    await place.somebody("budi", password="café di Jalan")
    await place.sign_in("budi", "cafe\u0301 di Jalan")


async def test_ten_wrong_guesses_from_one_network_are_the_last_for_a_while(place: Place) -> None:
    await place.somebody("budi")
    for _ in range(10):
        await refused(WrongCredentials, place.sign_in("budi", "guess"))
    place.now += 5 * MINUTE
    assert await refused(TooMany, place.sign_in("budi")) == {"retry_after_s": 600}
    await place.sign_in("budi", address="198.51.100.1")  # somebody else's guesses do not keep Budi out
    await place.somebody("siti")
    await place.sign_in("siti")
    place.now += 10 * MINUTE
    await place.sign_in("budi")


async def test_a_right_password_forgives_the_slips_before_it(place: Place) -> None:
    await place.somebody("budi")
    for _ in range(3):
        for _ in range(9):
            await refused(WrongCredentials, place.sign_in("budi", "guess"))
        await place.sign_in("budi")


async def test_guesses_made_at_once_are_all_counted(place: Place) -> None:
    await place.somebody("budi")
    guesses = await asyncio.gather(*[place.sign_in("budi", f"guess {n}") for n in range(25)], return_exceptions=True)
    assert sum(isinstance(guess, TooMany) for guess in guesses) == 15


async def test_guesses_from_everywhere_do_not_lock_the_owner_out_at_home(place: Place) -> None:
    budi = await place.somebody("budi")
    await place.signed_in(budi, address=HERE)
    for n in range(200):
        await refused(WrongCredentials, place.sign_in("budi", "guess", address=f"198.51.100.{n}"))
    await refused(TooMany, place.sign_in("budi", address="198.51.101.1"))
    await place.sign_in("budi", address=HERE)


async def test_the_hash_is_made_again_when_it_should_cost_more(place: Place) -> None:
    await place.somebody("budi")
    place.set(password_memory_kib=16, password_passes=2)
    await place.sign_in("budi")
    await place.sign_in("budi")
    (stored,) = await place.ask(lambda reader: reader.all("SELECT password FROM account"))
    assert "m=16,t=2,p=1" in stored[0]


async def test_a_disabled_account_is_told_so_only_to_who_knows_the_password(place: Place) -> None:
    await place.somebody("budi")
    await place.do(lambda tx: accounts.disable(tx, handle="budi"))
    await refused(WrongCredentials, place.sign_in("budi", "guess"))
    await refused(AccountDisabled, place.sign_in("budi"))
    await place.do(lambda tx: accounts.enable(tx, handle="budi"))
    await place.sign_in("budi")


async def test_when_too_many_sign_in_at_once_some_are_asked_to_come_back(place: Place) -> None:
    place.set(password_memory_kib=1024)
    people = [f"orang{n}" for n in range(60)]
    tries = await asyncio.gather(
        *[place.sign_in(handle, address=f"198.51.100.{n}") for n, handle in enumerate(people)], return_exceptions=True
    )
    assert {type(each) for each in tries} == {WrongCredentials, HashingBusy}
    await refused(WrongCredentials, place.sign_in("orang"))  # and when the rush is over, it goes on


async def test_a_new_password_signs_the_other_devices_out(place: Place) -> None:
    await place.somebody("budi")
    old, phone = await place.sign_in("budi"), await place.sign_in("budi")
    here = await place.who(phone.token)
    await refused(WrongPassword, passwords.change(place.db, by=here, old="guess", new="teh botol dingin", address=FAR))
    await refused(WrongPassword, passwords.change(place.db, by=here, old=None, new="teh botol dingin", address=FAR))
    await refused(PasswordTooCommon, passwords.change(place.db, by=here, old=PASSWORD, new="password", address=FAR))
    place.ended()
    await passwords.change(place.db, by=here, old=PASSWORD, new="teh botol dingin", address=FAR)
    assert place.ended() == [old.session]
    await refused(Unauthenticated, place.who(old.token))
    assert await place.who(phone.token) == here
    await refused(WrongCredentials, place.sign_in("budi"))
    await place.sign_in("budi", "teh botol dingin")


async def test_of_two_changes_at_once_one_wins(place: Place) -> None:
    await place.somebody("budi")
    here = await place.who((await place.sign_in("budi")).token)
    both = [passwords.change(place.db, by=here, old=PASSWORD, new=new, address=FAR) for new in ("teh botol dingin", "es kelapa muda")]
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(str(type(outcome).__name__) for outcome in outcomes) == ["NoneType", "WrongPassword"]


async def test_whoever_has_only_a_passkey_may_set_a_first_password(place: Place) -> None:
    ayu = await place.somebody("ayu", password=None)
    here = await place.who((await place.signed_in(ayu)).token)
    await passwords.change(place.db, by=here, old=None, new=PASSWORD, address=FAR)
    await place.sign_in("ayu")


async def test_guessing_the_password_from_a_stolen_session_is_counted_too(place: Place) -> None:
    budi = await place.somebody("budi")
    for _ in range(10):
        await refused(WrongPassword, passwords.renew_recovery_codes(place.db, by=budi, password="guess", address=FAR))
    await refused(TooMany, passwords.renew_recovery_codes(place.db, by=budi, password=PASSWORD, address=FAR))


async def recovering(place: Place, code: str, handle: str = "budi", address: str = FAR) -> accounts.Opened:
    return await recovery.recover(place.db, handle=handle, code=code, password="teh botol dingin", device="Baru", address=address)


async def test_a_recovery_code_opens_the_account_once(place: Place) -> None:
    budi = await place.somebody("budi")
    phone = await place.signed_in(budi)
    codes = await passwords.renew_recovery_codes(place.db, by=budi, password=PASSWORD, address=FAR)
    opened = await recovering(place, codes[3])
    assert (await place.who(opened.token)).account == budi
    assert place.ended() == [phone.session]
    await place.sign_in("budi", "teh botol dingin")
    await refused(WrongRecoveryCode, recovering(place, codes[3]))
    assert (await place.me(budi)).recovery_codes_left == 9


async def test_a_recovery_code_is_read_as_people_type_it(place: Place) -> None:
    budi = await place.somebody("budi")
    codes = await place.do(lambda tx: recovery.new_codes(tx, account=budi))
    typed = codes[0].upper().replace("-", " ").replace("0", "O").replace("1", "I")
    await recovering(place, f"  {typed}\t")


async def test_new_recovery_codes_replace_the_old(place: Place) -> None:
    budi = await place.somebody("budi")
    old = await place.do(lambda tx: recovery.new_codes(tx, account=budi))
    await place.do(lambda tx: recovery.new_codes(tx, account=budi))
    await refused(WrongRecoveryCode, recovering(place, old[0]))


async def test_one_persons_recovery_code_does_not_open_anothers_account(place: Place) -> None:
    budi = await place.somebody("budi")
    await place.somebody("siti")
    codes = await place.do(lambda tx: recovery.new_codes(tx, account=budi))
    await refused(WrongRecoveryCode, recovering(place, codes[0], handle="siti"))
    await refused(WrongRecoveryCode, recovering(place, codes[0], handle="nobody"))


async def test_guessing_recovery_codes_is_counted(place: Place) -> None:
    budi = await place.somebody("budi")
    codes = await place.do(lambda tx: recovery.new_codes(tx, account=budi))
    for _ in range(10):
        await refused(WrongRecoveryCode, recovering(place, "0000-0000-0000-0000"))
    await refused(TooMany, recovering(place, codes[0]))
    place.now += HOUR
    await recovering(place, codes[0])


async def test_a_code_used_twice_at_once_opens_one_session(place: Place) -> None:
    budi = await place.somebody("budi")
    codes = await place.do(lambda tx: recovery.new_codes(tx, account=budi))
    outcomes = await asyncio.gather(recovering(place, codes[0]), recovering(place, codes[0]), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Opened", "WrongRecoveryCode"]


async def test_trying_as_somebody_works_only_in_a_demonstration_on_its_own_machine(place: Place) -> None:
    budi = await place.somebody("budi")
    demo = Site(url="http://localhost:8000", demo=True)
    opened = await place.do(lambda tx: passwords.try_as(tx, handle="budi", site=demo, address=HERE))
    assert opened.account == budi
    await refused(DemoOnly, place.do(lambda tx: passwords.try_as(tx, handle="budi", site=demo, address=FAR)))
    await refused(DemoOnly, place.do(lambda tx: passwords.try_as(tx, handle="budi", site=PUBLIC, address=HERE)))
    door = await place.ask(lambda reader: accounts.front_door(reader, site=demo))
    assert [each.handle for each in door.demo] == ["budi"]
    assert (await place.ask(lambda reader: accounts.front_door(reader, site=PUBLIC))).demo == []
