-- To whom an account's owner offers it, until they take it over or one of the two thinks better of it.
CREATE TABLE official_owner_offer (
    official {id} NOT NULL PRIMARY KEY REFERENCES official_account (id),
    account {id} NOT NULL REFERENCES account (id),
    leaves {int} NOT NULL,
    at {int} NOT NULL
);
CREATE INDEX official_owner_offer_by_account ON official_owner_offer (account);
