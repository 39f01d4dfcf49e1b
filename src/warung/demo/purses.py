"""Money in the demo: credits from the operator, a red packet that is not empty yet, money to be accepted, a bill, a shop.

Everybody's payment PIN is `PIN`, so that whoever looks around can pay.
"""

from collections.abc import Mapping

from warung import accounts, pay
from warung.kit.db import Db
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId, ConversationId, Identity, new_id
from warung.kit.site import Site

PIN = "271828"
CREDITS = {"budi": 184_500, "siti": 240_000, "ayu": 90_000, "joko": 150_000}
HERE = "127.0.0.1"


async def fill(db: Db, site: Site, who: Mapping[str, AccountId], club: ConversationId) -> tuple[str, str]:
    """Give people money, and let them give some of it to each other. Returns the ids of a packet and of a bill in the club."""
    for handle, amount in CREDITS.items():
        await _endow(db, by=who["budi"], account=who[handle], amount=amount)
    packet = await _packet(db, site, who, club)
    await _handover(db, site, by=who["siti"], to=who["budi"])
    owed = [pay.Owed(who[handle]) for handle in ("budi", "siti", "ayu", "joko")]
    bill = await db.write(
        lambda tx: pay.ask_for_money(
            tx, by=who["siti"], conversation=club, title="Kopi sore", currency=pay.CREDITS, owed=owed, nonce=new_id(tx.now), total=60_000
        )
    )
    await db.write(lambda tx: pay.open_shop(tx, by=who["siti"], name="Toko Sari", city="Bandung", category="5411"))
    for handle in ("budi", "ayu"):
        await _leaves(db, await _with_pin(db, site, who[handle]))
    return packet, bill.id


async def _endow(db: Db, *, by: AccountId, account: AccountId, amount: int) -> None:
    await db.write(
        lambda tx: pay.order_credits(tx, by=by, kind="issue", account=account, amount=amount, reason="Modal awal", nonce=new_id(tx.now))
    )


async def _packet(db: Db, site: Site, who: Mapping[str, AccountId], club: ConversationId) -> str:
    """Pak Joko's packet: Siti and Ayu have opened it, something is left for whoever looks."""
    total, nonce = 50_000, new_id(1)
    approval = await _confirmed(db, site, who["joko"], pay.Intent(club, total, pay.CREDITS, nonce))
    made = await db.write(
        lambda tx: pay.give_packet(
            tx,
            by=who["joko"],
            conversation=club,
            kind="lucky",
            total=total,
            shares=4,
            currency=pay.CREDITS,
            nonce=nonce,
            message="Untuk yang ronda semalam",
            approval=approval,
        )
    )
    for handle in ("siti", "ayu"):
        await _opens(db, who[handle], made.id)
    return made.id


async def _opens(db: Db, by: AccountId, packet: str) -> None:
    taken = await db.write(lambda tx: pay.open_packet(tx, by=by, id=packet))
    if isinstance(taken, Refusal):
        raise taken


async def _handover(db: Db, site: Site, *, by: AccountId, to: AccountId) -> None:
    amount, nonce = 25_000, new_id(2)
    approval = await _confirmed(db, site, by, pay.Intent(to, amount, pay.CREDITS, nonce))
    await db.write(
        lambda tx: pay.hand_over(
            tx, by=by, to=to, amount=amount, currency=pay.CREDITS, nonce=nonce, note="Ganti uang bakso", approval=approval
        )
    )


async def _with_pin(db: Db, site: Site, account: AccountId) -> Identity:
    """Set somebody's PIN; return the device on which that was done."""
    opened = await db.write(lambda tx: accounts.start_session(tx, account=account, device="demo", address=HERE))
    me = Identity(account, opened.session)
    await pay.set_pin(db, by=me, new=PIN, proof=pay.Proof(), site=site, address=HERE)
    return me


async def _leaves(db: Db, me: Identity) -> None:
    await db.write(lambda tx: accounts.end_session(tx, by=me.account, session=me.session))


async def _confirmed(db: Db, site: Site, account: AccountId, intent: pay.Intent) -> str:
    """Confirm a payment with somebody's PIN."""
    me = await _with_pin(db, site, account)
    approval = await pay.approve_by_pin(db, by=me, intent=intent, given=PIN)
    await _leaves(db, me)
    return approval
