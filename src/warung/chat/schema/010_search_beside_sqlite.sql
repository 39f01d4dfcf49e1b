-- only: sqlite
-- The words lie in the index beside this file (011), where they are built anew.
DROP TABLE message_terms;
DELETE FROM follower WHERE name = 'chat.search';
