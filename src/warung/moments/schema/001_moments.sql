-- What a person shows a circle. `circle`, `pictures`, `video`, `link` and `place` are JSON; who sees it is asked at every reading.
CREATE TABLE moment (
    id {id} NOT NULL PRIMARY KEY,
    author {id} NOT NULL REFERENCES account (id),
    nonce {id} NOT NULL,
    words TEXT NOT NULL,
    pictures TEXT NOT NULL,
    video TEXT NOT NULL,
    link TEXT NOT NULL,
    place TEXT NOT NULL,
    circle TEXT NOT NULL,
    at {int} NOT NULL,
    UNIQUE (author, nonce)
);
CREATE INDEX moment_by_author ON moment (author, id);

CREATE TABLE moment_like (
    moment {id} NOT NULL REFERENCES moment (id),
    account {id} NOT NULL REFERENCES account (id),
    at {int} NOT NULL,
    PRIMARY KEY (moment, account)
);

-- `answers` is the account whose comment this one answers.
CREATE TABLE moment_comment (
    id {id} NOT NULL PRIMARY KEY,
    moment {id} NOT NULL REFERENCES moment (id),
    account {id} NOT NULL REFERENCES account (id),
    nonce {id} NOT NULL,
    answers {id} REFERENCES account (id),
    words TEXT NOT NULL,
    at {int} NOT NULL,
    UNIQUE (account, nonce)
);
CREATE INDEX moment_comment_by_moment ON moment_comment (moment, id);

-- `window_days`: for how long others see (0: always). `last`: nothing of theirs is newer. `seen`: the last notice they have read.
CREATE TABLE moment_person (
    account {id} NOT NULL PRIMARY KEY REFERENCES account (id),
    window_days {int} NOT NULL,
    cover {id},
    last {id} NOT NULL,
    seen {id} NOT NULL
);

-- What somebody decided about another: not to show them one's own, not to be shown theirs.
CREATE TABLE moment_hide (
    account {id} NOT NULL REFERENCES account (id),
    other {id} NOT NULL REFERENCES account (id),
    mine {int} NOT NULL,
    theirs {int} NOT NULL,
    PRIMARY KEY (account, other)
);

-- That somebody liked or answered; `comment` is empty for a like. Whether it is told is asked at every reading.
CREATE TABLE moment_notice (
    id {id} NOT NULL PRIMARY KEY,
    account {id} NOT NULL REFERENCES account (id),
    moment {id} NOT NULL REFERENCES moment (id),
    actor {id} NOT NULL REFERENCES account (id),
    comment {id} NOT NULL,
    at {int} NOT NULL
);
CREATE INDEX moment_notice_by_account ON moment_notice (account, id);
CREATE INDEX moment_notice_by_moment ON moment_notice (moment, actor);
