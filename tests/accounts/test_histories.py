"""Sessions and invites under any order of events, against a model that fits on one screen."""

import asyncio
import contextlib
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule, run_state_machine_as_test

from tests.accounts.place import HERE, Place, opened
from warung import accounts
from warung.accounts import invites, sessions
from warung.accounts.model import AccountDisabled, InviteNotFound, InviteNotValid, Opened, SessionNotFound
from warung.kit.clock import DAY
from warung.kit.errors import Unauthenticated
from warung.kit.ids import AccountId

SESSION_MS = 10 * DAY


class History(RuleBasedStateMachine):
    """Three people, whose devices come and go, who invite and are disabled."""

    people = Bundle("people")
    devices = Bundle("devices")
    links = Bundle("links")
    kind = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.context = opened(self.kind, Path(self.folder.name))
        self.place: Place = self.loop.run(self.context.__aenter__())
        self.place.set(session_days=10)
        self.seen: dict[Opened, int] = {}  # devices that should be signed in, and when they were seen
        self.left: dict[str, int | None] = {}  # uses of the invites that are not revoked
        self.until: dict[str, int] = {}
        self.makers: dict[str, AccountId] = {}
        self.disabled: set[AccountId] = set()

    def teardown(self) -> None:
        self.loop.run(self.context.__aexit__(None, None, None))
        self.loop.close()
        self.folder.cleanup()

    def do(self, verb: Any) -> Any:
        return self.loop.run(self.place.do(verb))

    @initialize(target=people)
    def three_people(self) -> Any:
        return multiple(*[self.loop.run(self.place.somebody(handle, password=None)) for handle in ("budi", "siti", "ayu")])

    @rule(target=devices, by=people)
    def sign_in(self, by: AccountId) -> Any:
        if by in self.disabled:
            with pytest.raises(AccountDisabled):
                self.loop.run(self.place.signed_in(by, address=HERE))
            return multiple()
        device = self.loop.run(self.place.signed_in(by, address=HERE))
        self.seen[device] = self.place.now
        return device

    @rule(device=devices)
    def use(self, device: Opened) -> None:
        """A device in use is remembered, but not more than once an hour: the days here are longer."""
        if device in self.seen:
            self.loop.run(accounts.recognise(self.place.db, device.token))
            self.do(lambda tx: None)
            if self.place.now - self.seen[device] >= sessions.TOUCH_MS:
                self.seen[device] = self.place.now
        else:
            with pytest.raises(Unauthenticated):
                self.loop.run(accounts.recognise(self.place.db, device.token))

    @rule(device=devices, by=people)
    def end_one(self, device: Opened, by: AccountId) -> None:
        if by == device.account and device in self.seen:
            self.do(lambda tx: sessions.end(tx, by=by, session=device.session))
            del self.seen[device]
        elif by != device.account:
            with pytest.raises(SessionNotFound):
                self.do(lambda tx: sessions.end(tx, by=by, session=device.session))

    @rule(device=devices)
    def end_others(self, device: Opened) -> None:
        self.do(lambda tx: sessions.end_all(tx, account=device.account, keep=device.session))
        self.seen = {each: at for each, at in self.seen.items() if each.account != device.account or each == device}

    @rule(who=st.sampled_from(["budi", "siti"]))
    def disable(self, who: str) -> None:
        id = self.do(lambda tx: accounts.disable(tx, handle=who)).id
        self.disabled.add(id)
        self.seen = {each: at for each, at in self.seen.items() if each.account != id}

    @rule(who=st.sampled_from(["budi", "siti"]))
    def enable(self, who: str) -> None:
        self.disabled.discard(self.do(lambda tx: accounts.enable(tx, handle=who)).id)

    @rule(days=st.integers(1, 6))
    def time_passes(self, days: int) -> None:
        self.place.now += days * DAY
        self.seen = {each: at for each, at in self.seen.items() if at + SESSION_MS > self.place.now}

    @rule(target=links, by=people, uses=st.one_of(st.none(), st.integers(1, 3)), days=st.integers(1, 20))
    def invite(self, by: AccountId, uses: int | None, days: int) -> accounts.Invite:
        made: accounts.Invite = self.do(lambda tx: invites.create(tx, by=by, uses=uses, expires_in_ms=days * DAY))
        self.left[made.token], self.until[made.token], self.makers[made.token] = uses, self.place.now + days * DAY, by
        return made

    @rule(link=links)
    def take(self, link: accounts.Invite) -> None:
        token = link.token
        works = (
            token in self.left and self.left[token] != 0 and self.until[token] > self.place.now and self.makers[token] not in self.disabled
        )
        if not works:
            with pytest.raises(InviteNotValid):
                self.do(lambda tx: accounts.take_invite(tx, token=token))
            return
        left = self.left[token]
        self.left[token] = None if left is None else left - 1
        assert self.do(lambda tx: accounts.take_invite(tx, token=token)).uses_left == self.left[token]

    @rule(link=links, by=people)
    def revoke(self, link: accounts.Invite, by: AccountId) -> None:
        if by != link.inviter:
            with pytest.raises(InviteNotFound):
                self.do(lambda tx: invites.revoke(tx, by=by, invite=link.id))
            return
        with contextlib.suppress(InviteNotFound):  # a dead invite is forgotten after a month
            self.do(lambda tx: invites.revoke(tx, by=by, invite=link.id))
        self.left.pop(link.token, None)

    @invariant()
    def exactly_the_right_devices_are_signed_in(self) -> None:
        for account in {device.account for device in self.seen}:
            mine = [device for device in self.seen if device.account == account]
            shown = self.loop.run(self.place.devices(mine[0]))
            assert {each.id: each.seen_at for each in shown} == {each.session: self.seen[each] for each in mine}


class HistoryOnPostgres(History):
    """The same on the other database."""

    kind = "postgres"


@pytest.mark.parametrize("machine", [History, HistoryOnPostgres])
def test_no_history_lets_a_dead_session_in_or_an_invite_work_too_often(machine: type[History]) -> None:
    few = settings(max_examples=10, stateful_step_count=40)
    run_state_machine_as_test(machine, settings=few)
