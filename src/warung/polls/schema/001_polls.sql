-- A question to a conversation, or a list of who comes. `seq` is its card in the log: when that is gone, so is this.
CREATE TABLE poll (
    id {id} NOT NULL PRIMARY KEY,
    kind {id} NOT NULL,
    conversation {id} NOT NULL REFERENCES conversation (id),
    seq {int} NOT NULL,
    made_by {id} NOT NULL REFERENCES account (id),
    title TEXT NOT NULL,
    choices {bytes} NOT NULL,
    multiple {int} NOT NULL,
    anonymous {int} NOT NULL,
    places {int},
    closes_at {int},
    version {int} NOT NULL,
    created_at {int} NOT NULL
);

-- One row per choice taken. A list has one choice, 0; `plus` are those who come along.
CREATE TABLE poll_vote (
    poll {id} NOT NULL REFERENCES poll (id),
    account {id} NOT NULL REFERENCES account (id),
    choice {int} NOT NULL,
    plus {int} NOT NULL,
    note TEXT NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (poll, account, choice)
);
CREATE INDEX poll_vote_by_choice ON poll_vote (poll, choice);
