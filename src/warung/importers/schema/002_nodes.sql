-- When the node that runs an import last said so: what nobody works on any more is taken up by another.
ALTER TABLE import_upload ADD COLUMN beat_at {int} NOT NULL DEFAULT 0;
