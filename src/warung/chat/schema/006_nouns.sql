-- Pins and the timer are few and are shown with every conversation: they live in its row. What a member decides, in the member's.
ALTER TABLE conversation ADD COLUMN pins TEXT;
ALTER TABLE conversation ADD COLUMN expires_ms {int} NOT NULL DEFAULT 0;
ALTER TABLE member ADD COLUMN notify {id} NOT NULL DEFAULT 'all';
ALTER TABLE member ADD COLUMN wallpaper {id};
UPDATE member SET notify = 'nothing' WHERE muted = 1;

-- Entries that say something about others; only these cost anything.
CREATE INDEX message_by_ref ON message (conversation, seq) WHERE ref IS NOT NULL;

-- One per person and message. `entry` is the log's entry that set it; an empty emoji says that it was taken away.
CREATE TABLE reaction (
    conversation {id} NOT NULL REFERENCES conversation (id),
    seq {int} NOT NULL,
    account {id} NOT NULL REFERENCES account (id),
    emoji {id} NOT NULL,
    entry {int} NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (conversation, seq, account)
);

-- What words were before they were edited: `card` was replaced by the entry `entry`.
CREATE TABLE message_version (
    conversation {id} NOT NULL REFERENCES conversation (id),
    seq {int} NOT NULL,
    entry {int} NOT NULL,
    at {int} NOT NULL,
    card {bytes} NOT NULL,
    PRIMARY KEY (conversation, seq, entry)
);

-- One's own shelf. It names messages and holds none: what one may not see any more is not on it.
CREATE TABLE favourite (
    account {id} NOT NULL REFERENCES account (id),
    conversation {id} NOT NULL REFERENCES conversation (id),
    seq {int} NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (account, conversation, seq)
);
CREATE INDEX favourite_by_time ON favourite (account, at);
CREATE INDEX favourite_by_message ON favourite (conversation, seq);

-- What one is writing, on every device. An empty one stays, to tell a device that was away.
CREATE TABLE draft (
    account {id} NOT NULL REFERENCES account (id),
    conversation {id} NOT NULL REFERENCES conversation (id),
    body {bytes} NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (account, conversation)
);
CREATE INDEX draft_by_time ON draft (account, at);

-- Folders of the list and hours of quiet, as one document each.
CREATE TABLE preference (
    account {id} NOT NULL PRIMARY KEY REFERENCES account (id),
    folders {bytes} NOT NULL,
    quiet {bytes} NOT NULL,
    at {int} NOT NULL
);

-- Messages that wait for their time. `failure` is the code of the refusal that their sending got.
CREATE TABLE scheduled (
    id {id} NOT NULL PRIMARY KEY,
    account {id} NOT NULL REFERENCES account (id),
    conversation {id} NOT NULL REFERENCES conversation (id),
    card {bytes} NOT NULL,
    reply {int},
    send_at {int} NOT NULL,
    failure {id}
);
CREATE INDEX scheduled_by_account ON scheduled (account, send_at);
