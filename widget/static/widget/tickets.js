// The customer's tickets in the widget: list, thread, reply, rating, and a message left when nobody is there.

import { Composer } from "./composer.js";
import { h, icon } from "./dom.js";
import { field, form, ratingForm } from "./forms.js";
import { newName } from "./outbox.js";
import { gettext } from "./texts.js";
import { Thread } from "./thread.js";

const STATUSES = {
  open: () => gettext("Open"),
  in_progress: () => gettext("In progress"),
  pending: () => gettext("Waiting for you"),
  on_hold: () => gettext("On hold"),
  resolved: () => gettext("Resolved"),
  closed: () => gettext("Closed"),
};
const DONE = new Set(["resolved", "closed"]);

/** The list of one's tickets, newest first. */
export async function ticketList(app) {
  const { data } = await app.rest.get("/tickets?limit=30&sortBy=createdAt");
  const row = (ticket) =>
    h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "choice", onclick: () => app.go("ticket", ticket.id) },
        h("span", {}, h("bdi", {}, ticket.subject), h("small", {}, h("bdi", { dir: "ltr" }, ticket.ticketNumber), ` · ${STATUSES[ticket.status]()}`)),
      ),
    );
  const list = data.length ? h("ul", { class: "chips" }, data.map(row)) : h("p", {}, gettext("You have no tickets yet."));
  return h("div", { class: "body" }, list, h("button", { type: "button", class: "big", onclick: () => app.go("leave") }, gettext("New ticket")));
}

/** A ticket with its thread; it follows the socket until `app.left` is called. */
export async function ticketThread(app, id) {
  const { data: ticket } = await app.rest.get(`/tickets/${id}`);
  const path = `/tickets/${ticket.id}/messages`;
  const thread = new Thread(app.language, {
    label: ticket.subject,
    refetch: async (messageId) => (await app.rest.get(`${path}?limit=1&after=${BigInt(messageId) - 1n}`)).data[0],
    retry: () => {},
    discard: () => {},
  });
  const state = h("p", { class: "line" });
  const body = h("div", { class: "body" }, thread.element);
  const show = async () => {
    const [{ data: now }, { data: messages }] = await Promise.all([app.rest.get(`/tickets/${id}`), app.rest.get(`${path}?limit=100`)]);
    state.replaceChildren(h("bdi", { dir: "ltr" }, now.ticketNumber), ` · ${STATUSES[now.status]()}`);
    thread.show(messages, [], { seenMark: false });
    if (DONE.has(now.status) && !now.rating && !rating.isConnected) body.append(rating);
    body.scrollTop = body.scrollHeight;
  };
  const rating = ratingForm(gettext("How satisfied are you with our help?"), async (stars, feedback) => {
    await app.rest.post(`/tickets/${id}/rate`, { rating: stars, ...(feedback ? { feedback } : {}) });
    rating.replaceWith(h("p", { class: "card", role: "status" }, gettext("Thank you for your rating.")));
  });
  const composer = new Composer({
    label: gettext("Write a reply"),
    upload: { path: "/tickets/upload", rest: app.rest, limits: app.settings },
    send: (text, uploads) => reply(app, path, text, uploads).then(show, (error) => app.say(error.reason || error.message)),
  });
  composer.catchDrops(body);
  await show();
  app.title(ticket.subject);
  app.followTicket(ticket, show);
  return h("div", { class: "fill" }, state, body, composer.element);
}

async function reply(app, path, body, uploads) {
  const attachments = (await Promise.all(uploads.map((upload) => upload.done))).map(({ id }) => id);
  const clientMessageId = newName();
  for (let tries = 0; ; tries++) {
    try {
      return await app.rest.post(path, { ...(body ? { body } : {}), attachments, clientMessageId });
    } catch (error) {
      if (!error.passing || tries >= 8) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000 * (tries + 1)));
    }
  }
}

/** The form of a new ticket; a guest gives a name, and an address for the answer. */
export function leaveMessage(app) {
  const { identity } = app;
  const known = identity.isKnown;
  const name = field(gettext("Name"), { name: "name", autocomplete: "name", required: true, maxlength: "150", value: identity.lastName.name });
  const email = field(gettext("E-mail"), { name: "email", type: "email", autocomplete: "email", required: true, maxlength: "254", dir: "ltr", value: identity.lastName.email }, gettext("we answer there"));
  const subject = field(gettext("Subject"), { name: "subject", required: true, maxlength: "200" });
  const text = field(gettext("Message"), { tag: "textarea", name: "description", rows: "5", required: true, maxlength: "10000" });
  const files = new FileField(app);
  const key = newName();
  const send = async () => {
    if (!identity.isKnown) await identity.beGuest(name.input.value.trim(), email.input.value.trim());
    const attachments = await files.attachments();
    const body = { subject: subject.input.value.trim(), description: text.input.value.trim(), ...(attachments.length ? { attachments } : {}) };
    const { data } = await app.rest.post("/tickets", body, { "Idempotency-Key": key });
    app.go("left", data);
  };
  const parts = [...(known ? [] : [name.element, email.element]), subject.element, text.element, files.element];
  return h("div", { class: "body" }, h("p", {}, gettext("Tell us what it is about and we will answer you.")), form(parts, gettext("Send the message"), send));
}

/** What follows a message that was left. */
export function messageLeft(app, ticket) {
  return h(
    "div",
    { class: "body" },
    h("div", { class: "card", role: "status", tabindex: "-1" }, h("h3", {}, gettext("We have your message.")), h("p", {}, gettext("Your ticket is"), " ", h("bdi", { dir: "ltr" }, ticket.ticketNumber), ".")),
    h("button", { type: "button", class: "big", onclick: () => app.go("ticket", ticket.id) }, gettext("Show the ticket")),
  );
}

/** A field for files that are uploaded when the form is sent, since a guest is nobody before. */
class FileField {
  constructor(app) {
    this.app = app;
    this.names = h("p", { class: "quiet", role: "status" });
    this.input = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", "aria-label": gettext("Attach files"), onchange: () => this.name() });
    const choose = h("button", { type: "button", class: "pill", onclick: () => this.input.click() }, icon("clip"), gettext("Attach files"));
    this.element = h("div", { class: "chips" }, this.input, choose, this.names);
  }

  name() {
    const names = [...this.input.files].map(({ name }) => h("bdi", {}, name));
    this.names.replaceChildren(...names.flatMap((name, number) => (number ? [" · ", name] : [name])));
  }

  async attachments() {
    this.uploaded ??= new Map();
    for (const file of this.input.files) {
      const key = `${file.name}:${file.size}:${file.lastModified}`;
      if (!this.uploaded.has(key)) this.uploaded.set(key, (await this.app.rest.upload("/tickets/upload", file, newName(), () => {})).id);
    }
    return [...this.uploaded.values()];
  }
}
