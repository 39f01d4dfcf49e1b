-- One message to many. `card` is kept once; every recipient's conversation has a pointer to it. `next` is the openid, or the place
-- in `official_broadcast_to`, behind which sending goes on. `client_id` is a program's name for its intent, free again after a day.
CREATE TABLE official_broadcast (
    id {id} NOT NULL PRIMARY KEY,
    number {int} NOT NULL UNIQUE,
    official {id} NOT NULL REFERENCES account (id),
    client_id {id},
    audience {id} NOT NULL,
    tag {int},
    card {bytes} NOT NULL,
    what {id} NOT NULL,
    words TEXT NOT NULL,
    state {id} NOT NULL,
    period {id} NOT NULL,
    send_at {int} NOT NULL,
    next {id} NOT NULL,
    total {int} NOT NULL,
    sent {int} NOT NULL,
    failed {int} NOT NULL,
    delivered {int} NOT NULL,
    created_by {id},
    created_at {int} NOT NULL,
    begun_at {int},
    finished_at {int}
);
CREATE INDEX official_broadcast_by_account ON official_broadcast (official, created_at, id);
CREATE UNIQUE INDEX official_broadcast_by_client ON official_broadcast (official, client_id) WHERE client_id IS NOT NULL;

CREATE TABLE official_broadcast_to (
    broadcast {id} NOT NULL REFERENCES official_broadcast (id),
    openid {id} NOT NULL,
    PRIMARY KEY (broadcast, openid)
);

-- Who opened what they got, and who followed a link in it.
CREATE TABLE official_broadcast_seen (
    broadcast {id} NOT NULL REFERENCES official_broadcast (id),
    account {id} NOT NULL REFERENCES account (id),
    opened_at {int} NOT NULL,
    clicked_at {int},
    PRIMARY KEY (broadcast, account)
);

-- How many broadcasts of a day or a month are taken. A row is taken up to the limit in one statement, so that no two can have the last.
CREATE TABLE official_quota (
    official {id} NOT NULL REFERENCES account (id),
    period {id} NOT NULL,
    used {int} NOT NULL,
    PRIMARY KEY (official, period)
);
