-- Sound and film: how long, and the peaks of the sound (base64, one byte each). `turn` goes up when a grant is taken back: links of before are dead.
ALTER TABLE media_blob ADD COLUMN duration_ms {int} NOT NULL DEFAULT 0;
ALTER TABLE media_blob ADD COLUMN waveform {id};
ALTER TABLE media_blob ADD COLUMN turn {int} NOT NULL DEFAULT 0;
CREATE INDEX media_blob_by_owner ON media_blob (owner, created_at);

-- A file on its way here, in pieces of one size whose keys follow from its id. `received` bytes are stored; `blob` is what it became.
CREATE TABLE media_upload (
    id {id} NOT NULL PRIMARY KEY,
    owner {id} NOT NULL REFERENCES account (id),
    purpose {id} NOT NULL,
    name TEXT NOT NULL,
    original {int} NOT NULL,
    bytes {int} NOT NULL,
    received {int} NOT NULL,
    blob {id},
    touched_at {int} NOT NULL
);
CREATE INDEX media_upload_by_owner ON media_upload (owner);
CREATE INDEX media_upload_by_touching ON media_upload (touched_at);

-- What an account wants, and what its operator allows it: NULL is what holds for everybody. `keep_days` 0 is for ever.
CREATE TABLE media_wish (
    account {id} NOT NULL PRIMARY KEY REFERENCES account (id),
    keep_days {int} NOT NULL,
    previews {int} NOT NULL,
    quota_bytes {int}
);
CREATE INDEX media_wish_by_keeping ON media_wish (keep_days);
