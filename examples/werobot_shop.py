"""A small shop's assistant with WeRoBot, a library written for WeChat: nothing of it is changed, only where it finds WeChat's hosts.

    pip install werobot requests
    warung wechat-gateway                                    # prints the proxy and the certificate to trust
    export HTTPS_PROXY=http://127.0.0.1:8444 REQUESTS_CA_BUNDLE=data/wechat-gateway/ca.pem
    WECHAT_APPID=wx… WECHAT_SECRET=… WECHAT_TOKEN=kopitubruk PORT=8080 python werobot_shop.py

Then enter http://<this machine>:8080/ and the token as the account's callback (docs/wechat-sdks.md).
"""

# mypy: disable-error-code="untyped-decorator"

import os
import threading
from typing import Any

from werobot import WeRoBot
from werobot.replies import Article, ArticlesReply, TransferCustomerServiceReply

GOODS = {"dadar": ("Dadar gulung", 3_000), "lapis": ("Kue lapis", 4_000), "klepon": ("Klepon", 2_500)}
ORDERS: dict[str, list[str]] = {}
MENU = {
    "button": [
        {"type": "click", "name": "Kue hari ini", "key": "goods"},
        {"type": "click", "name": "Pesananku", "key": "order"},
        {"type": "click", "name": "Bantuan", "key": "person"},
    ]
}
robot = WeRoBot(token=os.environ["WECHAT_TOKEN"])
robot.config.update(
    APP_ID=os.environ["WECHAT_APPID"],
    APP_SECRET=os.environ["WECHAT_SECRET"],
    HOST="127.0.0.1",
    PORT=int(os.environ.get("PORT", "8080")),
)


@robot.subscribe
def hello(message: Any) -> Any:
    """Somebody follows us from now on."""
    return "Selamat datang! Tulis nama kue untuk memesan: " + ", ".join(GOODS)


@robot.key_click("goods")
def goods(message: Any) -> Any:
    """Show what there is."""
    reply = ArticlesReply(message=message)
    for name, (title, price) in GOODS.items():
        reply.add_article(Article(title=f"{title}, Rp{price:,}", description=f"Tulis: {name}", img="", url="https://kedai.example/"))
    return reply


@robot.key_click("order")
def order(message: Any) -> Any:
    """Say what was ordered."""
    wanted = ORDERS.get(message.source, [])
    return "\n".join([*wanted, f"Rp{sum(GOODS[each][1] for each in wanted):,}"]) if wanted else "Belum ada pesanan."


@robot.key_click("person")
def person(message: Any) -> Any:
    """Fetch a person."""
    return TransferCustomerServiceReply(message=message)


@robot.text
def said(message: Any) -> Any:
    """Take an order."""
    wanted = [name for name in GOODS if name in message.content.lower()]
    ORDERS.setdefault(message.source, []).extend(wanted)
    return f"Dicatat: {', '.join(wanted)}." if wanted else "Maaf, kue itu tidak ada."


if __name__ == "__main__":
    threading.Timer(1, lambda: robot.client.create_menu(MENU)).start()
    robot.run(server="wsgiref")
