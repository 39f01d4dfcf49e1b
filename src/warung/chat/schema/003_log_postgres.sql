-- only: postgres
-- The same log. `xact` lets a follower read entries in an order in which nothing can appear behind it (store.py, `log_after`).
CREATE TABLE message (
    pos BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xact BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    conversation TEXT COLLATE "C" NOT NULL REFERENCES conversation (id),
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    sender TEXT COLLATE "C" REFERENCES account (id),
    author TEXT,
    nonce TEXT COLLATE "C",
    card BYTEA NOT NULL,
    preview BYTEA,
    reply BIGINT,
    ref BIGINT,
    counted BIGINT NOT NULL
);
CREATE UNIQUE INDEX message_by_seq ON message (conversation, seq);
CREATE UNIQUE INDEX message_by_nonce ON message (nonce, sender) WHERE nonce IS NOT NULL;
CREATE INDEX message_by_xact ON message (xact, pos);

CREATE TABLE mention (
    account TEXT COLLATE "C" NOT NULL REFERENCES account (id),
    conversation TEXT COLLATE "C" NOT NULL REFERENCES conversation (id),
    seq BIGINT NOT NULL,
    PRIMARY KEY (account, conversation, seq)
);
