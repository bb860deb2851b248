// One open chat, live: its thread, who types in it, what has been read, and its box.
import { swapBlocks } from "../backoffice/blocks.js";
import { coalesced, follow } from "../backoffice/live.js";
import { dress as dressWriting, dropUnsent } from "../backoffice/writing.js";
import { dressComposer } from "../tickets/composer.js";
import { grow, sender } from "./sending.js";

const READ_PAUSE = 2100;
const TYPING_PAUSE = 2500;
const NEAR = 120;
const byTouch = () => matchMedia("(pointer: coarse)").matches;

/** Makes the element of an open chat live. `client` is the socket, `isAtHand()` tells whether the chat is the one at
 *  hand, `taken(answer)` shows what the server answers to a message. */
export function mountPane(element, { client, isAtHand, taken }) {
  const session = element.dataset.sessionId;
  const of = `-${session}`;
  const ways = { refused: element.dataset.refused, dress: prepare, follow: { [`thread-card${of}`]: followThread } };
  const send = sender(element, {
    taken,
    dress: prepare,
    changed: (form) => {
      sayTyping(form);
      grow(form.elements.body);
    },
  });
  const part = (selector) => element.querySelector(selector);

  // --- What comes -------------------------------------------------------------------------------------------------
  function take(fresh) {
    for (const id of [`main${of}`, `side${of}`]) swapBlocks(document.getElementById(id), fresh.querySelector(`#${id}`), ways);
    if (fresh.dataset.readUrl) element.dataset.readUrl = fresh.dataset.readUrl;
    else delete element.dataset.readUrl;
    sayRead();
  }

  const ids = (list) => [...list.querySelectorAll("li[data-message-id]")].map((item) => Number(item.dataset.messageId));

  function followThread(card, block) {
    const [thread, fresh] = [card.querySelector(".bubbles"), block.querySelector(".bubbles")];
    const [box, before] = [part(".chat-scroll"), ids(thread).at(-1)];
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    keepEarlier(thread, fresh);
    follow(thread, fresh);
    markRead(readUpTo);
    const last = ids(thread).at(-1);
    if (last !== before && (atEnd || document.getElementById(`message-${last}`)?.matches(".mine"))) toEnd();
  }

  // Earlier messages that were fetched stay, as long as what comes joins on to them.
  function keepEarlier(thread, fresh) {
    const first = ids(fresh)[0];
    if (!first || !ids(thread).includes(first)) return;
    const end = document.getElementById(`message-${first}`);
    const earlier = [...thread.children].slice(0, [...thread.children].indexOf(end));
    if (!earlier.some((item) => item.dataset.messageId)) return;
    fresh.querySelector(":scope > .more:first-child")?.remove();
    fresh.prepend(...earlier.map((item) => item.cloneNode(true)));
  }

  /** Puts the messages before those shown in front of them; what is being read stays where it is. */
  function prepend(fresh) {
    const [thread, box] = [part(".bubbles"), part(".chat-scroll")];
    const found = fresh.querySelector(".bubbles");
    const below = box.scrollHeight - box.scrollTop;
    thread.querySelector(":scope > .more:first-child")?.remove();
    thread.prepend(...[...found.children].filter((item) => !item.matches(".more:last-child")));
    box.scrollTop = box.scrollHeight - below;
    box.focus({ preventScroll: true });
  }

  function toEnd() {
    const box = part(".chat-scroll");
    if (box) box.scrollTop = box.scrollHeight;
  }

  // --- Who types ----------------------------------------------------------------------------------------------------
  let typingEnds = 0;
  function typing(name, seconds = 0) {
    const line = part(".typing");
    if (!line) return;
    clearTimeout(typingEnds);
    line.textContent = name && line.dataset.text.replace("{name}", name);
    if (name) typingEnds = setTimeout(() => typing(""), seconds * 1000);
  }

  const typedAt = { reply: 0, note: 0 };
  function sayTyping(form) {
    const [kind, isTyping] = [form.dataset.draft, form.elements.body.value !== ""];
    if (isTyping && Date.now() - typedAt[kind] < TYPING_PAUSE) return;
    typedAt[kind] = isTyping ? Date.now() : 0;
    const where = kind === "note" ? { sessionId: session, isInternal: true } : { sessionId: session };
    client.sendTyping(where, isTyping).catch(() => {});
  }

  // --- What has been read -------------------------------------------------------------------------------------------
  // Marks are told before they are stored: those of the page follow what was told.
  let readUpTo = 0;
  function markRead(messageId) {
    readUpTo = Math.max(readUpTo, Number(messageId));
    for (const item of element.querySelectorAll(".bubble.agent")) {
      const seen = item.querySelector(".seen");
      if (seen && Number(item.dataset.messageId) <= readUpTo) seen.textContent = seen.dataset.read;
    }
  }

  let said = 0;
  const sayRead = coalesced(async () => {
    const last = Number([...element.querySelectorAll(".bubble.customer")].at(-1)?.dataset.messageId ?? 0);
    const form = part("form[data-live]");
    if (!element.dataset.readUrl || !form || document.hidden || !isAtHand(session) || last <= said) return;
    said = last;
    const sent = new FormData();
    sent.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    sent.set("message_id", last);
    await fetch(element.dataset.readUrl, { method: "POST", body: sent, headers: { "HX-Request": "true" } });
  }, READ_PAUSE);

  // --- Writing ------------------------------------------------------------------------------------------------------
  function prepare(block) {
    dressWriting(block);
    dressComposer(block); // before the box's own keys, since Enter in its list of canned responses sends nothing
    block.querySelectorAll("form[data-live]").forEach(prepareForm);
    const hint = block.querySelector(".enter-sends");
    if (hint) hint.hidden = byTouch();
  }

  function prepareForm(form) {
    const box = form.elements.body;
    dropArrived(form);
    form.addEventListener("submit", (event) => {
      if (event.submitter?.name === "insert") return;
      event.preventDefault();
      if (box.value.trim() || form.elements.attachments.files.length || form.elements.stored) send(form);
      else box.focus();
    });
    box.addEventListener("input", () => {
      sayTyping(form);
      grow(box);
    });
    box.addEventListener("keydown", (event) => {
      // On touch keyboards Enter begins a line; while a word is being composed it chooses the word.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.defaultPrevented || byTouch()) return;
      event.preventDefault();
      form.requestSubmit();
    });
    grow(box);
  }

  // Whoever left the page while a message was on its way finds it said, and not in the box again.
  function dropArrived(form) {
    const last = [...element.querySelectorAll(".bubble.mine .body")].at(-1)?.textContent.trim();
    const box = form.elements.body;
    const text = box.value.trim();
    if (!last || (text !== last && !text.endsWith(`\n${last}`))) return;
    box.value = text.slice(0, -last.length).trim();
    dropUnsent(form, last);
  }

  /** Puts the focus where one goes on: into the box, else on the messages. */
  function toWrite() {
    const box = [...element.querySelectorAll("[name=body]")].find((field) => field.checkVisibility());
    (box ?? part(".chat-scroll"))?.focus({ preventScroll: true });
  }

  prepare(element);
  toEnd();
  sayRead();
  return { element, take, prepend, typing, markRead, sayRead, toWrite, ways };
}
