"""A place full of life for whoever looks at warung for the first time: made-up people who talk in several languages.

What they say is in `talk.toml`; every line goes through the same verbs as a real one, only its time is set back.
"""

import tomllib
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from warung import accounts, chat, contacts, media, moments, polls
from warung.app import World
from warung.demo import companies, purses
from warung.kit.clock import DAY, HOUR, MINUTE
from warung.kit.db import Tx
from warung.kit.ids import AccountId, ConversationId, Nonce, new_id

HERE = Path(__file__).parent
BEFORE = 10 * DAY
LIVELY = "kopi club"


class Resident(msgspec.Struct, frozen=True):
    """Somebody who lives here."""

    handle: str
    name: str
    status: str = ""
    language: str = "id"
    region: str = "ID"
    operator: bool = False


class Talk(msgspec.Struct, frozen=True):
    """A conversation: `between` are handles, the first is a group's owner. A line is "handle: words" or "@ age" (say 2d, 5h, 3m)."""

    between: list[str]
    lines: list[str]
    group: str | None = None
    notice: str | None = None
    pinned_by: list[str] = []
    muted_by: list[str] = []
    read_by: list[str] = []  # who has seen everything; the others have the end unread


class Asking(msgspec.Struct, frozen=True):
    """A request that waits for an answer."""

    by: str
    to: str
    greeting: str


class Showing(msgspec.Struct, frozen=True):
    """A moment, so old, and who likes it; what is said to it are lines "handle: words"."""

    by: str
    age: str
    text: str
    place: str | None = None
    liked_by: list[str] = []
    said: list[str] = []


class Village(msgspec.Struct, frozen=True):
    """Everybody and everything that is said."""

    people: list[Resident]
    talks: list[Talk]
    requests: list[Asking] = []
    moments: list[Showing] = []


async def fill(world: World) -> None:
    """Fill an empty place; one that was filled before is left as its visitors made it."""
    if not (await world.db.read(lambda reader: accounts.front_door(reader, site=world.settings.site))).first_run:
        return
    village = msgspec.convert(tomllib.loads((HERE / "talk.toml").read_text(encoding="utf-8")), Village)
    who = await world.db.write(lambda tx: _settle(tx, village.people))
    for handle, account in who.items():
        face = HERE / "faces" / f"{handle}.png"
        if face.exists():
            await _wear(world, account, face.read_bytes())
    await world.db.write(lambda tx: _befriend(tx, who, village))
    for talk in village.talks:
        here = await world.db.write(_saying(talk, who))
        if talk.group == LIVELY:
            await world.db.write(partial(_enliven, who=who, here=here, club=talk))
            await purses.fill(world.db, world.settings.site, who, here)
    await world.db.write(lambda tx: _show(tx, who, village.moments))
    await world.db.write(partial(companies.fill, who=who))


async def _wear(world: World, account: AccountId, face: bytes) -> None:
    blob = await media.store_picture(world.db, world.blobs, world.pictures, by=account, data=face, sizes=["avatar"])
    await world.db.write(lambda tx: media.set_avatar(tx, by=account, blob=blob.id))


def _settle(tx: Tx, people: list[Resident]) -> dict[str, AccountId]:
    who = {}
    for number, person in enumerate(people):
        who[person.handle] = accounts.create_account(
            tx,
            id=AccountId(new_id(tx.now + number)),  # so that the first page offers them in this order
            handle=person.handle,
            name=person.name,
            language=person.language,
            region=person.region,
            operator=person.operator,
        )
        accounts.change(tx, by=who[person.handle], changes=accounts.Changes(status=person.status))
    return who


def _befriend(tx: Tx, who: dict[str, AccountId], village: Village) -> None:
    present, tx.now = tx.now, tx.now - BEFORE  # they have known each other for a while
    done = set()
    for talk in village.talks:
        for other in talk.between[1:]:
            pair = frozenset((talk.between[0], other))
            if len(pair) == 2 and pair not in done:
                contacts.befriend(tx, a=who[other], b=who[talk.between[0]])
                done.add(pair)
    tx.now = present
    for asking in village.requests:
        contacts.request(tx, by=who[asking.by], to=who[asking.to], greeting=asking.greeting, via="handle")


def _saying(talk: Talk, who: dict[str, AccountId]) -> Any:
    def say(tx: Tx) -> ConversationId:
        present, tx.now = tx.now, tx.now - BEFORE
        here = _open(tx, talk, who)
        tx.now = present
        entries, at = [], tx.now - DAY
        for line in talk.lines:
            if line.startswith("@"):
                at = tx.now - _age(line)
                continue
            handle, words = line.split(": ", 1)
            card = chat.Text(text_=words)
            entries.append(chat.Entry(here, card, msgspec.json.encode(card), sender=who[handle], at=at))
            at = min(tx.now, at + MINUTE + len(words) * 300)
        room = chat.rooms(tx).enter(tx, [here])[here]
        written = chat.append(tx, room, entries)
        for handle in talk.between:
            seen = room.last_seq if handle in talk.read_by else _last_of(written, who[handle])
            chat.move_cursor(tx, by=who[handle], conversation=here, delivered=room.last_seq, read=seen)
            for field, handles in (("pinned", talk.pinned_by), ("muted", talk.muted_by)):
                if handle in handles:
                    chat.keep(tx, by=who[handle], id=here, **{field: 1})
        return here

    return say


def _enliven(tx: Tx, who: dict[str, AccountId], here: ConversationId, club: Talk) -> None:
    """What is more than words: hearts, a pin, a place, a poll, a list, a card of somebody; for whoever has read the rest, read too."""
    present, tx.now = tx.now, tx.now - HOUR
    last = chat.room(tx, here, who["budi"]).last_seq
    for handle, back, emoji in (("siti", 0, "👍"), ("joko", 0, "👍"), ("tom", 0, "🎸"), ("budi", 2, "🌾"), ("siti", 2, "❤️")):
        chat.react(tx, by=who[handle], conversation=here, seq=last - back, emoji=emoji)
    chat.pin(tx, by=who[club.between[0]], conversation=here, seq=last - 3)
    tx.now += MINUTE
    place = chat.Location(latitude=-6.2607, longitude=106.7816, name="Teras Budi", address="Gang Kopi 5")
    chat.send(tx, by=who["budi"], to=here, card=place, nonce=Nonce(f"demo-{new_id(tx.now)}"))
    for card, choices in (
        (
            polls.ask(tx, by=who["siti"], to=here, question="Bawa apa?", choices=["Pisang goreng", "Kue cubit"], nonce=Nonce("demo-poll")),
            (0, 0, 1),
        ),
        (polls.start_list(tx, by=who["joko"], to=here, title="Siapa ikut Sabtu?", places=8, nonce=Nonce("demo-list")), None),
    ):
        poll = str(msgspec.json.decode(card.card)["poll"])
        for at, handle in enumerate(("joko", "ayu", "tom")):
            if choices is None:
                polls.come(tx, by=who[handle], id=poll, plus=at % 2, note="bawa gitar" if handle == "ayu" else "")
            else:
                polls.choose(tx, by=who[handle], id=poll, choices=[choices[at]])
    tx.now = present
    end = chat.room(tx, here, who["budi"]).last_seq
    for handle in club.read_by:
        chat.move_cursor(tx, by=who[handle], conversation=here, delivered=end, read=end)


def _show(tx: Tx, who: dict[str, AccountId], shown: list[Showing]) -> None:
    present = tx.now
    for number, one in enumerate(shown):
        tx.now = present - _age(f"@ {one.age}")
        place = moments.Place(one.place) if one.place else None
        made = moments.post(tx, by=who[one.by], draft=moments.Draft(f"demo-moment-{number}", text=one.text, place=place))
        for handle in one.liked_by:
            moments.like(tx, by=who[handle], id=made.id)
        for at, line in enumerate(one.said):
            handle, words = line.split(": ", 1)
            tx.now += MINUTE
            moments.comment(tx, by=who[handle], id=made.id, text=words, nonce=f"demo-said-{number}-{at}")
    tx.now = present


def _open(tx: Tx, talk: Talk, who: dict[str, AccountId]) -> ConversationId:
    owner = who[talk.between[0]]
    if talk.group is None:
        return chat.open_direct(tx, by=owner, to=who[talk.between[1]]) if len(talk.between) == 2 else chat.open_self(tx, by=owner)
    here = chat.create_group(tx, by=owner, name=talk.group, members=[who[handle] for handle in talk.between[1:]])
    if talk.notice:
        chat.change_group(tx, by=owner, id=here, notice=talk.notice)
    return here


def _last_of(written: list[chat.Message], account: AccountId) -> int:
    return max((message.seq for message in written if message.sender == account), default=0)


def _age(line: str) -> int:
    number, unit = line[1:].strip()[:-1], line.strip()[-1]
    return int(number) * {"d": DAY, "h": HOUR, "m": MINUTE}[unit]
