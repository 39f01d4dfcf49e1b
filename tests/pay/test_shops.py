"""Shops and their programs: payments, refunds, settlement, keys for retries, webhooks. And what the operator does with credits."""

import asyncio
import base64
import csv
import hashlib
import hmac
import io
import json
from typing import Any

import pytest

from tests.pay.purse import Purse
from tests.scenarios.walking import device
from tests.served import Served, free_port
from warung import accounts, pay
from warung.kit.clock import DAY, HOUR
from warung.kit.outside import AddressNotAllowed
from warung.pay import happenings, merchants, operators
from warung.pay.model import (
    CaseNotFound,
    HookNotFound,
    IssueDecided,
    IssueNotFound,
    MerchantNotFound,
    NotEnoughMoney,
    PaymentChanged,
    PaymentNotFound,
    RefundTooLarge,
    SecondOperator,
    TransferNotFound,
)


async def test_refunds_never_pass_the_payment_however_they_come(purse: Purse) -> None:
    budi, sari = await purse.with_wallet("budi", 1_000), await purse.person("sari")
    toko = await purse.toko(sari)
    paid = await purse.pays(budi, toko.id, 900, reference="pesanan 7")

    async def gives_back(amount: int, nonce: str) -> Any:
        return await purse.do(merchants.refund, by=sari, payment=paid.id, amount=amount, nonce=nonce)

    first = await gives_back(500, "refund-0001")
    assert await gives_back(500, "refund-0001") == first
    at_once = await asyncio.gather(*(gives_back(300, f"refund-1{at:03}") for at in range(4)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in at_once) == ["NotEnoughMoney"] * 3 + ["Refund"]
    await purse.pays(budi, toko.id, 500)
    with pytest.raises(RefundTooLarge) as caught:
        await gives_back(101, "refund-0003")
    assert caught.value.details == {"left": "100"}
    assert (await purse.has(budi), await purse.took(toko.id)) == (400, 600)
    await purse.sums_to_nothing()


async def test_a_shop_is_its_owners(purse: Purse) -> None:
    budi, sari, siti = await purse.with_wallet("budi", 1_000), await purse.person("sari"), await purse.person("siti")
    toko = await purse.toko(sari)
    paid = await purse.pays(budi, toko.id, 900)
    for stranger in (siti, budi):
        await purse.refused(MerchantNotFound, merchants.payments, by=stranger, merchant=toko.id)
        await purse.refused(MerchantNotFound, merchants.settlement, by=stranger, merchant=toko.id, since=0, until=1 << 60)
        await purse.refused(MerchantNotFound, merchants.close_shop, by=stranger, id=toko.id)
        await purse.refused(MerchantNotFound, happenings.add, by=stranger, merchant=toko.id, url="https://x.example/")
        await purse.refused(PaymentNotFound, merchants.refund, by=stranger, payment=paid.id, amount=1, nonce="refund-0001")
    mine = await purse.ask(merchants.payments, by=sari, merchant=toko.id)
    assert [(each.payer, each.amount) for each in mine.payments] == [(budi, 900)]
    await purse.do(merchants.close_shop, by=sari, id=toko.id)
    with pytest.raises(MerchantNotFound):
        await purse.pays(budi, toko.id, 1)
    await purse.do(merchants.refund, by=sari, payment=paid.id, amount=900, nonce="refund-0001")


async def test_the_settlement_file_adds_up(purse: Purse) -> None:
    budi, sari = await purse.with_wallet("budi", 5_000), await purse.person("sari")
    toko = await purse.toko(sari)
    paid = [
        await purse.pays(budi, toko.id, amount, reference=words) for amount, words in ((100, "=SUM(A1)"), (200, "kopi, gula"), (300, ""))
    ]
    await purse.do(merchants.refund, by=sari, payment=paid[1].id, amount=50, nonce="refund-0001")
    file = await purse.ask(merchants.settlement, by=sari, merchant=toko.id, since=0, until=1 << 60)
    rows = list(csv.DictReader(io.StringIO(file.decode())))
    assert [(row["reference"], row["net"]) for row in rows[:-1]] == [("'=SUM(A1)", "100"), ("kopi, gula", "150"), ("", "300")]
    assert (rows[-1]["at"], rows[-1]["net"]) == ("total", "550")
    assert await purse.took(toko.id) == 550


async def test_credits_above_the_limit_take_two_operators(purse: Purse) -> None:
    budi = await purse.with_wallet("budi")
    order = await purse.gives(budi, 50_001)
    assert (order.state, await purse.has(budi)) == ("waiting", 0)
    await purse.refused(SecondOperator, operators.decide, by=purse.joko, id=order.id, agree=True)
    await purse.refused(accounts.OperatorsOnly, operators.decide, by=budi, id=order.id, agree=True)
    ayu = await purse.person("ayu", operator=True)
    await purse.do(operators.decide, by=ayu, id=order.id, agree=True)
    await purse.refused(IssueDecided, operators.decide, by=ayu, id=order.id, agree=True)
    await purse.refused(IssueNotFound, operators.decide, by=ayu, id="nothing", agree=True)
    assert await purse.has(budi) == 50_001
    declined = await purse.gives(budi, 60_000)
    await purse.do(operators.decide, by=ayu, id=declined.id, agree=False)
    again = await purse.gives(budi, 10, nonce="nonce-once")
    assert await purse.gives(budi, 10, nonce="nonce-once") == again
    for changed in ({"credits": 11}, {"credits": 10, "reason": "lain"}):
        with pytest.raises(PaymentChanged):
            await purse.gives(budi, nonce="nonce-once", **changed)
    assert (await purse.gives(budi, 49_991)).state == "waiting"  # many small orders are no way round it
    assert await purse.has(budi) == 50_011
    await purse.do(operators.order, by=ayu, kind="redeem", account=budi, amount=12, reason="kembali", nonce="redeem-0001")
    await purse.refused(
        NotEnoughMoney, operators.order, by=purse.joko, kind="redeem", account=budi, amount=50_000, reason="kembali", nonce="redeem-0003"
    )
    assert await purse.has(budi) == 49_999
    await purse.sums_to_nothing()
    trail = await purse.ask(operators.trail, by=ayu, before=None)
    assert {each.what for each in trail} == {"issue", "agree", "refuse", "redeem"}


async def test_the_books_are_for_operators(purse: Purse) -> None:
    budi = await purse.with_wallet("budi", 1_000)
    for question, more in (
        (operators.books, {}),
        (operators.search, {"query": "budi"}),
        (operators.issues, {"before": None}),
        (operators.cases, {"closed": False, "before": None}),
        (operators.trail, {"before": None}),
    ):
        with pytest.raises(accounts.OperatorsOnly):
            await purse.ask(question, by=budi, **more)
    await purse.refused(accounts.OperatorsOnly, operators.freeze, by=budi, account=purse.joko, frozen=True, reason="x")
    await purse.refused(accounts.OperatorsOnly, operators.verify, by=budi, account=budi, verified=True)
    await purse.refused(accounts.OperatorsOnly, operators.looked, by=budi, query="siti")
    found = await purse.ask(operators.search, by=purse.joko, query="@budi")
    assert [entry.amount for entry in found.entries] == [1_000]
    one = await purse.ask(operators.search, by=purse.joko, query=found.entries[0].id)
    assert {each.kind for each in one.accounts} == {"issued", "wallet"}
    with pytest.raises(TransferNotFound):
        await purse.ask(operators.search, by=purse.joko, query="tidak ada")


async def test_a_case_is_opened_once_and_closed_with_a_note(purse: Purse) -> None:
    for _ in range(2):
        await purse.do(pay.open_case, kind="difference", about="ch_1", detail="missing here: 500 IDR")
    (case,) = await purse.ask(operators.cases, by=purse.joko, closed=False, before=None)
    await purse.do(operators.close_case, by=purse.joko, id=case.id, note="dibukukan")
    await purse.refused(CaseNotFound, operators.close_case, by=purse.joko, id=case.id, note="lagi")
    assert [each.note for each in await purse.ask(operators.cases, by=purse.joko, closed=True, before=None)] == ["dibukukan"]


class Program:
    """What a shop runs: hears messages and answers as it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.port = free_port()
        self.server: asyncio.Server

    async def __aenter__(self) -> "Program":
        self.server = await asyncio.start_server(self._one, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.heard.append((headers, body))
        writer.write(f"HTTP/1.1 {self.status} OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


def signed_by(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Verify as the Standard Webhooks specification says, written apart from the code that signs."""
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = hmac.new(base64.b64decode(secret[len("whsec_") :]), content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(mac).decode()}" in headers["webhook-signature"].split(" ")


async def test_a_program_hears_every_payment_in_order_and_can_ask_again(open_purse: Any) -> None:
    purse: Purse = await open_purse(outside_exempt="127.0.0.0/8")
    budi, sari = await purse.with_wallet("budi", 5_000), await purse.person("sari")
    toko = await purse.toko(sari)
    async with Program() as program:
        hook = await purse.do(happenings.add, by=sari, merchant=toko.id, url=f"http://127.0.0.1:{program.port}/")
        program.status = 500
        paid = await purse.pays(budi, toko.id, 100, reference="pesanan 1")
        await purse.world.settle()
        refused = len(program.heard)
        assert refused >= 1
        program.status = 200
        purse.hand.forward(HOUR)
        await purse.world.settle()
        headers, body = program.heard[refused]
        assert signed_by(hook.secret, headers, body)
        assert not signed_by(hook.secret, headers, body + b" ")
        told = json.loads(body)
        assert (told["type"], told["data"]["id"], told["data"]["reference"]) == ("payment.succeeded", paid.id, "pesanan 1")
        assert headers["webhook-id"] == program.heard[0][0]["webhook-id"]
        turned = await purse.do(happenings.rotate, by=sari, id=hook.id)
        await purse.do(merchants.refund, by=sari, payment=paid.id, amount=40, nonce="refund-0001")
        await purse.world.settle()
        headers, body = program.heard[-1]
        assert json.loads(body)["type"] == "refund.succeeded"
        assert all(signed_by(secret, headers, body) for secret in (hook.secret, turned.secret))
        purse.hand.forward(DAY)
        before = len(program.heard)
        await purse.do(happenings.replay, by=sari, id=hook.id, seq=0)
        await purse.world.settle()
        again = program.heard[before:]
        assert {json.loads(body)["type"] for _, body in again} == {"payment.succeeded", "refund.succeeded"}
        assert not any(signed_by(hook.secret, *message) for message in again)
    seen = await purse.ask(happenings.after, by=sari, merchant=toko.id, seq=1)
    assert [each.seq for each in seen] == [2]
    await purse.do(happenings.remove, by=sari, id=hook.id)
    await purse.refused(HookNotFound, happenings.rotate, by=sari, id=hook.id)


async def test_an_address_that_is_none_is_refused(purse: Purse) -> None:
    sari = await purse.person("sari")
    toko = await purse.toko(sari)
    for url in ("ftp://x.example/", "http://user@x.example/", "https:///x", "nonsense", "http://x.example:99999/"):
        await purse.refused(AddressNotAllowed, happenings.add, by=sari, merchant=toko.id, url=url)


async def test_a_webhook_reaches_nothing_inside(purse: Purse) -> None:
    budi, sari = await purse.with_wallet("budi", 5_000), await purse.person("sari")
    toko = await purse.toko(sari)
    async with Program() as program:
        await purse.do(happenings.add, by=sari, merchant=toko.id, url=f"http://127.0.0.1:{program.port}/")
        await purse.pays(budi, toko.id, 100)
        await purse.world.settle()
        assert program.heard == []


async def test_the_secret_of_an_address_is_shown_once(purse: Purse) -> None:
    sari = await purse.person("sari")
    toko = await purse.toko(sari)
    served = Served(purse.world)
    http = device(served, await served.token(sari))
    made = await http.post(f"/merchants/{toko.id}/hooks", json={"url": "https://toko.example/"})
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    assert secret not in (await http.get(f"/merchants/{toko.id}/hooks")).text


async def test_a_key_makes_a_retry_the_same_answer(purse: Purse) -> None:
    budi, sari = await purse.with_wallet("budi", 1_000), await purse.person("sari")
    toko = await purse.toko(sari)
    served = Served(purse.world)
    http = device(served, await served.token(budi))
    token = await purse.confirms(budi, toko.id, 300, "payment-0001")
    order = {"id": "payment-0001", "merchant": toko.id, "amount": 300, "currency": "PTS", "approval": token}
    first = await http.post("/payments", json=order, headers={"idempotency-key": "k1"})
    again = await http.post("/payments", json=order, headers={"idempotency-key": "k1"})
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    other = await http.post("/payments", json=order | {"amount": 301}, headers={"idempotency-key": "k1"})
    assert (other.status_code, other.json()["error"]["code"]) == (400, "key_reused")
    plain = await http.post("/payments", json=order)
    assert plain.json() == first.json()
    assert await purse.has(budi) == 700
    for bad in ("", "x" * 256):
        assert (await http.post("/payments", json=order, headers={"idempotency-key": bad})).status_code == 400


async def test_a_refusal_is_remembered_under_its_key(purse: Purse) -> None:
    budi, sari = await purse.with_wallet("budi", 100), await purse.person("sari")
    toko = await purse.toko(sari)
    served = Served(purse.world)
    http = device(served, await served.token(budi))
    token = await purse.confirms(budi, toko.id, 300, "payment-0001")
    order = {"id": "payment-0001", "merchant": toko.id, "amount": 300, "currency": "PTS", "approval": token}
    first = await http.post("/payments", json=order, headers={"idempotency-key": "k1"})
    await purse.gives(budi, 1_000)
    again = await http.post("/payments", json=order, headers={"idempotency-key": "k1"})
    assert (first.status_code, first.json()["error"]["code"]) == (409, "not_enough_money")
    assert again.json() == first.json()
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    new_key = await http.post("/payments", json=order, headers={"idempotency-key": "k2"})
    assert new_key.json()["error"]["code"] in ("payment_failed_before", "approval_not_valid")
    assert await purse.has(budi) == 1_100


async def test_the_same_request_many_times_at_once_is_one_payment(purse: Purse) -> None:
    budi, sari = await purse.with_wallet("budi", 1_000), await purse.person("sari")
    toko = await purse.toko(sari)
    served = Served(purse.world)
    http = device(served, await served.token(budi))
    token = await purse.confirms(budi, toko.id, 300, "payment-0001")
    order = {"id": "payment-0001", "merchant": toko.id, "amount": 300, "currency": "PTS", "approval": token}
    keys: list[dict[str, str]] = [{"idempotency-key": "k1"}] * 10 + [{}] * 10
    answers = await asyncio.gather(*(http.post("/payments", json=order, headers=key) for key in keys))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (await purse.has(budi), await purse.took(toko.id)) == (700, 300)
    others = [order | {"id": f"payment-01{at:02}"} for at in range(6)]  # other requests, all under one key
    for other in others:
        other["approval"] = await purse.confirms(budi, toko.id, 300, str(other["id"]))
    answers = await asyncio.gather(*(http.post("/payments", json=other, headers={"idempotency-key": "k2"}) for other in others))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400, 400]
    assert {answer.json()["error"]["code"] for answer in answers if answer.status_code == 400} == {"key_reused"}
    assert await purse.has(budi) == 400


async def test_refunds_and_credits_over_http_take_keys_too(purse: Purse) -> None:
    budi, sari = await purse.with_wallet("budi", 1_000), await purse.person("sari")
    toko = await purse.toko(sari)
    paid = await purse.pays(budi, toko.id, 300)
    served = Served(purse.world)
    shop, office = device(served, await served.token(sari)), device(served, await served.token(purse.joko))
    back = {"id": "refund-0001", "amount": 100}
    answers = [await shop.post(f"/payments/{paid.id}/refunds", json=back, headers={"idempotency-key": "r"}) for _ in range(2)]
    assert answers[0].content == answers[1].content
    order = {"id": "credit-0001", "kind": "issue", "account": budi, "amount": 5, "reason": "hadiah"}
    answers = [await office.post("/operator/credits", json=order, headers={"idempotency-key": "c"}) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert await purse.has(budi) == 805
    books = (await office.get("/operator/books")).json()
    assert books["sums"] == [{"currency": "PTS", "posted": 0, "pending": 0}]


async def test_fractions_and_words_are_no_amounts(purse: Purse) -> None:
    budi, sari = await purse.with_wallet("budi", 1_000), await purse.person("sari")
    toko = await purse.toko(sari)
    served = Served(purse.world)
    http = device(served, await served.token(budi))
    for amount in (1.5, "tiga", "3.5", None, [300], 1e400, 10**30, -0.1):
        order = {"id": "payment-0001", "merchant": toko.id, "amount": amount, "currency": "PTS"}
        answer = await http.post("/payments", content=json.dumps(order), headers={"content-type": "application/json"})
        assert answer.status_code == 400, amount
    assert await purse.has(budi) == 1_000
