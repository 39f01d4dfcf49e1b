"""A blob is seen by its owner and by those who may see something that holds it, by nobody else, and not for longer."""

from base64 import b64decode
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import Cast
from tests.media.making import quarters, saved
from tests.media.people import Shelf, Visitor
from warung import accounts, media
from warung.app import World
from warung.kit.ids import AccountId, BlobId

pytestmark = pytest.mark.anyio

PEOPLE = ("budi", "siti", "ayu")
NAMES = ("masakan", "perjalanan", "rahasia")
HOLDERS = ("shelf", "wall", "nobody_s")  # the last one has no viewer
STEPS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 2), st.sampled_from(HOLDERS), st.sampled_from(NAMES), st.integers(1, 2)), max_size=25
)
RELATIONS = st.sets(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(HOLDERS), st.sampled_from(NAMES)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # the blobs of each example are new
@given(steps=STEPS, relations=RELATIONS)
async def test_a_blob_is_seen_by_exactly_those_who_may_see_what_holds_it(
    world: World, steps: list[tuple[bool, int, str, str, int]], relations: set[tuple[str, str, str]]
) -> None:
    ids = await _people(world)
    shelf = Shelf(world)
    blobs = [await shelf.file(ids[PEOPLE[at]], b"kopi tubruk") for at in range(3)]
    held: set[tuple[int, str, str, int]] = set()
    for puts, at, holder, name, item in steps:
        verb = media.grant if puts else media.release
        await world.db.write(lambda tx, verb=verb, at=at, h=holder, n=name, i=item: verb(tx, blobs[at], holder=h, name=n, item=i))  # type: ignore[misc]
        (held.add if puts else held.discard)((at, holder, name, item))

    def viewer(kind: str) -> media.Viewer:
        return lambda _, by, name, _item: any((who, kind, name) in relations for who in PEOPLE if ids[who] == by)

    viewers = {kind: viewer(kind) for kind in HOLDERS[:2]}
    for person, account in ids.items():
        for at, blob in enumerate(blobs):
            seen = await world.db.read(lambda reader, by=account, blob=blob: media.may_see(reader, by=by, blob=blob, viewers=viewers))  # type: ignore[misc]
            carried = any(one == at and holder in viewers and (person, holder, name) in relations for one, holder, name, _ in held)
            assert seen == (PEOPLE[at] == person or carried)


async def test_a_picture_is_seen_where_it_is_put_and_not_when_it_is_taken_away(shelf: Shelf, budi: Visitor, siti: Visitor) -> None:
    shelf.readers.add((siti.account, "masakan"))
    blob = await shelf.picture(budi.account)
    assert not await shelf.sees(siti.account, blob)
    await shelf.put(blob, "masakan", 1)
    await shelf.put(blob, "masakan", 1)
    await shelf.put(blob, "masakan", 2)
    await shelf.take(blob, "masakan", 2)
    assert await shelf.sees(siti.account, blob)
    await shelf.take(blob, "masakan", 1)
    assert not await shelf.sees(siti.account, blob)
    assert await shelf.sees(budi.account, blob)


async def test_a_client_can_carry_only_its_own_picture(shelf: Shelf, budi: Visitor, siti: Visitor) -> None:
    shelf.readers.add((siti.account, "rahasia"))
    blob = await shelf.picture(budi.account)
    with pytest.raises(media.BlobNotYours):
        await shelf.put(blob, "rahasia", by=siti.account)
    assert not await shelf.sees(siti.account, blob)
    await shelf.put(blob, "rahasia", by=budi.account)
    assert await shelf.sees(siti.account, blob)


async def test_an_avatar_is_a_picture_of_one_s_own_that_was_made_for_it(world: World, shelf: Shelf, budi: Visitor, siti: Visitor) -> None:
    kept = await budi.put_avatar(saved(quarters(40, 40)))
    file, picture, another = (
        await shelf.file(budi.account, b"%PDF-"),
        await shelf.picture(budi.account),
        await siti.put_avatar(saved(quarters(9, 9))),
    )
    for blob, refusal in ((file, media.NotAPicture), (picture, media.NotAPicture), (another, media.BlobNotYours)):
        with pytest.raises(refusal):
            await world.db.write(lambda tx, blob=blob: media.set_avatar(tx, by=budi.account, blob=blob))  # type: ignore[misc]
    assert (await budi.call("GET", "/api/me")).json()["avatar"] == kept
    assert not await shelf.sees(siti.account, picture)


async def test_what_is_not_there_cannot_be_held_or_seen(shelf: Shelf, budi: Visitor) -> None:
    for strange in ("", "0" * 20, "nul\x00", "../../etc/passwd", "🙈" * 20):
        with pytest.raises(media.BlobNotYours):
            await shelf.put(BlobId(strange), "masakan")
        await shelf.take(BlobId(strange), "masakan")
        assert not await shelf.sees(budi.account, BlobId(strange))
        assert await budi.look(BlobId(quote(strange, safe="") or "%20"), "full") == 404


async def test_a_picture_is_described_to_the_domain_that_carries_it(world: World, shelf: Shelf, budi: Visitor) -> None:
    picture = await shelf.picture(budi.account)
    file = await shelf.file(budi.account, b"%PDF-1.7 rendang", f"C:\\resep\\{'enak' * 100} rendang\u202efdp.pdf")
    found = await world.db.read(lambda reader: media.described(reader, [picture, file, BlobId("no")]))
    assert found.keys() == {picture, file}
    assert (found[picture].kind, found[picture].width, found[picture].height, found[picture].mime) == ("picture", 40, 30, "image/webp")
    assert len(b64decode(found[picture].placeholder or "")) in range(1, 32)
    assert (found[file].kind, found[file].name, found[file].mime, found[file].size) == (
        "file",
        ("enak" * 100 + " rendangfdp.pdf")[-200:],
        "application/pdf",
        16,
    )


async def _people(world: World) -> dict[str, AccountId]:
    """Return the people, who are new in the first example."""
    if not await world.db.read(lambda reader: accounts.by_handle(reader, PEOPLE[0])):
        await Cast(world.db).people(*PEOPLE)
    found = [await world.db.read(lambda reader, handle=handle: accounts.by_handle(reader, handle)) for handle in PEOPLE]  # type: ignore[misc]
    return {each.handle: each.id for each in found if each}
