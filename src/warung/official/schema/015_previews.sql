-- What a preview showed to whom, as the draft was then; over when the draft is. Those of before are shown what their draft is now.
CREATE TABLE official_shown (
    id {id} NOT NULL,
    draft {id} NOT NULL REFERENCES official_draft (media_id) ON DELETE CASCADE,
    account {id} NOT NULL REFERENCES account (id),
    items {bytes} NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (id, account)
);
CREATE INDEX official_shown_by_draft ON official_shown (draft);
INSERT INTO official_shown (id, draft, account, items, at)
    SELECT p.draft, p.draft, p.account, d.items, p.at FROM official_preview p JOIN official_draft d ON d.media_id = p.draft;
DROP TABLE official_preview;
