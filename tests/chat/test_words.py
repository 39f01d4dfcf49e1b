"""What the index may take as it is, and what is split into words before."""

from hypothesis import example, given
from hypothesis import strategies as st

from warung.chat.words import LONGEST, MOST, plain

GAPS = st.sampled_from([" ", "  ", "\n", "\t", " \n"])
RUNS = st.integers(1, 2 * LONGEST).map("a".__mul__)


@given(st.lists(st.tuples(RUNS, GAPS), max_size=8).map(lambda parts: "".join(run + gap for run, gap in parts)))
@example("a" * LONGEST)
@example("a" * LONGEST + " ")
@example("a" * (LONGEST + 1))
@example("a" * (LONGEST + 1) + " a")
@example(("a" * LONGEST + " ") * 3)
@example(" " * LONGEST + "a" * (LONGEST + 1))
def test_a_text_with_a_word_too_long_for_the_index_is_split_first(text: str) -> None:
    longest = max(map(len, text.split()), default=0)
    if plain(text):
        assert longest <= LONGEST
    elif "\n" not in text and "\t" not in text:
        assert longest > LONGEST, "nothing else is against it"


def test_what_is_not_of_ascii_or_has_no_end_is_split_first() -> None:
    assert plain("kopi tubruk manis " * 10)
    assert not plain("kopi tubruk manís")
    assert not plain("a " * MOST)
