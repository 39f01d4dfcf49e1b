"""Reports of messages and groups: the operator reads what the reporter saw, even after it was taken back, and no more."""

from typing import Any

import msgspec

from tests.chat.scene import Scene
from warung import accounts, chat, contacts
from warung.chat import groups
from warung.kit.ids import AccountId


async def evidence(scene: Scene) -> list[tuple[contacts.Report, Any]]:
    """The reports as the operator reads them, newest first, with the evidence decoded."""
    operator = await scene.person("joko", operator=True)
    found = await scene.ask(contacts.reports, by=operator)
    return [(each, msgspec.json.decode(each.evidence)) for each in found]


async def report(scene: Scene, by: AccountId, **what: Any) -> str:
    return await scene.do(contacts.report, by=by, complaint=contacts.Complaint(reason="abuse", text="Lihat ini", **what))


async def test_a_reported_message_is_kept_with_what_stood_around_it_even_after_a_recall(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    for number in range(2, 16):
        await scene.says(budi, club, f"nomor {number}")
    nasty = await scene.says(budi, club, "kasar")
    for number in range(17, 40):
        await scene.says(siti, club, f"nomor {number}")
    await report(scene, siti, about="message", conversation=club, seq=nasty.seq)
    await scene.do(chat.recall, by=budi, conversation=club, seq=nasty.seq)
    ((kept, shown),) = await evidence(scene)
    assert (kept.about, kept.account and kept.account.id, kept.conversation, kept.seq) == ("message", budi, club, nasty.seq)
    assert [each["seq"] for each in shown["messages"]] == list(range(nasty.seq - 10, nasty.seq + 11))
    assert [each["card"]["text"] for each in shown["messages"] if each["seq"] == shown["seq"]] == ["kasar"]


async def test_the_evidence_begins_where_the_reporter_began_to_see(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    ayu = await scene.person("ayu")
    await scene.friends(budi, ayu)
    await scene.says(siti, club, "sebelum ayu")
    await scene.do(groups.add, by=budi, id=club, accounts=[ayu])
    nasty = await scene.says(siti, club, "kasar")
    await report(scene, ayu, about="message", conversation=club, seq=nasty.seq)
    await report(scene, ayu, about="group", conversation=club)
    for kept, shown in await evidence(scene):
        assert [each["seq"] for each in shown["messages"]] == [3, 4], kept.about


async def test_a_reported_group_shows_its_name_its_notice_and_its_latest(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    await scene.do(groups.change, by=budi, id=club, notice="Beli di sini")
    await report(scene, siti, about="group", conversation=club)
    ((kept, shown),) = await evidence(scene)
    assert (kept.account and kept.account.id, shown["name"], shown["notice"], shown["member_count"]) == (
        budi,
        "kopi club",
        "Beli di sini",
        2,
    )
    assert [each["card"]["key"] for each in shown["messages"]] == ["group_created", "notice_changed"]


async def test_nobody_but_an_operator_reads_reports_and_nobody_is_told(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    scene.pushed.clear()
    await report(scene, siti, about="group", conversation=club)
    assert scene.pushed == []
    for who in (budi, siti):
        await scene.refused(accounts.OperatorsOnly, contacts.reports, by=who)
