-- Whom a draft was shown to. They read it for as long as it is a draft; what they read is what it says by then.
CREATE TABLE official_preview (
    draft {id} NOT NULL REFERENCES official_draft (media_id) ON DELETE CASCADE,
    account {id} NOT NULL REFERENCES account (id),
    at {int} NOT NULL,
    PRIMARY KEY (draft, account)
);
