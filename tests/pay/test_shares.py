"""Dividing a sum: nothing is lost, nobody gets nothing, and every place is alike."""

from random import Random
from statistics import mean

from hypothesis import given
from hypothesis import strategies as st

from warung.pay import shares


@given(st.integers(1, 100), st.integers(1, 1000), st.sampled_from([1, 100]), st.integers(0, 2**32), st.data())
def test_a_lucky_packet_is_divided_exactly_and_everybody_gets_something(
    count: int, average: int, step: int, seed: int, data: st.DataObject
) -> None:
    total = data.draw(st.integers(count, count * average)) * step
    most = data.draw(st.integers(-(-total // (count * step)), 10**6)) * step
    found = shares.lucky(total, count, step=step, most=most, chance=Random(seed))
    assert sum(found) == total
    assert len(found) == count
    assert all(step <= share <= most and share % step == 0 for share in found)


def test_every_place_in_a_lucky_packet_is_worth_the_same() -> None:
    chance = Random(5)
    runs = [shares.lucky(10_000, 10, step=1, most=10_000, chance=chance) for _ in range(4000)]
    assert all(950 < mean(run[place] for run in runs) < 1050 for place in range(10))
    best = [run.index(max(run)) for run in runs]
    assert all(300 < best.count(place) < 500 for place in range(10))


@given(st.integers(1, 10**9), st.integers(1, 500), st.sampled_from([1, 100]))
def test_a_bill_is_divided_exactly_and_nobody_bears_more_than_a_step_above_another(units: int, count: int, step: int) -> None:
    found = shares.even(units * step, count, step=step)
    assert sum(found) == units * step
    assert max(found) - min(found) <= step
