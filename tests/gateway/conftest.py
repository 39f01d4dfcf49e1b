"""Fixtures of the gateway's contract: every test runs over both implementations of the socket."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.raw import Place
from tests.served import ServeWorld


@pytest.fixture(params=["picows", "uvicorn"])
def socket(request: pytest.FixtureRequest) -> str:
    """The name of an implementation of the socket."""
    return str(request.param)


ServePlace = Callable[..., Any]


@pytest.fixture
async def serve_a_place(serve_one_node: ServeWorld, socket: str) -> AsyncIterator[ServePlace]:
    """A function that serves a world on SQLite over each implementation of the socket; its raw connections are dropped at the end."""
    places: list[Place] = []

    async def serve_one(**override: Any) -> Place:
        places.append(Place(await serve_one_node(socket=socket, **override)))
        return places[-1]

    yield serve_one
    for place in places:
        place.hang_up()


@pytest.fixture
async def place(serve_a_place: ServePlace) -> Place:
    """A served world as it is by default."""
    served: Place = await serve_a_place()
    return served
