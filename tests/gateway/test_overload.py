"""Too much to do: whom to refuse is decided in simulated time, and a real server refuses early, cheaply and fairly."""

import asyncio
import json
import random
from collections import Counter, deque
from collections.abc import Callable

import httpx
import pytest

from tests.gateway.conftest import ServePlace
from tests.raw import Place, Raw
from warung.gateway import overload
from warung.gateway.hub import REFUSALS
from warung.gateway.overload import TOP, Admission, Way
from warung.kit.clock import HOUR
from warung.kit.domain import Priority

COST_S = 0.001  # of one request
CEILING = 1 / COST_S


class Play:
    """One worker, and people who ask at random; in simulated time, from a seed. Reading costs `dear` times as much as anything else."""

    def __init__(self, seed: int = 1, threshold_s: float = overload.THRESHOLD_S, cost_s: float = COST_S, dear: int = 1) -> None:
        self.now = self.free = self.worked = 0.0
        self.hours = 0
        self.chance = random.Random(seed)
        self.queue: deque[tuple[float, str, Way]] = deque()
        self.costs_s = {Way.SOCKET: cost_s, Way.HTTP: cost_s * dear}
        guessed = (cost_s, cost_s * max(1, dear / 3))
        self.admission = Admission(
            time=lambda: self.now, wall=lambda: self.hours * HOUR, threshold_s=threshold_s, cpu=lambda: self.worked, costs_s=guessed
        )
        self.waits: list[float] = []
        self.done: Counter[str] = Counter()
        self.longest = 0

    def run(self, seconds: float, rate: float, who: Callable[[], tuple[Priority, str]], *, patient: float = 0.0) -> float:
        """Let people intend `rate` requests a second; return the share of the time that the worker worked.

        Who is refused holds back for `patient` seconds, as our clients do.
        """
        self.waits.clear()
        self.done.clear()
        before, end, back = self.worked, self.now + seconds, dict[tuple[str, Priority], float]()
        while self.now < end:
            self.now += self.chance.expovariate(rate)
            while self.queue and self.free <= self.now:
                arrived, account, way = self.queue.popleft()
                begun = max(self.free, arrived)
                self.admission.waited(begun - arrived)
                self._leave(way)
                self.waits.append(begun - arrived)
                self.done[account] += 1
                self.worked += self.costs_s[way]
                self.free = begun + self.costs_s[way]
            priority, account = who()
            if back.get((account, priority), 0) > self.now:
                continue
            way = Way.HTTP if priority == Priority.CATCH_UP else Way.SOCKET
            if self.admission.admit(priority, account, way):
                if way == Way.HTTP:
                    self.admission.enter(Priority.CATCH_UP)
                else:
                    self.admission.writing += 1
                self.queue.append((self.now, account, way))
                self.longest = max(self.longest, len(self.queue))
            elif patient:
                back[account, priority] = self.now + patient * self.chance.random()
        return (self.worked - before) / seconds

    def _leave(self, way: Way) -> None:
        if way == Way.HTTP:
            self.admission.leave(Priority.CATCH_UP)
        else:
            self.admission.wrote(1)

    def anybody(self) -> tuple[Priority, str]:
        """A mix: a few receipts, sends, reading, who types."""
        return self.chance.choices(list(Priority), (1, 5, 3, 1))[0], f"warga{self.chance.randrange(1000)}"

    def p99(self) -> float:
        """The waiting time that all but one in a hundred stayed below."""
        return sorted(self.waits)[len(self.waits) * 99 // 100]


def test_nobody_is_refused_while_everything_can_be_done() -> None:
    play = Play()
    assert play.run(6, 0.8 * CEILING, play.anybody) > 0.78
    assert play.admission.refused == 0


@pytest.mark.parametrize("patient", [0, 3])
@pytest.mark.parametrize(("times", "least"), [(2, 0.9), (5, 0.85), (10, 0.85)])
def test_beyond_the_ceiling_the_server_goes_on_working_and_what_it_admits_is_fast(times: int, least: float, patient: int) -> None:
    play = Play()
    play.run(8, times * CEILING, play.anybody, patient=patient)  # it finds out
    assert play.run(6, times * CEILING, play.anybody, patient=patient) > least
    assert play.p99() < 0.1
    assert play.longest < 4 * CEILING


@pytest.mark.parametrize("patient", [0, 3])
@pytest.mark.parametrize(("times", "least"), [(2, 0.9), (5, 0.85), (10, 0.8)])
def test_where_reading_costs_more_than_writing_what_is_left_is_used_for_it(times: int, least: float, patient: int) -> None:
    play = Play(cost_s=0.00005, dear=40)
    ceiling = 1 / (0.3 * 0.002 + 0.7 * 0.00005)  # three in ten read
    play.run(14, times * ceiling, play.anybody, patient=patient)  # it finds out, also what each costs
    assert play.run(10, times * ceiling, play.anybody, patient=patient) > least
    assert play.p99() < 0.1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_however_many_send_at_once_who_is_let_in_waits_for_few(seed: int) -> None:
    play = Play(seed, cost_s=0.00005)

    def sends() -> tuple[Priority, str]:
        return Priority.SEND, f"warga{play.chance.randrange(1000)}"

    play.run(8, 10 / play.costs_s[Way.SOCKET], sends, patient=3)
    play.run(6, 10 / play.costs_s[Way.SOCKET], sends, patient=3)
    assert max(play.waits) < 0.055  # 87 to 170 ms with no bound but the window's


def test_a_full_desk_keeps_out_what_is_sent_and_nothing_else() -> None:
    play = Play()
    play.run(8, 2 * CEILING, play.anybody, patient=3)
    play.admission.cut, play.admission.writing = TOP, 1_000
    play.now += 0.001
    assert not play.admission.admit(Priority.SEND, "siti")
    assert play.admission.admit(Priority.FIRST, "siti")
    assert play.admission.admit(Priority.SEND, "siti", Way.HTTP)
    play.admission.wrote(1_000)
    assert play.admission.admit(Priority.SEND, "siti")


def test_the_desk_turns_nobody_away_while_they_come_back_at_once() -> None:
    """More is refused than done: to refuse costs as much, and with the bound besides little else was done."""
    play = Play()
    play.run(8, 5 * CEILING, play.anybody)
    play.admission.cut, play.admission.writing = TOP, 1_000
    play.now += 0.001
    assert play.admission.admit(Priority.SEND, "siti")


def test_without_admission_the_queue_grows_without_end() -> None:
    play = Play(threshold_s=float("inf"))
    play.run(8, 2 * CEILING, play.anybody)
    assert play.p99() > 2


def test_what_comes_first_is_admitted_and_who_types_is_not() -> None:
    play = Play()
    play.run(8, 3 * CEILING, play.anybody)
    asked: Counter[Priority] = Counter()
    admitted: Counter[Priority] = Counter()
    for _ in range(1_500):
        priority, account = play.anybody()
        asked[priority] += 1
        admitted[priority] += play.admission.admit(priority, account)
    assert admitted[Priority.FIRST] == asked[Priority.FIRST]
    assert 0 < admitted[Priority.SEND] < asked[Priority.SEND]
    assert admitted[Priority.CATCH_UP] == admitted[Priority.PRESENCE] == 0


def test_one_account_is_answered_altogether_or_not_at_all_until_the_hour_is_over() -> None:
    play = Play()
    play.run(8, 3 * CEILING, play.anybody)

    def chosen() -> set[str]:
        play.admission._begin(play.now)  # the cut stays where it is
        return {account for account in map("warga{}".format, range(300)) if play.admission.admit(Priority.SEND, account)}

    first = chosen()
    assert 0 < len(first) < 300
    assert chosen() == first
    play.hours += 1
    play.run(2, 3 * CEILING, play.anybody)
    assert chosen() - first


def test_an_account_that_floods_takes_nothing_from_the_others() -> None:
    play = Play()

    def mostly_one() -> tuple[Priority, str]:
        return (Priority.SEND, "banjir") if play.chance.random() < 0.8 else (Priority.SEND, f"warga{play.chance.randrange(200)}")

    play.run(8, 4 * CEILING, mostly_one)  # the others ask for 0.8 of the ceiling
    play.run(6, 4 * CEILING, mostly_one)
    others = play.done.total() - play.done["banjir"]
    assert others > 0.8 * 0.9 * CEILING * 6
    assert play.p99() < 0.1


def test_one_who_asks_much_after_a_crowd_soon_has_all_there_is_room_for() -> None:
    play = Play()

    def one() -> tuple[Priority, str]:
        return Priority.SEND, "toko" if play.chance.random() < 0.97 else f"warga{play.chance.randrange(3)}"

    play.run(8, 4 * CEILING, play.anybody)
    play.run(6, 0.2 * CEILING, one)  # hardly anybody else is there
    before = play.admission.refused
    assert play.run(10, 0.2 * CEILING, one) > 0.18
    assert play.admission.refused == before


def test_who_begins_when_a_crowd_is_gone_for_some_seconds_may_ask_for_much_at_once() -> None:
    play = Play()
    play.run(8, 4 * CEILING, play.anybody)
    for _ in range(6):  # nobody
        play.now += 1.01
        play.admission._close(play.now)
    assert all(play.admission.admit(Priority.SEND, "toko") for _ in range(500))


@pytest.mark.parametrize("others", [0.1, 0.3, 0.45, 0.6])
def test_an_account_that_floods_where_there_is_room_makes_nobody_wait(others: float) -> None:
    play = Play()

    def flooded() -> tuple[Priority, str]:
        rest = play.chance.random() < others / 4
        return Priority.SEND, f"warga{play.chance.randrange(200)}" if rest else "banjir"

    play.run(10, 4 * CEILING, flooded, patient=1)  # nor is a connection read for a second that was refused eight times
    play.run(30, 4 * CEILING, flooded, patient=1)
    assert play.done.total() - play.done["banjir"] > 0.97 * others * CEILING * 30
    assert play.p99() < 0.1


def test_when_it_is_over_everybody_is_admitted_again_within_seconds() -> None:
    play = Play()
    play.run(8, 5 * CEILING, play.anybody)
    assert play.admission.cut < TOP
    play.run(6, 0.5 * CEILING, play.anybody)
    assert play.admission.cut == TOP
    assert play.run(5, 0.5 * CEILING, play.anybody) > 0.48


def test_a_slow_disk_is_no_crowd() -> None:
    play = Play()
    for n in range(400):
        play.now += 0.1
        assert play.admission.admit(Priority.SEND, f"warga{n % 5}")
        play.admission.waited(0.3)
    assert play.admission.mean_s > overload.THRESHOLD_S
    assert play.admission.cut == TOP


@pytest.mark.parametrize(("pauses", "refuses"), [(1, False), (2, True)])
def test_one_pause_is_no_crowd_and_a_loop_that_is_late_again_is(pauses: int, refuses: bool) -> None:
    play = Play()
    for _ in range(pauses):
        play.admission.late(2.0)  # a server that has just started
    for _ in range(500):  # one after the other, by one who waits for each answer
        play.now += 0.0025
        play.admission.admit(Priority.SEND, "siti")
        play.admission.waited(0.0)
        play.admission.did(Way.SOCKET)
    assert (play.admission.cut < TOP) == refuses
    assert (play.admission.refused > 0) == refuses


async def refusing(place: Place) -> None:
    """Make a place believe that there is too much to do."""
    place.world.admission.cut = 127  # what comes first, and nothing else
    place.world.admission._close = lambda now: None  # type: ignore[method-assign]


async def talking(place: Place) -> tuple[Raw, str]:
    """Open a connection of somebody who has somebody to write to."""
    budi, siti = await place.cast.people("budi", "siti")
    here = await place.cast.friends(budi, siti)
    raw = await place.open(budi)
    await raw.hear()
    return raw, here


async def test_a_refused_command_is_told_when_to_come_back_and_receipts_pass(place: Place) -> None:
    raw, here = await talking(place)
    await refusing(place)
    told = await raw.answer(await raw.text(here, "Halo"))  # type: ignore[arg-type]
    assert told["error"]["code"] == "overloaded"
    assert 1 <= told["error"]["details"]["retry_after_s"] <= overload.RETRY_S
    assert (await raw.answer(await raw.say("chat.cursor", conversation=here, read=1)))["type"] == "ok"
    place.world.admission.cut = TOP
    assert (await raw.answer(await raw.text(here, "Halo")))["type"] == "ok"  # type: ignore[arg-type]


async def test_http_is_refused_with_a_time_to_come_back(place: Place) -> None:
    await refusing(place)
    answer = await place.get("/api/me")
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "overloaded"
    assert answer.headers["retry-after"] == str(answer.json()["error"]["details"]["retry_after_s"])
    assert (await place.get("/healthz")).status_code == 200


def test_what_only_reads_is_bounded_before_a_window_is_over() -> None:
    play = Play()
    for _ in range(overload.READS):
        assert play.admission.admit(Priority.CATCH_UP, "siti")
        play.admission.enter(Priority.CATCH_UP)
    assert not play.admission.admit(Priority.CATCH_UP, "siti")
    assert play.admission.admit(Priority.SEND, "siti")
    play.admission.leave(Priority.CATCH_UP)
    assert play.admission.admit(Priority.CATCH_UP, "siti")


def test_reading_stays_bounded_for_as_long_as_somebody_is_turned_away_by_that_bound() -> None:
    play = Play()
    admission = play.admission

    def second(readers: int, waited_s: float) -> int:
        """So many come at once, wait so long and are answered; return how many were let in."""
        inside = 0
        for n in range(readers):
            if admission.admit(Priority.CATCH_UP, f"warga{n}", Way.HTTP):
                admission.enter(Priority.CATCH_UP)
                inside += 1
        for _ in range(inside):
            admission.waited(waited_s)
            admission.leave(Priority.CATCH_UP)
        play.now += 1.01
        return inside

    assert second(90, 0.5) == 90
    admission.admit(Priority.FIRST, "siti")  # the window is over: that was too much
    admission.cut = TOP
    assert all(second(90, 0.001) == overload.LEAST_READS for _ in range(30)), "it would be too much again every ten seconds"
    for _ in range(15):
        second(10, 0.001)
    assert second(90, 0.001) == 90


async def test_money_comes_before_writing_over_http_too_and_reading_about_it_does_not(place: Place) -> None:
    await refusing(place)
    token = await place.token(await place.cast.person("budi"))
    async with httpx.AsyncClient(base_url=f"{place.url}/api", headers={"Authorization": f"Bearer {token}"}) as http:
        assert (await http.post("/wallet/freeze")).status_code != 503
        assert (await http.get("/wallet")).status_code == 503
        assert (await http.post("/conversations", json={"kind": "self"})).status_code == 503


async def test_who_does_not_read_an_answer_keeps_nobody_out(place: Place) -> None:
    budi, siti = await place.cast.people("budi", "siti")
    here = await place.cast.friends(budi, siti)
    for n in range(60):
        await place.cast.says(budi, here, f"{n} " + "x" * 6_000)
    token = await place.token(siti)
    ask = f"GET /api/conversations/{here}/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n".encode()
    place.world.admission._most_reading = 4
    silent = []
    for _ in range(8):
        reader, writer = await asyncio.open_connection("127.0.0.1", place.port, limit=1)
        writer.write(ask)
        assert await reader.readexactly(12) == b"HTTP/1.1 200"
        silent.append(writer)
    assert place.world.admission.reading == 0
    for writer in silent:
        writer.close()


async def test_who_asks_on_after_being_refused_is_not_read_for_a_while(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    raw, here = await talking(place)
    await refusing(place)
    for n in range(REFUSALS):
        await raw.text(here, str(n))  # type: ignore[arg-type]
    for _ in range(REFUSALS):
        assert (await raw.hear_of("error"))["error"]["code"] == "overloaded"
    (peer,) = place.world.hub.peers()
    assert peer._resting
    place.world.admission.cut = TOP
    assert (await raw.answer(await raw.text(here, "sudah?")))["type"] == "ok"  # type: ignore[arg-type]  # when it is read again
    assert not peer._resting


async def test_receipts_that_come_together_go_out_as_one(serve_a_place: ServePlace) -> None:
    place: Place = await serve_a_place()
    budi, siti = await place.cast.people("budi", "siti")
    here = await place.cast.friends(budi, siti)
    for n in range(40):
        await place.cast.says(budi, here, str(n))
    sender, reader = await place.open(budi), await place.open(siti)
    await sender.hear()
    await reader.hear()
    frames = [json.dumps({"type": "chat.cursor", "id": n, "conversation": here, "read": n}) for n in range(1, 41)]
    for frame in frames:
        await reader.socket.send(frame)
    told = 0
    while (event := await sender.hear_of("chat.cursor"))["read"] < 40:
        told += 1
    assert event["read"] == 40
    assert told < 20
