// One ticket in the widget: its thread, the replies on their way, and the rating once it is resolved.

import { Composer } from "./composer.js";
import { h } from "./dom.js";
import { ratingForm } from "./forms.js";
import { Scroll } from "./scroll.js";
import { gettext } from "./texts.js";
import { Thread } from "./thread.js";

const PAGE = 50;
const STATUSES = {
  open: () => gettext("Open"),
  in_progress: () => gettext("In progress"),
  pending: () => gettext("Waiting for you"),
  on_hold: () => gettext("On hold"),
  resolved: () => gettext("Resolved"),
  closed: () => gettext("Closed"),
};
const DONE = new Set(["resolved", "closed"]);

/** A ticket's number and what state it is in. */
export function numberAndStatus(ticket) {
  return [h("bdi", { dir: "ltr" }, ticket.ticketNumber), ` · ${STATUSES[ticket.status]()}`];
}

/** Sends a reply of the queue; the same entry twice is stored once. */
export function deliverReply(rest, { id, ticketId, body, attachments = [] }) {
  const files = attachments.map((file) => file.id);
  return rest.post(`/tickets/${ticketId}/messages`, { ...(body ? { body } : {}), attachments: files, clientMessageId: id });
}

export class TicketView {
  /** `ticket` as the API answers it; the view follows the socket until `app.leaveTicket` is called. */
  constructor(app, ticket) {
    this.app = app;
    this.ticket = ticket;
    this.path = `/tickets/${ticket.id}/messages`;
    this.messages = new Map(); // id → message, in order
    this.thread = new Thread(app.language, {
      label: ticket.subject,
      refetch: async (id) => (await app.rest.get(`${this.path}?limit=1&after=${BigInt(id) - 1n}`)).data[0],
      retry: ({ id }) => app.replies.retry(id),
      discard: ({ id }) => (app.replies.remove(id), this.show()),
    });
    this.state = h("p", { class: "line", role: "status" });
    this.earlier = h("button", { type: "button", class: "pill", hidden: true, onclick: () => this.fetchEarlier() }, gettext("Earlier messages"));
    this.after = h("div", {});
    this.body = h("div", { class: "body", tabindex: "0", role: "region", "aria-label": gettext("Messages") }, this.earlier, this.thread.element, this.after);
    this.composer = new Composer({
      label: gettext("Write a reply"),
      upload: { path: "/tickets/upload", rest: app.rest, limits: app.settings },
      send: (text, uploads) => this.reply(text, uploads),
    });
    this.composer.files.catchDrops(this.body);
    this.scroll = new Scroll(this.body, [this.thread.element, this.after]);
    this.element = h("div", { class: "fill" }, this.state, this.body, this.composer.element);
  }

  /** Fetches the ticket and the end of its thread. */
  async load() {
    const [{ data: ticket }, { data: messages, meta }] = await Promise.all([
      this.app.rest.get(`/tickets/${this.ticket.id}`),
      this.app.rest.get(`${this.path}?limit=${PAGE}`),
    ]);
    this.ticket = ticket;
    if (!this.messages.size) this.earlier.hidden = !meta.hasBefore;
    for (const message of messages) this.messages.set(message.id, message);
    this.show();
  }

  async fetchEarlier() {
    const { data, meta } = await this.app.rest.get(`${this.path}?limit=${PAGE}&before=${this.messages.keys().next().value}`);
    this.messages = new Map([...data.map((message) => [message.id, message]), ...this.messages]);
    this.earlier.hidden = !meta.hasBefore;
    this.show();
  }

  /** Takes what was just sent, for the socket may be slower. */
  keep(message) {
    this.messages.set(message.id, message);
    this.show();
  }

  /** Called when it stands in the panel. */
  begin() {
    this.app.title(this.ticket.subject);
    this.app.followTicket(this);
    this.scroll.toEnd();
  }

  reply(body, uploads) {
    const content = { ticketId: this.ticket.id, body, uploads: uploads.map(({ name }) => ({ filename: name })) };
    this.app.replies.add(content, uploads.map((upload) => upload.done));
    this.scroll.toEnd();
  }

  show() {
    const state = numberAndStatus(this.ticket);
    if (this.shownStatus !== this.ticket.status) this.state.replaceChildren(...state);
    this.shownStatus = this.ticket.status;
    const waiting = this.app.replies.entries.filter(({ ticketId }) => ticketId === this.ticket.id);
    this.thread.show([...this.messages.values()], waiting, { seenMark: false });
    const asks = DONE.has(this.ticket.status) && !this.ticket.rating;
    if (asks && !this.after.firstChild) this.after.append(this.rating());
    if (!DONE.has(this.ticket.status)) this.after.replaceChildren();
    this.scroll.keep();
  }

  rating() {
    const form = ratingForm(gettext("How satisfied are you with our help?"), async (stars, feedback) => {
      await this.app.rest.post(`/tickets/${this.ticket.id}/rate`, { rating: stars, ...(feedback ? { feedback } : {}) });
      const thanks = h("p", { class: "card", role: "status", tabindex: "-1" }, gettext("Thank you for your rating."));
      form.replaceWith(thanks);
      thanks.focus();
    });
    return form;
  }
}
