-- Wallets. The PIN is Argon2id over an HMAC with this place's pepper; failures are counted before a PIN is looked at.
CREATE TABLE pay_pin (
    account {id} NOT NULL PRIMARY KEY REFERENCES account (id),
    hash {id} NOT NULL,
    failures {int} NOT NULL,
    locked_until {int} NOT NULL,
    set_at {int} NOT NULL
);

-- A confirmation of one payment: `bound` is a digest of payee, amount, currency and transfer; `fresh` says that a new device gave it.
CREATE TABLE pay_approval (
    token {id} NOT NULL PRIMARY KEY,
    account {id} NOT NULL REFERENCES account (id),
    bound {id} NOT NULL,
    fresh {int} NOT NULL,
    expires_at {int} NOT NULL
);
CREATE INDEX pay_approval_by_expiry ON pay_approval (expires_at);

-- What was paid on a day of this place's clock. The check is the last line behind the limit.
CREATE TABLE pay_spent (
    account {id} NOT NULL REFERENCES account (id),
    currency {id} NOT NULL,
    kind {id} NOT NULL,
    day {int} NOT NULL,
    used {int} NOT NULL,
    cap {int} NOT NULL,
    PRIMARY KEY (account, currency, kind, day),
    CHECK (used >= 0 AND used <= cap)
);

-- How well the operator knows somebody, and whether their wallet is frozen, by whom and why.
CREATE TABLE pay_standing (
    account {id} NOT NULL PRIMARY KEY REFERENCES account (id),
    verified {int} NOT NULL,
    frozen_by {id},
    reason TEXT,
    changed_at {int} NOT NULL
);
