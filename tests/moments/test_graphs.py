"""Over random relations: everybody sees exactly what the rules say, by a second program that knows only the rules."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.moments.conftest import Porch, picture
from tests.worlds import Hand
from warung import accounts, contacts, media
from warung.app import World
from warung.contacts import Notes
from warung.kit.clock import DAY
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, BlobId
from warung.moments import answers, deciding, feed, posting, sight, store
from warung.moments.model import Circle, Draft, NoSuchMoment

pytestmark = pytest.mark.anyio
PEOPLE = range(4)
PAIRS = list(itertools.combinations(PEOPLE, 2))
ORDERED = list(itertools.permutations(PEOPLE, 2))
TAGS = ("keluarga", "RT 05")
Edge = Literal["none", "contact", "parted", "blocked"]
EDGES: list[Edge] = ["none", "contact", "contact", "contact", "parted", "blocked"]
number = itertools.count(1)


class Post(NamedTuple):
    """A moment: whose, for whom, how old in days, who likes it, who says something to whom."""

    author: int
    kind: Literal["all", "only", "but"]
    people: frozenset[int]
    tags: frozenset[str]
    age: int
    likes: frozenset[int]
    comments: Sequence[tuple[int, int | None]]


class Story(NamedTuple):
    """Everything that is decided before anybody looks. What changes `later` changes after all was posted, liked and said."""

    edges: Sequence[tuple[Edge, Edge]]
    tags: Mapping[tuple[int, int], frozenset[str]]
    hides: Mapping[tuple[int, int], tuple[bool, bool]]
    windows: Sequence[int]
    posts: Sequence[Post]


ONE, SOME = st.sampled_from(PEOPLE), st.frozensets(st.sampled_from(PEOPLE), max_size=3)
POSTS = st.builds(
    Post,
    ONE,
    st.sampled_from(["all", "only", "but"]),
    SOME,
    st.frozensets(st.sampled_from(TAGS)),
    st.sampled_from([0, 2, 5, 40, 200]),
    SOME,
    st.lists(st.tuples(ONE, st.none() | ONE), max_size=3),
)
STORIES = st.builds(
    Story,
    st.tuples(*[st.tuples(st.sampled_from(EDGES), st.sampled_from(EDGES)) for _ in PAIRS]),
    st.dictionaries(st.sampled_from(ORDERED), st.frozensets(st.sampled_from(TAGS))),
    st.dictionaries(st.sampled_from(ORDERED), st.tuples(st.booleans(), st.booleans()), max_size=3),
    st.tuples(*[st.sampled_from([0, 3, 30, 182]) for _ in PEOPLE]),
    st.lists(POSTS, min_size=1, max_size=5),
)
SHARED = settings(
    max_examples=settings().max_examples // 4,
    suppress_health_check=[*settings().suppress_health_check, HealthCheck.function_scoped_fixture],
)


class Village:
    """The people of a story, and who said what where by the rules."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.friends: set[frozenset[int]] = set()
        self.ids: list[AccountId] = []
        self.moments: list[tuple[str, Post, BlobId]] = []
        self.liked: dict[str, list[int]] = {}
        self.said: dict[str, list[tuple[int, int | None, str]]] = {}
        self.tags: dict[tuple[int, int], frozenset[str]] = {}
        self.hides: dict[tuple[int, int], tuple[bool, bool]] = {}

    def begin(self, tx: Tx) -> None:
        """Let people arrive, and become what they are to each other when things are posted: all contacts, so that much is said."""
        self.ids = [accounts.create_account(tx, handle=f"warga{next(number)}", name=f"Warga {at}") for at in PEOPLE]
        for a, b in PAIRS:
            contacts.befriend(tx, a=self.ids[a], b=self.ids[b])
            self.friends.add(frozenset((a, b)))
        for (a, b), tags in self.story.tags.items():
            contacts.annotate(tx, by=self.ids[a], other=self.ids[b], notes=Notes(tags=sorted(tags)))
            self.tags[a, b] = tags

    def post(self, tx: Tx, post: Post) -> None:
        """Post a moment with a picture; whoever may, likes and says something."""
        ids = self.ids
        blob = picture(tx, ids[post.author])
        circle = Circle(post.kind, tuple(ids[at] for at in sorted(post.people)), tuple(sorted(post.tags)))
        draft = Draft(f"nonce-{next(number):06}", "momen", pictures=(blob,), circle=circle)
        id = posting.post(tx, by=ids[post.author], draft=draft).id
        self.moments.append((id, post, blob))
        self.liked[id], self.said[id] = [], []
        for at in sorted(post.likes):
            if self.sees(at, post, aged=False):
                answers.like(tx, by=ids[at], id=id)
                self.liked[id].append(at)
        for who, to in post.comments:
            if self.sees(who, post, aged=False):
                last = next((each for each in store.comments(tx, [id])[::-1] if to is not None and each.account == ids[to]), None)
                made = answers.comment(
                    tx, by=ids[who], id=id, text=f"kata{next(number)}", nonce=f"nonce-{next(number):06}", to=last.id if last else None
                )
                answered = None if last is None or to == who else to
                self.said[id].append((who, answered, made.words))

    def change(self, tx: Tx) -> None:
        """Let relations become what they are when people look."""
        for (a, b), (edge, turned) in zip(PAIRS, self.story.edges, strict=True):
            one, other = (a, b) if turned != "parted" else (b, a)
            if edge == "contact":
                continue
            self.friends.discard(frozenset((a, b)))
            (contacts.block if edge == "blocked" else contacts.remove)(tx, by=self.ids[one], other=self.ids[other])
            self.tags.pop((a, b), None)
            self.tags.pop((b, a), None)
        for (a, b), (mine, theirs) in self.story.hides.items():
            if frozenset((a, b)) in self.friends:
                deciding.hide(tx, by=self.ids[a], other=self.ids[b], mine=mine, theirs=theirs)
                self.hides[a, b] = (mine, theirs)
        for at, days in enumerate(self.story.windows):
            deciding.set_window(tx, by=self.ids[at], days=days)

    def knows(self, a: int, b: int) -> bool:
        return a == b or frozenset((a, b)) in self.friends

    def sees(self, viewer: int, post: Post, *, aged: bool = True) -> bool:
        """The rules, once more."""
        author = post.author
        if viewer == author:
            return True
        if not self.knows(viewer, author) or self.hides.get((author, viewer), (False, False))[0]:
            return False
        window = self.story.windows[author]
        if aged and window and post.age > window:
            return False
        named = viewer in post.people or bool(self.tags.get((author, viewer), frozenset()) & post.tags)
        return {"all": True, "only": named, "but": not named}[post.kind]

    def hears(self, viewer: int, author: int, who: int) -> bool:
        """Whose likes and comments one sees."""
        return who == author or (self.knows(author, who) and self.knows(viewer, who))


@SHARED
@given(story=STORIES)
async def test_everybody_sees_what_the_rules_say_and_nothing_else(world: World, hand: Hand, story: Story) -> None:
    village, porch = Village(story), Porch(world, hand)
    await porch.db.write(village.begin)
    days = 0
    for post in sorted(story.posts, key=lambda each: -each.age):
        days = days or post.age
        if days > post.age:
            hand.forward((days - post.age) * DAY)
            days = post.age
        await porch.db.write(lambda tx, post=post: village.post(tx, post))  # type: ignore[misc]
    hand.forward(days * DAY)
    await porch.db.write(village.change)
    for viewer in PEOPLE:
        await porch.db.read(lambda reader, viewer=viewer: _check(reader, village, viewer))  # type: ignore[misc]


def _check(reader: Reader, village: Village, viewer: int) -> None:
    me = village.ids[viewer]
    expected = {id: post for id, post, _ in village.moments if village.sees(viewer, post)}
    tired = {other for (by, other), (_, theirs) in village.hides.items() if by == viewer and theirs}
    found = feed.feed(reader, by=me).moments
    assert [each.id for each in found] == sorted((id for id, post in expected.items() if post.author not in tired), reverse=True)
    for other in PEOPLE:
        theirs = [each.id for each in feed.feed_of(reader, by=me, of=village.ids[other]).moments]
        assert theirs == sorted((id for id, post in expected.items() if post.author == other), reverse=True)
    viewers: Any = {sight.HOLDER: sight.may_see}
    for id, post, blob in village.moments:
        assert media.may_see(reader, by=me, blob=blob, viewers=viewers) == (id in expected)
        if id not in expected:
            with pytest.raises(NoSuchMoment):
                feed.one(reader, by=me, id=id)
            continue
        moment = feed.one(reader, by=me, id=id).moment
        author = post.author
        assert sorted(moment.likes) == sorted(village.ids[who] for who in village.liked[id] if village.hears(viewer, author, who))
        assert (moment.circle is not None) == (viewer == author)
        said = [
            (village.ids[who], village.ids[to] if to is not None and (to == author or village.knows(viewer, to)) else None, words)
            for who, to, words in village.said[id]
            if village.hears(viewer, author, who)
        ]
        assert {(each.account, each.to, each.text) for each in moment.comments} == set(said)
    for notice in deciding.notices(reader, by=me).notices:
        assert notice.moment in expected
        assert village.knows(viewer, village.ids.index(notice.actor))
