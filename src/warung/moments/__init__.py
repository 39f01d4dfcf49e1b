"""Moments: what people show a circle of their contacts. Who sees one is asked at every reading, of relations as they are then."""

from pathlib import Path

from warung import contacts
from warung.kit.domain import Domain
from warung.moments import posting, sight
from warung.moments.answers import comment, like
from warung.moments.model import Circle, Draft, Fresh, Moment, Noticed, Place, Settings
from warung.moments.posting import post
from warung.moments.routes import ROUTES

DOMAIN = Domain(
    name="moments",
    routes=ROUTES,
    events=[Fresh, Noticed],
    listeners=[(contacts.Reported, posting.on_reported)],
    viewers=[(sight.HOLDER, sight.may_see), (sight.COVER_HOLDER, sight.may_see_cover)],
    settings=Settings,
    schema=Path(__file__).parent / "schema",
)

__all__ = ["DOMAIN", "Circle", "Draft", "Fresh", "Moment", "Noticed", "Place", "Settings", "comment", "like", "post"]
