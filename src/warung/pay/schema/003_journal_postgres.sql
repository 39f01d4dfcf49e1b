-- only: postgres
-- The same journal. `xact` lets it be sealed in an order in which nothing can appear behind the last block.
CREATE TABLE ledger_transfer (
    pos BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xact BIGINT NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    id TEXT COLLATE "C" NOT NULL UNIQUE,
    kind TEXT COLLATE "C" NOT NULL,
    debit TEXT COLLATE "C" NOT NULL REFERENCES ledger_account (id),
    credit TEXT COLLATE "C" NOT NULL REFERENCES ledger_account (id),
    amount BIGINT NOT NULL CHECK (amount >= 0),
    currency TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    about TEXT COLLATE "C",
    pending TEXT COLLATE "C",
    timeout_ms BIGINT,
    chain TEXT COLLATE "C",
    at BIGINT NOT NULL,
    CHECK (debit <> credit)
);
CREATE INDEX ledger_transfer_by_debit ON ledger_transfer (debit, pos);
CREATE INDEX ledger_transfer_by_credit ON ledger_transfer (credit, pos);
CREATE INDEX ledger_transfer_by_xact ON ledger_transfer (xact, pos);
