"""Real money through Stripe's own library, against a stand-in that nobody here wrote, with a bad line in between.

What the stand-in accepts wrongly (the same key twice, more refunds than came) the ledger refuses by itself.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import stripe

from tests.environment import judge
from tests.pay.purse import QUICK, Purse
from tests.scenarios.walking import device
from tests.served import Served, free_port
from tests.worlds import Hand
from warung import accounts, pay
from warung.kit.clock import DAY, HOUR
from warung.kit.ids import AccountId
from warung.pay import audit, operators, top_ups
from warung.pay import stripe as connector
from warung.pay.model import RefundTooLarge, Settings, WalletFrozen
from warung.pay.provider import NoProvider, ProviderSilent
from warung.pay.store_top_ups import TopUp

SECRET = "whsec_kopi"


class Line:
    """Between us and the provider: `lost` answers are forwarded and never come back."""

    def __init__(self, to: int) -> None:
        self.to = to
        self.port = free_port()
        self.lost = 0
        self.server: asyncio.Server

    async def __aenter__(self) -> "Line":
        self.server = await asyncio.start_server(self._one, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
            body = await reader.readexactly(length)
            there, back = await asyncio.open_connection("127.0.0.1", self.to)
            back.write(head.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n") + body)
            answer = await there.read()
            back.close()
            if self.lost:
                self.lost -= 1
            else:
                writer.write(answer)
                await writer.drain()
        writer.close()


class Bank:
    """The provider, seen by its payers: they complete a charge in its own form."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def completes(self, charge: str) -> None:
        """A payer types a card."""
        card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"}
        async with self._client() as client:
            method = await client.v1.payment_methods.create_async({"type": "card", "card": card})
            await client.v1.payment_intents.update_async(charge, {"payment_method": method.id})
            await client.v1.payment_intents.confirm_async(charge)

    async def charges(self, amount: int) -> str:
        """A charge that nobody here began."""
        async with self._client() as client:
            made = await client.v1.payment_intents.create_async({"amount": amount, "currency": "idr"})
        await self.completes(made.id)
        return str(made.id)

    @contextlib.asynccontextmanager
    async def _client(self) -> AsyncIterator[Any]:
        http = stripe.HTTPXClient()
        yield stripe.StripeClient("sk_test_12345", base_addresses={"api": self.url}, http_client=http)
        await http.close_async()  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module")
def stand_in() -> Iterator[str]:
    """The provider's stand-in, a process of its own; its address."""
    port = free_port()
    command = [str(judge("localstripe")), "--port", str(port), "--from-scratch"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while not _answers(url):
        assert time.monotonic() < deadline, "the stand-in did not start"
        time.sleep(0.05)
    yield url
    process.kill()
    process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code > 0
    except httpx.TransportError:
        return False


@pytest.fixture
async def bank(stand_in: str) -> Bank:
    """The provider, with nothing in its books yet."""
    async with httpx.AsyncClient() as http:
        await http.delete(f"{stand_in}/_config/data")
    return Bank(stand_in)


class Desk(Purse):
    """People who top their wallets up."""

    line: Line
    served: Served
    budi: AccountId

    async def begins(self, amount: int, nonce: str) -> TopUp:
        return await top_ups.begin(self.db, by=self.budi, amount=amount, currency="IDR", nonce=nonce)

    async def tops_up(self, bank: Bank, amount: int, nonce: str) -> TopUp:
        """From beginning to end, asked for by the job."""
        begun = await self.begins(amount, nonce)
        assert begun.charge is not None
        await bank.completes(begun.charge)
        self.hand.forward(HOUR)
        await self.world.settle()
        return begun

    async def gives_back(self, id: str, amount: int, nonce: str) -> TopUp:
        return await top_ups.refund(self.db, by=self.joko, id=id, amount=amount, nonce=nonce)

    async def hears(self, kind: str, thing: dict[str, Any], *, secret: str = SECRET, age_s: int = 0) -> httpx.Response:
        """What the provider sends, signed."""
        body = json.dumps({"id": "evt_1", "object": "event", "type": kind, "data": {"object": thing}}).encode()
        at = int(time.time()) - age_s
        mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"stripe-signature": f"t={at},v1={mac}", "content-type": "application/json"}
        return await device(self.served).post("/providers/stripe/webhook", content=body, headers=headers)

    async def open_cases(self) -> list[str]:
        return [case.kind for case in await self.ask(operators.cases, by=self.joko, closed=False, before=None)]

    async def right(self) -> None:
        """The books sum and the audit is pleased."""
        await self.sums_to_nothing()
        assert (await self.db.read(audit.check)).findings == []


@pytest.fixture
async def desk(open_a_world: Any, serve_a_world: Any, hand: Hand, bank: Bank, database: str) -> AsyncIterator[Desk]:
    """A place that is connected to the provider, by a line that may fail."""
    async with Line(int(bank.url.rsplit(":", 1)[1])) as line:
        settings = Settings(stripe_key="sk_test_12345", stripe_webhook=SECRET, stripe_url=f"http://127.0.0.1:{line.port}", day_limit=10**9)
        served = await serve_a_world(database, sections=QUICK | {Settings: settings})
        desk = Desk(served.world, hand)
        await desk.opens()
        desk.line, desk.served, desk.budi = line, served, await desk.with_wallet("budi")
        yield desk


async def test_a_top_up_is_credited_once_whoever_says_so_first(desk: Desk, bank: Bank) -> None:
    async with httpx.AsyncClient() as http:
        where = {"url": f"{desk.served.url}/api/providers/stripe/webhook", "secret": SECRET}
        await http.post(f"{bank.url}/_config/webhooks/ours", json=where)
    begun = await desk.begins(2_500_000, "topup-0001")
    assert begun == await desk.begins(2_500_000, "topup-0001")
    assert begun.charge is not None
    assert await desk.has(desk.budi, "IDR") == 0
    forged = await desk.hears("payment_intent.succeeded", {"id": begun.charge, "amount": 10**9})
    assert forged.status_code == 204
    assert await desk.has(desk.budi, "IDR") == 0
    await bank.completes(begun.charge)
    deadline = asyncio.get_running_loop().time() + 20
    while await desk.has(desk.budi, "IDR") == 0:
        assert asyncio.get_running_loop().time() < deadline, "no webhook came"
        await asyncio.sleep(0.05)
    await asyncio.gather(*(desk.hears("payment_intent.succeeded", {"id": begun.charge}) for _ in range(3)))
    desk.hand.forward(HOUR)
    await desk.world.settle()
    assert await desk.has(desk.budi, "IDR") == 2_500_000
    await desk.right()


async def test_a_lost_answer_loses_nothing_and_doubles_nothing(desk: Desk, bank: Bank) -> None:
    desk.line.lost = 1
    with pytest.raises(ProviderSilent):
        await desk.begins(700_000, "topup-0001")
    desk.hand.forward(HOUR)
    await desk.world.settle()
    again = await desk.begins(700_000, "topup-0001")
    assert again.charge is not None
    await bank.completes(again.charge)
    desk.hand.forward(HOUR)
    await desk.world.settle()
    assert await desk.has(desk.budi, "IDR") == 700_000
    with pytest.raises(pay.LedgerRefusal):
        await desk.begins(800_000, "topup-0001")
    await desk.right()


async def test_refunds_the_stand_in_would_accept_are_refused_by_the_ledger(desk: Desk, bank: Bank) -> None:
    done = await desk.tops_up(bank, 100_000, "topup-0001")
    await desk.tops_up(bank, 500_000, "topup-0002")
    with pytest.raises(accounts.OperatorsOnly):
        await top_ups.refund(desk.db, by=desk.budi, id=done.id, amount=100, nonce="refund-0000")
    assert (await desk.gives_back(done.id, 60_000, "refund-0001")).refunded == 60_000
    assert (await desk.gives_back(done.id, 60_000, "refund-0001")).refunded == 60_000
    with pytest.raises(RefundTooLarge):
        await desk.gives_back(done.id, 60_000, "refund-0002")
    assert await desk.has(desk.budi, "IDR") == 540_000
    desk.line.lost = 1
    with pytest.raises(ProviderSilent):
        await desk.gives_back(done.id, 30_000, "refund-0003")
    assert await desk.open_cases() == ["refund"]
    found = await desk.db.read(lambda reader: pay.balance(reader, pay.account_id("wallet", desk.budi, "IDR")))
    assert found is not None
    assert (found.balance, found.available) == (540_000, 510_000)
    await desk.right()


async def test_what_was_not_signed_by_the_provider_or_long_ago_is_refused(desk: Desk) -> None:
    for more in ({"secret": "whsec_lain"}, {"age_s": 400}):
        answer = await desk.hears("payment_intent.succeeded", {"id": "pi_1"}, **more)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_notice")
    assert (await device(desk.served).post("/providers/stripe/webhook", content=b"{}")).status_code == 400


async def test_a_chargeback_takes_the_money_back_freezes_and_opens_a_case(desk: Desk, bank: Bank) -> None:
    first = await desk.tops_up(bank, 100_000, "topup-0001")
    for _ in range(2):
        told = {"id": "dp_1", "payment_intent": first.charge, "amount": 100_000}
        assert (await desk.hears("charge.dispute.created", told)).status_code == 204
    assert await desk.has(desk.budi, "IDR") == 0
    assert await desk.open_cases() == ["chargeback"]
    toko = await desk.toko(await desk.person("sari"))
    await desk.gives(desk.budi, 100)
    with pytest.raises(WalletFrozen):
        await desk.pays(desk.budi, toko.id, 1)
    await desk.right()


async def test_both_books_are_compared_and_what_nobody_can_explain_is_kept_apart(desk: Desk, bank: Bank) -> None:
    await desk.tops_up(bank, 100_000, "topup-0001")
    stray = await bank.charges(333_300)
    provider = connector.connected(await desk.db.read(lambda reader: reader.settings(Settings)))
    since = desk.hand() - DAY
    for _ in range(2):
        counts = await top_ups.compare(desk.db, provider, since)
        assert counts == {"matched": 1, "missing": 1, "differs": 0, "waiting": 0, "missing_there": 0}
    cases = await desk.ask(operators.cases, by=desk.joko, closed=False, before=None)
    assert [(case.kind, case.about) for case in cases] == [("difference", stray)]
    books = await desk.ask(operators.books, by=desk.joko)
    suspense = [row.credits_posted - row.debits_posted for row in books.rows if row.kind == "suspense"]
    assert suspense == [333_300]
    async with httpx.AsyncClient() as http:
        await http.delete(f"{bank.url}/_config/data")
    assert (await top_ups.compare(desk.db, provider, since))["missing_there"] == 1
    assert sorted(await desk.open_cases()) == ["difference", "missing_there"]
    await desk.right()


async def test_without_a_provider_real_money_is_off(purse: Purse) -> None:
    budi = await purse.person("budi")
    with pytest.raises(NoProvider):
        await top_ups.begin(purse.db, by=budi, amount=100_000, currency="IDR", nonce="topup-0001")
    served = Served(purse.world)
    assert (await device(served).post("/providers/stripe/webhook", content=b"{}")).status_code == 409
