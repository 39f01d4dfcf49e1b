"""A ledger and nothing above it, on either database, with a clock that the test holds; and what its auditor believes."""

import asyncio
import copy
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from tests.environment import postgres_database, postgres_template
from warung import pay
from warung.adapters import db_postgres
from warung.adapters.database import Database
from warung.adapters.db_sqlite import open_sqlite
from warung.adapters.transaction import Context
from warung.app import schema
from warung.kit.card import Cards
from warung.kit.db import Reader, Tx
from warung.pay import Result, Transfer

T = TypeVar("T")
NOON = 1_400_000_000_000


class Books:
    """One ledger. `do` runs a verb and `ask` a question, here and now: the loop is its own."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.now = NOON
        self.context = Context(Cards([]), lambda event, to: None, {}, {}, lambda: self.now)
        self.loop = asyncio.Runner()
        self.stack = AsyncExitStack()
        try:
            self.db: Database = self.loop.run(self.stack.enter_async_context(_opened(kind, self.context)))
        except BaseException:
            self.loop.close()
            raise

    def close(self) -> None:
        """Disconnect, and remove the database."""
        self.loop.run(self.stack.aclose())
        self.loop.close()

    def do(self, verb: Callable[[Tx], T]) -> T:
        """Run a verb in a transaction."""
        return self.loop.run(self.db.write(verb))

    def ask(self, question: Callable[[Reader], T]) -> T:
        """Ask."""
        return self.loop.run(self.db.read(question))

    def apply(self, *transfers: Transfer) -> list[str]:
        """Apply a batch; return the codes of its results."""
        return [result.code for result in self.results(transfers)]

    def results(self, transfers: Sequence[Transfer]) -> list[Result]:
        """Apply a batch."""
        return self.do(lambda tx: pay.apply(tx, transfers))

    def open(self, kind: Any, owner: str, currency: str = "IDR") -> str:
        """Open an account of the ledger; return its id."""
        return self.do(lambda tx: pay.open_account(tx, kind=kind, owner=owner, currency=currency)).id

    def sides(self, account: str) -> tuple[int, int, int, int]:
        """Return debits pending and posted, credits pending and posted."""
        found = self.ask(lambda reader: pay.balance(reader, pay.LedgerAccountId(account)))
        assert found is not None
        return found.debits_pending, found.debits_posted, found.credits_pending, found.credits_posted

    def seal(self) -> None:
        """Seal everything that can be sealed."""
        while self.do(lambda tx: pay.DOMAIN.followers[0].follow(tx, 1_000)):
            pass


@asynccontextmanager
async def _opened(kind: str, context: Context) -> Any:
    steps = schema()
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            db = await open_sqlite(Path(folder) / "warung.db", context, steps)
            yield db
            await db.close()
        return
    template = postgres_template("warung", lambda url: db_postgres.migrate(url, steps, 0))
    with postgres_database(template) as url:
        db = await db_postgres.open_postgres(url, context, steps)
        yield db
        await db.close()


class Auditor:
    """What the books must say: rebuilt from orders alone, one at a time, the slow and obvious way."""

    def __init__(self) -> None:
        self.accounts: dict[str, dict[str, Any]] = {}
        self.done: dict[str, dict[str, Any]] = {}
        self.held: dict[str, dict[str, Any]] = {}
        self.failed: set[str] = set()

    def open(self, id: str, currency: str, limit: str) -> None:
        """An account; `limit` is "debits", "credits" or nothing."""
        self.accounts[id] = {"currency": currency, "limit": limit, "frozen": False, "dp": 0, "dd": 0, "cp": 0, "cc": 0}

    def batch(self, orders: Sequence[Transfer], now: int) -> list[str]:
        """Return the code that each order must get."""
        codes: list[str] = []
        chain: list[Transfer] = []
        for at, order in enumerate(orders):
            chain.append(order)
            if not order.linked or at == len(orders) - 1:
                codes += self._chain(chain, now)
                chain = []
        return codes

    def _chain(self, chain: list[Transfer], now: int) -> list[str]:
        before = copy.deepcopy((self.accounts, self.done, self.held))
        codes: list[str] = []
        for order in chain:
            code = self._order(order, now)
            if code not in ("created", "exists"):
                self.accounts, self.done, self.held = before
                if code in PASSING:
                    self.failed.add(order.id)
                return ["linked_event_failed"] * len(codes) + [code] + ["linked_event_failed"] * (len(chain) - len(codes) - 1)
            codes.append(code)
        return codes

    def _order(self, order: Transfer, now: int) -> str:
        if order.id in self.done:
            return self._again(order)
        if order.id in self.failed:
            return "id_already_failed"
        if order.kind in ("post", "void", "expire"):
            return self._resolve(order, now)
        if not order.amount or order.amount < 1 or order.amount > 2**53 - 1:
            return "amount_not_possible"
        if order.debit == order.credit:
            return "accounts_must_be_different"
        for side in ("debit", "credit"):
            if getattr(order, side) not in self.accounts:
                return f"{side}_account_not_found"
        payer, payee = self.accounts[order.debit], self.accounts[order.credit]
        if {payer["currency"], payee["currency"]} != {order.currency}:
            return "wrong_currency"
        if payer["frozen"]:
            return "debit_account_frozen"
        if payer["limit"] == "debits" and payer["cc"] - payer["dd"] - payer["dp"] < order.amount:
            return "exceeds_credits"
        if payee["limit"] == "credits" and payee["dd"] - payee["cc"] - payee["cp"] < order.amount:
            return "exceeds_debits"
        side = "p" if order.kind == "pending" else ""
        payer["dp" if side else "dd"] += order.amount
        payee["cp" if side else "cc"] += order.amount
        if order.kind == "pending":
            ends = None if order.timeout_ms is None else now + order.timeout_ms
            self.held[order.id] = {"state": "pending", "amount": order.amount, "ends": ends, "order": order}
        self.done[order.id] = {"order": order, "amount": order.amount}
        return "created"

    def _resolve(self, order: Transfer, now: int) -> str:
        held = self.held.get(order.pending or "")
        if held is None:
            return "pending_not_found"
        if held["state"] != "pending":
            return f"pending_already_{held['state']}"
        over = held["ends"] is not None and held["ends"] <= now
        if order.kind == "expire" and not over:
            return "pending_not_due"
        if order.kind != "expire" and over:
            return "pending_expired"
        moved = held["amount"] if order.amount is None else order.amount
        if order.kind == "post":
            if moved > held["amount"]:
                return "exceeds_pending_amount"
            if moved < 1:
                return "amount_not_possible"
        first: Transfer = held["order"]
        payer, payee = self.accounts[first.debit], self.accounts[first.credit]
        if order.kind == "post":
            if payer["frozen"]:
                return "debit_account_frozen"
            payer["dd"] += moved
            payee["cc"] += moved
        payer["dp"] -= held["amount"]
        payee["cp"] -= held["amount"]
        held["state"] = {"post": "posted", "void": "voided", "expire": "expired"}[order.kind]
        self.done[order.id] = {"order": order, "amount": moved}
        return "created"

    def _again(self, order: Transfer) -> str:
        first: Transfer = self.done[order.id]["order"]
        for field in ("kind", "pending", "timeout_ms", "debit", "credit", "amount", "currency", "code", "about"):
            if getattr(first, field) != getattr(order, field):
                return f"exists_with_different_{field.removesuffix('_ms')}"
        return "exists"


PASSING = {
    "debit_account_not_found",
    "credit_account_not_found",
    "pending_not_found",
    "exceeds_credits",
    "exceeds_debits",
    "debit_account_frozen",
}
