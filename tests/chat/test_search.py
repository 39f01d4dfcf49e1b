"""Search: one Chinese character in the middle of a sentence, Indonesian, Hindi and Thai words; only what one may see."""

import asyncio
import threading
from typing import Any

import apsw
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.cast import Cast, indexed
from tests.worlds import OpenWorld, on_postgres
from warung import chat
from warung.adapters.database import Database
from warung.chat import store_search
from warung.chat.edits import edit
from warung.chat.search import FOLLOWER, Found, follow, search
from warung.chat.words import snippet, words
from warung.kit.db import Tx
from warung.kit.ids import AccountId, ConversationId, new_id

ANYTHING: dict[str, Any] = {"conversation": None, "sender": None, "after": None, "before": None, "cursor": None}


async def found(db: Database, by: AccountId, query: str, **filters: object) -> Found:
    await indexed(db)
    return await db.read(lambda reader: search(reader, by=by, query=query, **ANYTHING | filters))


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("我昨天在电影院看了一部很好的片子", ["电", "电影", "看了", "一部很好"]),
        ("Besok kita ngopi di warung Bu Sari", ["ngopi", "NGOPI di", "war", "bu sari"]),
        ("नमस्ते, कल मिलते हैं", ["नमस्ते", "मिलते", "मिल"]),
        ("พรุ่งนี้ไปตลาดกันไหม", ["ตลาด", "ไป"]),
        ("Café crème à Genève", ["cafe", "creme", "genève"]),
        ("Straße 12/b, lantai 3", ["strasse", "12 b", "lantai 3"]),
        ("buka daftar_harga.xlsx", ["daftar_harga", "harga", "daftar harga xlsx"]),
        ("daftar_harga untuk café", ["daftar_harga", "harga"]),
        ("शाम को।चाय", ["चाय", "को"]),
        ("ℌallo Ⅷ", ["hallo", "viii"]),
        ("Hati-hati di jalan, hati", ["hati hati di", "jalan hati", "hati"]),
        ("مرحبا كيف حالك", ["مرحبا", "كيف"]),
    ],
)
async def test_words_are_found_in_many_scripts(cast: Cast, db: Database, text: str, queries: list[str]) -> None:
    budi, siti = await cast.people("budi", "siti")
    here = await cast.friends(budi, siti)
    await cast.says(budi, here, "Sesuatu yang lain")
    message = await cast.says(budi, here, text)
    for query in queries:
        hits = (await found(db, siti, query)).hits
        assert [hit.message.seq for hit in hits] == [message.seq], query
        assert any(marked for _, marked in hits[0].snippet), (query, hits[0].snippet)


async def test_nobody_finds_what_they_may_not_read(cast: Cast, db: Database) -> None:
    budi, siti, ayu = await cast.people("budi", "siti", "ayu")
    here = await cast.friends(budi, siti)
    await cast.friends(budi, ayu)
    await cast.says(budi, here, "rahasia dapur")
    club = await cast.group(budi, ayu)
    await cast.says(budi, club, "bukan rahasia")
    assert [hit.message.conversation for hit in (await found(db, ayu, "rahasia")).hits] == [club]
    assert [hit.message.conversation for hit in (await found(db, siti, "rahasia")).hits] == [here]


async def test_nor_where_two_conversations_have_the_same_mark(cast: Cast, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_search, "_marked", lambda conversation, words: "same" + " same".join(words))
    budi, siti, ayu = await cast.people("budi", "siti", "ayu")
    here, there = await cast.friends(budi, siti), await cast.friends(budi, ayu)
    for where, text in ((here, "rahasia dapur"), (there, "rahasia lain")):
        await cast.says(budi, where, text)
    assert [hit.message.conversation for hit in (await found(db, ayu, "rahasia")).hits] == [there]
    assert (await found(db, ayu, "dapur")).hits == []


@pytest.mark.one_node
async def test_a_search_reads_no_more_when_others_write_more(open_a_world: OpenWorld) -> None:
    db: Database = (await open_a_world()).db
    cast = Cast(db)
    budi, siti = await cast.people("budi", "siti")
    here = await cast.friends(budi, siti)
    for number in range(40):
        await cast.says(budi, here, f"kopi tubruk {number}")
    await indexed(db)

    def looked_at(reader: Any) -> int:
        """Pages that the same search looks at, once it knows where its tables are."""
        status, pages = reader._link._db.status, []
        for _ in range(2):
            before = sum(status(kind)[0] for kind in (apsw.SQLITE_DBSTATUS_CACHE_HIT, apsw.SQLITE_DBSTATUS_CACHE_MISS))
            assert len(search(reader, by=siti, query="kopi tub", **ANYTHING).hits) == 30
            pages.append(sum(status(kind)[0] for kind in (apsw.SQLITE_DBSTATUS_CACHE_HIT, apsw.SQLITE_DBSTATUS_CACHE_MISS)) - before)
        return int(pages[-1])

    def others(tx: Tx, first: int) -> None:
        store_search.index(tx, [(first + at, ConversationId(new_id(at % 500)), ["kopi", "tubruk"]) for at in range(5_000)])
        store_search.merge(tx, 5_000)

    alone = await db.read(looked_at)
    for first in range(10_000, 50_000, 5_000):
        await db.write_index(lambda tx, first=first: others(tx, first))  # type: ignore[misc]
    assert await db.read(looked_at) < 1.5 * alone


async def test_a_recalled_message_is_not_found_whether_indexed_before_or_after(cast: Cast, db: Database) -> None:
    budi, siti = await cast.people("budi", "siti")
    here = await cast.friends(budi, siti)
    early = await cast.says(budi, here, "mangga pertama")
    assert len((await found(db, siti, "mangga")).hits) == 1
    late = await cast.says(budi, here, "mangga kedua")
    for message in (early, late):
        await db.write(lambda tx, seq=message.seq: chat.recall(tx, by=budi, conversation=here, seq=seq))  # type: ignore[misc]
    assert (await found(db, siti, "mangga")).hits == []
    if await db.read(lambda reader: reader.dialect) == "sqlite":
        sql, term = "SELECT rowid FROM message_terms WHERE message_terms MATCH :term", f'"{here[-5:]}mangga"'
    else:
        sql, term = "SELECT pos FROM message_words WHERE body @@ CAST(:term AS tsquery)", "mangga"
    assert await db.read(lambda reader: reader.all(sql, {"term": term})) == [], "not even in the index itself"


async def test_words_that_change_after_they_were_read_are_found_as_they_are(cast: Cast, db: Database) -> None:
    budi, siti = await cast.people("budi", "siti")
    here = await cast.friends(budi, siti)
    said = await cast.says(budi, here, "jeruk nipis")
    assert len((await found(db, siti, "nipis")).hits) == 1
    await db.write(lambda tx: edit(tx, by=budi, conversation=here, seq=said.seq, text="jeruk bali"))
    assert (await found(db, siti, "nipis")).hits == []
    assert [hit.message.seq for hit in (await found(db, siti, "bali")).hits] == [said.seq]


async def test_two_nodes_that_index_at_once_make_one_index(open_a_world: OpenWorld) -> None:
    with on_postgres() as url:
        one, other = await open_a_world(url), await open_a_world(url)
        cast = Cast(one.db)
        budi, siti = await cast.people("budi", "siti")
        here = await cast.friends(budi, siti)
        both = threading.Barrier(2, timeout=20)

        def meeting(tx: Tx) -> None:
            store_search.words_read(tx, FOLLOWER)  # the snapshot is taken
            if tries.pop():
                both.wait()
            follow(tx, 500)

        for number in range(5):
            said = await cast.says(budi, here, f"mangga {number}")
            await cast.db.write(lambda tx, seq=said.seq: edit(tx, by=budi, conversation=here, seq=seq, text="jeruk"))  # type: ignore[misc]
            tries = [False] * 8 + [True, True]
            await asyncio.gather(one.db.write_index(meeting), other.db.write_index(meeting))
            assert len((await found(one.db, siti, "jeruk")).hits) == number + 1
            assert (await found(other.db, siti, "mangga")).hits == []
        await one.close()
        await other.close()


async def test_whoever_writes_does_not_wait_for_the_index(cast: Cast, db: Database) -> None:
    budi, siti = await cast.people("budi", "siti")
    here = await cast.friends(budi, siti)
    await indexed(db)
    begun, gate = threading.Event(), threading.Event()

    def slow(tx: Tx) -> bool:
        store_search.remember_words(tx, FOLLOWER, store_search.words_read(tx, FOLLOWER))
        begun.set()
        return gate.wait(20)

    turn = asyncio.create_task(db.write_index(slow))
    assert await asyncio.to_thread(begun.wait, 20)
    await cast.says(budi, here, "sambil menunggu")
    assert not turn.done()
    gate.set()
    assert await turn


async def test_sender_conversation_and_date_narrow_a_search(cast: Cast, db: Database) -> None:
    budi, siti, ayu = await cast.people("budi", "siti", "ayu")
    await cast.friends(budi, siti, ayu)
    club, other = await cast.group(budi, siti, ayu), await cast.group(budi, siti, ayu, name="lain")
    first = await cast.says(budi, club, "soto ayam")
    second = await cast.says(siti, club, "soto betawi")
    await cast.says(budi, other, "soto lamongan")
    assert len((await found(db, ayu, "soto")).hits) == 3
    assert [hit.message.seq for hit in (await found(db, ayu, "soto", conversation=club)).hits] == [second.seq, first.seq]
    assert len((await found(db, ayu, "soto", sender=budi)).hits) == 2
    assert len((await found(db, ayu, "soto", before=first.at)).hits) == 0
    assert len((await found(db, ayu, "", sender=siti)).hits) == 1


async def test_a_long_list_comes_in_pages(cast: Cast, db: Database) -> None:
    budi, siti = await cast.people("budi", "siti")
    here: ConversationId = await cast.friends(budi, siti)
    for number in range(70):
        await cast.says(budi, here, f"kopi nomor {number}")
    seen, cursor = [], None
    for _ in range(4):
        page = await found(db, siti, "kopi", cursor=cursor)
        seen += [hit.message.seq for hit in page.hits]
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 70


async def test_the_index_stays_in_few_pieces_however_it_was_written(cast: Cast, db: Database) -> None:
    budi, siti = await cast.people("budi", "siti")
    here = await cast.friends(budi, siti)
    for number in range(40):
        await cast.says(budi, here, f"ngopi {number}")
        await db.write_index(lambda tx: follow(tx, 1))
    if await db.read(lambda reader: reader.dialect) == "sqlite":
        (pieces,) = await db.read(lambda reader: reader.one("SELECT count(DISTINCT segid) FROM message_terms_idx")) or (0,)
        assert pieces < 10
    assert len((await found(db, siti, "ngopi")).hits) == 30


WORDS = st.sampled_from(["kopi", "KOPI", "kop", "ko", "akopi", "7", "susu", "x" * 59, "x" * 70, "-", ".", " "])


@given(text=st.lists(WORDS, max_size=10).map(" ".join), query=st.lists(WORDS, min_size=1, max_size=3).map(" ".join))
def test_what_was_searched_for_is_marked_in_a_plain_text_as_in_any_other(text: str, query: str) -> None:
    asked = words(query)
    assume(asked)

    def marked(text: str) -> list[str]:
        return [piece for piece, was_asked in snippet(text, asked, width=1_000) if was_asked]

    assert marked(text) == marked(f"{text} é")
    assert all(words(piece)[:-1] == asked[:-1] and words(piece)[-1].startswith(asked[-1]) for piece in marked(text))
