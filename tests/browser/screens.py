"""Every screen of the client, in a place that has something to show: for axe, for right-to-left, for pictures."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from PIL import Image
from playwright.async_api import Page

from tests.media.making import saved
from tests.media.sending import filmed, recording
from tests.served import Served
from warung import accounts, chat, media, official, polls
from warung.chat import agreed, edits, forwarding
from warung.demo import purses
from warung.kit.clock import DAY
from warung.kit.db import Tx
from warung.kit.ids import AccountId, ConversationId, Nonce
from warung.media.cards import File, Photo, Shot, Video, Voice
from warung.media.storing import store_video, store_voice
from warung.moments import answers, posting
from warung.moments.model import Draft, Link, Place
from warung.stickers import packs
from warung.stickers.model import Labels

Prepare = Callable[[Page], Awaitable[Any]] | None

OUTSIDE = ["/", "/sign-up", "/recover", "/link"]


class Scene:
    """Budi's warung: a group, a direct conversation, a request, an unread message."""

    def __init__(
        self,
        me: AccountId,
        club: ConversationId,
        direct: ConversationId,
        friend: AccountId,
        packet: str,
        bill: str,
        packs: dict[str, str],
        shop: AccountId,
    ) -> None:
        self.shop = shop
        self.me = me
        self.club = club
        self.direct = direct
        self.friend = friend
        self.packet = packet
        self.bill = bill
        self.packs = packs

    def inside(self) -> list[str]:
        """Return the addresses of the screens of somebody signed in."""
        return [
            "/",
            f"/chat/{self.club}",
            f"/chat/{self.direct}",
            f"/chat/{self.club}/info",
            f"/chat/{self.club}/add",
            "/new/group",
            "/archived",
            "/search",
            "/contacts",
            "/contacts/add",
            "/groups",
            f"/person/{self.friend}",
            "/my-code",
            "/scan",
            "/me",
            "/me/profile",
            "/me/devices",
            "/me/privacy",
            "/me/security",
            "/me/display",
            "/me/invites",
            "/me/lists",
            "/favourites",
            "/me/media",
            "/import",
            "/operator",
            "/stickers",
            "/stickers/new",
            "/stickers/kriuk",
            *(f"/stickers/{id}" for id in self.packs.values()),
            "/moments",
            "/moments/new",
            "/moments/notices",
            "/moments/settings",
            f"/moments/of/{self.friend}",
            "/wallet",
            "/wallet/give",
            "/wallet/pin",
            "/wallet/safety",
            "/wallet/statement",
            "/wallet/code",
            "/wallet/shop",
            "/wallet/bank",
            "/wallet/shop/takings",
            "/operator/books",
            "/operator/storage",
            f"/packet/{quote(self.packet)}",
            f"/bill/{quote(self.bill)}",
            "/officials",
            f"/official/{self.shop}",
            f"/run/{self.shop}/menu",
            f"/run/{self.shop}/desk",
        ]


async def set_scene(place: Served) -> Scene:
    """Fill a place."""
    cast = place.cast
    budi = await cast.person("budi", operator=True)
    siti, ayu, joko, rina = await cast.people("siti", "ayu", "joko", "rina")
    direct = await cast.friends(budi, siti, ayu, joko)
    club = await cast.group(budi, siti, ayu, joko)
    await cast.says(siti, club, "Besok kumpul di tempat biasa? Lihat https://example.org/peta")
    asked = await cast.says(budi, club, "Jadi! Jam 7 ya, sebelum panas")
    await cast.says(ayu, club, "Aku bawa gitar", reply=asked.seq)
    recalled = await cast.says(budi, club, "Salah kirim")
    await place.world.db.write(lambda tx: chat.recall(tx, by=budi, conversation=club, seq=recalled.seq))
    await cast.says(siti, direct, "我昨天看了电影 🎬")
    await bring_media(place, siti, direct)
    await cast.asks(rina, budi, "Halo, saya Bu Rina dari RT 05")
    await place.world.db.write(lambda tx: accounts.change(tx, by=siti, changes=accounts.Changes(status="Kue basah tiap Jumat")))
    link = Link("https://example.org/kue", "Kue basah")
    draft = Draft("momen-siti-1", "Kue basah siap, masih hangat!", link=link, place=Place("Magelang"))
    posted = await place.world.db.write(lambda tx: posting.post(tx, by=siti, draft=draft))
    said = await place.world.db.write(lambda tx: answers.comment(tx, by=budi, id=posted.id, text="Sisakan dua", nonce="komentar-1"))
    await place.world.db.write(lambda tx: answers.comment(tx, by=ayu, id=posted.id, text="Aku juga", nonce="komentar-2", to=said.id))
    await place.world.db.write(lambda tx: answers.like(tx, by=ayu, id=posted.id))
    who = {"budi": budi, "siti": siti, "ayu": ayu, "joko": joko}
    packet, bill = await purses.fill(place.world.db, place.world.settings.site, who, club)
    made = {"own_pack": await a_pack(place, budi, "Kopi pagi"), "priced_pack": await a_pack(place, siti, "Kue basah", price=30)}
    shop = await place.world.db.write(lambda tx: open_shop(tx, budi, siti))
    return Scene(budi, club, direct, siti, packet, bill, made, shop)


async def a_pack(place: Served, by: AccountId, title: str, price: int = 0) -> str:
    """Make a pack of three plain stickers and put it into the store; return its id."""
    world = place.world
    pictures = [saved(Image.new("RGBA", (96, 96), colour)) for colour in ("#7a4a2a", "#c9a13b", "#3a7a4a")]
    made = [await media.store_picture(world.db, world.blobs, world.pictures, by=by, data=each) for each in pictures]

    def verb(tx: Tx) -> str:
        pack = packs.create(tx, by=by, title=title, author="Dapur Magelang", licence="CC0").id
        for number, blob in enumerate(made):
            packs.add(tx, by=by, pack=pack, blob=blob, moves=False, labels=Labels("☕", f"stiker {number}", {"": ["kopi"]}))
        packs.change(tx, by=by, id=pack, changes=packs.PackChanges(published=True, price=price))
        return pack

    return await world.db.write(verb)


async def rich(place: Served, scene: Scene) -> None:
    """Add a film and what was forwarded to the direct conversation, which forgets after a week; and a film to the moments."""
    world, nonce = place.world, place.cast.nonce
    how = {"by": scene.friend, "data": filmed(24, "libx264", "mp4", size=(320, 240)), "name": "pasar.mp4"}
    film = await store_video(world.db, world.blobs, world.pictures, world.workshops.players, **how)  # type: ignore[arg-type]
    shown = await store_video(world.db, world.blobs, world.pictures, world.workshops.players, **how)  # type: ignore[arg-type]

    def verb(tx: Tx) -> None:
        agreed.set_timer(tx, by=scene.friend, conversation=scene.direct, after_ms=7 * DAY)
        seen = {"width": film.width, "height": film.height, "duration_ms": film.duration_ms, "size": film.size}
        card = Video(blob=film.id, placeholder=film.placeholder, caption="Pasar pagi", **seen)
        chat.send(tx, by=scene.friend, to=scene.direct, card=card, nonce=nonce())
        forwarding.forward(
            tx,
            by=scene.me,
            conversation=scene.club,
            seqs=[2, 3],
            to=[scene.direct],
            merged=True,
            origin=True,
            nonce=Nonce("teruskan-001"),
        )
        posting.post(tx, by=scene.friend, draft=Draft("momen-siti-2", "Pasar pagi ini", video=shown.id))

    await world.db.write(verb)


def open_shop(tx: Tx, owner: AccountId, fan: AccountId) -> AccountId:
    """Open an official account with a menu, follow it and wait at its desk."""
    shop = official.register(tx, by=owner, kind="service", handle="tokosari", name="Toko Sari", intro="Kue basah sejak 1987").official
    today = official.Button("Kue hari ini", type="click", key="today")
    official.set_menu(tx, official=shop.id, menu=official.Menu((official.Button("Kue", sub=(today,)),)))
    known = official.follow(tx, by=fan, official=shop.id, source="ADD_SCENE_SEARCH")
    official.open_session(tx, official=shop.id, openid=known.openid)
    return shop.id


async def enliven(place: Served, scene: Scene) -> None:
    """Put what is more than words into the club."""
    club, me, nonce = scene.club, scene.me, place.cast.nonce

    def verb(tx: Tx) -> None:
        said = chat.send(tx, by=me, to=club, card=chat.Text(text_="Jam enam ya"), nonce=nonce())
        edits.edit(tx, by=me, conversation=club, seq=said.seq, text="Jam tujuh ya")
        chat.react(tx, by=me, conversation=club, seq=said.seq, emoji="👍")
        chat.pin(tx, by=me, conversation=club, seq=said.seq)
        chat.send(tx, by=me, to=club, card=chat.Location(latitude=-6.2, longitude=106.8, name="Teras"), nonce=nonce())
        chat.share_contact(tx, by=me, to=club, account=me, nonce=nonce())
        polls.start_list(tx, by=me, to=club, title="Siapa ikut?", nonce=nonce())
        polls.ask(tx, by=me, to=club, question="Bawa apa?", choices=["Kopi", "Teh"], nonce=nonce())

    await place.world.db.write(verb)


async def bring_media(place: Served, by: AccountId, where: ConversationId) -> None:
    """Send an album, a voice and a file."""
    world = place.world
    dishes = [saved(Image.new("RGB", (240, 180), colour), "JPEG") for colour in ("#c0603a", "#3a7a4a", "#c9a13b")]
    made = [await media.store_picture(world.db, world.blobs, world.pictures, by=by, data=dish) for dish in dishes]
    voice = await store_voice(world.db, world.blobs, world.workshops.players, by=by, data=recording(2.0))
    file = await media.store_file(world.db, world.blobs, by=by, data=b"gula, kelapa", name="resep ibu.txt")
    shots = tuple(Shot(blob.id, blob.width, blob.height, blob.placeholder) for blob in made)
    cards = [
        Photo(photos=shots, caption="Dari dapur"),
        Voice(blob=voice.id, duration_ms=voice.duration_ms, waveform=voice.waveform or ""),
        File(blob=file.id, name=file.name, mime=file.mime, size=file.size),
    ]
    for card in cards:
        nonce = place.cast.nonce()
        await world.db.write(lambda tx, card=card, nonce=nonce: chat.send(tx, by=by, to=where, card=card, nonce=nonce))  # type: ignore[misc]
