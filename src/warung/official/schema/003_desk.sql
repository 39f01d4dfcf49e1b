-- The desk as its owner set it up, one document.
CREATE TABLE official_desk (
    official {id} NOT NULL PRIMARY KEY REFERENCES official_account (id),
    body {bytes} NOT NULL
);

-- Who answers at the desk. `kf` is `<name>@<gh>`, by which programs know them; `account` is the member of the staff, once there is one.
CREATE TABLE official_kf (
    official {id} NOT NULL REFERENCES official_account (id),
    kf {id} NOT NULL,
    number {int} NOT NULL,
    nick TEXT NOT NULL,
    account {id} REFERENCES account (id),
    avatar {id},
    online {int} NOT NULL,
    takes {int} NOT NULL,
    created_at {int} NOT NULL,
    PRIMARY KEY (official, kf)
);
CREATE UNIQUE INDEX official_kf_by_account ON official_kf (official, account) WHERE account IS NOT NULL;

-- A follower who waits (no `kf`) or is being served. One each at a time.
CREATE TABLE official_session (
    id {id} NOT NULL PRIMARY KEY,
    official {id} NOT NULL REFERENCES official_account (id),
    openid {id} NOT NULL,
    kf {id},
    opened_at {int} NOT NULL,
    latest_at {int} NOT NULL,
    closed_at {int}
);
CREATE UNIQUE INDEX official_session_open ON official_session (official, openid) WHERE closed_at IS NULL;
CREATE INDEX official_session_by_kf ON official_session (official, kf, opened_at) WHERE closed_at IS NULL;

-- What was said at the desk, by whom, numbered in order. `entry` is the number of the message in the conversation.
CREATE TABLE official_record (
    official {id} NOT NULL REFERENCES official_account (id),
    id {int} NOT NULL,
    openid {id} NOT NULL,
    kf {id} NOT NULL,
    sent {int} NOT NULL,
    entry {int} NOT NULL,
    text TEXT NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (official, id)
);
CREATE INDEX official_record_by_entry ON official_record (official, openid, entry);

-- What the staff writes about a follower, and sentences that are often needed.
CREATE TABLE official_note (
    id {id} NOT NULL PRIMARY KEY,
    official {id} NOT NULL REFERENCES official_account (id),
    openid {id} NOT NULL,
    written_by {id} NOT NULL REFERENCES account (id),
    text TEXT NOT NULL,
    at {int} NOT NULL
);
CREATE INDEX official_note_by_openid ON official_note (official, openid, id);

CREATE TABLE official_canned (
    official {id} NOT NULL REFERENCES official_account (id),
    id {id} NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (official, id)
);
