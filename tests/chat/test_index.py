"""The index of words beside the log of SQLite: it may be lost, broken or of another time, and comes back by itself."""

import shutil
from pathlib import Path
from typing import Any

import apsw
import pytest

from tests.cast import Cast, indexed
from tests.worlds import OpenWorld
from warung import chat
from warung.adapters.database import Database
from warung.adapters.db_sqlite import index_of
from warung.chat.search import search
from warung.kit.ids import AccountId, ConversationId

pytestmark = pytest.mark.one_node
ANYTHING: dict[str, Any] = {"conversation": None, "sender": None, "after": None, "before": None, "cursor": None}
BEFORE = """
CREATE VIRTUAL TABLE message_terms USING fts5 (body, content = '', columnsize = 0, tokenize = 'ascii');
INSERT INTO follower (name, xact, pos) VALUES ('chat.search', 0, 1);
DELETE FROM migration WHERE domain = 'chat' AND number IN (10, 11);
"""


class Scene:
    """Two who talk, in a place that is opened and closed."""

    def __init__(self, open_a_world: OpenWorld, folder: Path) -> None:
        self._open = open_a_world
        self.file = folder / "data" / "warung.db"

    async def opened(self) -> None:
        """Open the place, again."""
        self._world = await self._open()
        self.db: Database = self._world.db
        self.cast = Cast(self.db)

    async def begin(self) -> None:
        """Open the place, with what was said first."""
        await self.opened()
        self.budi, self.siti = await self.cast.people("budi", "siti")
        self.here: ConversationId = await self.cast.friends(self.budi, self.siti)
        await self.says("mangga pertama")

    async def says(self, text: str) -> chat.Message:
        """Say something, and have it indexed."""
        said = await self.cast.says(self.budi, self.here, text)
        await indexed(self.db)
        return said

    async def close(self) -> None:
        """Close the place."""
        await self._world.close()

    async def finds(self, query: str, by: AccountId | None = None) -> list[int]:
        """Return the numbers of what is found once the index has read everything."""
        await indexed(self.db)
        found = await self.db.read(lambda reader: search(reader, by=by or self.siti, query=query, **ANYTHING))
        return [hit.message.seq for hit in found.hits]


@pytest.fixture
async def scene(open_a_world: OpenWorld, tmp_path: Path) -> Scene:
    """A place on SQLite with one message."""
    made = Scene(open_a_world, tmp_path)
    await made.begin()
    return made


@pytest.mark.parametrize("what", [b"", b"this is no database" * 500])
async def test_a_lost_or_broken_index_is_made_anew(scene: Scene, what: bytes) -> None:
    await scene.close()
    for file in scene.file.parent.glob("warung.index.db*"):
        file.unlink()
    if what:
        index_of(scene.file).write_bytes(what)
    await scene.opened()
    assert await scene.finds("mangga") == [2]


async def test_a_place_of_before_gives_its_index_up_and_builds_this_one(scene: Scene) -> None:
    await scene.close()
    index_of(scene.file).unlink()
    db = apsw.Connection(str(scene.file))
    db.execute(BEFORE)
    db.close()
    await scene.opened()
    assert await scene.finds("mangga") == [2]
    tables = await scene.db.write(lambda tx: [row[0] for row in tx.all("SELECT name FROM sqlite_schema WHERE name LIKE 'message%'")])
    assert not [name for name in tables if name.startswith("message_terms")]


async def test_an_older_copy_of_the_log_has_the_index_begin_again(scene: Scene) -> None:
    await scene.close()
    shutil.copyfile(scene.file, copy := scene.file.with_name("copy"))
    await scene.opened()
    for number in range(3):
        await scene.says(f"jeruk {number}")
    await scene.close()
    for file in scene.file.parent.glob("warung.db*"):
        file.unlink()
    copy.rename(scene.file)
    await scene.opened()
    assert await scene.finds("mangga") == [2]
    await scene.says("apel")
    assert (await scene.finds("jeruk"), await scene.finds("apel")) == ([], [3])


async def test_a_place_that_begins_again_has_its_index_begin_again(scene: Scene) -> None:
    await scene.close()
    for file in scene.file.parent.glob("warung.db*"):
        file.unlink()
    await scene.opened()
    await indexed(scene.db)
    assert await scene.db.read(lambda reader: reader.all("SELECT pos FROM words_read")) == [(0,)]
