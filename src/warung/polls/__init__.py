"""Polls and lists of who comes, as cards in a conversation whose state is asked for."""

from pathlib import Path

from warung.kit.domain import Domain
from warung.polls.model import Poll, SignUpList, Tallied
from warung.polls.routes import ROUTES
from warung.polls.service import ask, choose, close, come, leave, start_list, state

DOMAIN = Domain(
    name="polls",
    routes=ROUTES,
    cards=[Poll, SignUpList],
    events=[Tallied],
    schema=Path(__file__).parent / "schema",
)

__all__ = ["DOMAIN", "Poll", "SignUpList", "Tallied", "ask", "choose", "close", "come", "leave", "start_list", "state"]
