-- The shapes of notifications: words with {{places}} for what changes. `short` names the entry of the library it came from.
CREATE TABLE official_template (
    id {id} NOT NULL PRIMARY KEY,
    official {id} NOT NULL REFERENCES account (id),
    kind {id} NOT NULL,
    short {id} NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    example TEXT NOT NULL,
    created_at {int} NOT NULL
);
CREATE INDEX official_template_by_account ON official_template (official, created_at, id);

CREATE TABLE official_industry (
    official {id} NOT NULL PRIMARY KEY REFERENCES account (id),
    first {int} NOT NULL,
    second {int} NOT NULL,
    changed_at {int} NOT NULL
);

-- A follower's consent to one template: `remaining` messages, or any number (NULL) until it is taken back. A scene (1 to 10000) tells
-- one-time subscriptions apart; 0 is all others.
CREATE TABLE official_consent (
    account {id} NOT NULL REFERENCES account (id),
    official {id} NOT NULL REFERENCES account (id),
    template {id} NOT NULL REFERENCES official_template (id),
    scene {int} NOT NULL,
    accepted {int} NOT NULL,
    remaining {int},
    changed_at {int} NOT NULL,
    PRIMARY KEY (account, template, scene)
);
CREATE INDEX official_consent_by_template ON official_consent (template);

CREATE TABLE official_notification (
    number {int} NOT NULL PRIMARY KEY,
    official {id} NOT NULL REFERENCES account (id),
    template {id} NOT NULL,
    openid {id} NOT NULL,
    client_id {id},
    at {int} NOT NULL
);
CREATE UNIQUE INDEX official_notification_by_client ON official_notification (official, client_id) WHERE client_id IS NOT NULL;
