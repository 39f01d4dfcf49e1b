"""Finding people, and what one person sees of another."""

import pytest

from tests.contacts.conftest import START, Place
from warung import accounts, contacts
from warung.kit.clock import HOUR
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId


def look_up(place: Place, by: AccountId, handle: str | None = None, code: str | None = None) -> contacts.Person:
    return place.read(contacts.look_up, by=by, handle=handle, code=code)


def test_a_stranger_is_found_by_the_exact_handle_only(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    assert look_up(place, budi, "siti").id == look_up(place, budi, "SITI").id == siti
    for other in ("sit", "siti_", "s%", "", "siti%"):
        with pytest.raises(contacts.PersonNotFound):
            look_up(place, budi, other)


def test_of_a_stranger_one_sees_handle_name_and_avatar_only(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    place.write(accounts.change, by=siti, changes=accounts.Changes(status="di pasar", region="ID"))
    found = look_up(place, budi, "siti")
    assert found == contacts.Person(id=siti, handle="siti", name="Siti", avatar=None, relation="stranger")
    place.ask(budi, siti)
    assert look_up(place, budi, "siti").status is None
    assert look_up(place, siti, "budi").status is None


def test_of_a_contact_one_sees_the_status_and_the_region(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    place.write(accounts.change, by=siti, changes=accounts.Changes(status="di pasar", region="ID"))
    place.befriend(budi, siti)
    found = look_up(place, budi, "siti")
    assert (found.status, found.region, found.relation) == ("di pasar", "ID", "contact")
    place.write(contacts.remove, by=siti, other=budi)
    assert look_up(place, budi, "siti").status is None


def test_one_finds_oneself(place: Place) -> None:
    (budi,) = place.people("Budi")
    found = look_up(place, budi, "budi")
    assert (found.relation, found.status) == ("self", "")


def test_a_contact_code_finds_its_owner_until_it_is_reset(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    code = place.read(accounts.contact_code, by=siti)
    assert look_up(place, budi, code=code).id == siti
    place.write(accounts.reset_contact_code, by=siti)
    with pytest.raises(contacts.PersonNotFound):
        look_up(place, budi, code=code)


def test_who_hides_the_handle_is_found_by_it_by_nobody_but_acquaintances(place: Place) -> None:
    budi, siti, ayu = place.people("Budi", "Siti", "Ayu")
    place.befriend(ayu, siti)
    place.write(accounts.change, by=siti, changes=accounts.Changes(find_by_handle=False))
    with pytest.raises(contacts.PersonNotFound):
        look_up(place, budi, "siti")
    assert look_up(place, ayu, "siti").id == siti
    assert look_up(place, siti, "siti").id == siti
    code = place.read(accounts.contact_code, by=siti)
    assert look_up(place, budi, code=code).id == siti


def test_a_disabled_account_is_not_found(place: Place) -> None:
    budi, _siti = place.people("Budi", "Siti")
    place.write(accounts.disable, handle="siti")
    with pytest.raises(contacts.PersonNotFound):
        look_up(place, budi, "siti")


def test_handles_cannot_be_guessed_without_end(place: Place) -> None:
    place.settings[contacts.Settings] = contacts.Settings(look_ups_per_hour=3)
    budi, siti = place.people("Budi", "Siti")
    for _ in range(3):
        place.write(contacts.count_look_up, by=budi)
    refusal: Refusal = place.refused(contacts.count_look_up, by=budi)
    assert (refusal.code(), refusal.status) == ("looked_up_too_many", 429)
    assert refusal.details == {"retry_after_s": HOUR // 1000}
    place.write(contacts.count_look_up, by=siti)
    place.now += HOUR
    place.write(contacts.count_look_up, by=budi)


def test_by_id_one_sees_acquaintances_and_oneself_only(place: Place) -> None:
    budi, siti, ayu, joko, toko = place.people("Budi", "Siti", "Ayu", "Pak Joko", "Toko Sari")
    place.befriend(budi, siti)
    place.ask(budi, ayu)
    place.ask(joko, budi)
    for other, relation in ((budi, "self"), (siti, "contact"), (ayu, "requested"), (joko, "asked_me")):
        assert place.read(contacts.person, by=budi, id=other).relation == relation
    for unseen in (toko, AccountId("0" * 20)):
        with pytest.raises(contacts.PersonNotFound):
            place.read(contacts.person, by=budi, id=unseen)


def test_who_vouches_gets_strangers_as_strangers_see_them(place: Place) -> None:
    budi, siti, ayu = place.people("Budi", "Siti", "Ayu")
    place.befriend(budi, siti)
    found = place.read(contacts.people, budi, [ayu, siti, budi, siti, AccountId("0" * 20)])
    assert {id: person.relation for id, person in found.items()} == {ayu: "stranger", siti: "contact", budi: "self"}
    assert (found[ayu].status, found[siti].status) == (None, "")
    assert place.read(contacts.people, budi, []) == {}


def test_contacts_hear_that_a_profile_changed_and_strangers_do_not(place: Place) -> None:
    budi, siti, ayu = place.people("Budi", "Siti", "Ayu")
    place.befriend(budi, siti)
    place.ask(ayu, siti)
    place.told.clear()
    place.write(accounts.change, by=siti, changes=accounts.Changes(status="baru"))
    assert {account for event, account in place.told if event == accounts.Changed(account=siti)} == {budi, siti}


def test_a_device_that_was_away_learns_when_its_contacts_changed(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    assert place.read(contacts.changed_at, by=siti) == 0
    place.ask(budi, siti)
    assert place.read(contacts.changed_at, by=siti) == START
    place.now += 5
    place.ask(siti, budi)
    assert place.read(contacts.changed_at, by=budi) == START + 5
