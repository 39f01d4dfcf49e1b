"""Random worlds of orders, refunds, transfers and packets: whatever is done in whatever order, the auditor has nothing to say."""

import asyncio
import contextlib
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.pay.purse import SITE
from tests.wechatpay.conftest import ROOMY
from tests.worlds import Hand, settings_for
from warung import accounts, official, pay
from warung.app import World, open_world
from warung.kit.clock import HOUR
from warung.kit.db import Tx
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId
from warung.pay import operators, packets
from warung.wechatpay import merchants, orders, paying, platform, redpacks, refunds, store_merchants, store_orders, transfers
from warung.wechatpay.call import Call
from warung.wechatpay.faults import Fault
from warung.wechatpay.model import Merchant
from warung.wechatpay.wire import RefundAmount, RefundAsked, TransferAsked

NUMBERS = st.integers(0, 3)
AMOUNTS = st.integers(1, 600)
STEP = st.one_of(
    st.tuples(st.just("order"), NUMBERS, AMOUNTS),
    st.tuples(st.just("pay"), NUMBERS, NUMBERS),
    st.tuples(st.just("pay"), NUMBERS, NUMBERS),
    st.tuples(st.just("close"), NUMBERS, NUMBERS),
    st.tuples(st.just("refund"), NUMBERS, AMOUNTS),
    st.tuples(st.just("give"), NUMBERS, AMOUNTS),
    st.tuples(st.just("take"), NUMBERS, NUMBERS),
    st.tuples(st.just("cancel"), NUMBERS, NUMBERS),
    st.tuples(st.just("packet"), NUMBERS, AMOUNTS),
    st.tuples(st.just("open"), NUMBERS, NUMBERS),
    st.tuples(st.just("wait"), NUMBERS, NUMBERS),
)


class Play:
    """One merchant and two people; `step` does one thing and swallows every refusal."""

    def __init__(self, world: World, hand: Hand) -> None:
        self.world, self.hand = world, hand
        self.people: list[AccountId] = []
        self.openids: list[str] = []
        self.packages: list[transfers.AskedTransfer] = []
        self.packets: list[str] = []
        self.serial = 0

    async def opens(self) -> None:
        """The cast arrives."""
        self.signs = await platform.platform(self.world.db, SITE)
        await self.world.db.write(self._opens)

    def _opens(self, tx: Tx) -> None:
        joko = accounts.create_account(tx, handle="joko", name="Pak Joko", operator=True)
        siti = accounts.create_account(tx, handle="siti", name="Siti")
        made = official.register(tx, by=siti, kind="service", handle="tokositi", name="Toko Siti").official
        self.appid = made.appid
        for handle in ("budi", "ayu"):
            who = accounts.create_account(tx, handle=handle, name=handle)
            operators.order(tx, by=joko, kind="issue", account=who, amount=1_500, reason="iuran", nonce=f"iuran-{handle}")
            self.people.append(who)
            self.openids.append(official.follow(tx, by=who, official=made.id).openid)
        shop = pay.open_shop(tx, by=siti, name="Toko Siti", city="Bandung")
        mchid = merchants.register(tx, by=siti, shop=shop.id).mchid
        merchants.bind(tx, by=siti, mchid=mchid, appid=self.appid)
        self.mchid, self.shop = mchid, shop.id

    def call(self, merchant: Merchant) -> Call:
        """A request of the merchant's."""
        return Call(merchant, {}, SITE.url, SITE.url, "", self.signs, self.signs.public_key.public, "")

    async def step(self, what: tuple[str, int, int]) -> None:
        """Do one thing."""
        if what[0] == "wait":
            self.hand.forward((1, 6, 25, 40)[what[1]] * HOUR)
            await self.world.settle()
            return
        self.serial += 1
        with contextlib.suppress(Fault, Refusal):
            await pay.decided(self.world.db, lambda tx: self._step(tx, *what))

    def _step(self, tx: Tx, kind: str, at: int, amount: int) -> None:
        merchant = store_merchants.merchant(tx, self.mchid)
        assert merchant is not None
        number = f"pesanan{at:03}"
        who = amount % 2
        if kind == "order":
            wanted = orders.Wanted(number, self.appid, "JSAPI", "Kopi", amount, "CNY", "https://toko.example/x", self.openids[who])
            orders.create(tx, merchant, wanted)
        elif kind == "pay":
            order = orders.find(tx, self.mchid, out_trade_no=number)
            if orders.state_of(tx, order) == "NOTPAY":
                item = pay.Pay(f"bayar-{self.serial:06}", self.shop, order.total, "PTS", number)
                paying.paid(tx, order, self.people[who], pay.pay_shop(tx, by=self.people[who], item=item).id)
        elif kind == "close":
            orders.close(tx, orders.find(tx, self.mchid, out_trade_no=number))
        elif kind == "refund":
            order = orders.find(tx, self.mchid, out_trade_no=number)
            asked = RefundAsked(f"r{self.serial % 7}", RefundAmount(amount, order.total), out_trade_no=number)
            refunds.ask(tx, self.call(merchant), asked)
        elif kind == "give":
            bill = TransferAsked(self.appid, f"t{self.serial % 9}", "1005", self.openids[who], amount, "gaji")
            made = transfers.ask(tx, self.call(merchant), bill)
            self.packages.append(transfers.AskedTransfer(made["package_info"], self.mchid, self.appid))
        elif kind == "take" and self.packages:
            transfers.take(tx, by=self.people[who], asked=self.packages[at % len(self.packages)])
        elif kind == "cancel":
            transfers.cancel(tx, self.call(merchant), f"t{at}")
        elif kind == "packet":
            total = max(100, amount)
            gift = redpacks.Asked(f"hb{self.serial % 5}", self.appid, self.openids[who], total, 1, "Selamat", "", group=False)
            self.packets.append(redpacks.give(tx, merchant, gift).packet)
        elif kind == "open" and self.packets:
            packets.open_packet(tx, by=self.people[who], id=self.packets[at % len(self.packets)])


async def play(steps: list[tuple[str, int, int]]) -> tuple[Any, int, int, int]:
    """Play; return the auditor's report, and what should be in the till, by the rows of orders, refunds, transfers and packets."""
    hand = Hand()
    sections: dict[type[Any], Any] = ROOMY | {pay.Settings: pay.Settings(free_amount=100_000, payment_limit=100_000, day_limit=10_000_000)}
    with tempfile.TemporaryDirectory() as folder:
        world = await open_world(settings_for(Path(folder), "", sections), clock=hand, static=Path(folder) / "static")
        try:
            game = Play(world, hand)
            await game.opens()
            for step in steps:
                await game.step(step)
            report = await world.db.read(pay.audit_books)
            till = await world.db.read(lambda reader: pay.balance(reader, pay.LedgerAccountId(pay.till(game.shop, "PTS"))))
            paid = await world.db.read(lambda reader: store_orders.paid_between(reader, game.mchid, 0, 1 << 60))
            back = await world.db.read(lambda reader: store_orders.refunded_between(reader, game.mchid, 0, 1 << 60))
            taken, back_sum = sum(each.total for each in paid), sum(each.amount for each in back)
            assert sum(each.refunded for each in paid) == back_sum
            return report, taken, back_sum, till.balance if till else 0
        finally:
            await world.close()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example([("order", 0, 500), ("pay", 0, 0), ("refund", 0, 100), ("give", 1, 200), ("take", 0, 0), ("packet", 0, 200), ("wait", 2, 0)])
@given(st.lists(STEP, min_size=12, max_size=45))
def test_after_a_random_world_the_books_are_right(steps: list[tuple[str, int, int]]) -> None:
    report, taken, back, till = asyncio.run(play(steps))
    assert report.findings == []
    assert 0 <= till <= taken - back
