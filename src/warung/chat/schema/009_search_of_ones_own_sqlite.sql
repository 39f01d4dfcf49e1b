-- only: sqlite
-- A word behind the mark of its conversation is a term of its own: a search reads no more when others write more. The index is built anew.
DROP TABLE message_words;
DELETE FROM follower WHERE name = 'chat.search';
CREATE VIRTUAL TABLE message_terms USING fts5 (body, content = '', columnsize = 0, tokenize = 'ascii');
INSERT INTO message_terms (message_terms, rank) VALUES ('automerge', 0);
