"""What is written as HTML and shown to others: nothing of it acts, calls elsewhere, or leaves its place."""

import re
from html.parser import HTMLParser

import pytest

from tests.hostile import strings
from warung import media
from warung.kit.ids import BlobId
from warung.official.cleaning import ATTRIBUTES, TAGS, Cleaned, plain

MINE = BlobId("1m8c4rjn5yr2dzq4and0")
KEPT = media.Blob(MINE, None, "picture", "image/webp", "", 10, 640, 480, None, 1)  # type: ignore[arg-type]


def clean(html: str) -> str:
    """Clean with one picture among the account's own."""
    return Cleaned(html, lambda address: KEPT if "punyaku" in address else None).html


class Judge(HTMLParser):
    """A second opinion, by another parser than the one that cleaned: lists what is not allowed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at a tag and at everything it says."""
        if tag not in TAGS:
            self.wrong.append(f"<{tag}>")
        allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set()) | {"rel"} | ({"width", "height", "loading"} if tag == "img" else set())
        for name, value in attrs:
            said = value or ""
            if name not in allowed:
                self.wrong.append(f"{tag} {name}")
            if name == "src" and said != f"/api/media/{MINE}/full":
                self.wrong.append(f"{tag} {name}={said}")
            if name == "href" and not re.match(r"(https?|mailto|tel):", said, re.IGNORECASE):
                self.wrong.append(f"{tag} {name}={said}")
            if name == "style" and re.search(r"url|expression|import|position|@|\\|var\(|attr\(|/\*", said, re.IGNORECASE):
                self.wrong.append(f"{tag} {name}={said}")

    def handle_comment(self, data: str) -> None:
        """A comment has no business here."""
        self.wrong.append(f"<!--{data}")

    def handle_pi(self, data: str) -> None:
        """Nor has an instruction."""
        self.wrong.append(f"<?{data}")


def hostile() -> list[str]:
    """What is collected of what breaks pages, where it is, and some of our own."""
    lines = strings.scripts()
    own = [
        '<svg><animate onbegin=alert(1) attributeName=x dur=1s></svg><svg><a xlink:href="javascript:alert(1)"><text y=9>x</text></a></svg>',
        '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
        '<p style="background:url(https://elsewhere.example/p.png);position:fixed;color:red;width:expression(alert(1))">x</p>',
        '<img src="https://elsewhere.example/seen.gif"><img srcset="https://elsewhere.example/a 1x" src=x>',
        '<a href="java\tscript:alert(1)">x</a><a href="&#106;avascript:1">x</a><a href="//elsewhere.example">x</a><a href="/me">x</a>',
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript><template><script>1</script></template>",
        '<form action=/api/me><button formaction="javascript:alert(1)">x</button></form><iframe srcdoc="<script>1</script>"></iframe>',
        '<img src="https://h/punyaku" alt="&quot; onerror=&quot;alert(1)"><img data-src="/punyaku" onload=alert(1) width=99999>',
        "<base href=https://elsewhere.example><meta http-equiv=refresh content='0;url=//x'><link rel=stylesheet href=//x><object data=//x>",
        "<p style='color:red\\;background:u\\72l(x)'>x</p><p style=\"color:/**/url(x)\">x</p><details open ontoggle=alert(1)>x</details>",
    ]
    return [*lines, *strings.naughty(), *own, "\n".join(lines), "".join(own)]


def test_nothing_hostile_survives_and_cleaning_twice_is_cleaning_once() -> None:
    seen = 0
    for payload in hostile():
        once = clean(payload)
        assert Judge(once).wrong == [], (payload, once)
        assert clean(once.replace(f"/api/media/{MINE}/full", "/punyaku")) == once, payload
        seen += 1
    assert seen > 1_000


def test_the_judge_itself_sees_what_is_wrong() -> None:
    wrong = ("<script>1</script>", "<img src=x>", "<b onclick=x>", '<a href="javascript:1">', "<!--x-->", '<p style="background:url(x)">')
    assert all(Judge(each).wrong for each in wrong)


def test_what_people_write_stays_as_they_wrote_it() -> None:
    written = (
        '<h2 dir="rtl">مرحبا</h2><p style="text-align:center;color:#ff0000">Kopi <strong>tubruk</strong> ☕ 中文</p>'
        '<table><tbody><tr><td colspan="2">1</td></tr></tbody></table><ol start="3"><li>tiga</li></ol>'
    )
    assert clean(written) == written
    assert clean('<a href="https://warung.example/?a=1&amp;b=2">x</a>') == (
        '<a href="https://warung.example/?a=1&amp;b=2" rel="noopener noreferrer nofollow">x</a>'
    )
    assert clean("1 < 2 & 3 > 2") == "1 &lt; 2 &amp; 3 &gt; 2"
    assert plain("<p>1 &lt; 2</p><p>dua</p>") == "1 < 2 dua"


@pytest.mark.parametrize("name", ["src", "data-src"])
def test_a_picture_of_ones_own_is_shown_from_here_with_its_size(name: str) -> None:
    shown = clean(f'<p><img {name}="https://mp.example/punyaku?wx_fmt=png" alt="kopi" onerror=x></p>')
    assert shown == f'<p><img src="/api/media/{MINE}/full" width="640" height="480" loading="lazy" alt="kopi"></p>'
