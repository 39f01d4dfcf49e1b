"""`warung audit`, as an operator types it."""

from pathlib import Path

import anyio
import pytest

from tests.worlds import settings_for
from warung import cli, pay
from warung.app import open_world
from warung.kit.db import Tx


async def filled(folder: Path) -> None:
    world = await open_world(settings_for(folder))

    def fill(tx: Tx) -> None:
        bank = pay.open_account(tx, kind="bank", owner="bank", currency="IDR")
        wallet = pay.open_account(tx, kind="wallet", owner="budi", currency="IDR")
        pay.demand(pay.apply(tx, [pay.Transfer("top-up-0001", bank.id, wallet.id, 50_000, "IDR", "top_up")]))

    await world.db.write(fill)
    await world.settle()
    await world.close()


async def harmed(folder: Path) -> None:
    world = await open_world(settings_for(folder))
    await world.db.write(lambda tx: tx.run("UPDATE ledger_transfer SET amount = 60000"))
    await world.close()


def test_an_operator_audits_the_books(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    heads, journal = tmp_path / "heads", tmp_path / "journal.beancount"
    command = ["audit", "--data", str(tmp_path / "data"), "--heads", str(heads), "--beancount", str(journal)]
    anyio.run(filled, tmp_path)
    assert cli.main(command) == 0
    assert "1 transfers" in capsys.readouterr().out
    assert "500.00 IDR" in journal.read_text()
    kept = heads.read_bytes()
    assert cli.main(command) == 0
    assert heads.read_bytes() == kept
    anyio.run(harmed, tmp_path)
    assert cli.main(command) == 1
    assert "wrong_balance: wallet.budi.IDR" in capsys.readouterr().out
    assert heads.read_bytes() == kept
