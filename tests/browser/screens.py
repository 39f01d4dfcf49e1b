"""Every screen of the client, in a place that has something to show: for axe, for right-to-left, for pictures."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from playwright.async_api import Page

from tests.served import Served
from warung import accounts, chat, polls
from warung.demo import purses
from warung.kit.db import Tx
from warung.kit.ids import AccountId, ConversationId
from warung.moments import answers, posting
from warung.moments.model import Draft, Link, Place

Prepare = Callable[[Page], Awaitable[Any]] | None

OUTSIDE = ["/", "/sign-up", "/recover", "/link"]


class Scene:
    """Budi's warung: a group, a direct conversation, a request, an unread message."""

    def __init__(self, me: AccountId, club: ConversationId, direct: ConversationId, friend: AccountId, packet: str, bill: str) -> None:
        self.me = me
        self.club = club
        self.direct = direct
        self.friend = friend
        self.packet = packet
        self.bill = bill

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
            "/import",
            "/operator",
            "/stickers",
            "/stickers/new",
            "/stickers/kriuk",
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
            "/operator/books",
            f"/packet/{quote(self.packet)}",
            f"/bill/{quote(self.bill)}",
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
    await cast.asks(rina, budi, "Halo, saya Bu Rina dari RT 05")
    await place.world.db.write(lambda tx: accounts.change(tx, by=siti, changes=accounts.Changes(status="Kue basah tiap Jumat")))
    link = Link("https://example.org/kue", "Kue basah")
    draft = Draft("momen-siti-1", "Kue basah siap, masih hangat!", link=link, place=Place("Magelang"))
    posted = await place.world.db.write(lambda tx: posting.post(tx, by=siti, draft=draft))
    said = await place.world.db.write(lambda tx: answers.comment(tx, by=budi, id=posted.id, text="Sisakan dua", nonce="komentar-1"))
    await place.world.db.write(lambda tx: answers.comment(tx, by=ayu, id=posted.id, text="Aku juga", nonce="komentar-2", to=said.id))
    await place.world.db.write(lambda tx: answers.like(tx, by=ayu, id=posted.id))
    return Scene(budi, club, direct, siti)
    who = {"budi": budi, "siti": siti, "ayu": ayu, "joko": joko}
    packet, bill = await purses.fill(place.world.db, place.world.settings.site, who, club)
    return Scene(budi, club, direct, siti, packet, bill)


async def enliven(place: Served, scene: Scene) -> None:
    """Put what is more than words into the club."""
    club, me, nonce = scene.club, scene.me, place.cast.nonce

    def verb(tx: Tx) -> None:
        said = chat.send(tx, by=me, to=club, card=chat.Text(text_="Jam tujuh ya"), nonce=nonce())
        chat.react(tx, by=me, conversation=club, seq=said.seq, emoji="👍")
        chat.pin(tx, by=me, conversation=club, seq=said.seq)
        chat.send(tx, by=me, to=club, card=chat.Location(latitude=-6.2, longitude=106.8, name="Teras"), nonce=nonce())
        chat.share_contact(tx, by=me, to=club, account=me, nonce=nonce())
        polls.start_list(tx, by=me, to=club, title="Siapa ikut?", nonce=nonce())
        polls.ask(tx, by=me, to=club, question="Bawa apa?", choices=["Kopi", "Teh"], nonce=nonce())

    await place.world.db.write(verb)
