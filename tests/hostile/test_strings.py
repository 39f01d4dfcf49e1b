"""Naughty strings in every field that takes text: kept and returned to the letter, or refused by name."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote

import httpx
import pytest

from tests.hostile.place import Place, Someone
from tests.hostile.strings import COLLECTED, OWN, fifty, naughty, scripts
from warung.kit import clock, ids

ABREAST = 16
collected = pytest.mark.skipif(not COLLECTED.is_dir(), reason="the collected strings of ../shared/data/fuzz are not here; our own few are")

# What the answer was, and what came back of the string where it was not refused.
Kept = tuple[httpx.Response, str | None]
Field = Callable[[Someone, str], Awaitable[Kept]]


def nonce() -> str:
    """A key for one intent."""
    return f"nonce-{ids.new_id(0)}"


async def message(budi: Someone, text: str) -> Kept:
    body = {"nonce": nonce(), "card": {"type": "chat.text", "text": text}}
    answer = await budi.ask("POST", f"/conversations/{budi.group}/messages", body)
    if answer.status_code != 200:
        return answer, None
    seen = await budi.ask("GET", f"/conversations/{budi.group}/messages/{answer.json()['seq']}")
    return answer, seen.json()["card"]["text"]


async def name(budi: Someone, text: str) -> Kept:
    answer = await budi.ask("PATCH", "/me", {"name": text})
    return answer, answer.json().get("name")


async def status(budi: Someone, text: str) -> Kept:
    answer = await budi.ask("PATCH", "/me", {"status": text})
    return answer, answer.json().get("status")


async def remark(budi: Someone, text: str) -> Kept:
    answer = await budi.ask("PATCH", f"/contacts/{budi.friend}", {"remark": text})
    return answer, answer.json().get("remark")


async def tag(budi: Someone, text: str) -> Kept:
    answer = await budi.ask("PATCH", f"/contacts/{budi.friend}", {"tags": [text]})
    return answer, answer.json()["tags"][0] if answer.status_code == 200 else None


async def group_name(budi: Someone, text: str) -> Kept:
    answer = await budi.ask("PATCH", f"/conversations/{budi.group}", {"name": text})
    return answer, answer.json().get("name")


async def notice(budi: Someone, text: str) -> Kept:
    answer = await budi.ask("PATCH", f"/conversations/{budi.group}", {"notice": text})
    return answer, answer.json().get("notice")


async def greeting(budi: Someone, text: str) -> Kept:
    stranger = budi.strangers.pop()  # a request that is open is not asked again: nobody else asks this one meanwhile
    answer = await budi.ask("POST", "/contacts/requests", {"to": stranger, "greeting": text, "via": "handle"})
    if answer.status_code == 200:
        await budi.ask("DELETE", f"/contacts/requests/{answer.json()['id']}")
    budi.strangers.append(stranger)
    return answer, answer.json().get("greeting")


async def report(budi: Someone, text: str) -> Kept:
    answer = await budi.ask("POST", "/reports", {"about": "person", "account": budi.friend, "reason": "other", "text": text})
    if answer.status_code != 200:
        return answer, None
    (kept,) = [each for each in (await budi.ask("GET", "/operator/reports")).json()["reports"] if each["id"] == answer.json()["id"]]
    return answer, kept["text"]


async def device(budi: Someone, text: str) -> Kept:
    body = {"handle": f"x{ids.new_id(0)[-12:]}", "name": "Ayu", "password": "kopi tubruk manis", "device": text, "transport": "bearer"}
    answer = await budi.place.ask("POST", "/sign-up", body, headers={"accept-language": "en"})
    if answer.status_code != 200:
        return answer, None
    bearer = {"authorization": f"Bearer {answer.json()['token']}"}
    (session,) = (await budi.place.ask("GET", "/sessions", headers=bearer)).json()
    return answer, session["device"]


async def handle(budi: Someone, text: str) -> Kept:
    body = {"handle": text, "name": "Ayu", "password": "kopi tubruk manis", "device": "Ponsel", "transport": "bearer"}
    answer = await budi.place.ask("POST", "/sign-up", body, headers={"accept-language": "en"})
    return answer, text if answer.status_code == 200 else None


async def look_up(budi: Someone, text: str) -> Kept:
    return await budi.ask("GET", f"/people?handle={quote(text[:4000], safe='')}"), text


async def search(budi: Someone, text: str) -> Kept:
    return await budi.ask("GET", f"/search?q={quote(text[:4000], safe='')}"), text


async def message_nonce(budi: Someone, text: str) -> Kept:
    body = {"nonce": text, "card": {"type": "chat.text", "text": "halo"}}
    answer = await budi.ask("POST", f"/conversations/{budi.group}/messages", body)
    return answer, answer.json().get("nonce")


async def moment(budi: Someone, text: str) -> Kept:
    answer = await budi.ask("POST", "/moments", {"nonce": nonce(), "text": text})
    return answer, answer.json()["moment"]["text"] if answer.status_code == 200 else None


async def moment_comment(budi: Someone, text: str) -> Kept:
    posted = await budi.ask("POST", "/moments", {"nonce": f"satu-{budi.account}", "text": "halo"})
    said = {"nonce": nonce(), "text": text}
    answer = await budi.ask("POST", f"/moments/{posted.json()['moment']['id']}/comments", said)
    if answer.status_code != 200:
        return answer, None
    return answer, next((each["text"] for each in answer.json()["moment"]["comments"] if each["text"] == text), None)


async def pack_title(budi: Someone, text: str) -> Kept:
    pack = (await budi.ask("GET", "/stickers")).json()["packs"][1:] or [
        (await budi.ask("POST", "/stickers/packs", {"title": "Kucing"})).json()
    ]
    answer = await budi.ask("PATCH", f"/stickers/packs/{pack[0]['id']}", {"title": text})
    return answer, answer.json().get("title")


async def code(budi: Someone, text: str) -> Kept:
    return await budi.ask("GET", f"/qr?text={quote(text[:4000], safe='')}"), text


async def edited(budi: Someone, text: str) -> Kept:
    first = await budi.ask(
        "POST", f"/conversations/{budi.group}/messages", {"nonce": nonce(), "card": {"type": "chat.text", "text": "halo"}}
    )
    where = f"/conversations/{budi.group}/messages/{first.json()['seq']}"
    answer = await budi.ask("PATCH", where, {"text": text})
    return answer, (await budi.ask("GET", where)).json()["card"]["text"] if answer.status_code == 200 else None


async def draft(budi: Someone, text: str) -> Kept:
    answer = await budi.ask("PUT", f"/conversations/{budi.group}/draft", {"text": text})
    return answer, answer.json()["draft"].get("text", "") if answer.status_code == 200 else None


async def later(budi: Someone, text: str) -> Kept:
    body = {"card": {"type": "chat.text", "text": text}, "send_at": clock.now() + clock.DAY}
    answer = await budi.ask("POST", f"/conversations/{budi.group}/scheduled", body)
    if answer.status_code == 200:
        await budi.ask("DELETE", f"/scheduled/{answer.json()['id']}")
    return answer, answer.json()["card"]["text"] if answer.status_code == 200 else None


async def folder(budi: Someone, text: str) -> Kept:
    answer = await budi.ask("PATCH", "/preferences", {"folders": [{"id": "1", "name": text}]})
    return answer, text if answer.status_code == 200 else None


async def place_name(budi: Someone, text: str) -> Kept:
    card = {"type": "chat.location", "latitude": 0, "longitude": 0, "name": text}
    answer = await budi.ask("POST", f"/conversations/{budi.group}/messages", {"nonce": nonce(), "card": card})
    return answer, answer.json()["card"]["name"] if answer.status_code == 200 else None


async def question(budi: Someone, text: str) -> Kept:
    body = {"question": text, "choices": ["a", "b"], "nonce": nonce()}
    answer = await budi.ask("POST", f"/conversations/{budi.group}/polls", body)
    return answer, answer.json()["card"]["question"] if answer.status_code == 200 else None


async def choice(budi: Someone, text: str) -> Kept:
    body = {"question": "x", "choices": [text, "ini"], "nonce": nonce()}
    answer = await budi.ask("POST", f"/conversations/{budi.group}/polls", body)
    if answer.status_code != 200:
        return answer, None
    return answer, text if answer.json()["card"]["choices"][0] == text.strip() else "another"


async def coming(budi: Someone, text: str) -> Kept:
    started = await budi.ask("POST", f"/conversations/{budi.group}/lists", {"title": "x", "nonce": nonce()})
    answer = await budi.ask("PUT", f"/polls/{started.json()['card']['poll']}/entry", {"note": text})
    return answer, answer.json()["note"] if answer.status_code == 200 else None


# What a field may refuse, and up to how many characters it must keep what is not blank and can be stored at all.
TEXT = {"text_missing", "text_too_long", "text_not_allowed"}
FIELDS: dict[str, tuple[Field, set[str], int]] = {
    "message": (message, {"empty_message", "message_too_long", "text_not_allowed"}, 8_000),
    "name": (name, TEXT, 64),
    "status": (status, TEXT, 140),
    "remark": (remark, TEXT, 60),
    "tag": (tag, TEXT, 30),
    "group name": (group_name, TEXT, 64),
    "notice": (notice, TEXT, 1_000),
    "greeting": (greeting, TEXT, 100),
    "report": (report, TEXT, 1_000),
    "device": (device, TEXT, 0),
    "handle": (handle, {"handle_not_allowed", "handle_taken"}, 0),
    "edit": (edited, {"empty_message", "message_too_long", "text_not_allowed"}, 8_000),
    "draft": (draft, TEXT, 16_000),
    "later": (later, {"empty_message", "message_too_long", "text_not_allowed"}, 8_000),
    "folder": (folder, TEXT, 24),
    "place": (place_name, {"broken_card", "message_too_long"}, 120),
    "question": (question, TEXT, 200),
    "choice": (choice, TEXT, 100),
    "coming": (coming, TEXT, 140),
    "look-up": (look_up, {"person_not_found", *TEXT}, 0),
    "search": (search, {"nothing_to_search", *TEXT}, 0),
    "nonce": (message_nonce, {"bad_nonce", "nonce_reused"}, 0),
    "moment": (moment, {"empty_moment", *TEXT}, 2_000),
    "moment comment": (moment_comment, TEXT, 500),
    "pack title": (pack_title, TEXT, 60),
    "code": (code, TEXT, 0),
}
# Drawing a code takes its time, and these ask more than once for each string.
SLOW = {"code", "edit", "later", "coming", "choice", "place"}
# Here nothing at all is a way to take away what was there.
CLEARED = {"remark", "notice"}


def attack(place: Place, field: str, strings: Sequence[str]) -> None:
    """Put every string into a field of somebody new."""
    put, refusals, keeps = FIELDS[field]
    budi = place.someone(strangers=ABREAST)

    async def one(text: str, turn: asyncio.Semaphore) -> None:
        async with turn:
            answer, kept = await put(budi, text)
        if answer.status_code == 200:
            assert kept == text or (kept is None and field in CLEARED and not text.strip())
            return
        error = answer.json()["error"]
        assert error["code"] in refusals, (text, error)
        assert answer.status_code < 500
        assert error["message"]
        assert not text.strip() or "\x00" in text or len(text) > keeps, (text, error)

    async def every() -> None:
        turn = asyncio.Semaphore(ABREAST)
        await asyncio.gather(*(one(text, turn) for text in strings))

    place.portal.call(every)


@pytest.mark.parametrize("field", FIELDS)
def test_a_strange_string_is_kept_to_the_letter_or_refused_by_name(place: Place, field: str) -> None:
    attack(place, field, OWN)


@collected
@pytest.mark.parametrize("field", FIELDS)
def test_a_naughty_string_is_kept_to_the_letter_or_refused_by_name(place: Place, field: str) -> None:
    attack(place, field, fifty(naughty()) if field in SLOW else naughty())


@collected
@pytest.mark.parametrize("field", FIELDS)
def test_a_script_is_kept_as_the_text_it_is(place: Place, field: str) -> None:
    attack(place, field, scripts() if field == "message" else fifty(scripts()))


ADDRESSES = ["/people/{}", "/conversations/{}", "/invites/look/{}", "/join/{}", "/device-links/by/{}", "/media/{}/thumb", "/media/x/{}"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_strange_string_in_an_address_leads_nowhere(place: Place, address: str) -> None:
    budi = place.someone()
    for text in OWN:
        answer = budi.say("GET", address.format(quote(text[:2000], safe="")))
        assert answer.status_code in (400, 404, 405, 429), (text, answer.text)
        assert answer.json()["error"]["message"]
