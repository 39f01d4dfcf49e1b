/* Pays over HTTP: so many connections, on each one request after the other, the next when the answer is whole.
 *
 *   pay PORT PLAN
 *
 * PLAN: the number of connections; for each the number of its requests; for each its length and its bytes. Numbers are 32 bits, little endian.
 * Prints one line of JSON: what was answered with 200, what was not, seconds, percentiles of the answers in milliseconds, its own CPU.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ROOM 65536

struct line {
    int socket;
    uint32_t left;    /* requests not yet sent */
    const char *next; /* the next one: its length, its bytes */
    uint64_t sent_at;
    size_t got;
    char answer[ROOM + 1];
};

static int epoll;
static uint64_t *late;
static size_t answered, accepted;

static void broken(const char *what) {
    perror(what);
    exit(1);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static uint32_t number(const char **at) {
    uint32_t value;
    memcpy(&value, *at, 4);
    *at += 4;
    return value;
}

static void ask(struct line *line) {
    if (line->left == 0) {
        epoll_ctl(epoll, EPOLL_CTL_DEL, line->socket, NULL);
        close(line->socket);
        return;
    }
    uint32_t length = number(&line->next);
    line->left--;
    line->got = 0;
    line->sent_at = now();
    for (uint32_t done = 0; done < length;) { /* a request is smaller than the socket's buffer */
        ssize_t wrote = write(line->socket, line->next + done, length - done);
        if (wrote < 0) broken("write");
        done += (uint32_t)wrote;
    }
    line->next += length;
}

/* Returns whether the answer is whole. */
static int whole(struct line *line) {
    line->answer[line->got] = 0;
    char *end = strstr(line->answer, "\r\n\r\n");
    if (end == NULL) return 0;
    char *length = strcasestr(line->answer, "\r\ncontent-length:");
    if (length == NULL || length > end) {
        fprintf(stderr, "an answer without a length: %.200s\n", line->answer);
        exit(1);
    }
    return line->got >= (size_t)(end + 4 - line->answer) + strtoul(length + 17, NULL, 10);
}

static void hear(struct line *line) {
    ssize_t got = read(line->socket, line->answer + line->got, ROOM - line->got);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        fprintf(stderr, "the server hung up\n");
        exit(1);
    }
    line->got += (size_t)got;
    if (!whole(line)) return;
    late[answered++] = now() - line->sent_at;
    if (strncmp(line->answer, "HTTP/1.1 200", 12) == 0)
        accepted++;
    else if (answered - accepted == 1)
        fprintf(stderr, "%s\n", strstr(line->answer, "\r\n\r\n") + 4);
    ask(line);
}

static int smaller(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

int main(int count, char **words) {
    if (count != 3) return 2;
    FILE *file = fopen(words[2], "rb");
    if (file == NULL) broken(words[2]);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *plan = malloc(size);
    if (plan == NULL || fread(plan, 1, size, file) != size) broken("read");
    const char *at = plan;
    uint32_t lines = number(&at);
    struct line *all = calloc(lines, sizeof *all);
    size_t total = 0;
    epoll = epoll_create1(0);
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(words[1])), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    for (uint32_t each = 0; each < lines; each++) {
        struct line *line = &all[each];
        line->left = number(&at);
        line->next = at;
        total += line->left;
        for (uint32_t skip = 0; skip < line->left; skip++) {
            uint32_t length = number(&at);
            at += length;
        }
        line->socket = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(line->socket, (struct sockaddr *)&there, sizeof there) != 0) broken("connect");
        int yes = 1;
        setsockopt(line->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = line};
        epoll_ctl(epoll, EPOLL_CTL_ADD, line->socket, &event);
    }
    late = malloc(total * sizeof *late);
    uint64_t begun = now();
    for (uint32_t each = 0; each < lines; each++) ask(&all[each]);
    struct epoll_event events[256];
    while (answered < total) {
        int ready = epoll_wait(epoll, events, 256, 20000);
        if (ready == 0) {
            fprintf(stderr, "no answer for 20 seconds\n");
            return 1;
        }
        for (int each = 0; each < ready; each++) hear(events[each].data.ptr);
    }
    double seconds = (double)(now() - begun) / 1e9;
    qsort(late, total, sizeof *late, smaller);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    printf("{\"accepted\": %zu, \"refused\": %zu, \"seconds\": %.3f, \"p50_ms\": %.2f, \"p99_ms\": %.2f, \"most_ms\": %.2f, \"cpu_s\": %.3f}\n",
           accepted, answered - accepted, seconds, (double)late[total / 2] / 1e6, (double)late[total * 99 / 100] / 1e6,
           (double)late[total - 1] / 1e6, cpu);
    return 0;
}
