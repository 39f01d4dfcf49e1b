"""Packs that cost something, and thanks for any: the money goes to whoever made the pack, in this place's credits.

A confirmation is for the pack, whose maker need not be known. Who pays, and who is paid, stand in the wallets of both.
"""

from warung import pay
from warung.kit.db import Tx
from warung.kit.ids import AccountId
from warung.stickers import seeing, store_people, store_sales
from warung.stickers.model import KeptPack, PackOfYours, PriceChanged, ShelfChanged

SALE, TIP = "pack", "tip"


def buy(tx: Tx, *, by: AccountId, id: str, price: int, nonce: str, approval: str | None) -> None:
    """Buy a pack of the store for the price that one was shown, and put it on one's shelf; who has it already pays nothing.

    Raises `NoSuchPack`, `PackOfYours`, `PriceChanged`, what `pay.authorise` raises, and the ledger's refusals.
    """
    pack = _of_another(tx, by, id)
    if not seeing.may_use(tx, by, pack):
        if pack.price != price:
            raise PriceChanged(price=pack.price)
        transfer = _paid(tx, by, pack, price, SALE, nonce, approval)
        if transfer is not None:
            store_sales.insert_sale(tx, by, id, price, transfer)
    if store_people.put_on_shelf(tx, by, id):
        tx.emit(ShelfChanged(), [by])


def tip(tx: Tx, *, by: AccountId, id: str, amount: int, nonce: str, approval: str | None) -> None:
    """Thank whoever made a pack with money. Raises `NoSuchPack`, `PackOfYours`, what `pay.authorise` raises, the ledger's refusals."""
    transfer = _paid(tx, by, _of_another(tx, by, id), amount, TIP, nonce, approval)
    if transfer is not None:
        store_sales.insert_tip(tx, id, amount, transfer)


def _of_another(tx: Tx, by: AccountId, id: str) -> KeptPack:
    pack = seeing.pack_seen(tx, by, id)
    if pack.owner == by:
        raise PackOfYours
    return pack


def _paid(tx: Tx, by: AccountId, pack: KeptPack, amount: int, code: str, nonce: str, approval: str | None) -> str | None:
    """Move the money and tell both; return the payment, None for a retry."""
    pay.checked(amount, pay.CREDITS)
    pay.authorise(tx, by, approval, payee=pack.id, amount=amount, currency=pay.CREDITS, transfer=nonce)
    transfer = pay.transfer_id(by, nonce)
    mine, theirs = pay.wallet(tx, by, pay.CREDITS), pay.wallet(tx, pack.owner, pay.CREDITS)
    results = pay.apply(tx, [pay.Transfer(transfer, mine.id, theirs.id, amount, pay.CREDITS, code, pack.title)])
    pay.demand(results)
    if results[0].code != "created":
        return None
    for who, other, sign in ((pack.owner, by, 1), (by, pack.owner, -1)):
        pay.give_receipt(
            tx, to=who, code=code, amount=sign * amount, currency=pay.CREDITS, transfer=transfer, other=other, about=pack.title
        )
    return transfer
