-- An account may be a company's, which has a handle and a picture and writes: nobody signs in as it, and it is nobody's contact.
ALTER TABLE account ADD COLUMN is_person {int} NOT NULL DEFAULT 1;
