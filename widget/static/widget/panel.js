// The panel: one view at a time under a head that says who is there; keyboard and focus stay with it.

import { Chat, transcriptForm } from "./chat.js";
import { h, icon } from "./dom.js";
import { field, form } from "./forms.js";
import { gettext } from "./texts.js";
import { leaveMessage, messageLeft, ticketList, ticketThread } from "./tickets.js";

const SLOW = 800; // milliseconds after which a view that is being fetched says so
const FOCUSABLE = "button:not([disabled]), a[href], input:not([hidden]), textarea, [tabindex='0']";

export class Panel {
  constructor(app) {
    this.app = app;
    this.heading = h("h2", { id: "title" });
    this.subtitle = h("p", {});
    this.back = h("button", { type: "button", class: "round", "aria-label": gettext("Back"), onclick: () => this.go(this.name === "ticket" ? "tickets" : "home") }, icon("back"));
    this.more = h("button", { type: "button", class: "round", "aria-label": gettext("More"), "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.toggleMenu() }, icon("more"));
    const close = h("button", { type: "button", class: "round", "aria-label": gettext("Close"), onclick: () => app.close() }, icon("close"));
    this.menu = h("div", { class: "menu", role: "menu", hidden: true });
    this.notice = h("p", { class: "line wrong", role: "alert", hidden: true });
    this.view = h("div", { class: "fill" });
    const head = h("div", { class: "head" }, this.back, h("div", { class: "title" }, this.heading, this.subtitle), this.more, close);
    this.element = h("div", { class: "panel", role: "dialog", "aria-labelledby": "title", lang: app.language, dir: app.direction, onkeydown: (event) => this.key(event) }, head, this.menu, this.notice, this.view);
    this.begun = this.go(app.conversation.session ? "talk" : "home", null, { focus: false });
  }

  /** Shows a view: home, talk, leave, left, tickets, ticket, transcript. */
  async go(name, detail = null, { focus = true } = {}) {
    this.app.leaveTicket();
    const turn = (this.turn = (this.turn ?? 0) + 1); // a slow view gives way to one that was asked for later
    this.name = name;
    this.chat = null;
    this.closeMenu();
    this.say("");
    this.title("");
    this.back.hidden = name === "home";
    const slow = setTimeout(() => this.view.replaceChildren(h("p", { class: "body quiet", role: "status" }, gettext("Loading…"))), SLOW);
    try {
      const shown = await this[name](detail);
      if (turn !== this.turn) return;
      this.view.replaceChildren(shown.element ?? shown);
      shown.begin?.();
    } catch (error) {
      if (turn !== this.turn) return;
      this.name = "home";
      this.back.hidden = true;
      this.view.replaceChildren(this.home());
      this.say(error.code === "offline" ? gettext("There is no connection. Try again in a moment.") : error.reason || error.message);
    } finally {
      clearTimeout(slow);
    }
    this.update();
    if (focus) this.focus();
  }

  /** Shows the conversation that was still being fetched when the panel was opened. */
  goOn() {
    if (this.name === "home" && this.app.conversation.session) this.go("talk");
  }

  home() {
    const { conversation, settings, identity } = this.app;
    const choice = (mark, label, note, view) =>
      h("button", { type: "button", class: "choice", onclick: () => this.go(view) }, icon(mark), h("span", {}, label, note ? h("small", {}, note) : ""), view === "talk" && conversation.unread ? h("span", { class: "count" }, String(conversation.unread)) : "");
    const leave = choice("mail", gettext("Leave a message"), gettext("We answer by e-mail and here."), "leave");
    const talk = choice(
      "chat",
      conversation.isOpen ? gettext("Go on with the conversation") : gettext("Start a conversation"),
      settings.isOpen ? gettext("We usually answer within minutes.") : gettext("Nobody is here now; our assistant answers you."),
      "talk",
    );
    return h(
      "div",
      { class: "body" },
      h("p", {}, settings.greeting),
      settings.isOpen || conversation.isOpen ? [talk, leave] : [leave, talk],
      identity.isKnown ? choice("ticket", gettext("My tickets"), "", "tickets") : "",
    );
  }

  talk() {
    return this.app.identity.isKnown ? this.conversation() : this.introduce();
  }

  introduce() {
    const { identity, conversation } = this.app;
    const name = field(gettext("Name"), { name: "name", required: true, maxlength: "150", autocomplete: "name", value: identity.lastName.name });
    const email = field(gettext("E-mail"), { name: "email", type: "email", maxlength: "254", autocomplete: "email", dir: "ltr", value: identity.lastName.email }, gettext("not required"));
    const begin = async () => {
      await identity.beGuest(name.input.value.trim(), email.input.value.trim());
      conversation.follow();
      await this.go("talk");
    };
    return h("div", { class: "body" }, h("p", {}, gettext("What may we call you?")), form([name.element, email.element], gettext("Start the conversation"), begin));
  }

  conversation() {
    this.chat = new Chat(this.app);
    return this.chat.element;
  }

  tickets() {
    return ticketList(this.app);
  }

  ticket(id) {
    return ticketThread(this.app, id);
  }

  leave() {
    return leaveMessage(this.app);
  }

  left(ticket) {
    return messageLeft(this.app, ticket);
  }

  transcript() {
    return h("div", { class: "body" }, transcriptForm(this.app));
  }

  // --- Around the view

  title(text) {
    const { settings, conversation } = this.app;
    this.heading.replaceChildren(h("bdi", {}, text || settings.title));
    const agent = this.chat && conversation.isOpen ? conversation.session.agent?.name : "";
    this.subtitle.textContent = agent ?? "";
    this.subtitle.hidden = !agent;
  }

  update() {
    const { conversation } = this.app;
    if (this.chat) {
      this.chat.show();
      this.title("");
      if (!document.hidden) conversation.read();
    }
  }

  say(text, kind = "wrong") {
    this.notice.className = `line ${kind}`;
    this.notice.textContent = text;
    this.notice.hidden = !text;
  }

  focus() {
    if (this.chat && !this.chat.composer.element.hidden) return this.chat.focus();
    const first = this.view.querySelector("input:not([hidden]), textarea, [role=status][tabindex], button, [tabindex='0']");
    (first ?? this.more).focus();
  }

  toggleMenu() {
    if (!this.menu.hidden) return this.closeMenu();
    const { conversation, store } = this.app;
    const item = (label, run) => h("button", { type: "button", role: "menuitem", onclick: () => (this.closeMenu(), this.more.focus(), run()) }, label);
    const sound = store.get("sound", false);
    this.menu.replaceChildren(
      item(sound ? gettext("Sound off") : gettext("Sound on"), () => this.app.sound(!sound)),
      ...(conversation.session ? [item(gettext("Send by e-mail"), () => this.go("transcript"))] : []),
      ...(conversation.isOpen ? [item(gettext("End the conversation"), () => conversation.finish().catch((error) => this.say(error.reason || error.message)))] : []),
    );
    this.menu.hidden = false;
    this.more.setAttribute("aria-expanded", "true");
    this.menu.firstChild.focus();
  }

  closeMenu() {
    this.menu.hidden = true;
    this.more.setAttribute("aria-expanded", "false");
  }

  key(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      if (!this.menu.hidden) {
        this.closeMenu();
        this.more.focus();
      } else this.app.close();
    } else if (event.key === "Tab" && this.app.isSheet) this.keepFocus(event);
    else if (!this.menu.hidden && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      const items = [...this.menu.children];
      const at = items.indexOf(this.element.getRootNode().activeElement);
      items.at((at + (event.key === "ArrowDown" ? 1 : -1)) % items.length).focus();
    }
  }

  /** On a phone the panel covers the page, so that focus goes round in it. */
  keepFocus(event) {
    const all = [...this.element.querySelectorAll(FOCUSABLE)].filter((element) => element.checkVisibility());
    const active = this.element.getRootNode().activeElement;
    const [from, to] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
    if (active !== from) return;
    event.preventDefault();
    to.focus();
  }
}
