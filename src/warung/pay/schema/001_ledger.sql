-- The ledger. An account is kept in one currency; its flags are bits: 1 debits may not exceed credits, 2 credits may not exceed
-- debits, 4 closed, 8 frozen. The checks are the last line: even a wrong program cannot overdraw an account or pay a pot out twice.
CREATE TABLE ledger_account (
    id {id} NOT NULL PRIMARY KEY,
    kind {id} NOT NULL,
    owner {id} NOT NULL,
    currency {id} NOT NULL,
    flags {int} NOT NULL,
    debits_pending {int} NOT NULL,
    debits_posted {int} NOT NULL,
    credits_pending {int} NOT NULL,
    credits_posted {int} NOT NULL,
    opened_at {int} NOT NULL,
    CONSTRAINT no_negative_side CHECK (debits_pending >= 0 AND debits_posted >= 0 AND credits_pending >= 0 AND credits_posted >= 0),
    CONSTRAINT no_side_without_end CHECK (debits_pending + debits_posted < 4611686018427387904 AND credits_pending + credits_posted < 4611686018427387904),
    CONSTRAINT debits_within_credits CHECK ((flags & 1) = 0 OR debits_pending + debits_posted <= credits_posted),
    CONSTRAINT credits_within_debits CHECK ((flags & 2) = 0 OR credits_pending + credits_posted <= debits_posted)
);
CREATE INDEX ledger_account_by_owner ON ledger_account (owner, kind);
CREATE INDEX ledger_account_by_kind ON ledger_account (kind, currency);

-- What became of a pending transfer. It is resolved at most once: the row changes from 'pending' to its end, never again.
CREATE TABLE ledger_pending (
    id {id} NOT NULL PRIMARY KEY,
    amount {int} NOT NULL,
    posted {int} NOT NULL,
    state {id} NOT NULL,
    expires_at {int},
    resolved_by {id},
    CONSTRAINT posted_within_pending CHECK (posted >= 0 AND posted <= amount)
);
CREATE INDEX ledger_pending_open ON ledger_pending (expires_at) WHERE state = 'pending';

-- Ids that failed for a reason that may pass. They stay failed: a retry can never turn a refusal into a payment.
CREATE TABLE ledger_failed (
    id {id} NOT NULL PRIMARY KEY,
    code {id} NOT NULL,
    at {int} NOT NULL
);

-- Committed transfers, sealed in the order of commit up to (xact, pos): hash = SHA-256(hash before, transfers).
CREATE TABLE ledger_block (
    seq {int} NOT NULL PRIMARY KEY,
    hash {id} NOT NULL,
    transfers {int} NOT NULL,
    xact {int} NOT NULL,
    pos {int} NOT NULL,
    at {int} NOT NULL,
    signature {id} NOT NULL
);

-- What this place keeps to itself: the key that signs blocks, the pepper of PINs. Taken from the settings where they name one.
CREATE TABLE pay_secret (
    name {id} NOT NULL PRIMARY KEY,
    value {id} NOT NULL
);
