"""Everybody looks at everybody: strangers, contacts, those who parted or blocked, fellow members, newcomers and those who were removed.

Over every route and command that only reads, a word is told to those it is meant for and to nobody else. And whoever merely shares a group
with somebody changes nothing of theirs outside it, by any route or command, but for one request.
"""

import itertools
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import get

from tests.cast import indexed
from tests.importers.bringing import Bringer, exported, said
from tests.scenarios.stranger import Loot, frames, tries
from tests.scenarios.trying import Try
from tests.scenarios.village import PAIRS, PEOPLE, STORIES, Club, Edge, Story, Village
from tests.scenarios.walking import device, everything, routes_of, speak, walk, without
from tests.served import Served
from tests.worlds import Hand
from warung import accounts, app, chat, media
from warung.kit.bus import Envelope
from warung.kit.clock import HOUR
from warung.kit.db import Db
from warung.kit.domain import Domain
from warung.kit.ids import AccountId, BlobId, ConversationId
from warung.media import uploads as incoming

pytestmark = pytest.mark.anyio

FEW = settings(
    max_examples=max(6, settings().max_examples // 8),  # each walks twelve pairs
    suppress_health_check=[*settings().suppress_health_check, HealthCheck.function_scoped_fixture],
)
HARMLESS = ("ping", "chat.typing")


class Settled(Village):
    """A village with files: a picture in each one's notes and in each group, and an upload of each."""

    pictures: dict[BlobId, set[int]]
    loots: list[Loot]

    async def bring(self, served: Served) -> None:
        """Bring the files, and let search catch up."""
        world = served.world
        self.pictures, brought = {}, Bringer(world)
        for where, those in self.places.items():
            blob = await media.store_file(world.db, world.blobs, by=self.ids[min(those)], data=f"{where}".encode(), name="foto")
            await world.db.write(lambda tx, to=where, blob=blob.id: chat.post(tx, to=to, card=chat.Picture(blob=blob, width=1, height=1)))  # type: ignore[misc]
            self.pictures[blob.id] = those
        uploads = [await brought.uploads(self.ids[at], exported(said(2, names=(self.secret(f"unggah{at}", at),)))) for at in PEOPLE]
        own = {at: next(blob for blob, those in self.pictures.items() if those == {at}) for at in PEOPLE}
        nowhere = ConversationId("0" * 20)
        sending = [await world.db.write(lambda tx, by=by: incoming.begin(tx, by=by, purpose="file", name="x", size=1)) for by in self.ids]  # type: ignore[misc]
        self.loots = [self.loot(at, own[at], uploads[at].id, sending[at].id, nowhere) for at in PEOPLE]
        await indexed(world.db)


async def settle(served: Served, story: Story) -> Settled:
    village = await served.world.db.write(lambda tx: Settled(tx, story))
    await village.bring(served)
    return village


def more_looks(village: Settled, loot: Loot) -> dict[str, list[Try]]:
    """What the stranger's table does not try, because a stranger would be refused at once."""
    here = [f"/conversations/{id}/messages" for id in loot.conversations]
    first = [f"{path}/1" for path in here]
    return {
        "GET /conversations/{id}/messages/{seq}/versions": [Try(f"{path}/versions") for path in first],
        "GET /conversations/{id}/messages/{seq}/reactions": [Try(f"{path}/reactions") for path in first],
        "GET /conversations/{id}/messages": [Try(path, params=where) for path in here for where in ({"after": "0"}, {"around": "2"})],
        "GET /search": [Try("/search", params={"q": village.mark}), Try("/search", params={"sender": loot.account})],
        "GET /media/{blob}/{size}": [Try(f"/media/{blob}/original") for blob in village.pictures],
    }


def told_to_the_wrong(village: Settled, viewer: int, subject: int, told: Sequence[tuple[str, str]]) -> list[str]:
    """Return what should not have been said. The name of whom one looks up by their handle may be."""
    allowed = {f"{village.mark}nama{subject}z"}
    secrets = [word for word, those in village.secrets.items() if viewer not in those and word not in allowed]
    wrong = [f"{viewer} heard {word} after {tried}" for tried, answer in told for word in secrets if word in answer]
    hidden = [blob for blob, those in village.pictures.items() if viewer not in those]
    return wrong + [f"{viewer} saw {blob}" for tried, answer in told for blob in hidden if f"/{blob}/" in tried and f"/{blob}" in answer]


@pytest.fixture
async def served(serve_a_world: Any, database: str) -> Served:
    quick = accounts.Settings(password_memory_kib=8, password_passes=1)
    place: Served = await serve_a_world(database, sections={accounts.Settings: quick})
    return place


@FEW
@given(story=STORIES)
async def test_a_word_is_told_to_those_it_is_for_and_to_nobody_else(served: Served, hand: Hand, story: Story) -> None:
    hand.forward(HOUR)  # what may be tried so many times an hour may be tried again
    village = await settle(served, story)
    heard: set[str] = set()
    for viewer, subject in itertools.permutations(PEOPLE, 2):
        loot = village.loots[subject]
        async with device(served, village.tokens[viewer]) as http:
            told = await walk(served, http, tries(loot), only_look=True) + await walk(served, http, more_looks(village, loot))
        told += await speak(served, village.tokens[viewer], {name: frames(loot)[name] for name in HARMLESS})
        assert told_to_the_wrong(village, viewer, subject, told) == []
        heard |= {word for word, those in village.secrets.items() if viewer in those and any(word in answer for _, answer in told)}
    told_to_some = {word for word, those in village.secrets.items() if those and any(kind in word for kind in ("pesan", "grup", "status"))}
    assert told_to_some - heard == set()  # the walk does find what is there


STRANGE: list[Edge] = ["none", "asked", "declined", "blocked", "parted"]


@FEW
@given(edge=st.sampled_from(STRANGE))  # what became of their request; whoever asked first has accepted
async def test_a_fellow_member_is_still_a_stranger(served: Served, hand: Hand, edge: Edge) -> None:
    hand.forward(HOUR)
    others: Sequence[tuple[Edge, bool]] = [("contact", False)] * (len(PAIRS) - 1)
    village = await settle(served, Story([(edge, False), *others], [Club(2, frozenset((0, 1, 3)), 3, 2)]))
    x, y = village.ids[0], village.ids[1]
    (club,) = [id for id, those in village.places.items() if {0, 1} < those]
    heard: list[dict[str, Any]] = []

    def listen(envelope: Envelope) -> None:
        if y in envelope.to:
            heard.append(json.loads(envelope.frame))

    async with device(served, village.tokens[0]) as fellow, device(served, village.tokens[1]) as other:
        before = await everything(other)
        served.world.bus.subscribe(listen)
        loot = village.loots[1]
        told = await speak(served, village.tokens[0], frames(loot)) + await walk(served, fellow, tries(loot))
        after = await everything(other)
    assert told_to_the_wrong(village, 0, 1, told) == []
    elsewhere = [
        frame for frame in heard if (frame.get("conversation") or frame.get("message", {}).get("conversation")) not in (None, club)
    ]
    assert elsewhere == []
    assert {frame["type"] for frame in heard} <= {
        "accounts.changed",
        "contacts.changed",
        "chat.message",
        "chat.cursor",
        "chat.typing",
        "chat.changed",
    }
    assert standing(after[f"/conversations/{club}"]) == standing(before[f"/conversations/{club}"])
    for seen in (before, after):
        seen["/contacts"]["incoming"] = [each for each in seen["/contacts"]["incoming"] if each["from"]["id"] != x]
        seen["/sync"]["conversations"] = [each for each in seen["/sync"]["conversations"] if each["id"] != club]
    volatile = ("now", "relation", "seen_at", "contacts_changed", "people")
    for path in before.keys() | after.keys():
        if club not in path:
            assert (path, without(after.get(path), *volatile)) == (path, without(before.get(path), *volatile))


def standing(group: dict[str, Any]) -> dict[str, Any]:
    """Return what admins decide about a group: its name and rules, who is in it and may do what."""
    members = [(member["account"]["id"], member["role"], member["muted_until"]) for member in group["members"]]
    return {name: group[name] for name in ("name", "notice", "settings", "role")} | {"members": members}


@get("/people/{account:str}/diary")
async def diary(db: Db, account: str) -> str:
    """A route that somebody added in a hurry."""
    who = AccountId(account)
    return await db.read(lambda reader: accounts.particulars(reader, [who])[who].status)


async def test_a_route_that_tells_too_much_is_noticed(serve_a_world: Any, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "DOMAINS", [*app.DOMAINS, Domain("diary", routes=[diary])])
    served = await serve_a_world(database)
    village = await settle(served, Story([("none", False)] * len(PAIRS), []))
    loot = village.loots[1]
    assert routes_of(served) - tries(loot).keys() == {"GET /people/{account}/diary"}
    async with device(served, village.tokens[0]) as http:
        told = await walk(served, http, {"GET /people/{account}/diary": [Try(f"/people/{loot.account}/diary")]})
    assert len(told_to_the_wrong(village, 0, 1, told)) == 1
