"""The ledger's answers, one by one; and under any order of orders, against an auditor who keeps the books the slow way."""

import itertools
import random
from typing import Any, ClassVar

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.pay.books import NOON, Auditor, Books
from warung import pay
from warung.kit.clock import DAY
from warung.kit.ids import AccountId
from warung.pay import Transfer, ledger, store
from warung.pay.model import FROZEN, MOST, BadTransferId, NotEnoughMoney, PaymentChanged, PaymentFailedBefore, PaymentSettled

serial = itertools.count(1)


def new_id() -> str:
    return f"order-{next(serial):06}"


@pytest.fixture
def shop(books: Books) -> tuple[Books, str, str, str]:
    """Budi has 1000 and Siti nothing; the bank stands behind them."""
    bank, budi, siti = books.open("bank", "bca"), books.open("wallet", "budi"), books.open("wallet", "siti")
    assert books.apply(Transfer("top-up-1", bank, budi, 1000, "IDR", "top_up")) == ["created"]
    return books, bank, budi, siti


Shop = tuple[Books, str, str, str]


def test_a_transfer_moves_money_once_however_often_it_is_sent(shop: Shop) -> None:
    books, _, budi, siti = shop
    order = Transfer(new_id(), budi, siti, 300, "IDR", "gift", about="ulang-tahun")
    assert books.apply(order, order) == ["created", "exists"]
    assert books.apply(order) == ["exists"]
    assert books.sides(budi) == (0, 300, 0, 1000)
    assert books.sides(siti) == (0, 0, 0, 300)


def test_a_changed_retry_is_told_what_differs(shop: Shop) -> None:
    books, _, budi, siti = shop
    order = Transfer(new_id(), budi, siti, 300, "IDR", "gift", about="ulang-tahun")
    books.apply(order)
    changes = [("amount", 299), ("credit", "bank.bca.IDR"), ("code", "rent"), ("about", "lain"), ("kind", "pending")]
    for field, value in changes:
        assert books.apply(msgspec.structs.replace(order, **{field: value})) == [f"exists_with_different_{field}"]
    assert books.sides(siti) == (0, 0, 0, 300)


def test_an_impossible_amount_changes_nothing(shop: Shop) -> None:
    books, _, budi, siti = shop
    for amount in (0, -1, -MOST, MOST + 1, 1 << 70, None):
        assert books.apply(Transfer(new_id(), budi, siti, amount, "IDR", "gift")) == ["amount_not_possible"]
    assert books.sides(budi) == (0, 0, 0, 1000)


def test_nobody_pays_themselves_or_in_a_currency_that_the_accounts_do_not_have(shop: Shop) -> None:
    books, _, budi, siti = shop
    dollars = books.open("wallet", "siti", "USD")
    orders = [(budi, budi, "IDR"), (budi, siti, "USD"), (budi, dollars, "IDR"), (budi, dollars, "USD")]
    codes = books.apply(*(Transfer(new_id(), debit, credit, 1, currency, "gift") for debit, credit, currency in orders))
    assert codes == ["accounts_must_be_different", "wrong_currency", "wrong_currency", "wrong_currency"]


def test_an_id_that_failed_stays_failed_when_the_money_is_there(shop: Shop) -> None:
    books, bank, budi, siti = shop
    order = Transfer(new_id(), budi, siti, 1001, "IDR", "gift")
    assert books.apply(order) == ["exceeds_credits"]
    assert books.apply(Transfer(new_id(), bank, budi, 5000, "IDR", "top_up"), order) == ["created", "id_already_failed"]
    assert books.sides(siti) == (0, 0, 0, 0)


def test_what_a_verb_refused_stays_failed_although_it_was_undone(shop: Shop) -> None:
    books, bank, budi, siti = shop
    order = Transfer(new_id(), budi, siti, 1001, "IDR", "gift")

    def give() -> None:
        books.loop.run(ledger.decided(books.db, lambda tx: pay.demand(pay.apply(tx, [order]))))

    with pytest.raises(NotEnoughMoney):
        give()
    books.apply(Transfer(new_id(), bank, budi, 5000, "IDR", "top_up"))
    with pytest.raises(PaymentFailedBefore):
        give()
    assert books.apply(msgspec.structs.replace(order, id=new_id())) == ["created"]


def test_a_pending_transfer_is_posted_in_part_and_the_rest_comes_back(shop: Shop) -> None:
    books, _, budi, siti = shop
    held = Transfer(new_id(), budi, siti, 400, "IDR", "transfer", kind="pending")
    assert books.apply(held) == ["created"]
    assert books.sides(budi) == (400, 0, 0, 1000)
    assert books.apply(Transfer(new_id(), budi, siti, 601, "IDR", "gift")) == ["exceeds_credits"]
    post = Transfer(new_id(), kind="post", pending=held.id, amount=150)
    assert books.apply(msgspec.structs.replace(post, id=new_id(), amount=401)) == ["exceeds_pending_amount"]
    assert books.apply(post, post) == ["created", "exists"]
    assert books.sides(budi) == (0, 150, 0, 1000)
    assert books.apply(Transfer(new_id(), kind="void", pending=held.id)) == ["pending_already_posted"]
    with pytest.raises(PaymentSettled):
        pay.demand(books.results([Transfer(new_id(), kind="post", pending=held.id)]))
    assert books.apply(held) == ["exists"]


def test_a_pending_transfer_runs_out_and_only_then(shop: Shop) -> None:
    books, _, budi, siti = shop
    held = Transfer(new_id(), budi, siti, 400, "IDR", "transfer", kind="pending", timeout_ms=DAY)
    books.apply(held)
    assert books.apply(Transfer(new_id(), kind="expire", pending=held.id)) == ["pending_not_due"]
    books.now += DAY
    assert books.apply(Transfer(new_id(), kind="post", pending=held.id)) == ["pending_expired"]
    books.do(lambda tx: ledger.expire(tx, pay.Expire(held.id)))
    books.do(lambda tx: ledger.expire(tx, pay.Expire(held.id)))
    assert books.sides(budi) == (0, 0, 0, 1000)
    assert books.apply(Transfer(new_id(), kind="void", pending=held.id)) == ["pending_already_expired"]


def test_a_chain_stands_or_falls_together(shop: Shop) -> None:
    books, _, budi, siti = shop
    fees = books.open("fees", "warung")
    first = Transfer(new_id(), budi, siti, 990, "IDR", "sale", linked=True)
    assert books.apply(first, Transfer(new_id(), budi, fees, 11, "IDR", "fee")) == ["linked_event_failed", "exceeds_credits"]
    assert books.sides(budi) == (0, 0, 0, 1000)
    assert books.apply(first, Transfer(new_id(), budi, fees, 10, "IDR", "fee")) == ["created", "created"]
    entry = books.ask(lambda reader: pay.entry(reader, first.id))
    assert entry is not None
    assert entry.chain == first.id


def test_a_frozen_wallet_receives_and_pays_nothing(shop: Shop) -> None:
    books, bank, budi, siti = shop
    held = Transfer(new_id(), budi, siti, 100, "IDR", "transfer", kind="pending")
    books.apply(held)
    books.do(lambda tx: store.set_flags(tx, [budi], {budi: 1 | FROZEN}))
    codes = books.apply(
        Transfer(new_id(), budi, siti, 1, "IDR", "gift"),
        Transfer(new_id(), kind="post", pending=held.id),
        Transfer(new_id(), bank, budi, 1, "IDR", "top_up"),
        Transfer(new_id(), kind="void", pending=held.id),
    )
    assert codes == ["debit_account_frozen", "debit_account_frozen", "created", "created"]


def test_a_closed_pot_takes_nothing_and_a_full_one_cannot_be_closed(shop: Shop) -> None:
    books, _, budi, siti = shop
    pot = books.do(lambda tx: pay.pot(tx, "packet", "p1", "IDR")).id
    books.apply(Transfer(new_id(), budi, pot, 100, "IDR", "packet"))
    with pytest.raises(pay.LedgerRefusal):
        books.do(lambda tx: pay.close(tx, pot))
    assert books.apply(Transfer(new_id(), pot, siti, 101, "IDR", "claim"), Transfer(new_id(), pot, siti, 100, "IDR", "claim")) == [
        "exceeds_credits",
        "created",
    ]
    books.do(lambda tx: pay.close(tx, pot))
    assert books.apply(Transfer(new_id(), budi, pot, 100, "IDR", "packet")) == ["credit_account_closed"]


def test_a_changed_retry_is_refused_by_name(shop: Shop) -> None:
    books, _, budi, siti = shop
    order = Transfer(new_id(), budi, siti, 300, "IDR", "gift")
    books.apply(order)
    with pytest.raises(PaymentChanged):
        books.do(lambda tx: pay.demand(pay.apply(tx, [msgspec.structs.replace(order, amount=301)])))


def test_a_client_cannot_take_the_id_of_somebody_elses_payment() -> None:
    assert pay.transfer_id(AccountId("budi"), "nonce-12345") != pay.transfer_id(AccountId("siti"), "nonce-12345")
    with pytest.raises(BadTransferId):
        pay.transfer_id(AccountId("budi"), "expire/order-1")


def test_the_database_itself_refuses_what_a_wrong_program_writes(shop: Shop) -> None:
    books, _, budi, _ = shop
    for side, amount in (("dd", 1001), ("dp", 1001), ("dd", -1), ("cc", 1 << 62)):
        row = {"id": budi, "dd": 0, "dp": 0, "cc": 0, "cp": 0} | {side: amount}
        with pytest.raises(Exception, match=r"(?i)constraint"):
            books.do(lambda tx, row=row: store.add_to_accounts(tx, [row]))  # type: ignore[misc]
        assert books.sides(budi) == (0, 0, 0, 1000)


def test_a_batch_is_the_same_as_its_transfers_one_by_one(books: Books) -> None:
    """And independent ones may come in any order."""
    seed = random.Random(7)
    names = ["a", "b", "c", "d"]
    for currency in ("IDR", "USD", "SGD"):
        bank = books.open("bank", "bank", currency)
        books.apply(*(Transfer(new_id(), bank, books.open("wallet", name, currency), 10**6, currency, "top_up") for name in names))
    pairs = [(seed.choice(names), seed.choice(names)) for _ in range(60)]
    sizes = [seed.randrange(1, 500) for _ in pairs]

    def orders(currency: str) -> list[Transfer]:
        at = [(pay.account_id("wallet", a, currency), pay.account_id("wallet", b, currency)) for a, b in pairs]
        return [Transfer(new_id(), debit, credit, size, currency, "gift") for (debit, credit), size in zip(at, sizes, strict=True)]

    together = books.apply(*orders("IDR"))
    singly = [books.apply(order)[0] for order in orders("USD")]
    shuffled = orders("SGD")
    seed.shuffle(shuffled)
    books.apply(*shuffled)
    assert together == singly
    for name in names:
        sides = {currency: books.sides(pay.account_id("wallet", name, currency)) for currency in ("IDR", "USD", "SGD")}
        assert sides["IDR"] == sides["USD"] == sides["SGD"]


AMOUNTS = st.one_of(st.integers(-1, 40), st.just(MOST + 1))
TIMEOUTS = st.sampled_from([None, None, 1000, 5000])
RESOLUTIONS = st.sampled_from(["post", "post", "void", "expire"])


class Market(RuleBasedStateMachine):
    """Any orders in any batches; after each, the ledger's answers and balances are the auditor's."""

    kind = "sqlite"
    shared: ClassVar[dict[str, Books]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.books = self.shared[self.kind]
        self.mark = f"{next(serial):06}"
        self.auditor = Auditor()
        self.ids: list[str] = []
        self.holds: list[str] = []
        self.accounts: list[str] = []
        for kind, currency, limit in [
            ("bank", "IDR", ""),
            ("wallet", "IDR", "debits"),
            ("merchant", "IDR", "debits"),
            ("issued", "IDR", "credits"),
            ("wallet", "USD", "debits"),
        ]:
            id = self.books.open(kind, self.mark, currency)
            self.accounts.append(id)
            self.auditor.open(id, currency, limit)
        self.accounts.append(f"wallet.nobody{self.mark}.IDR")

    def order(self, draw: Any) -> Transfer:
        """One order, sensible or not: often new, sometimes a retry or a changed one."""
        linked = draw.draw(st.booleans(), "linked") and draw.draw(st.booleans())
        again = bool(self.ids) and draw.draw(st.integers(0, 5)) == 0
        id = draw.draw(st.sampled_from(self.ids)) if again else f"m{self.mark}-{next(serial):06}"
        self.ids.append(id)
        if again and id in self.auditor.done and draw.draw(st.booleans()):
            first: Transfer = self.auditor.done[id]["order"]
            return msgspec.structs.replace(first, linked=linked)
        if self.holds and draw.draw(st.booleans()):
            kind = draw.draw(RESOLUTIONS)
            amount = draw.draw(st.one_of(st.none(), AMOUNTS)) if kind == "post" else None
            return Transfer(id, kind=kind, pending=draw.draw(st.sampled_from(self.holds)), amount=amount, linked=linked)
        pending = draw.draw(st.booleans())
        if pending:
            self.holds.append(id)
        debit, credit = draw.draw(st.sampled_from(self.accounts)), draw.draw(st.sampled_from(self.accounts))
        return Transfer(
            id,
            debit,
            credit,
            draw.draw(AMOUNTS),
            draw.draw(st.sampled_from(["IDR", "IDR", "IDR", "USD"])),
            "test",
            kind="pending" if pending else "single",
            timeout_ms=draw.draw(TIMEOUTS) if pending else None,
            linked=linked,
        )

    @rule(draw=st.data(), size=st.integers(1, 6))
    def trade(self, draw: Any, size: int) -> None:
        orders = [self.order(draw) for _ in range(size)]
        assert self.books.apply(*orders) == self.auditor.batch(orders, self.books.now)

    @rule(milliseconds=st.integers(1, 4000))
    def wait(self, milliseconds: int) -> None:
        self.books.now += milliseconds

    @rule(which=st.integers(0, 4))
    def freeze(self, which: int) -> None:
        id = self.accounts[which]
        known = self.auditor.accounts[id]
        known["frozen"] = not known["frozen"]
        flags = {"debits": 1, "credits": 2, "": 0}[known["limit"]] | (FROZEN if known["frozen"] else 0)
        self.books.do(lambda tx: store.set_flags(tx, [id], {id: flags}))

    @invariant()
    def the_books_are_the_auditors(self) -> None:
        for id, known in self.auditor.accounts.items():
            assert self.books.sides(id) == (known["dp"], known["dd"], known["cp"], known["cc"])
            if known["limit"] == "debits":
                assert known["dp"] + known["dd"] <= known["cc"]

    @invariant()
    def every_currency_sums_to_nothing(self) -> None:
        rows = self.books.ask(store.trial_balance)
        for currency in {row[0] for row in rows}:
            mine = [row for row in rows if row[0] == currency]
            assert sum(row[3] for row in mine) == sum(row[5] for row in mine)
            assert sum(row[4] for row in mine) == sum(row[6] for row in mine)


class MarketOnPostgres(Market):
    """The same on the other database."""

    kind = "postgres"


@pytest.mark.parametrize("machine", [Market, MarketOnPostgres])
def test_no_order_of_orders_makes_the_books_wrong(machine: type[Market]) -> None:
    worlds = settings().max_examples if machine is Market else max(10, settings().max_examples // 5)
    Market.shared[machine.kind] = Books(machine.kind)
    try:
        run_state_machine_as_test(machine, settings=settings(max_examples=worlds, stateful_step_count=25))
    finally:
        Market.shared.pop(machine.kind).close()


def test_the_journal_tells_the_balances(shop: Shop) -> None:
    """Newest first, a page at a time, by reason and by time."""
    books, bank, budi, siti = shop
    for amount in range(1, 6):
        books.now = NOON + amount * 1000
        books.apply(Transfer(new_id(), budi, siti, amount, "IDR", "gift" if amount % 2 else "rent"))
    every = books.ask(lambda reader: store.entries(reader, pay.LedgerAccountId(budi), before=1 << 60, limit=50))
    assert [entry.amount for entry in every] == [5, 4, 3, 2, 1, 1000]
    rest = books.ask(lambda reader: store.entries(reader, pay.LedgerAccountId(budi), before=every[2].pos, limit=2))
    assert [entry.amount for entry in rest] == [2, 1]
    rents = books.ask(lambda reader: store.entries(reader, pay.LedgerAccountId(budi), before=1 << 60, codes=["rent"], limit=50))
    assert [entry.amount for entry in rents] == [4, 2]
    late = books.ask(
        lambda reader: store.entries(reader, pay.LedgerAccountId(budi), before=1 << 60, since=NOON + 2000, until=NOON + 4000, limit=9)
    )
    assert [entry.amount for entry in late] == [3, 2]
    assert bank
