"""Remarks and tags, parting, blocking."""

from tests.contacts.conftest import Place
from warung import contacts
from warung.contacts import Notes


def test_a_remark_and_tags_are_for_oneself_only(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    place.befriend(budi, siti)
    place.told.clear()
    noted = place.write(contacts.annotate, by=budi, other=siti, notes=Notes(remark="Bu Siti", tags=["arisan", "RT 5", "arisan"]))
    assert (noted.remark, noted.tags) == ("Bu Siti", ("arisan", "RT 5"))
    assert place.overview(budi).contacts == [noted]
    (seen_by_siti,) = place.overview(siti).contacts
    assert (seen_by_siti.remark, seen_by_siti.tags) == (None, ())
    assert place.told == [(contacts.ContactsChanged(), budi)]


def test_what_is_absent_from_a_note_stays(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    place.befriend(budi, siti)
    place.write(contacts.annotate, by=budi, other=siti, notes=Notes(remark="Bu Siti", tags=["arisan"]))
    assert place.write(contacts.annotate, by=budi, other=siti, notes=Notes(tags=[])).remark == "Bu Siti"
    assert place.write(contacts.annotate, by=budi, other=siti, notes=Notes(remark=None)).remark is None
    assert place.write(contacts.annotate, by=budi, other=siti, notes=Notes(remark="  ")).remark is None


def test_notes_are_bounded_and_for_contacts_only(place: Place) -> None:
    budi, siti, ayu = place.people("Budi", "Siti", "Ayu")
    place.befriend(budi, siti)
    for other, notes, code in (
        (siti, Notes(remark="x" * 61), "text_too_long"),
        (siti, Notes(tags=["x" * 31]), "text_too_long"),
        (siti, Notes(tags=[" "]), "text_missing"),
        (siti, Notes(tags=["a\x00"]), "text_not_allowed"),
        (siti, Notes(tags=[str(number) for number in range(21)]), "too_many_tags"),
        (ayu, Notes(remark="Ayu"), "not_a_contact"),
    ):
        refusal = place.refused(contacts.annotate, by=budi, other=other, notes=notes)
        assert refusal.code() == code


def test_parting_takes_each_from_the_other(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    conversation = place.befriend(budi, siti).conversation
    place.told.clear()
    place.write(contacts.remove, by=budi, other=siti)
    assert place.overview(budi).contacts == place.overview(siti).contacts == []
    assert place.heard[-1] == contacts.Parted(budi, siti, conversation)
    assert {account for _, account in place.told} == {budi, siti}
    assert place.refused(contacts.remove, by=siti, other=budi).code() == "not_a_contact"


def test_only_contacts_may_write_to_each_other(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    assert place.read(contacts.may_write, budi, siti) is contacts.NotAContact
    place.befriend(budi, siti)
    assert place.read(contacts.may_write, siti, budi) is None
    place.write(contacts.block, by=budi, other=siti)
    assert place.read(contacts.may_write, siti, budi) is contacts.NotAContact
    assert place.read(contacts.may_write, budi, siti) is contacts.Blocked


def test_a_request_to_someone_who_blocks_looks_delivered_and_never_arrives(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    place.write(contacts.block, by=siti, other=budi)
    place.told.clear()
    asked = place.ask(budi, siti, "Halo")
    assert place.overview(budi).outgoing == [asked]
    assert place.relation(budi, siti) == "requested"
    assert place.overview(siti).incoming == []
    assert place.told == [(contacts.ContactsChanged(), budi)]
    assert place.refused(contacts.accept, by=siti, id=asked.id).code() == "request_not_found"
    place.write(contacts.unblock, by=siti, other=budi)
    assert place.overview(siti).incoming == []
    assert place.overview(budi).outgoing == [asked]


def test_blocking_hides_the_request_that_had_arrived(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    asked = place.ask(budi, siti)
    place.told.clear()
    place.write(contacts.block, by=siti, other=budi)
    assert place.overview(siti).incoming == []
    assert place.overview(budi).outgoing == [asked]
    assert place.told == [(contacts.ContactsChanged(), siti)]


def test_blocking_takes_back_ones_own_request(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    place.ask(siti, budi)
    place.write(contacts.block, by=siti, other=budi)
    assert place.overview(siti).outgoing == place.overview(budi).incoming == []


def test_who_blocks_must_unblock_before_asking(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    place.write(contacts.block, by=siti, other=budi)
    refusal = place.refused(contacts.request, by=siti, to=budi, greeting="", via="handle")
    assert refusal.code() == "blocked"
    place.write(contacts.unblock, by=siti, other=budi)
    place.ask(siti, budi)
    assert len(place.overview(budi).incoming) == 1


def test_unblocking_does_not_bring_a_contact_back(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    place.befriend(budi, siti)
    place.write(contacts.block, by=siti, other=budi)
    assert [person.id for person in place.overview(siti).blocked] == [budi]
    assert place.relation(siti, budi) == "blocked"
    place.told.clear()
    place.write(contacts.unblock, by=siti, other=budi)
    assert place.overview(siti).blocked == []
    assert place.relation(siti, budi) == place.relation(budi, siti) == "stranger"
    assert place.told == [(contacts.ContactsChanged(), siti)]


def test_blocking_twice_or_nobody_or_oneself(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    for _ in range(2):
        place.write(contacts.block, by=siti, other=budi)
    assert place.heard == [contacts.PersonBlocked(siti, budi)]
    for _ in range(2):
        place.write(contacts.unblock, by=siti, other=budi)
    assert place.heard[1:] == [contacts.PersonUnblocked(siti, budi)]
    for other, code in ((siti, "not_yourself"), ("0" * 20, "person_not_found")):
        assert place.refused(contacts.block, by=siti, other=other).code() == code
