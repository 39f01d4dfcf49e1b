-- A file that somebody uploaded: what is in it, and how far its import is. `report`, `titles` and `people` are JSON; the bytes are
-- in the data folder under the id. `chat` is the number of the conversation in an export that holds several.
CREATE TABLE import_upload (
    id {id} NOT NULL PRIMARY KEY,
    account {id} NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    time_zone {id} NOT NULL,
    date_order {id},
    chat {int} NOT NULL,
    titles TEXT NOT NULL,
    report TEXT NOT NULL,
    people TEXT NOT NULL,
    state {id} NOT NULL,
    done {int} NOT NULL,
    total {int} NOT NULL,
    conversation {id} REFERENCES conversation (id),
    failure {id},
    created_at {int} NOT NULL
);
CREATE INDEX import_upload_by_account ON import_upload (account, created_at);

-- The conversations that imports made, and whose they are.
CREATE TABLE import_chat (
    conversation {id} NOT NULL PRIMARY KEY REFERENCES conversation (id),
    account {id} NOT NULL REFERENCES account (id),
    title TEXT NOT NULL
);
CREATE INDEX import_chat_by_account ON import_chat (account);

-- Which entry of an export stands where, so that importing it again adds nothing and an answer finds its question.
CREATE TABLE import_entry (
    conversation {id} NOT NULL REFERENCES conversation (id),
    key {id} NOT NULL,
    seq {int} NOT NULL,
    PRIMARY KEY (conversation, key)
);

-- Somebody says that an imported name is an account; the account confirms or refuses.
CREATE TABLE import_claim (
    id {id} NOT NULL PRIMARY KEY,
    conversation {id} NOT NULL REFERENCES import_chat (conversation),
    name TEXT NOT NULL,
    importer {id} NOT NULL REFERENCES account (id),
    account {id} NOT NULL REFERENCES account (id),
    state {id} NOT NULL,
    at {int} NOT NULL,
    UNIQUE (conversation, name)
);
CREATE INDEX import_claim_by_account ON import_claim (account, state);
