-- A device that may be woken: one per session. `show` says how much a locked screen may tell.
CREATE TABLE push_device (
    session {id} NOT NULL PRIMARY KEY,
    account {id} NOT NULL REFERENCES account (id),
    endpoint TEXT NOT NULL,
    p256dh {id} NOT NULL,
    auth {id} NOT NULL,
    show {id} NOT NULL,
    at {int} NOT NULL
);
CREATE INDEX push_device_by_account ON push_device (account);
CREATE UNIQUE INDEX push_device_by_endpoint ON push_device (endpoint);

-- What stands on a device's screen: the last entry told of, per conversation. It is taken away when it was read elsewhere.
CREATE TABLE push_shown (
    session {id} NOT NULL REFERENCES push_device (session) ON DELETE CASCADE,
    conversation {id} NOT NULL REFERENCES conversation (id),
    seq {int} NOT NULL,
    PRIMARY KEY (session, conversation)
);

-- The key by which push services know this server; made once.
CREATE TABLE push_key (
    id {int} NOT NULL PRIMARY KEY,
    private TEXT NOT NULL
);
