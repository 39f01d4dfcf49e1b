"""Places full of people, made before the shipped server is started on them: who they are, what they may sign in with, what they wrote."""

import contextlib
import os
import random
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec

from warung import accounts, chat, contacts, settings
from warung.accounts import hashing
from warung.adapters.database import Database
from warung.app import DOMAINS, open_world
from warung.chat import search, store, store_members, store_search
from warung.chat.model import Message
from warung.chat.store_members import Kept
from warung.kit import clock
from warung.kit.clock import Clock
from warung.kit.db import Tx
from warung.kit.ids import AccountId, ConversationId, Seq, new_id

PASSWORD = "kopi tubruk manis"
AT_ONCE = 500  # people made in one transaction
ROWS = 20_000  # entries of the log written in one transaction
Talk = tuple[ConversationId, Sequence["Person"]]
# Everything that keeps one machine from signing in thousands of accounts; the checks themselves stay on. Hashing is set to its
# least: its cost is chosen by the operator and is no part of what is compared.
SETTINGS = {
    "WARUNG_ACCOUNTS_REGISTRATION": "open",
    "WARUNG_ACCOUNTS_SIGN_UPS_PER_HOUR": "100000",
    "WARUNG_ACCOUNTS_PASSWORD_MEMORY_KIB": "8",
    "WARUNG_ACCOUNTS_PASSWORD_PASSES": "1",
}


class Person(msgspec.Struct):
    """Somebody, and the token of one of their devices."""

    id: AccountId
    handle: str
    token: str


@contextlib.asynccontextmanager
async def opened(data: Path, database: str = "", now: Clock = clock.now) -> AsyncIterator[Database]:
    """Open a place as the server does, its verbs ready to be called."""
    given = {"WARUNG_DATA": str(data), "WARUNG_DATABASE": database}
    world = await open_world(settings.load(DOMAINS, env=os.environ | SETTINGS | given), clock=now)
    try:
        yield world.db
    finally:
        await world.close()


async def people(db: Database, number: int, prefix: str = "orang", password: bool = False) -> list[Person]:
    """Make accounts with a device each."""
    hashed = None
    if password:
        hashed = await hashing.POOL.hash(PASSWORD, cost=accounts.Settings(password_memory_kib=8, password_passes=1))
    made: list[Person] = []

    def some(tx: Tx) -> list[Person]:
        those = []
        for at in range(len(made), min(number, len(made) + AT_ONCE)):
            handle = f"{prefix}{at:05}"
            id = accounts.create_account(tx, handle=handle, name=handle.title(), password=hashed)
            those.append(Person(id, handle, accounts.start_session(tx, account=id, device="bench", address="127.0.0.1").token))
        return those

    while len(made) < number:
        made += await db.write(some)
    return made


async def sign_in(db: Database, person: Person) -> str:
    """Sign another device of somebody in; return its token."""
    opened = await db.write(lambda tx: accounts.start_session(tx, account=person.id, device="bench", address="127.0.0.1"))
    return opened.token


async def friends(db: Database, pairs: Sequence[tuple[Person, Person]]) -> list[ConversationId]:
    """Make contacts of two and two; return their conversations."""

    def make(those: Sequence[tuple[Person, Person]]) -> Callable[[Tx], list[ConversationId]]:
        return lambda tx: [contacts.befriend(tx, a=a.id, b=b.id) for a, b in those]

    made: list[ConversationId] = []
    for at in range(0, len(pairs), AT_ONCE):
        made += await db.write(make(pairs[at : at + AT_ONCE]))
    return made


def group(tx: Tx, members: Sequence[Person], *, quiet: bool = False, name: str = "kopi club") -> ConversationId:
    """Make a group of people who need not know each other; where it is `quiet`, without a notice in its log."""
    id = ConversationId(new_id(tx.now))
    store_members.add_conversation(tx, Kept(id, "group", None, name, None, None, 0, 1, 0, tx.now, tx.now))
    store_members.add_members(tx, id, [members[0].id], role="owner", from_seq=0)
    store_members.add_members(tx, id, [member.id for member in members[1:]], role="member", from_seq=0)
    if not quiet:
        chat.post(tx, to=id, card=chat.Notice(key="group_created", actor=members[0].id, words=name))
    return id


async def groups(db: Database, wanted: Sequence[Sequence[Person]], *, quiet: bool = False) -> list[ConversationId]:
    """Make a group of each."""

    def make(those: Sequence[Sequence[Person]]) -> Callable[[Tx], list[ConversationId]]:
        return lambda tx: [group(tx, members, quiet=quiet) for members in those]

    made: list[ConversationId] = []
    for at in range(0, len(wanted), AT_ONCE):
        made += await db.write(make(wanted[at : at + AT_ONCE]))
    return made


async def fill(
    db: Database, where: Sequence[Talk], total: int, *, begun: int, until: int, last: dict[ConversationId, int] | None = None
) -> dict[ConversationId, int]:
    """Write `total` entries straight into the log with the store's own SQL, in conversations taken at random, spread over a time.

    `last` is how many entries each conversation has (one notice, where it is not given; else each first gets one of the new ones);
    what it is afterwards is returned. The search index is told that it has read them: what stands in it costs nothing to a send.
    """
    chance, known = random.Random(total), dict(last or {})
    text = msgspec.Raw(msgspec.json.encode(chat.Text(text_="Jadi besok pagi jam tujuh ya, aku bawa pisang goreng. " * 3)))

    def some(at: int) -> list[Message]:
        made: list[Message] = []
        for number in range(at, min(at + ROWS, total)):
            conversation, members = where[number] if number < len(where) and last else chance.choice(where)
            seq = known[conversation] = known.get(conversation, 1) + 1
            when = begun + (until - begun) * number // total
            sender, nonce = members[number % len(members)].id, f"{when:012x}{number:014x}"
            made.append(Message(conversation, Seq(seq), sender, None, when, text, None, None, None, seq - 1, nonce))
        return made

    for at in range(0, total, ROWS):
        await db.write(partial(store.append, messages=some(at)))
    await db.write_index(lambda tx: store_search.remember_words(tx, search.FOLLOWER, store_search.end(tx)))
    return known


def write_people(file: Path, lines: Sequence[tuple[str, str, str, str]]) -> Path:
    """Write the generator's list of connections: role, name, secret, to."""
    file.write_text("".join(" ".join(line) + "\n" for line in lines), encoding="utf-8")
    return file
