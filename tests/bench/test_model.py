"""The model of several nodes: cores share time and not pieces, what nobody shares costs what its parts cost, and company costs more."""

import pytest

from bench.model.events import Clock, Core, Lane
from bench.model.place import Parts, closed, paced

PARTS = Parts(
    read_us=20, write_us=25, store_us=45, batch_us=600, turn_us=400, wait_us=0, again_us=500, again_each_us=30, again_turn_us=300,
    again_store_us=20, push_us=8, out_us=14, bus_us=20, in_us=14, frame_us=2, bus_wait_us=150,
)  # fmt: skip


@pytest.mark.parametrize("pieces_s", [(0.00002, 0.05), (0.004, 0.003), (0.01, 0.00001)])
def test_threads_with_much_to_do_have_equal_shares_of_a_core_whatever_the_size_of_their_pieces(pieces_s: tuple[float, float]) -> None:
    clock = Clock()
    core = Core(clock)
    done = [0.0, 0.0]

    def go_on(at: int, lane: Lane) -> None:
        done[at] += pieces_s[at]
        lane.work(pieces_s[at], lambda: go_on(at, lane))

    for at in (0, 1):
        go_on(at, Lane(core))
    clock.run(2.0)
    assert core.used_s == pytest.approx(2.0, abs=0.01)
    assert done[0] == pytest.approx(1.0, abs=0.1)
    assert done[1] == pytest.approx(1.0, abs=0.1)


def test_who_has_slept_does_not_catch_up_on_it() -> None:
    clock = Clock()
    core = Core(clock)
    one, other = Lane(core), Lane(core)
    worked = 0.0

    def go_on() -> None:
        nonlocal worked
        worked += 0.001
        one.work(0.001, go_on)

    go_on()
    clock.run(1.0)
    before = worked
    for _ in range(1_000):
        other.work(0.001, lambda: None)
    clock.run(1.5)
    assert worked - before == pytest.approx(0.25, abs=0.01)


def test_a_message_alone_costs_its_parts() -> None:
    once = PARTS.read_us + PARTS.write_us + PARTS.store_us + PARTS.batch_us + PARTS.turn_us + PARTS.push_us
    assert paced(PARTS, 1, 10).cpu_us == pytest.approx(once, rel=0.01)
    told = once + PARTS.out_us + PARTS.frame_us + PARTS.bus_us + PARTS.in_us + PARTS.frame_us
    after = PARTS.again_us + PARTS.again_each_us + PARTS.again_turn_us + PARTS.again_store_us
    assert paced(PARTS, 2, 10).cpu_us == pytest.approx(told + after, rel=0.02)


def test_what_goes_to_one_person_in_one_commit_is_one_parcel() -> None:
    fewer, more = closed(PARTS, 2, people=400, window=1), closed(PARTS, 2, people=100, window=4)
    parcel = PARTS.out_us + PARTS.bus_us + PARTS.in_us
    assert fewer.cpu_us - more.cpu_us == pytest.approx(parcel * 3 / 4, rel=0.15)


def test_a_second_node_on_the_same_core_makes_nothing_cheaper() -> None:
    costs = [closed(PARTS, nodes, 100, 4).cpu_us for nodes in (1, 2, 3)]
    assert costs == sorted(costs)
