-- Two people who accepted each other: a row each, because each writes a remark and tags of their own.
CREATE TABLE contact (
    account {id} NOT NULL REFERENCES account (id),
    other {id} NOT NULL REFERENCES account (id),
    remark TEXT NOT NULL,
    tags TEXT NOT NULL,
    since {int} NOT NULL,
    PRIMARY KEY (account, other)
);

-- The one conversation of two people, named when they first become contacts and for good: it outlives the contact. `low` < `high`.
CREATE TABLE contact_pair (
    low {id} NOT NULL REFERENCES account (id),
    high {id} NOT NULL REFERENCES account (id),
    conversation {id} NOT NULL UNIQUE,
    PRIMARY KEY (low, high)
);

-- A request is open until it is withdrawn (`closed_at`) or the two become contacts (the row goes). The recipient sees it when it
-- `arrived` and was not `dismissed`; the sender sees only that it is open.
CREATE TABLE contact_request (
    id {id} NOT NULL PRIMARY KEY,
    sender {id} NOT NULL REFERENCES account (id),
    recipient {id} NOT NULL REFERENCES account (id),
    greeting TEXT NOT NULL,
    via {id} NOT NULL,
    at {int} NOT NULL,
    arrived {int} NOT NULL,
    dismissed_at {int},
    closed_at {int}
);
CREATE UNIQUE INDEX contact_request_open ON contact_request (sender, recipient) WHERE closed_at IS NULL;
CREATE INDEX contact_request_incoming ON contact_request (recipient) WHERE closed_at IS NULL;
CREATE INDEX contact_request_by_sender ON contact_request (sender, at);

CREATE TABLE contact_block (
    account {id} NOT NULL REFERENCES account (id),
    other {id} NOT NULL REFERENCES account (id),
    at {int} NOT NULL,
    PRIMARY KEY (account, other)
);

-- When what an account sees of its contacts last changed: a client that was away asks whether to fetch them again.
CREATE TABLE contact_change (
    account {id} NOT NULL PRIMARY KEY REFERENCES account (id),
    at {int} NOT NULL
);

-- Kept for the operator. `evidence` is JSON, taken at the moment of the report.
CREATE TABLE contact_report (
    id {id} NOT NULL PRIMARY KEY,
    reporter {id} NOT NULL REFERENCES account (id),
    about {id} NOT NULL,
    account {id} REFERENCES account (id),
    conversation {id},
    seq {int},
    reason {id} NOT NULL,
    words TEXT NOT NULL,
    evidence {bytes},
    at {int} NOT NULL,
    closed_at {int},
    closed_by {id} REFERENCES account (id)
);
CREATE INDEX contact_report_by_reporter ON contact_report (reporter, at);
CREATE INDEX contact_report_open ON contact_report (id) WHERE closed_at IS NULL;
CREATE INDEX contact_report_closed ON contact_report (id) WHERE closed_at IS NOT NULL;
