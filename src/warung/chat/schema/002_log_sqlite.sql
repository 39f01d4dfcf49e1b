-- only: sqlite
-- The log: append-only, so that a message dirties the last page of one tree (measured: docs/decisions/0006).
-- `counted` is the running number of entries that make something unread; `reply` and `ref` name entries of the same conversation.
CREATE TABLE message (
    pos INTEGER PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES conversation (id),
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    sender TEXT REFERENCES account (id),
    author TEXT,
    nonce TEXT,
    card BLOB NOT NULL,
    preview BLOB,
    reply INTEGER,
    ref INTEGER,
    counted INTEGER NOT NULL
);
CREATE UNIQUE INDEX message_by_seq ON message (conversation, seq);
-- Nonces sort by the time they were made, so this index, too, grows at its end.
CREATE UNIQUE INDEX message_by_nonce ON message (nonce, sender) WHERE nonce IS NOT NULL;

CREATE TABLE mention (
    account TEXT NOT NULL REFERENCES account (id),
    conversation TEXT NOT NULL REFERENCES conversation (id),
    seq INTEGER NOT NULL,
    PRIMARY KEY (account, conversation, seq)
) WITHOUT ROWID;
