-- The voices that somebody has listened to, on any device of theirs.
CREATE TABLE media_heard (
    account {id} NOT NULL REFERENCES account (id),
    blob {id} NOT NULL REFERENCES media_blob (id),
    at {int} NOT NULL,
    PRIMARY KEY (account, blob)
);
CREATE INDEX media_heard_by_time ON media_heard (account, at);
CREATE INDEX media_heard_by_blob ON media_heard (blob);
