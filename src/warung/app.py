"""The composition root: the one place that knows every domain, and hands each what it needs."""

import asyncio
import contextlib
import functools
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import structlog

from warung import accounts, apps, chat, contacts, importers, media, moments, official, pay, polls, push, stickers, wechat, wechatpay
from warung.adapters import db_postgres, db_sqlite
from warung.adapters.blobs import open_blobs
from warung.adapters.bus_local import LocalBus
from warung.adapters.bus_nats import NatsBus
from warung.adapters.database import Database
from warung.adapters.followers import Followers
from warung.adapters.index_process import Indexing, IndexProcess
from warung.adapters.jobs import SCHEMA, Jobs
from warung.adapters.outside import HttpOutside
from warung.adapters.sql import Migration, migrations
from warung.adapters.transaction import Context
from warung.adapters.writer import WriterLink
from warung.gateway import http, pages
from warung.gateway.commands import Commands
from warung.gateway.door import Door
from warung.gateway.errors import Phrasebook
from warung.gateway.gate import Gate
from warung.gateway.hub import Hub
from warung.gateway.metrics import Metrics, Network, networks, of_bus
from warung.gateway.overload import Admission
from warung.kit import clock
from warung.kit.blobs import Blobs
from warung.kit.bus import Bus, Envelope, Event, SessionEnded
from warung.kit.card import Cards
from warung.kit.clock import Clock
from warung.kit.domain import Domain, Services
from warung.kit.ids import AccountId, SessionId
from warung.settings import BadSettings, Settings

# In the order of the floors: a domain's schema may refer to those before it.
DOMAINS: Sequence[Domain] = (
    accounts.DOMAIN,
    media.DOMAIN,
    contacts.DOMAIN,
    chat.DOMAIN,
    pay.DOMAIN,
    polls.DOMAIN,
    stickers.DOMAIN,
    moments.DOMAIN,
    official.DOMAIN,
    apps.DOMAIN,
    push.DOMAIN,
    importers.DOMAIN,
    wechat.DOMAIN,
    wechatpay.DOMAIN,
)
WORK_EVERY_S = 0.5
BETWEEN_TURNS_S = 0.006  # so that a long chain of jobs leaves the writer to those who talk (measured: bench.broadcast)
SWEEP_EVERY_S = 3600
STATIC = Path(__file__).parent / "static"
log = structlog.get_logger()


class Workshops(NamedTuple):
    """Where files are worked on, in processes of little means."""

    pictures: media.Pictures
    moving: media.Moving
    players: media.Players
    studio: media.Studio
    importing: importers.Importing

    async def close(self) -> None:
        """Let them finish or give up, those first that use the others."""
        for one in (self.importing, self.pictures, self.moving, self.players):
            await one.close()


class World:
    """A running warung: the database, the hub, the door, the HTTP application."""

    def __init__(
        self,
        settings: Settings,
        db: Database,
        bus: Bus,
        hub: Hub,
        door: Door,
        build: Callable[[], tuple[http.Application, Gate]],
        blobs: Blobs,
        workshops: Workshops,
        jobs: Jobs,
        admission: Admission,
        metrics: Metrics,
        stopping: asyncio.Event,
        process: IndexProcess | None,
    ) -> None:
        self.settings = settings
        self.db = db
        self.bus = bus
        self.hub = hub
        self.door = door
        self._served = functools.cache(build)
        self.blobs = blobs
        self.workshops = workshops
        self.pictures = workshops.pictures
        self.importing = workshops.importing
        self.jobs = jobs
        self.admission = admission
        self.stopping = stopping  # set while the server stops: whoever waits for something to happen answers at once
        followers = [follower for domain in DOMAINS for follower in domain.followers]
        self.followers = Followers(db, bus, [follower for follower in followers if not follower.indexes])
        self.indexers = Followers(db, bus, [follower for follower in followers if follower.indexes], beside=True, process=process)
        self._process = process
        metrics.gauge("warung_queueing_seconds", "Mean wait of a request before work on it begins.", lambda: admission.mean_s)
        metrics.counter("warung_overload_refused", "Requests refused because there was too much to do.", lambda: admission.refused)
        metrics.counter("warung_jobs_failed", "Jobs given up after their last try.", lambda: jobs.failed)
        metrics.counters(
            "warung_follower_cpu_seconds",
            "CPU that a follower has used.",
            "follower",
            lambda: self.followers.spent() | self.indexers.spent(),
        )
        metrics.gauges(
            "warung_follower_lag_seconds",
            "How long ago the end of what a follower has read was written.",
            "follower",
            lambda: self.followers.lags() | self.indexers.lags(),
        )
        works = (self.followers.run, self.indexers.run, self._work, self._watch, self._sweep, admission.watch)
        self._tasks = [asyncio.create_task(work(), name=work.__name__) for work in works]

    @property
    def app(self) -> http.Application:
        """The HTTP application, put together when somebody asks for it."""
        return self._served()[0]

    @property
    def gate(self) -> Gate:
        """What is served: the gate before the application."""
        return self._served()[1]

    async def close(self) -> None:
        """Stop the background work, commit what was submitted, disconnect."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.jobs.close()
        await self.workshops.close()
        if self._process is not None:
            await self._process.close()
        await self.db.close()
        await self.bus.close()

    async def settle(self) -> None:
        """Do the jobs that are due, and let every follower read what is written: for tests and the command line."""
        await self.jobs.settle()
        await self.followers.settle()
        await self.indexers.settle()
        await self.jobs.settle()

    async def _work(self) -> None:
        """Do the jobs whose time has come."""
        while True:
            with _noted("jobs"):
                while await self.jobs.turn():  # noqa: ASYNC110 - it waits for nothing: what people ask for goes first
                    await asyncio.sleep(BETWEEN_TURNS_S)
            await asyncio.sleep(WORK_EVERY_S)

    async def _sweep(self) -> None:
        """Delete the pictures and files that nobody holds any more."""
        while True:
            with _noted("media"):
                await media.sweep(self.db, self.blobs)
            await asyncio.sleep(SWEEP_EVERY_S)

    async def _watch(self) -> None:
        """Keep connections alive, and close those whose sessions ended elsewhere (another node, `warung admin`)."""
        interval = self.settings.server.heartbeat_s
        while True:
            await asyncio.sleep(max(1.0, interval / 5))
            self.hub.heartbeat(interval)
            sessions = {peer.identity.session for peer in self.hub.peers()}
            if sessions:
                with _noted("sessions"):
                    self.hub.end(sessions - await self._alive(sorted(sessions)))

    async def _alive(self, sessions: list[SessionId]) -> set[SessionId]:
        return await self.db.read(lambda reader: accounts.alive(reader, sessions))


@contextlib.contextmanager
def _noted(what: str) -> Any:
    """Log a failure of background work and go on: it is tried again at the next round."""
    try:
        yield
    except Exception:
        log.exception("background", work=what)


async def open_world(settings: Settings, *, clock: Clock = clock.now, static: Path = STATIC, process: IndexProcess | None = None) -> World:
    """Open the data and put the parts together. Called on the event loop that will serve. Raises `BadSettings` before it opens anything.

    Without a `process` for the search index, a thread writes it.
    """
    metrics = Metrics(_networks("metrics_from", settings.server.metrics_from))
    outside = HttpOutside(_networks("outside_exempt", settings.server.outside_exempt))
    shell = pages.Shell(static, _map_of(settings))
    blobs = open_blobs(settings.server.blobs or f"file:{settings.data / 'blobs'}")
    cards = _cards()
    events: Counter[type[Event]] = Counter()

    def publish(event: Event, to: Sequence[AccountId]) -> None:
        events[type(event)] += 1
        bus.publish(enveloped(event, to))

    kinds = {kind.name: kind for domain in DOMAINS for kind in domain.kinds}
    context = Context(cards, publish, settings.sections, _listeners(), clock, kinds)
    db = await open_database(settings, context)
    bus = NatsBus(settings.server.bus, settings.server.bus_prefix) if settings.server.bus else LocalBus()
    hub = Hub(settings.server.outbox_bytes, bus.leave, settings.server.connections, db.writer.under_way)
    bus.subscribe(hub.deliver, hub.missed)
    phrases = Phrasebook()
    patience_s = settings.server.overload_ms / 1000 or math.inf
    admission = Admission(time=asyncio.get_running_loop().time, waiting=lambda: db.reading, threshold_s=patience_s)
    db.waited = admission.waited
    door = _door(settings, db, bus, hub, phrases, admission)
    workshops = _workshops(settings, db, blobs)
    ways = [way for domain in DOMAINS for way in domain.jobs]
    services = Services(db, blobs, outside, settings.site, settings.sections)
    jobs = Jobs(db, ways, services)
    stopping = asyncio.Event()
    viewers = dict(viewer for domain in DOMAINS for viewer in domain.viewers)
    _measure(metrics, db, hub, phrases, events)
    if isinstance(bus, NatsBus):
        of_bus(metrics, bus)
    build = functools.partial(
        http.build,
        routes=[route for domain in DOMAINS for route in domain.routes],
        pages=[*pages.PAGES, *media.PAGES, *wechat.PAGES, *wechatpay.PAGES],
        db=db,
        cards=cards,
        site=settings.site,
        recognise=accounts.recognise,
        phrases=phrases,
        extra=workshops._asdict()
        | {
            "blobs": blobs,
            "outside": outside,
            "services": services,
            "viewers": viewers,
            "settings": settings.sections,
            "stopping": stopping,
            "metrics": metrics,
            "shell": shell,
        },
        body_bytes=settings.server.body_bytes,
        admission=admission,
    )
    return World(settings, db, bus, hub, door, build, blobs, workshops, jobs, admission, metrics, stopping, process)


def _door(settings: Settings, db: Database, bus: Bus, hub: Hub, phrases: Phrasebook, admission: Admission) -> Door:
    commands = Commands(db, [command for domain in DOMAINS for command in domain.commands], phrases, admission)
    return Door(
        db=db,
        bus=bus,
        hub=hub,
        commands=commands,
        site=settings.site,
        recognise=accounts.recognise,
        heartbeat_s=settings.server.heartbeat_s,
        frame_bytes=settings.server.frame_bytes,
    )


def _workshops(settings: Settings, db: Database, blobs: Blobs) -> Workshops:
    pictures, players = media.Pictures(), media.Players(settings.sections[media.Settings])
    studio = media.Studio(db, blobs, pictures, players, settings.data / "gathering")
    shared, wishes = bool(settings.server.bus), settings.sections[importers.Settings]
    importing = importers.Importing(db, blobs, pictures, settings.data / "incoming", wishes, shared=shared)
    return Workshops(pictures, media.Moving(), players, studio, importing)


def _map_of(settings: Settings) -> str:
    """Return the origin that map pictures come from, empty where places are drawn schematically."""
    tiles = settings.sections[chat.Settings].tiles
    origin = re.match(r"https://[A-Za-z0-9.-]+(:\d+)?(?=/.*\{z\}.*\{x\}.*\{y\}|/.*\{z\}.*\{y\}.*\{x\})", tiles)
    if tiles and origin is None:
        raise BadSettings("[chat] tiles: https://…/{z}/{x}/{y}.png is wanted")
    return origin[0] if origin else ""


async def open_database(settings: Settings, context: Context) -> Database:
    """Open SQLite in the data folder, or PostgreSQL where a URL names it, with the schema up to date."""
    place, steps = settings.database, schema()
    if isinstance(place, Path):
        return await db_sqlite.open_sqlite(place, context, steps)
    return await db_postgres.open_postgres(place, context, steps)


def indexing(settings: Settings) -> Indexing:
    """Return what a process for the search index does."""
    place = settings.database

    def connect() -> WriterLink:
        return db_sqlite.IndexLink(place) if isinstance(place, Path) else db_postgres.IndexLink(place)

    context = Context(_cards(), lambda event, to: None, settings.sections)
    return Indexing(connect, context, [follower for domain in DOMAINS for follower in domain.followers if follower.indexes])


def _cards() -> Cards:
    return Cards(card for domain in DOMAINS for card in domain.cards)


def schema() -> Sequence[Migration]:
    """Return every step of the schema: first what the machinery keeps, then the domains in their order."""
    return migrations([SCHEMA, *((domain.name, domain.schema) for domain in DOMAINS if domain.schema is not None)])


def enveloped(event: Event, to: Sequence[AccountId]) -> Envelope:
    """Encode an event once, for its whole audience."""
    return Envelope(to, msgspec.json.encode(event), event.session if isinstance(event, SessionEnded) else None)


def _listeners() -> dict[type[Event], list[Any]]:
    heard: dict[type[Event], list[Any]] = {}
    for domain in DOMAINS:
        for event, listener in domain.listeners:
            heard.setdefault(event, []).append(listener)
    return heard


def _networks(field: str, listed: str) -> Sequence[Network]:
    try:
        return networks(listed)
    except ValueError as wrong:
        raise BadSettings(f"[server] {field}: {wrong}") from None


def _measure(metrics: Metrics, db: Database, hub: Hub, phrases: Phrasebook, events: Counter[type[Event]]) -> None:
    writer = db.writer

    def told() -> dict[str, float]:
        return {str(event.__struct_config__.tag): number for event, number in events.items()}

    metrics.gauge("warung_connections", "Open sockets.", lambda: len(hub))
    metrics.counter("warung_pushes", "Frames pushed to sockets.", lambda: hub.pushed)
    metrics.counter("warung_pushes_dropped", "Times a slow reader was told to resync.", lambda: hub.dropped)
    metrics.counters("warung_events", "Events told after a commit; chat.message counts log entries.", "type", told)
    metrics.counters("warung_refusals", "Refusals told, by code.", "code", lambda: phrases.refusals)
    metrics.counter("warung_commits", "Transactions committed.", lambda: writer.commits)
    metrics.sizes("warung_commit_units", "Verbs per commit.", lambda: (writer.batches, writer.units))
    metrics.gauge("warung_units_waiting", "Verbs that wait for the next commit.", writer.waiting)
