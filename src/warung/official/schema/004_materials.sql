-- What an account keeps to send or to show. `media_id` is a name that programs use; temporary ones go at `expires_at`.
CREATE TABLE official_material (
    media_id {id} NOT NULL PRIMARY KEY,
    official {id} NOT NULL REFERENCES account (id),
    kind {id} NOT NULL,
    blob {id} NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    introduction TEXT NOT NULL,
    permanent {int} NOT NULL,
    expires_at {int},
    created_at {int} NOT NULL
);
CREATE INDEX official_material_by_kind ON official_material (official, permanent, kind, created_at, media_id);
CREATE INDEX official_material_by_blob ON official_material (blob);
