-- What an account answers by itself, one document: on being followed, by keyword, else.
CREATE TABLE official_replies (
    official {id} NOT NULL PRIMARY KEY REFERENCES official_account (id),
    body {bytes} NOT NULL
);

-- The default menu has no rule; others are for followers whom their rule fits, the newest first.
CREATE TABLE official_menu (
    official {id} NOT NULL REFERENCES official_account (id),
    id {int} NOT NULL,
    rule {bytes},
    body {bytes} NOT NULL,
    PRIMARY KEY (official, id)
);

-- What a program may do it does with a token, of which the digest is kept.
CREATE TABLE official_program (
    id {id} NOT NULL PRIMARY KEY,
    official {id} NOT NULL REFERENCES official_account (id),
    name TEXT NOT NULL,
    token {id} NOT NULL UNIQUE,
    made_by {id} NOT NULL REFERENCES account (id),
    created_at {int} NOT NULL
);
CREATE INDEX official_program_by_official ON official_program (official, id);

-- Where a program is told what happens. `sent_seq` is how far it has been told; who tells it holds the row until `busy_until`.
CREATE TABLE official_hook (
    id {id} NOT NULL PRIMARY KEY,
    official {id} NOT NULL REFERENCES official_account (id),
    url TEXT NOT NULL,
    secret {id} NOT NULL,
    former {id},
    former_until {int} NOT NULL,
    sent_seq {int} NOT NULL,
    failures {int} NOT NULL,
    failing_since {int},
    busy_until {int} NOT NULL,
    created_at {int} NOT NULL
);
CREATE INDEX official_hook_by_official ON official_hook (official, id);
