-- Shops and what was paid to them. What is refunded of a payment is never more than the payment.
CREATE TABLE pay_merchant (
    id {id} NOT NULL PRIMARY KEY,
    owner {id} NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    city TEXT NOT NULL,
    category {id} NOT NULL,
    created_at {int} NOT NULL,
    closed_at {int}
);
CREATE INDEX pay_merchant_by_owner ON pay_merchant (owner, id);

CREATE TABLE pay_payment (
    id {id} NOT NULL PRIMARY KEY,
    merchant {id} NOT NULL REFERENCES pay_merchant (id),
    payer {id} NOT NULL REFERENCES account (id),
    amount {int} NOT NULL,
    currency {id} NOT NULL,
    reference TEXT NOT NULL,
    refunded {int} NOT NULL,
    at {int} NOT NULL,
    CONSTRAINT refunded_within_payment CHECK (refunded >= 0 AND refunded <= amount)
);
CREATE INDEX pay_payment_by_merchant ON pay_payment (merchant, at, id);

-- The first answer to a request that named a key, for whoever asks again.
CREATE TABLE pay_answer (
    account {id} NOT NULL REFERENCES account (id),
    key {id} NOT NULL,
    request {id} NOT NULL,
    status {int} NOT NULL,
    body {bytes} NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (account, key)
);
CREATE INDEX pay_answer_by_age ON pay_answer (at);

-- Where a shop's program wants to hear what happened, and what did: `seq` counts from 1 for each shop, without gaps.
CREATE TABLE pay_hook (
    id {id} NOT NULL PRIMARY KEY,
    merchant {id} NOT NULL REFERENCES pay_merchant (id),
    url TEXT NOT NULL,
    secret {id} NOT NULL,
    former {id},
    former_until {int} NOT NULL,
    created_at {int} NOT NULL
);
CREATE INDEX pay_hook_by_merchant ON pay_hook (merchant, id);

CREATE TABLE pay_happening (
    merchant {id} NOT NULL REFERENCES pay_merchant (id),
    seq {int} NOT NULL,
    id {id} NOT NULL,
    body {bytes} NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (merchant, seq)
);
