-- Who signs in. `password` is an Argon2id hash, `code` the token in the person's QR code, `avatar` a blob that media keeps.
CREATE TABLE account (
    id {id} NOT NULL PRIMARY KEY,
    handle {id} NOT NULL UNIQUE,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    region {id},
    language {id} NOT NULL,
    avatar {id},
    password {id},
    is_operator {int} NOT NULL,
    is_disabled {int} NOT NULL,
    read_receipts {int} NOT NULL,
    find_by_handle {int} NOT NULL,
    code {id} NOT NULL UNIQUE,
    created_at {int} NOT NULL
);
CREATE INDEX account_by_age ON account (created_at, id);

-- A device that is signed in. `network` is a digest: it tells a place the account is used from, without saying where.
CREATE TABLE session (
    id {id} NOT NULL PRIMARY KEY,
    account {id} NOT NULL REFERENCES account (id),
    token {id} NOT NULL UNIQUE,
    device TEXT NOT NULL,
    network {id} NOT NULL,
    created_at {int} NOT NULL,
    seen_at {int} NOT NULL
);
CREATE INDEX session_by_account ON session (account, seen_at);

CREATE TABLE account_recovery_code (
    account {id} NOT NULL REFERENCES account (id),
    code {id} NOT NULL,
    PRIMARY KEY (account, code)
);

CREATE TABLE account_passkey (
    id {id} NOT NULL PRIMARY KEY,
    account {id} NOT NULL REFERENCES account (id),
    credential {id} NOT NULL UNIQUE,
    public_key {bytes} NOT NULL,
    sign_count {int} NOT NULL,
    name TEXT NOT NULL,
    created_at {int} NOT NULL
);
CREATE INDEX account_passkey_by_account ON account_passkey (account, created_at);

-- Something begun that may be finished once, by whoever knows its token: a passkey ceremony, the operator's first sign-up.
CREATE TABLE account_flow (
    token {id} NOT NULL PRIMARY KEY,
    purpose {id} NOT NULL,
    account {id},
    challenge {bytes},
    expires_at {int} NOT NULL
);
CREATE INDEX account_flow_by_expiry ON account_flow (expires_at);

-- A new device that asks an old one to let it in. `account` is the one that looked it up.
CREATE TABLE account_device_link (
    id {id} NOT NULL PRIMARY KEY,
    token {id} NOT NULL UNIQUE,
    code {id} NOT NULL UNIQUE,
    secret {id} NOT NULL,
    device TEXT NOT NULL,
    state {id} NOT NULL,
    account {id} REFERENCES account (id),
    created_at {int} NOT NULL,
    expires_at {int} NOT NULL
);
CREATE INDEX account_device_link_by_expiry ON account_device_link (expires_at);

-- The token is kept as it is: its maker must be able to show the link again, and it opens a sign-up, never an account.
CREATE TABLE account_invite (
    id {id} NOT NULL PRIMARY KEY,
    token {id} NOT NULL UNIQUE,
    inviter {id} NOT NULL REFERENCES account (id),
    conversation {id},
    uses_left {int},
    expires_at {int},
    created_at {int} NOT NULL,
    revoked {int} NOT NULL
);
CREATE INDEX account_invite_by_inviter ON account_invite (inviter, created_at);

-- How often something was tried in the window that ends at `until`. The bucket is a digest of what, who and from where.
CREATE TABLE account_attempt (
    bucket {id} NOT NULL PRIMARY KEY,
    tries {int} NOT NULL,
    until {int} NOT NULL
);
CREATE INDEX account_attempt_by_end ON account_attempt (until);
