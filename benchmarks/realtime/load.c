/* The load of `make bench-realtime`: many sockets of one kind on one thread, told what to do by lines on stdin.
 *
 *   load KIND KEY PORTS TARGETS      KIND plain | socketio | envelope, KEY ticketId | sessionId
 *
 * TARGETS has a line per socket: port index, token, room to join or -, path to POST messages to or -.
 * Sockets 2k and 2k+1 are the two of a room, or all are in one; typing alternates start and stop, so each is told.
 * A typing frame carries no text of ours: the k-th that arrives belongs to the k-th that was sent. Messages carry their
 * number and the time they were due, so that waiting to be sent counts as latency. Each command answers one JSON line. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { OPENING, UPGRADING, GREETED, NAMESPACE, JOINING, READY, DEAD };
enum { MAX_MESSAGES = 200000, DUE = 4096, MAX_HTTP = 64 };
typedef struct {
  int fd, state, index, port, typing, http, author;
  uint32_t writes, due_from, due_to, got;
  long long seq;
  uint64_t due[DUE]; /* when what is still to arrive here was due to be sent */
  char *token, *room, *path, *in, *out;
  size_t in_size, in_cap, out_from, out_size, out_cap;
} Socket;

static Socket *sockets, web[MAX_HTTP];
static int count, socketio, envelope, polls, ports[8], opened, opening, ready, dead, reopened, tracking, webs, refused, stalled = -1;
static const char *key, *action;
static uint32_t *latency;
static size_t latencies, latency_cap, arrived, expected;
static uint64_t from_due = 0, last_arrival;
static uint8_t *seen;      /* per message, how often its partner got it */
static uint8_t *seen_all;  /* per socket and message, when everybody is followed */
static uint32_t messages, first_message;
static struct { uint64_t due; int author; uint32_t number; } pending[MAX_MESSAGES];
static uint32_t pending_from, pending_to, posted;
static char padding[20000];
static int padding_size = 120;

static uint64_t now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000ull + t.tv_nsec; }
static double cpu(void) {
  struct rusage r; getrusage(RUSAGE_SELF, &r);
  return r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}
static void watch(Socket *s) {
  struct epoll_event e = { .events = (s->index == stalled && !s->http ? 0 : EPOLLIN) | (s->writes ? EPOLLOUT : 0), .data.ptr = s };
  epoll_ctl(polls, EPOLL_CTL_MOD, s->fd, &e);
}
static void end(Socket *s, const char *why) {
  if (s->state == DEAD) return;
  if (dead + reopened < 5) fprintf(stderr, "socket %d ended in state %d: %s\n", s->index, s->state, why);
  if (s->http) { fprintf(stderr, "a web process closed a connection\n"); exit(3); }
  if (s->state == READY) ready--; else opening--;
  s->state = DEAD; dead++; close(s->fd);
}
static void flush(Socket *s) {
  while (s->out_from < s->out_size) {
    ssize_t n = write(s->fd, s->out + s->out_from, s->out_size - s->out_from);
    if (n < 0 && errno == EAGAIN) { if (!s->writes) { s->writes = 1; watch(s); } return; }
    if (n < 0) { end(s, strerror(errno)); return; }
    s->out_from += n;
  }
  s->out_from = s->out_size = 0;
  if (s->writes) { s->writes = 0; watch(s); }
}
static void put(Socket *s, const void *bytes, size_t size) {
  if (s->out_size + size > s->out_cap) s->out = realloc(s->out, s->out_cap = (s->out_size + size) * 2);
  memcpy(s->out + s->out_size, bytes, size); s->out_size += size;
}
static void frame(Socket *s, int opcode, const char *text, size_t size) {
  unsigned char head[8] = { 0x80 | opcode, 0x80 | (size < 126 ? size : 126), size >> 8, size & 255 };
  put(s, head, size < 126 ? 2 : 4); put(s, "\0\0\0\0", 4); put(s, text, size); /* a mask of zeroes changes nothing */
  flush(s);
}
static void say(Socket *s, const char *text) { frame(s, 1, text, strlen(text)); }
static void is_ready(Socket *s) { s->state = READY; ready++; opening--; }
static void join(Socket *s) {
  char text[256], since[40] = "";
  if (*s->room == '-') { is_ready(s); return; }
  if (s->seq >= 0) snprintf(since, sizeof since, ",\"since\":%lld", s->seq);
  snprintf(text, sizeof text, socketio ? "42/support,1[\"%s\",{\"%s\":\"%s\"%s}]" : "{\"action\":\"%s\",\"ref\":1,\"data\":{\"%s\":\"%s\"%s}}",
           action, key, s->room, since);
  s->state = JOINING; say(s, text);
}
static void type(Socket *s) {
  char text[160]; s->typing = !s->typing;
  snprintf(text, sizeof text, socketio ? "42/support,[\"typing:%s\",{\"%s\":\"%s\"}]" : "{\"action\":\"typing:%s\",\"data\":{\"%s\":\"%s\"}}",
           s->typing ? "start" : "stop", key, s->room);
  say(s, text);
}
static void due(Socket *s, uint64_t at) { if (s->due_to - s->due_from < DUE) s->due[s->due_to++ % DUE] = at; }
static void took(uint64_t at, uint64_t t) {
  if (at < from_due) return;
  if (latencies == latency_cap) latency = realloc(latency, (latency_cap = latency_cap * 2 + 65536) * 4);
  latency[latencies++] = (t - at) / 1000;
}
static void message(Socket *s, char *text, size_t size) {
  char *found = memmem(text, size, "@@", 2), *seq = memmem(text, size, "\"seq\":", 6);
  if (seq && (!found || seq < found)) s->seq = atoll(seq + 6);
  if (!found) return;
  uint64_t t = now(), at = strtoull(found + 2, &found, 10); uint32_t number = strtoul(found + 1, &found, 10); int author = atoi(found + 1);
  if ((number < first_message && !tracking) || number >= messages) return;
  if (tracking) { uint8_t *mark = &seen_all[(size_t)s->index * MAX_MESSAGES + number]; if (*mark < 255) ++*mark; arrived++; last_arrival = t; return; }
  if (s->index != (author ^ 1)) return;
  if (seen[number] < 255 && ++seen[number] == 1) { took(at, t); arrived++; last_arrival = t; }
}
static void text(Socket *s, char *p, size_t size) {
  if (s->state == READY) {
    size_t look = size < 100 ? size : 100; char *name = memmem(p, look, "\"typing:st", 10);
    if (name) {
      uint64_t t = now(); arrived++; s->got++; last_arrival = t;
      if (s->due_from != s->due_to) took(s->due[s->due_from++ % DUE], t);
    } else if (memmem(p, look, ":message\"", 9)) message(s, p, size);
    else if (memmem(p, look, "\"ok\":false", 10)) { if (!refused++) fprintf(stderr, "%.*s\n", (int)(size < 700 ? size : 700), p); }
    else if (socketio && *p == '2') say(s, "3");
    else if (!socketio && memmem(p, look, "\"hb\"", 4)) say(s, "{\"action\":\"pong\"}");
    return;
  }
  if (s->state == GREETED && socketio && *p == '0') {
    char hello[1200]; snprintf(hello, sizeof hello, "40/support,{\"token\":\"%s\"%s}", s->token, envelope ? ",\"envelope\":1" : "");
    s->state = NAMESPACE; say(s, hello);
  } else if (s->state == NAMESPACE && size > 11 && !memcmp(p, "40/support,", 11)) join(s);
  else if (s->state == NAMESPACE && size > 2 && !memcmp(p, "44", 2)) end(s, "refused");
  else if (s->state == GREETED && !socketio && memmem(p, size, "\"ready\"", 7)) join(s);
  else if (s->state == JOINING && (socketio ? size > 12 && !memcmp(p, "43/support,1", 12) : !!memmem(p, size, "\"ack\"", 5))) {
    char *seq = memmem(p, size, "\"seq\":", 6);
    if (memmem(p, size, "\"ok\":false", 10)) { end(s, p); return; }
    if (s->seq < 0 && seq) s->seq = atoll(seq + 6);
    is_ready(s);
  } else if (s->state == JOINING && memmem(p, size, ":message\"", 9)) message(s, p, size);
}
static void next_post(Socket *s);
static void answer(Socket *s) { /* of a web process */
  char *body = memmem(s->in, s->in_size, "\r\n\r\n", 4); if (!body) return;
  char *length = strcasestr(s->in, "content-length:"); size_t whole = body + 4 - s->in + (length && length < body ? atoi(length + 15) : 0);
  if (s->in_size < whole) return;
  if (s->in[9] != '2') { if (!refused++) fprintf(stderr, "%.*s\n", (int)(whole < 700 ? whole : 700), s->in); } else posted++;
  s->in_size = 0; s->author = -1; next_post(s);
}
static void parse(Socket *s) {
  if (s->http) { answer(s); return; }
  if (s->state == UPGRADING) {
    char *after = memmem(s->in, s->in_size, "\r\n\r\n", 4); if (!after) return;
    if (memcmp(s->in, "HTTP/1.1 101", 12)) { s->in[s->in_size < 80 ? s->in_size - 1 : 80] = 0; end(s, s->in); return; }
    s->state = GREETED; size_t head = after + 4 - s->in; memmove(s->in, s->in + head, s->in_size -= head);
  }
  size_t at = 0;
  while (s->in_size - at >= 2 && s->state != DEAD) {
    unsigned char *p = (unsigned char *)s->in + at; size_t size = p[1] & 127, head = size == 127 ? 10 : size == 126 ? 4 : 2;
    if (s->in_size - at < head) break;
    if (head > 2) { size = 0; for (size_t i = 2; i < head; i++) size = size << 8 | p[i]; }
    if (s->in_size - at < head + size) break;
    int opcode = p[0] & 15; char *body = s->in + at + head;
    if (opcode == 1) text(s, body, size); else if (opcode == 9) frame(s, 10, body, size);
    else if (opcode == 8) { char why[40]; snprintf(why, sizeof why, "closed by the server with %d", size > 1 ? (uint8_t)body[0] << 8 | (uint8_t)body[1] : 0); end(s, why); return; }
    at += head + size;
  }
  memmove(s->in, s->in + at, s->in_size -= at);
}
static void dial(Socket *s) {
  int one = 1, small = 4096;
  s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0); setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (s->index == count - 1 && tracking) setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(ports[s->port]), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  if (!s->in) s->in = malloc(s->in_cap = 4096);
  s->in_size = s->out_from = s->out_size = 0; s->state = OPENING; s->writes = 1;
  if (connect(s->fd, (void *)&to, sizeof to) && errno != EINPROGRESS) { perror("connect"); exit(2); }
  struct epoll_event e = { .events = EPOLLIN | EPOLLOUT, .data.ptr = s }; epoll_ctl(polls, EPOLL_CTL_ADD, s->fd, &e);
}
static void connected(Socket *s) {
  int problem = 0; socklen_t size = sizeof problem; getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &problem, &size);
  if (problem) { end(s, strerror(problem)); return; }
  if (s->http) { s->state = READY; flush(s); next_post(s); return; }
  char head[1600], bearer[1300] = ""; s->state = UPGRADING;
  if (!socketio) snprintf(bearer, sizeof bearer, "Authorization: Bearer %s\r\n", s->token);
  int n = snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n%s"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", socketio ? "/socket.io/?EIO=4&transport=websocket" : "/support", bearer);
  put(s, head, n); flush(s);
}
static void pump(double milliseconds) {
  static struct epoll_event events[512]; int n = epoll_wait(polls, events, 512, 0);
  if (n == 0 && milliseconds > 0) { /* to the microsecond, which epoll_wait does not know */
    struct pollfd any = { .fd = polls, .events = POLLIN }; struct timespec t = { milliseconds / 1e3, (long)(milliseconds * 1e6) % 1000000000 };
    if (ppoll(&any, 1, &t, NULL) > 0) n = epoll_wait(polls, events, 512, 0);
  }
  for (int i = 0; i < n; i++) {
    Socket *s = events[i].data.ptr;
    if (s->state == OPENING && events[i].events & EPOLLOUT) { connected(s); continue; }
    if (s->state != DEAD && events[i].events & EPOLLOUT) flush(s);
    if (!(events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) continue;
    while (s->state != DEAD) {
      if (s->in_size + 1 >= s->in_cap) s->in = realloc(s->in, s->in_cap *= 2);
      size_t room = s->in_cap - s->in_size - 1; ssize_t got = read(s->fd, s->in + s->in_size, room);
      if (got <= 0) { if (got == 0 || errno != EAGAIN) end(s, got ? strerror(errno) : "end of file"); break; }
      s->in_size += got; s->in[s->in_size] = 0; parse(s);
      if ((size_t)got < room) break;
    }
  }
}
static int wait_for(size_t wanted, double idle, double most) { /* until so many arrived, or nothing does any more */
  uint64_t begun = now(); last_arrival = begun;
  while (arrived < wanted && now() - last_arrival < idle * 1e9 && now() - begun < most * 1e9) pump(2);
  return arrived >= wanted;
}
static int order(const void *a, const void *b) { uint32_t x = *(uint32_t *)a, y = *(uint32_t *)b; return x < y ? -1 : x > y; }
static double centile(double q) { return latencies ? latency[(size_t)(q * (latencies - 1))] / 1000.0 : -1; }
static void sorted(void) { qsort(latency, latencies, 4, order); }
static void stop_typing(void) { /* nobody is left typing, which would end by itself in the midst of the next command */
  arrived = expected = 0;
  for (int i = 0; i < count; i++) if (sockets[i].typing && sockets[i].state == READY) { type(&sockets[i]); expected++; }
  if (expected) { uint64_t until = now() + 1500000000ull; while (now() < until && arrived < expected) pump(5); }
  uint64_t until = now() + 200000000ull; while (now() < until) pump(5);
  for (int i = 0; i < count; i++) sockets[i].due_from = sockets[i].due_to = 0;
  latencies = arrived = 0;
}
static void open_all(int at_once) {
  uint64_t begun = now();
  while (ready + dead < count && now() - begun < 120000000000ull) {
    while (opened < count && opening < at_once) { opening++; dial(&sockets[opened++]); }
    pump(5);
  }
  printf("\"ready\":%d,\"dead\":%d,\"seconds\":%.4f", ready, dead, (now() - begun) / 1e9);
}
static void single(int times) { /* one in flight: the first socket types, all others hear of it */
  int lost = 0; stop_typing(); from_due = 0;
  for (int k = 0; k < times; k++) {
    uint64_t at = now(); size_t before = arrived;
    for (int i = 1; i < count; i++) due(&sockets[i], at);
    type(&sockets[0]); if (!wait_for(before + count - 1, 3, 3)) lost++;
    uint64_t until = now() + 3000000; while (now() < until) pump(1);
  }
  sorted(); printf("\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f,\"lost\":%d", centile(.5), centile(.99), centile(1), lost);
  latencies = 0;
}
static void fill(double seconds, int window) { /* so many in flight, a new one when the slowest of some has one */
  stop_typing(); from_due = UINT64_MAX;
  for (int i = 0; i < count; i++) sockets[i].got = 0;
  uint64_t begun = now(), last = begun; size_t sent = 0, others = count - 1, before = 0; double took_cpu = cpu();
  while (now() - begun < seconds * 1e9) {
    while (sent * others < arrived + window * others) { type(&sockets[0]); sent++; }
    pump(1); if (arrived != before) { before = arrived; last = now(); } else if (now() - last > 1000000000ull) { sent = arrived / others; last = now(); }
  }
  double length = (now() - begun) / 1e9; size_t found = arrived; took_cpu = cpu() - took_cpu;
  wait_for(sent * others, 1.5, 10);
  uint32_t fewest = UINT32_MAX, most = 0;
  for (int i = 1; i < count; i++) { if (sockets[i].got < fewest) fewest = sockets[i].got; if (sockets[i].got > most) most = sockets[i].got; }
  printf("\"rate\":%.1f,\"sent\":%zu,\"fewest\":%u,\"most\":%u,\"own_cpu\":%.3f", found / length, sent, fewest, most, took_cpu / length);
}
static void next_post(Socket *s) {
  if (pending_from == pending_to) return;
  uint32_t k = pending_from++; Socket *author = &sockets[pending[k].author]; char body[21000], head[1800];
  int size = snprintf(body, sizeof body, "{\"body\":\"@@%llu:%u:%d@@ %.*s\"}", (unsigned long long)pending[k].due, pending[k].number, pending[k].author, padding_size, padding);
  int n = snprintf(head, sizeof head, "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nAuthorization: Bearer %s\r\n"
    "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n", author->path, author->token, size);
  s->author = pending[k].author; put(s, head, n); put(s, body, size); flush(s);
}
static void schedule(uint64_t at) {
  static int turn; if (messages >= MAX_MESSAGES) return;
  int author; do author = turn++ % count; while (*sockets[author].path == '-');
  pending[pending_to].due = at; pending[pending_to].author = author; pending[pending_to++].number = messages++;
  for (int i = 0; i < webs && pending_from != pending_to; i++) if (web[i].state == READY && web[i].author < 0) next_post(&web[i]);
}
static void open_web(int each) {
  for (int p = 0; ports[p]; p++) for (int i = 0; i < each && webs < MAX_HTTP; i++) {
    Socket *s = &web[webs]; s->http = 1; s->index = -2; s->port = p; s->author = -1; webs++; dial(s);
  }
  uint64_t until = now() + 300000000ull; while (now() < until) pump(5);
}
static void send_now(uint64_t at) { /* the next author says it over his own socket */
  static int turn; if (messages >= MAX_MESSAGES) return;
  int author; do author = turn++ % count; while (*sockets[author].path == '-');
  Socket *s = &sockets[author]; char body[21000], text[22000]; unsigned long long due = at; unsigned number = messages++;
  int n = snprintf(body, sizeof body, "{\"%s\":\"%s\",\"clientMessageId\":\"%llu-%u\",\"body\":\"@@%llu:%u:%d@@ %.*s\"}", key, s->room, due, number,
                   due, number, author, padding_size, padding);
  n = snprintf(text, sizeof text, socketio ? "42/support,2[\"sendMessage\",%.*s]" : "{\"action\":\"sendMessage\",\"ref\":2,\"data\":%.*s}", n, body);
  frame(s, 1, text, n);
}
static void at_rate(int posting, double rate, double warm, double seconds) { /* at fixed times, whatever comes back */
  if (posting) { if (posting == 1 && !webs) open_web(8); refused = 0; first_message = messages; posted = 0; } else stop_typing();
  latencies = arrived = 0; uint64_t begun = now() + 1000000, until = begun + (warm + seconds) * 1e9; from_due = begun + warm * 1e9;
  size_t sent = 0, counted = 0; static int turn; double used = cpu();
  for (;;) {
    uint64_t at = begun + sent * (1e9 / rate), t = now(); if (at >= until) break;
    if (at > t) { pump((at - t) / 1e6); continue; }
    if (posting == 1) schedule(at); else if (posting) send_now(at);
    else { Socket *s = &sockets[turn++ % count]; due(&sockets[s->index ^ 1], at); type(s); }
    counted += at >= from_due; sent++; if (sent % 64 == 0) pump(0);
  }
  used = (cpu() - used) / (warm + seconds);
  int all = wait_for(tracking ? sent * ready : sent, 2, tracking ? 15 : 5);
  size_t missing = tracking ? 0 : sent - (arrived < sent ? arrived : sent), doubled = 0;
  for (uint32_t k = first_message; k < messages && posting; k++) doubled += seen[k] > 1;
  sorted(); printf("\"sent\":%zu,\"counted\":%zu,\"all\":%d,\"missing\":%zu,\"doubled\":%zu,\"refused\":%d,\"p50\":%.3f,\"p99\":%.3f,\"own_cpu\":%.3f",
    sent, counted, all, missing, doubled, refused, centile(.5), centile(.99), used);
  if (!posting) stop_typing();
}
static void stop_reading(void) { stalled = count - 1; watch(&sockets[stalled]); printf("\"stalled\":%d", stalled); }
static void read_again(double seconds) { /* the stalled one reads on; closed meanwhile, it comes back with its cursor */
  Socket *s = &sockets[count - 1]; stalled = -1; watch(s); uint64_t until = now() + seconds * 1e9; size_t lost = 0, doubled = 0;
  while (now() < until) {
    pump(5); if (s->state == DEAD) { dead--; reopened++; opening++; dial(s); }
    lost = doubled = 0;
    for (int i = 0; i < count; i++) for (uint32_t k = 0; k < messages; k++) {
      uint8_t times = seen_all[(size_t)i * MAX_MESSAGES + k]; lost += !times; doubled += times > 1;
    }
    if (!lost) { uint64_t more = now() + 500000000ull; while (now() < more) pump(5); until = 0; }
  }
  printf("\"lost\":%zu,\"doubled\":%zu,\"messages\":%u,\"reopened\":%d,\"refused\":%d", lost, doubled, messages, reopened, refused);
}
static void targets(const char *path) {
  FILE *file = fopen(path, "r"); char line[2000]; int capacity = 0;
  if (!file) { perror(path); exit(2); }
  while (fgets(line, sizeof line, file)) {
    if (count == capacity) sockets = realloc(sockets, (capacity = capacity * 2 + 1024) * sizeof *sockets);
    Socket *s = memset(&sockets[count], 0, sizeof *s); s->index = count++; s->seq = -1; char *rest = line;
    s->port = atoi(strsep(&rest, "\t\n")); s->token = strdup(strsep(&rest, "\t\n")); s->room = strdup(strsep(&rest, "\t\n")); s->path = strdup(strsep(&rest, "\t\n"));
  }
  fclose(file);
}
int main(int argc, char **argv) {
  if (argc != 5) { fprintf(stderr, "load KIND KEY PORTS TARGETS\n"); return 2; }
  envelope = !strcmp(argv[1], "envelope"); socketio = envelope || !strcmp(argv[1], "socketio");
  key = argv[2]; action = strcmp(key, "ticketId") ? "joinChat" : "joinTicket"; int n = 0;
  for (char *port = strtok(argv[3], ","); port && n < 7; port = strtok(NULL, ",")) ports[n++] = atoi(port);
  targets(argv[4]); memset(padding, 'x', sizeof padding); polls = epoll_create1(0); seen = calloc(MAX_MESSAGES, 1);
  char line[200], name[40]; double a, b, c;
  for (;;) {
    fd_set in; FD_ZERO(&in); FD_SET(0, &in); struct timeval t = { 0, 0 };
    if (select(1, &in, NULL, NULL, &t) == 0) { pump(5); continue; } /* heartbeats are answered between commands */
    if (!fgets(line, sizeof line, stdin)) return 0;
    a = b = c = 0; if (sscanf(line, "%39s %lf %lf %lf", name, &a, &b, &c) < 1) continue;
    printf("{");
    if (!strcmp(name, "open")) open_all(a);
    else if (!strcmp(name, "single")) single(a);
    else if (!strcmp(name, "fill")) fill(a, b);
    else if (!strcmp(name, "type")) at_rate(0, a, b, c);
    else if (!strcmp(name, "post")) at_rate(1, a, b, c);
    else if (!strcmp(name, "send")) at_rate(2, a, b, c);
    else if (!strcmp(name, "follow")) { tracking = 1; seen_all = calloc((size_t)count * MAX_MESSAGES, 1); padding_size = a; printf("\"follow\":1"); }
    else if (!strcmp(name, "stall")) stop_reading();
    else if (!strcmp(name, "resume")) read_again(a);
    else printf("\"error\":\"unknown command\"");
    printf("}\n"); fflush(stdout);
  }
}
