"""Stickers: packs that people make, bring or take from the store of this server, and the card that carries one."""

from pathlib import Path

from warung import contacts
from warung.kit.domain import Domain
from warung.stickers import seeing, shelf
from warung.stickers.card import StickerCard
from warung.stickers.model import BringingStickers, Pack, Settings, ShelfChanged, Sticker
from warung.stickers.routes import ROUTES

DOMAIN = Domain(
    name="stickers",
    routes=ROUTES,
    cards=[StickerCard],
    events=[ShelfChanged, BringingStickers],
    listeners=[(contacts.Reported, shelf.on_reported)],
    viewers=[(seeing.PACK_HOLDER, seeing.may_see_pack), (seeing.KEPT_HOLDER, seeing.kept_by)],
    settings=Settings,
    schema=Path(__file__).parent / "schema",
)

__all__ = ["DOMAIN", "Pack", "Settings", "ShelfChanged", "Sticker", "StickerCard"]
