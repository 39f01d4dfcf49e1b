"""On PostgreSQL what is asked of many conversations reads their ends, also by a plan from when there was hardly a message."""

import itertools
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.cast import Cast
from tests.worlds import OpenWorld, on_postgres
from warung import contacts
from warung.chat import store, store_members
from warung.chat.messages import encode
from warung.chat.model import Message, Text
from warung.contacts import store as contacts_store
from warung.kit.db import Tx
from warung.kit.ids import ConversationId, Seq, new_id

TALKS, SAID = 32, 40
READ = "SELECT coalesce(idx_tup_fetch, 0) + coalesce(seq_tup_read, 0) FROM pg_stat_xact_user_tables WHERE relname = 'message'"
CONTACTS_READ = READ.replace("coalesce(idx", "sum(coalesce(idx").replace("read, 0)", "read, 0))").replace("= 'message'", "LIKE 'contact%'")


def rows_read(tx: Tx, count: str, ask: Callable[[], Any], found: Any) -> int:
    """Ask, and return how many rows PostgreSQL read for it."""
    before = tx.one(count, {})
    assert ask() == found
    after = tx.one(count, {})
    assert before is not None
    assert after is not None
    return int(after[0] - before[0])


def heads(tx: Tx, me: Any, talks: list[Any]) -> Any:
    return len(store.heads(tx, talks))


def unread(tx: Tx, me: Any, talks: list[Any]) -> Any:
    return store_members.unread(tx, me)


def changed(tx: Tx, me: Any, talks: list[Any]) -> Any:
    return len(store_members.seen_by(tx, me, since=0, peers=["direct"]))


@pytest.mark.parametrize(("ask", "found"), [(heads, TALKS), (unread, TALKS * SAID), (changed, TALKS)])
async def test_an_old_plan_reads_the_ends_of_conversations_only(
    open_a_world: OpenWorld, ask: Callable[[Tx, Any, list[Any]], Any], found: int
) -> None:
    with on_postgres(anew=True) as url:
        world = await open_a_world(url)
        me, *others = await Cast(world.db).people("budi", *(f"teman{at}" for at in range(TALKS)))

        def look(tx: Tx) -> int:
            talks = [contacts.befriend(tx, a=other, b=me) for other in others]
            tx.run("SET LOCAL plan_cache_mode = force_generic_plan", {})
            for _ in range(8):  # from the sixth time on psycopg has it prepared, and PostgreSQL keeps the plan
                ask(tx, me, talks)
            card = msgspec.Raw(encode(Text(text_="kopi")))
            store.append(
                tx,
                [
                    Message(talk, Seq(2 + at), other, None, tx.now, card, None, None, None, 1 + at, f"{talk}{at:06}")
                    for talk, other in zip(talks, others, strict=True)
                    for at in range(SAID)
                ],
            )
            return rows_read(tx, READ, lambda: ask(tx, me, talks), found)

        assert await world.db.write(look) <= 3 * TALKS
        await world.close()


async def test_an_old_plan_reads_the_contacts_of_the_conversations_asked_for_only(open_a_world: OpenWorld) -> None:
    with on_postgres(anew=True) as url:
        world = await open_a_world(url)
        me, *others = await Cast(world.db).people("budi", *(f"teman{at}" for at in range(TALKS)))

        def look(tx: Tx) -> int:
            tx.run("SET LOCAL plan_cache_mode = force_generic_plan", {})
            for _ in range(8):
                assert contacts.conversations_of_contacts(tx, [ConversationId("none")]) == set()
            talks = {contacts.befriend(tx, a=other, b=me) for other in others}
            for a, b in itertools.combinations(others, 2):
                contacts_store.insert_contacts(tx, a, b)
                contacts_store.name_conversation(tx, a, b, new_id(tx.now))
            return rows_read(tx, CONTACTS_READ, lambda: contacts.conversations_of_contacts(tx, sorted(talks)), talks)

        assert await world.db.write(look) <= 3 * TALKS
        await world.close()
