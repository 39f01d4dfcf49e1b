/* A crowd of people at one server, who do different things at random: send, read back, search. What they intend does not depend on
 * what the server manages (an open loop), and latency counts from the moment of the intention.
 *
 * crowd MODE PEOPLE key=value...     PEOPLE: a file with a line "role name token conversation" per person
 *
 * roles    a  an ordinary person: a socket and an HTTP connection; whoever is refused holds back as told (unless patient=0)
 *          f  one who floods: `flood` more sends per second are intended by these, who never hold back
 *          z  one whose socket is opened and never read
 * closed   `window` ordinary people do one thing after the other, as fast as they are answered: the ceiling
 * open     `rates` intentions per second in all, one after the other, each for `warm-up` and then `seconds`; `idle` seconds between
 * storm    everybody opens a socket within `seconds`, spread evenly, and asks for what is new; says when each was greeted
 *
 * It prints `ready` and waits for a line; then `begin` and `end` around each measurement, and after each a line of JSON.
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define RING 128       /* commands of one socket on the way; a power of two */
#define LIMIT_WS 32    /* more a client does not send before it is answered */
#define SLOTS (64 * 40)
enum { SEND, HISTORY, SEARCH, KINDS };

typedef struct { uint64_t count, slots[SLOTS]; } histogram;
typedef struct person person;
typedef struct { int fd, http; person *who; char *in, *out; size_t in_size, in_room, out_size, out_room; } line;

struct person {
    int index;
    char role, name[64], token[160], place[64];
    line socket, http;
    uint64_t number, waiting[RING], hold[KINDS], http_due, queued_due;
    int on_way, http_kind, queued_kind; /* kind or -1 */
    int greeted;
};

typedef struct { uint64_t intended, held, refused, failed, ok[KINDS]; histogram latency, by_kind[KINDS]; } tally;

static person *all;
static int count, ordinary, flooders, poller, port, window = 64, patient = 1, measuring, body = 60;
static double seconds = 5, warm_up = 2, flood, idle;
static double shares[KINDS] = {0.4, 0.4, 0.2};
static const char *mode, *rates = "100";
static person **people, **noisy;
static tally seen[2]; /* of ordinary people, of those who flood */
static uint64_t pushes, broken, chance_state = 88172645463325252u;
static char prose[3000];
static const char sentence[] = "jadi besok pagi jam tujuh ya aku bawa pisang goreng dan kopi nanti kita ketemu di warung dekat pasar lama ";
static const char *words[] = {"kopi", "pisang", "warung", "besok", "payung", "sekolah", "telur", "nenek", "lebaran", "gang"};

static void fail(const char *what, ...)
{
    va_list rest;
    va_start(rest, what);
    fprintf(stderr, "crowd: ");
    vfprintf(stderr, what, rest);
    fprintf(stderr, "\n");
    exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static double chance(void)
{
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return (double)(chance_state >> 11) / 9007199254740992.0;
}

static void note(histogram *into, uint64_t value)
{
    int shift = value < 64 ? 0 : 57 - __builtin_clzll(value) + 1;
    int slot = shift ? shift * 32 + (int)(value >> shift) : (int)value;
    into->slots[slot < SLOTS ? slot : SLOTS - 1]++;
    into->count++;
}

static double quantile(const histogram *from, double share)
{
    uint64_t wanted = (uint64_t)((double)from->count * share), before = 0;
    for (int slot = 0; slot < SLOTS; slot++) {
        before += from->slots[slot];
        if (before > wanted) {
            int shift = slot < 64 ? 0 : slot / 32 - 1;
            return shift ? (double)((uint64_t)(slot - shift * 32) << shift) : slot;
        }
    }
    return 0;
}

/* Connections. */

static void dial(line *self)
{
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (unsigned)(self->who->index / 10000))};
    int yes = 1, little = 4096;
    self->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (self->who->index >= 10000 && bind(self->fd, (struct sockaddr *)&from, sizeof from) != 0)
        fail("bind: %s", strerror(errno));
    if (self->who->role == 'z')
        setsockopt(self->fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
    if (self->fd < 0 || connect(self->fd, (struct sockaddr *)&where, sizeof where) != 0)
        fail("person %d to port %d: %s", self->who->index, port, strerror(errno));
    setsockopt(self->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    fcntl(self->fd, F_SETFL, O_NONBLOCK);
}

static void watch(line *self, uint32_t events, int operation)
{
    struct epoll_event event = {.events = events, .data.ptr = self};
    epoll_ctl(poller, operation, self->fd, &event);
}

static void keep(char **buffer, size_t *used, size_t *room, const void *data, size_t size)
{
    if (*used + size > *room) {
        *room = (*used + size) * 2;
        if (!(*buffer = realloc(*buffer, *room)))
            fail("no memory");
    }
    memcpy(*buffer + *used, data, size);
    *used += size;
}

static void flush(line *self)
{
    size_t done = 0;
    while (done < self->out_size) {
        ssize_t more = write(self->fd, self->out + done, self->out_size - done);
        if (more <= 0)
            break; /* full, or gone: reading tells */
        done += (size_t)more;
    }
    memmove(self->out, self->out + done, self->out_size - done);
    self->out_size -= done;
    watch(self, self->out_size ? EPOLLIN | EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
}

static void put(line *self, const void *data, size_t size)
{
    int stuck = self->out_size > 0;
    if (!stuck) {
        ssize_t done = write(self->fd, data, size);
        if (done == (ssize_t)size)
            return;
        if (done > 0) {
            data = (const char *)data + done;
            size -= (size_t)done;
        }
    }
    keep(&self->out, &self->out_size, &self->out_room, data, size);
    if (!stuck)
        watch(self, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

static void upgrade(person *who)
{
    char request[700];
    int size = snprintf(request, sizeof request,
                        "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer %s\r\n\r\n", who->token);
    who->socket.who = who;
    dial(&who->socket);
    watch(&who->socket, EPOLLIN, EPOLL_CTL_ADD);
    put(&who->socket, request, (size_t)size);
}

static void open_http(person *who)
{
    who->http.who = who;
    who->http.http = 1;
    dial(&who->http);
    watch(&who->http, EPOLLIN, EPOLL_CTL_ADD);
}

/* What people do. */

static tally *of(const person *who)
{
    return &seen[who->role == 'f'];
}

static void frame(line *to, const char *payload, size_t size)
{
    static char whole[66000];
    size_t head = size < 126 ? 2 : 4;
    whole[0] = (char)0x81;
    if (size < 126) {
        whole[1] = (char)(0x80 | size);
    } else {
        whole[1] = (char)(0x80 | 126);
        whole[2] = (char)(size >> 8);
        whole[3] = (char)size;
    }
    memset(whole + head, 0, 4);
    memcpy(whole + head + 4, payload, size);
    put(to, whole, head + 4 + size);
}

static void say(person *who, uint64_t due)
{
    char text[4096];
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME_COARSE, &wall);
    who->number++;
    who->waiting[who->number & (RING - 1)] = due;
    who->on_way++;
    int size = snprintf(text, sizeof text,
                        "{\"type\":\"chat.send\",\"id\":%lu,\"conversation\":\"%s\",\"nonce\":\"%012lx%06x%08lx\",\"card\":{\"type\":\"chat.text\","
                        "\"text\":\"%s besok %s pagi %.*s\"}}", who->number, who->place, (uint64_t)wall.tv_sec * 1000 + (uint64_t)wall.tv_nsec / 1000000,
                        (unsigned)who->index, who->number, words[who->number % 10], words[(who->number + (uint64_t)who->index) % 10],
                        body > (int)sizeof prose - 1 ? (int)sizeof prose - 1 : body, prose);
    frame(&who->socket, text, (size_t)size);
}

static void ask(person *who, int kind, uint64_t due)
{
    char request[600];
    int size;
    who->http_kind = kind;
    who->http_due = due;
    if (kind == HISTORY)
        size = snprintf(request, sizeof request, "GET /api/conversations/%s/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n\r\n", who->place, who->token);
    else
        size = snprintf(request, sizeof request, "GET /api/search?q=%s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n\r\n", words[(unsigned)(chance() * 10)], who->token);
    put(&who->http, request, (size_t)size);
}

static void intend(person *who, int kind, uint64_t due)
{
    tally *mine = of(who);
    uint64_t now = now_ns();
    mine->intended += (uint64_t)measuring;
    if ((patient && who->role != 'f' && who->hold[kind] > now) || (kind == SEND && (who->on_way >= LIMIT_WS || !who->greeted))) {
        mine->held += (uint64_t)measuring;
    } else if (kind == SEND) {
        say(who, due);
    } else if (who->http_kind < 0) {
        ask(who, kind, due);
    } else if (who->queued_kind < 0) {
        who->queued_kind = kind;
        who->queued_due = due;
    } else {
        mine->held += (uint64_t)measuring;
    }
}

static int any_kind(void)
{
    double left = chance();
    for (int kind = 0; kind < KINDS - 1; kind++) {
        if (left < shares[kind])
            return kind;
        left -= shares[kind];
    }
    return KINDS - 1;
}

static void answered(person *who, int kind, uint64_t due, int well)
{
    tally *mine = of(who);
    if (measuring && well) {
        mine->ok[kind]++;
        uint64_t took = (now_ns() - due) / 1000;
        note(&mine->latency, took);
        note(&mine->by_kind[kind], took);
    }
    if (*mode == 'c')
        intend(who, any_kind(), now_ns());
}

static void refused(person *who, int kind, const char *said, size_t size)
{
    const char *told = memmem(said, size, "\"retry_after_s\":", 16);
    tally *mine = of(who);
    if (told) {
        mine->refused += (uint64_t)measuring;
        who->hold[kind] = now_ns() + (uint64_t)(atof(told + 16) * 1e9 * (0.5 + chance()));
    } else {
        if (measuring && !mine->failed++)
            fprintf(stderr, "crowd: failed, for example: %.*s\n", (int)(size > 200 ? 200 : size), said);
    }
    answered(who, kind, 0, 0);
}

/* What comes back. */

static void understood(person *who, const char *payload, size_t size)
{
    if (size > 18 && !memcmp(payload, "{\"type\":\"ok\",\"id\":", 18)) {
        uint64_t number = strtoul(payload + 18, NULL, 10);
        who->on_way--;
        answered(who, SEND, who->waiting[number & (RING - 1)], 1);
    } else if (size > 15 && !memcmp(payload, "{\"type\":\"error\"", 15)) {
        who->on_way--;
        refused(who, SEND, payload, size);
    } else if (size > 15 && !memcmp(payload, "{\"type\":\"hello\"", 15)) {
        who->greeted = 1;
    } else {
        pushes += (uint64_t)measuring;
    }
}

static size_t eat_frames(line *self, char *data, size_t size)
{
    size_t at = 0;
    if (!self->who->greeted) { /* the answer to the upgrade comes first */
        char *end = memmem(data, size, "\r\n\r\n", 4);
        if (size >= 12 && memcmp(data, "HTTP/1.1 101", 12) == 0 && end)
            at = (size_t)(end - data) + 4, self->who->greeted = -1;
        else if (size >= 12 && self->who->greeted == 0 && memcmp(data, "HTTP/1.1 101", 12) != 0)
            fail("person %d was not let in: %.*s", self->who->index, (int)(size > 100 ? 100 : size), data);
        else if (self->who->greeted == 0)
            return 0;
    }
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
            understood(self->who, data + at + start, length);
        else if ((head[0] & 15) == 8)
            fail("the server said goodbye to person %d: %.*s", self->who->index, length > 2 ? (int)length - 2 : 0, data + at + start + 2);
        at += start + length;
    }
    return at;
}

static size_t eat_answer(line *self, char *data, size_t size)
{
    person *who = self->who;
    char *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end || who->http_kind < 0)
        return 0;
    char *length = memmem(data, (size_t)(end - data), "content-length:", 15);
    size_t whole = (size_t)(end - data) + 4 + (length ? strtoul(length + 15, NULL, 10) : 0);
    if (size < whole)
        return 0;
    int kind = who->http_kind;
    uint64_t due = who->http_due;
    who->http_kind = -1;
    if (who->queued_kind >= 0) {
        int next = who->queued_kind;
        who->queued_kind = -1;
        ask(who, next, who->queued_due);
    }
    if (!memcmp(data + 9, "200", 3))
        answered(who, kind, due, 1);
    else
        refused(who, kind, end, whole - (size_t)(end - data));
    return whole;
}

static void again(line *self)
{
    person *who = self->who;
    broken++;
    if (!self->http)
        fail("person %d was hung up on", who->index);
    close(self->fd);
    self->in_size = self->out_size = 0;
    who->http_kind = who->queued_kind = -1;
    dial(self);
    watch(self, EPOLLIN, EPOLL_CTL_ADD);
}

static void receive(line *self)
{
    static char fresh[1 << 18];
    ssize_t got = read(self->fd, fresh, sizeof fresh);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        again(self);
        return;
    }
    keep(&self->in, &self->in_size, &self->in_room, fresh, (size_t)got);
    size_t eaten = self->http ? eat_answer(self, self->in, self->in_size) : eat_frames(self, self->in, self->in_size);
    memmove(self->in, self->in + eaten, self->in_size - eaten);
    self->in_size -= eaten;
}

/* Time. */

static double next_any, next_flood, rate;

static int64_t keep_pace(uint64_t now)
{
    double at = (double)now;
    if (*mode != 'o')
        return 20000000;
    for (int burst = 0; next_any <= at && burst < 8192; burst++) {
        intend(people[(unsigned)(chance() * ordinary)], any_kind(), (uint64_t)next_any);
        next_any += -log(1 - chance()) / rate * 1e9;
    }
    for (int burst = 0; flooders && flood > 0 && next_flood <= at && burst < 8192; burst++) {
        intend(noisy[(unsigned)(chance() * flooders)], SEND, (uint64_t)next_flood);
        next_flood += -log(1 - chance()) / flood * 1e9;
    }
    double left = next_any - at;
    if (flooders && flood > 0 && next_flood - at < left)
        left = next_flood - at;
    return left < 0 ? 0 : left > 20e6 ? 20000000 : (int64_t)left;
}

static void turn(int64_t most)
{
    struct epoll_event events[512];
    struct timespec wait = {.tv_sec = 0, .tv_nsec = most};
    int happened = epoll_pwait2(poller, events, 512, &wait, NULL);
    for (int at = 0; at < happened; at++) {
        if (events[at].events & EPOLLOUT)
            flush(events[at].data.ptr);
        if (events[at].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
            receive(events[at].data.ptr);
    }
}

static void live(double for_s)
{
    uint64_t end = now_ns() + (uint64_t)(for_s * 1e9);
    for (uint64_t now; (now = now_ns()) < end;)
        turn(keep_pace(now));
}

static double cpu_s(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void tell(const char *name, const tally *of)
{
    printf("\"%s\":{\"intended\":%lu,\"held\":%lu,\"refused\":%lu,\"failed\":%lu,\"sent\":%lu,\"read\":%lu,\"searched\":%lu,"
           "\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f,\"p99_by_kind_ms\":[%.3f,%.3f,%.3f]}", name, of->intended, of->held, of->refused, of->failed, of->ok[SEND], of->ok[HISTORY],
           of->ok[SEARCH], quantile(&of->latency, .5) / 1e3, quantile(&of->latency, .99) / 1e3, quantile(&of->latency, .999) / 1e3,
           quantile(&of->by_kind[SEND], .99) / 1e3, quantile(&of->by_kind[HISTORY], .99) / 1e3, quantile(&of->by_kind[SEARCH], .99) / 1e3);
}

static void measure(void)
{
    live(warm_up);
    puts("begin");
    memset(seen, 0, sizeof seen);
    pushes = broken = 0;
    double cpu = cpu_s();
    uint64_t from = now_ns();
    measuring = 1;
    live(seconds);
    measuring = 0;
    double took = (double)(now_ns() - from) / 1e9;
    puts("end");
    printf("{\"rate\":%.0f,\"seconds\":%.4f,\"generator_cpu_s\":%.4f,\"pushes\":%lu,\"broken\":%lu,", rate, took, cpu_s() - cpu, pushes, broken);
    tell("people", &seen[0]);
    putchar(',');
    tell("flooders", &seen[1]);
    puts("}");
}

/* Everybody comes back at once. */
static void storm(void)
{
    histogram greeted = {0};
    int begun = 0, done = 0, late = 0;
    uint64_t from = now_ns(), *at = calloc((size_t)count, sizeof *at), end = from + (uint64_t)((seconds + 60) * 1e9);
    puts("begin");
    while (done < count && now_ns() < end) {
        uint64_t now = now_ns();
        while (begun < count && (double)(now - from) >= seconds * 1e9 * begun / count) {
            at[begun] = now;
            upgrade(&all[begun++]);
        }
        turn(1000000);
        now = now_ns();
        for (int each = done; each < begun; each++)
            if (all[each].greeted == 1) {
                all[each].greeted = 2;
                note(&greeted, (now - at[each]) / 1000);
                late += now - at[each] > 5000000000u;
            }
        while (done < begun && all[done].greeted == 2)
            done++;
    }
    puts("end");
    printf("{\"people\":%d,\"greeted\":%lu,\"seconds\":%.3f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"most_ms\":%.3f,\"later_than_5_s\":%d}\n", count,
           greeted.count, (double)(now_ns() - from) / 1e9, quantile(&greeted, .5) / 1e3, quantile(&greeted, .99) / 1e3, quantile(&greeted, 1 - 1e-9) / 1e3, late);
}

static void read_people(const char *file)
{
    FILE *from = fopen(file, "r");
    person one = {.http_kind = -1, .queued_kind = -1};
    int room = 0;
    if (!from)
        fail("%s: %s", file, strerror(errno));
    while (fscanf(from, " %c %63s %159s %63s", &one.role, one.name, one.token, one.place) == 4) {
        if (count == room && !(all = realloc(all, sizeof *all * (size_t)(room = room ? room * 2 : 1024))))
            fail("no memory");
        one.index = count;
        all[count++] = one;
    }
    fclose(from);
    people = calloc((size_t)count + 1, sizeof *people);
    noisy = calloc((size_t)count + 1, sizeof *noisy);
    for (int at = 0; at < count; at++) {
        if (all[at].role == 'a')
            people[ordinary++] = &all[at];
        if (all[at].role == 'f')
            noisy[flooders++] = &all[at];
    }
}

static void read_options(int many, char **given)
{
    mode = given[1];
    for (int at = 3; at < many; at++) {
        char *value = strchr(given[at], '=');
        if (!value)
            fail("key=value, not %s", given[at]);
        *value++ = 0;
        struct { const char *key; int *whole; double *real; const char **word; } options[] = {
            {"port", &port, 0, 0}, {"window", &window, 0, 0}, {"patient", &patient, 0, 0}, {"body", &body, 0, 0},
            {"seconds", 0, &seconds, 0}, {"warm-up", 0, &warm_up, 0}, {"flood", 0, &flood, 0}, {"idle", 0, &idle, 0},
            {"sends", 0, &shares[SEND], 0}, {"reads", 0, &shares[HISTORY], 0}, {"searches", 0, &shares[SEARCH], 0}, {"rates", 0, 0, &rates},
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

int main(int many, char **given)
{
    char answer[64];
    if (many < 3)
        fail("crowd MODE PEOPLE key=value...");
    setvbuf(stdout, NULL, _IOLBF, 0);
    read_options(many, given);
    read_people(given[2]);
    for (size_t at = 0; at < sizeof prose - 1; at++)
        prose[at] = sentence[at % (sizeof sentence - 1)];
    poller = epoll_create1(0);
    for (int at = 0; at < count && *mode != 's'; at++) {
        upgrade(&all[at]);
        if (all[at].role == 'a')
            open_http(&all[at]);
        for (uint64_t end = now_ns() + 20000000000u; all[at].greeted != 1;) {
            turn(1000000);
            if (now_ns() > end)
                fail("person %d was not greeted", at);
        }
        if (all[at].role == 'z')
            epoll_ctl(poller, EPOLL_CTL_DEL, all[at].socket.fd, NULL);
    }
    puts("ready");
    if (!fgets(answer, sizeof answer, stdin))
        return 0;
    if (*mode == 's') {
        storm();
        return 0;
    }
    if (*mode == 'c') {
        for (int at = 0; at < window && at < ordinary; at++)
            intend(people[at], any_kind(), now_ns());
        measure();
        return 0;
    }
    for (const char *next = rates; next; next = strchr(next, ',') ? strchr(next, ',') + 1 : NULL) {
        rate = atof(next);
        next_any = next_flood = (double)now_ns();
        measure();
        rate = 1e-3;
        next_any = (double)now_ns() + 1e15;
        next_flood = next_any;
        live(idle);
    }
    return 0;
}
