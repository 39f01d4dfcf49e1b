"""People with wallets in a whole world: credits given by the operator, PINs, payments, all by public verbs."""

import itertools
from typing import Any

from tests.chat.scene import Scene
from tests.worlds import Hand
from warung import accounts, pay
from warung.app import World
from warung.kit.ids import AccountId, Identity, SessionId
from warung.kit.site import Site
from warung.pay import approvals, operators, payments, pin, store_merchants
from warung.pay.approvals import Intent
from warung.pay.model import Settings
from warung.pay.payments import Pay
from warung.pay.pin import Proof

PIN = "271828"
SITE = Site(url="https://kopi.example")
HERE = "127.0.0.1"
serial = itertools.count(1)


class Purse(Scene):
    """A place with an operator, Pak Joko, who gives people credits."""

    def __init__(self, world: World, hand: Hand) -> None:
        super().__init__(world, hand)
        self.joko: AccountId
        self.identities: dict[AccountId, Identity] = {}

    async def opens(self) -> None:
        """Pak Joko arrives."""
        self.joko = await self.person("joko", operator=True)

    async def with_wallet(self, handle: str, credits: int = 0, *, pin_set: bool = True) -> AccountId:
        """Somebody with credits, a PIN, and a device that signed in days ago."""
        who = await self.person(handle)
        await self.signs_in(who)
        self.hand.forward(0)
        if pin_set:
            await pin.set_pin(self.db, by=self.identities[who], new=PIN, proof=Proof(), site=SITE, address=HERE)
        if credits:
            await self.gives(who, credits)
        return who

    async def signs_in(self, who: AccountId) -> Identity:
        """A new device of somebody."""
        opened = await self.db.write(lambda tx: accounts.start_session(tx, account=who, device="Ponsel", address=HERE))
        self.identities[who] = Identity(who, SessionId(opened.session))
        return self.identities[who]

    async def gives(self, who: AccountId, credits: int, *, nonce: str = "", reason: str = "iuran") -> Any:
        """The operator gives credits."""
        order = {"by": self.joko, "kind": "issue", "account": who, "amount": credits, "reason": reason, "nonce": nonce or self.nonce()}
        return await self.do(operators.order, **order)

    async def has(self, who: AccountId, currency: str = "PTS") -> int:
        """What somebody's wallet holds."""
        found = await self.db.read(lambda reader: pay.balance(reader, pay.account_id("wallet", who, currency)))
        return found.balance if found else 0

    async def toko(self, owner: AccountId, name: str = "Toko Sari") -> store_merchants.Merchant:
        """A shop."""
        return await self.do(pay.open_shop, by=owner, name=name, city="Bandung")

    async def took(self, shop: str, currency: str = "PTS") -> int:
        """What is in a shop's till."""
        found = await self.db.read(lambda reader: pay.balance(reader, pay.account_id("merchant", shop, currency)))
        return found.balance if found else 0

    async def confirms(self, who: AccountId, payee: str, amount: int, transfer: str, *, given: str = PIN, currency: str = "PTS") -> str:
        """Somebody types their PIN for exactly this."""
        intent = Intent(payee, amount, currency, transfer)
        return await approvals.approve_by_pin(self.db, by=self.identities[who], intent=intent, given=given)

    async def pays(self, who: AccountId, shop: str, amount: int, *, nonce: str = "", **more: Any) -> store_merchants.Payment:
        """Somebody pays a shop, PIN and all."""
        key = str(nonce or self.nonce())
        approval = await self.confirms(who, shop, amount, key)
        return await self.do(payments.pay, by=who, item=Pay(key, shop, amount, "PTS", approval=approval, **more))

    async def sums_to_nothing(self) -> None:
        """Every currency's books balance, and the credits given out are where people and shops have them."""
        found = await self.db.read(lambda reader: operators.books(reader, by=self.joko))
        assert all((each.posted, each.pending) == (0, 0) for each in found.sums)
        credits = [row for row in found.rows if row.currency == "PTS"]
        issued = sum(row.debits_posted - row.credits_posted for row in credits if row.kind == "issued")
        held = sum(row.credits_posted - row.debits_posted for row in credits if row.kind != "issued")
        assert issued == held


QUICK = {
    accounts.Settings: accounts.Settings(password_memory_kib=8, password_passes=1),
    Settings: Settings(payment_limit=5_000, day_limit=10_000, new_device_limit=10_000, issue_alone=50_000),
}
