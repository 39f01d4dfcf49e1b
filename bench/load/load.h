/* The load generator: many connections to one server, driven by one thread. See load.c for the modes. */

#ifndef LOAD_H
#define LOAD_H

#include <stddef.h>
#include <stdint.h>

#define RING 1024 /* messages of one connection that may be unanswered; a power of two */

typedef struct connection connection;

struct connection {
    int fd;
    int index;
    char role;                  /* 's' sends, 'r' receives, 'b' both */
    char name[160];             /* who: a name to sign in with */
    char secret[160];           /* a token or password */
    char *to;                   /* conversations (comma separated, taken in turn), an address, a subject */
    size_t places;              /* how many conversations */
    connection *peer;           /* in pairs: who receives what this one sends */
    uint64_t number;            /* messages sent */
    uint64_t answered;          /* messages acknowledged in order, where acknowledgements carry no number */
    uint64_t sent_at[RING];
    char *in;                   /* what was read and is not yet whole */
    size_t in_size, in_room;
    char *out;                  /* what waits to be written */
    size_t out_size, out_room;
    int dirty;                  /* is it in the list of those to be flushed? */
    int stuck;                  /* does the kernel take nothing now? */
};

typedef struct {
    const char *name;
    void (*open)(connection *self);                              /* connect and sign in, blocking */
    void (*ready)(connection *all, int count);                   /* after all are open; may be NULL */
    void (*send)(connection *self, const char *text, size_t size); /* queue one message */
    size_t (*eat)(connection *self, char *data, size_t size);    /* take what is whole; return how much that was */
} protocol;

extern const protocol websocket, echo, xmpp, muc, xmpp_register, nats;

/* What protocols may call. */
uint64_t now_ns(void);
void fail(const char *what, ...);
void dial(connection *self);
void put(connection *self, const void *data, size_t size);       /* blocking, while opening */
void await(connection *self, const char *mark);                  /* blocking: read until `mark` was seen, forget all up to it */
void queue(connection *self, const void *data, size_t size);
void acknowledged(connection *self, uint64_t number);            /* the server has it */
void arrived(connection *self, const char *stamp);               /* somebody received it; `stamp` points at 16 hexadecimal digits */
void stamps_in(connection *self, char *data, size_t size);       /* call `arrived` for every ~stamp~ in there */
void refused(const char *what, size_t size);
char *hexadecimal(char *to, uint64_t value, int digits);
extern int asks_acknowledgement;                                 /* does an acknowledgement, not an arrival, complete a message? */

#endif
