-- QR codes that say where somebody comes from. `scene` is a number or a text of the account's own.
CREATE TABLE official_code (
    ticket {id} NOT NULL PRIMARY KEY,
    official {id} NOT NULL REFERENCES account (id),
    scene TEXT NOT NULL,
    is_text {int} NOT NULL,
    expires_at {int},
    scans {int} NOT NULL,
    created_at {int} NOT NULL
);
CREATE INDEX official_code_by_account ON official_code (official, created_at, ticket);

-- Long data under a short name, for a while.
CREATE TABLE official_short_key (
    name {id} NOT NULL PRIMARY KEY,
    official {id} NOT NULL REFERENCES account (id),
    data TEXT NOT NULL,
    expires_at {int} NOT NULL,
    created_at {int} NOT NULL
);

-- A coupon and how many of it there are. `given` and `redeemed` never pass their limits: each is moved in one statement.
CREATE TABLE official_coupon (
    id {id} NOT NULL PRIMARY KEY,
    official {id} NOT NULL REFERENCES account (id),
    kind {id} NOT NULL,
    title TEXT NOT NULL,
    words TEXT NOT NULL,
    terms TEXT NOT NULL,
    amount {int} NOT NULL,
    currency {id} NOT NULL,
    color {id} NOT NULL,
    stock {int} NOT NULL,
    per_person {int} NOT NULL,
    starts_at {int} NOT NULL,
    ends_at {int} NOT NULL,
    given {int} NOT NULL,
    redeemed {int} NOT NULL,
    created_at {int} NOT NULL,
    closed_at {int}
);
CREATE INDEX official_coupon_by_account ON official_coupon (official, created_at, id);

CREATE TABLE official_coupon_given (
    code {id} NOT NULL PRIMARY KEY,
    coupon {id} NOT NULL REFERENCES official_coupon (id),
    account {id} NOT NULL REFERENCES account (id),
    given_at {int} NOT NULL,
    redeemed_at {int},
    redeemed_by {id}
);
CREATE INDEX official_coupon_given_to ON official_coupon_given (account, coupon);
CREATE INDEX official_coupon_given_of ON official_coupon_given (coupon, given_at);
