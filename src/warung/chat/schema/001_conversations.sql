-- `pair` names the two people of a direct conversation, or the owner of notes to self: one conversation each, whoever opens it.
CREATE TABLE conversation (
    id {id} NOT NULL PRIMARY KEY,
    kind {id} NOT NULL,
    pair {id} UNIQUE,
    name TEXT,
    avatar {id},
    notice TEXT,
    approval {int} NOT NULL,
    members_can_invite {int} NOT NULL,
    imported {int} NOT NULL,
    created_at {int} NOT NULL,
    changed_at {int} NOT NULL
);

-- A member sees the log after `from_seq`. One read and one delivered cursor each; unread is derived from them.
CREATE TABLE member (
    conversation {id} NOT NULL REFERENCES conversation (id),
    account {id} NOT NULL REFERENCES account (id),
    role {id} NOT NULL,
    joined_at {int} NOT NULL,
    from_seq {int} NOT NULL,
    delivered_seq {int} NOT NULL,
    read_seq {int} NOT NULL,
    silenced_until {int} NOT NULL,
    pinned {int} NOT NULL,
    muted {int} NOT NULL,
    archived {int} NOT NULL,
    marked_unread {int} NOT NULL,
    changed_at {int} NOT NULL,
    PRIMARY KEY (conversation, account)
);
CREATE INDEX member_by_account ON member (account, conversation);

-- What a device that was away has to forget.
CREATE TABLE member_gone (
    account {id} NOT NULL REFERENCES account (id),
    conversation {id} NOT NULL REFERENCES conversation (id),
    at {int} NOT NULL,
    PRIMARY KEY (account, conversation)
);

CREATE TABLE conversation_link (
    id {id} NOT NULL PRIMARY KEY,
    conversation {id} NOT NULL REFERENCES conversation (id),
    token {id} NOT NULL UNIQUE,
    made_by {id} NOT NULL REFERENCES account (id),
    uses_left {int},
    expires_at {int},
    created_at {int} NOT NULL
);
CREATE INDEX conversation_link_by_conversation ON conversation_link (conversation, created_at);

CREATE TABLE join_request (
    id {id} NOT NULL PRIMARY KEY,
    conversation {id} NOT NULL REFERENCES conversation (id),
    account {id} NOT NULL REFERENCES account (id),
    at {int} NOT NULL,
    UNIQUE (conversation, account)
);
