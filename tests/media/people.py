"""People who look at pictures by HTTP, as a browser does, and a shelf that holds pictures, as a conversation does."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from httpx import ASGITransport, AsyncClient
from PIL import Image

from tests.media.making import saved
from warung import accounts, media
from warung.app import World
from warung.kit.blobs import Blobs
from warung.kit.ids import AccountId, BlobId


class Visitor:
    """Somebody signed in, or nobody, and their browser."""

    def __init__(self, client: AsyncClient, account: AccountId | None, token: str) -> None:
        self.client = client
        self.me = account
        self._headers = {"authorization": f"Bearer {token}"} if token else {}

    @property
    def account(self) -> AccountId:
        assert self.me is not None
        return self.me

    async def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Call the API."""
        return await self.client.request(method, path, headers=self._headers | more.pop("headers", {}), **more)

    async def link(self, blob: BlobId, size: str) -> str:
        """Return where the API sends us to see a blob; it must."""
        answer = await self.call("GET", f"/api/media/{blob}/{size}")
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    async def look(self, blob: BlobId, size: str) -> int:
        """Follow the API's redirect; return the last status."""
        answer = await self.call("GET", f"/api/media/{blob}/{size}")
        if answer.status_code == 302:
            answer = await self.client.get(answer.headers["location"])
        return answer.status_code

    async def put_avatar(self, data: bytes) -> BlobId:
        """Upload an avatar; return its blob."""
        answer = await self.call("PUT", "/api/me/avatar", content=data)
        assert answer.status_code == 200, answer.text
        return BlobId(answer.json()["avatar"])


class Visitors:
    """The door of a world: lets people in, each with a browser, and closes the browsers at the end."""

    def __init__(self, world: World) -> None:
        self._world = world
        app: Any = world.app  # Litestar and httpx describe the same protocol in types that do not meet
        self._client = AsyncClient(transport=ASGITransport(app), base_url="http://localhost:8000")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._client.aclose()

    async def let_in(self, handle: str) -> Visitor:
        """Make an account and sign it in."""
        db = self._world.db
        account = await db.write(lambda tx: accounts.create_account(tx, handle=handle, name=handle.title()))
        opened = await db.write(lambda tx: accounts.start_session(tx, account=account, device="Ponsel", address="127.0.0.1"))
        return Visitor(self._client, account, opened.token)

    def stranger(self) -> Visitor:
        """Somebody who is not signed in."""
        return Visitor(self._client, None, "")


class Shelf:
    """A domain above media, as small as one can be: shelves that hold blobs, and who may look at which."""

    HOLDER = "shelf"

    def __init__(self, world: World) -> None:
        self._world = world
        self.readers: set[tuple[AccountId, str]] = set()
        self.viewers: media.Viewers = {self.HOLDER: lambda _, by, name, _item: (by, name) in self.readers}

    async def picture(self, by: AccountId, colour: str = "red") -> BlobId:
        """Somebody brings a picture."""
        data = saved(Image.new("RGB", (40, 30), colour))
        blob = await media.store_picture(self._world.db, self._world.blobs, self._world.pictures, by=by, data=data)
        return blob.id

    async def file(self, by: AccountId, data: bytes | Path, name: str = "resep.bin", blobs: Blobs | None = None) -> BlobId:
        """Somebody brings a file."""
        return (await media.store_file(self._world.db, blobs or self._world.blobs, by=by, data=data, name=name)).id

    async def put(self, blob: BlobId, name: str, item: int = 1, *, by: AccountId | None = None) -> None:
        """Put a blob on a shelf."""
        await self._world.db.write(lambda tx: media.grant(tx, blob, holder=self.HOLDER, name=name, item=item, by=by))

    async def take(self, blob: BlobId, name: str, item: int = 1) -> None:
        """Take a blob from a shelf."""
        await self._world.db.write(lambda tx: media.release(tx, blob, holder=self.HOLDER, name=name, item=item))

    async def sees(self, by: AccountId, blob: BlobId) -> bool:
        """May somebody see a blob?"""
        return await self._world.db.read(lambda reader: media.may_see(reader, by=by, blob=blob, viewers=self.viewers))
