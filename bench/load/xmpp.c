/* XMPP without TLS: registering in band, one to one, and a group (MUC). A message is complete when its recipient has it. */

#define _GNU_SOURCE
#include "load.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DOMAIN "localhost"

static void say(connection *self, const char *words)
{
    put(self, words, strlen(words));
}

static void begin(connection *self)
{
    say(self, "<?xml version='1.0'?><stream:stream to='" DOMAIN "' version='1.0' xmlns='jabber:client' "
              "xmlns:stream='http://etherx.jabber.org/streams'>");
    await(self, "</stream:features>");
}

static void base64(char *to, const unsigned char *from, size_t size)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t at = 0; at < size; at += 3) {
        unsigned value = (unsigned)from[at] << 16 | (at + 1 < size ? (unsigned)from[at + 1] << 8 : 0) | (at + 2 < size ? from[at + 2] : 0);
        *to++ = letters[value >> 18];
        *to++ = letters[value >> 12 & 63];
        *to++ = at + 1 < size ? letters[value >> 6 & 63] : '=';
        *to++ = at + 2 < size ? letters[value & 63] : '=';
    }
    *to = 0;
}

static void sign_in(connection *self)
{
    char plain[400], encoded[600], words[800];
    int size = snprintf(plain, sizeof plain, "%c%s%c%s", 0, self->name, 0, self->secret);
    dial(self);
    begin(self);
    base64(encoded, (unsigned char *)plain, (size_t)size);
    snprintf(words, sizeof words, "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>%s</auth>", encoded);
    say(self, words);
    await(self, "<success");
    await(self, ">");
    begin(self);
    say(self, "<iq type='set' id='b1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>r</resource></bind></iq>");
    await(self, "</iq>");
    say(self, "<presence/>");
    await(self, "<presence");
    await(self, ">");
}

static void make_account(connection *self)
{
    char words[600];
    dial(self);
    begin(self);
    snprintf(words, sizeof words,
             "<iq type='set' id='g1'><query xmlns='jabber:iq:register'><username>%s</username><password>%s</password></query></iq>",
             self->name, self->secret);
    say(self, words);
    await(self, "g1");
    await(self, ">");
    close(self->fd);
}

static void send_chat(connection *self, const char *text, size_t size)
{
    char words[500];
    int head = snprintf(words, sizeof words, "<message to='%s@" DOMAIN "' type='chat' id='m%lu'><body>", self->to, self->number);
    queue(self, words, (size_t)head);
    queue(self, text, size);
    queue(self, "</body></message>", 17);
}

/* Everybody into the room; the first makes it. */
static void enter_room(connection *all, int count)
{
    char words[700];
    for (int at = 0; at < count; at++) {
        connection *self = &all[at];
        snprintf(words, sizeof words,
                 "<presence to='%s@conference." DOMAIN "/n%d'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>",
                 self->to, at);
        say(self, words);
        if (at == 0) {
            await(self, "110");
            snprintf(words, sizeof words,
                     "<iq type='set' id='cfg' to='%s@conference." DOMAIN "'><query xmlns='http://jabber.org/protocol/muc#owner'>"
                     "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value>"
                     "</field><field var='mam'><value>1</value></field></x></query></iq>",
                     self->to);
            say(self, words);
            await(self, "cfg");
        } else {
            await(self, "<subject");
        }
    }
}

static void send_group(connection *self, const char *text, size_t size)
{
    char words[500];
    int head = snprintf(words, sizeof words, "<message to='%s@conference." DOMAIN "' type='groupchat' id='g%lu'><body>", self->to, self->number);
    queue(self, words, (size_t)head);
    queue(self, text, size);
    queue(self, "</body></message>", 17);
}

/* Everything up to the last '>' is whole stanzas or parts of them that hold no half stamp. */
static size_t eat_stanzas(connection *self, char *data, size_t size)
{
    char *last = memrchr(data, '>', size);
    if (!last)
        return 0;
    size_t whole = (size_t)(last - data) + 1;
    if (memmem(data, whole, "type='error'", 12))
        refused(data, whole);
    stamps_in(self, data, whole);
    return whole;
}

const protocol xmpp = {"xmpp", sign_in, NULL, send_chat, eat_stanzas};
const protocol muc = {"muc", sign_in, enter_room, send_group, eat_stanzas};
const protocol xmpp_register = {"xmpp-register", make_account, NULL, send_chat, eat_stanzas};
