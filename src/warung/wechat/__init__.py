"""The face that speaks WeChat's developer API, so that programs written for it talk to accounts of this place."""

from pathlib import Path

from warung import official
from warung.kit.domain import Chore, Domain, Errand
from warung.wechat import page_media, pages, pages_orders, pages_templates, router, telling
from warung.wechat.ca import HOSTS, Certificates, certificates
from warung.wechat.gateway import Doors, Gateway
from warung.wechat.gateway import opened as gateway_opened
from warung.wechat.model import Settings, Tell
from warung.wechat.routes import ROUTES

PAGES = [router.face, router.elsewhere, *pages.HANDLERS, *pages_templates.HANDLERS, *pages_orders.HANDLERS]

DOMAIN = Domain(
    name="wechat",
    routes=ROUTES,
    listeners=[(official.Happened, telling.on_happened)],
    jobs=[
        Errand(Tell, telling.tell, tries=1_000, lease_s=telling.LEASE_S),
        Chore(page_media.PageMediaOver, page_media.over),
    ],
    viewers=[(page_media.HOLDER, page_media.may_see)],
    settings=Settings,
    schema=Path(__file__).parent / "schema",
)

__all__ = ["DOMAIN", "HOSTS", "PAGES", "Certificates", "Doors", "Gateway", "Settings", "certificates", "gateway_opened"]
