"""Waiting until a search finds something: the index follows the log."""

import asyncio

import httpx

PATIENCE_S = 20.0


async def found(url: str, token: str, word: str) -> int:
    """Search until something is found; return how many."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    async with httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {token}"}) as http:
        while True:
            hits = (await http.get("/api/search", params={"q": word})).raise_for_status().json()["hits"]
            if hits:
                return len(hits)
            assert asyncio.get_running_loop().time() < deadline, "the index does not follow"
            await asyncio.sleep(0.05)
