"""Push: what reaches a phone that is asleep, by Web Push, encrypted for that device alone. It follows the log and is told by nobody."""

from pathlib import Path

from warung import chat
from warung.kit.bus import SessionEnded
from warung.kit.domain import Domain, Errand, Follower
from warung.push import devices, following, sending
from warung.push.model import Clear, Push, Settings
from warung.push.routes import ROUTES

DOMAIN = Domain(
    name="push",
    routes=ROUTES,
    listeners=[(SessionEnded, devices.on_session_ended), (chat.CursorMoved, following.on_cursor_moved)],
    followers=[Follower("push", following.follow, following.reach)],
    jobs=[Errand(Push, sending.push, tries=5), Errand(Clear, sending.clear, tries=3)],
    settings=Settings,
    schema=Path(__file__).parent / "schema",
)

__all__ = ["DOMAIN", "Settings"]
