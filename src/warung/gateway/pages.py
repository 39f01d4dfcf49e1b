"""The client's files, health and metrics: what is served beside the API."""

import gzip
import hashlib
import mimetypes
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from prometheus_client import CONTENT_TYPE_LATEST

from warung.gateway.metrics import Metrics
from warung.kit.db import Db

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "connect-src 'self' ws: wss:; font-src 'self'; worker-src 'self' blob:; frame-src https: http:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(self), microphone=(self), geolocation=(self), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}
ZIPPED = ("text/", "application/javascript", "application/json", "application/manifest+json", "image/svg+xml")


class File(msgspec.Struct, frozen=True):
    """A file of the client, kept in memory both plain and zipped."""

    body: bytes
    zipped: bytes | None
    kind: str
    tag: str
    lasting: bool  # its name changes with its content


def load(folder: Path) -> dict[str, File]:
    """Read the built client. Keys are URL paths."""
    files = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name.startswith("."):
            continue
        name = "/" + path.relative_to(folder).as_posix()
        kind = (
            "application/manifest+json"
            if path.suffix == ".webmanifest"
            else mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        )
        kind = "application/javascript" if kind == "text/javascript" else kind
        body = path.read_bytes()
        zipped = gzip.compress(body, 9, mtime=0) if kind.startswith(ZIPPED) and len(body) > 512 else None
        files[name] = File(body, zipped, kind, hashlib.sha256(body).hexdigest()[:20], name.startswith("/assets/"))
    return files


class Shell:
    """The built client in `folder`: its files by URL path, and what its pages may load from where.

    `pictures_from` is an origin besides our own that they may show pictures of, such as a map's.
    """

    def __init__(self, folder: Path, pictures_from: str = "") -> None:
        self.files = load(folder)
        self.policy = POLICY.replace("img-src 'self'", f"img-src 'self' {pictures_from}".rstrip())


# `/scan` by name, because another face has addresses below it: the router would look for a page no further.
@get(["/", "/scan", "/{path:path}"], include_in_schema=False)
async def client(request: Request[Any, Any, Any], shell: Shell, path: str = "/") -> Response[bytes]:
    """The client's files by name, and its page for every other address."""
    file = shell.files.get(path)
    if file is None:
        if path.startswith(("/api/", "/ws", "/assets/", "/apps/", "/cgi-bin/")) or "." in path.rsplit("/", 1)[-1]:
            raise NotFoundException
        file = shell.files.get("/index.html")
        if file is None:
            raise NotFoundException
    headers = HEADERS | {
        "content-security-policy": shell.policy,
        "etag": f'"{file.tag}"',
        "vary": "accept-encoding",
        "cache-control": "public, max-age=31536000, immutable" if file.lasting else "no-cache",
    }
    if request.headers.get("if-none-match") == f'"{file.tag}"':
        return Response(b"", status_code=304, headers=headers)
    body = file.body
    if file.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        body = file.zipped
        headers["content-encoding"] = "gzip"
    kind = file.kind + "; charset=utf-8" if file.kind.startswith(("text/", "application/j")) else file.kind
    return Response(body, headers=headers, media_type=kind)


@get("/healthz", include_in_schema=False, media_type="text/plain")
async def healthz() -> str:
    """The process answers."""
    return "ok"


@get("/readyz", include_in_schema=False, media_type="text/plain")
async def readyz(db: Db) -> Response[str]:
    """The database answers too."""
    try:
        await db.ready()
    except Exception as failure:
        return Response(f"not ready: {type(failure).__name__}", status_code=503, media_type="text/plain")
    return Response("ready", media_type="text/plain")


@get("/metrics", include_in_schema=False)
async def tell_metrics(request: Request[Any, Any, Any], metrics: Metrics) -> Response[bytes]:
    """Prometheus metrics; to others than their readers there are none."""
    if not metrics.may_read(request.client.host if request.client else ""):
        raise NotFoundException
    return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)


PAGES = [healthz, readyz, tell_metrics, client]
