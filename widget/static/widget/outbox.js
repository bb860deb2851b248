// Messages on their way: kept in the browser until the server has them, sent in order, under names that store them once.

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30000;

/** A name that nobody else gives. */
export function newName() {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("-");
}

export class Outbox {
  /**
   * `deliver(entry)` sends one and rejects with Refused; `changed()` hears of every change; kept under `name`.
   * `known()` is awaited before an entry is read: it tells who is here, and empties the queue of somebody else.
   */
  constructor(store, { deliver, changed, known, name }) {
    this.store = store;
    this.name = name;
    Object.assign(this, { deliver, changed, known });
    this.held = []; // entries whose files are still on their way: files cannot be kept over a reload
    this.pause = FIRST_PAUSE;
    store.watch(name, () => this.changed());
    addEventListener("online", () => this.flush());
  }

  get kept() {
    return this.store.get(this.name, []);
  }

  get entries() {
    return [...this.kept, ...this.held];
  }

  /** Puts a message into the queue; one with `files` (promises of attachments) waits for them and holds nobody up. */
  add(content, files = []) {
    const entry = { id: newName(), at: new Date().toISOString(), ...content };
    if (!files.length) return this.queue(entry);
    this.held.push(entry);
    this.changed();
    Promise.all(files).then(
      (attachments) => {
        this.held = this.held.filter((other) => other !== entry);
        this.queue({ ...entry, uploads: undefined, attachments });
      },
      () => {
        this.held = this.held.filter((other) => other !== entry);
        this.changed();
      },
    );
  }

  queue(entry) {
    this.store.set(this.name, [...this.kept, entry]);
    this.changed();
    this.flush();
  }

  remove(id) {
    const left = this.kept.filter((entry) => entry.id !== id);
    this.store.set(this.name, left.length ? left : null);
  }

  /** Marks an entry that the server refused, so that a person decides. */
  fail(id, reason) {
    const marked = this.kept.map((entry) => (entry.id === id ? { ...entry, failed: reason } : entry));
    this.store.set(this.name, marked);
  }

  retry(id) {
    const again = this.kept.map(({ failed, ...entry }) => (entry.id === id ? entry : { failed, ...entry }));
    this.store.set(this.name, again);
    this.flush();
  }

  clear() {
    this.store.set(this.name, null);
    this.held = [];
  }

  /** Sends what waits, one after another; stops at a failed connection and comes back by itself. */
  async flush() {
    if (this.flushing) return;
    this.flushing = true;
    clearTimeout(this.timer);
    try {
      let entry;
      while ((entry = await this.next())) {
        await this.send(entry);
        this.changed();
      }
      this.pause = FIRST_PAUSE;
    } catch {
      this.timer = setTimeout(() => this.flush(), this.pause);
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
    } finally {
      this.flushing = false;
    }
  }

  /** The first entry that may be sent. */
  async next() {
    if (this.kept.length) await this.known();
    return this.kept.find((waiting) => !waiting.failed);
  }

  async send(entry) {
    try {
      await this.deliver(entry);
      this.remove(entry.id);
    } catch (error) {
      if (error.passing) throw error;
      this.fail(entry.id, error.reason || error.message || String(error));
    }
  }
}
