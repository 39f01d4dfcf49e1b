"""People who give each other money in conversations: a purse, with the verbs of handovers, packets and bills in few words."""

from typing import Any

import msgspec

from tests.chat.scene import card
from tests.pay.purse import Purse
from warung import pay
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId, ConversationId
from warung.pay import bills, handovers, packets
from warung.pay.bills import Owed
from warung.pay.store_bills import Bill
from warung.pay.store_handovers import Handover
from warung.pay.store_packets import Opening, Packet


class Giving(Purse):
    """A place where people give each other money."""

    async def friends_with(self, *credits: int) -> tuple[ConversationId, list[AccountId]]:
        """Budi, Siti, Ayu, ... with so much in their wallets each, all of them contacts, and the *kopi club* they share."""
        names = ["budi", "siti", "ayu", "rina", "dewi"]
        who = [await self.with_wallet(name, amount) for name, amount in zip(names, credits, strict=False)]
        await self.friends(*who)
        return await self.group(who[0], *who[1:]), who

    async def hands(self, who: AccountId, to: AccountId, amount: int, *, nonce: str = "", currency: str = "PTS", **more: Any) -> Handover:
        """Hand money to a contact, PIN and all."""
        key = nonce or str(self.nonce())
        approval = await self.confirms(who, to, amount, key, currency=currency)
        return await pay.decided(
            self.db,
            lambda tx: handovers.give(tx, by=who, to=to, amount=amount, currency=currency, nonce=key, approval=approval, **more),
        )

    async def puts(
        self, who: AccountId, where: ConversationId, total: int, shares: int, *, kind: Any = "lucky", nonce: str = "", **more: Any
    ) -> Packet:
        """Put a red packet into a conversation, PIN and all."""
        key = nonce or str(self.nonce())
        approval = await self.confirms(who, where, total, key)
        more = {"kind": kind, "total": total, "shares": shares, "currency": "PTS", "nonce": key, "approval": approval} | more
        return await pay.decided(self.db, lambda tx: packets.give(tx, by=who, conversation=where, **more))

    async def opens_packet(self, who: AccountId, id: str) -> Opening:
        """Open a packet."""
        taken = await self.do(packets.open_packet, by=who, id=id)
        if isinstance(taken, Refusal):
            raise taken
        return taken

    async def asks_for(self, who: AccountId, where: ConversationId, title: str, *owed: Owed, **more: Any) -> Bill:
        """Ask members of a conversation for money."""
        more = {"currency": "PTS", "nonce": str(self.nonce())} | more
        return await self.do(bills.ask, by=who, conversation=where, title=title, owed=owed, **more)

    async def pays_share(self, who: AccountId, bill: Bill, amount: int, *, nonce: str = "") -> Bill:
        """Pay one's part of a bill, PIN and all."""
        key = nonce or str(self.nonce())
        approval = await self.confirms(who, bill.collector, amount, key)
        return await pay.decided(self.db, lambda tx: bills.pay(tx, by=who, id=bill.id, nonce=key, approval=approval))

    async def cards(self, by: AccountId, where: ConversationId) -> list[dict[str, Any]]:
        """The cards of pay in a conversation."""
        found = [card(message) for message in (await self.page(by, where)).messages]
        return [each for each in found if each["type"].startswith("pay.")]

    async def news(self, by: AccountId, where: ConversationId) -> list[str]:
        """What a conversation was told about its money."""
        return [each["key"] for each in await self.cards(by, where) if each["type"] == "pay.news"]

    async def books(self) -> list[tuple[Any, ...]]:
        """Everything the ledger has: a refusal leaves it as it was."""
        from_ledger = await self.db.read(lambda reader: reader.all("SELECT * FROM ledger_account ORDER BY id"))
        return [tuple(row) for row in from_ledger]


def plainly(struct: Any) -> dict[str, Any]:
    """A struct as a client reads it."""
    found: dict[str, Any] = msgspec.to_builtins(struct)
    return found
