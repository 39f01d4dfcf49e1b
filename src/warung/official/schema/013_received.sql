-- Which message gave somebody an item that is for followers: they read it for as long as they can see that message.
CREATE TABLE official_article_received (
    article {id} NOT NULL REFERENCES official_article (id),
    item {int} NOT NULL,
    account {id} NOT NULL REFERENCES account (id),
    conversation {id} NOT NULL REFERENCES conversation (id),
    seq {int} NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (article, item, account)
);
