-- only: sqlite
-- The journal: insert-only. `chain` is the first id of the linked transfers that stand or fall together.
CREATE TABLE ledger_transfer (
    pos INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    debit TEXT NOT NULL REFERENCES ledger_account (id),
    credit TEXT NOT NULL REFERENCES ledger_account (id),
    amount INTEGER NOT NULL CHECK (typeof(amount) = 'integer' AND amount >= 0),
    currency TEXT NOT NULL,
    code TEXT NOT NULL,
    about TEXT,
    pending TEXT,
    timeout_ms INTEGER,
    chain TEXT,
    at INTEGER NOT NULL,
    CHECK (debit <> credit)
);
CREATE INDEX ledger_transfer_by_debit ON ledger_transfer (debit, pos);
CREATE INDEX ledger_transfer_by_credit ON ledger_transfer (credit, pos);
