"""What is one's own on every device: favourites, drafts, messages for later, folders, hours of quiet."""

import msgspec
import pytest

from tests.chat.scene import Scene, card
from warung import chat
from warung.chat import drafts, favourites, groups, preferences, schedule
from warung.chat.drafts import Draft
from warung.chat.groups import NoSuchWallpaper
from warung.chat.model import Mention, NoSuchMessage, NotAMember
from warung.chat.preferences import Folder, NotHours, Quiet, TooManyFolders, is_quiet
from warung.chat.schedule import NoSuchScheduled, NotATime
from warung.kit.clock import DAY, HOUR, MINUTE
from warung.kit.ids import AccountId, ConversationId


async def shelf(scene: Scene, who: AccountId) -> list[int]:
    return [each.message.seq for each in (await scene.ask(favourites.shelf, by=who)).favourites]


async def test_a_favourite_stays_until_one_may_not_see_it_any_more(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    kept, recalled = await scene.says(budi, club, "resep"), await scene.says(budi, club, "ups")
    for message in (kept, recalled, kept):
        scene.hand.forward(1)
        await scene.do(favourites.keep, by=siti, conversation=club, seq=message.seq)
    assert (await shelf(scene, siti), await shelf(scene, budi)) == ([recalled.seq, kept.seq], [])
    await scene.do(chat.recall, by=budi, conversation=club, seq=recalled.seq)
    assert await shelf(scene, siti) == [kept.seq]
    await scene.refused(NoSuchMessage, favourites.keep, by=siti, conversation=club, seq=recalled.seq)
    await scene.leaves(siti, club)
    assert await shelf(scene, siti) == []
    await scene.refused(NotAMember, favourites.keep, by=siti, conversation=club, seq=kept.seq)
    await scene.do(favourites.drop, by=siti, conversation=club, seq=kept.seq)


async def test_a_draft_follows_its_writer_and_nobody_else(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    ayu = await scene.person("ayu")
    draft = Draft("Siti, nanti", 1, (Mention(siti, 0, 4),))
    await scene.do(drafts.keep, by=budi, conversation=club, draft=draft)
    assert [(each.conversation, each.draft) for each in await scene.ask(drafts.drafts, by=budi)] == [(club, draft)]
    assert await scene.ask(drafts.drafts, by=siti) == []
    assert (len(scene.heard(budi, "chat.draft")), scene.heard(siti, "chat.draft")) == (1, [])
    await scene.refused(NotAMember, drafts.keep, by=ayu, conversation=club, draft=draft)
    await scene.do(drafts.keep, by=budi, conversation=club, draft=Draft())
    assert [each.draft for each in await scene.ask(drafts.drafts, by=budi)] == [Draft()]


def raw(text: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(chat.Text(text_=text)))


async def later(scene: Scene, by: AccountId, where: ConversationId, text: str = "Pagi", after: int = HOUR) -> schedule.Scheduled:
    return await scene.do(schedule.schedule, by=by, conversation=where, card=raw(text), send_at=scene.hand() + after)


async def texts(scene: Scene, by: AccountId, where: ConversationId) -> list[str]:
    cards = [card(each) for each in (await scene.page(by, where)).messages]
    return [each["text"] for each in cards if each["type"] == "chat.text"]


async def test_a_message_is_sent_at_its_time_and_once(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    await later(scene, budi, club)
    await scene.world.settle()
    assert (await texts(scene, siti, club), scene.heard(siti, "chat.scheduled")) == ([], [])
    scene.hand.forward(2 * HOUR)
    await scene.world.settle()
    await scene.world.settle()
    assert await texts(scene, siti, club) == ["Pagi"]
    assert await scene.ask(schedule.waiting, by=budi) == []
    assert len(scene.heard(budi, "chat.scheduled")) == 2


async def test_it_can_be_changed_taken_back_or_sent_at_once_by_its_writer_only(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    one, two, three = [await later(scene, budi, club, text) for text in ("satu", "dua", "tiga")]
    for verb in (schedule.cancel, schedule.send_now, schedule.reschedule):
        await scene.refused(NoSuchScheduled, verb, by=siti, id=one.id)
    await scene.do(schedule.reschedule, by=budi, id=one.id, card=raw("SATU"), send_at=scene.hand() + 3 * HOUR)
    await scene.do(schedule.cancel, by=budi, id=two.id)
    await scene.do(schedule.send_now, by=budi, id=three.id)
    assert [each.id for each in await scene.ask(schedule.waiting, by=budi)] == [one.id]
    scene.hand.forward(2 * HOUR)
    await scene.world.settle()
    assert await texts(scene, siti, club) == ["tiga"]
    scene.hand.forward(2 * HOUR)
    await scene.world.settle()
    assert await texts(scene, siti, club) == ["tiga", "SATU"]


async def test_what_may_not_be_sent_any_more_stays_with_its_writer_and_says_why(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    await later(scene, siti, club)
    await scene.leaves(siti, club)
    scene.hand.forward(2 * HOUR)
    await scene.world.settle()
    (waiting,) = await scene.ask(schedule.waiting, by=siti)
    assert (waiting.failure, await texts(scene, budi, club)) == ("not_a_member", [])
    await scene.refused(NotAMember, schedule.send_now, by=siti, id=waiting.id)
    await scene.do(groups.add, by=budi, id=club, accounts=[siti])
    await scene.do(schedule.reschedule, by=siti, id=waiting.id, send_at=scene.hand() + HOUR)
    scene.hand.forward(2 * HOUR)
    await scene.world.settle()
    assert await texts(scene, budi, club) == ["Pagi"]


async def test_a_time_is_still_to_come(scene: Scene) -> None:
    club, (budi, _) = await scene.club("budi", "siti")
    for after in (-1, 0, 400 * DAY):
        await scene.refused(NotATime, schedule.schedule, by=budi, conversation=club, card=raw("x"), send_at=scene.hand() + after)
    ayu = await scene.person("ayu")
    await scene.refused(NotAMember, schedule.schedule, by=ayu, conversation=club, card=raw("x"), send_at=scene.hand() + HOUR)


async def test_folders_and_quiet_hours_are_kept_and_told_to_ones_own_devices(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    folders = (Folder("kerja", "Kerja", (club,)), Folder("baru", "Belum dibaca", unread=True))
    await scene.do(preferences.decide, by=budi, folders=folders)
    await scene.do(preferences.decide, by=budi, quiet=Quiet(on=True, offset_min=420))
    kept = await scene.ask(preferences.preferences, by=budi)
    assert (kept.folders, kept.quiet.offset_min) == (folders, 420)
    assert (len(scene.heard(budi, "chat.preferences")), scene.heard(siti, "chat.preferences")) == (2, [])
    await scene.refused(TooManyFolders, preferences.decide, by=budi, folders=tuple(Folder(str(at), "x") for at in range(21)))
    await scene.refused(NotHours, preferences.decide, by=budi, quiet=Quiet(starts_min=1440))


@pytest.mark.parametrize(
    ("starts", "ends", "hour", "quiet"), [(22, 6, 23, True), (22, 6, 5, True), (22, 6, 6, False), (13, 15, 14, True), (13, 15, 15, False)]
)
def test_hours_of_quiet_go_over_midnight(starts: int, ends: int, hour: int, quiet: bool) -> None:
    jakarta = Quiet(on=True, starts_min=starts * 60, ends_min=ends * 60, offset_min=420)
    assert is_quiet(jakarta, 365 * DAY + (hour - 7) * HOUR) is quiet


async def test_what_may_make_a_sound(scene: Scene) -> None:
    club, (_, siti) = await scene.club("budi", "siti")

    async def sounds() -> tuple[bool, bool]:
        return tuple([await scene.ask(chat.may_sound, account=siti, conversation=club, called=called) for called in (False, True)])  # type: ignore[return-value]

    assert await sounds() == (True, True)
    for notify, heard in (("mentions", (False, True)), ("nothing", (False, False)), ("all", (True, True))):
        await scene.do(chat.keep, by=siti, id=club, notify=notify)
        seen = await scene.seen(siti, club)
        assert (await sounds(), seen.notify, seen.muted) == (heard, notify, notify == "nothing")
    noon = 720 - scene.hand() // MINUTE % 1440  # it is noon where Siti is
    await scene.do(preferences.decide, by=siti, quiet=Quiet(on=True, starts_min=660, ends_min=780, offset_min=noon, mentions=True))
    assert await sounds() == (False, True)
    assert await scene.ask(chat.may_sound, account=AccountId("x"), conversation=club, called=True) is False


async def test_a_wallpaper_is_a_name_or_a_colour(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    for wallpaper in ("batik", "#f4ead8"):
        await scene.do(chat.keep, by=siti, id=club, wallpaper=wallpaper)
        assert ((await scene.seen(siti, club)).wallpaper, (await scene.seen(budi, club)).wallpaper) == (wallpaper, None)
    for wrong in ("url(https://x)", "#fff", "Batik", "x;y"):
        await scene.refused(NoSuchWallpaper, chat.keep, by=siti, id=club, wallpaper=wrong)
    await scene.do(chat.keep, by=siti, id=club, wallpaper="")
    assert (await scene.seen(siti, club)).wallpaper is None
