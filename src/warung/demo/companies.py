"""A shop with an official account, which people follow: it greets, answers by keyword, has a menu and somebody at the desk."""

from collections.abc import Mapping

from warung import chat, official
from warung.kit.clock import DAY, MINUTE
from warung.kit.db import Tx
from warung.kit.ids import AccountId, Nonce

NEWS = (
    official.NewsItem("Kue basah akhir pekan", digest="Dadar gulung, klepon dan lapis, pesan sebelum Jumat sore."),
    official.NewsItem("Cara menyimpan klepon", digest="Jangan di kulkas!"),
)
REPLIES = official.Replies(
    on_follow=official.AutoAnswer(text="Selamat datang di Toko Sari! Kue hari ini ada di menu di bawah."),
    rules=(
        official.Rule(
            "jam buka", (official.Keyword("buka"), official.Keyword("jam")), (official.AutoAnswer(text="Kami buka pukul 06.00-17.00."),)
        ),
        official.Rule(
            "ongkir", (official.Keyword("ongkir"), official.Keyword("kirim")), (official.AutoAnswer(text="Di dalam kota gratis."),)
        ),
    ),
)
MENU = official.Menu(
    (
        official.Button("Kue hari ini", type="click", key="goods"),
        official.Button(
            "Belanja",
            sub=(
                official.Button("Pesananku", type="click", key="orders"),
                official.Button("Kirim lokasi", type="location_select", key="where"),
            ),
        ),
        official.Button("Bantuan", type="click", key="help"),
    )
)


def fill(tx: Tx, who: Mapping[str, AccountId]) -> None:
    """Open the shop some days ago, and let people come by."""
    present, tx.now = tx.now, tx.now - 3 * DAY
    shop = official.register(
        tx, by=who["ayu"], kind="service", handle="tokosari", name="Toko Sari", intro="Kue basah dari Pasar Baru, sejak 1987"
    ).official
    official.set_replies(tx, official=shop.id, replies=REPLIES)
    official.set_menu(tx, official=shop.id, menu=MENU)
    official.set_desk(tx, official=shop.id, settings=official.DeskSettings(on=True, greeting="Sebentar ya, kami panggilkan orangnya."))
    fans = {}
    for handle in ("budi", "siti", "joko", "tom"):
        tx.now += MINUTE
        fans[handle] = official.follow(tx, by=who[handle], official=shop.id, source="ADD_SCENE_SEARCH")
    tx.now = present - 5 * MINUTE
    for handle, fan in fans.items():
        card = official.News(items=NEWS)
        official.say(tx, official=shop.id, to=fan.openid, card=card, nonce=Nonce(f"demo-news-{handle}"))
    budi = fans["budi"].conversation
    assert budi is not None
    chat.send(tx, by=who["budi"], to=budi, card=chat.Text(text_="Bisa kirim ke Gang Kopi?"), nonce=Nonce("demo-toko-ask"))
    official.say(
        tx, official=shop.id, to=fans["budi"].openid, card=official.Words(words="Bisa, di dalam kota gratis."), nonce=Nonce("demo-toko-say")
    )
    tx.now = present
