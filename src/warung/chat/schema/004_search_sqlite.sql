-- only: sqlite
-- Words of the log, without the texts: `rowid` is the position in the log. The conversation is a word of its own column.
CREATE VIRTUAL TABLE message_words USING fts5 (
    conversation, body, content = '', tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'"
);

-- How far each follower has read the log.
CREATE TABLE follower (
    name TEXT NOT NULL PRIMARY KEY,
    xact INTEGER NOT NULL,
    pos INTEGER NOT NULL
);
