// The desk, live: lists and conversation are fetched as the page's own fragment; what is typed goes without a reload.
import { swapBlocks } from "../backoffice/blocks.js";
import { coalesced, follow, fragment, goOn, keepFocus, listen } from "../backoffice/live.js";
import { dress, forget } from "../backoffice/writing.js";

const desk = document.getElementById("desk");
const session = desk.dataset.sessionId;
const EVERY = 30000; // waited times are words of the server
const LISTS_PAUSE = 1000;
const READ_PAUSE = 2100;
const TYPING_PAUSE = 2500;
const NEAR = 120;
const ways = { refused: desk.dataset.refused, dress: prepare, follow: { "thread-card": followThread } };

// --- What comes ---------------------------------------------------------------------------------------------------
const scroll = () => document.getElementById("chat-scroll");
const newest = (thread) => thread?.querySelector("li[data-message-id]:last-of-type")?.dataset.messageId;

function followThread(card, block) {
  const box = scroll();
  const before = newest(card);
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
  follow(card.querySelector("#thread"), block.querySelector("#thread"));
  markRead(readUpTo);
  if (newest(card) !== before && (atEnd || card.querySelector(`#message-${newest(card)}.mine`))) toEnd();
}

function toEnd() {
  const box = scroll();
  if (box) box.scrollTop = box.scrollHeight;
}

function show(fresh) {
  keepFocus(() => {
    for (const id of ["desk-lists", "desk-main", "desk-side"]) {
      const [old, now] = [document.getElementById(id), fresh.querySelector(`#${id}`)];
      if (old && now) swapBlocks(old, now, ways);
    }
  });
  join(JSON.parse(fresh.dataset.rooms));
  if (fresh.dataset.mine) desk.dataset.mine = fresh.dataset.mine;
  else delete desk.dataset.mine;
  sayRead();
}

function lost() {
  live.stop();
  clearInterval(ticking);
  document.getElementById("live-ended").hidden = false;
}

async function renew() {
  const search = location.pathname === desk.dataset.liveUrl ? location.search : "";
  const fresh = (await fragment(desk.dataset.liveUrl + search))?.getElementById("desk");
  if (fresh) show(fresh);
  else lost();
}
const refresh = coalesced(renew);
const refreshLists = coalesced(renew, LISTS_PAUSE);
const ticking = setInterval(() => document.hidden || refresh(), EVERY);

// --- The socket ---------------------------------------------------------------------------------------------------
const live = listen(refresh, lost);
const joined = new Set();

function join(rooms) {
  for (const [id, seq] of Object.entries(rooms)) {
    if (joined.has(id)) continue;
    joined.add(id);
    live.client.joinChat(id, { since: seq }).then(
      ({ reset }) => reset && refresh(),
      (error) => error.message !== "unavailable" && joined.delete(id),
    );
  }
}

goOn(live.client, desk.dataset.queue, Number(desk.dataset.queueSeq));
join(JSON.parse(desk.dataset.rooms));
if (session) join({ [session]: Number(desk.dataset.rtSeq) });
live.on("room:left", ({ room }) => room === desk.dataset.rtRoom && refresh());
live.on("*", (data, { event }) => {
  if (event === "chat:read") {
    if (data.sessionId === session && data.userId === desk.dataset.customerId) markRead(data.messageId);
    return;
  }
  if (event === "chat:message" && data.sessionId === session && data.author.type === "customer") typing("");
  // What happens to others' chats is shown less hurriedly than what is said in one's own.
  const mine = joined.has(data.sessionId ?? data.id);
  if (event.startsWith("chat:") && event !== "chat:session:position") mine ? refresh() : refreshLists();
  if (event === "presence:updated" && session) refreshLists(); // who could take this chat
});

// --- Who types ----------------------------------------------------------------------------------------------------
let typingEnds = 0;
function typing(name, seconds = 0) {
  const line = document.getElementById("typing");
  if (!line) return;
  clearTimeout(typingEnds);
  line.textContent = name && line.dataset.text.replace("{name}", name);
  if (name) typingEnds = setTimeout(() => typing(""), seconds * 1000);
}
live.on("typing:start", ({ sessionId, name, expiresIn }) => sessionId === session && typing(name, expiresIn));
live.on("typing:stop", ({ sessionId }) => sessionId === session && typing(""));

const typedAt = { reply: 0, note: 0 };
function sayTyping(form) {
  const [kind, isTyping] = [form.dataset.draft, form.elements.body.value !== ""];
  if (isTyping && Date.now() - typedAt[kind] < TYPING_PAUSE) return;
  typedAt[kind] = isTyping ? Date.now() : 0;
  const where = kind === "note" ? { sessionId: session, isInternal: true } : { sessionId: session };
  live.client.sendTyping(where, isTyping).catch(() => {});
}

// --- What has been read -------------------------------------------------------------------------------------------
// Marks are told before they are stored: those of the page follow what was told.
let readUpTo = 0;
function markRead(messageId) {
  readUpTo = Math.max(readUpTo, Number(messageId));
  for (const item of document.querySelectorAll("#thread .bubble.agent")) {
    const seen = item.querySelector(".seen");
    if (seen && Number(item.dataset.messageId) <= readUpTo) seen.textContent = seen.dataset.read;
  }
}

let said = 0;
const sayRead = coalesced(async () => {
  const last = Number([...document.querySelectorAll("#thread .bubble.customer")].at(-1)?.dataset.messageId ?? 0);
  const form = document.getElementById("form-reply");
  if (!desk.dataset.mine || !form || document.hidden || last <= said) return;
  said = last;
  const sent = new FormData();
  sent.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  sent.set("message_id", last);
  await fetch(desk.dataset.mine, { method: "POST", body: sent, headers: { "HX-Request": "true" } });
}, READ_PAUSE);
document.addEventListener("visibilitychange", () => document.hidden || sayRead());

// --- Writing ------------------------------------------------------------------------------------------------------
async function send(form) {
  if (form.dataset.sending) return;
  form.dataset.sending = "1";
  const failed = document.getElementById("not-sent");
  failed.hidden = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("desk");
    if (!fresh) throw new Error(String(answer.status));
    const at = document.activeElement;
    const stays = at === document.body || document.getElementById(form.id)?.contains(at);
    if (answer.ok) clear(form, page);
    else takeBack(page);
    show(fresh);
    // Whoever went elsewhere meanwhile is not called back.
    if (stays) document.getElementById(form.id)?.elements.body.focus();
  } catch {
    failed.hidden = false;
  } finally {
    delete form.dataset.sending;
  }
}

// The composer with what was typed and why it was refused.
function takeBack(page) {
  const [old, block] = [document.getElementById("composer"), page.getElementById("composer")];
  if (!block) return;
  old.replaceWith(block);
  prepare(block);
}

// The form as it is for the next message.
function clear(form, page) {
  const id = page.getElementById(form.id)?.elements.client_message_id.value;
  form.reset();
  form.elements.body.value = form.elements.body.defaultValue = "";
  form.querySelectorAll(".errorlist, .stored").forEach((part) => part.remove());
  if (id) form.elements.client_message_id.value = id;
  forget(form);
  sayTyping(form);
  grow(form.elements.body);
}

function grow(box) {
  box.style.blockSize = "auto";
  box.style.blockSize = `${Math.min(box.scrollHeight + 2, 260)}px`;
}

function prepare(element) {
  dress(element);
  prepareForms(element);
}

function prepareForms(element) {
  element.querySelectorAll("form[data-live]").forEach((form) => {
    const box = form.elements.body;
    dropArrived(form);
    form.addEventListener("submit", (event) => {
      if (event.submitter?.name === "insert") return;
      event.preventDefault();
      if (box.value.trim()) send(form);
      else box.focus();
    });
    box.addEventListener("input", () => {
      sayTyping(form);
      grow(box);
    });
    box.addEventListener("keydown", (event) => {
      // On touch keyboards Enter begins a line; while a word is being composed it chooses the word.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || byTouch()) return;
      event.preventDefault();
      form.requestSubmit();
    });
    grow(box);
  });
  const hint = element.querySelector(".enter-sends");
  if (hint) hint.hidden = byTouch();
}

// Whoever left the page while a message was on its way finds it said, and not in the box again.
function dropArrived(form) {
  const last = [...document.querySelectorAll("#thread .bubble.mine .body")].at(-1)?.textContent;
  if (!form.elements.body.value || form.elements.body.value.trim() !== last?.trim()) return;
  form.elements.body.value = "";
  forget(form);
}

const byTouch = () => matchMedia("(pointer: coarse)").matches;

// Drafts and canned responses of the page as it came are dressed by writing.js.
prepareForms(desk);
toEnd();
sayRead();
