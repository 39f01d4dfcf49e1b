-- only: index
-- By place in the log. An entry's words can be taken out without knowing them: the log says only that they changed.
CREATE VIRTUAL TABLE message_terms USING fts5 (body, content = '', contentless_delete = 1, tokenize = 'ascii');
INSERT INTO message_terms (message_terms, rank) VALUES ('automerge', 0);
CREATE TABLE words_read (pos {int} NOT NULL);
INSERT INTO words_read (pos) VALUES (0);
