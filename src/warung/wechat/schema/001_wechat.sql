-- An access token of a program, by its SHA-256.
CREATE TABLE wechat_token (
    token {id} NOT NULL PRIMARY KEY,
    appid {id} NOT NULL,
    kind {id} NOT NULL,
    expires_at {int} NOT NULL
);
CREATE INDEX wechat_token_by_appid ON wechat_token (appid, kind);
CREATE INDEX wechat_token_by_end ON wechat_token (expires_at);

-- The server's key, from which stable tokens and tickets are made again when they are asked for: none is kept.
CREATE TABLE wechat_key (
    id {int} NOT NULL PRIMARY KEY,
    key {bytes} NOT NULL
);

-- The present one of what is made from the key: `kind` is stable, jsapi or wx_card.
CREATE TABLE wechat_present (
    appid {id} NOT NULL,
    kind {id} NOT NULL,
    serial {int} NOT NULL,
    expires_at {int} NOT NULL,
    PRIMARY KEY (appid, kind)
);

-- How often a program called what on a day; a month's clearings have a row too.
CREATE TABLE wechat_used (
    appid {id} NOT NULL,
    path {id} NOT NULL,
    day {id} NOT NULL,
    used {int} NOT NULL,
    PRIMARY KEY (appid, path, day)
);

-- Where an account's program is called, and how. `cursor`: the last entry of the account's log that it was told or that was given up;
-- `busy_until`: somebody is telling it; `failures` in a row, and until when it is left in peace for them. Lists are separated by spaces.
CREATE TABLE wechat_program (
    official {id} NOT NULL PRIMARY KEY REFERENCES account (id),
    url TEXT NOT NULL,
    token TEXT NOT NULL,
    aes_key TEXT NOT NULL,
    former_key TEXT NOT NULL,
    former_until {int} NOT NULL,
    mode {id} NOT NULL,
    verified_at {int},
    cursor {int} NOT NULL,
    busy_until {int} NOT NULL,
    failures {int} NOT NULL,
    rests_until {int} NOT NULL,
    dropped {int} NOT NULL,
    oauth_domains TEXT NOT NULL,
    js_domains TEXT NOT NULL,
    addresses TEXT NOT NULL
);

-- Web sign-in: a code on its way to a site, what a site holds, what a person agreed to, a page that waits for a phone.
CREATE TABLE wechat_code (
    code {id} NOT NULL PRIMARY KEY,
    appid {id} NOT NULL,
    account {id} NOT NULL REFERENCES account (id),
    openid {id} NOT NULL,
    scope TEXT NOT NULL,
    expires_at {int} NOT NULL,
    used_at {int}
);
CREATE INDEX wechat_code_by_end ON wechat_code (expires_at);

CREATE TABLE wechat_grant (
    access {id} NOT NULL PRIMARY KEY,
    refresh {id} NOT NULL UNIQUE,
    appid {id} NOT NULL,
    account {id} NOT NULL REFERENCES account (id),
    openid {id} NOT NULL,
    scope TEXT NOT NULL,
    access_until {int} NOT NULL,
    refresh_until {int} NOT NULL
);
CREATE INDEX wechat_grant_by_end ON wechat_grant (refresh_until);
CREATE INDEX wechat_grant_by_account ON wechat_grant (account, appid);

CREATE TABLE wechat_consent (
    account {id} NOT NULL REFERENCES account (id),
    appid {id} NOT NULL,
    scope TEXT NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (account, appid)
);

CREATE TABLE wechat_login (
    ticket {id} NOT NULL PRIMARY KEY,
    appid {id} NOT NULL,
    redirect TEXT NOT NULL,
    state TEXT NOT NULL,
    scope TEXT NOT NULL,
    code {id},
    expires_at {int} NOT NULL
);

-- Long text behind a short key.
CREATE TABLE wechat_short (
    key {id} NOT NULL PRIMARY KEY,
    appid {id} NOT NULL,
    text TEXT NOT NULL,
    created_at {int} NOT NULL,
    expires_at {int} NOT NULL
);
CREATE INDEX wechat_short_by_end ON wechat_short (expires_at);
