"""The sealing of callbacks, with the vectors that others published, and XML from strangers."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.environment import missing
from warung.kit import xml
from warung.wechat import sealing

KEY, APPID = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wx0123456789abcdef"


def vectors() -> Any:
    """What others published, read where it lies."""
    found = next(
        (up / "shared/data/payments/wxbizmsgcrypt/vectors.json" for up in Path(__file__).parents if (up / "shared/data").is_dir()), None
    )
    return json.loads(found.read_text()) if found else missing("the published vectors", "them beside the project: shared/data")


def test_published_messages_are_opened_and_sealed_as_published() -> None:
    known = vectors()
    key, appid, token = known["encoding_aes_key"], known["app_id"], known["token"]
    inbound, outbound = known["decrypt"], known["encrypt"]
    wrapped = xml.read(inbound["xml"])["Encrypt"]
    assert sealing.signature(token, inbound["timestamp"], inbound["nonce"], wrapped) == inbound["signature"]
    assert sealing.opened(wrapped, keys=[key], appid=appid) == inbound["plaintext"]
    sealed = sealing.sealed(outbound["reply"], key=key, appid=appid, random=outbound["random16"].encode())
    expected = xml.read(outbound["expected"])
    assert sealed == expected["Encrypt"]
    assert sealing.signature(token, outbound["timestamp"], outbound["nonce"], sealed) == expected["MsgSignature"]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_what_is_sealed_is_opened_by_the_same_key_and_account_only(text: str) -> None:
    sealed = sealing.sealed(text, key=KEY, appid=APPID)
    assert sealing.opened(sealed, keys=[KEY], appid=APPID) == text
    assert sealing.opened(sealed, keys=[KEY[::-1], KEY], appid=APPID) == text
    for keys, appid in (([KEY[::-1]], APPID), ([KEY], APPID[::-1]), ([KEY], "")):
        with pytest.raises(sealing.NotSealedForUs):
            sealing.opened(sealed, keys=keys, appid=appid)


@pytest.mark.parametrize("broken", ["", "x", "é", "AAAA", base64.b64encode(bytes(15)).decode(), base64.b64encode(bytes(32)).decode()])
def test_broken_seals_are_refused(broken: str) -> None:
    with pytest.raises(sealing.NotSealedForUs):
        sealing.opened(broken, keys=[KEY], appid=APPID)


@given(st.binary(max_size=200))
def test_any_bytes_are_opened_or_refused(raw: bytes) -> None:
    with pytest.raises(sealing.NotSealedForUs):
        sealing.opened(base64.b64encode(raw).decode(), keys=[KEY], appid=APPID)


@pytest.mark.parametrize("key", ["", "short", KEY + "H", KEY[:-1] + "="])
def test_a_key_of_the_wrong_form_is_refused(key: str) -> None:
    with pytest.raises(sealing.NotSealedForUs):
        sealing.key_of(key)


BOMB = (
    '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "&a{n - 1 or ""};&a{n - 1 or ""};">' for n in range(1, 40))
    + "]><b>&a39;</b>"
)


@pytest.mark.parametrize(
    "hostile",
    [
        BOMB,
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Content>&e;</Content></xml>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><xml><a>1</a></xml>',
        "<!DOCTYPE x [<!ENTITY % p SYSTEM 'http://127.0.0.1/'> %p;]><xml><a>1</a></xml>",
        "<xml>" * 13 + "</xml>" * 13,
        "<xml>" + "<a/>" * 6000 + "</xml>",
        "<xml><a>" + "x" * 300_000 + "</a></xml>",
        '<?xml version="1.0" encoding="klingon"?><xml><a>1</a></xml>',
        "<xml><a>&nbsp;</a></xml>",
        "<xml>only words</xml>",
        "<xml><a></xml>",
        "success",
        "",
        "\x00",
    ],
)
def test_hostile_xml_is_refused(hostile: str) -> None:
    with pytest.raises(xml.XmlRefused):
        xml.read(hostile)


@given(
    st.dictionaries(
        st.from_regex(r"[A-Z][A-Za-z_]{0,8}", fullmatch=True), st.text(st.characters(exclude_categories=["Cc", "Cs"])), min_size=1
    )
)
def test_what_is_written_is_read_again(fields: dict[str, str]) -> None:
    assert xml.read(xml.write(fields)) == {name: text.replace("\ufffe", "").replace("\uffff", "") for name, text in fields.items()}


def test_trees_and_lists_are_written_as_wechat_writes_them() -> None:
    tree = {"MsgType": "news", "CreateTime": 1, "Articles": {"item": [{"Title": "a]]>b"}, {"Title": "c"}]}}
    written = xml.write(tree)
    assert "<CreateTime>1</CreateTime>" in written
    assert xml.read("\n  " + written) == tree | {"CreateTime": "1"}
