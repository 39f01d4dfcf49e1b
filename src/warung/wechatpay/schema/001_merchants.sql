-- A shop of pay as WeChat Pay names it. The keys are kept as they are: both sides calculate with them.
CREATE TABLE wechatpay_merchant (
    mchid {id} NOT NULL PRIMARY KEY,
    shop {id} NOT NULL UNIQUE,
    owner {id} NOT NULL,
    name TEXT NOT NULL,
    key_v3 {id} NOT NULL,
    key_v2 {id} NOT NULL,
    currency {id} NOT NULL,
    mode {id} NOT NULL,
    is_test {int} NOT NULL,
    created_at {int} NOT NULL,
    closed_at {int}
);
CREATE INDEX wechatpay_merchant_by_owner ON wechatpay_merchant (owner);

-- The public keys by which a merchant's requests are checked; the serial in capitals, without leading zeros.
CREATE TABLE wechatpay_key (
    mchid {id} NOT NULL REFERENCES wechatpay_merchant (mchid),
    serial {id} NOT NULL,
    public TEXT NOT NULL,
    certificate TEXT,
    created_at {int} NOT NULL,
    revoked_at {int},
    PRIMARY KEY (mchid, serial)
);

-- Which official accounts and apps may take money for which merchant.
CREATE TABLE wechatpay_binding (
    mchid {id} NOT NULL REFERENCES wechatpay_merchant (mchid),
    appid {id} NOT NULL,
    created_at {int} NOT NULL,
    PRIMARY KEY (mchid, appid)
);

-- Which provider may act for which merchant: the merchant's owner said so.
CREATE TABLE wechatpay_partner (
    sp_mchid {id} NOT NULL,
    sub_mchid {id} NOT NULL,
    created_at {int} NOT NULL,
    PRIMARY KEY (sp_mchid, sub_mchid)
);

-- What this place signs with. There may be several of a kind: the newest is used, the others are still told.
CREATE TABLE wechatpay_platform (
    serial {id} NOT NULL PRIMARY KEY,
    kind {id} NOT NULL,
    private TEXT NOT NULL,
    public TEXT NOT NULL,
    certificate TEXT NOT NULL,
    since {int} NOT NULL,
    until {int} NOT NULL
);

-- Requests that were heard already: a copy of one is no request.
CREATE TABLE wechatpay_nonce (
    mchid {id} NOT NULL,
    nonce {id} NOT NULL,
    at {int} NOT NULL,
    PRIMARY KEY (mchid, nonce)
);
CREATE INDEX wechatpay_nonce_by_age ON wechatpay_nonce (at);
