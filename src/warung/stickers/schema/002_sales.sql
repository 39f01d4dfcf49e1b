-- By which picture somebody reacts.
CREATE INDEX sticker_by_blob ON sticker (blob);

-- What a pack costs in credits; 0 is nothing. Whoever has it keeps it, whatever it costs later.
ALTER TABLE sticker_pack ADD COLUMN price {int} NOT NULL DEFAULT 0;

-- Who bought a pack, for how much. `transfer` is the payment.
CREATE TABLE sticker_sale (
    account {id} NOT NULL REFERENCES account (id),
    pack {id} NOT NULL REFERENCES sticker_pack (id),
    amount {int} NOT NULL,
    transfer {id} NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (account, pack)
);
CREATE INDEX sticker_sale_by_pack ON sticker_sale (pack);

-- Thanks in money for a pack.
CREATE TABLE sticker_tip (
    transfer {id} NOT NULL PRIMARY KEY,
    pack {id} NOT NULL REFERENCES sticker_pack (id),
    amount {int} NOT NULL,
    at {int} NOT NULL
);
CREATE INDEX sticker_tip_by_pack ON sticker_tip (pack);
