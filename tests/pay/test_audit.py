"""The audit: right books please it, and whatever is wrong with them it says; beancount agrees, which nobody here wrote."""

import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.environment import judge
from tests.pay.books import Books
from warung.kit.clock import DAY
from warung.kit.db import Tx
from warung.pay import Transfer, audit, beancount, blocks, store
from warung.pay.blocks import Head


def traded(books: Books, rounds: int = 60, seed: int = 11) -> list[str]:
    """Let people pay each other in two currencies, hold, post, void and let run out; return the wallets."""
    chance = random.Random(seed)
    wallets = []
    for currency in ("IDR", "PTS"):
        source = books.open("issued" if currency == "PTS" else "bank", "warung", currency)
        mine = [books.open("wallet", name, currency) for name in ("budi", "siti", "ayu")]
        books.apply(*(Transfer(f"fund-{currency}-{at}", source, id, 100_000, currency, "fund") for at, id in enumerate(mine)))
        held: list[str] = []
        for at in range(rounds):
            debit, credit = chance.sample(mine, 2)
            id, amount = f"pay-{currency}-{at:04}", chance.randint(1, 500)
            kind: Any = chance.choice(["single", "single", "pending", "post", "void"])
            if kind in ("post", "void") and held:
                part = chance.choice([None, 1]) if kind == "post" else None
                books.apply(Transfer(id, kind=kind, pending=held.pop(), amount=part))
            elif kind == "pending":
                held.append(id)
                books.apply(Transfer(id, debit, credit, amount, currency, "hold", kind="pending", timeout_ms=DAY))
            else:
                books.apply(Transfer(id, debit, credit, amount, currency, "gift", about='kopi "tubruk"'))
        wallets += mine
    books.seal()
    return wallets


def findings(books: Books, heads: tuple[Head, ...] = ()) -> set[str]:
    """The kinds of what the audit finds."""
    return {finding.kind for finding in books.ask(lambda reader: audit.check(reader, heads)).findings}


def test_right_books_please_the_audit(books: Books) -> None:
    traded(books)
    report = books.ask(audit.check)
    assert report.findings == []
    assert (report.transfers > 100, report.blocks > 0, report.unsealed) == (True, True, 0)


HARMS = [
    ("UPDATE ledger_transfer SET amount = amount + 1 WHERE id = 'fund-IDR-0'", {"wrong_balance", "broken_chain"}),
    ("DELETE FROM ledger_transfer WHERE id = 'fund-IDR-0'", {"wrong_balance", "broken_chain"}),
    ("UPDATE ledger_account SET credits_posted = credits_posted + 7 WHERE id = 'wallet.budi.IDR'", {"wrong_balance"}),
    ("UPDATE ledger_transfer SET code = 'lain' WHERE id = 'fund-IDR-1'", {"broken_chain"}),
    ("UPDATE ledger_transfer SET currency = 'USD' WHERE id = 'fund-IDR-1'", {"mixed_currencies", "broken_chain"}),
    ("UPDATE ledger_block SET signature = hash", {"bad_signature"}),
    ("UPDATE ledger_block SET hash = signature WHERE seq = 1", {"broken_chain", "bad_signature"}),
    ("UPDATE ledger_pending SET state = 'voided', posted = 0 WHERE state = 'posted'", {"wrong_pending"}),
    ("DELETE FROM ledger_pending WHERE state = 'posted'", {"wrong_pending"}),
    ("INSERT INTO ledger_failed (id, code, at) VALUES ('fund-IDR-0', 'exceeds_credits', 0)", {"failed_and_done"}),
]


class Undone(Exception):
    """Carries what an audit found out of a transaction that is not to be kept."""


def harmed(books: Books, harm: str) -> set[str]:
    """The kinds of what the audit finds after some harm, which is undone."""

    def attempt(tx: Tx) -> None:
        tx.run(harm)
        raise Undone({finding.kind for finding in audit.check(tx).findings})

    with pytest.raises(Undone) as caught:
        books.do(attempt)
    found: set[str] = caught.value.args[0]
    return found


def test_whatever_is_wrong_is_said(books: Books) -> None:
    traded(books)
    for harm, said in HARMS:
        assert said <= harmed(books, harm), harm
    assert findings(books) == set()


def test_a_database_without_its_checks_is_overdrawn_and_the_audit_says_so(books: Books) -> None:
    """The last line is the table's own check. Without it a wrong program overdraws; the books still sum, and are wrong."""
    wallets = traded(books, rounds=10)
    if books.kind == "sqlite":
        books.do(lambda tx: tx.run("PRAGMA ignore_check_constraints = ON"))
    else:
        books.do(lambda tx: tx.run("ALTER TABLE ledger_account DROP CONSTRAINT debits_within_credits"))
    row = {"id": "wrong-0001", "kind": "single", "debit": wallets[0], "credit": wallets[1], "amount": 10**9, "currency": "IDR", "code": "x"}
    more = {"about": None, "pending": None, "timeout_ms": None, "chain": None, "at": books.now}
    sides = [{"id": wallets[0], "dp": 0, "dd": 10**9, "cp": 0, "cc": 0}, {"id": wallets[1], "dp": 0, "dd": 0, "cp": 0, "cc": 10**9}]
    books.do(lambda tx: store.insert_transfers(tx, [row | more]))
    books.do(lambda tx: store.add_to_accounts(tx, sides))
    assert findings(books) == {"overdrawn"}


def test_a_chain_that_was_rewritten_whole_is_known_by_a_head_kept_elsewhere(books: Books) -> None:
    traded(books, rounds=10)
    head = books.ask(blocks.head)
    assert head is not None
    assert findings(books, (head,)) == set()
    books.do(lambda tx: tx.run("UPDATE ledger_transfer SET about = 'lain' WHERE id = 'fund-IDR-0'"))
    books.do(lambda tx: tx.run("DELETE FROM ledger_block"))
    books.seal()
    assert findings(books) == set()
    assert findings(books, (head,)) == {"rewritten"}


def test_beancount_finds_the_same_balances(books: Books, tmp_path: Path) -> None:
    traded(books)
    assert judged(books, tmp_path / "right.beancount") == ""
    books.do(lambda tx: tx.run("UPDATE ledger_account SET debits_posted = debits_posted + 1 WHERE id = 'wallet.siti.IDR'"))
    assert "Balance failed for 'Liabilities:Wallet:Xsiti:IDR'" in judged(books, tmp_path / "wrong.beancount")


def judged(books: Books, file: Path) -> str:
    """Write the journal as beancount and return what `bean-check` has to say about it."""
    program = judge("bean-check")
    file.write_text("".join(books.ask(lambda reader: list(beancount.export(reader)))))
    done = subprocess.run([program, file], capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (done.stderr == "")
    return done.stderr
