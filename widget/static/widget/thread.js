// Messages on the screen: each is drawn once and again only when it changed, so that readers hear what is new alone.

import { arrange, h, icon, visit } from "./dom.js";
import { formatted } from "./formatting.js";
import { gettext } from "./texts.js";

const PICTURES = new Set(["image/jpeg", "image/png", "image/webp", "image/gif"]);

export class Thread {
  /** `refetch(id)` answers a message with fresh addresses of its files; `retry` and `discard` take a queued entry. */
  constructor(language, { label, refetch, retry, discard }) {
    Object.assign(this, { language, refetch, retry, discard });
    this.element = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": label, tabindex: "-1" });
    this.drawn = new Map(); // key → {element, version}
  }

  /** Shows messages, then what is on its way; `greeting` stands before both. */
  show(messages, waiting = [], { greeting = "", seenMark = true } = {}) {
    const sent = new Set(messages.map((message) => message.clientMessageId).filter(Boolean));
    const lastRead = seenMark ? messages.filter((m) => m.author.type === "customer" && m.readAt).at(-1) : null;
    const rows = [
      ...(greeting ? [["greeting", greeting, () => bubble("bot", greeting)]] : []),
      ...messages.map((m) => {
        const key = m.clientMessageId ?? m.id;
        return [key, JSON.stringify([m.id, m.attachments.map((file) => file.url.includes("?")), m === lastRead]), () => this.message(m, m === lastRead)];
      }),
      ...waiting.filter((entry) => !sent.has(entry.id)).map((entry) => [entry.id, JSON.stringify(entry), () => this.waiting(entry)]),
    ];
    const drawn = new Map();
    for (const [key, version, draw] of rows) {
      const before = this.drawn.get(key);
      if (before?.version === version) drawn.set(key, before);
      else if (before) {
        const element = draw();
        before.element.replaceWith(element);
        drawn.set(key, { element, version });
      } else drawn.set(key, { element: draw(), version });
    }
    this.drawn = drawn;
    arrange(this.element, [...drawn.values()].map(({ element }) => element));
  }

  message(message, isLastRead) {
    const { author } = message;
    const files = message.attachments.map((file) => this.file(message, file));
    const row = bubble(author.type, message.body, files);
    const time = this.time(new Date(message.createdAt));
    const mine = author.type === "customer";
    const who = mine ? h("span", { class: "hide" }, gettext("You"), " ") : [h("bdi", {}, author.name), " · "];
    if (author.type !== "system") row.append(h("p", { class: "meta" }, who, time, isLastRead ? ` · ${gettext("Read")}` : ""));
    return row;
  }

  /** The hour, with the day where that is not today. */
  time(at) {
    const hour = { hour: "numeric", minute: "2-digit" };
    const day = at.toDateString() === new Date().toDateString() ? {} : { day: "numeric", month: "short" };
    const year = at.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
    return at.toLocaleString(`${this.language}-u-nu-latn`, { ...day, ...year, ...hour });
  }

  waiting(entry) {
    const files = (entry.attachments ?? entry.uploads ?? []).map(({ filename }) => h("span", { class: "file" }, icon("file"), h("span", { dir: "auto" }, filename)));
    const row = bubble("customer", entry.body, files);
    if (!entry.failed) row.append(h("p", { class: "meta" }, gettext("Sending…")));
    else {
      const again = h("button", { type: "button", onclick: () => this.retry(entry) }, gettext("Send again"));
      const drop = h("button", { type: "button", onclick: () => this.discard(entry) }, gettext("Discard"));
      row.append(h("p", { class: "meta failed" }, entry.failed, again, drop));
    }
    return row;
  }

  file(message, file) {
    const open = async () => {
      const fresh = await this.refetch(message.id);
      visit(fresh.attachments.find(({ id }) => id === file.id)?.url ?? file.url);
    };
    const plain = () => [icon("file"), h("span", { dir: "auto" }, file.filename)];
    if (!PICTURES.has(file.contentType) || !file.url.includes("?")) {
      return h("button", { type: "button", class: "file", onclick: open }, plain());
    }
    const button = h("button", { type: "button", class: "shot", "aria-label": file.filename, onclick: open });
    const picture = h("img", { class: "picture", src: file.url, alt: "", loading: "lazy" });
    picture.addEventListener("error", () => {
      button.className = "file";
      button.replaceChildren(...plain());
    });
    button.append(picture);
    return button;
  }
}

function bubble(kind, text, files = []) {
  return h("div", { class: kind }, text ? h("div", { class: "bubble", dir: "auto" }, formatted(text)) : "", files);
}
