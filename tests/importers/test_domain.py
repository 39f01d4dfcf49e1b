"""Bringing a history in: the dry run, the import, the second import, and what the importer and others see of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.importers.bringing import MINUTE, START, Bringer, exported, said
from tests.importers.writers import PHONES, Said, packed, telegram, whatsapp
from tests.media.making import quarters, saved
from tests.worlds import Hand, OpenWorld
from warung import contacts, importers
from warung.app import World
from warung.importers.model import AmbiguousDates
from warung.importers.uploads import (
    ImportDone,
    ImportRunning,
    NoSuchImport,
    NoSuchName,
    TooManyUploads,
    UploadGone,
    UploadTooLarge,
)
from warung.kit.clock import DAY


@pytest.fixture
def bringer(world: World) -> Bringer:
    return Bringer(world)


async def test_a_dry_run_reports_and_changes_nothing(bringer: Bringer) -> None:
    budi = await bringer.cast.person("budi")
    upload = await bringer.uploads(budi, b"halo?\n" + exported(said(8)))
    report = upload.report
    assert (upload.state, upload.done, upload.total, upload.conversation) == ("read", 0, 8, None)
    assert (report.title, report.messages, report.notices) == ("kopi club", 8, 0)
    assert {person.name: person.messages for person in report.people} == {"Budi": 2, "Siti": 2, "Ayu": 2, "Pak Joko": 2}
    assert (report.first_at, report.last_at) == (START, START + 7 * MINUTE)
    assert [(line.number, line.text) for line in report.unread] == [(1, "halo?")]
    assert await bringer.conversations(budi) == []


async def test_a_run_makes_a_conversation_that_keeps_names_times_and_order(bringer: Bringer) -> None:
    budi = await bringer.cast.person("budi")
    entries = [*said(1_203), Said(START, "Siti", "Jam ponsel saya salah"), Said(START + 9_000 * MINUTE, None, "Siti left")]
    where = await bringer.brings(budi, exported(entries))
    assert await bringer.told(budi, where) == [(entry.at, entry.author, entry.text) for entry in entries]
    seen = await bringer.seen_conversation(budi, where)
    assert (seen.kind, seen.name, seen.imported, seen.role, seen.member_count) == ("group", "kopi club", True, "owner", 1)
    assert (seen.unread, seen.mentions, seen.last_seq) == (0, 0, len(entries) + 1)
    assert {message.sender for message in await bringer.log(budi, where)} == {None}


async def test_what_nobody_called_has_the_names_of_who_wrote(bringer: Bringer) -> None:
    budi = await bringer.cast.person("budi")
    where = await bringer.brings(budi, exported(said(4)), name="_chat.txt")
    assert (await bringer.seen_conversation(budi, where)).name == "Budi, Siti, Ayu, Pak Joko"


async def test_running_it_twice_adds_nothing(bringer: Bringer) -> None:
    budi = await bringer.cast.person("budi")
    where = await bringer.brings(budi, exported(said(700)))
    before = await bringer.log(budi, where)
    assert await bringer.brings(budi, exported(said(700)), name="renamed.zip") == where
    assert await bringer.log(budi, where) == before


async def test_a_longer_export_adds_only_what_is_new_and_no_unread(bringer: Bringer) -> None:
    budi = await bringer.cast.person("budi")
    where = await bringer.brings(budi, exported(said(30)))
    assert await bringer.brings(budi, exported(said(45))) == where
    assert [text for _, _, text in await bringer.told(budi, where)] == [entry.text for entry in said(45)]
    assert (await bringer.seen_conversation(budi, where)).unread == 0
    assert await bringer.brings(budi, exported(said(60, first=10))) == where
    assert [text for _, _, text in await bringer.told(budi, where)] == [entry.text for entry in said(60)]


async def test_two_chats_of_one_name_stay_apart(bringer: Bringer) -> None:
    budi = await bringer.cast.person("budi")
    greeting = Said(START, "Budi", "Selamat tahun baru!")
    one = await bringer.brings(budi, exported([greeting, *said(20, first=1)]), name="_chat.txt")
    two = await bringer.brings(budi, exported([greeting, *said(40, first=20)]), name="_chat.txt")
    assert [len(await bringer.told(budi, where)) for where in (one, two)] == [20, 21]


async def test_an_import_of_another_account_has_its_own_conversation(bringer: Bringer) -> None:
    budi, siti = await bringer.cast.people("budi", "siti")
    where = await bringer.brings(budi, exported(said(10)))
    other = await bringer.brings(siti, exported(said(10)))
    assert other != where
    assert len(await bringer.told(siti, other)) == len(await bringer.told(budi, where)) == 10


async def test_an_answer_finds_its_question(bringer: Bringer) -> None:
    budi = await bringer.cast.person("budi")
    export = telegram(said(3))
    export["messages"][2]["reply_to_message_id"] = 1  # type: ignore[index]
    log = await bringer.log(budi, await bringer.brings(budi, export, name="result.json"))
    assert [message.reply for message in log] == [None, None, None, 2]


async def test_pictures_come_along_and_other_files_leave_their_names(bringer: Bringer) -> None:
    budi = await bringer.cast.person("budi")
    head = PHONES["iphone english"]
    text = whatsapp(head, said(1))
    for name in ("0001-PHOTO.jpg", "0002-AUDIO.opus", "0003-PHOTO.jpg"):
        text += whatsapp(head, [Said(START + MINUTE, "Siti", f"\u200e<attached: {name}>")])
    archive = packed(
        {"_chat.txt": text, "0001-PHOTO.jpg": saved(quarters(40, 30)), "0002-AUDIO.opus": b"OggS", "0003-PHOTO.jpg": b"no picture"}
    )
    upload = await bringer.uploads(budi, archive, name="WhatsApp Chat - kopi club.zip")
    assert (upload.report.media_present, upload.report.media_missing) == (3, 0), upload.report
    where = (await bringer.runs(budi, upload)).conversation
    assert where is not None
    cards = [bytes(message.card) for message in (await bringer.log(budi, where))[2:]]
    assert cards[0].startswith(b'{"type":"chat.picture"')
    assert ["📎 0002-AUDIO.opus".encode() in cards[1], "📎 0003-PHOTO.jpg".encode() in cards[2]] == [True, True]


async def test_the_importer_may_say_which_name_is_their_own(bringer: Bringer) -> None:
    budi = await bringer.cast.person("budi")
    where = await bringer.brings(budi, exported(said(8)), {"Budi": budi})
    senders = {(message.author, message.sender) for message in (await bringer.log(budi, where))[1:]}
    assert senders == {("Budi", budi), ("Siti", None), ("Ayu", None), ("Pak Joko", None)}
    assert (await bringer.seen_conversation(budi, where)).unread == 0


async def test_only_a_contact_and_a_name_that_writes_can_be_mapped(bringer: Bringer) -> None:
    budi, siti = await bringer.cast.people("budi", "siti")
    upload = await bringer.uploads(budi, exported(said(8)))
    with pytest.raises(contacts.NotAContact):
        await bringer.runs(budi, upload, {"Siti": siti})
    with pytest.raises(NoSuchName):
        await bringer.runs(budi, upload, {"Rina": budi})
    assert (await bringer.seen(budi))[0].state == "read"


async def test_ambiguous_dates_are_asked_about_and_read_again(bringer: Bringer) -> None:
    budi = await bringer.cast.person("budi")
    upload = await bringer.uploads(budi, b"01/02/2014 10.00 - Budi: Halo\n02/02/2014 11.00 - Siti: Hai\n")
    assert upload.report.ambiguous_dates
    with pytest.raises(AmbiguousDates):
        await bringer.runs(budi, upload)
    again = await bringer.world.importing.read_again(
        by=budi, id=upload.id, change=lambda hints: importers.Hints(name=hints.name, date_order="mdy")
    )
    assert (again.id, again.report.ambiguous_dates, again.report.date_order) == (upload.id, False, "mdy")
    assert (await bringer.runs(budi, again)).state == "done"


async def test_each_chat_of_an_export_with_several_can_be_imported(bringer: Bringer) -> None:
    budi = await bringer.cast.person("budi")
    export = {"chats": {"list": [telegram(said(3)), telegram(said(5), name="keluarga", id=78)]}}
    upload = await bringer.uploads(budi, export, name="result.json", chat=1)
    assert (upload.titles, upload.report.title, upload.total) == (["kopi club", "keluarga"], "keluarga", 5)
    family = (await bringer.runs(budi, upload)).conversation
    again = await bringer.world.importing.read_again(by=budi, id=upload.id, change=lambda hints: importers.Hints(name=hints.name))
    club = (await bringer.runs(budi, again)).conversation
    assert club != family
    assert {one.name: one.last_seq - 1 for one in await bringer.conversations(budi)} == {"kopi club": 3, "keluarga": 5}


async def test_uploads_are_bounded_private_and_imported_once(bringer: Bringer, open_a_world: OpenWorld) -> None:
    budi, siti = await bringer.cast.people("budi", "siti")
    first = await bringer.uploads(budi, exported(said(4)))
    for _ in range(2):
        await bringer.uploads(budi, exported(said(4)))
    with pytest.raises(TooManyUploads):
        await bringer.uploads(budi, exported(said(4)))
    for attempt in (
        bringer.world.importing.run(by=siti, id=first.id, people={}),
        bringer.world.importing.drop(by=siti, id=first.id),
    ):
        with pytest.raises(NoSuchImport):
            await attempt
    assert (await bringer.runs(budi, first)).state == "done"
    with pytest.raises((UploadGone, ImportDone)):
        await bringer.runs(budi, first)


async def test_one_import_at_a_time(bringer: Bringer) -> None:
    budi = await bringer.cast.person("budi")
    one, two = await bringer.uploads(budi, exported(said(2_000))), await bringer.uploads(budi, exported(said(3)))
    await bringer.world.importing.run(by=budi, id=one.id, people={})
    with pytest.raises(ImportRunning):
        await bringer.world.importing.run(by=budi, id=two.id, people={})
    await bringer.world.importing.finished(one.id)


async def test_what_is_too_large_leaves_nothing_behind(open_a_world: OpenWorld, tmp_path: Path) -> None:
    bringer = Bringer(await open_a_world(sections={importers.Settings: importers.Settings(upload_bytes=5_000)}))
    budi = await bringer.cast.person("budi")
    with pytest.raises(UploadTooLarge):
        await bringer.uploads(budi, exported(said(1_000)))
    assert list((tmp_path / "data/incoming").iterdir()) == []
    assert await bringer.seen(budi) == []


async def test_a_stopped_server_goes_on_where_it_was(open_a_world: OpenWorld, database: str, tmp_path: Path) -> None:
    first = await open_a_world(database)
    bringer = Bringer(first)
    budi = await bringer.cast.person("budi")
    upload = await bringer.uploads(budi, exported(said(6_000)))
    await first.importing.run(by=budi, id=upload.id, people={"Budi": budi})
    while not (await bringer.seen(budi))[0].done:
        assert (await bringer.seen(budi))[0].state == "running"
    await first.importing.close()
    (stopped,) = await bringer.seen(budi)
    assert stopped.state == "running"
    assert stopped.done < 6_000
    second = Bringer(await open_a_world(database))
    await second.world.importing.resume()
    await second.world.importing.finished(upload.id)
    (done,) = await second.seen(budi)
    assert (done.state, done.done) == ("done", 6_000)
    assert done.conversation is not None
    assert [text for _, _, text in await second.told(budi, done.conversation)] == [entry.text for entry in said(6_000)]
    assert list((tmp_path / "data/incoming").iterdir()) == []


@pytest.mark.one_node  # it looks into the folder of one
async def test_what_nobody_imports_goes_after_a_day(bringer: Bringer, hand: Hand, tmp_path: Path) -> None:
    budi = await bringer.cast.person("budi")
    old = await bringer.uploads(budi, exported(said(3)))
    hand.forward(DAY - 1_000)
    fresh = await bringer.uploads(budi, exported(said(3)))
    hand.forward(2_000)
    (tmp_path / "data/incoming/half").write_bytes(b"of an upload that was cut off")
    await bringer.world.importing.resume()
    assert [one.id for one in await bringer.seen(budi)] == [fresh.id]
    assert [file.name for file in (tmp_path / "data/incoming").iterdir()] == [fresh.id]
    with pytest.raises(NoSuchImport):
        await bringer.world.importing.run(by=budi, id=old.id, people={})


LINES = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=40),
        st.sampled_from(["Budi", "Siti", "Ayu"]),
        st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20),
    ),
    min_size=1,
    max_size=30,
)


@pytest.fixture
def numbers() -> Iterator[int]:
    return iter(range(1_000))


@given(lines=LINES, cut=st.integers(min_value=0, max_value=30))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_what_is_stored_is_what_was_exported_however_often(
    bringer: Bringer, numbers: Iterator[int], lines: list[tuple[int, str, str]], cut: int
) -> None:
    who = await bringer.cast.person(f"somebody{next(numbers)}")
    entries = [Said(START + at * MINUTE, author, text) for at, author, text in lines]
    where = await bringer.brings(who, telegram(entries), name="result.json")
    stored = await bringer.told(who, where)
    assert stored == entries
    assert await bringer.brings(who, telegram(entries[: max(1, cut)]), name="result.json") == where
    assert await bringer.told(who, where) == stored
