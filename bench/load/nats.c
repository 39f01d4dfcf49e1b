/* NATS JetStream: publish into a stream on disk and wait for its acknowledgement; recipients hold a plain subscription. */

#define _GNU_SOURCE
#include "load.h"

#include <stdio.h>
#include <string.h>

static void open_nats(connection *self)
{
    char words[400];
    dial(self);
    await(self, "\r\n");
    int size = snprintf(words, sizeof words, "CONNECT {\"verbose\":false,\"pedantic\":false,\"name\":\"%s\"}\r\n", self->name);
    if (self->role == 'r')
        size += snprintf(words + size, sizeof words - (size_t)size, "SUB %s 1\r\n", self->to);
    else
        size += snprintf(words + size, sizeof words - (size_t)size, "SUB _INBOX.%d 1\r\n", self->index);
    snprintf(words + size, sizeof words - (size_t)size, "PING\r\n");
    put(self, words, strlen(words));
    await(self, "PONG\r\n");
    asks_acknowledgement = 1;
}

static void make_stream(connection *all, int count)
{
    static const char wanted[] = "{\"name\":\"bench\",\"subjects\":[\"m.>\"],\"storage\":\"file\",\"retention\":\"limits\",\"max_bytes\":4294967296,"
                                 "\"discard\":\"old\",\"num_replicas\":1}";
    char words[600];
    (void)count;
    int size = snprintf(words, sizeof words, "PUB $JS.API.STREAM.CREATE.bench _INBOX.0 %zu\r\n%s\r\n", sizeof wanted - 1, wanted);
    put(all, words, (size_t)size);
    await(all, "stream_create_response");
    await(all, "\r\n");
}

static void publish(connection *self, const char *text, size_t size)
{
    char words[300];
    int head = snprintf(words, sizeof words, "PUB %s _INBOX.%d %zu\r\n", self->to, self->index, size);
    queue(self, words, (size_t)head);
    queue(self, text, size);
    queue(self, "\r\n", 2);
}

static size_t eat_lines(connection *self, char *data, size_t size)
{
    char *last = memrchr(data, '\n', size);
    if (!last)
        return 0;
    size_t whole = (size_t)(last - data) + 1;
    if (self->role == 'r') {
        stamps_in(self, data, whole);
    } else {
        for (char *at = data; (at = memmem(at, (size_t)(data + whole - at), "{\"stream\":", 10)) != NULL; at += 10)
            acknowledged(self, ++self->answered);
        if (memmem(data, whole, "\"error\":", 8))
            refused(data, whole);
    }
    if (memmem(data, whole, "PING\r\n", 6))
        queue(self, "PONG\r\n", 6);
    return whole;
}

const protocol nats = {"nats", open_nats, make_stream, publish, eat_lines};
