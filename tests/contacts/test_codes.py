"""QR codes."""

import re
from xml.etree import ElementTree

import pytest

from tests.contacts.conftest import Place
from warung import accounts, contacts
from warung.kit.errors import Refusal
from warung.kit.site import Site

SVG = "{http://www.w3.org/2000/svg}"
SITE = Site(url="https://warung.example")


def test_a_code_is_an_image_with_its_text_as_the_title() -> None:
    picture = ElementTree.fromstring(accounts.qr("https://warung.example/c/abc"))
    assert picture.tag == f"{SVG}svg"
    assert picture.get("role") == "img"
    title = picture.find(f"{SVG}title")
    assert title is not None
    assert title.text == "https://warung.example/c/abc"


def test_a_code_is_dark_on_light_with_a_quiet_zone() -> None:
    picture = ElementTree.fromstring(accounts.qr("kopi"))
    ground, modules = picture.findall(f"{SVG}path")
    assert ground.get("fill") == "#fff"
    assert modules.get("stroke") == "#000"
    width = int((picture.get("viewBox") or "").split()[2])
    assert ground.get("d") == f"M0 0h{width}v{width}h-{width}z"
    assert (modules.get("d") or "").startswith("M4 4.5h7m")  # four modules of quiet, then the corner's pattern of seven


@pytest.mark.parametrize("text", ["</title><script>alert(1)</script>", "व" * 512, "😀" * 512, "a\x01b", "بُوُدِي", "\ufffe"])
def test_any_text_that_fits_gives_a_well_formed_image(text: str) -> None:
    svg = accounts.qr(text)
    title = ElementTree.fromstring(svg).find(f"{SVG}title")
    assert title is not None
    assert (title.text or "") == re.sub("[\x01\ufffe]", "", text)
    assert "<script" not in svg


@pytest.mark.parametrize(("text", "code"), [("", "text_missing"), ("x" * 513, "text_too_long"), ("\x00", "text_not_allowed")])
def test_a_text_that_is_empty_or_too_long_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        accounts.qr(text)
    assert refused.value.code() == code


def test_my_code_is_a_link_that_finds_me_until_i_make_a_new_one(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    mine = place.read(contacts.my_code, by=siti, site=SITE)
    token = mine.url.removeprefix("https://warung.example/c/")
    assert place.read(contacts.look_up, by=budi, code=token).id == siti
    assert mine.svg == accounts.qr(mine.url)
    fresh = place.write(contacts.reset_my_code, by=siti, site=SITE)
    assert fresh.url != mine.url
    with pytest.raises(contacts.PersonNotFound):
        place.read(contacts.look_up, by=budi, code=token)
