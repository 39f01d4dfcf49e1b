-- only: postgres
-- A word behind the mark of its conversation is a word of its own: a search reads no more when others write more. The index is built anew.
TRUNCATE message_words;
DELETE FROM follower WHERE name = 'chat.search';
