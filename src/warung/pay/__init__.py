"""Money in the conversation: a double-entry ledger, wallets over it, and everything that people pay each other."""

from pathlib import Path

from warung.kit.domain import Chore, Domain, Follower
from warung.pay import blocks
from warung.pay.ledger import (
    account_id,
    apply,
    balance,
    close,
    decided,
    demand,
    entry,
    expire,
    open_account,
    pending,
    pot,
    transfer_id,
    wallet,
)
from warung.pay.model import (
    Entry,
    Expire,
    LedgerAccount,
    LedgerAccountId,
    LedgerRefusal,
    NotEnoughMoney,
    Pending,
    PendingExpired,
    Result,
    Settings,
    Transfer,
    WalletChanged,
)
from warung.pay.money import CREDITS, Currency, checked, currency

DOMAIN = Domain(
    name="pay",
    events=[WalletChanged],
    followers=[Follower("pay.blocks", blocks.follow, blocks.caught_up)],
    jobs=[Chore(Expire, expire)],
    settings=Settings,
    schema=Path(__file__).parent / "schema",
)

__all__ = [
    "CREDITS",
    "DOMAIN",
    "Currency",
    "Entry",
    "Expire",
    "LedgerAccount",
    "LedgerAccountId",
    "LedgerRefusal",
    "NotEnoughMoney",
    "Pending",
    "PendingExpired",
    "Result",
    "Settings",
    "Transfer",
    "WalletChanged",
    "account_id",
    "apply",
    "balance",
    "checked",
    "close",
    "currency",
    "decided",
    "demand",
    "entry",
    "open_account",
    "pending",
    "pot",
    "transfer_id",
    "wallet",
]
