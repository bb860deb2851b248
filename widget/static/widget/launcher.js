// The button on the page and what it knows: settings, who is here, the conversation; the panel comes when it is opened.

import { Conversation } from "./conversation.js";
import { h, icon, readableOn } from "./dom.js";
import { Identity } from "./identity.js";
import { Outbox } from "./outbox.js";
import { Panel } from "./panel.js";
import { Rest } from "./rest.js";
import { Store } from "./store.js";
import { dress } from "./style.js";
import { gettext, speak } from "./texts.js";
import { deliverReply } from "./ticket.js";

/** Starts the widget that a script tag asks for; answers what `SupportWidget` can do. */
export async function start(tag) {
  const widget = new Widget(tag);
  await widget.begin();
  return widget;
}

class Widget {
  constructor(tag) {
    const said = tag.dataset;
    this.said = said;
    this.base = (said.base ?? new URL(tag.src).origin).replace(/\/+$/, "");
    this.language = (said.language ?? document.documentElement.lang ?? "").toLowerCase().startsWith("ar") ? "ar" : "en";
    this.direction = this.language === "ar" ? "rtl" : "ltr";
    this.store = new Store(this.base);
    this.identity = new Identity(this.base, this.language, this.store);
    this.rest = new Rest(this.base, this.language, () => this.identity.token());
    this.handlers = new Map();
    this.conversation = new Conversation({
      ...{ base: this.base, rest: this.rest, identity: this.identity, store: this.store, language: this.language },
      changed: () => this.update(),
      heard: (message) => this.heard(message),
    });
    this.replies = new Outbox(this.store, {
      ...{ deliver: (entry) => this.sendReply(entry), changed: () => this.ticketView?.show() },
      ...{ known: () => this.identity.token(), name: "replies" },
    });
    this.identity.met = () => this.dropQueues();
  }

  async begin() {
    const asked = new Rest(this.base, this.language, () => null).get("/widget/settings");
    const [{ data: settings }, texts] = await Promise.all([asked, this.texts()]);
    speak(texts);
    this.settings = { ...settings, ...named(this.said, ["title", "greeting", "color"]) };
    this.draw();
    if (this.said.tokenUrl) this.identity.signIn(() => tokenFrom(this.said.tokenUrl));
    this.store.watch("guest", () => this.otherTab());
    this.store.watch("seen", () => this.update());
    document.addEventListener("visibilitychange", () => this.update());
    this.goOn();
    this.greetLater();
    if ("open" in this.said) this.open();
    this.tell("ready");
  }

  async texts() {
    if (this.language === "en") return {};
    const answer = await fetch(`${this.base}/widget/texts`, { headers: { "Accept-Language": this.language }, credentials: "omit" });
    return (await answer.json()).catalog;
  }

  draw() {
    this.host = h("support-widget", { lang: this.language, dir: this.direction });
    for (const name of ["position", "theme"]) if (this.said[name]) this.host.dataset[name] = this.said[name];
    this.root = this.host.attachShadow({ mode: "open" });
    dress(this.root);
    this.badge = h("span", { class: "badge", hidden: true });
    this.button = h("button", { type: "button", class: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false", onclick: () => this.toggle() }, icon("chat"), this.badge);
    this.button.hidden = "hideLauncher" in this.said;
    this.root.append(this.button);
    this.paint(this.settings.color);
    document.body.append(this.host);
    this.update();
  }

  paint(color) {
    const on = readableOn(color);
    if (!on) return;
    this.host.style.setProperty("--accent", color);
    this.host.style.setProperty("--on-accent", on);
  }

  // --- What a page may call

  open(view) {
    if (!this.panel) {
      this.before = document.activeElement;
      this.dropNudge();
      this.panel = new Panel(this);
      this.root.prepend(this.panel.element);
      this.host.dataset.open = "";
      this.button.setAttribute("aria-expanded", "true");
      this.fitKeyboard();
      this.tell("open");
    }
    if (view) this.panel.go({ message: "leave", tickets: "tickets", chat: "talk" }[view] ?? "home");
    else this.panel.begun.then(() => this.panel?.focus());
    this.update();
  }

  close() {
    if (!this.panel) return;
    this.leaveTicket();
    this.panel.element.remove();
    this.panel = null;
    delete this.host.dataset.open;
    this.button.setAttribute("aria-expanded", "false");
    (this.button.hidden ? this.before : this.button)?.focus?.();
    this.tell("close");
    this.update();
  }

  toggle() {
    this.panel ? this.close() : this.open();
  }

  /** Signs in the shop's customer; `fetchToken` answers a token of the shop's server, each time one is needed. */
  async signIn(fetchToken) {
    this.conversation.end(); // the queues stay: pages sign the same customer in each time they load
    this.identity.signIn(fetchToken);
    this.panel?.go("home", null, { focus: false }); // at once: what the page opens next stays open
    await this.goOn();
  }

  /** Goes on where whoever is here was: their conversation, and what of them is still to be sent. */
  async goOn() {
    await this.conversation.begin().catch(() => {});
    if (this.identity.isKnown) this.replies.flush();
    this.panel?.goOn();
  }

  signOut() {
    this.conversation.end();
    this.dropQueues();
    this.identity.signOut();
    this.panel?.go("home", null, { focus: false });
  }

  dropQueues() {
    this.conversation.outbox.clear();
    this.replies.clear();
  }

  /** Calls `handler(detail)` at ready, open, close, message, unread and ended; answers what ends it. */
  on(name, handler) {
    if (!this.handlers.has(name)) this.handlers.set(name, new Set());
    this.handlers.get(name).add(handler);
    return () => this.handlers.get(name).delete(handler);
  }

  /** Changes color, title or greeting. */
  set(values) {
    Object.assign(this.settings, named(values, ["title", "greeting", "color"]));
    this.paint(this.settings.color);
    if (this.panel?.name === "home") this.panel.go("home", null, { focus: false });
    else this.panel?.title("");
  }

  // --- What the panel asks of it

  get isSheet() {
    return matchMedia("(max-width: 480px)").matches;
  }

  go(view, detail) {
    return this.panel?.go(view, detail);
  }

  say(text, kind) {
    this.panel?.say(text, kind);
  }

  title(text) {
    this.panel?.title(text);
  }

  followTicket(view) {
    this.leaveTicket();
    this.ticketView = view;
    this.replies.flush();
    this.conversation.follow();
    const { client } = this.conversation;
    const { ticket } = view;
    const changed = () => view.load();
    const stops = ["ticket:message", "ticket:updated", "reset", "ready"].map((event) => client.on(event, () => changed().catch(() => {})));
    this.leaveTicket = () => {
      for (const stop of stops) stop();
      client.leaveTicket(ticket.id).catch(() => {});
      this.ticketView = null;
      this.leaveTicket = () => {};
    };
    client.joinTicket(ticket.id, { since: ticket.realtime.seq }).catch(() => {});
  }

  leaveTicket() {}

  /** Sends a reply of the queue; one to a closed ticket opens a new ticket, which is shown instead. */
  async sendReply(entry) {
    const { data, meta } = await deliverReply(this.rest, entry);
    if (this.ticketView?.ticket.id !== entry.ticketId) return;
    if (!meta?.openedTicket) return this.ticketView.keep(data);
    await this.go("ticket", meta.openedTicket.id);
    this.ticketView?.composer.text.focus();
    this.say(gettext("This ticket was closed, so your answer opened a new one."), "");
  }

  sound(on) {
    this.store.set("sound", on || null);
    if (on) this.beep();
  }

  // --- What happens

  /** Another tab has become a guest, or is one no more. */
  otherTab() {
    if (this.identity.isCustomer || this.conversation.client) return;
    const go = () => ["home", "talk"].includes(this.panel?.name) && this.panel.go(this.conversation.session ? "talk" : "home", null, { focus: false });
    this.conversation.begin().then(go, () => {});
  }

  heard(message) {
    if (this.store.get("sound", false)) this.beep();
    this.tell("message", { author: message.author.name, body: message.body });
  }

  update() {
    if (!this.host) return;
    this.panel?.update();
    const { unread, session } = this.conversation;
    const label = unread ? gettext("Open the chat, %(count)s unread", { count: unread }) : gettext("Open the chat");
    this.button.setAttribute("aria-label", this.panel ? gettext("Close the chat") : label);
    this.badge.textContent = unread > 99 ? "99+" : String(unread);
    this.badge.hidden = !unread;
    if (unread !== this.toldUnread) this.tell("unread", { count: (this.toldUnread = unread) });
    if (session?.status === "ended" && this.toldEnd !== session.id) this.tell("ended", { sessionId: (this.toldEnd = session.id) });
  }

  tell(name, detail = {}) {
    for (const handler of [...(this.handlers.get(name) ?? [])]) handler(detail);
    document.dispatchEvent(new CustomEvent(`support-widget:${name}`, { detail }));
  }

  /** Two short tones. */
  beep() {
    try {
      this.audio ??= new AudioContext();
      [660, 880].forEach((pitch, number) => {
        const tone = this.audio.createOscillator();
        const volume = this.audio.createGain();
        const at = this.audio.currentTime + number * 0.12;
        tone.frequency.value = pitch;
        volume.gain.setValueAtTime(0.08, at);
        volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.11);
        tone.connect(volume).connect(this.audio.destination);
        tone.start(at);
        tone.stop(at + 0.12);
      });
    } catch {
      // Browsers play nothing before somebody has touched the page.
    }
  }

  /** Greets who stays on certain pages for a while, once a visit. */
  greetLater() {
    const { seconds, pages, text } = this.settings.proactive;
    const here = !pages.length || pages.some((start) => location.pathname.startsWith(start));
    if (!seconds || !text || !here || this.conversation.isOpen || this.store.get("greeted") > Date.now() - 86400000) return;
    setTimeout(() => {
      if (this.panel || this.conversation.isOpen) return;
      this.store.set("greeted", Date.now());
      this.greet(text);
    }, seconds * 1000);
  }

  /** Shows a greeting beside the button, until it is closed or the panel is opened. */
  greet(text) {
    if (this.panel) return;
    this.dropNudge();
    const close = h("button", { type: "button", class: "round", "aria-label": gettext("Close"), onclick: () => this.dropNudge() }, icon("close"));
    this.nudge = h("div", { class: "nudge", role: "status" }, h("button", { type: "button", class: "say", onclick: () => this.open() }, text), close);
    this.root.append(this.nudge);
  }

  dropNudge() {
    this.nudge?.remove();
  }

  /** Keeps the sheet of a phone above the keyboard. */
  fitKeyboard() {
    const { visualViewport: seen } = window;
    if (!seen) return;
    const fit = () => {
      this.host.style.setProperty("--height", `${seen.height}px`);
      this.host.style.setProperty("--top", `${seen.offsetTop}px`);
    };
    if (!this.fitting) for (const event of ["resize", "scroll"]) seen.addEventListener(event, fit);
    this.fitting = true;
    fit();
  }
}

function named(values, names) {
  return Object.fromEntries(names.filter((name) => values[name]).map((name) => [name, values[name]]));
}

/** The token that the shop's own address answers: `{"token": "…"}`. */
async function tokenFrom(address) {
  const answer = await fetch(address, { method: "POST", credentials: "same-origin", headers: { Accept: "application/json", "X-Requested-With": "SupportWidget" } });
  return answer.ok ? (await answer.json()).token : null;
}
