"""Settings: a TOML file, then environment variables over it. Every field has a default that works on one machine.

WARUNG_URL=https://warung.example     the address people use (site.url)
WARUNG_PORT=8000                      a field of [server] or [site]
WARUNG_CHAT_RECALL_MS=120000          a field of a domain's section, [chat] recall_ms
"""

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from warung.kit.domain import Domain
from warung.kit.site import Site


class Server(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How this process runs."""

    host: str = "127.0.0.1"
    port: int = 8000
    data: str = "data"  # the folder that holds everything
    database: str = ""  # "" = SQLite in the data folder; postgresql://… = PostgreSQL
    bus: str = ""  # "" = this process is the only node; nats://host:4222, comma separated = there may be others
    bus_prefix: str = "warung"  # of the NATS subjects: a place that shares NATS with another needs one of its own
    blobs: str = ""  # "" = a folder in the data folder; s3://… = a bucket
    tls_cert: str = ""  # PEM files; without them TLS is a proxy's work
    tls_key: str = ""
    proxies: str = "127.0.0.1"  # whose X-Forwarded-For is believed, comma separated
    socket: Literal["picows", "uvicorn"] = "picows"  # "uvicorn": the slower, public API, should picows not fit the installed uvicorn
    metrics_from: str = "127.0.0.1, ::1"  # who may read /metrics: addresses and networks, comma separated
    heartbeat_s: int = 50  # a silent connection is asked after so long, and closed after two and a half times that
    outside_exempt: str = ""  # private networks that link previews and webhooks may reach all the same, comma separated
    connections: int = 64  # of one account on one node; beyond it the one that was silent longest is closed
    outbox_bytes: int = 256 * 1024  # beyond it a slow reader gets `resync` instead of pushes
    frame_bytes: int = 256 * 1024
    body_bytes: int = 512 * 1024 * 1024  # an imported history with its pictures
    drain_s: int = 10
    overload_ms: int = 20  # requests that wait longer than this on average are too many, and some are refused; 0 admits everything


class Settings(msgspec.Struct, frozen=True):
    """Everything an operator may set: this process, this place, and one section per domain."""

    server: Server
    site: Site
    sections: Mapping[type[Any], Any]

    @property
    def data(self) -> Path:
        """The data folder."""
        return Path(self.server.data)

    @property
    def database(self) -> Path | str:
        """The file of SQLite, or the URL of PostgreSQL."""
        given = self.server.database
        if given.startswith(("postgresql://", "postgres://")):
            return given
        return Path(given.removeprefix("sqlite:///")) if given else self.data / "warung.db"


class BadSettings(Exception):
    """A setting that cannot be used; the text names it."""


def load(domains: Sequence[Domain], file: Path | None = None, env: Mapping[str, str] = os.environ, **override: Any) -> Settings:
    """Read the settings. `override` are fields of [server] or [site] given on the command line. Raises `BadSettings`."""
    written: dict[str, dict[str, Any]] = {}
    if file is not None and file.exists():
        try:
            written = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
            raise BadSettings(f"{file}: {broken}") from None
    known = {"server", "site"} | {domain.name for domain in domains}
    if strange := set(written) - known:
        raise BadSettings(f"{file}: unknown section [{sorted(strange)[0]}]")
    server = _section("server", Server, written, env, "WARUNG", override)
    site = _section("site", Site, written, env, "WARUNG", override)
    sections = {
        domain.settings: _section(domain.name, domain.settings, written, env, f"WARUNG_{domain.name.upper()}", {})
        for domain in domains
        if domain.settings is not None
    }
    return Settings(server, msgspec.structs.replace(site, url=site.url.rstrip("/")), sections)


def _section(
    name: str, shape: type[Any], written: Mapping[str, Any], env: Mapping[str, str], prefix: str, override: Mapping[str, Any]
) -> Any:
    values = dict(written.get(name, {}))
    for field in shape.__struct_fields__:
        if (given := env.get(f"{prefix}_{field.upper()}")) is not None:
            values[field] = given
        if field in override and override[field] is not None:
            values[field] = override[field]
    try:
        return msgspec.convert(values, shape, strict=False)
    except msgspec.ValidationError as broken:
        raise BadSettings(f"[{name}] {broken}") from None
