"""What a phone does with what the server tells it while no page is looked at. Debian's Chromium has no push service of its own to subscribe
at, so its developer tools hand the message over; that servers and push services agree is shown in tests/push."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import CDPSession, expect

from tests.browser.conftest import PATIENCE_MS, Phone, TakePhone
from tests.served import Served


async def eventually(true: Callable[[], Awaitable[bool]]) -> None:
    """Ask until it is so; fail after a while."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not await true():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.05)


class Asleep:
    """A phone whose page was closed: what its service worker is told, and what stands on its screen."""

    def __init__(self, phone: Phone, tools: CDPSession, registration: str) -> None:
        self.phone = phone
        self._tools = tools
        self._registration = registration

    async def told(self, **message: Any) -> None:
        """Hand a message over, as the push service does."""
        await self._tools.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": self.phone.place.url, "registrationId": self._registration, "data": json.dumps(message)},
        )

    async def comes_to_show(self, *expected: tuple[str, str, str]) -> None:
        """Wait until these notifications stand on the screen: title, words, conversation."""
        wanted = sorted(map(list, expected))

        async def there() -> bool:
            return await self._shown() == wanted

        await eventually(there)

    async def _shown(self) -> list[list[str]]:
        worker = self.phone.context.service_workers[0]
        shown: list[list[str]] = await worker.evaluate(
            "async () => (await registration.getNotifications()).map((one) => [one.title, one.body, one.tag])"
        )
        return sorted(shown)


async def asleep(place: Served, take_phone: TakePhone) -> Asleep:
    """Siti's phone keeps the client, then she looks away."""
    phone: Phone = await take_phone()
    await phone.context.grant_permissions(["notifications"], origin=phone.place.url)
    page = await phone.sign_in(await place.cast.person("siti"), "/me/push")
    await expect(page.get_by_role("switch")).to_be_visible()
    await page.wait_for_function("() => navigator.serviceWorker.ready.then((ready) => !!ready.active)")
    await page.wait_for_function("() => caches.match('/words').then(Boolean)")  # what it will say while no page is open
    tools = await phone.context.new_cdp_session(page)
    found: list[str] = []
    tools.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(one["registrationId"] for one in told["registrations"]))
    await tools.send("ServiceWorker.enable")
    await page.goto("about:blank")
    assert found
    (worker,) = phone.context.service_workers
    await eventually(lambda: worker.evaluate("clients.matchAll({ includeUncontrolled: true }).then((all) => all.length === 0)"))
    return Asleep(phone, tools, found[0])


async def test_a_sleeping_phone_shows_one_notification_per_conversation_until_it_was_read(place: Served, take_phone: TakePhone) -> None:
    sleeping = await asleep(place, take_phone)
    news = {"type": "message", "unread": 1}
    await sleeping.told(**news, conversation="a", seq=1, title="Budi", sender="Budi", text="Ngopi?")
    await sleeping.told(**news, conversation="b", seq=1, title="kopi club", sender="Ayu", text="Siapa ikut?")
    await sleeping.comes_to_show(("Budi", "Ngopi?", "a"), ("kopi club", "Ayu: Siapa ikut?", "b"))
    await sleeping.told(**news, conversation="a", seq=2, title="Budi", sender="Budi", text="Jadi?")
    await sleeping.comes_to_show(("Budi", "Jadi?", "a"), ("kopi club", "Ayu: Siapa ikut?", "b"))
    await sleeping.told(type="read", conversation="a", unread=1)
    await sleeping.comes_to_show(("kopi club", "Ayu: Siapa ikut?", "b"))


async def test_a_screen_that_may_tell_nothing_tells_nothing(place: Served, take_phone: TakePhone) -> None:
    sleeping = await asleep(place, take_phone)
    await sleeping.told(type="message", conversation="a", seq=1, unread=1)
    await sleeping.comes_to_show(("warung", "New message", "a"))
