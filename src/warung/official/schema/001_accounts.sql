-- A company's account. The row of `account` of the same id carries its handle, its name and its picture, and is the member of conversations.
-- `gh` and `appid` are the names by which programs know it, `secret` is a digest, `name_key` the folded name: two that are open differ in it.
CREATE TABLE official_account (
    id {id} NOT NULL PRIMARY KEY REFERENCES account (id),
    owner {id} NOT NULL REFERENCES account (id),
    kind {id} NOT NULL,
    gh {id} NOT NULL UNIQUE,
    appid {id} NOT NULL UNIQUE,
    secret {id} NOT NULL,
    name_key {id} NOT NULL,
    intro TEXT NOT NULL,
    verified_name TEXT,
    verified_at {int},
    is_test {int} NOT NULL,
    mode {id} NOT NULL,
    created_at {int} NOT NULL,
    changed_at {int} NOT NULL,
    closed_at {int}
);
CREATE UNIQUE INDEX official_account_by_name ON official_account (name_key) WHERE closed_at IS NULL;
CREATE INDEX official_account_by_owner ON official_account (owner, id);

-- The key from which a person's id is made that is the same for all accounts and apps of one owner.
CREATE TABLE official_owner (
    owner {id} NOT NULL PRIMARY KEY REFERENCES account (id),
    key {bytes} NOT NULL
);

CREATE TABLE official_staff (
    official {id} NOT NULL REFERENCES official_account (id),
    account {id} NOT NULL REFERENCES account (id),
    role {id} NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (official, account)
);
CREATE INDEX official_staff_by_account ON official_staff (account);

-- By which opaque id an account knows a person. Who follows has `followed_at` and no `left_at`: consent with its date and source. The row
-- and its openid stay after the person left. Without `followed_at` the person only signed in somewhere.
-- The window: until when, and how often yet, programs and staff may answer.
CREATE TABLE official_follow (
    official {id} NOT NULL REFERENCES official_account (id),
    account {id} NOT NULL REFERENCES account (id),
    openid {id} NOT NULL UNIQUE,
    conversation {id} REFERENCES conversation (id),
    followed_at {int},
    left_at {int},
    source {id} NOT NULL,
    scene TEXT NOT NULL,
    ticket TEXT NOT NULL,
    remark TEXT NOT NULL,
    blocked_at {int},
    window_until {int} NOT NULL,
    window_left {int} NOT NULL,
    PRIMARY KEY (official, account)
);
CREATE INDEX official_follow_in_order ON official_follow (official, openid) WHERE followed_at IS NOT NULL AND left_at IS NULL;
CREATE INDEX official_follow_blocked ON official_follow (official, openid) WHERE blocked_at IS NOT NULL;
CREATE INDEX official_follow_by_account ON official_follow (account, official);
CREATE UNIQUE INDEX official_follow_by_conversation ON official_follow (conversation) WHERE conversation IS NOT NULL;

CREATE TABLE official_tag (
    official {id} NOT NULL REFERENCES official_account (id),
    id {int} NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (official, id)
);
CREATE UNIQUE INDEX official_tag_by_name ON official_tag (official, name);

CREATE TABLE official_tagged (
    official {id} NOT NULL REFERENCES official_account (id),
    tag {int} NOT NULL,
    openid {id} NOT NULL,
    PRIMARY KEY (official, tag, openid)
);
CREATE INDEX official_tagged_by_openid ON official_tagged (official, openid, tag);

-- What happened at an account, numbered from 1 without gaps: webhooks, callbacks and programs read it from where they were. `entry` is the
-- number of the message in the follower's conversation that it tells of.
CREATE TABLE official_event (
    official {id} NOT NULL REFERENCES official_account (id),
    seq {int} NOT NULL,
    id {id} NOT NULL,
    kind {id} NOT NULL,
    openid {id} NOT NULL,
    entry {int},
    body {bytes} NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (official, seq)
);
CREATE INDEX official_event_by_entry ON official_event (openid, entry) WHERE entry IS NOT NULL;
