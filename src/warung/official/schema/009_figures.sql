-- What happened on a day, counted as it happens: new and lost followers by source, menu clicks by button, calls of programs.
CREATE TABLE official_figure (
    official {id} NOT NULL REFERENCES account (id),
    day {id} NOT NULL,
    hour {int} NOT NULL,
    what {id} NOT NULL,
    source TEXT NOT NULL,
    number {int} NOT NULL,
    most {int} NOT NULL,
    PRIMARY KEY (official, day, hour, what, source)
);

-- Who wrote how much, by day, hour and kind: followers are counted, not named.
CREATE TABLE official_upstream (
    official {id} NOT NULL REFERENCES account (id),
    day {id} NOT NULL,
    hour {int} NOT NULL,
    kind {id} NOT NULL,
    openid {id} NOT NULL,
    number {int} NOT NULL,
    PRIMARY KEY (official, day, hour, kind, openid)
);
