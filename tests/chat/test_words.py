"""What the words of a text are, and that both databases take each of them for one."""

import apsw
from hypothesis import example, given
from hypothesis import strategies as st

from warung.chat.words import LONGEST, MOST, words

ASCII = st.text(st.characters(max_codepoint=127), max_size=80) | st.lists(st.sampled_from(["a" * 59, "B" * 61, "7_c", " "])).map(" ".join)


@given(ASCII)
@example("a" * (LONGEST + 1))
@example("Daftar_Harga-2026.xlsx")
@example(" _ ")
def test_a_text_of_ascii_has_the_words_that_it_has_among_others(text: str) -> None:
    assert [*words(text), "e"] == words(f"{text} é")


@given(st.text(max_size=60))
@example("İstanbul ﷺ ½ ŉ ͅ ﬁn ℌ ⅷ")
@example("க்ஷ नमस्ते। ๑๒ ກຳ 々〆ヶ")
def test_a_word_is_one_to_sqlite_too(text: str) -> None:
    found = words(text)
    db = apsw.Connection(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5 (body, tokenize = 'ascii')")
    db.execute("CREATE VIRTUAL TABLE v USING fts5vocab (t, 'instance')")
    db.execute("INSERT INTO t (body) VALUES (?)", [" ".join(found)])
    assert [term for (term,) in db.execute("SELECT term FROM v ORDER BY offset")] == found


@given(st.text(max_size=60))
@example("mama's \\'nasi\\")
@example("ŉ ＇ ＼ 'c:1'")
def test_no_word_has_what_would_end_a_word_to_postgres(text: str) -> None:
    assert not set("'\\") & set("".join(words(text)))


def test_there_is_an_end_to_words_and_to_a_text() -> None:
    assert len(words("a " * (MOST + 1))) == len(words("é " * (MOST + 1))) == MOST
    assert words("x" * 100 + " é") == ["x" * LONGEST, "e"]
