"""`warung import`: what it prints, what it stores, what it refuses."""

import asyncio
from pathlib import Path

import pytest

from tests.importers.bringing import Bringer, exported, said
from tests.worlds import settings_for
from warung import accounts, chat, cli, serving
from warung.app import open_world
from warung.kit.ids import AccountId


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder in which Budi and Siti are contacts."""

    async def settle() -> None:
        world = await open_world(settings_for(tmp_path))
        cast = Bringer(world).cast
        await cast.friends(*await cast.people("budi", "siti"))
        await world.close()

    asyncio.run(settle())
    return tmp_path


def command(folder: Path, *arguments: str, content: bytes = b"") -> int:
    file = folder / "WhatsApp Chat with kopi club.txt"
    file.write_bytes(content or exported(said(8)))
    return cli.main(["import", str(file), "--data", str(folder / "data"), "--settings", str(folder / "none"), "--as", "budi", *arguments])


def histories(folder: Path) -> dict[str | None, int]:
    """The imported conversations of Budi and how many entries each has, without the notice at the beginning."""

    async def look() -> dict[str | None, int]:
        world = await open_world(settings_for(folder))
        budi = await world.db.read(lambda reader: accounts.by_handle(reader, "budi"))
        assert budi is not None
        found: list[chat.Conversation] = await Bringer(world).conversations(AccountId(budi.id))
        await world.close()
        return {one.name: one.last_seq - 1 for one in found if one.imported}

    return asyncio.run(look())


def test_it_reports_and_imports_and_twice_adds_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert command(folder, "--map", "Siti=siti") == 0
        assert "8 messages, 0 notices" in capsys.readouterr().out
    assert histories(folder) == {"kopi club": 8}


def test_a_dry_run_only_reports(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(folder, "--dry-run", content=b"halo?\n" + exported(said(8))) == 0
    printed = capsys.readouterr().out
    assert "line 1, before_the_first_message: halo?" in printed
    assert "Imported." not in printed
    assert histories(folder) == {}
    assert list((folder / "data/incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "content", "says"),
    [
        (["--as", "nobody"], b"", "There is no such account."),
        (["--map", "Siti=nobody"], b"", "There is no such account."),
        (["--map", "Rina=siti"], b"", "Nobody called Rina"),
        (["--time-zone", "Mars/Base"], b"", "Mars/Base"),
        (["--chat", "2"], b"", "number 1"),
        ([], b"only a letter", "neither a WhatsApp chat"),
    ],
)
def test_what_it_will_not_do_it_says(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], content: bytes, says: str
) -> None:
    assert command(folder, *arguments, content=content) == 2
    assert says in capsys.readouterr().err
    assert histories(folder) == {}
    assert not (folder / "data/incoming").exists() or list((folder / "data/incoming").iterdir()) == []


def test_it_does_not_write_under_a_running_server(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving.alone(folder / "data"):
        assert command(folder) == 2
    assert "Another warung already serves this data folder." in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["import", str(folder / "gone.zip"), "--data", str(folder / "data"), "--as", "budi"]) == 2
    assert "gone.zip: No such file" in capsys.readouterr().err
