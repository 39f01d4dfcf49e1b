/* warung's socket: pre-built text frames, masked with zeros (legal, and the server unmasks all the same). And a bare echo. */

#define _GNU_SOURCE
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PLACE 21 /* the length of an id of a conversation and a comma */

static void upgrade(connection *self, const char *more)
{
    char request[700];
    dial(self);
    int size = snprintf(request, sizeof request,
                        "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n", more);
    put(self, request, (size_t)size);
    await(self, "\r\n\r\n");
}

static void open_warung(connection *self)
{
    char header[220];
    snprintf(header, sizeof header, "Authorization: Bearer %s\r\n", self->secret);
    upgrade(self, header);
    await(self, "\"hello\"");
    await(self, "}");
    asks_acknowledgement = 1;
    self->places = (strlen(self->to) + 1) / PLACE;
}

static void open_echo(connection *self)
{
    upgrade(self, "");
    self->peer = self;
}

static void frame(connection *self, int opcode, const char *payload, size_t size)
{
    unsigned char head[14] = {(unsigned char)(0x80 | opcode)};
    size_t length = 2;
    if (size < 126) {
        head[1] = (unsigned char)(0x80 | size);
    } else {
        head[1] = 0x80 | 126;
        head[2] = (unsigned char)(size >> 8);
        head[3] = (unsigned char)size;
        length = 4;
    }
    queue(self, head, length + 4); /* and a mask of four zeros */
    queue(self, payload, size);
}

/* A nonce sorts by the time it was made, as the clients' do. */
static char *nonce(char *at, const connection *self)
{
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME_COARSE, &wall);
    at = hexadecimal(at, (uint64_t)wall.tv_sec * 1000 + (uint64_t)wall.tv_nsec / 1000000, 12);
    at = hexadecimal(at, (uint64_t)self->index, 6);
    return hexadecimal(at, self->number, 8);
}

static void send_card(connection *self, const char *text, size_t size)
{
    static char whole[66000];
    char *at = whole;
    at = stpcpy(at, "{\"type\":\"chat.send\",\"id\":");
    at += sprintf(at, "%lu", self->number);
    at = stpcpy(at, ",\"conversation\":\"");
    at = mempcpy(at, self->to + self->number % self->places * PLACE, PLACE - 1);
    at = stpcpy(at, "\",\"nonce\":\"");
    at = nonce(at, self);
    at = stpcpy(at, "\",\"card\":{\"type\":\"chat.text\",\"text\":\"");
    at = mempcpy(at, text, size);
    at = stpcpy(at, "\"}}");
    frame(self, 1, whole, (size_t)(at - whole));
}

static void send_plain(connection *self, const char *text, size_t size)
{
    frame(self, 1, text, size);
}

static int starts(const char *payload, size_t size, const char *with)
{
    size_t length = strlen(with);
    return size >= length && !memcmp(payload, with, length);
}

static void understood(connection *self, char *payload, size_t size)
{
    static const char ok[] = "{\"type\":\"ok\",\"id\":";
    if (starts(payload, size, ok))
        acknowledged(self, strtoul(payload + sizeof ok - 1, NULL, 10));
    else if (starts(payload, size, "{\"type\":\"error\""))
        refused(payload, size);
    else if (self->role != 's')
        stamps_in(self, payload, size);
}

static size_t eat_frames(connection *self, char *data, size_t size)
{
    size_t at = 0;
    while (size - at >= 2) {
        unsigned char *head = (unsigned char *)data + at;
        size_t length = head[1], start = 2;
        if (length == 126) {
            if (size - at < 4)
                break;
            length = (size_t)head[2] << 8 | head[3];
            start = 4;
        } else if (length == 127) {
            if (size - at < 10)
                break;
            length = 0;
            for (int each = 2; each < 10; each++)
                length = length << 8 | head[each];
            start = 10;
        }
        if (size - at < start + length)
            break;
        if ((head[0] & 15) == 1)
            understood(self, data + at + start, length);
        else if ((head[0] & 15) == 9)
            frame(self, 10, data + at + start, length);
        else if ((head[0] & 15) == 8)
            fail("the server said goodbye to connection %d: %.*s", self->index, (int)length - 2, data + at + start + 2);
        at += start + length;
    }
    return at;
}

const protocol websocket = {"websocket", open_warung, NULL, send_card, eat_frames};
const protocol echo = {"echo", open_echo, NULL, send_plain, eat_frames};
