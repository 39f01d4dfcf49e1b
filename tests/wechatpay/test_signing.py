"""Who asks: signatures over what came, byte for byte, once and in time; and what this place signs with."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.wechatpay.market import Market
from tests.worlds import OpenWorld
from warung.wechatpay import keys, merchants
from warung.wechatpay.keys import KeyNotUsable
from warung.wechatpay.model import AppNotYours, MerchantIdNotFound, MerchantIdTaken, SecretNotPossible, TooManyKeys

VECTORS = Path(__file__).parents[3] / "shared/data/payments/wechatpay-v3/vectors.json"


async def test_a_request_that_is_late_repeated_or_signed_otherwise_is_refused(open_market: OpenWorld) -> None:
    market: Market = await open_market()
    program, body, path = market.program, json.dumps(market.order()), "/v3/pay/transactions/jsapi"
    now = int(time.time())
    tries: list[tuple[str, dict[str, str], dict[str, Any]]] = [
        (body, {}, {"at": now - 400}),
        (body, {}, {"at": now + 400}),
        (body, {"authorization": program.authorization("POST", path, body + " ")}, {}),
        (body, {"authorization": program.authorization("GET", path, body)}, {}),
        (body, {"authorization": program.authorization("POST", path + "?x=1", body)}, {}),
        (body, {"authorization": program.authorization("POST", path, body).replace(program.mchid, "1600000000")}, {}),
        (body, {"authorization": program.authorization("POST", path, body).replace(program.serial, "AB" * 20)}, {}),
        (body, {"authorization": program.authorization("POST", path, body).replace("SHA256-RSA2048", "SM2-WITH-SM3")}, {}),
        (body, {"authorization": ""}, {}),
        (body, {"authorization": "Bearer x"}, {}),
        (body, {"authorization": 'WECHATPAY2-SHA256-RSA2048 mchid="x"'}, {}),
        (body, {"authorization": program.authorization("POST", path, body).replace('timestamp="', 'timestamp="9' + "9" * 30)}, {}),
    ]
    for text, headers, more in tries:
        answer = await program.raw("POST", path, text, headers, **more)
        assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR"), headers
        assert "wechatpay-signature" not in answer.headers
    header = program.authorization("POST", path, body)
    heard = await asyncio.gather(*(program.raw("POST", path, body, {"authorization": header}) for _ in range(10)))
    assert sorted(answer.status_code for answer in heard) == [200, *[401] * 9]
    refused = json.dumps(market.order(total=0))
    header = program.authorization("POST", path, refused)
    for status in (400, 401):  # what was refused is not heard a second time either
        assert (await program.raw("POST", path, refused, {"authorization": header})).status_code == status


async def test_serials_are_compared_as_numbers_and_a_body_that_is_missing_may_lack_its_line_end(open_market: OpenWorld) -> None:
    market: Market = await open_market()
    program = market.program
    for serial in (program.serial.lower(), "000" + program.serial):
        program.serial = serial
        assert (await program.raw("GET", "/v3/certificates?algorithm_type=RSA")).status_code == 200
    stamp, path = str(int(time.time())), "/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/tidakada/cancel"
    message = f"POST\n{path}\n{stamp}\nnoncenonce\n"
    signature = program.sign(*message.split("\n")[:-1])
    parts = f'signature="{signature}",mchid="{program.mchid}",serial_no="{program.serial}",nonce_str="noncenonce",timestamp="{stamp}"'
    answer = await program.raw("POST", path, "", {"authorization": f"WECHATPAY2-SHA256-RSA2048 {parts}"})
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_answers_are_signed_by_certificate_or_by_public_key_as_the_caller_names_it(market: Market) -> None:
    program = market.program
    await program.certificates()
    again = dict(program.platform)
    await program.certificates()
    assert program.platform.keys() == again.keys()
    by_certificate = await program.raw("GET", "/v3/certificates")
    by_key = await program.raw("GET", "/v3/certificates", headers={"wechatpay-serial": "PUB_KEY_ID_01"})
    assert by_certificate.headers["wechatpay-serial"] in program.platform
    assert by_key.headers["wechatpay-serial"].startswith("PUB_KEY_ID_")
    for answer in (by_certificate, by_key):
        assert answer.headers["request-id"]
    closing = await program.raw("POST", "/v3/pay/transactions/out-trade-no/tidakada1/close", json.dumps({"mchid": program.mchid}))
    assert (closing.status_code, closing.json()["code"]) == (404, "ORDER_NOT_EXIST")


async def test_a_merchant_belongs_to_the_owner_of_its_shop(open_market: OpenWorld) -> None:
    market: Market = await open_market()
    mchid, siti, budi = market.merchant.mchid, market.siti, market.budi
    assert (len(mchid), len(market.merchant.key_v3 or ""), len(market.merchant.key_v2 or "")) == (10, 32, 32)
    await market.refused(MerchantIdTaken, merchants.register, by=siti, shop=market.shop)
    (seen,) = await market.ask(merchants.mine, by=siti)
    assert (seen.key_v3, seen.appids, [(each.serial, each.certificate) for each in seen.keys]) == (
        None,
        [market.appid],
        [(market.program.serial, True)],
    )
    pem = keys.make("x", market.hand()).certificate
    for verb, named in (
        (merchants.look, {}),
        (merchants.change, {"mode": "public_key"}),
        (merchants.add_key, {"pem": pem}),
        (merchants.revoke_key, {"serial": "AB"}),
        (merchants.bind, {"appid": market.appid}),
        (merchants.unbind, {"appid": market.appid}),
        (merchants.allow, {"provider": mchid}),
        (merchants.close, {}),
    ):
        await market.refused(MerchantIdNotFound, verb, by=budi, mchid=mchid, **named)
    await market.refused(AppNotYours, merchants.bind, by=siti, mchid=mchid, appid="wx0123456789abcdef")
    await market.refused(SecretNotPossible, merchants.change, by=siti, mchid=mchid, key_v3="pendek")
    for bad in ("", "x", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", pem[:200]):
        await market.refused(KeyNotUsable, merchants.add_key, by=siti, mchid=mchid, pem=bad)
    changed = await market.do(merchants.change, by=siti, mchid=mchid, key_v3="")
    assert changed.key_v3 not in (None, market.merchant.key_v3)
    await market.do(merchants.revoke_key, by=siti, mchid=mchid, serial=market.program.serial.lower())
    assert (await market.program.raw("GET", "/v3/certificates")).status_code == 401
    await market.do(merchants.add_key, by=siti, mchid=mchid, pem=market.program.certificate)
    assert (await market.program.raw("GET", "/v3/certificates")).status_code == 200
    await market.do(merchants.close, by=siti, mchid=mchid)
    assert (await market.program.raw("GET", "/v3/certificates")).json()["code"] == "NO_AUTH"
    await market.refused(MerchantIdTaken, merchants.register, by=siti, shop=market.shop, test=True)
    opened = await market.do(merchants.register, by=siti, shop=market.shop)
    assert (opened.mchid, opened.closed, opened.key_v3 == changed.key_v3) == (mchid, False, False)
    assert (await market.program.raw("GET", "/v3/certificates")).status_code == 200
    public = keys.make("y", market.hand()).public
    for _ in range(merchants.KEYS_EACH - 1):
        await market.do(merchants.add_key, by=siti, mchid=mchid, pem=public)
    await market.refused(TooManyKeys, merchants.add_key, by=siti, mchid=mchid, pem=public)


def test_the_arithmetic_is_that_of_the_vectors_of_wechats_own_sdk() -> None:
    if not VECTORS.exists():
        pytest.skip("the vectors are not here")
    vectors = json.loads(VECTORS.read_text())
    for each in vectors["rsa_sha256_verify"]:
        known = keys.read(each["certificate_pem"])
        assert known.serial == keys.plain_serial(each["serial"])
        assert keys.verifies(known.public, each["message"].encode(), each["signature_b64"]) is each["ok"]
    for each in vectors["aead_aes_gcm"]:
        plain = keys.unseal(each["apiv3_key"], each["nonce"], each["ciphertext_b64"], each["associated_data"])
        assert plain == (each["plaintext"].encode() if each["plaintext"] is not None else None)
