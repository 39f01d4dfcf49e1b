-- only: sqlite
-- A word behind the mark of its conversation is a word of its own: a search reads no more when others write more. The index is built anew.
DROP TABLE message_words;
CREATE VIRTUAL TABLE message_words USING fts5 (body, content = '', columnsize = 0, tokenize = 'ascii');
INSERT INTO message_words (message_words, rank) VALUES ('automerge', 0);
DELETE FROM follower WHERE name = 'chat.search';
