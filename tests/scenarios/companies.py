"""What people have of official accounts, for the walks: what only the staff of one knows, whom it knows; and what a stranger tries."""

from collections.abc import Mapping

from tests.scenarios import programs as programs_of
from tests.scenarios import writings
from tests.scenarios.trying import Try
from warung import official
from warung.kit.db import Tx
from warung.kit.ids import AccountId, Nonce, new_id
from warung.official import desk_notes, programs

NOWHERE = "0" * 20


def fill(tx: Tx, by: AccountId, word: str) -> dict[str, str]:
    """Open an account of somebody's own, which they also follow; whatever only the staff may know has the word in it."""
    name = f"toko{new_id(tx.now)}"
    shop = official.register(tx, by=by, kind="service", handle=name, name=name).official
    follow = official.follow(tx, by=by, official=shop.id)
    official.set_remark(tx, official=shop.id, openid=follow.openid, remark=word[-30:])
    rule = official.Rule(word, (official.Keyword("buka"),), (official.AutoAnswer(text=word),))
    official.set_replies(tx, official=shop.id, replies=official.Replies(rules=(rule,)))
    menu = official.set_menu(tx, official=shop.id, menu=official.Menu((official.Button("Isi", type="click", key=word),)))
    tag = official.add_tag(tx, official=shop.id, name=word[-30:])
    official.set_desk(tx, official=shop.id, settings=official.DeskSettings(closed=word))
    note = desk_notes.write_note(tx, by=by, official=shop.id, openid=follow.openid, text=word)
    desk_notes.set_canned(tx, by=by, official=shop.id, sentences=[(word[-40:], word)])
    hook = official.add_hook(tx, official=shop.id, url=f"https://127.0.0.1/{word}")
    program = programs.add_program(tx, by=by, official=shop.id, name=word).program
    card = official.Words(words=word)
    official.say(tx, official=shop.id, to=follow.openid, card=card, nonce=Nonce(f"toko-{word}"[-40:]))
    return (
        {
            "official": shop.id,
            "official_name": name,
            "openid": follow.openid,
            "official_conversation": str(follow.conversation),
            "menu": str(menu),
            "tag": str(tag.id),
            "note": note.id,
            "hook": hook.id,
            "program": program.id,
        }
        | writings.fill(tx, by, shop.id, follow.openid, word)
        | programs_of.fill(tx, by, shop.id, word)
    )


def tries(have: Mapping[str, str]) -> dict[str, list[Try]]:
    """Return what to try with each route, given another's ids. What a program's token opens, no session does: tried once, elsewhere."""
    mine = _of_people(have) | _of_staff(have) | _of_owner(have) | _of_desk(have)
    return mine | {route: [] for route in of_programs(have)} | writings.tries(have) | programs_of.tries(have)


def _of_people(have: Mapping[str, str]) -> dict[str, list[Try]]:
    here, menu = f"/officials/{have.get('official', NOWHERE)}", int(have.get("menu", "1"))
    return {
        "GET /officials/find": [Try("/officials/find", params={"name": have.get("official_name", "x")})],
        "GET /officials/following": [Try("/officials/following")],
        "GET /officials/{id}": [Try(here), Try(f"/officials/{have.get('who', NOWHERE)}")],
        "POST /officials/{id}/press": [Try(f"{here}/press", {"menu": menu, "path": "0"})],
        "POST /officials/{id}/location": [Try(f"{here}/location", {"latitude": 1.0, "longitude": 1.0})],
        "GET /officials/{id}/menu": [Try(f"{here}/menu")],
        "PUT /officials/{id}/follow": [Try(f"{here}/follow", {})],
        "DELETE /officials/{id}/follow": [Try(f"{here}/follow")],
        "POST /officials/{id}/recommendations": [
            Try(f"{here}/recommendations", {"conversation": have.get("official_conversation", NOWHERE), "nonce": "asing-kartu1"})
        ],
    }


def _of_staff(have: Mapping[str, str]) -> dict[str, list[Try]]:
    here, openid, tag = f"/officials/{have.get('official', NOWHERE)}", have.get("openid", "o" * 28), have.get("tag", "100")
    menu = {"menu": {"buttons": [{"name": "x", "type": "click", "key": "x"}]}}
    return {
        "GET /officials": [Try("/officials")],
        "POST /officials": [Try("/officials", {"kind": "service", "handle": have.get("official_name", "x"), "name": "Palsu"})],
        "PATCH /officials/{id}": [Try(here, {"intro": "direbut"}), Try(here, {"mode": "developer"})],
        "DELETE /officials/{id}": [Try(here)],
        "POST /officials/{id}/secret": [Try(f"{here}/secret")],
        "PUT /officials/{id}/avatar": [Try(f"{here}/avatar", {})],
        "GET /officials/{id}/replies": [Try(f"{here}/replies")],
        "PUT /officials/{id}/replies": [Try(f"{here}/replies", {})],
        "GET /officials/{id}/menus": [Try(f"{here}/menus")],
        "POST /officials/{id}/menus": [Try(f"{here}/menus", menu)],
        "DELETE /officials/{id}/menus": [Try(f"{here}/menus")],
        "DELETE /officials/{id}/menus/{menu}": [Try(f"{here}/menus/{have.get('menu', '1')}")],
        "GET /officials/{id}/followers": [Try(f"{here}/followers"), Try(f"{here}/followers", params={"tag": tag})],
        "GET /officials/{id}/followers/{openid}": [Try(f"{here}/followers/{openid}")],
        "PATCH /officials/{id}/followers/{openid}": [Try(f"{here}/followers/{openid}", {"blocked": True})],
        "GET /officials/{id}/tags": [Try(f"{here}/tags")],
        "POST /officials/{id}/tags": [Try(f"{here}/tags", {"name": "x"})],
        "PATCH /officials/{id}/tags/{tag}": [Try(f"{here}/tags/{tag}", {"name": "x"})],
        "DELETE /officials/{id}/tags/{tag}": [Try(f"{here}/tags/{tag}")],
        "POST /officials/{id}/tags/{tag}/followers": [Try(f"{here}/tags/{tag}/followers", {"openids": [openid]})],
        "POST /officials/{id}/tags/{tag}/untag": [Try(f"{here}/tags/{tag}/untag", {"openids": [openid]})],
    }


def _of_owner(have: Mapping[str, str]) -> dict[str, list[Try]]:
    here, who, hook = f"/officials/{have.get('official', NOWHERE)}", have.get("who", NOWHERE), have.get("hook", NOWHERE)
    return {
        "GET /officials/{id}/staff": [Try(f"{here}/staff")],
        "PUT /officials/{id}/staff/{account}": [Try(f"{here}/staff/{who}", {"role": "desk"})],
        "DELETE /officials/{id}/staff/{account}": [Try(f"{here}/staff/{who}")],
        "GET /officials/offered": [Try("/officials/offered")],
        "GET /officials/offers/{id}": [Try(f"/officials/offers/{have.get('offer', NOWHERE)}")],
        "PUT /officials/{id}/owner": [Try(f"{here}/owner", {"account": who})],
        "POST /officials/{id}/owner": [Try(f"{here}/owner")],
        "DELETE /officials/{id}/owner": [Try(f"{here}/owner")],
        "GET /officials/{id}/programs": [Try(f"{here}/programs")],
        "POST /officials/{id}/programs": [Try(f"{here}/programs", {"name": "x"})],
        "DELETE /officials/{id}/programs/{program_id}": [Try(f"{here}/programs/{have.get('program', NOWHERE)}")],
        "GET /officials/{id}/hooks": [Try(f"{here}/hooks")],
        "POST /officials/{id}/hooks": [Try(f"{here}/hooks", {"url": "https://x.example/"})],
        "POST /officials/{id}/hooks/{hook}/rotate": [Try(f"{here}/hooks/{hook}/rotate")],
        "POST /officials/{id}/hooks/{hook}/replay": [Try(f"{here}/hooks/{hook}/replay")],
        "DELETE /officials/{id}/hooks/{hook}": [Try(f"{here}/hooks/{hook}")],
        "GET /officials/{id}/events": [Try(f"{here}/events")],
        "PUT /operator/officials/{id}/verification": [Try(f"/operator{here}/verification", {"name": "PT Palsu"})],
        "GET /operator/officials": [Try("/operator/officials")],
    }


def _of_desk(have: Mapping[str, str]) -> dict[str, list[Try]]:
    here, openid = f"/officials/{have.get('official', NOWHERE)}", have.get("openid", "o" * 28)
    case = f"{here}/desk/{openid}"
    return {
        "GET /officials/{id}/desk": [Try(f"{here}/desk")],
        "PUT /officials/{id}/desk": [Try(f"{here}/desk", {"on": True})],
        "PUT /officials/{id}/desk/seat": [Try(f"{here}/desk/seat", {"online": True, "takes": 100})],
        "GET /officials/{id}/desk/{openid}": [Try(case)],
        "POST /officials/{id}/desk/{openid}/take": [Try(f"{case}/take")],
        "POST /officials/{id}/desk/{openid}/hand-over": [Try(f"{case}/hand-over", {"kf": None})],
        "POST /officials/{id}/desk/{openid}/finish": [Try(f"{case}/finish")],
        "POST /officials/{id}/desk/{openid}/messages": [Try(f"{case}/messages", {"nonce": "asing-meja-1", "text": "x"})],
        "POST /officials/{id}/desk/{openid}/notes": [Try(f"{case}/notes", {"text": "x"})],
        "DELETE /officials/{id}/notes/{note}": [Try(f"{here}/notes/{have.get('note', NOWHERE)}")],
        "GET /officials/{id}/sentences": [Try(f"{here}/sentences")],
        "PUT /officials/{id}/sentences": [Try(f"{here}/sentences", {"sentences": []})],
        "GET /officials/{id}/media/{blob}/{size}": [Try(f"{here}/media/{have.get('picture', NOWHERE)}/full")],
    }


def of_programs(have: Mapping[str, str]) -> dict[str, list[Try]]:
    """Return what to try with each route of programs: somebody signed in is none, whatever they know (tests/official/test_programs.py)."""
    here, openid, tag, hook = "/official/v1", have.get("openid", "o" * 28), have.get("tag", "100"), have.get("hook", NOWHERE)
    routes: dict[str, object] = {
        "GET /account": None,
        "POST /messages": {"to": openid, "nonce": "asing-program", "text": "x"},
        f"POST /followers/{openid}/typing": None,
        "GET /events": None,
        "GET /followers": None,
        f"GET /followers/{openid}": None,
        f"PATCH /followers/{openid}": {"blocked": True},
        "GET /tags": None,
        "POST /tags": {"name": "x"},
        f"PATCH /tags/{tag}": {"name": "x"},
        f"DELETE /tags/{tag}": None,
        f"POST /tags/{tag}/followers": {"openids": [openid]},
        f"POST /tags/{tag}/untag": {"openids": [openid]},
        "GET /menus": None,
        "PUT /menus": {"menu": {"buttons": []}},
        "DELETE /menus": None,
        "GET /hooks": None,
        "POST /hooks": {"url": "https://x.example/"},
        f"POST /hooks/{hook}/replay": None,
        f"DELETE /hooks/{hook}": None,
        f"POST /desk/{openid}": {},
        f"DELETE /desk/{openid}": None,
        f"GET /media/{have.get('picture', NOWHERE)}/full": None,
    }
    routes |= writings.of_programs
    blob = have.get("picture", NOWHERE)
    found: dict[str, list[Try]] = {}
    for route, body in routes.items():
        method, path = route.split(" ")
        name = path.replace(openid, "{openid}").replace(f"/tags/{tag}", "/tags/{tag}").replace(f"/hooks/{hook}", "/hooks/{hook}")
        name = name.replace(f"/media/{blob}/full", "/media/{blob}/{size}")
        found[f"{method} {here}{name}"] = [Try(f"{here}{path}", body)]
    return found
