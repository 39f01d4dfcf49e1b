"""The SQL of the audit: whole tables, read once, in order. It shares nothing with the store that writes them."""

from collections.abc import Iterator

from warung.kit.db import Reader, Row

PAGE = 5_000


def journal(reader: Reader) -> Iterator[Row]:
    """Yield (xact, pos, id, kind, debit, credit, amount, currency, code, about, pending, timeout_ms, chain, at) in the order of commit."""
    xact, pos = 0, 0
    column, where = ("0", "pos > :pos AND :xact >= 0") if reader.dialect == "sqlite" else ("xact", "(xact, pos) > (:xact, :pos)")
    order = "pos" if reader.dialect == "sqlite" else "xact, pos"
    sql = f"""SELECT {column}, pos, id, kind, debit, credit, amount, currency, code, about, pending, timeout_ms, chain, at
        FROM ledger_transfer WHERE {where} ORDER BY {order} LIMIT :limit"""
    while rows := reader.all(sql, {"xact": xact, "pos": pos, "limit": PAGE}):
        yield from rows
        xact, pos = rows[-1][0], rows[-1][1]


def accounts(reader: Reader) -> list[Row]:
    """Return (id, kind, owner, currency, flags, debits pending, debits posted, credits pending, credits posted) of every account."""
    return reader.all(
        "SELECT id, kind, owner, currency, flags, debits_pending, debits_posted, credits_pending, credits_posted"
        " FROM ledger_account ORDER BY id"
    )


def pendings(reader: Reader) -> list[Row]:
    """Return (id, amount, posted, state) of everything that was ever pending."""
    return reader.all("SELECT id, amount, posted, state FROM ledger_pending ORDER BY id")


def failed(reader: Reader) -> list[Row]:
    """Return (id) of everything that stays failed."""
    return reader.all("SELECT id FROM ledger_failed ORDER BY id")


def blocks(reader: Reader) -> list[Row]:
    """Return (seq, hash, transfers, xact, pos, signature) of every block."""
    return reader.all("SELECT seq, hash, transfers, xact, pos, signature FROM ledger_block ORDER BY seq")


def payments(reader: Reader) -> list[Row]:
    """Return (id, amount, refunded) of every payment to a shop."""
    return reader.all("SELECT id, amount, refunded FROM pay_payment ORDER BY id")


def packets(reader: Reader) -> list[Row]:
    """Return (id, currency, state, total, what was taken out) of every red packet."""
    return reader.all(
        "SELECT id, currency, state, total, (SELECT COALESCE(SUM(amount), 0) FROM packet_opening WHERE packet = packet.id)"
        " FROM packet ORDER BY id"
    )


def promises(reader: Reader) -> list[Row]:
    """Return (id, what it is said to be) of all that was handed over, and of all that was to go to a bank."""
    return reader.all("SELECT id, 'handover_' || state FROM handover UNION ALL SELECT id, 'withdrawal_' || state FROM pay_withdrawal")


def secret(reader: Reader) -> str | None:
    """Return the secret that signs blocks, where it is kept here."""
    row = reader.one("SELECT value FROM pay_secret WHERE name = 'secret'")
    return row[0] if row else None
