"""The command line: `warung run`, `warung demo`, `warung admin`, `warung import`, `warung audit`, `warung wechat-gateway`."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from warung import __version__, accounts, demo, importers, pay, reload, serving, web, wechat
from warung.adapters.transaction import Context
from warung.app import DOMAINS, World, open_database, open_world
from warung.kit.card import Cards
from warung.kit.db import Tx
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId
from warung.settings import BadSettings, Settings, load

REFUSALS = (BadSettings, serving.AlreadyRunning, serving.PortTaken, web.CannotBuildWeb, Refusal)


def main(arguments: list[str]) -> int:
    """Run one command; return the exit code."""
    given = parser().parse_args(arguments)
    try:
        code = given.command(given)
    except REFUSALS as refusal:
        text = refusal.sentence().format(**refusal.details) if isinstance(refusal, Refusal) else str(refusal)
        name = "" if isinstance(refusal, BadSettings | web.CannotBuildWeb | Refusal) else f"{type(refusal).__doc__} "
        print(f"warung: {name}{text}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return int(code or 0)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    whole = argparse.ArgumentParser(prog="warung", description="A private super-app that anyone can host.")
    whole.add_argument("--version", action="version", version=f"warung {__version__}")
    commands = whole.add_subparsers(required=True, metavar="command")

    def command(name: str, help: str, run: Callable[[argparse.Namespace], int | None]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help, description=help)
        made.set_defaults(command=run)
        made.add_argument("--data", help="the data folder (default: data)")
        made.add_argument("--settings", default=os.environ.get("WARUNG_SETTINGS", "warung.toml"), help="a TOML file (default: warung.toml)")
        return made

    for name, help, run in (("run", "serve", run_server), ("demo", "serve a place full of life, on this machine only", run_demo)):
        serving_one = command(name, help, run)
        serving_one.add_argument("--host", help="the address to listen on (default: 127.0.0.1)")
        serving_one.add_argument("--port", type=int, help="the port to listen on (default: 8000)")
        serving_one.add_argument("--reload", action="store_true", help="start again when a source file changes")

    admin = command("admin", "what the operator does to accounts", run_admin)
    admin.add_argument("what", choices=sorted(ADMIN), help="make-operator, reset (new recovery codes), disable or enable")
    admin.add_argument("handle", help="whose account")

    bring = command("import", "bring in a history from WhatsApp or Telegram, while no server runs", run_import)
    bring.add_argument("file", type=Path, help="_chat.txt, the .zip that holds it, or result.json")
    bring.add_argument("--as", dest="handle", required=True, metavar="HANDLE", help="whose conversation it becomes")
    bring.add_argument("--dry-run", action="store_true", help="only say what is in it")
    bring.add_argument("--time-zone", default="UTC", help="where the phone was, such as Asia/Jakarta (default: UTC)")
    bring.add_argument("--date-order", choices=["dmy", "mdy", "ymd"], help="when the dates can be read in more than one order")
    bring.add_argument("--chat", type=int, default=1, help="which conversation of an export that holds several (default: 1)")
    bring.add_argument("--map", action="append", default=[], metavar="NAME=HANDLE", help="who a name is; they are asked (repeatable)")
    books = command("audit", "derive every balance from the journal again, and verify its chain; changes nothing", run_audit)
    books.add_argument("--heads", type=Path, help="a file kept elsewhere: heads of the chain, compared and then added to")
    books.add_argument("--beancount", type=Path, help="write the journal there, for bean-check")
    gate = command(
        "wechat-gateway", "stand where WeChat's hosts are looked for, so that unchanged programs talk to this place", run_gateway
    )
    gate.add_argument("--to", help="the server (default: http://127.0.0.1 and the port of the settings)")
    gate.add_argument("--host", help="the address to listen on (default: 127.0.0.1)", dest="listen", default="127.0.0.1")
    gate.add_argument("--tls-port", type=int, default=8443, help="for hosts entries; 443 needs the right to it (default: 8443)")
    gate.add_argument("--proxy-port", type=int, default=8444, help="for HTTPS_PROXY (default: 8444)")
    gate.add_argument("--pass-others", action="store_true", help="let the proxy reach every other host too")
    gate.add_argument("--server-ca", default="", help="a PEM file, where the server's certificate is not a public one")
    return whole


def settings_of(given: argparse.Namespace, **more: Any) -> Settings:
    """Return the settings: file, environment, then the command line."""
    override: dict[str, Any] = {name: getattr(given, name, None) for name in ("data", "host", "port")} | more
    settings = load(DOMAINS, Path(given.settings), os.environ, **override)
    if settings.site.url == "http://localhost:8000" and settings.server.port != 8000:
        site = msgspec.structs.replace(settings.site, url=f"http://localhost:{settings.server.port}")
        settings = msgspec.structs.replace(settings, site=site)
    return settings


def run_server(given: argparse.Namespace) -> int | None:
    """Serve, building the web client first when its sources have changed."""
    if given.reload:
        return reload.forever([part for part in sys.argv[1:] if part != "--reload"])
    web.build()
    serving.serve(settings_of(given))
    return 0


def run_demo(given: argparse.Namespace) -> int | None:
    """Serve a place full of life from a folder of its own, on loopback only."""
    if given.reload:
        return reload.forever([part for part in sys.argv[1:] if part != "--reload"])
    web.build()
    data = given.data or "data/demo"
    serving.serve(settings_of(given, demo=True, host="127.0.0.1", data=data, name="Kampung Melati"), prepare=demo.fill)
    return 0


ADMIN: dict[str, Callable[[Tx, str], str]] = {
    "make-operator": lambda tx, handle: f"{accounts.make_operator(tx, handle=handle).name} is an operator now.",
    "reset": lambda tx, handle: "New recovery codes; each works once:\n" + "\n".join(accounts.reset(tx, handle=handle)),
    "disable": lambda tx, handle: f"{accounts.disable(tx, handle=handle).name} is signed out everywhere and cannot come back.",
    "enable": lambda tx, handle: f"{accounts.enable(tx, handle=handle).name} can sign in again.",
}


def run_admin(given: argparse.Namespace) -> int | None:
    """Do one thing to one account. Works while the server runs: it notices within a minute."""

    async def work() -> None:
        world = await open_world(settings_of(given))
        try:
            print(await world.db.write(lambda tx: ADMIN[given.what](tx, given.handle)))
        finally:
            await world.close()

    run(work())
    return 0


def run_import(given: argparse.Namespace) -> int | None:
    """Read a history and import it. On SQLite only while no server holds the data folder: its devices would not hear of it."""
    settings = settings_of(given)
    hints = importers.Hints(name=given.file.name, time_zone=given.time_zone, date_order=given.date_order, chat=given.chat - 1)

    async def work() -> None:
        world = await open_world(settings)
        try:
            by = await _account(world, given.handle)
            people = dict([await _mapped(world, pair) for pair in given.map])
            read = await world.importing.receive(_pieces(given.file), by=by, hints=hints)
            print(described(read))
            try:
                if given.dry_run or read.report.ambiguous_dates:
                    await world.importing.drop(by=by, id=read.id)
                    return
                await world.importing.run(by=by, id=read.id, people=people)
                await world.importing.finished(read.id)
            except Refusal:
                await world.importing.drop(by=by, id=read.id)
                raise
            print("Imported.")
        finally:
            await world.close()

    sqlite = isinstance(settings.database, Path)
    try:
        with serving.alone(settings.data) if sqlite else contextlib.nullcontext():
            run(work())
    except OSError as failure:
        if failure.filename != str(given.file):
            raise
        print(f"warung: {given.file}: {failure.strerror}", file=sys.stderr)
        return 2
    return 0


def run_audit(given: argparse.Namespace) -> int | None:
    """Audit the books, also while the server runs. Exit code 1 means that something is wrong with them."""
    settings = settings_of(given)
    heads = [msgspec.json.decode(line, type=pay.Head) for line in _lines(given.heads)]

    async def work() -> tuple[pay.Report, pay.Head | None]:
        db = await open_database(settings, Context(Cards([]), lambda event, to: None, settings.sections))
        try:
            if given.beancount is not None:
                with given.beancount.open("w", encoding="utf-8") as file:
                    await db.read(lambda reader: file.writelines(pay.export_journal(reader)))
            return await db.read(lambda reader: (pay.audit_books(reader, heads), pay.head(reader)))
        finally:
            await db.close()

    report, head = asyncio.run(work())
    print(f"{report.transfers} transfers, {report.accounts} accounts, {report.pending} once pending, {report.blocks} blocks, ", end="")
    for currency, amount in report.uncovered.items():
        print(f"{pay.plain(amount, currency)} {currency} of what people have is held for them nowhere: the operator owes it.")
    print(f"{report.unsealed} not yet sealed: {'nothing is wrong' if not report.findings else f'{len(report.findings)} findings'}.")
    for finding in report.findings:
        print(f"  {finding.kind}: {finding.about}: {finding.detail}")
    if given.heads is not None and head is not None and not report.findings and head not in heads:
        with given.heads.open("ab") as file:
            file.write(msgspec.json.encode(head) + b"\n")
    return 1 if report.findings else 0


def _lines(file: Path | None) -> list[bytes]:
    return file.read_bytes().splitlines() if file is not None and file.exists() else []


def run_gateway(given: argparse.Namespace) -> int | None:
    """Stand where WeChat's hosts are looked for, until SIGINT or SIGTERM."""
    settings = settings_of(given)
    files = wechat.certificates(settings.data / "wechat-gateway")
    scheme = "https" if settings.server.tls_cert else "http"
    gateway = wechat.Gateway(
        files,
        given.to or f"{scheme}://127.0.0.1:{settings.server.port}",
        given.listen,
        given.tls_port,
        given.proxy_port,
        given.pass_others,
        given.server_ca,
    )

    async def work() -> None:
        ended = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        async with wechat.gateway_opened(gateway) as doors:
            print(f"HTTPS_PROXY=http://{given.listen}:{doors.proxy}  hosts entries: port {doors.tls}  trust: {files.ca}", flush=True)
            await ended.wait()

    try:
        run(work())
    except OSError as failure:
        raise serving.PortTaken(f"{given.listen}: {failure.strerror}") from None
    return 0


async def _account(world: World, handle: str) -> AccountId:
    profile = await world.db.read(lambda reader: accounts.by_handle(reader, handle))
    if profile is None:
        raise accounts.AccountNotFound
    return profile.id


async def _mapped(world: World, pair: str) -> tuple[str, AccountId]:
    name, _, handle = pair.rpartition("=")
    return name, await _account(world, handle)


async def _pieces(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(1 << 20):
            yield piece


def described(read: importers.Import) -> str:
    """Return a report in lines for a terminal."""
    report = read.report
    lines = [f"{report.source}: {report.title or 'a conversation without a name'}"]
    if len(read.titles) > 1:
        lines += [f"  conversation {at}: {title}" for at, title in enumerate(read.titles, 1)]
    if report.first_at is not None and report.last_at is not None:
        first, last = (datetime.fromtimestamp(at / 1_000, UTC) for at in (report.first_at, report.last_at))
        lines.append(f"  from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC")
    lines.append(f"  {report.messages} messages, {report.notices} notices, {report.media_present} media, {report.media_missing} left out")
    lines += [f"  {person.messages:>8}  {person.name}" for person in report.people]
    if report.unread_total:
        lines.append(f"  {report.unread_total} lines could not be read:")
        lines += [f"  line {line.number}, {line.reason}: {line.text}" for line in report.unread]
    if report.ambiguous_dates:
        lines.append("  The dates can be read in more than one order: say which with --date-order.")
    return "\n".join(lines)


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end."""
    asyncio.run(work)
