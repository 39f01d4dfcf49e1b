-- Where somebody's real money may go: a bank account that the provider knows, noted by an operator who knows whose it is.
CREATE TABLE pay_bank (
    account {id} NOT NULL PRIMARY KEY REFERENCES account (id),
    destination {id} NOT NULL,
    label TEXT NOT NULL,
    set_by {id} NOT NULL REFERENCES account (id),
    set_at {int} NOT NULL
);

-- Real money on its way out. `id` is that of the pending transfer that holds it; a payout of the provider belongs to one withdrawal at most.
CREATE TABLE pay_withdrawal (
    id {id} NOT NULL PRIMARY KEY,
    account {id} NOT NULL REFERENCES account (id),
    provider {id} NOT NULL,
    amount {int} NOT NULL,
    currency {id} NOT NULL,
    destination {id} NOT NULL,
    label TEXT NOT NULL,
    payout {id} UNIQUE,
    state {id} NOT NULL,
    at {int} NOT NULL,
    settled_at {int}
);
CREATE INDEX pay_withdrawal_by_account ON pay_withdrawal (account, at);
CREATE INDEX pay_withdrawal_by_state ON pay_withdrawal (state, at);
