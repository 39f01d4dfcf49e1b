CREATE TABLE wechatpay_order (
    id {id} NOT NULL PRIMARY KEY,
    mchid {id} NOT NULL REFERENCES wechatpay_merchant (mchid),
    out_trade_no {id} NOT NULL,
    sp_mchid {id},
    combined {id},
    place {int} NOT NULL,
    version {int} NOT NULL,
    appid {id} NOT NULL,
    trade_type {id} NOT NULL,
    description TEXT NOT NULL,
    attach TEXT NOT NULL,
    total {int} NOT NULL,
    currency {id} NOT NULL,
    payer {id},
    openid {id},
    digest {id} NOT NULL,
    notify_url TEXT NOT NULL,
    more TEXT NOT NULL,
    token {id} UNIQUE,
    token_ends {int} NOT NULL,
    state {id} NOT NULL,
    charge {id} UNIQUE,
    payment {id} UNIQUE,
    transaction_id {id} UNIQUE,
    refunded {int} NOT NULL,
    refunds {int} NOT NULL,
    created_at {int} NOT NULL,
    expires_at {int} NOT NULL,
    paid_at {int},
    UNIQUE (mchid, out_trade_no),
    CONSTRAINT wechatpay_refunded_within_total CHECK (refunded >= 0 AND refunded <= total)
);
CREATE INDEX wechatpay_order_by_day ON wechatpay_order (mchid, paid_at);
CREATE INDEX wechatpay_order_combined ON wechatpay_order (combined);

CREATE TABLE wechatpay_combined (
    id {id} NOT NULL PRIMARY KEY,
    mchid {id} NOT NULL REFERENCES wechatpay_merchant (mchid),
    out_trade_no {id} NOT NULL,
    appid {id} NOT NULL,
    trade_type {id} NOT NULL,
    payer {id},
    openid {id},
    digest {id} NOT NULL,
    notify_url TEXT NOT NULL,
    more TEXT NOT NULL,
    token {id} NOT NULL UNIQUE,
    token_ends {int} NOT NULL,
    created_at {int} NOT NULL,
    UNIQUE (mchid, out_trade_no)
);

CREATE TABLE wechatpay_refund (
    id {id} NOT NULL PRIMARY KEY,
    mchid {id} NOT NULL,
    out_refund_no {id} NOT NULL,
    order_id {id} NOT NULL REFERENCES wechatpay_order (id),
    amount {int} NOT NULL,
    reason TEXT NOT NULL,
    notify_url TEXT NOT NULL,
    digest {id} NOT NULL,
    transfer {id} NOT NULL UNIQUE,
    created_at {int} NOT NULL,
    UNIQUE (mchid, out_refund_no)
);
CREATE INDEX wechatpay_refund_by_order ON wechatpay_refund (order_id, created_at);
CREATE INDEX wechatpay_refund_by_day ON wechatpay_refund (mchid, created_at);

CREATE TABLE wechatpay_transfer (
    id {id} NOT NULL PRIMARY KEY,
    mchid {id} NOT NULL REFERENCES wechatpay_merchant (mchid),
    out_bill_no {id} NOT NULL,
    batch {id},
    appid {id} NOT NULL,
    openid {id} NOT NULL,
    payee {id} NOT NULL,
    amount {int} NOT NULL,
    currency {id} NOT NULL,
    remark TEXT NOT NULL,
    scene {id} NOT NULL,
    user_name TEXT NOT NULL,
    notify_url TEXT NOT NULL,
    package {id} UNIQUE,
    state {id} NOT NULL,
    fail_reason {id} NOT NULL,
    transfer {id} UNIQUE,
    digest {id} NOT NULL,
    created_at {int} NOT NULL,
    changed_at {int} NOT NULL
);
-- single bills, the details of a batch and the older transfers have numbers of their own
CREATE UNIQUE INDEX wechatpay_transfer_by_number ON wechatpay_transfer (mchid, COALESCE(batch, ''), out_bill_no);

CREATE TABLE wechatpay_batch (
    id {id} NOT NULL PRIMARY KEY,
    mchid {id} NOT NULL REFERENCES wechatpay_merchant (mchid),
    out_batch_no {id} NOT NULL,
    appid {id} NOT NULL,
    name TEXT NOT NULL,
    remark TEXT NOT NULL,
    scene {id} NOT NULL,
    total {int} NOT NULL,
    number {int} NOT NULL,
    notify_url TEXT NOT NULL,
    state {id} NOT NULL,
    digest {id} NOT NULL,
    body TEXT NOT NULL,
    created_at {int} NOT NULL,
    changed_at {int} NOT NULL,
    UNIQUE (mchid, out_batch_no)
);

CREATE TABLE wechatpay_redpack (
    mchid {id} NOT NULL REFERENCES wechatpay_merchant (mchid),
    mch_billno {id} NOT NULL,
    send_listid {id} NOT NULL UNIQUE,
    packet {id} NOT NULL UNIQUE,
    appid {id} NOT NULL,
    openid {id} NOT NULL,
    total {int} NOT NULL,
    number {int} NOT NULL,
    kind {id} NOT NULL,
    digest {id} NOT NULL,
    created_at {int} NOT NULL,
    PRIMARY KEY (mchid, mch_billno)
);
CREATE INDEX wechatpay_redpack_by_openid ON wechatpay_redpack (mchid, openid, created_at);

CREATE TABLE wechatpay_notice (
    id {id} NOT NULL PRIMARY KEY,
    mchid {id} NOT NULL REFERENCES wechatpay_merchant (mchid),
    version {int} NOT NULL,
    url TEXT NOT NULL,
    event {id} NOT NULL,
    original {id} NOT NULL,
    summary TEXT NOT NULL,
    body TEXT NOT NULL,
    tries {int} NOT NULL,
    status {int} NOT NULL,
    state {id} NOT NULL,
    created_at {int} NOT NULL,
    next_at {int} NOT NULL
);
CREATE INDEX wechatpay_notice_by_merchant ON wechatpay_notice (mchid, created_at);

-- What a download_url leads to, for five minutes; the token as its digest.
CREATE TABLE wechatpay_download (
    token {id} NOT NULL PRIMARY KEY,
    mchid {id} NOT NULL,
    name {id} NOT NULL,
    body TEXT NOT NULL,
    zipped {int} NOT NULL,
    ends_at {int} NOT NULL
);

-- Pictures that a merchant sent for its papers.
CREATE TABLE wechatpay_media (
    media_id {id} NOT NULL PRIMARY KEY,
    mchid {id} NOT NULL,
    blob {id} NOT NULL,
    name TEXT NOT NULL,
    sha256 {id} NOT NULL,
    created_at {int} NOT NULL
);
