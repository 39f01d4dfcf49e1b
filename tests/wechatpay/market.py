"""A market for the tests of WeChat Pay: Siti's shop with a merchant number and an official account, Budi who follows it, and her program.

The program signs and checks by itself, with nothing of ours: what it accepts, others accept.
"""

import base64
import hashlib
import json
import secrets
import time
from functools import lru_cache
from typing import Any

import httpx
import msgspec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509 import load_pem_x509_certificate

from tests.pay.purse import Purse
from tests.served import PLAIN, Served
from tests.worlds import Hand
from warung import official, pay
from warung.kit import clock
from warung.kit.ids import AccountId
from warung.wechatpay import keys, merchants, paying
from warung.wechatpay.merchants import MerchantNumber
from warung.wechatpay.paying import AskedOrder, OrderView

NOTIFY = "https://toko.example/bayar"
SHA256 = hashes.SHA256()
WIDE = padding.PKCS1v15()
PATIENCE_S = 60.0


class Program:
    """A shop's program that speaks version 3."""

    def __init__(self, url: str, merchant: MerchantNumber, private: rsa.RSAPrivateKey, pair: keys.Made) -> None:
        self.url = url
        self.mchid = merchant.mchid
        self.key_v3 = merchant.key_v3 or ""
        self.key_v2 = merchant.key_v2 or ""
        self.private = private
        self.serial = pair.serial
        self.certificate = pair.certificate
        self.platform: dict[str, Any] = {}

    def sign(self, *lines: str) -> str:
        """Sign lines."""
        return base64.b64encode(self.private.sign("".join(f"{line}\n" for line in lines).encode(), WIDE, SHA256)).decode()

    def authorization(self, method: str, target: str, body: str, *, at: int | None = None, nonce: str = "") -> str:
        """The header by which a request is known."""
        stamp, nonce = str(at or int(time.time())), nonce or secrets.token_hex(16)
        signature = self.sign(method, target, stamp, nonce, body)
        parts = {"mchid": self.mchid, "nonce_str": nonce, "signature": signature, "timestamp": stamp, "serial_no": self.serial}
        return "WECHATPAY2-SHA256-RSA2048 " + ",".join(f'{name}="{value}"' for name, value in parts.items())

    async def raw(self, method: str, target: str, body: str = "", headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        """Send exactly this."""
        known = {"authorization": self.authorization(method, target, body, **more), "accept": "application/json"}
        async with httpx.AsyncClient(verify=PLAIN, timeout=PATIENCE_S) as http:
            return await http.request(method, self.url + target, content=body.encode(), headers=known | (headers or {}))

    async def call(self, method: str, target: str, body: Any = None) -> tuple[int, Any]:
        """Ask; return status and JSON. What is answered with 2xx is signed rightly."""
        answer = await self.raw(method, target, "" if body is None else json.dumps(body))
        if 200 <= answer.status_code < 300 and not target.startswith("/v3/billdownload"):
            await self.checks(answer.headers, answer.content)
        return answer.status_code, json.loads(answer.content) if answer.content else None

    async def checks(self, headers: Any, body: bytes) -> None:
        """Check a signature of the platform."""
        serial = headers["Wechatpay-Serial"]
        if serial not in self.platform:
            await self.certificates()
        assert headers["Wechatpay-Signature-Type"] == "WECHATPAY2-SHA256-RSA2048"
        message = f"{headers['Wechatpay-Timestamp']}\n{headers['Wechatpay-Nonce']}\n".encode() + body + b"\n"
        self.platform[serial].verify(base64.b64decode(headers["Wechatpay-Signature"]), message, WIDE, SHA256)

    async def certificates(self) -> None:
        """Fetch the platform's certificates."""
        answer = await self.raw("GET", "/v3/certificates")
        assert answer.status_code == 200, answer.text
        for each in answer.json()["data"]:
            found = load_pem_x509_certificate(self.opens(each["encrypt_certificate"]))
            assert int(each["serial_no"], 16) == found.serial_number
            self.platform[each["serial_no"]] = found.public_key()

    def opens(self, sealed: dict[str, str]) -> bytes:
        """Decrypt."""
        box = AESGCM(self.key_v3.encode())
        return box.decrypt(sealed["nonce"].encode(), base64.b64decode(sealed["ciphertext"]), sealed["associated_data"].encode())

    def page(self, appid: str, prepay: str) -> dict[str, str]:
        """What a page hands to the bridge."""
        stamp, nonce, package = str(int(time.time())), secrets.token_hex(8), f"prepay_id={prepay}"
        signed = {"appId": appid, "timeStamp": stamp, "nonceStr": nonce, "package": package, "signType": "RSA"}
        return signed | {"paySign": self.sign(appid, stamp, nonce, package)}

    def older(self, said: dict[str, Any], *, key: str = "", hmac: bool = False) -> bytes:
        """A signed request of version 2."""
        whole = {"mch_id": self.mchid, "nonce_str": secrets.token_hex(8)} | said
        text = "&".join([*(f"{name}={whole[name]}" for name in sorted(whole) if whole[name] != ""), f"key={key or self.key_v2}"])
        whole["sign"] = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()
        return ("<xml>" + "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in whole.items()) + "</xml>").encode()

    async def asks(self, path: str, body: bytes) -> httpx.Response:
        """Send a request of version 2."""
        async with httpx.AsyncClient(verify=PLAIN, timeout=PATIENCE_S) as http:
            return await http.post(self.url + path, content=body)


class Market(Purse):
    """People with wallets, and shops whose programs speak WeChat Pay."""

    def __init__(self, place: Served, hand: Hand) -> None:
        super().__init__(place.world, hand)
        self.place = place
        self.siti: AccountId
        self.budi: AccountId
        self.account: official.Registered
        self.appid: str
        self.openid: str
        self.shop: str
        self.merchant: MerchantNumber
        self.program: Program
        self.sold = 0
        self.second = ""

    async def opens(self, *, credits: int = 10_000, test: bool = False) -> None:
        """Siti's shop opens; Budi follows its account."""
        await super().opens()
        self.siti, self.budi = await self.with_wallet("siti"), await self.with_wallet("budi", credits)
        made = await self.do(
            official.register, by=self.joko if test else self.siti, kind="service", handle="tokositi", name="Toko Siti", test=test
        )
        self.account, self.appid, self.official = made, made.official.appid, made.official.id
        self.openid = await self.follows(self.budi)
        owner = self.joko if test else self.siti
        self.shop, self.merchant, self.program = await self.sells(owner, test=test)

    async def follows(self, who: AccountId) -> str:
        """Somebody follows; return their openid."""
        return (await self.do(official.follow, by=who, official=self.official)).openid

    async def sells(self, owner: AccountId, name: str = "Toko Siti", *, test: bool = False) -> tuple[str, MerchantNumber, Program]:
        """Somebody opens a shop with a merchant number, bound to the account where it is theirs; return shop, merchant and program."""
        shop = await self.toko(owner, name)
        merchant = await self.do(merchants.register, by=owner, shop=shop.id, test=test)
        pair = _pair(self.sold)
        self.sold += 1
        await self.do(merchants.add_key, by=owner, mchid=merchant.mchid, pem=pair.certificate)
        bound = await self.ask(official.by_appid, appid=self.appid)
        if bound is not None and bound.owner == owner:
            await self.do(merchants.bind, by=owner, mchid=merchant.mchid, appid=self.appid)
        private = serialization.load_pem_private_key(pair.private.encode(), None)
        assert isinstance(private, rsa.RSAPrivateKey)
        return shop.id, merchant, Program(self.place.url, merchant, private, pair)

    def order(self, number: str = "pesanan1001", total: int = 56, **more: Any) -> dict[str, Any]:
        """An order as a program writes it."""
        whole = {"appid": self.appid, "mchid": self.merchant.mchid, "description": "Kopi 咖啡 ☕", "out_trade_no": number}
        return whole | {"notify_url": NOTIFY, "amount": {"total": total, "currency": "CNY"}, "payer": {"openid": self.openid}} | more

    async def ordered(self, number: str = "pesanan1001", total: int = 56, **more: Any) -> AskedOrder:
        """A JSAPI order; return how its payer's page comes to it."""
        status, made = await self.program.call("POST", "/v3/pay/transactions/jsapi", self.order(number, total, **more))
        assert status == 200, made
        return self.asked(made["prepay_id"])

    def asked(self, prepay: str) -> AskedOrder:
        """How a page comes to an order."""
        return msgspec_order({"page": self.program.page(self.appid, prepay)})

    async def looks(self, who: AccountId, asked: AskedOrder) -> OrderView:
        """Somebody looks at an order."""
        return await self.ask(paying.look, by=who, asked=asked)

    async def settles(self, who: AccountId, asked: AskedOrder, *, nonce: str = "") -> OrderView:
        """Somebody pays an order, PIN and all."""
        seen = await self.looks(who, asked)
        key = nonce or str(self.nonce())
        approval = await self.confirms(who, seen.payee, seen.amount, key, currency=seen.currency)
        return await pay.decided(self.db, lambda tx: paying.settle(tx, by=who, asked=asked, nonce=key, approval=approval))

    async def bought(self, number: str = "pesanan1001", total: int = 56, **more: Any) -> dict[str, Any]:
        """An order that Budi has paid, as its transaction."""
        await self.settles(self.budi, await self.ordered(number, total, **more))
        _, told = await self.program.call("GET", f"/v3/pay/transactions/out-trade-no/{number}?mchid={self.merchant.mchid}")
        found: dict[str, Any] = told
        return found

    async def books_are_right(self) -> None:
        """The auditor has nothing to say."""
        assert (await self.ask(pay.audit_books)).findings == []
        await self.sums_to_nothing()


@lru_cache
def _pair(_: int) -> keys.Made:
    """A key pair of a shop; making one takes a moment."""
    return keys.make("toko", clock.now())


def msgspec_order(said: dict[str, Any]) -> AskedOrder:
    """Read how somebody came to an order, as the route does."""
    return msgspec.convert(said, AskedOrder)
