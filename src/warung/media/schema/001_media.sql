-- A picture or a file that somebody brought. `placeholder` is base64; `orphan_since` is NULL while somebody holds it.
CREATE TABLE media_blob (
    id {id} NOT NULL PRIMARY KEY,
    owner {id} NOT NULL REFERENCES account (id),
    kind {id} NOT NULL,
    mime {id} NOT NULL,
    name TEXT NOT NULL,
    size {int} NOT NULL,
    width {int} NOT NULL,
    height {int} NOT NULL,
    placeholder {id},
    created_at {int} NOT NULL,
    orphan_since {int}
);
CREATE INDEX media_blob_by_orphanage ON media_blob (orphan_since);

-- The bytes of one size. Blobs with the same bytes share a key.
CREATE TABLE media_part (
    blob {id} NOT NULL REFERENCES media_blob (id),
    size_name {id} NOT NULL,
    key {id} NOT NULL,
    mime {id} NOT NULL,
    bytes {int} NOT NULL,
    width {int} NOT NULL,
    height {int} NOT NULL,
    PRIMARY KEY (blob, size_name)
);
CREATE INDEX media_part_by_key ON media_part (key);

-- Who holds a blob: `holder` is the kind (a conversation, an avatar), `name` which one, `item` the place in it.
CREATE TABLE media_grant (
    blob {id} NOT NULL REFERENCES media_blob (id),
    holder {id} NOT NULL,
    name {id} NOT NULL,
    item {int} NOT NULL,
    PRIMARY KEY (blob, holder, name, item)
);

-- Keys that no part names any more. From `taken_at` (0: not yet) somebody is deleting their bytes.
CREATE TABLE media_garbage (
    key {id} NOT NULL PRIMARY KEY,
    taken_at {int} NOT NULL
);
CREATE INDEX media_garbage_by_taking ON media_garbage (taken_at);

-- The one secret that signs links: in the database, so that every node agrees.
CREATE TABLE media_key (
    name {id} NOT NULL PRIMARY KEY,
    secret {bytes} NOT NULL
);
