-- What a program said of the sending of an order. `parcels` is JSON; `done`: nothing more will be sent; `corrected`: it was said anew once.
CREATE TABLE wechatpay_shipping (
    order_id {id} NOT NULL PRIMARY KEY REFERENCES wechatpay_order (id),
    logistics {int} NOT NULL,
    split {int} NOT NULL,
    parcels TEXT NOT NULL,
    done {int} NOT NULL,
    corrected {int} NOT NULL,
    shipped_at {int} NOT NULL,
    reminded_at {int},
    received_at {int}
);
CREATE INDEX wechatpay_order_by_appid ON wechatpay_order (appid, id);
