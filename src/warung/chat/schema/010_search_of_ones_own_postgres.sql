-- only: postgres
-- A word behind the mark of its conversation is a term of its own: a search reads no more when others write more. The index is built anew,
-- in a table of its own: while nodes are stopped one after the other, those of before still write into the old one, in their way.
CREATE TABLE message_terms (
    pos BIGINT NOT NULL PRIMARY KEY,
    body TSVECTOR NOT NULL
);
-- Terms of one conversation are neighbours and hardly repeat, so gathering them first saves nothing: it only kept the writer for 0.3 s now and then.
CREATE INDEX message_terms_by_term ON message_terms USING GIN (body) WITH (fastupdate = off);
TRUNCATE message_words;
