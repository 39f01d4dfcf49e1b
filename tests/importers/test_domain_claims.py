"""Imported names and the accounts they are: asked, confirmed, refused; and who may ask whom."""

import pytest

from tests.importers.bringing import Bringer, exported, said, words
from warung import chat, contacts
from warung.app import World
from warung.chat.groups import remove
from warung.importers import Claim, service
from warung.importers.uploads import NoSuchClaim
from warung.kit.ids import AccountId, ConversationId


class Table(Bringer):
    """Budi brings the kopi club along and says who Siti is."""

    async def sits(self) -> tuple[AccountId, AccountId, ConversationId]:
        budi, siti = await self.cast.people("budi", "siti")
        await self.cast.friends(budi, siti)
        return budi, siti, await self.brings(budi, exported(said(8)), {"Siti": siti})

    async def asked(self, who: AccountId) -> list[Claim]:
        """What somebody is asked."""
        return await self.world.db.read(lambda reader: service.claims(reader, by=who))

    async def answers(self, who: AccountId, id: str, accept: bool) -> None:
        await self.world.db.write(lambda tx: service.answer(tx, by=who, id=id, accept=accept))

    async def writers(self, who: AccountId, where: ConversationId) -> dict[str | None, AccountId | None]:
        """Whom somebody sees behind each name."""
        return {message.author: message.sender for message in (await self.log(who, where))[1:]}


@pytest.fixture
def table(world: World) -> Table:
    return Table(world)


async def test_a_name_stays_a_name_until_its_account_agrees(table: Table) -> None:
    budi, siti, where = await table.sits()
    assert (await table.writers(budi, where))["Siti"] is None
    with pytest.raises(chat.NotAMember):
        await table.log(siti, where)
    (claim,) = await table.asked(siti)
    assert (claim.by.name, claim.name, claim.conversation_name) == ("Budi", "Siti", "kopi club")
    assert await table.asked(budi) == []


async def test_who_agrees_is_a_member_and_the_sender_of_what_they_wrote(table: Table) -> None:
    _, siti, where = await table.sits()
    (claim,) = await table.asked(siti)
    await table.answers(siti, claim.id, True)
    assert await table.asked(siti) == []
    assert await table.writers(siti, where) == {"Budi": None, "Siti": siti, "Ayu": None, "Pak Joko": None, None: None}
    assert [words(message) for message in await table.log(siti, where) if message.sender == siti] == ["Pesan nomor 1", "Pesan nomor 5"]
    seen = await table.seen_conversation(siti, where)
    assert (seen.first_seq, seen.unread, seen.role, seen.imported) == (1, 0, "member", True)
    assert (await table.cast.says(siti, where, "Kangen!")).sender == siti


async def test_what_a_longer_export_adds_is_theirs_too(table: Table) -> None:
    budi, siti, where = await table.sits()
    (claim,) = await table.asked(siti)
    await table.answers(siti, claim.id, True)
    read = (await table.seen_conversation(siti, where)).last_seq
    await table.world.db.write(lambda tx: chat.move_cursor(tx, by=siti, conversation=where, read=read))
    assert await table.brings(budi, exported(said(12)), {"Siti": siti}) == where
    assert [words(message) for message in await table.log(budi, where) if message.sender == siti][-1] == "Pesan nomor 9"
    assert await table.asked(siti) == []
    assert (await table.seen_conversation(siti, where)).unread == 0


async def test_who_refuses_is_not_asked_again_and_the_name_stays(table: Table) -> None:
    budi, siti, where = await table.sits()
    (claim,) = await table.asked(siti)
    await table.answers(siti, claim.id, False)
    assert await table.brings(budi, exported(said(9)), {"Siti": siti}) == where
    assert await table.asked(siti) == []
    assert (await table.writers(budi, where))["Siti"] is None
    with pytest.raises(NoSuchClaim):
        await table.answers(siti, claim.id, True)


async def test_another_may_be_asked_about_a_name_that_was_refused(table: Table) -> None:
    budi, siti, where = await table.sits()
    ayu = await table.cast.person("ayu")
    await table.cast.friends(budi, ayu)
    await table.answers(siti, (await table.asked(siti))[0].id, False)
    await table.brings(budi, exported(said(9)), {"Siti": ayu})
    (claim,) = await table.asked(ayu)
    await table.answers(ayu, claim.id, True)
    assert (await table.writers(budi, where))["Siti"] == ayu


async def test_only_who_is_asked_can_answer(table: Table) -> None:
    budi, siti, where = await table.sits()
    (claim,) = await table.asked(siti)
    ayu = await table.cast.person("ayu")
    await table.cast.friends(budi, ayu)
    for other in (budi, ayu):
        with pytest.raises(NoSuchClaim):
            await table.answers(other, claim.id, True)
    assert (await table.seen_conversation(budi, where)).member_count == 1


async def test_who_is_a_contact_no_longer_is_not_asked(table: Table) -> None:
    budi, siti, _ = await table.sits()
    (claim,) = await table.asked(siti)
    await table.world.db.write(lambda tx: contacts.remove(tx, by=siti, other=budi))
    assert await table.asked(siti) == []
    with pytest.raises(NoSuchClaim):
        await table.answers(siti, claim.id, True)


async def test_nobody_enters_a_history_that_its_importer_has_left(table: Table) -> None:
    budi, siti, where = await table.sits()
    (claim,) = await table.asked(siti)
    await table.world.db.write(lambda tx: remove(tx, by=budi, id=where, account=budi))
    with pytest.raises(NoSuchClaim):
        await table.answers(siti, claim.id, True)
    again = await table.brings(budi, exported(said(8)))
    assert again != where
    assert len(await table.told(budi, again)) == 8
