"""Payments over HTTP, all at once and while the server is killed: what was acknowledged is there, and nothing twice."""

import asyncio
import contextlib
import itertools
import random
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.faults.process import Process
from tests.pay.purse import Purse
from tests.scenarios.walking import device
from tests.served import Served, until
from tests.worlds import settings_for
from warung import accounts, pay
from warung.app import open_world
from warung.kit.db import Tx
from warung.pay import audit, store_audit
from warung.pay.model import Settings


async def test_many_shops_and_payers_at_once_leave_right_books(open_a_world: Any, database: str, hand: Any) -> None:
    """Random payments, retries and refunds from many programs, over HTTP; then the audit, and the sum of the acknowledged."""
    free = Settings(free_amount=1_000, day_limit=1_000_000)
    purse = Purse(await open_a_world(database, sections={Settings: free}), hand)
    await purse.opens()
    chance = random.Random(5)
    payers = [await purse.with_wallet(name, 2_000, pin_set=False) for name in ("budi", "siti", "ayu", "rina")]
    sellers = [await purse.person(name) for name in ("sari", "dewi")]
    shops = [await purse.toko(seller) for seller in sellers]
    served = Served(purse.world)
    programs = [device(served, await served.token(who)) for who in payers]
    tills = [device(served, await served.token(who)) for who in sellers]
    took = [0, 0]

    async def spends(http: httpx.AsyncClient, mark: int) -> None:
        for at in range(15):
            shop = chance.randrange(2)
            amount = chance.randint(1, 300)
            order = {"id": f"pay-{mark}-{at:04}", "merchant": shops[shop].id, "amount": amount, "currency": "PTS"}
            answers = await asyncio.gather(*(http.post("/payments", json=order) for _ in range(chance.choice([1, 1, 2, 3]))))
            codes = {answer.status_code for answer in answers}
            assert codes in ({200}, {409}), [answer.text for answer in answers]
            if codes == {200}:
                took[shop] += amount
                if chance.random() < 0.3:
                    back: dict[str, Any] = {"id": f"back-{mark}-{at:04}", "amount": chance.randint(1, 400)}
                    given = await tills[shop].post(f"/payments/{answers[0].json()['id']}/refunds", json=back)
                    assert given.status_code in (200, 409)
                    took[shop] -= back["amount"] if given.status_code == 200 else 0

    await asyncio.gather(*(spends(http, mark) for mark, http in enumerate(programs)))
    assert [await purse.took(shop.id) for shop in shops] == took
    assert sum([await purse.has(who) for who in payers]) + sum(took) == 8_000
    await purse.world.settle()
    report = await purse.db.read(audit.check)
    assert report.findings == []
    await purse.sums_to_nothing()
    await purse.db.write(lambda tx: tx.run("UPDATE pay_payment SET refunded = 0 WHERE refunded > 0"))
    report = await purse.db.read(audit.check)
    assert {finding.kind for finding in report.findings} == {"wrong_refund"}


@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=pytest.mark.long)])
async def test_a_killed_server_lost_no_acknowledged_payment_and_made_none_twice(tmp_path: Path, database: str, kills: int) -> None:
    world = await open_world(settings_for(tmp_path, database))
    shop, tokens = await world.db.write(_market)
    await world.close()
    limits = {"WARUNG_PAY_FREE_AMOUNT": "1000", "WARUNG_PAY_DAY_LIMIT": "100000000"}
    server = Process(tmp_path, tmp_path / "data", env=limits | {"WARUNG_DATABASE": database})
    acknowledged: set[str] = set()
    tried: set[str] = set()

    async def program(token: str, mark: str) -> None:
        """Pay until the line is cut; what was not answered is sent again to the next server."""
        async with httpx.AsyncClient(base_url=f"{server.url}/api", headers={"authorization": f"Bearer {token}"}) as http:
            with contextlib.suppress(httpx.TransportError):
                for at in itertools.count():
                    order: dict[str, Any] = {"id": f"pay-{mark}-{at:05}", "merchant": shop, "amount": 3, "currency": "PTS"}
                    tried.add(order["id"])
                    answer = await http.post("/payments", json=order)
                    assert answer.status_code == 200, answer.text
                    acknowledged.add(answer.json()["id"])

    for round in range(kills):
        await server.start()
        wanted = len(acknowledged) + 40
        running = [asyncio.create_task(program(token, f"{round // 2}-{mark}")) for mark, token in enumerate(tokens)]
        await until(lambda wanted=wanted: len(acknowledged) >= wanted)  # type: ignore[misc]
        server.kill()
        await asyncio.gather(*running)
    world = await open_world(settings_for(tmp_path, database))
    await world.settle()
    report = await world.db.read(audit.check)
    rows = await world.db.read(lambda reader: [row for row in store_audit.journal(reader) if row[8] == "sale"])
    till = await world.db.read(lambda reader: pay.balance(reader, pay.LedgerAccountId(pay.till(shop, "PTS"))))
    await world.close()
    paid = [row[2] for row in rows]
    assert report.findings == []
    assert acknowledged <= set(paid)
    assert len(paid) == len(set(paid)) <= len(tried)
    assert till is not None
    assert till.balance == 3 * len(paid)


def _market(tx: Tx) -> tuple[str, list[str]]:
    """A shop, and four people with money and a program each."""
    seller = accounts.create_account(tx, handle="sari", name="Sari")
    shop, tokens = pay.open_shop(tx, by=seller, name="Toko Sari", city="Bandung").id, []
    bank = pay.open_account(tx, kind="bank", owner="bank", currency="PTS")
    for name in ("budi", "siti", "ayu", "rina"):
        who = accounts.create_account(tx, handle=name, name=name.title())
        wallet = pay.wallet(tx, who, "PTS")
        pay.demand(pay.apply(tx, [pay.Transfer(f"fund-{name}-0", bank.id, wallet.id, 10**6, "PTS", "fund")]))
        tokens.append(accounts.start_session(tx, account=who, device="program", address="").token)
    return shop, tokens
