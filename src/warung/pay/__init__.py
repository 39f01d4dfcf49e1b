"""Money in the conversation: a double-entry ledger, wallets over it, and everything that people pay each other."""

from pathlib import Path

from warung.kit.domain import Chore, Domain, Errand, Follower
from warung.pay import (
    blocks,
    handovers,
    happenings,
    packets,
    refunds,
    routes,
    routes_codes,
    routes_merchants,
    routes_operator,
    routes_people,
    routes_provider,
    top_ups,
    withdrawals,
)
from warung.pay.approvals import Intent, approve_by_pin, authorise
from warung.pay.audit import Report
from warung.pay.audit import check as audit_books
from warung.pay.beancount import export as export_journal
from warung.pay.bills import Owed
from warung.pay.bills import ask as ask_for_money
from warung.pay.blocks import Head, head
from warung.pay.cards import CARDS, MoneyChanged, PacketCard
from warung.pay.charges import TRIES as CODE_TRIES
from warung.pay.charges import ChargeNotFound, ChargeView, CodeUnknown
from warung.pay.charges import begin as charge
from warung.pay.charges import paid_by as charge_paid_by
from warung.pay.charges import withdraw as withdraw_charge
from warung.pay.codes import CodeExpired, CodeUsed
from warung.pay.handovers import give as hand_over
from warung.pay.handovers import tip
from warung.pay.ledger import (
    account_id,
    apply,
    balance,
    close,
    decided,
    demand,
    entries,
    entry,
    expire,
    open_account,
    pending,
    pot,
    transfer_id,
    wallet,
)
from warung.pay.merchants import Refund, open_shop, own_shop, shop, till
from warung.pay.merchants import refund as refund_payment
from warung.pay.model import (
    AccountClosed,
    ApprovalNeeded,
    Entry,
    Expire,
    LedgerAccount,
    LedgerAccountId,
    LedgerRefusal,
    MerchantNotFound,
    NotEnoughMoney,
    NotToYourself,
    PaymentNotFound,
    PaymentRefunded,
    PaymentSettled,
    Pending,
    PendingExpired,
    RefundTooLarge,
    Result,
    Settings,
    Transfer,
    WalletChanged,
)
from warung.pay.money import (
    CREDITS,
    TEST,
    AmountNotPositive,
    AmountTooFine,
    AmountTooLarge,
    Currency,
    UnknownCurrency,
    checked,
    currency,
    plain,
)
from warung.pay.operators import open_case
from warung.pay.operators import order as order_credits
from warung.pay.packets import PacketNotFound, ShareTooLarge, ShareTooSmall, TooManyShares, give_from_shop, open_packet
from warung.pay.packets import give as give_packet
from warung.pay.packets import opened as packet_opened
from warung.pay.payments import Pay, pay_together
from warung.pay.payments import pay as pay_shop
from warung.pay.pdf import document as pdf
from warung.pay.pin import Proof, set_pin
from warung.pay.receipts import PaymentReceipt, SafetyNotice
from warung.pay.receipts import give as give_receipt
from warung.pay.store_merchants import Merchant, Payment
from warung.pay.store_packets import Opening, Packet

DOMAIN = Domain(
    name="pay",
    routes=[
        *routes.ROUTES,
        *routes_merchants.ROUTES,
        *routes_operator.ROUTES,
        *routes_people.ROUTES,
        *routes_codes.ROUTES,
        *routes_provider.ROUTES,
    ],
    cards=[PaymentReceipt, SafetyNotice, *CARDS],
    events=[WalletChanged, MoneyChanged],
    listeners=[(PendingExpired, handovers.on_expired)],
    followers=[Follower("pay.blocks", blocks.follow, blocks.reach)],
    jobs=[
        Chore(Expire, expire),
        Chore(packets.EndPacket, packets.end),
        Errand(happenings.Deliver, happenings.deliver),
        Errand(top_ups.Ask, top_ups.ask),
        Errand(refunds.AskRefund, refunds.ask),
        Errand(withdrawals.AskPayout, withdrawals.ask),
        Errand(top_ups.Reconcile, top_ups.reconcile),
    ],
    settings=Settings,
    schema=Path(__file__).parent / "schema",
)

__all__ = [
    "CODE_TRIES",
    "CREDITS",
    "DOMAIN",
    "TEST",
    "AccountClosed",
    "AmountNotPositive",
    "AmountTooFine",
    "AmountTooLarge",
    "ApprovalNeeded",
    "ChargeNotFound",
    "ChargeView",
    "CodeExpired",
    "CodeUnknown",
    "CodeUsed",
    "Currency",
    "Entry",
    "Expire",
    "Head",
    "Intent",
    "LedgerAccount",
    "LedgerAccountId",
    "LedgerRefusal",
    "Merchant",
    "MerchantNotFound",
    "MoneyChanged",
    "NotEnoughMoney",
    "NotToYourself",
    "Opening",
    "Owed",
    "Packet",
    "PacketCard",
    "PacketNotFound",
    "Pay",
    "Payment",
    "PaymentNotFound",
    "PaymentReceipt",
    "PaymentRefunded",
    "PaymentSettled",
    "Pending",
    "PendingExpired",
    "Proof",
    "Refund",
    "RefundTooLarge",
    "Report",
    "Result",
    "Settings",
    "ShareTooLarge",
    "ShareTooSmall",
    "TooManyShares",
    "Transfer",
    "UnknownCurrency",
    "WalletChanged",
    "account_id",
    "apply",
    "approve_by_pin",
    "ask_for_money",
    "audit_books",
    "authorise",
    "balance",
    "charge",
    "charge_paid_by",
    "checked",
    "close",
    "currency",
    "decided",
    "demand",
    "entries",
    "entry",
    "export_journal",
    "give_from_shop",
    "give_packet",
    "give_receipt",
    "hand_over",
    "head",
    "open_account",
    "open_case",
    "open_packet",
    "open_shop",
    "order_credits",
    "own_shop",
    "packet_opened",
    "pay_shop",
    "pay_together",
    "pdf",
    "pending",
    "plain",
    "pot",
    "refund_payment",
    "set_pin",
    "shop",
    "till",
    "tip",
    "transfer_id",
    "wallet",
    "withdraw_charge",
]
