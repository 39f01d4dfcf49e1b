-- Real money that came in through a provider. A charge is credited to one top-up at most; what is given back is never more than came.
CREATE TABLE pay_top_up (
    id {id} NOT NULL PRIMARY KEY,
    account {id} NOT NULL REFERENCES account (id),
    provider {id} NOT NULL,
    amount {int} NOT NULL,
    currency {id} NOT NULL,
    charge {id} UNIQUE,
    secret {id},
    state {id} NOT NULL,
    refunded {int} NOT NULL,
    at {int} NOT NULL,
    CONSTRAINT refunded_within_top_up CHECK (refunded >= 0 AND refunded <= amount)
);
CREATE INDEX pay_top_up_by_account ON pay_top_up (account, id);
CREATE INDEX pay_top_up_by_state ON pay_top_up (state, at);
