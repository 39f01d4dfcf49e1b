-- Articles that are being written: one to eight items as JSON, in the order in which they are shown.
CREATE TABLE official_draft (
    media_id {id} NOT NULL PRIMARY KEY,
    official {id} NOT NULL REFERENCES account (id),
    items {bytes} NOT NULL,
    created_at {int} NOT NULL,
    changed_at {int} NOT NULL
);
CREATE INDEX official_draft_by_account ON official_draft (official, changed_at, media_id);

-- What became public. `number` is its name for programs; `open`: whoever is signed in here and has the link reads it.
CREATE TABLE official_article (
    id {id} NOT NULL PRIMARY KEY,
    number {int} NOT NULL UNIQUE,
    official {id} NOT NULL REFERENCES account (id),
    items {bytes} NOT NULL,
    open {int} NOT NULL,
    published_at {int} NOT NULL,
    changed_at {int} NOT NULL,
    deleted_at {int}
);
CREATE INDEX official_article_by_account ON official_article (official, published_at, id);

-- The work of making a draft public, and what came of it.
CREATE TABLE official_publishing (
    id {int} NOT NULL PRIMARY KEY,
    official {id} NOT NULL REFERENCES account (id),
    draft {id} NOT NULL,
    number {int} NOT NULL,
    article {id},
    status {id} NOT NULL,
    failed {bytes} NOT NULL,
    at {int} NOT NULL
);

-- Who read, shared or kept which item, how often and from where: counted by day and hour, told to the owner as numbers only.
CREATE TABLE official_article_act (
    article {id} NOT NULL REFERENCES official_article (id),
    item {int} NOT NULL,
    what {id} NOT NULL,
    account {id} NOT NULL REFERENCES account (id),
    day {id} NOT NULL,
    hour {int} NOT NULL,
    scene {id} NOT NULL,
    times {int} NOT NULL,
    PRIMARY KEY (article, item, what, account, day, hour, scene)
);
CREATE INDEX official_article_act_by_day ON official_article_act (article, day);

CREATE TABLE official_comment (
    id {int} NOT NULL PRIMARY KEY,
    article {id} NOT NULL REFERENCES official_article (id),
    item {int} NOT NULL,
    account {id} NOT NULL REFERENCES account (id),
    words TEXT NOT NULL,
    at {int} NOT NULL,
    elected_at {int},
    reply TEXT,
    replied_at {int}
);
CREATE TABLE official_comment_like (
    comment {int} NOT NULL REFERENCES official_comment (id),
    account {id} NOT NULL REFERENCES account (id),
    PRIMARY KEY (comment, account)
);
CREATE INDEX official_comment_by_article ON official_comment (article, item, id);
