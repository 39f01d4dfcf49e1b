"""A second device signs in by the first one's leave."""

import pytest

from tests.accounts.place import FAR, HERE, PUBLIC, Place, refused
from warung import accounts
from warung.accounts import device_links
from warung.accounts.device_links import Claim
from warung.accounts.model import AccountDisabled, DeviceLink, DeviceLinkNotFound, DeviceLinkOver, NewDeviceLink
from warung.kit.clock import MINUTE
from warung.kit.errors import TooMany
from warung.kit.ids import AccountId
from warung.kit.text import TextTooLong

pytestmark = pytest.mark.anyio


async def begun(place: Place, device: str = "Tablet") -> NewDeviceLink:
    return await place.do(lambda tx: device_links.begin(tx, device=device, site=PUBLIC, address=FAR))


async def found(place: Place, by: AccountId, name: str) -> DeviceLink:
    return await device_links.look_up(place.db, by=by, name=name, address=HERE)


async def approved(place: Place, by: AccountId, link: NewDeviceLink) -> None:
    await place.do(lambda tx: device_links.approve(tx, by=by, link=link.id))


async def claimed(place: Place, link: NewDeviceLink, secret: str | None = None) -> Claim:
    return await device_links.claim(place.db, link=link.id, secret=link.secret if secret is None else secret, address=FAR)


async def test_budi_lets_his_tablet_in_by_its_digits(place: Place) -> None:
    budi = await place.somebody("budi")
    link = await begun(place)
    assert await claimed(place, link) == Claim("waiting")
    assert (await found(place, budi, link.code)).device == "Tablet"
    await approved(place, budi, link)
    claim = await claimed(place, link)
    assert claim.state == "done"
    assert claim.opened is not None
    assert (await place.who(claim.opened.token)).account == budi
    assert [each.device for each in await place.devices(claim.opened)] == ["Tablet"]


async def test_budi_lets_his_tablet_in_by_its_qr_code(place: Place) -> None:
    budi = await place.somebody("budi")
    link = await begun(place)
    token = link.url.removeprefix("https://kopi.example/l/")
    assert (await found(place, budi, token)).id == link.id
    await approved(place, budi, link)
    assert (await claimed(place, link)).state == "done"


async def test_digits_are_read_as_people_type_them(place: Place) -> None:
    budi = await place.somebody("budi")
    link = await begun(place)
    assert (await found(place, budi, link.code.replace("-", ""))).id == link.id
    assert (await found(place, budi, link.code.replace("-", " "))).id == link.id


async def test_a_link_lets_one_device_in_once(place: Place) -> None:
    budi = await place.somebody("budi")
    link = await begun(place)
    await found(place, budi, link.code)
    await approved(place, budi, link)
    await claimed(place, link)
    assert await claimed(place, link) == Claim("expired")
    await refused(DeviceLinkOver, approved(place, budi, link))
    await refused(DeviceLinkNotFound, found(place, budi, link.code))


async def test_a_refused_device_is_told_so(place: Place) -> None:
    budi = await place.somebody("budi")
    link = await begun(place)
    await found(place, budi, link.code)
    await place.do(lambda tx: device_links.refuse(tx, by=budi, link=link.id))
    assert await claimed(place, link) == Claim("refused")
    await refused(DeviceLinkOver, approved(place, budi, link))


async def test_after_two_minutes_it_is_too_late(place: Place) -> None:
    budi = await place.somebody("budi")
    link, other = await begun(place), await begun(place)
    await found(place, budi, link.code)
    await found(place, budi, other.code)
    await approved(place, budi, other)
    place.now += 2 * MINUTE
    await refused(DeviceLinkOver, approved(place, budi, link))
    await refused(DeviceLinkNotFound, found(place, budi, link.code))
    assert await claimed(place, link) == await claimed(place, other) == Claim("expired")


async def test_old_links_are_forgotten(place: Place) -> None:
    link = await begun(place)
    place.now += 20 * MINUTE
    await begun(place)
    await refused(DeviceLinkNotFound, claimed(place, link))


async def test_only_the_new_device_can_come_in(place: Place) -> None:
    budi = await place.somebody("budi")
    link = await begun(place)
    await found(place, budi, link.code)
    await approved(place, budi, link)
    for guess in ("", link.code, link.url.rsplit("/", 1)[-1], link.id):
        await refused(DeviceLinkNotFound, claimed(place, link, guess))
    assert (await claimed(place, link)).state == "done"


async def test_only_who_looked_the_device_up_decides(place: Place) -> None:
    budi, siti = await place.somebody("budi"), await place.somebody("siti")
    link = await begun(place)
    await refused(DeviceLinkNotFound, approved(place, siti, link))
    await found(place, budi, link.code)
    await refused(DeviceLinkNotFound, approved(place, siti, link))
    await refused(DeviceLinkNotFound, place.do(lambda tx: device_links.refuse(tx, by=siti, link=link.id)))
    await approved(place, budi, link)


async def test_a_disabled_account_lets_nobody_in(place: Place) -> None:
    budi = await place.somebody("budi")
    link = await begun(place)
    await found(place, budi, link.code)
    await approved(place, budi, link)
    await place.do(lambda tx: accounts.disable(tx, handle="budi"))
    await refused(AccountDisabled, claimed(place, link))


async def test_guessing_digits_is_counted(place: Place) -> None:
    budi, siti = await place.somebody("budi"), await place.somebody("siti")
    link = await begun(place)
    for n in range(10):
        await refused(DeviceLinkNotFound, found(place, budi, f"guess {n}"))
    await refused(TooMany, found(place, budi, link.code))
    await found(place, siti, link.code)


async def test_asking_to_be_let_in_is_counted(place: Place) -> None:
    for _ in range(60):
        await begun(place)
    await refused(TooMany, begun(place))


async def test_a_device_has_a_name_of_bounded_length(place: Place) -> None:
    await refused(TextTooLong, begun(place, "x" * 101))
