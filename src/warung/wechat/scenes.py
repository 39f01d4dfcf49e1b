"""QR codes that say where a follower comes from."""

from warung import official
from warung.kit.clock import SECOND
from warung.kit.db import Tx
from warung.wechat.call import Answer, Bytes, Call, Endpoint
from warung.wechat.codes import Wrong
from warung.wechat.drawing import code

DEFAULT_S, LONGEST_S = 60, 2_592_000
TEMPORARY, PERMANENT = ("QR_SCENE", "QR_STR_SCENE"), ("QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE")


def create(tx: Tx, call: Call) -> Answer:
    """Make a code, for good or for a while."""
    action = call.text("action_name", code=40053, most=32)
    if action not in (*TEMPORARY, *PERMANENT):
        raise Wrong(40053)
    scene: int | str
    if action.endswith("_STR_SCENE"):
        scene = call.text("action_info.scene.scene_str", code=40053, most=64)
    else:
        most = 100_000 if action in PERMANENT else (1 << 32) - 1
        scene = call.number("action_info.scene.scene_id", code=40053, least=1, most=most)
    lasts = None if action in PERMANENT else call.number("expire_seconds", code=40097, default=DEFAULT_S, least=1, most=LONGEST_S)
    made = official.make_code(tx, official=call.account, scene=scene, expires_s=lasts)
    told: dict[str, object] = {"ticket": made.ticket, "url": f"{call.tools.services.site.url}{made.path}"}
    if made.expires_at is not None:
        told["expire_seconds"] = (made.expires_at - tx.now) // SECOND
    return told


async def picture(call: Call) -> Answer:
    """Draw a code; whoever knows the ticket may see it."""
    ticket = call.text("ticket", default="", most=256)
    site = call.tools.services.site.url
    try:
        found = await call.tools.services.db.read(lambda reader: official.code(reader, ticket=ticket))
    except official.CodeNotValid:
        return Bytes(b"", "text/plain", status=404)
    return code(f"{site}{found.path}")


ENDPOINTS = [
    Endpoint("/cgi-bin/qrcode/create", ("POST",), writes=create, daily=100_000, body=True),
    Endpoint("/cgi-bin/showqrcode", ("GET",), asks=picture, who="nobody"),
]
