-- The newest moment that somebody was shown: what is newer is news.
ALTER TABLE moment_person ADD COLUMN looked {id} NOT NULL DEFAULT '';
