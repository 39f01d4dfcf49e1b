-- A mini-app as it is registered. `secret` is the SHA-256 of a secret of 128 bits.
CREATE TABLE app (
    id {id} NOT NULL PRIMARY KEY,
    appid {id} NOT NULL UNIQUE,
    owner {id} NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    secret TEXT NOT NULL,
    official {id} REFERENCES account (id),
    created_at {int} NOT NULL,
    closed_at {int}
);
CREATE INDEX app_by_owner ON app (owner, created_at);

-- Who has signed in, under which openid. `session_key` is the base64 of 16 bytes, empty before the first code was exchanged.
CREATE TABLE app_user (
    app {id} NOT NULL REFERENCES app (id),
    account {id} NOT NULL REFERENCES account (id),
    openid {id} NOT NULL UNIQUE,
    session_key TEXT NOT NULL,
    signed_in_at {int} NOT NULL,
    PRIMARY KEY (app, account)
);

-- A code on its way to the app's server, by its SHA-256; `phone` is the number that goes with it.
CREATE TABLE app_code (
    code {id} NOT NULL PRIMARY KEY,
    app {id} NOT NULL REFERENCES app (id),
    account {id} NOT NULL REFERENCES account (id),
    kind {id} NOT NULL,
    phone TEXT NOT NULL,
    expires_at {int} NOT NULL,
    used_at {int}
);
CREATE INDEX app_code_by_end ON app_code (expires_at);

-- What an app keeps for a person; `shelf` is its own or the one that others' games may write on.
CREATE TABLE app_stored (
    app {id} NOT NULL REFERENCES app (id),
    account {id} NOT NULL REFERENCES account (id),
    shelf {id} NOT NULL,
    name {id} NOT NULL,
    value TEXT NOT NULL,
    changed_at {int} NOT NULL,
    PRIMARY KEY (app, account, shelf, name)
);
