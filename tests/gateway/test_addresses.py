"""The addresses of the client's pages and those of other faces at the same root leave each other alone."""

import re
from pathlib import Path

import httpx

from tests.worlds import OpenWorld

WEB = Path(__file__).parents[2] / "web/src"


async def test_every_page_of_the_client_is_served_at_its_address(open_a_world: OpenWorld, tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static/index.html").write_text("<title>warung</title>")
    world = await open_a_world()
    sources = [*WEB.rglob("table.ts"), *WEB.rglob("domain.ts")]
    patterns = {pattern for source in sources for pattern in re.findall(r'pattern: "([^"]+)"', source.read_text())}
    assert {"/", "/scan", "/chat/:id"} <= patterns
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=world.gate), base_url="http://warung.test") as http:
        for pattern in sorted(patterns):
            answer = await http.get(re.sub(r":\w+", "x", pattern))
            assert (answer.status_code, answer.text) == (200, "<title>warung</title>"), pattern
