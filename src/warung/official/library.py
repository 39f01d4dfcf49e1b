"""The library of templates that every account may take from, and the list of industries. Our own words; the numbers are their names."""

import msgspec

INDUSTRIES: dict[int, tuple[str, str]] = {
    1: ("Technology", "Internet and commerce"),
    2: ("Technology", "Software and services"),
    3: ("Technology", "Hardware and devices"),
    4: ("Technology", "Electronics"),
    5: ("Technology", "Telecommunication"),
    6: ("Technology", "Media on the net"),
    7: ("Finance", "Banks"),
    8: ("Finance", "Funds and savings"),
    9: ("Finance", "Insurance"),
    10: ("Food", "Restaurants and warung"),
    11: ("Hospitality", "Hotels"),
    12: ("Hospitality", "Travel"),
    13: ("Transport", "Parcels"),
    14: ("Transport", "Logistics"),
    15: ("Transport", "Storage"),
    16: ("Education", "Training"),
    17: ("Education", "Schools and universities"),
    18: ("Government", "Science"),
    19: ("Government", "Police and traffic"),
    20: ("Government", "Museums"),
    21: ("Government", "Public services and charity"),
    22: ("Health", "Medicine"),
    23: ("Health", "Care and beauty"),
    24: ("Health", "Hygiene"),
    25: ("Vehicles", "Cars"),
    26: ("Vehicles", "Motorcycles"),
    27: ("Vehicles", "Trains"),
    28: ("Vehicles", "Aircraft"),
    29: ("Property", "Building"),
    30: ("Property", "Real estate"),
    31: ("Property", "Household"),
    32: ("Trade", "Law"),
    33: ("Trade", "Fairs"),
    34: ("Trade", "Agencies"),
    35: ("Trade", "Audit"),
    36: ("Culture", "Broadcasting"),
    37: ("Culture", "Music and film"),
    38: ("Culture", "Sport"),
    39: ("Printing", "Print"),
    40: ("Other", "Other"),
    41: ("Other", "Farming"),
}


class Keyword(msgspec.Struct, frozen=True):
    """A place of a library template: its number, what it is called, the kind of its value and an example."""

    kid: int
    name: str
    rule: str
    example: str


class Entry(msgspec.Struct, frozen=True):
    """A template of the library: `short` and `tid` are its names; `lasting` ones are agreed to until that is taken back."""

    short: str
    tid: int
    title: str
    category: int
    lasting: bool
    keywords: tuple[Keyword, ...]


def _entry(tid: int, title: str, category: int, lasting: bool, *keywords: tuple[str, str, str]) -> Entry:
    numbered = tuple(Keyword(at, name, rule, example) for at, (name, rule, example) in enumerate(keywords, 1))
    return Entry(f"OPENTM{tid:08d}", tid, title, category, lasting, numbered)


CATEGORIES: dict[int, str] = {1: "Shops", 2: "Food", 3: "Transport", 4: "Services", 5: "Health", 6: "Education"}
LIBRARY: tuple[Entry, ...] = (
    _entry(
        *(101, "Order received", 1, False),
        ("Order", "character_string", "WR-2041"),
        ("Item", "thing", "Kopi tubruk"),
        ("Amount", "amount", "Rp 45.000"),
        ("Time", "time", "2026-11-26 14:30"),
        ("Note", "thing", "Ready in ten minutes"),
    ),
    _entry(
        *(102, "Payment received", 1, False),
        ("Amount", "amount", "Rp 45.000"),
        ("Item", "thing", "Kopi tubruk"),
        ("Time", "time", "2026-11-26 14:30"),
        ("Receipt", "character_string", "KW-7782"),
    ),
    _entry(
        *(103, "Refund on its way", 1, False),
        ("Amount", "amount", "Rp 45.000"),
        ("Order", "character_string", "WR-2041"),
        ("Reason", "thing", "Sold out"),
    ),
    _entry(
        *(201, "Your meal is ready", 2, False),
        ("Number", "number", "17"),
        ("Place", "thing", "Counter 2"),
        ("Time", "time", "12:10"),
    ),
    _entry(
        *(202, "Your table is free", 2, False),
        ("Name", "name", "Budi"),
        ("Table", "letter", "B"),
        ("Guests", "number", "4"),
    ),
    _entry(
        *(301, "Parcel on its way", 3, False),
        ("Parcel", "character_string", "JP1234567890"),
        ("Courier", "thing", "Pak Joko"),
        ("Phone", "phone_number", "0812 3456 789"),
        ("Arrives", "date", "2026-11-27"),
    ),
    _entry(
        *(302, "Vehicle ready", 3, False),
        ("Plate", "car_number", "D 1234 AB"),
        ("Work", "thing", "Oil changed"),
        ("Amount", "amount", "Rp 250.000"),
    ),
    _entry(
        *(401, "Appointment", 4, True),
        ("With", "thing", "Salon Ayu"),
        ("When", "time", "2026-11-28 10:00"),
        ("Where", "thing", "Jl. Braga 12"),
        ("Note", "thing", "Please come five minutes early"),
    ),
    _entry(
        *(402, "Membership", 4, True),
        ("Card", "character_string", "M-0099"),
        ("Points", "number", "120"),
        ("Until", "date", "2027-01-01"),
    ),
    _entry(
        *(501, "Results are here", 5, False),
        ("Name", "name", "Siti"),
        ("Test", "thing", "Blood test"),
        ("Date", "date", "2026-11-26"),
    ),
    _entry(
        *(601, "Class begins", 6, True),
        ("Class", "thing", "Batik for beginners"),
        ("When", "time", "2026-11-28 16:00"),
        ("Room", "thing", "Room 3"),
    ),
)
BY_SHORT = {entry.short: entry for entry in LIBRARY} | {str(entry.tid): entry for entry in LIBRARY}
BY_TID = {entry.tid: entry for entry in LIBRARY}
