-- The operator's books: credits given out or taken back, by whom and why; cases that somebody has to look at.
CREATE TABLE pay_issue (
    id {id} NOT NULL PRIMARY KEY,
    kind {id} NOT NULL,
    account {id} NOT NULL REFERENCES account (id),
    amount {int} NOT NULL,
    currency {id} NOT NULL,
    reason TEXT NOT NULL,
    asked_by {id} NOT NULL REFERENCES account (id),
    decided_by {id} REFERENCES account (id),
    guarded {int} NOT NULL,
    state {id} NOT NULL,
    at {int} NOT NULL,
    CONSTRAINT two_people CHECK (guarded = 0 OR state <> 'done' OR decided_by <> asked_by)
);
CREATE INDEX pay_issue_by_state ON pay_issue (state, id);

CREATE TABLE pay_case (
    id {id} NOT NULL PRIMARY KEY,
    kind {id} NOT NULL,
    about {id} NOT NULL,
    detail TEXT NOT NULL,
    opened_at {int} NOT NULL,
    closed_at {int},
    closed_by {id} REFERENCES account (id),
    note TEXT,
    UNIQUE (kind, about)
);
CREATE INDEX pay_case_open ON pay_case (closed_at, id);

-- What operators did to money and wallets: written, never changed.
CREATE TABLE pay_trail (
    id {id} NOT NULL PRIMARY KEY,
    actor {id} NOT NULL,
    what {id} NOT NULL,
    about {id} NOT NULL,
    detail TEXT NOT NULL,
    at {int} NOT NULL
);
