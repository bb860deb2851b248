// The desk, live: lists and conversation are fetched as the page's own fragment; what is typed goes without a reload.
import { swapBlocks } from "../backoffice/blocks.js";
import { coalesced, follow, fragment, goOn, keepFocus, listen } from "../backoffice/live.js";
import { dress, dropUnsent, keepUnsent } from "../backoffice/writing.js";
import { dressComposer } from "../tickets/composer.js";

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
  const fresh = (await fragment(desk.dataset.liveUrl + location.search))?.getElementById("desk");
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
// The box is emptied when its text is sent, and never afterwards: what is typed meanwhile is the next message, which
// waits for its turn.
let queue = Promise.resolve();

function send(form) {
  const sent = { data: new FormData(form), text: form.elements.body.value, files: form.elements.attachments.files };
  sent.id = form.elements.client_message_id.value;
  document.getElementById("not-sent").hidden = true;
  keepUnsent(form, sent.text);
  empty(form);
  form.dataset.sending = Number(form.dataset.sending ?? 0) + 1;
  queue = queue.then(() => deliver(form.id, form.action, sent));
}

async function deliver(id, address, sent) {
  const form = () => document.getElementById(id);
  try {
    const answer = await fetch(address, { method: "POST", body: sent.data, headers: { "HX-Request": "true" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("desk");
    if (!fresh) throw new Error(String(answer.status));
    const at = document.activeElement;
    const stays = at === document.body || form()?.contains(at);
    if (answer.ok) dropUnsent(form(), sent.text);
    else takeBack(form(), sent, page.getElementById("composer"));
    show(fresh);
    // Whoever went elsewhere meanwhile is not called back.
    if (stays) form()?.elements.body.focus();
  } catch {
    takeBack(form(), sent);
    document.getElementById("not-sent").hidden = false;
  } finally {
    const left = Number(form()?.dataset.sending ?? 1) - 1;
    if (left > 0) form().dataset.sending = left;
    else delete form()?.dataset.sending;
  }
}

// The form as it is for the next message.
function empty(form) {
  form.reset();
  form.elements.body.value = form.elements.body.defaultValue = "";
  form.elements.client_message_id.value = crypto.randomUUID().replaceAll("-", "");
  form.querySelectorAll(".errorlist, .stored").forEach((part) => part.remove());
  sayTyping(form);
  grow(form.elements.body);
}

// What could not be sent stands in the box again, below what has been typed since; in the server's form, if it sent one,
// with the reasons.
function takeBack(form, sent, block) {
  if (!form) return;
  const typed = Object.fromEntries([...desk.querySelectorAll("form[data-live]")].map((each) => [each.id, contents(each)]));
  if (block) {
    document.getElementById("composer").replaceWith(block);
    prepare(block);
  } else typed[form.id].text.push(sent.text);
  for (const [id, { text, files }] of Object.entries(typed)) {
    const now = document.getElementById(id);
    if (!now) continue;
    const box = now.elements.body;
    if (!block && now === form && text[0] === "") now.elements.client_message_id.value = sent.id; // the same message
    box.value = [...text, ...(block ? [box.value] : [])].filter((part) => part.trim()).join("\n");
    if (now.id === form.id && !block) files.push(...sent.files);
    now.elements.attachments.files = listOf(files);
    grow(box);
  }
  dropUnsent(document.getElementById(form.id), sent.text);
}

const contents = (form) => ({ text: [form.elements.body.value], files: [...form.elements.attachments.files] });

function listOf(files) {
  const list = new DataTransfer();
  files.forEach((file) => list.items.add(file));
  return list.files;
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
  dressComposer(element); // first, since Enter in its list of canned responses sends nothing
  element.querySelectorAll("form[data-live]").forEach((form) => {
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
  const last = [...document.querySelectorAll("#thread .bubble.mine .body")].at(-1)?.textContent.trim();
  const box = form.elements.body;
  const text = box.value.trim();
  if (!last || (text !== last && !text.endsWith(`\n${last}`))) return;
  box.value = text.slice(0, -last.length).trim();
  dropUnsent(form, last);
}

// Whoever accepts the chat that stands here keeps the page as it stands, and goes on in the box.
desk.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!new URL(form.action).pathname.endsWith(`/${session}/do/accept/`)) return;
  event.preventDefault();
  try {
    const sent = { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" } };
    const answer = await fetch(form.action, sent);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("desk");
    show(fresh);
    toWrite();
  } catch {
    form.submit();
  }
});

function toWrite() {
  document.getElementById("reply-body")?.focus({ preventScroll: true });
}

const byTouch = () => matchMedia("(pointer: coarse)").matches;

// Drafts and canned responses of the page as it came are dressed by writing.js.
prepareForms(desk);
toEnd();
sayRead();
if (location.hash === "#write") {
  toWrite();
  history.replaceState(null, "", location.pathname + location.search);
}
