// The chat on the screen: state line, messages, quick replies, composer, and the rating when it has ended.

import { Composer } from "./composer.js";
import { h, isWebAddress, visit } from "./dom.js";
import { field, form, ratingForm } from "./forms.js";
import { Scroll } from "./scroll.js";
import { gettext } from "./texts.js";
import { Thread } from "./thread.js";

export class Chat {
  constructor(app) {
    this.app = app;
    const { conversation } = app;
    this.thread = new Thread(app.language, {
      label: gettext("Conversation"),
      refetch: (id) => conversation.fresh(id),
      retry: ({ id }) => conversation.outbox.retry(id),
      discard: ({ id }) => (conversation.outbox.remove(id), this.show()),
    });
    this.state = h("p", { class: "line", role: "status" });
    this.earlier = h("button", { type: "button", class: "pill", onclick: () => conversation.loadEarlier() }, gettext("Earlier messages"));
    this.typing = h("p", { class: "meta", "aria-live": "polite" });
    this.replies = h("div", { class: "replies" });
    this.after = h("div", { class: "after" });
    this.body = h("div", { class: "body", tabindex: "0", role: "region", "aria-label": gettext("Messages") }, this.earlier, this.thread.element, this.typing, this.replies, this.after);
    this.composer = new Composer({
      label: gettext("Write a message"),
      store: app.store,
      upload: { path: "/chat/upload", rest: app.rest, limits: app.settings },
      send: (text, uploads) => {
        conversation.write(text, uploads);
        this.scroll.toEnd();
      },
      typing: (isTyping) => conversation.type(isTyping),
    });
    this.element = h("div", { class: "fill" }, this.state, this.body, this.composer.element);
    this.composer.files.catchDrops(this.element);
    this.scroll = new Scroll(this.body, [this.thread.element, this.replies, this.after]);
    this.show();
  }

  focus() {
    this.composer.text.focus();
  }

  show() {
    const { conversation, settings } = this.app;
    const messages = [...conversation.messages.values()];
    this.earlier.hidden = !conversation.hasEarlier;
    this.thread.show(messages, conversation.outbox.entries, { greeting: conversation.hasEarlier ? "" : settings.greeting });
    this.typing.textContent = conversation.typing ? gettext("%(name)s is typing…", { name: conversation.typing }) : "";
    this.showState();
    this.showReplies();
    this.showEnd();
    this.scroll.keep();
  }

  showState() {
    const { conversation } = this.app;
    const said = this.stateInWords(conversation);
    if (this.state.textContent !== said) this.state.textContent = said;
    this.state.hidden = !said;
  }

  stateInWords({ session, client, online, outbox }) {
    const reaches = online && navigator.onLine; // a socket may take a minute to notice
    if (client && !reaches && (session || outbox.entries.length)) return gettext("Connecting… What you write is sent as soon as there is a connection.");
    if (session?.status === "waiting") {
      return session.position
        ? gettext("You are number %(position)s in the queue.", { position: session.position })
        : gettext("You are in the queue.");
    }
    if (session?.status === "active" && session.agent) return gettext("You are talking to %(name)s.", { name: session.agent.name });
    return "";
  }

  showReplies() {
    const { conversation } = this.app;
    const { last, session, outbox } = conversation;
    const key = `${last?.id} ${session?.status} ${outbox.entries.length}`;
    if (key === this.repliesOf) return;
    this.repliesOf = key;
    const offered = conversation.isOpen && !outbox.entries.length ? (last?.quickReplies ?? []) : [];
    const buttons = offered.map((reply) => h("button", { type: "button", class: "pill", onclick: () => this.choose(last.id, reply) }, h("bdi", {}, reply.label)));
    if (session?.status === "bot" && messagesOf(conversation) && !offered.some(({ action }) => action === "handover")) {
      buttons.push(h("button", { type: "button", class: "pill", onclick: () => this.askForPerson() }, gettext("Talk to a person")));
    }
    const hadFocus = this.replies.contains(this.replies.getRootNode().activeElement);
    this.replies.replaceChildren(...buttons);
    if (hadFocus) this.focus();
  }

  choose(messageId, reply) {
    if (reply.action === "link") {
      if (isWebAddress(reply.value)) visit(reply.value);
      return;
    }
    this.app.conversation.choose(messageId, reply);
    this.focus();
  }

  askForPerson() {
    this.app.conversation.askForPerson().catch((error) => this.app.say(error.reason || error.message));
    this.focus();
  }

  showEnd() {
    const { conversation } = this.app;
    const { session } = conversation;
    const ended = session?.status === "ended";
    const key = ended ? `${session.id} ${Boolean(session.rating)}` : "";
    const hadFocus = [this.composer.element, this.after].some((part) => part.contains(part.getRootNode().activeElement));
    this.composer.element.hidden = ended;
    if (key === this.endOf) return;
    this.endOf = key;
    const again = () => h("button", { type: "button", class: "big", onclick: () => this.again() }, gettext("Start a new conversation"));
    const thanks = h("p", { class: "card", role: "status", tabindex: "-1" }, gettext("Thank you for your rating."));
    const rate = () => ratingForm(gettext("How was this conversation?"), (rating, feedback) => conversation.rate(rating, feedback));
    this.after.replaceChildren(
      ...(ended ? [h("h3", { tabindex: "-1" }, gettext("This conversation has ended.")), session.rating ? thanks : rate(), transcriptForm(this.app), again()] : []),
    );
    if (hadFocus) this.after.querySelector("[role=status], h3")?.focus();
    if (ended) this.scroll.toEnd();
  }

  /** Begins anew: the chat opens with the first message. */
  again() {
    this.app.conversation.session = null;
    this.app.conversation.messages.clear();
    this.show();
    this.focus();
  }
}

function messagesOf({ messages }) {
  return messages.size > 0;
}

/** Asks where the conversation is to be mailed. */
export function transcriptForm(app) {
  const email = field(gettext("Send this conversation to"), { name: "email", type: "email", required: true, dir: "ltr", maxlength: "254", autocomplete: "email", value: app.identity.lastName.email });
  const made = form([email.element], gettext("Send by e-mail"), async () => {
    await app.conversation.mailTranscript(email.input.value.trim());
    const sent = h("p", { class: "card", role: "status", tabindex: "-1" }, gettext("The conversation is on its way to you."));
    made.replaceWith(sent);
    sent.focus();
  });
  made.classList.add("card");
  return made;
}
