"""The table of the face: every address it answers. Whatever else is under its roots is 48001, as for an account without the right."""

from warung.kit.db import Reader
from warung.wechat import (
    analytics,
    articles,
    basics,
    custom,
    deliveries,
    desk,
    mass,
    materials,
    menus,
    mini,
    oauth,
    sandbox,
    scenes,
    store,
    tags,
    templates,
    tickets,
    users,
)
from warung.wechat.call import Answer, Call, Endpoint
from warung.wechat.codes import Wrong
from warung.wechat.quotas import day_of

UNBOUNDED = 10_000_000  # how many calls a day are told where there is no bound


def quota(reader: Reader, call: Call) -> Answer:
    """Say how often something was called today, and how often it may be."""
    path = "/" + call.text("cgi_path", code=76021, most=128).lstrip("/")
    endpoint = ENDPOINTS.get(path)
    if endpoint is None:
        raise Wrong(76021)
    counted = call.tools.meter.seen(call.holder.appid, path, call.tools.now())
    used, most = max(counted, store.used(reader, call.holder.appid, path, day_of(reader.now))), endpoint.daily or UNBOUNDED
    return {"errcode": 0, "errmsg": "ok", "quota": {"daily_limit": most, "used": used, "remain": max(0, most - used)}}


ENDPOINTS: dict[str, Endpoint] = {
    endpoint.path: endpoint
    for endpoint in (
        *basics.ENDPOINTS,
        Endpoint("/cgi-bin/openapi/quota/get", ("POST",), reads=quota, who="both", body=True),
        *menus.ENDPOINTS,
        *users.ENDPOINTS,
        *tags.ENDPOINTS,
        *materials.ENDPOINTS,
        *articles.ENDPOINTS,
        *custom.ENDPOINTS,
        *desk.ENDPOINTS,
        *mass.ENDPOINTS,
        *templates.ENDPOINTS,
        *scenes.ENDPOINTS,
        *analytics.ENDPOINTS,
        *tickets.ENDPOINTS,
        *oauth.ENDPOINTS,
        *mini.ENDPOINTS,
        *deliveries.ENDPOINTS,
        *sandbox.ENDPOINTS,
    )
}
