"""A random village of four, in which whatever is not for everyone has a word of its own in it, and is known to be for whom."""

import itertools
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import msgspec
from hypothesis import strategies as st

from tests.scenarios import circle, companies
from tests.scenarios.money import own_money
from tests.scenarios.stranger import Loot
from warung import accounts, chat, contacts, polls
from warung.accounts import device_links, invites
from warung.chat import drafts, edits, favourites, groups, joining, preferences, reactions, schedule
from warung.contacts import Complaint, Notes
from warung.kit.db import Tx
from warung.kit.ids import BlobId, ConversationId, Nonce
from warung.kit.site import Site

PEOPLE = range(4)
PAIRS = list(itertools.combinations(PEOPLE, 2))
Edge = Literal["none", "asked", "declined", "blocked", "contact", "parted"]
EDGES: list[Edge] = ["none", "asked", "declined", "blocked", "contact", "contact", "contact", "parted"]
number = itertools.count(1)


class Club(NamedTuple):
    """Who leads a group, which contacts are in it from the beginning, who comes later by its link, who is removed again."""

    leader: int
    members: frozenset[int]
    newcomer: int
    removed: int


class Story(NamedTuple):
    """What became of one's request to the other, for each pair, and the groups."""

    edges: Sequence[tuple[Edge, bool]]
    clubs: Sequence[Club]


ONE = st.sampled_from(PEOPLE)
STORIES = st.builds(
    Story,
    st.tuples(*[st.tuples(st.sampled_from(EDGES), st.booleans()) for _ in PAIRS]),
    st.lists(st.builds(Club, ONE, st.frozensets(ONE), ONE, ONE), min_size=1, max_size=2),
)


class Village:
    """The people of one story. `secrets` says for whom each word is."""

    def __init__(self, tx: Tx, story: Story) -> None:
        self.tx = tx
        self.mark = f"rahasia{next(number)}y"
        self.secrets: dict[str, set[int]] = {}
        self.places: dict[ConversationId, set[int]] = {}  # who is in each conversation
        self.requests: dict[int, list[str]] = {at: [] for at in PEOPLE}
        self.known: dict[int, set[int]] = {at: {at} for at in PEOPLE}  # whose names each may come across
        self.friends: dict[int, set[int]] = {at: {at} for at in PEOPLE}
        self.own: list[dict[str, Any]] = []
        self.circles: list[dict[str, str]] = []  # what is of stickers and moments
        self.tokens: list[str] = []
        self.ids = [accounts.create_account(tx, handle=f"{self.mark}h{at}", name=f"{self.mark}nama{at}z") for at in PEOPLE]
        for (a, b), (edge, turned) in zip(PAIRS, story.edges, strict=True):
            self._relate(*((b, a) if turned else (a, b)), edge)
        for at in PEOPLE:
            self._fill(at)
        for club in story.clubs:
            self._gather(club)
        for at in PEOPLE:
            self.secret(f"nama{at}", *(each for each in PEOPLE if at in self.known[each]))
            self.secret(f"status{at}", *self.friends[at])

    def secret(self, word: str, *those: int) -> str:
        """Note a word that is for some only; return it as it is written. No such word is part of another."""
        written = f"{self.mark}{word}z"
        self.secrets[written] = set(those)
        return written

    def loot(self, at: int, blob: BlobId, upload: str, sending: str, own_group: ConversationId) -> Loot:
        """Everything of one person that can be named."""
        mine = [id for id, those in self.places.items() if at in those]
        return Loot(
            **self.own[at],
            account=self.ids[at],
            handle=f"{self.mark}h{at}",
            conversations=mine,
            requests=self.requests[at],
            blob=blob,
            upload=sending,
            import_=upload,
            own_group=own_group,
            circle=self.circles[at],
        )

    def _fill(self, at: int) -> None:
        """Fill what is one person's own."""
        tx, me = self.tx, self.ids[at]
        accounts.change(tx, by=me, changes=accounts.Changes(status=f"{self.mark}status{at}z"))
        opened = accounts.start_session(tx, account=me, device=self.secret(f"gawai{at}", at), address="")
        invite = invites.create(tx, by=me)
        link = device_links.begin(tx, device=self.secret(f"baru{at}"), site=Site(), address=f"10.0.{next(number) % 250}.{at}")
        complaint = Complaint("person", "other", self.secret(f"lapor{at}", at), account=self.ids[at - 1])
        report = contacts.report(tx, by=me, complaint=complaint)
        self.secrets |= {invite.token: {at}, accounts.contact_code(tx, by=me): {at}, opened.token: set()}
        money = own_money(tx, me, lambda word: self.secret(f"{word}{at}", at))
        self.own.append({"money": money, "session": opened.session, "invite": invite.id, "device_link": link.id, "report": report})
        self.tokens.append(opened.token)
        have = circle.fill(tx, me, self.secret(f"paket{at}", at), self.secret(f"stiker{at}", at))
        company = companies.fill(tx, me, self.secret(f"toko{at}", at))
        self.circles.append(have | company)
        self.places[ConversationId(company["official_conversation"])] = {at}
        notes = chat.open_self(tx, by=me)
        self.places[notes] = {at}
        self._write(notes, at)
        self._keep(at, notes)

    def _keep(self, at: int, notes: ConversationId) -> None:
        """Fill what follows one person over their devices, and what was added to a message of theirs."""
        tx, me = self.tx, self.ids[at]
        drafts.keep(tx, by=me, conversation=notes, draft=drafts.Draft(self.secret(f"draf{at}", at)))
        card = msgspec.Raw(msgspec.json.encode(chat.Text(text_=self.secret(f"nanti{at}", at))))
        self.own[at]["scheduled"] = schedule.schedule(tx, by=me, conversation=notes, card=card, send_at=tx.now + 60_000).id
        preferences.decide(tx, by=me, folders=(preferences.Folder("1", self.secret(f"map{at}", at)),))
        asked = polls.ask(
            tx, by=me, to=notes, question=self.secret(f"tanya{at}", at), choices=["ya", "tidak"], nonce=Nonce(f"tanya-{notes}")
        )
        self.own[at]["poll"] = str(msgspec.json.decode(asked.card)["poll"])
        edits.edit(tx, by=me, conversation=notes, seq=1, text=self.secret(f"sunting{at}", at))
        reactions.react(tx, by=me, conversation=notes, seq=1, emoji="👍")
        favourites.keep(tx, by=me, conversation=notes, seq=1)

    def _relate(self, a: int, b: int, edge: Edge) -> None:
        if edge == "none":
            return
        tx, one, other = self.tx, self.ids[a], self.ids[b]
        asked = contacts.request(tx, by=one, to=other, greeting=self.secret(f"salam{a}{b}", a, b), via="handle")
        assert isinstance(asked, contacts.Request)
        for at, whom in ((a, b), (b, a)):
            self.known[at].add(whom)
            self.requests[at].append(asked.id)
        if edge == "declined":
            contacts.decline(tx, by=other, id=asked.id)
        elif edge == "blocked":
            contacts.block(tx, by=other, other=one)
        elif edge in ("contact", "parted"):
            here = contacts.accept(tx, by=other, id=asked.id).conversation
            self.places[here] = {a, b}
            self._write(here, a)
            for at, whom in ((a, b), (b, a)):
                notes = Notes(remark=self.secret(f"catatan{at}{whom}", at), tags=[self.secret(f"tag{at}{whom}", at)])
                contacts.annotate(tx, by=self.ids[at], other=self.ids[whom], notes=notes)
                self.friends[at].add(whom)
        if edge == "parted":
            contacts.remove(tx, by=other, other=one)
            self.friends[a].discard(b)
            self.friends[b].discard(a)

    def _gather(self, club: Club) -> None:
        tx, leader = self.tx, self.ids[club.leader]
        first = {*(club.members & self.friends[club.leader]), club.leader}
        joined = first | {club.newcomer}
        now = joined - ({club.removed} - {club.leader})
        name = self.secret(f"grup{next(number)}", *now)
        others = [self.ids[at] for at in sorted(first - {club.leader})]
        group = chat.create_group(tx, by=leader, name=name, members=others)
        self.places[group] = now
        for at in sorted(first):
            self._write(group, at, *first & now)
        link = joining.make_link(tx, by=leader, id=group, expires_in_s=None, uses=1)
        self.secrets[link.token] = set()
        joining.join(tx, by=self.ids[club.newcomer], token=link.token)
        chat.change_group(tx, by=leader, id=group, notice=self.secret(f"pengumuman{next(number)}", *now))
        for at in sorted(joined):
            self._write(group, at, *now)
        if joined != now:
            groups.remove(tx, by=leader, id=group, account=self.ids[club.removed])
        for at in now:
            self.known[at] |= joined

    def _write(self, where: ConversationId, by: int, *those: int) -> None:
        words = self.secret(f"pesan{next(number)}", *(those or self.places[where]))
        chat.send(self.tx, by=self.ids[by], to=where, card=chat.Text(text_=words), nonce=Nonce(f"{words}-nonce"[-40:]))
