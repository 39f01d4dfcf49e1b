-- A conversation of another domain's kind that its domain has closed: it can be read, and nobody writes in it.
ALTER TABLE conversation ADD COLUMN closed {int} NOT NULL DEFAULT 0;
