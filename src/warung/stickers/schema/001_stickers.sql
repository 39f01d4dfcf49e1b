-- A pack of stickers. `author` is the name its maker wants to be known by, not an account's. `published_at`: it is in the store.
CREATE TABLE sticker_pack (
    id {id} NOT NULL PRIMARY KEY,
    owner {id} NOT NULL REFERENCES account (id),
    title TEXT NOT NULL,
    author TEXT NOT NULL,
    licence TEXT NOT NULL,
    created_at {int} NOT NULL,
    published_at {int},
    removed_at {int}
);
CREATE INDEX sticker_pack_by_owner ON sticker_pack (owner);
CREATE INDEX sticker_pack_in_store ON sticker_pack (id) WHERE published_at IS NOT NULL;

-- One sticker. Rows stay when they are removed: somebody may have kept it.
CREATE TABLE sticker (
    id {id} NOT NULL PRIMARY KEY,
    pack {id} NOT NULL REFERENCES sticker_pack (id),
    place {int} NOT NULL,
    blob {id} NOT NULL,
    width {int} NOT NULL,
    height {int} NOT NULL,
    moves {int} NOT NULL,
    emoji TEXT NOT NULL,
    alt TEXT NOT NULL,
    removed_at {int}
);
CREATE INDEX sticker_by_pack ON sticker (pack, place);

-- The words that suggest it, each in a language; an empty one is for every language.
CREATE TABLE sticker_word (
    sticker {id} NOT NULL REFERENCES sticker (id),
    language {id} NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (sticker, language, word)
);

-- The packs that somebody has in their panel.
CREATE TABLE sticker_shelf (
    account {id} NOT NULL REFERENCES account (id),
    pack {id} NOT NULL REFERENCES sticker_pack (id),
    at {int} NOT NULL,
    PRIMARY KEY (account, pack)
);
CREATE INDEX sticker_shelf_by_pack ON sticker_shelf (pack);

-- Single stickers that somebody kept, also of the pack that comes with the program, whose stickers have no row.
CREATE TABLE sticker_kept (
    account {id} NOT NULL REFERENCES account (id),
    sticker {id} NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (account, sticker)
);

-- When somebody last sent a sticker, and how often: recent ones for them, figures for its maker.
CREATE TABLE sticker_used (
    account {id} NOT NULL REFERENCES account (id),
    sticker {id} NOT NULL,
    at {int} NOT NULL,
    times {int} NOT NULL,
    PRIMARY KEY (account, sticker)
);
CREATE INDEX sticker_used_recently ON sticker_used (account, at);
CREATE INDEX sticker_used_by_sticker ON sticker_used (sticker);
