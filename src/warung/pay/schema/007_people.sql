-- Money that one person hands another in their conversation. `id` is also that of the transfer in the ledger.
CREATE TABLE handover (
    id {id} NOT NULL PRIMARY KEY,
    sender {id} NOT NULL,
    recipient {id} NOT NULL,
    conversation {id} NOT NULL,
    seq {int} NOT NULL,
    amount {int} NOT NULL,
    currency {id} NOT NULL,
    note TEXT NOT NULL,
    state {id} NOT NULL,
    at {int} NOT NULL,
    ends_at {int},
    settled_at {int}
);

-- How an account wants to be paid; without a row money waits to be accepted.
CREATE TABLE pay_preference (
    account {id} NOT NULL PRIMARY KEY,
    instant {int} NOT NULL
);

-- A red packet. Its money is in a pot of its own; the shares are drawn when it is made and taken in their order.
CREATE TABLE packet (
    id {id} NOT NULL PRIMARY KEY,
    sender {id} NOT NULL,
    conversation {id} NOT NULL,
    seq {int} NOT NULL,
    direct {int} NOT NULL,
    kind {id} NOT NULL,
    message TEXT NOT NULL,
    currency {id} NOT NULL,
    total {int} NOT NULL,
    shares {int} NOT NULL,
    opened {int} NOT NULL,
    state {id} NOT NULL,
    at {int} NOT NULL,
    ends_at {int} NOT NULL,
    ended_at {int},
    CONSTRAINT opened_within_shares CHECK (opened >= 0 AND opened <= shares)
);
CREATE TABLE packet_share (
    packet {id} NOT NULL REFERENCES packet (id),
    place {int} NOT NULL,
    amount {int} NOT NULL,
    PRIMARY KEY (packet, place)
);
CREATE TABLE packet_opening (
    packet {id} NOT NULL REFERENCES packet (id),
    account {id} NOT NULL,
    place {int} NOT NULL,
    amount {int} NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (packet, account),
    UNIQUE (packet, place)
);

-- What some members of a conversation owe one of them. A request for money is a bill for one.
CREATE TABLE bill (
    id {id} NOT NULL PRIMARY KEY,
    collector {id} NOT NULL,
    conversation {id} NOT NULL,
    seq {int} NOT NULL,
    title TEXT NOT NULL,
    currency {id} NOT NULL,
    total {int} NOT NULL,
    state {id} NOT NULL,
    at {int} NOT NULL,
    ended_at {int},
    reminded_at {int} NOT NULL
);
CREATE INDEX bill_by_collector ON bill (collector, state);
CREATE TABLE bill_share (
    bill {id} NOT NULL REFERENCES bill (id),
    account {id} NOT NULL,
    place {int} NOT NULL,
    amount {int} NOT NULL,
    state {id} NOT NULL,
    at {int},
    transfer {id},
    PRIMARY KEY (bill, account)
);
CREATE INDEX bill_share_open ON bill_share (account) WHERE state = 'open';

-- The code by which a shop may charge somebody who shows it: eight digits that name the account, eight that change every half minute.
CREATE TABLE payer_code (
    account {id} NOT NULL PRIMARY KEY,
    number {id} NOT NULL UNIQUE,
    secret {id} NOT NULL
);
CREATE TABLE payer_code_used (
    number {id} NOT NULL,
    step {int} NOT NULL,
    charge {id} NOT NULL,
    PRIMARY KEY (number, step)
);

-- What a shop asked of somebody whose code it scanned.
CREATE TABLE charge (
    id {id} NOT NULL PRIMARY KEY,
    merchant {id} NOT NULL,
    payer {id} NOT NULL,
    amount {int} NOT NULL,
    currency {id} NOT NULL,
    reference TEXT NOT NULL,
    state {id} NOT NULL,
    payment {id},
    at {int} NOT NULL,
    ends_at {int} NOT NULL
);

-- A code that a shop shows for one payment.
CREATE TABLE sale_code (
    id {id} NOT NULL PRIMARY KEY,
    merchant {id} NOT NULL,
    amount {int} NOT NULL,
    currency {id} NOT NULL,
    reference TEXT NOT NULL,
    ends_at {int} NOT NULL,
    payer {id},
    payment {id}
);
