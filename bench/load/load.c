/* Drives many connections to one server and says what that was like.
 *
 * load PROTOCOL MODE PEOPLE key=value...     PEOPLE: a file with a line "role name secret to" per connection
 *
 * closed   every sender keeps `window` messages in flight
 * group    `window` messages in flight in all; one is complete when everybody has received it
 * paced    `rate` messages per second in all, by the clock: latency counts from when a message was due
 * replay   `script` has a line "milliseconds connection bytes" per message, played as many times as fast as each of the `speeds` says,
 *          one after the other, until a delivery in a hundred takes longer than `limit` milliseconds
 * idle     nothing but staying connected until stdin closes
 *
 * `nodes` are the ports of several servers that are one place, comma separated: pair by pair, whoever receives is on the next one.
 *
 * Each message is a write of its own, unless `together` is 1: then those that one turn of the loop made for a connection are one write.
 * It prints `ready` and waits for a line; prints `begin` after the warm-up, `end` after `seconds`, then one line of JSON.
 */

#define _GNU_SOURCE
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define SLOTS (64 * 40)
#define FRESH (1 << 18)

typedef struct {
    uint64_t count, most, slots[SLOTS];
} histogram;

int asks_acknowledgement;

static const protocol *how;
static connection *all;
static int count, senders, poller, port, window = 4, body = 150, measuring, going, together;
static connection **sending;
static connection **dirty;
static int dirty_count;
static double seconds = 5, warm_up = 2, rate, speed = 1, drain = 1, limit = 1e9;
static const char *mode, *script_file = "", *speeds = "1", *nodes = "";
static uint64_t sent, acked, delivered, errors, group_arrivals, late_ns, total_sent, total_arrived;
static histogram ack_latency, arrival_latency;
static char sample_error[200];
static uint64_t due_ns; /* when the message now being sent was due; 0: now */
static char text[65536] = "~................~ ", prose[66600];
static const char prose_source[] =
    "jadi besok pagi jam tujuh ya, aku bawa pisang goreng dan kopi, nanti kita ketemu di warung dekat pasar lama. jangan lupa uang "
    "kembalian dan payung karena hujan sudah dua hari tidak berhenti, siti juga ikut katanya sama ayu mau naik motor saja. kemarin pak "
    "joko bilang jalan di depan sekolah ditutup sampai sore, jadi lewat gang belakang masjid lalu belok kiri setelah toko sepatu. ibu "
    "titip beras lima kilo, telur satu rak, sabun cuci, dan obat batuk untuk adik. kalau ada waktu mampir dulu ke rumah nenek, beliau "
    "tanya terus kapan kita pulang kampung, lebaran tahun ini libur panjang sekali. foto kemarin bagus, kirim ulang yang ramai ramai itu "
    "supaya bisa dicetak, bapak ingin memajangnya di ruang tamu bersama piagam lomba panjat pinang tahun lalu. ";

void fail(const char *what, ...)
{
    va_list rest;
    va_start(rest, what);
    fprintf(stderr, "load: ");
    vfprintf(stderr, what, rest);
    fprintf(stderr, "\n");
    exit(1);
}

uint64_t now_ns(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

/* A histogram with 64 steps per doubling: values within 1.6 %. */

static void note(histogram *into, uint64_t value)
{
    int shift = value < 64 ? 0 : 57 - __builtin_clzll(value) + 1;
    int slot = shift ? shift * 32 + (int)(value >> shift) : (int)value;
    into->slots[slot < SLOTS ? slot : SLOTS - 1]++;
    into->count++;
    if (value > into->most)
        into->most = value;
}

static double quantile(const histogram *from, double share)
{
    uint64_t wanted = (uint64_t)((double)from->count * share), seen = 0;
    for (int slot = 0; slot < SLOTS; slot++) {
        seen += from->slots[slot];
        if (seen > wanted) {
            int shift = slot < 64 ? 0 : slot / 32 - 1;
            return shift ? (double)((uint64_t)(slot - shift * 32) << shift) : slot;
        }
    }
    return (double)from->most;
}

/* Connections. */

static int port_of(const connection *self)
{
    const char *at = nodes;
    int many = *nodes != 0;
    for (const char *each = nodes; *each; each++)
        many += *each == ',';
    if (!many)
        return port;
    /* In pairs each is on another node; where people are alone, by turns. */
    for (int which = (self->role == 'b' ? self->index : self->index / 2 + (self->role == 'r')) % many; which; which--)
        at = strchr(at, ',') + 1;
    return atoi(at);
}

void dial(connection *self)
{
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port_of(self)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int yes = 1;
    /* Spread over several loopback addresses: one address has too few ports for very many connections. */
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (unsigned)(self->index / 20000))};
    self->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (self->index >= 20000 && bind(self->fd, (struct sockaddr *)&from, sizeof from) != 0)
        fail("bind: %s", strerror(errno));
    if (self->fd < 0 || connect(self->fd, (struct sockaddr *)&where, sizeof where) != 0)
        fail("connection %d to port %d: %s", self->index, port, strerror(errno));
    setsockopt(self->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

void put(connection *self, const void *data, size_t size)
{
    while (size) {
        ssize_t done = write(self->fd, data, size);
        if (done <= 0)
            fail("write: %s", strerror(errno));
        data = (const char *)data + done;
        size -= (size_t)done;
    }
}

static void keep(char **buffer, size_t *used, size_t *room, const void *data, size_t size)
{
    if (*used + size > *room) {
        *room = (*used + size) * 2;
        *buffer = realloc(*buffer, *room);
        if (!*buffer)
            fail("no memory");
    }
    memcpy(*buffer + *used, data, size);
    *used += size;
}

void await(connection *self, const char *mark)
{
    char fresh[8192];
    size_t length = strlen(mark);
    for (;;) {
        char *at = self->in_size ? memmem(self->in, self->in_size, mark, length) : NULL;
        if (at) {
            size_t gone = (size_t)(at - self->in) + length;
            memmove(self->in, self->in + gone, self->in_size - gone);
            self->in_size -= gone;
            return;
        }
        struct pollfd wait = {.fd = self->fd, .events = POLLIN};
        if (poll(&wait, 1, 20000) <= 0)
            fail("connection %d waited in vain for %s; had %.*s", self->index, mark, (int)(self->in_size > 300 ? 300 : self->in_size), self->in ? self->in : "");
        ssize_t got = read(self->fd, fresh, sizeof fresh);
        if (got <= 0)
            fail("connection %d was closed before %s; had %.*s", self->index, mark, (int)(self->in_size > 300 ? 300 : self->in_size), self->in ? self->in : "");
        keep(&self->in, &self->in_size, &self->in_room, fresh, (size_t)got);
    }
}

void queue(connection *self, const void *data, size_t size)
{
    keep(&self->out, &self->out_size, &self->out_room, data, size);
    if (!self->dirty && !self->stuck) {
        self->dirty = 1;
        dirty[dirty_count++] = self;
    }
}

static void interest(connection *self, uint32_t events, int operation)
{
    struct epoll_event event = {.events = events, .data.ptr = self};
    epoll_ctl(poller, operation, self->fd, &event);
}

static void flush(connection *self)
{
    size_t done = 0;
    self->dirty = 0;
    while (done < self->out_size) {
        ssize_t more = write(self->fd, self->out + done, self->out_size - done);
        if (more < 0 && errno != EAGAIN)
            fail("write: %s", strerror(errno));
        if (more < 0)
            break;
        done += (size_t)more;
    }
    memmove(self->out, self->out + done, self->out_size - done);
    self->out_size -= done;
    if (self->stuck != (self->out_size > 0)) {
        self->stuck = self->out_size > 0;
        interest(self, self->stuck ? EPOLLIN | EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
    }
}

static void flush_all(void)
{
    for (int at = 0; at < dirty_count; at++)
        flush(dirty[at]);
    dirty_count = 0;
}

/* Messages. */

char *hexadecimal(char *to, uint64_t value, int digits)
{
    for (int at = digits - 1; at >= 0; at--, value >>= 4)
        to[at] = "0123456789abcdef"[value & 15];
    return to + digits;
}

static void say(connection *self, size_t size)
{
    uint64_t at = due_ns ? due_ns : now_ns();
    if (size < 19)
        size = 19;
    self->number++;
    /* Another stretch of the prose each time, so that a search index meets many words. */
    memcpy(text + 19, prose + (self->number * 37 + (uint64_t)self->index * 61) % 997, size - 19);
    hexadecimal(text + 1, at, 16);
    self->sent_at[self->number & (RING - 1)] = at;
    how->send(self, text, size);
    if (!together)
        flush_all();
    total_sent++;
    sent += (uint64_t)measuring;
}

void acknowledged(connection *self, uint64_t number)
{
    if (measuring) {
        acked++;
        note(&ack_latency, (now_ns() - self->sent_at[number & (RING - 1)]) / 1000);
    }
    if (going && *mode == 'c' && asks_acknowledgement)
        say(self, (size_t)body);
}

void arrived(connection *self, const char *stamp)
{
    uint64_t at = 0;
    for (int digit = 0; digit < 16; digit++)
        at = at << 4 | (uint64_t)(stamp[digit] <= '9' ? stamp[digit] - '0' : stamp[digit] - 'a' + 10);
    total_arrived++;
    if (measuring) {
        delivered++;
        note(&arrival_latency, (now_ns() - at) / 1000);
    }
    if (!going)
        return;
    if (*mode == 'c' && !asks_acknowledgement && self->peer)
        say(self->peer, (size_t)body);
    else if (*mode == 'g' && ++group_arrivals % (uint64_t)count == 0)
        say(sending[(group_arrivals / (uint64_t)count) % (uint64_t)senders], (size_t)body);
}

void stamps_in(connection *self, char *data, size_t size)
{
    char *end = data + size;
    while ((data = memchr(data, '~', (size_t)(end - data))) != NULL) {
        if (end - data >= 18 && data[17] == '~') {
            arrived(self, data + 1);
            data += 17;
        }
        data++;
    }
}

void refused(const char *what, size_t size)
{
    errors++;
    if (!*sample_error)
        snprintf(sample_error, sizeof sample_error, "%.*s", (int)(size < 180 ? size : 180), what);
}

static void receive(connection *self)
{
    static char fresh[FRESH];
    ssize_t got = read(self->fd, fresh, sizeof fresh);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0)
        fail("connection %d was closed by the server%s%s", self->index, *sample_error ? ": " : "", sample_error);
    if (self->in_size) {
        keep(&self->in, &self->in_size, &self->in_room, fresh, (size_t)got);
        size_t eaten = how->eat(self, self->in, self->in_size);
        memmove(self->in, self->in + eaten, self->in_size - eaten);
        self->in_size -= eaten;
    } else {
        size_t eaten = how->eat(self, fresh, (size_t)got);
        if (eaten < (size_t)got)
            keep(&self->in, &self->in_size, &self->in_room, fresh + eaten, (size_t)got - eaten);
    }
}

/* Time. */

typedef struct {
    double at_ms;
    int who, bytes;
} line;

static line *lines;
static size_t line_count, next_line;
static uint64_t started_ns, next_turn;

/* Send what is due; return how many nanoseconds there are until the next, at most 50 ms. */
static int64_t keep_pace(uint64_t now)
{
    int64_t left = 50000000;
    for (int burst = 0; going && burst < 4096; burst++) {
        if (*mode == 'p')
            due_ns = started_ns + (uint64_t)((double)next_turn * 1e9 / rate);
        else if (*mode == 'r' && next_line < line_count)
            due_ns = started_ns + (uint64_t)(lines[next_line].at_ms * 1e6 / speed);
        else
            break;
        if (due_ns > now) {
            left = (int64_t)(due_ns - now);
            break;
        }
        if (now - due_ns > late_ns && measuring)
            late_ns = now - due_ns;
        if (*mode == 'p') {
            say(sending[next_turn++ % (uint64_t)senders], (size_t)body);
        } else {
            say(&all[lines[next_line].who], (size_t)lines[next_line].bytes);
            next_line++;
        }
    }
    due_ns = 0;
    return left < 50000000 ? left : 50000000;
}

static void turn_until(uint64_t end)
{
    struct epoll_event events[512];
    for (;;) {
        uint64_t now = now_ns();
        if (now >= end || (*mode == 'r' && next_line == line_count && total_sent && going))
            return;
        int64_t left = keep_pace(now);
        flush_all();
        if ((uint64_t)left > end - now)
            left = (int64_t)(end - now);
        struct timespec wait = {.tv_sec = 0, .tv_nsec = left};
        int happened = epoll_pwait2(poller, events, 512, &wait, NULL);
        for (int at = 0; at < happened; at++) {
            if (events[at].events & EPOLLOUT)
                flush(events[at].data.ptr);
            if (events[at].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                receive(events[at].data.ptr);
        }
        flush_all();
    }
}

static double cpu_s(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* From the command line to the report. */

static void read_people(const char *file)
{
    FILE *from = fopen(file, "r");
    connection one = {0};
    int room = 0;
    if (!from)
        fail("%s: %s", file, strerror(errno));
    while (fscanf(from, " %c %159s %159s %ms", &one.role, one.name, one.secret, &one.to) == 4) {
        if (count == room && !(all = realloc(all, sizeof *all * (size_t)(room = room ? room * 2 : 1024))))
            fail("no memory");
        one.index = count;
        all[count++] = one;
    }
    fclose(from);
    sending = calloc((size_t)count + 1, sizeof *sending);
    dirty = calloc((size_t)count + 1, sizeof *dirty);
    for (int at = 0; at < count; at++) {
        if (all[at].role != 'r')
            sending[senders++] = &all[at];
        else if (at && all[at - 1].role == 's')
            all[at].peer = &all[at - 1];
    }
}

static void read_script(void)
{
    FILE *from = fopen(script_file, "r");
    size_t room = 0;
    line one;
    if (!from)
        fail("%s: %s", script_file, strerror(errno));
    while (fscanf(from, "%lf %d %d", &one.at_ms, &one.who, &one.bytes) == 3) {
        if (line_count == room && !(lines = realloc(lines, sizeof *lines * (room = room ? room * 2 : 4096))))
            fail("no memory");
        lines[line_count++] = one;
    }
    fclose(from);
}

static void read_options(int many, char **given)
{
    const protocol *known[] = {&websocket, &echo, &xmpp, &muc, &xmpp_register, &nats};
    for (size_t at = 0; at < sizeof known / sizeof *known; at++)
        if (!strcmp(known[at]->name, given[1]))
            how = known[at];
    if (!how)
        fail("unknown protocol %s", given[1]);
    mode = given[2];
    for (int at = 4; at < many; at++) {
        char *value = strchr(given[at], '=');
        if (!value)
            fail("key=value, not %s", given[at]);
        *value++ = 0;
        struct { const char *key; int *whole; double *real; const char **word; } options[] = {
            {"port", &port, 0, 0}, {"window", &window, 0, 0}, {"body", &body, 0, 0}, {"together", &together, 0, 0}, {"seconds", 0, &seconds, 0}, {"drain", 0, &drain, 0},
            {"warm-up", 0, &warm_up, 0}, {"rate", 0, &rate, 0}, {"limit", 0, &limit, 0}, {"speeds", 0, 0, &speeds},
            {"script", 0, 0, &script_file}, {"nodes", 0, 0, &nodes},
        };
        size_t option = 0, last = sizeof options / sizeof *options;
        while (option < last && strcmp(options[option].key, given[at]))
            option++;
        if (option == last)
            fail("unknown option %s", given[at]);
        if (options[option].whole)
            *options[option].whole = atoi(value);
        else if (options[option].real)
            *options[option].real = atof(value);
        else
            *options[option].word = value;
    }
}

/* Measure for `seconds`, and say what was seen. */
static void measure_once(void)
{
    puts("begin");
    sent = acked = delivered = late_ns = 0;
    memset(&ack_latency, 0, sizeof ack_latency);
    memset(&arrival_latency, 0, sizeof arrival_latency);
    double cpu = cpu_s();
    uint64_t from = now_ns();
    measuring = 1;
    turn_until(from + (uint64_t)(seconds * 1e9));
    measuring = 0;
    double took = (double)(now_ns() - from) / 1e9;
    cpu = cpu_s() - cpu;
    puts("end");
    if (*mode != 'r') {
        going = 0;
        turn_until(now_ns() + (uint64_t)(drain * 1e9));
    }
    printf("{\"seconds\":%.4f,\"sent\":%lu,\"acked\":%lu,\"delivered\":%lu,\"errors\":%lu,\"generator_cpu_s\":%.4f,\"late_ms\":%.3f,"
           "\"ack_p50_ms\":%.3f,\"ack_p99_ms\":%.3f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f,\"most_ms\":%.3f,"
           "\"total_sent\":%lu,\"total_arrived\":%lu}\n",
           took, sent, acked, delivered, errors, cpu, (double)late_ns / 1e6, quantile(&ack_latency, .5) / 1e3,
           quantile(&ack_latency, .99) / 1e3, quantile(&arrival_latency, .5) / 1e3, quantile(&arrival_latency, .99) / 1e3,
           quantile(&arrival_latency, .999) / 1e3, (double)arrival_latency.most / 1e3, total_sent, total_arrived);
    if (*sample_error)
        fprintf(stderr, "load: refused, for example: %s\n", sample_error);
}

static void measure(void)
{
    going = 1;
    for (const char *next = speeds; next; next = strchr(next, ',') ? strchr(next, ',') + 1 : NULL) {
        speed = atof(next);
        started_ns = now_ns();
        if (*mode == 'r' && next_line < line_count)
            started_ns -= (uint64_t)(lines[next_line].at_ms * 1e6 / speed); /* go on where the last speed stopped */
        for (int at = 0; *mode == 'c' && at < senders; at++)
            for (int each = 0; each < window; each++)
                say(sending[at], (size_t)body);
        for (int each = 0; *mode == 'g' && each < window; each++)
            say(sending[each % senders], (size_t)body);
        turn_until(now_ns() + (uint64_t)(warm_up * 1e9));
        measure_once();
        if (*mode != 'r' || next_line == line_count || quantile(&arrival_latency, .99) / 1e3 > limit)
            return;
    }
}

int main(int many, char **given)
{
    char answer[64];
    if (many < 4)
        fail("load PROTOCOL MODE PEOPLE key=value...");
    setvbuf(stdout, NULL, _IOLBF, 0);
    read_options(many, given);
    read_people(given[3]);
    if (*mode == 'r')
        read_script();
    for (size_t at = 0, from = 0; at < sizeof prose; at++, from = prose_source[from + 1] ? from + 1 : 0)
        prose[at] = prose_source[from];
    poller = epoll_create1(0);
    uint64_t from = now_ns();
    for (int at = 0; at < count; at++)
        how->open(&all[at]);
    if (how->ready)
        how->ready(all, count);
    for (int at = 0; at < count; at++) {
        fcntl(all[at].fd, F_SETFL, O_NONBLOCK);
        interest(&all[at], EPOLLIN, EPOLL_CTL_ADD);
    }
    printf("ready %.4f\n", (double)(now_ns() - from) / 1e9);
    if (*mode == 'i') {
        /* Stay, answering pings, until the other side of stdin has gone. */
        struct pollfd over = {.fd = 0, .events = POLLIN};
        while (poll(&over, 1, 0) == 0)
            turn_until(now_ns() + 100000000);
        return 0;
    }
    if (!fgets(answer, sizeof answer, stdin))
        return 0;
    measure();
    return 0;
}
