-- To whom a program shows that it writes, and until when that is seen.
CREATE TABLE wechat_typing (
    openid {id} NOT NULL PRIMARY KEY,
    until {int} NOT NULL
);
