-- Work that is to be done, written in the transaction that wants it. `key` lets a waiting job be replaced or forgotten.
-- One that failed too often keeps `failed_at` and why, for the operator.
CREATE TABLE job (
    id {id} NOT NULL PRIMARY KEY,
    key {id} UNIQUE,
    tag {id} NOT NULL,
    body {bytes} NOT NULL,
    due_at {int} NOT NULL,
    tries {int} NOT NULL,
    failed_at {int},
    problem TEXT
);
CREATE INDEX job_by_due ON job (due_at) WHERE failed_at IS NULL;
