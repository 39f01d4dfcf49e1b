-- only: postgres
-- Words of the log, without the texts. The conversation is one of the words, so that a search reads its own part of the index.
CREATE TABLE message_words (
    pos BIGINT NOT NULL PRIMARY KEY,
    body TSVECTOR NOT NULL
);
CREATE INDEX message_words_by_word ON message_words USING GIN (body);

-- How far each follower has read the log.
CREATE TABLE follower (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    xact BIGINT NOT NULL,
    pos BIGINT NOT NULL
);
