"""Templates: a follower gets what they agreed to, sees every consent and takes it back; what does not fit is refused by name."""

import json
from typing import Any

import pytest

from tests.official.conftest import ON_SQLITE, Stall
from warung import official
from warung.kit.clock import DAY
from warung.official import notifying
from warung.official.model_templates import NotificationLinkNotPossible, SceneNotPossible

pytestmark = pytest.mark.anyio
READY = {"nomor": official.Value("17", "#ff0000"), "remark": official.Value("Selamat makan")}


async def ready(stall: Stall, toko: official.Official, **more: Any) -> official.Template:
    """A template."""
    content = "{{first.DATA}}\nNomor: {{nomor.DATA}}\n{{remark.DATA}}"
    return await stall.do(official.define_template, official=toko.id, title="Pesanan siap", content=content, **more)


async def test_only_who_agreed_is_notified_and_a_consent_is_seen_and_taken_back(stall: Stall) -> None:
    sari, budi, ayu = await stall.people("sari", "budi", "ayu")
    toko = await stall.toko(sari)
    template = await ready(stall, toko)
    fan, other = await stall.fan(budi, toko), await stall.fan(ayu, toko)
    send = {"official": toko.id, "template": template.id, "data": READY}
    await stall.refused(official.NotAgreed, official.send_template, openid=fan.openid, **send)
    await stall.do(official.agree, by=budi, official=toko.id, template=template.id, accept=True)
    await stall.do(official.agree, by=ayu, official=toko.id, template=template.id, accept=False)
    await stall.refused(official.NotAgreed, official.send_template, openid=other.openid, **send)
    number = await stall.do(official.send_template, openid=fan.openid, url="https://toko.example/17", **send)
    assert fan.conversation is not None
    (message,) = (await stall.page(budi, fan.conversation)).messages
    card = json.loads(bytes(message.card))
    assert (card["title"], card["url"], card["why"]) == ("Pesanan siap", "https://toko.example/17", f"template:{template.id}")
    assert card["fields"] == [{"name": "Nomor", "value": "17", "color": "#ff0000"}, {"name": "", "value": "Selamat makan"}]
    (told,) = [each for each in await stall.log(toko) if each["type"] == "template.finished"]
    assert (told["number"], told["status"]) == (str(number), "success")
    (mine,) = await stall.ask(official.consents, by=budi)
    assert (mine.official, mine.title, mine.accepted, mine.remaining) == (toko.id, "Pesanan siap", True, None)
    await stall.do(official.agree, by=budi, official=toko.id, template=template.id, accept=False)
    await stall.refused(official.NotAgreed, official.send_template, openid=fan.openid, **send)
    kinds = [(each["type"], each["accepted"]) for each in await stall.log(toko) if each["type"].startswith("subscription.")]
    assert kinds == [("subscription.answered", True), ("subscription.answered", False), ("subscription.changed", False)]


async def test_leaving_takes_every_consent_back_and_a_stranger_cannot_agree(stall: Stall) -> None:
    sari, budi, ayu = await stall.people("sari", "budi", "ayu")
    toko = await stall.toko(sari)
    template = await ready(stall, toko)
    agree = {"official": toko.id, "template": template.id, "accept": True}
    await stall.refused(official.NotFollowing, official.agree, by=ayu, **agree)
    fan = await stall.fan(budi, toko)
    await stall.do(official.agree, by=budi, **agree)
    await stall.do(official.unfollow, by=budi, official=toko.id)
    send = {"official": toko.id, "openid": fan.openid, "template": template.id, "data": READY}
    await stall.refused(official.NotFollowing, official.send_template, **send)
    await stall.fan(budi, toko)
    await stall.refused(official.NotAgreed, official.send_template, **send)


async def test_a_subscription_is_one_message_for_each_time_one_agreed(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    template = await stall.do(official.add_subscription, official=toko.id, tid=201, kids=[1, 2])
    lasting = await stall.do(official.add_subscription, official=toko.id, tid=401, kids=[1, 2])
    fan = await stall.fan(budi, toko)
    for each in (template, template, lasting):
        await stall.do(official.agree, by=budi, official=toko.id, template=each.id, accept=True)
    data = {"number1": official.Value("17"), "thing2": official.Value("Meja 2")}
    send = {"official": toko.id, "openid": fan.openid, "template": template.id}
    for name, value in (("number1", "tujuh belas"), ("thing2", "x" * 21), ("thing2", "")):
        refused = await stall.refused(official.TemplateArgument, official.send_template, data=data | {name: official.Value(value)}, **send)
        assert refused.details == {"name": f"data.{name}.value"}
    for _ in range(2):
        await stall.do(official.send_template, data=data, **send)
    await stall.refused(official.NotAgreed, official.send_template, data=data, **send)
    appointment = {"thing1": official.Value("Salon"), "time2": official.Value("10:00")}
    for _ in range(3):
        await stall.do(official.send_template, data=appointment, **send | {"template": lasting.id})
    await stall.do(official.agree, by=budi, official=toko.id, template=template.id, accept=True, scene=7)
    await stall.do(official.send_template, data=data, scene=7, title="Sekali saja", **send)
    await stall.refused(official.NotAgreed, official.send_template, data=data, scene=7, **send)


async def test_a_blocked_follower_is_told_nothing_and_the_program_learns_it(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    template, fan = await ready(stall, toko), await stall.fan(budi, toko)
    await stall.do(official.agree, by=budi, official=toko.id, template=template.id, accept=True)
    await stall.do(official.block, official=toko.id, openids=[fan.openid])
    send = {"official": toko.id, "openid": fan.openid, "template": template.id, "data": READY, "client_id": "sekali"}
    number = await stall.do(official.send_template, **send)
    assert (await stall.log(toko))[-1]["status"] == "blocked"
    again = await stall.refused(official.NotificationRepeated, official.send_template, **send)
    assert again.details == {"number": str(number)}


@ON_SQLITE
async def test_what_no_template_or_notification_can_be_is_refused(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko, other = await stall.toko(sari), await stall.toko(sari, "warungsari")
    for title, content in (("", "{{a.DATA}}"), ("x", "tanpa tempat"), ("x" * 31, "{{a.DATA}}"), ("x", "{{a.DATA}}" + "x" * 2_000)):
        await stall.refused(official.TemplateNotPossible, official.define_template, official=toko.id, title=title, content=content)
    await stall.refused(official.NoSuchLibraryTemplate, official.add_template, official=toko.id, short="TM404")
    await stall.refused(official.NoSuchLibraryTemplate, official.add_subscription, official=toko.id, tid=404, kids=[1, 2])
    await stall.refused(official.TemplateNotPossible, official.add_subscription, official=toko.id, tid=201, kids=[1, 99])
    template, fan = await ready(stall, toko), await stall.fan(budi, toko)
    send = {"official": toko.id, "openid": fan.openid, "template": template.id, "data": READY}
    await stall.refused(official.NoSuchTemplate, official.send_template, **send | {"official": other.id})
    await stall.refused(official.NoSuchFollower, official.send_template, **send | {"openid": "o" * 28})
    await stall.refused(official.TemplateArgument, official.send_template, **send | {"data": {}})
    await stall.refused(NotificationLinkNotPossible, official.send_template, url="javascript:alert(1)", **send)
    await stall.refused(SceneNotPossible, official.agree, by=budi, official=toko.id, template=template.id, accept=True, scene=10_001)
    for at in range(24):
        await ready(stall, toko, short=str(at))
    await stall.refused(official.TooManyTemplates, official.add_template, official=toko.id, short=official.LIBRARY[0].short)
    assert notifying.places("{{a.DATA}} {{a.DATA}} {{ b.DATA }} {{c}}") == ["a", "b"]


@ON_SQLITE
async def test_an_industry_is_chosen_once_a_month(stall: Stall) -> None:
    (sari,) = await stall.people("sari")
    toko = await stall.toko(sari)
    await stall.refused(official.IndustryNotPossible, official.set_industry, official=toko.id, first=1, second=1)
    await stall.do(official.set_industry, official=toko.id, first=10, second=41)
    await stall.refused(official.IndustryChangedLately, official.set_industry, official=toko.id, first=1, second=2)
    stall.hand.forward(31 * DAY)
    await stall.do(official.set_industry, official=toko.id, first=1, second=2)


async def test_a_notification_that_is_sent_again_under_its_name_uses_no_other_consent(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    template = await stall.do(official.add_subscription, official=toko.id, tid=201, kids=[1, 2])
    fan = await stall.fan(budi, toko)
    await stall.do(official.agree, by=budi, official=toko.id, template=template.id, accept=True)
    data = {"number1": official.Value("17"), "thing2": official.Value("Meja 2")}
    send = {"official": toko.id, "openid": fan.openid, "template": template.id, "data": data}
    first = await stall.do(official.send_template, client_id="a", **send)
    again = await stall.refused(official.NotificationRepeated, official.send_template, client_id="a", **send)
    assert again.details == {"number": str(first)}
    await stall.refused(official.NotAgreed, official.send_template, client_id="b", **send)
