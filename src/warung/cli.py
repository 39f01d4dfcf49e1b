"""The command line: `warung run`, `warung demo`, `warung admin`, `warung import`."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec

from warung import __version__, accounts, demo, reload, serving, web
from warung.app import DOMAINS, open_world
from warung.kit.db import Tx
from warung.kit.errors import Refusal
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


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end."""
    asyncio.run(work)
