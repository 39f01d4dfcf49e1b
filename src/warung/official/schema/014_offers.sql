-- Every offer of an account, and what became of it: the card that tells somebody of one asks for it. At most one of an account waits.
CREATE TABLE official_offer (
    id {id} NOT NULL PRIMARY KEY,
    official {id} NOT NULL REFERENCES official_account (id),
    owner {id} NOT NULL REFERENCES account (id),
    account {id} NOT NULL REFERENCES account (id),
    leaves {int} NOT NULL,
    state {id} NOT NULL,
    at {int} NOT NULL
);
INSERT INTO official_offer (id, official, owner, account, leaves, state, at)
    SELECT o.official, o.official, a.owner, o.account, o.leaves, 'waiting', o.at
    FROM official_owner_offer o JOIN official_account a ON a.id = o.official;
DROP TABLE official_owner_offer;
CREATE UNIQUE INDEX official_offer_waiting ON official_offer (official) WHERE state = 'waiting';
CREATE INDEX official_offer_by_account ON official_offer (account);
