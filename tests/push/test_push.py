"""Push reaches a phone that is asleep, with what its screen may tell, and takes it away when it was read elsewhere."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.cast import Cast
from tests.push.service import Phone, PushService, opened, signed_by, topic_of, unb64
from tests.worlds import Hand, OpenWorld
from warung import accounts, chat, contacts
from warung.accounts import sessions
from warung.app import World
from warung.kit.clock import HOUR, MINUTE
from warung.kit.ids import AccountId, ConversationId, Identity
from warung.push import devices
from warung.push.model import BadSubscription, Keys, NotSubscribed, Show, Subscription

pytestmark = pytest.mark.anyio
T = TypeVar("T")


class Night(Cast):
    """People with phones that sleep."""

    def __init__(self, world: World, service: PushService, hand: Hand) -> None:
        super().__init__(world.db)
        self.world = world
        self.service = service
        self.hand = hand
        self.tokens: dict[str, str] = {}

    async def signed_in(self, account: AccountId) -> Identity:
        """A new session."""
        opened = await self.do(accounts.start_session, account=account, device="HP", address="127.0.0.1")
        self.tokens[opened.session] = opened.token
        return Identity(account, opened.session)

    async def phone(self, account: AccountId, name: str, show: Show = "all") -> tuple[Phone, Identity]:
        """A phone of somebody's that wants to be woken."""
        phone, who = self.service.phone(name), await self.signed_in(account)
        await self.do(devices.make_key)
        await self.do(devices.subscribe, by=who, subscription=phone.subscription(show))
        await self.world.settle()
        return phone, who

    async def do(self, verb: Callable[..., T], **named: object) -> T:
        """Run a verb."""
        return await self.db.write(lambda tx: verb(tx, **named))

    async def reads(self, who: AccountId, where: ConversationId, seq: int) -> None:
        """Read up to here, on some other device."""
        await self.do(chat.move_cursor, by=who, conversation=where, read=seq)

    async def test(self, who: Identity) -> str:
        """Press the button."""
        headers = {"Authorization": f"Bearer {self.tokens[who.session]}"}
        transport = httpx.ASGITransport(app=self.world.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000/api", headers=headers) as http:
            answer = await http.post("/push/test")
        return str(answer.json()["outcome"])


@pytest.fixture
async def night(open_a_world: OpenWorld, database: str, hand: Hand) -> AsyncIterator[Night]:
    service = PushService()
    server = await asyncio.start_server(service.answer, "127.0.0.1", 0)
    service.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield Night(await open_a_world(database, outside_exempt="127.0.0.1"), service, hand)
    server.close()


async def talking(night: Night, show: Show = "all") -> tuple[AccountId, AccountId, ConversationId, Phone, Identity]:
    """Budi and Siti are contacts; Siti's phone sleeps."""
    budi, siti = await night.people("budi", "siti")
    talk = await night.friends(budi, siti)
    phone, session = await night.phone(siti, "siti", show)
    return budi, siti, talk, phone, session


async def test_a_message_wakes_the_other_ones_phone_and_not_my_own(night: Night) -> None:
    budi, _, talk, phone, _ = await talking(night)
    mine, _ = await night.phone(budi, "budi")
    said = await night.says(budi, talk, "Ngopi?")
    await night.world.settle()
    assert phone.told == [
        {"type": "message", "conversation": talk, "seq": said.seq, "unread": 1, "title": "Budi", "sender": "Budi", "text": "Ngopi?"}
    ]
    assert mine.told == []


async def test_the_push_service_learns_who_sends_and_nothing_of_what(night: Night) -> None:
    budi, _, talk, phone, session = await talking(night)
    await night.says(budi, talk, "Rahasia")
    await night.world.settle()
    reach = await night.db.read(lambda reader: devices.reach(reader, by=session))
    (headers,) = phone.headers
    claims = signed_by(headers, reach.key)
    assert claims["aud"] == night.service.url
    assert claims["sub"] == "mailto:operator@localhost"
    assert (headers["content-encoding"], headers["topic"], headers["urgency"]) == ("aes128gcm", topic_of(talk), "high")
    assert "Rahasia" not in str(headers)


@pytest.mark.parametrize(("show", "fields"), [("sender", {"title", "sender"}), ("nothing", set())])
async def test_a_locked_screen_tells_no_more_than_it_may(night: Night, show: Show, fields: set[str]) -> None:
    budi, _, talk, phone, _ = await talking(night, show)
    await night.says(budi, talk, "Rahasia")
    await night.world.settle()
    (told,) = phone.told
    assert told.keys() - {"type", "conversation", "seq", "unread"} == fields
    assert "Rahasia" not in str(told)


async def test_what_was_written_meanwhile_is_told_once(night: Night) -> None:
    budi, _, talk, phone, _ = await talking(night)
    phone.status = 503
    for text in ("satu", "dua", "tiga"):
        await night.says(budi, talk, text)
        await night.world.settle()
    phone.status = 201
    night.hand.forward(MINUTE)
    await night.world.settle()
    assert [(told["text"], told["unread"]) for told in phone.told] == [("tiga", 3)]


async def test_what_was_read_before_it_could_be_told_wakes_nobody(night: Night) -> None:
    budi, siti, talk, phone, _ = await talking(night)
    phone.status = 503
    said = await night.says(budi, talk, "Sudah dibaca")
    await night.world.settle()
    await night.reads(siti, talk, said.seq)
    phone.status = 201
    night.hand.forward(MINUTE)
    await night.world.settle()
    assert phone.told == []


async def test_what_was_read_on_one_device_is_taken_from_the_others(night: Night) -> None:
    budi, siti, talk, phone, _ = await talking(night)
    said = await night.says(budi, talk, "Ngopi?")
    await night.world.settle()
    await night.reads(siti, talk, said.seq)
    await night.world.settle()
    assert phone.told[1:] == [{"type": "read", "conversation": talk, "unread": 0}]
    await night.reads(siti, talk, said.seq)
    await night.world.settle()
    assert len(phone.told) == 2, "and only once"


async def test_a_group_is_named_and_what_is_no_text_is_told_by_its_kind(night: Night) -> None:
    budi, siti, ayu = await night.people("budi", "siti", "ayu")
    await night.friends(budi, siti, ayu)
    club = await night.group(budi, siti, ayu)
    await night.do(contacts.annotate, by=siti, other=budi, notes=contacts.Notes(remark="Mas Budi"))
    phone, _ = await night.phone(siti, "siti")
    await night.says(budi, club, "Siapa ikut?")
    await night.world.settle()
    assert [(told["title"], told["sender"]) for told in phone.told] == [("kopi club", "Mas Budi")]


async def test_a_muted_conversation_lets_the_phone_sleep(night: Night) -> None:
    budi, siti, talk, phone, _ = await talking(night)
    await night.do(chat.keep, by=siti, id=talk, notify="nothing")
    await night.says(budi, talk, "Psst")
    await night.world.settle()
    assert phone.told == []


async def test_old_news_and_notices_wake_nobody(night: Night) -> None:
    budi, siti, ayu = await night.people("budi", "siti", "ayu")
    talk = await night.friends(budi, siti)
    await night.says(budi, talk, "Sebelum HP ini ada")
    await night.world.settle()
    phone, _ = await night.phone(siti, "siti")
    await night.friends(siti, ayu)  # leaves a notice in a new conversation
    await night.world.settle()
    assert phone.told == []


async def test_a_phone_that_is_gone_is_forgotten(night: Night) -> None:
    budi, _, talk, phone, session = await talking(night)
    phone.status = 410
    await night.says(budi, talk, "Halo?")
    await night.world.settle()
    reach = await night.db.read(lambda reader: devices.reach(reader, by=session))
    assert (reach.show, reach.endpoint) == (None, None)
    assert await night.test(session) == "no_device"


async def test_a_device_that_is_signed_out_hears_nothing_more(night: Night) -> None:
    budi, siti, talk, phone, _ = await talking(night)
    await night.do(sessions.end_all, account=siti)
    await night.says(budi, talk, "Halo?")
    await night.world.settle()
    assert phone.told == []


async def test_a_push_service_that_fails_is_asked_again_later(night: Night) -> None:
    budi, _, talk, phone, _ = await talking(night)
    phone.status = 500
    await night.says(budi, talk, "Ngopi?")
    await night.world.settle()
    assert phone.told == []
    phone.status = 201
    night.hand.forward(HOUR)
    await night.world.settle()
    assert [told["text"] for told in phone.told] == ["Ngopi?"]


async def test_the_button_says_how_it_went(night: Night) -> None:
    _, siti, _, phone, session = await talking(night)
    assert await night.test(session) == "sent"
    assert phone.told[-1]["type"] == "test"
    phone.status = 503
    assert await night.test(session) == "unreachable"
    assert await night.test(await night.signed_in(siti)) == "no_device"


async def test_an_endpoint_belongs_to_whoever_named_it_last(night: Night) -> None:
    budi, siti, talk, phone, session = await talking(night)
    await night.do(devices.subscribe, by=await night.signed_in(budi), subscription=phone.subscription())
    await night.says(budi, talk, "Untuk Siti")
    await night.world.settle()
    assert phone.told == []
    assert (await night.db.read(lambda reader: devices.reach(reader, by=session))).show is None
    with pytest.raises(NotSubscribed):
        await night.do(devices.change, by=session, show="nothing")
    assert siti


@pytest.mark.parametrize(
    ("endpoint", "p256dh", "auth"),
    [
        ("ftp://push.example/1", "", ""),
        ("https://user:pass@push.example/1", "", ""),
        ("https://push.example/1", "AAAA", ""),
        ("https://push.example/1", "!", ""),
        ("https://push.example/1", "", "AAAA"),
        ("https://push.example/1", "", "ü"),
    ],
)
async def test_what_is_no_subscription_is_refused(night: Night, endpoint: str, p256dh: str, auth: str) -> None:
    budi = await night.person("budi")
    good = night.service.phone("budi").subscription()
    keys = Keys(p256dh or good.keys.p256dh, auth or good.keys.auth)
    await night.do(devices.make_key)
    with pytest.raises(BadSubscription):
        await night.do(devices.subscribe, by=await night.signed_in(budi), subscription=Subscription(endpoint, keys))


def test_the_phone_of_these_tests_opens_the_example_of_the_standard() -> None:
    """RFC 8291, Appendix A."""
    from_standard = unb64(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    private = ec.derive_private_key(int.from_bytes(unb64("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big"), ec.SECP256R1())
    assert opened(from_standard, private, unb64("BTBZMqHH6r4Tts7J_aSIgg")) == b"When I grow up, I want to be a watermelon"
