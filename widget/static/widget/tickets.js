// The customer's tickets in the widget: the list, and a message left when nobody is there.

import { h, icon } from "./dom.js";
import { Files } from "./files.js";
import { field, form } from "./forms.js";
import { newName } from "./outbox.js";
import { gettext } from "./texts.js";
import { numberAndStatus, TicketView } from "./ticket.js";

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
        h("span", {}, h("bdi", {}, ticket.subject), h("small", {}, numberAndStatus(ticket))),
      ),
    );
  const list = data.length ? h("ul", { class: "chips" }, data.map(row)) : h("p", {}, gettext("You have no tickets yet."));
  return h("div", { class: "body" }, h("button", { type: "button", class: "big", onclick: () => app.go("leave") }, gettext("New ticket")), list);
}

/** A ticket with its thread; of a merged one, where it goes on. */
export async function ticketThread(app, id) {
  let ticket = (await app.rest.get(`/tickets/${id}`)).data;
  while (ticket.mergedInto) ticket = (await app.rest.get(`/tickets/${ticket.mergedInto.id}`)).data;
  const view = new TicketView(app, ticket);
  await view.load();
  return view;
}

/** The form of a new ticket; a guest gives a name, and an address for the answer. */
export function leaveMessage(app) {
  const { identity } = app;
  const known = identity.isKnown;
  const name = field(gettext("Name"), { name: "name", autocomplete: "name", required: true, maxlength: "150", value: identity.lastName.name });
  const email = field(gettext("E-mail"), { name: "email", type: "email", autocomplete: "email", required: true, maxlength: "254", dir: "ltr", value: identity.lastName.email }, gettext("we answer there"));
  const subject = field(gettext("Subject"), { name: "subject", required: true, maxlength: "200" });
  const text = field(gettext("Message"), { tag: "textarea", name: "description", rows: "5", required: true, maxlength: "10000" });
  const attach = h("button", { type: "button", class: "pill", onclick: () => files.picker.click() }, icon("clip"), gettext("Attach files"));
  const files = new Files({ path: "/tickets/upload", rest: app.rest, limits: app.settings }, () => attach.focus(), () => identity.isKnown); // a guest is nobody before
  let last = {}; // what was sent last: after a lost answer the same text is stored once, and a changed one is another ticket
  const send = async () => {
    if (!identity.isKnown) await identity.beGuest(name.input.value.trim(), email.input.value.trim());
    const attachments = (await files.attachments()).map(({ id }) => id);
    const body = { subject: subject.input.value.trim(), description: text.input.value.trim(), ...(attachments.length ? { attachments } : {}) };
    const content = JSON.stringify(body);
    if (last.content !== content) last = { content, key: newName() };
    const { data } = await app.rest.post("/tickets", body, { "Idempotency-Key": last.key });
    app.go("left", data);
  };
  text.input.addEventListener("paste", (event) => files.paste(event));
  const parts = [...(known ? [] : [name.element, email.element]), subject.element, text.element, attach, files.element];
  const body = h("div", { class: "body" }, h("p", {}, gettext("Tell us what it is about and we will answer you.")), form(parts, gettext("Send the message"), send));
  files.catchDrops(body);
  return body;
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
