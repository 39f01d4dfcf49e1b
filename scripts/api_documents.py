"""Write docs/openapi.json and docs/asyncapi.json, as the code has them: `python -m scripts.api_documents`."""

import asyncio
import tempfile
from pathlib import Path

from warung.app import DOMAINS, open_world
from warung.gateway.documents import asyncapi, openapi, written
from warung.kit.card import Cards
from warung.settings import load

DOCS = Path(__file__).parents[1] / "docs"


async def documents() -> dict[Path, bytes]:
    """Return what belongs into each file."""
    cards = Cards(card for domain in DOMAINS for card in domain.cards).kinds
    with tempfile.TemporaryDirectory() as folder:
        world = await open_world(load(DOMAINS, None, {}, data=folder))
        try:
            http = openapi(world.app.framework, cards)
        finally:
            await world.close()
    commands = [command for domain in DOMAINS for command in domain.commands]
    events = [event for domain in DOMAINS for event in domain.events]
    return {DOCS / "openapi.json": written(http), DOCS / "asyncapi.json": written(asyncapi(commands, events, cards))}


def main() -> None:
    """Write both files."""
    for file, content in asyncio.run(documents()).items():
        file.write_bytes(content)


if __name__ == "__main__":
    main()
