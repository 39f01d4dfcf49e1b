"""Real money: the provider's stand-in as its payers see it, a bad line to it, and people who top their wallets up and empty them."""

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
import msgspec
import stripe

from tests.environment import judge
from tests.pay.purse import Purse
from tests.scenarios.walking import device
from tests.served import PLAIN, Served, free_port
from warung import pay
from warung.kit.clock import HOUR
from warung.kit.ids import AccountId
from warung.pay import audit, operators, refunds, store_withdrawals, top_ups, withdrawals
from warung.pay.model import Settings
from warung.pay.store_top_ups import TopUp
from warung.pay.store_withdrawals import Withdrawal

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

    async def state_of(self, charge: str) -> str:
        """What the provider has of a charge."""
        async with self._client() as client:
            return str((await client.v1.payment_intents.retrieve_async(charge)).status)

    async def payouts(self) -> list[Any]:
        """What was paid out."""
        async with self._client() as client:
            return list((await client.v1.payouts.list_async({"limit": 100})).data)

    async def says(self, payout: str, status: str) -> None:
        """A payout arrives at a bank, or does not."""
        async with httpx.AsyncClient(verify=PLAIN) as http:
            answer = await http.post(f"{self.url}/v1/payouts/{payout}", auth=("sk_test_12345", ""), data={"status": status})
            assert answer.json()["status"] == status

    async def pays_out(self, amount: int) -> str:
        """A payout that nobody here asked for."""
        async with self._client() as client:
            made = await client.v1.payouts.create_async({"amount": amount, "currency": "eur"})
        await self.says(made.id, "paid")
        return str(made.id)

    @contextlib.asynccontextmanager
    async def _client(self) -> AsyncIterator[Any]:
        http = stripe.HTTPXClient()
        yield stripe.StripeClient("sk_test_12345", base_addresses={"api": self.url}, http_client=http)
        await http.close_async()  # type: ignore[no-untyped-call]


@contextlib.contextmanager
def stand_in() -> Iterator[str]:
    """Run the provider's stand-in, a process of its own; yield its address."""
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


class Desk(Purse):
    """People who top their wallets up."""

    line: Line
    served: Served
    budi: AccountId

    def configure(self, **changes: Any) -> None:
        """Change the operator's settings."""
        sections: Any = self.world.settings.sections
        sections[Settings] = msgspec.structs.replace(sections[Settings], **changes)

    async def begins(self, amount: int, nonce: str, currency: str = "IDR") -> TopUp:
        return await top_ups.begin(self.db, by=self.budi, amount=amount, currency=currency, nonce=nonce)

    async def tops_up(self, bank: Bank, amount: int, nonce: str, currency: str = "IDR") -> TopUp:
        """From beginning to end, asked for by the job."""
        begun = await self.begins(amount, nonce, currency)
        assert begun.charge is not None
        await bank.completes(begun.charge)
        self.hand.forward(HOUR)
        await self.world.settle()
        return begun

    async def with_bank(self, bank: Bank, euros: int) -> None:
        """Budi has real money, and an operator has noted whose bank account is his."""
        await self.tops_up(bank, euros, "topup-euro", "EUR")
        await self.do(withdrawals.set_bank, by=self.joko, account=self.budi, destination="ba_budi", label="BCA 123")

    async def withdraws(self, amount: int, nonce: str) -> Withdrawal:
        """Budi lets money go to his bank, PIN and all."""
        approval = await self.confirms(self.budi, withdrawals.PAYEE, amount, nonce, currency="EUR")
        return await withdrawals.begin(self.db, by=self.budi, amount=amount, currency="EUR", nonce=nonce, approval=approval)

    async def withdrawal(self, id: str) -> Withdrawal:
        """What became of it."""
        found = await self.ask(store_withdrawals.one, id=id)
        assert found is not None
        return found

    async def euros(self) -> tuple[int, int]:
        """What Budi has, and what of it he can pay with."""
        found = await self.db.read(lambda reader: pay.balance(reader, pay.account_id("wallet", self.budi, "EUR")))
        assert found is not None
        return found.balance, found.available

    async def hours_pass(self, hours: int = 1) -> None:
        """Time passes, and what is due is done."""
        self.hand.forward(hours * HOUR)
        await self.world.settle()

    async def gives_back(self, id: str, amount: int, nonce: str) -> TopUp:
        return await refunds.refund(self.db, by=self.joko, id=id, amount=amount, nonce=nonce)

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
