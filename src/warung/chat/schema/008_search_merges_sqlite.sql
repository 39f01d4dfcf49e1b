-- only: sqlite
-- The index is merged by whoever writes into it, a little at a time: by itself it does so seldom and then for tens of milliseconds.
INSERT INTO message_words (message_words, rank) VALUES ('automerge', 0);
