-- The last number given to something that programs call by a number: broadcasts, articles, publishing, comments, notifications.
CREATE TABLE official_number (
    id {int} NOT NULL PRIMARY KEY,
    last {int} NOT NULL
);

CREATE INDEX official_publishing_by_draft ON official_publishing (draft);
CREATE INDEX official_publishing_by_article ON official_publishing (article);
