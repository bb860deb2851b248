// The customer's chat as it stands: session, messages, who types, what is unread; the server's word over the socket.

import { connect } from "../realtime/realtime.js";
import { Outbox } from "./outbox.js";

const PAGE = 50;
const TYPING_EVERY = 2500;
const POLL_EVERY = 10000; // milliseconds, while the socket is away
const DAY = 86400000; // an ended chat that is older is not brought up again

export class Conversation {
  constructor({ base, rest, identity, store, language, changed, heard }) {
    Object.assign(this, { base, rest, identity, store, language, changed, heard });
    this.reset();
    this.outbox = new Outbox(store, { deliver: (entry) => this.deliver(entry), changed: () => this.changed(), known: () => identity.token(), name: "outbox" });
    for (const event of ["offline", "online"]) addEventListener(event, () => this.changed());
  }

  reset() {
    this.session = null;
    this.messages = new Map(); // id → message, in order
    this.hasEarlier = false;
    this.typing = "";
    this.online = false;
    this.loaded = false;
  }

  get isOpen() {
    return Boolean(this.session) && this.session.status !== "ended";
  }

  get last() {
    return [...this.messages.values()].at(-1) ?? null;
  }

  get unread() {
    const seen = BigInt(this.store.get("seen", "0"));
    return [...this.messages.values()].filter((m) => m.author.type !== "customer" && BigInt(m.id) > seen).length;
  }

  /** Fetches the chat and follows it; nothing for who has none. */
  async begin() {
    if (!this.identity.isKnown) return;
    this.follow();
    try {
      await this.load();
    } finally {
      this.loaded = true; // what failed is fetched when the connection is there
    }
    this.outbox.flush();
  }

  /** Leaves the conversation, when somebody signs in or goes; what is on its way waits for whoever wrote it. */
  end() {
    this.client?.close();
    this.client = null;
    this.store.set("seen", null);
    this.reset();
    this.changed();
  }

  // --- What the server says

  async load() {
    const { data } = await this.rest.get("/chat/my-session");
    const session = data?.status === "ended" && Date.now() - Date.parse(data.endedAt) > DAY ? null : data;
    const before = this.session?.id;
    this.session = session;
    if (session?.id !== before) this.messages.clear();
    if (session) {
      const { data: messages, meta } = await this.rest.get(`/chat/my-session/messages?limit=${PAGE}`);
      for (const message of messages) this.keep(message);
      this.hasEarlier = meta.hasBefore;
      await this.join();
    }
    this.loaded = true;
    this.poll();
    this.changed();
  }

  async loadEarlier() {
    const first = this.messages.keys().next().value;
    const { data, meta } = await this.rest.get(`/chat/my-session/messages?limit=${PAGE}&before=${first}`);
    for (const message of data) this.keep(message);
    this.hasEarlier = meta.hasBefore;
    this.changed();
  }

  /** A message anew, for the addresses of its files: those end after minutes, and events carry none. */
  async fresh(id) {
    const { data } = await this.rest.get(`/chat/my-session/messages?limit=1&after=${BigInt(id) - 1n}`);
    if (data[0]?.id !== id) return this.messages.get(id);
    this.keep(data[0]);
    return data[0];
  }

  keep(message) {
    if (this.session && message.sessionId !== this.session.id) return;
    const known = this.messages.get(message.id);
    const signed = message.attachments.some(({ url }) => url.includes("?"));
    if (known?.attachments.length && !signed) message = { ...message, attachments: known.attachments };
    this.messages.set(message.id, message);
    if (!known) this.messages = new Map([...this.messages].sort(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1)));
  }

  // --- The socket

  follow() {
    if (this.client) return;
    const client = (this.client = connect(() => this.identity.token(), this.base));
    client.on("ready", () => this.wake(true));
    client.on("disconnected", () => this.wake(false));
    client.on("closed", () => this.expired());
    client.on("reset", () => this.load().catch(() => {}));
    client.on("chat:message", (message) => this.hear(message));
    for (const event of ["chat:session:updated", "chat:session:waiting", "chat:session:accepted"]) {
      client.on(event, (session) => this.move(session));
    }
    client.on("chat:session:position", ({ sessionId, position }) => {
      if (sessionId === this.session?.id) this.move({ ...this.session, position });
    });
    client.on("typing:start", (data) => this.types(data, data.name));
    client.on("typing:stop", (data) => this.types(data, ""));
    client.on("chat:read", (data) => this.marked(data));
  }

  wake(online) {
    this.online = online;
    if (online) {
      if (this.loaded) this.load().catch(() => {});
      this.outbox.flush();
    } else this.poll();
    this.changed();
  }

  /** Asks now and then while the socket is away, since some networks let none through. */
  poll() {
    clearTimeout(this.polling);
    if (this.online || !this.isOpen) return;
    this.polling = setTimeout(() => this.load().catch(() => this.poll()), POLL_EVERY);
  }

  /** The token has ended: a guest is nobody again until they write, a customer's shop has signed them out. */
  async expired() {
    this.client = null;
    this.online = false;
    try {
      await this.identity.renew();
      if (await this.identity.token()) await this.begin();
    } catch {
      this.changed();
    }
  }

  async join() {
    if (!this.client || this.joined === this.session.id) return;
    if (this.joined) this.client.leaveChat(this.joined).catch(() => {});
    this.joined = this.session.id;
    this.client.joinChat(this.session.id, { since: this.session.realtime.seq }).catch(() => (this.joined = null));
  }

  hear(message) {
    if (message.sessionId !== this.session?.id) return;
    const isNew = !this.messages.has(message.id);
    this.keep(message);
    if (message.clientMessageId) this.outbox.remove(message.clientMessageId);
    if (message.author.type !== "customer") {
      this.typing = "";
      if (isNew) this.heard(message);
    }
    if (message.attachments.length) this.fresh(message.id).then(() => this.changed()).catch(() => {});
    this.changed();
  }

  move(session) {
    if (session.id !== this.session?.id || session.version < this.session.version) return;
    this.session = { ...this.session, ...session };
    if (session.status === "ended") this.typing = "";
    this.changed();
  }

  types({ sessionId, userId, expiresIn = 8 }, name) {
    if (sessionId !== this.session?.id || userId === this.identity.userId) return;
    clearTimeout(this.typingEnds);
    this.typing = name;
    if (name) this.typingEnds = setTimeout(() => this.types({ sessionId }, ""), expiresIn * 1000);
    this.changed();
  }

  /** The other side has read all up to a message. */
  marked({ sessionId, userId, messageId, readAt }) {
    if (sessionId !== this.session?.id || userId === this.identity.userId) return;
    for (const [id, message] of this.messages) {
      const mine = message.author.type === "customer" && !message.readAt;
      if (mine && BigInt(id) <= BigInt(messageId)) this.messages.set(id, { ...message, readAt });
    }
    this.changed();
  }

  // --- What the customer does

  write(body, uploads = []) {
    const files = uploads.map((upload) => upload.done);
    this.outbox.add({ body, uploads: uploads.map(({ name }) => ({ filename: name })) }, files);
    this.types({ sessionId: this.session?.id }, "");
    this.saidTyping = 0;
  }

  choose(messageId, reply) {
    this.outbox.add({ body: reply.label, quickReply: { messageId, value: reply.value } });
  }

  /** Opens the chat if there is none and sends one message of the queue; the same entry twice is stored once. */
  async deliver(entry) {
    try {
      await this.deliverOnce(entry);
    } catch (error) {
      if (error.code === "session_ended" || error.code === "not_found") {
        if (entry.quickReply) return; // of a chat that is over
        this.session = null;
        await this.deliverOnce(entry);
      } else if (error.status === 401) {
        await this.identity.renew();
        await this.deliverOnce(entry);
      } else throw error;
    }
  }

  async deliverOnce(entry) {
    if (!this.isOpen) await this.open();
    const body = entry.quickReply ? { quickReply: entry.quickReply } : { body: entry.body };
    if (entry.attachments?.length) body.attachments = entry.attachments.map(({ id }) => id);
    const { data } = await this.rest.post("/chat/my-session/messages", { ...body, clientMessageId: entry.id });
    this.keep(data);
  }

  async open() {
    const { data } = await this.rest.post("/chat/sessions", { language: this.language });
    if (data.id !== this.session?.id) this.messages.clear();
    this.session = data;
    this.loaded = true;
    this.follow();
    this.poll();
    await this.join();
  }

  type(isTyping) {
    if (!this.isOpen || !this.client) return;
    const now = Date.now();
    if (isTyping && now - (this.saidTyping ?? 0) < TYPING_EVERY) return;
    this.saidTyping = isTyping ? now : 0;
    this.client.sendTyping(this.session.id, isTyping).catch(() => {});
  }

  /** Tells that everything shown was read, once for each new message of the other side. */
  read() {
    const last = [...this.messages.values()].filter((m) => m.author.type !== "customer").at(-1);
    if (!last || BigInt(last.id) <= BigInt(this.store.get("seen", "0"))) return;
    this.store.set("seen", last.id);
    this.rest.post("/chat/my-session/read", { messageId: last.id }).catch(() => {});
  }

  async askForPerson() {
    if (!this.isOpen) await this.open();
    this.move((await this.rest.post("/chat/my-session/handover")).data);
  }

  async finish() {
    this.move((await this.rest.post("/chat/my-session/end")).data);
  }

  async rate(rating, feedback) {
    const { data } = await this.rest.post("/chat/my-session/rate", { rating, ...(feedback ? { feedback } : {}) });
    this.move(data);
  }

  mailTranscript(email) {
    return this.rest.post("/chat/my-session/transcript", { email });
  }
}
