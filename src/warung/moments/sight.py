"""Who sees what: looked through relations as they are now. A moment that one may not see is not there."""

from collections.abc import Iterable, Sequence

from warung import contacts
from warung.kit.clock import DAY
from warung.kit.db import Reader
from warung.kit.ids import AccountId
from warung.moments import store, store_people
from warung.moments.model import Kept, NoSuchMoment, Person

HOLDER = "moments.post"  # what media calls a moment that carries a blob
COVER_HOLDER = "moments.cover"


class Sight:
    """What one person sees of some others' moments."""

    def __init__(self, reader: Reader, by: AccountId, authors: Iterable[AccountId]) -> None:
        those = sorted({*authors} - {by})
        self._by = by
        self._now = reader.now
        bonds = contacts.bonds_between(reader, those, [by])
        self._tags = {author: tags for (author, _), tags in bonds.items()}  # what each calls `by`
        self._hiding = store_people.hiding_from(reader, by, list(self._tags))
        self.people = store_people.people(reader, [*self._tags, by])

    def knows(self, author: AccountId) -> bool:
        """Does this person show `by` anything at all?"""
        return author == self._by or (author in self._tags and author not in self._hiding)

    def since(self, author: AccountId) -> int:
        """Return the time (milliseconds UTC) from which on somebody shows what they posted."""
        window = self.people.get(author, Person(author)).window_days
        return 0 if author == self._by or not window else self._now - window * DAY

    def sees(self, moment: Kept) -> bool:
        """May `by` see this moment?"""
        if moment.author == self._by:
            return True
        if not self.knows(moment.author) or moment.at < self.since(moment.author):
            return False
        return moment.circle.includes(self._by, self._tags[moment.author])


def seen(reader: Reader, by: AccountId, id: str) -> Kept:
    """Return a moment that `by` may see. Raises `NoSuchMoment` for every other, as for one that is not there."""
    moment = store.moments(reader, [id]).get(id)
    if moment is None or not Sight(reader, by, [moment.author]).sees(moment):
        raise NoSuchMoment
    return moment


def may_see(reader: Reader, by: AccountId, moment: str, _item: int) -> bool:
    """Say whether `by` may see the pictures of a moment; for media."""
    kept = store.moments(reader, [moment]).get(moment)
    return kept is not None and Sight(reader, by, [kept.author]).sees(kept)


def may_see_cover(reader: Reader, by: AccountId, account: str, _item: int) -> bool:
    """Say whether `by` may see somebody's cover; for media."""
    return Sight(reader, by, [AccountId(account)]).knows(AccountId(account))


def audience(reader: Reader, moment: Kept) -> list[AccountId]:
    """Return who may see a moment now and wants to be shown what its author posts."""
    bonds = contacts.bonds_of(reader, moment.author)
    out = {hidden.account for hidden in store_people.hidden_by(reader, moment.author) if hidden.mine}
    out |= store_people.tired_of(reader, moment.author)
    return [other for other, tags in bonds.items() if other not in out and moment.circle.includes(other, tags)]


class Company:
    """Whose likes and comments one person sees: those of contacts of both, of the author, and one's own."""

    def __init__(self, reader: Reader, by: AccountId, authors: Iterable[AccountId], those: Iterable[AccountId]) -> None:
        people, owners = sorted(set(those)), sorted({*authors, by})
        self._by = by
        self._bonds = contacts.bonds_between(reader, owners, people)

    def sees(self, author: AccountId, who: AccountId) -> bool:
        """Does `by` see what this person did about a moment of this author?"""
        if who == author:
            return True
        known_to_author = (author, who) in self._bonds
        return known_to_author and (who == self._by or author == self._by or (self._by, who) in self._bonds)

    def knows(self, author: AccountId, who: AccountId) -> bool:
        """May the name of this person be said to `by`?"""
        return who in (author, self._by) or (self._by, who) in self._bonds


def sharing(reader: Reader, accounts: Sequence[AccountId], moment: Kept, actor: AccountId) -> list[AccountId]:
    """Return those of `accounts` who see a moment, and who see what `actor` does there."""
    known = contacts.bonds_of(reader, actor)
    if actor != moment.author and moment.author not in known:
        return []
    seeing = {who for who in audience(reader, moment) if actor == moment.author or who in known} | {moment.author}
    return [who for who in accounts if who in seeing]
