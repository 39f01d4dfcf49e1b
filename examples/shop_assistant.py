"""A shop's assistant: greets, shows what there is, takes orders by words or by tapping, and fetches a person when it is asked to.

Make a program of your official account (account page, Programs) and start this with WARUNG_URL and WARUNG_PROGRAM_TOKEN set. It remembers
in shop_assistant.seq what it has dealt with: whatever is said while it is away is answered when it comes back.
"""

import asyncio
import os
from pathlib import Path

from warung.client import Happening, OfficialAccount, Refused

GOODS = {"dadar": ("Dadar gulung", 3_000), "lapis": ("Kue lapis", 4_000), "klepon": ("Klepon", 2_500)}
MENU = [
    {"name": "Kue hari ini", "type": "click", "key": "goods"},
    {"name": "Pesananku", "type": "click", "key": "order"},
    {"name": "Bantuan", "type": "click", "key": "person"},
]
KEPT = Path("shop_assistant.seq")
orders: dict[str, list[str]] = {}


def handled(seq: int | None = None) -> int:
    """Return up to where events were dealt with, or note it."""
    if seq is not None:
        KEPT.write_text(str(seq))
    return int(KEPT.read_text()) if KEPT.exists() else 0


def bill(openid: str) -> str:
    """Return what somebody has ordered."""
    chosen = [GOODS[key] for key in orders.get(openid, [])]
    if not chosen:
        return "Belum ada pesanan."
    return "\n".join([*(f"{name}: Rp{price:,}" for name, price in chosen), f"Jumlah: Rp{sum(price for _, price in chosen):,}"])


async def answer(shop: OfficialAccount, event: Happening) -> None:
    """Answer one event."""
    message, words = event.data.get("message", {}), event.text.lower()
    wanted = message.get("choice") or next((key for key in GOODS if key in words), None)
    key = event.data.get("key", "") if event.type == "menu.click" else ""
    if wanted in GOODS:
        orders.setdefault(event.openid, []).append(wanted)
        await shop.say(event.openid, f"{GOODS[wanted][0]} dicatat.\n{bill(event.openid)}", nonce=f"order-{event.seq:08}")
    elif key == "order":
        await shop.say(event.openid, bill(event.openid), nonce=f"order-{event.seq:08}")
    elif key == "person" or "orang" in words:
        await shop.to_desk(event.openid)
    elif event.type in ("follow", "message.text") or key == "goods":
        items = [{"id": id, "text": f"{name} Rp{price:,}"} for id, (name, price) in GOODS.items()]
        await shop.say(event.openid, choices={"head": "Kue hari ini:", "items": items}, nonce=f"goods-{event.seq:08}")


async def main() -> None:
    """Hear what happens, in order, from where this was left."""
    async with OfficialAccount(os.environ["WARUNG_URL"], token=os.environ["WARUNG_PROGRAM_TOKEN"], after=handled()) as shop:
        await shop.set_menu(MENU)
        async for event in shop.events():
            try:
                await answer(shop, event)
            except Refused as refused:  # they left, or were answered often enough
                print(f"{event.seq}: {refused}")
            handled(event.seq)


if __name__ == "__main__":
    asyncio.run(main())
