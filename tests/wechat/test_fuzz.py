"""Anything sent to any endpoint: the answer is HTTP 200 with an errcode that the table knows, and never a system error of ours."""

import json
import re
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wechat.shop import Shop
from warung.wechat.codes import TEXTS
from warung.wechat.table import ENDPOINTS

# Names that endpoints know, so that what is sent gets past the first look; values of every kind.
NAMES = re.findall(
    r"\w+",
    """openid openid_list touser msgtype text content tag name id tagid button type key url sub_button matchrule menuid
    media_id articles title index offset count filter is_to_all tag_id image voice news msg_id template_id data action_name
    action_info scene scene_str scene_id expire_seconds begin_date end_date kf_account nickname starttime endtime number
    cgi_path appid secret grant_type code refresh_token group to_groupid user_list lang remark long_data short_key action
    long_url kv_list value signature path width page version command msg_data_id user_comment_id publish_id article_id
    clientmsgid speed tid kidList priTmplId event ticket oauth js token aes_key mode""",
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 70), 1 << 70),
    st.floats(),
    st.sampled_from(["", "x", "o" + "y" * 27, "\x00", "text", "2026-11-25", "9" * 30, "😀", "a" * 3000, "QR_SCENE", "client_credential"]),
    st.text(max_size=20),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)),
    max_leaves=12,
)
BODIES = st.one_of(
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8).map(lambda body: json.dumps(body).encode()),
    st.binary(max_size=60),
    st.binary(max_size=40).map(
        lambda data: b'--b\r\nContent-Disposition: form-data; name="media"; filename="a.jpg"\r\n\r\n' + data + b"\r\n--b--\r\n"
    ),
)
CALLS = st.tuples(
    st.sampled_from(sorted(ENDPOINTS)),
    st.sampled_from(["GET", "POST"]),
    BODIES,
    st.dictionaries(st.sampled_from(NAMES), st.text(max_size=40), max_size=3),
)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_no_call_is_a_500(shop: Shop) -> None:
    transport = httpx.ASGITransport(app=shop.world.app, raise_app_exceptions=False)
    budi = await shop.openid("budi")
    async with httpx.AsyncClient(transport=transport, base_url="http://face") as client:

        async def call(path: str, method: str, body: bytes, query: dict[str, str]) -> None:
            told = {"access_token": shop.token} | query
            if path == "/sandbox/token/expire":
                return
            answer = await client.request(method, path, content=body.replace(b"o" + b"y" * 27, budi.encode()), params=told)
            if path == "/cgi-bin/showqrcode" and answer.status_code == 404:
                return
            assert answer.status_code == 200, (path, body)
            if answer.headers["content-type"].startswith("application/json"):
                code = answer.json().get("errcode", 0)
                assert code in TEXTS, (path, code)
                assert code != -1, (path, method, body, query)

        await each_example(call)


async def each_example(call: Any) -> None:
    """Draw examples outside of the running loop, then send them on it."""
    drawn: list[tuple[str, str, bytes, dict[str, str]]] = []

    @settings(max_examples=400, suppress_health_check=list(HealthCheck), database=None)
    @given(CALLS)
    def draw(example: tuple[str, str, bytes, dict[str, str]]) -> None:
        drawn.append(example)

    draw()
    bare = [(path, method, b"{}", dict[str, str]()) for path in sorted(ENDPOINTS) for method in ("GET", "POST")]
    for path, method, body, query in bare + drawn:
        await call(path, method, body, query)
