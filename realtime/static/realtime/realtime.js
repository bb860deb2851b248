// The socket's client: one ES module without dependencies, for browsers and Node 22.
//
//   const client = connect(token, "https://help.example.com");
//   const stop = client.on("ticket:message", (message, frame) => show(message));
//   await client.joinTicket("12", { since: ticket.realtime.seq });
//
// It keeps a cursor for each room, resumes after every cut, drops what came twice and asks for what is missing.
// "reset" says that a room must be fetched anew by REST; docs/realtime.md has the whole protocol.

const FINAL = new Set([4400, 4401, 4403]);
const FIRST_DELAYS = { 1012: 5000, 1013: 5000, 4429: 10000 }; // a random part of it: many come back at once
const REMEMBERED = 512;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 30000;
const ANSWER_WITHIN = 15000;
const PASSING = new Set(["unavailable", "rate_limited"]); // what trying again later mends
const BETWEEN = 0.11; // seconds between messages: a socket is closed that keeps asking for more than ten things a second

/** Connects with an access token, or with a function that fetches one (it is asked again when the token ends).
 *  `options.cookie` opens the back office's socket, signed in by its session; `options.WebSocket` replaces the class. */
export function connect(token, baseUrl = globalThis.location?.origin, options = {}) {
  return new Client(token, baseUrl, options);
}

export class Client {
  constructor(token, baseUrl, options = {}) {
    this.token = token;
    this.options = options;
    this.url = String(baseUrl).replace(/^http/, "ws").replace(/\/+$/, "") + (options.cookie ? "/support/admin" : "/support");
    this.handlers = new Map();
    this.cursors = new Map(); // room → the number reached
    this.joined = new Map(); // "joinTicket 12" → {action, data, room}
    this.seen = new Set();
    this.waiting = new Map(); // ref → {resolve, reject, timer}
    this.parked = []; // who waits for the connection
    this.pauses = new Set(); // who waits for a while
    this.sending = Promise.resolve(); // the last message on its way
    this.refs = 0;
    this.failures = 0;
    this.ready = false;
    this.ended = false;
    this.sayViewing = () => this.ready && this.send({ action: document.hidden ? "viewing:stop" : "viewing:start" });
    globalThis.document?.addEventListener("visibilitychange", this.sayViewing);
    this.open();
  }

  /** Calls `handler(data, frame)` for each event of a name, "*" for all; answers the function that ends it. */
  on(event, handler) {
    if (!this.handlers.has(event)) this.handlers.set(event, new Set());
    this.handlers.get(event).add(handler);
    return () => this.handlers.get(event)?.delete(handler);
  }

  /** Each join answers {room, seq, reset}; `since` is the number that REST gave beside the data. */
  joinTicket(ticketId, { since } = {}) {
    return this.join("joinTicket", { ticketId: String(ticketId) }, since);
  }
  joinChat(sessionId, { since } = {}) {
    return this.join("joinChat", { sessionId: String(sessionId) }, since);
  }
  leaveTicket(ticketId) {
    return this.leave("joinTicket", "leaveTicket", { ticketId: String(ticketId) });
  }
  leaveChat(sessionId) {
    return this.leave("joinChat", "leaveChat", { sessionId: String(sessionId) });
  }

  /** In a chat; for a ticket `sendTyping({ticketId}, true)`, and `{ticketId, isInternal: true}` while a note is written.
   *  A signal may be lost: without a connection it answers null. */
  sendTyping(sessionId, isTyping) {
    const where = typeof sessionId === "object" ? sessionId : { sessionId: String(sessionId) };
    return this.act("sendTyping", { ...where, isTyping }).catch((error) => {
      if (error.message === "unavailable" || error.message === "closed") return null;
      throw error;
    });
  }

  /** Writes in a chat and answers {message, repeated}; `more` takes what REST takes beside the body.
   *  It is sent again after each cut until it is answered, under one name: so it is stored once. Messages go one after
   *  another, in the order of the calls. */
  sendMessage(sessionId, body, more = {}) {
    const data = { sessionId: String(sessionId), ...(body ? { body } : {}), ...more };
    data.clientMessageId ??= name();
    const answer = this.sending.then(() => this.deliver(data));
    const go = () => this.pause(BETWEEN);
    this.sending = answer.then(go, go);
    return answer;
  }

  async deliver(data) {
    for (;;) {
      await this.online();
      try {
        return await this.act("sendMessage", data);
      } catch (error) {
        if (!PASSING.has(error.message)) throw error;
        if (this.ready) await this.pause(error.retryAfter ?? 1);
      }
    }
  }

  /** Ends the connection for good. */
  close() {
    this.ready = false;
    clearTimeout(this.timer);
    clearTimeout(this.silence);
    this.socket?.close(1000);
    this.end();
  }

  /** Sends an action and answers its data; rejects with the error's code. */
  act(action, data) {
    if (!this.ready) return Promise.reject(new Error("unavailable"));
    const ref = ++this.refs;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.settle(ref, null, new Error("unavailable")), ANSWER_WITHIN);
      this.waiting.set(ref, { resolve, reject, timer });
      this.send({ action, data, ref });
    });
  }

  // --- Rooms

  async join(action, data, since) {
    const key = `${action} ${Object.values(data)[0]}`;
    const wanted = { action, data, room: null, since };
    this.joined.set(key, wanted);
    await this.online();
    try {
      return wanted.answer ?? (await this.enter(wanted));
    } catch (error) {
      if (error.message !== "unavailable") this.joined.delete(key);
      throw error;
    }
  }

  async enter(wanted) {
    const known = wanted.room && this.cursors.get(wanted.room);
    const since = known ?? wanted.since;
    const answer = await this.act(wanted.action, since === undefined ? wanted.data : { ...wanted.data, since });
    wanted.room = answer.room;
    wanted.answer = answer;
    this.cursors.set(answer.room, Math.max(answer.seq, answer.reset ? 0 : (this.cursors.get(answer.room) ?? 0)));
    return answer;
  }

  leave(joinAction, action, data) {
    const key = `${joinAction} ${Object.values(data)[0]}`;
    const wanted = this.joined.get(key);
    this.joined.delete(key);
    if (wanted?.room) this.cursors.delete(wanted.room);
    return this.ready ? this.act(action, data) : Promise.resolve({ room: null });
  }

  resume(rooms) {
    if (Object.keys(rooms).length) this.act("resume", { rooms }).catch(() => this.socket?.close(4000));
  }

  // --- The connection

  async open() {
    if (this.ended) return;
    try {
      const token = typeof this.token === "function" ? await this.token() : this.token;
      const Socket = this.options.WebSocket ?? globalThis.WebSocket;
      this.socket = new Socket(this.url, this.options.cookie ? ["support.v1"] : ["support.v1", `bearer.${token}`]);
    } catch {
      this.again();
      return;
    }
    const socket = this.socket;
    socket.onmessage = ({ data }) => socket === this.socket && this.hear(JSON.parse(data));
    socket.onclose = ({ code }) => socket === this.socket && this.lost(code);
    socket.onerror = () => {};
    this.listen(20);
  }

  lost(code) {
    this.ready = false;
    this.socket = null;
    clearTimeout(this.silence);
    for (const wanted of this.joined.values()) wanted.answer = null;
    this.fail(new Error("unavailable"));
    const fresh = code === 4401 && typeof this.token === "function" && this.failures < 3;
    if (FINAL.has(code) && !fresh) {
      this.end();
      this.emit("closed", { code });
      return;
    }
    if (!this.ended) {
      this.emit("disconnected", { code });
      this.again(FIRST_DELAYS[code]);
    }
  }

  again(first = FIRST_DELAY) {
    const longest = Math.min(LONGEST_DELAY, first * 2 ** this.failures++);
    this.timer = setTimeout(() => this.open(), Math.random() * longest + 50);
  }

  /** Without a sound for longer than heartbeats take, the connection is dead whatever the browser thinks. */
  listen(seconds) {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      const socket = this.socket;
      if (!socket) return;
      this.lost(4000);
      socket.close(4000);
    }, seconds * 1000);
  }

  send(frame) {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(frame));
  }

  // --- What comes in

  hear(frame) {
    this.listen((this.heartbeat ?? 25) * 1.6);
    const { event, data } = frame;
    if (event === "ack") return this.settle(frame.ref, frame.data, frame.ok ? null : problem(frame.error));
    if (event === "ready") return this.welcome(data);
    if (event === "hb") return this.beat(data);
    if (event === "room:reset") return this.reset(data);
    if (event === "room:cursor") return this.move(data.room, data.seq) && undefined;
    if (event === "auth:expiring") this.renew();
    if (event === "room:left") {
      this.cursors.delete(data.room);
      for (const [key, wanted] of this.joined) if (wanted.room === data.room) this.joined.delete(key);
    }
    if (frame.seq && !this.move(frame.room, frame.seq)) return;
    if (frame.id && this.remember(frame.id)) return;
    this.emit(event, data, frame);
  }

  /** Whether this is the room's next event; one that came before is dropped, one too far asks for those between. */
  move(room, seq) {
    const last = this.cursors.get(room);
    if (last !== undefined && seq <= last) return false;
    if (last !== undefined && seq > last + 1) {
      this.resume({ [room]: last });
      return false;
    }
    this.cursors.set(room, seq);
    return true;
  }

  remember(id) {
    if (this.seen.has(id)) return true;
    this.seen.add(id);
    if (this.seen.size > REMEMBERED) this.seen.delete(this.seen.values().next().value);
    return false;
  }

  welcome(data) {
    this.heartbeat = data.heartbeat;
    this.failures = 0;
    this.ready = true;
    if (globalThis.document?.hidden) this.sayViewing();
    const behind = {};
    for (const [room, seq] of Object.entries(data.rooms)) {
      if (this.cursors.has(room) && this.cursors.get(room) !== seq) behind[room] = this.cursors.get(room);
      else this.cursors.set(room, seq);
    }
    this.resume(behind);
    for (const { resolve } of this.parked.splice(0)) resolve();
    for (const [key, wanted] of this.joined) {
      this.enter(wanted).catch((error) => {
        if (error.message === "unavailable") return;
        this.joined.delete(key);
        this.emit("room:left", { room: wanted.room, reason: error.message });
      });
    }
    this.emit("ready", data);
  }

  beat({ rooms }) {
    this.send({ action: "pong" });
    const behind = {};
    for (const [room, seq] of Object.entries(rooms)) {
      if ((this.cursors.get(room) ?? seq) < seq) behind[room] = this.cursors.get(room);
    }
    this.resume(behind);
  }

  reset(data) {
    this.cursors.set(data.room, data.seq);
    this.emit("reset", data);
  }

  async renew() {
    if (typeof this.token !== "function") return this.emit("auth:expiring");
    await this.act("auth", { token: await this.token() }).catch(() => {});
  }

  // --- Small things

  settle(ref, data, error) {
    const asked = this.waiting.get(ref);
    if (!asked) return;
    this.waiting.delete(ref);
    clearTimeout(asked.timer);
    if (error) asked.reject(error);
    else asked.resolve(data);
  }

  fail(error) {
    for (const ref of [...this.waiting.keys()]) this.settle(ref, null, error);
  }

  /** Waits for the connection; rejects when there will be none. */
  online() {
    if (this.ready) return Promise.resolve();
    if (this.ended) return Promise.reject(new Error("closed"));
    return new Promise((resolve, reject) => this.parked.push({ resolve, reject }));
  }

  /** Waits for so many seconds, or until the end. */
  pause(seconds) {
    if (this.ended) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.pauses.delete(done);
        resolve();
      };
      const timer = setTimeout(done, seconds * 1000);
      this.pauses.add(done);
    });
  }

  end() {
    this.ended = true;
    globalThis.document?.removeEventListener("visibilitychange", this.sayViewing);
    this.fail(new Error("closed"));
    for (const done of [...this.pauses]) done();
    for (const { reject } of this.parked.splice(0)) reject(new Error("closed"));
  }

  emit(event, data, frame) {
    for (const name of [event, "*"]) {
      for (const handler of [...(this.handlers.get(name) ?? [])]) {
        try {
          handler(data, frame ?? { event, data });
        } catch (error) {
          globalThis.reportError ? globalThis.reportError(error) : console.error(error);
        }
      }
    }
  }
}

/** A name that nobody else gives. */
function name() {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("-");
}

function problem(error) {
  return Object.assign(new Error(error.code), error, { message: error.code, text: error.message });
}
