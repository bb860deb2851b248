// The desk, live: the lists, and the chats that are open beside each other. Everything is fetched as the page's own
// fragment: the lists, the chat at hand, and those in which something happened.
import { swapBlocks } from "../backoffice/blocks.js";
import { coalesced, fragment, goOn, keepFocus, listen } from "../backoffice/live.js";
import { say } from "../backoffice/notices.js";
import { mountPane } from "./pane.js";
import { post } from "./sending.js";

const desk = document.getElementById("desk");
const strip = document.getElementById("panes");
const EVERY = 30000; // waited times are words of the server
const LISTS_PAUSE = 1000;
const panes = new Map(); // session → its open chat
const touched = new Set(); // open chats in which something happened
let active = strip.querySelector(".is-active")?.dataset.sessionId;
const isAtHand = (session) => session === active;
const ways = { dress: () => {} };

// --- Addresses ----------------------------------------------------------------------------------------------------
const chatUrl = (id) => desk.dataset.deskUrl.replace(/desk\/$/, `${id}/change/`);

/** The address of the desk with these chats open and one of them at hand. */
function addressOf(id, open) {
  const search = new URLSearchParams(desk.dataset.kept);
  if (open.length > 1) search.set("panes", open.join());
  const query = search.toString().replaceAll("%2C", ",");
  return (id ? chatUrl(id) : desk.dataset.deskUrl) + (query && `?${query}`);
}
const remember = () => history.replaceState(null, "", addressOf(active, [...panes.keys()]));

// --- What comes ---------------------------------------------------------------------------------------------------
/** Shows a fragment: the lists, and of the open chats those that it holds. */
function show(fresh) {
  keepFocus(() => {
    for (const id of ["desk-lists", "desk-refusal"]) swapBlocks(document.getElementById(id), fresh.querySelector(`#${id}`), ways);
    for (const element of fresh.querySelectorAll(".pane")) panes.get(element.dataset.sessionId)?.take(element);
  });
  markLists();
  join(JSON.parse(fresh.dataset.rooms));
  for (const line of fresh.querySelectorAll("#said li")) say(line.textContent);
}

function lost() {
  live.stop();
  clearInterval(ticking);
  document.getElementById("live-ended").hidden = false;
}

async function renew() {
  const asked = new Set([active, ...touched].filter((id) => panes.has(id)));
  touched.clear();
  try {
    const fresh = (await fragment(addressOf(active, [...asked])))?.getElementById("desk");
    if (fresh) show(fresh);
    else lost();
  } catch (error) {
    asked.forEach((id) => touched.add(id));
    throw error;
  }
}
const refresh = coalesced(renew);
const refreshLists = coalesced(() => refresh(), LISTS_PAUSE);
const refreshAll = () => {
  panes.forEach((_pane, id) => touched.add(id));
  return refresh();
};
const ticking = setInterval(() => document.hidden || refreshAll(), EVERY);

// --- The chats that are open --------------------------------------------------------------------------------------
function mount(element) {
  const id = element.dataset.sessionId;
  const taken = ({ page }) => {
    pane.ways.refused = page.getElementById(element.id)?.dataset.refused ?? "";
    show(page.getElementById("desk"));
  };
  const pane = mountPane(element, { client: live.client, isAtHand, taken });
  panes.set(id, pane);
  join({ [id]: Number(element.dataset.rtSeq) });
}

/** Makes an open chat the one at hand: its messages count as read, and the page has its address. */
function activate(id) {
  if (id === active) return;
  active = id;
  panes.forEach(({ element }, session) => element.classList.toggle("is-active", session === id));
  remember();
  markLists();
  if (panes.get(id)?.element.querySelector(".chat-head .count")) refresh();
  panes.get(id)?.sayRead();
}

function markLists() {
  for (const card of desk.querySelectorAll(".chat-card")) {
    const isHere = card.id === `mine-${active}` || card.id === `waiting-${active}`;
    card.classList.toggle("is-open", isHere);
    if (isHere) card.querySelector("a").setAttribute("aria-current", "page");
    else card.querySelector("a").removeAttribute("aria-current");
  }
}

/** Puts a chat that came in a fragment beside the others, and shows it. Those that were only read give it their place. */
function place(fresh, id) {
  const element = fresh.querySelector(`#chat-${id}`);
  for (const [session, pane] of panes) {
    if (!pane.element.querySelector(".composer")) drop(session);
  }
  strip.append(element);
  desk.classList.add("has-chat");
  activate(id); // before it is mounted, since what it shows is read by that
  mount(element);
  element.classList.add("is-active");
  remember();
  show(fresh);
}

async function open(id) {
  if (!panes.has(id)) {
    const fresh = (await fragment(addressOf(id, [id])))?.getElementById("desk");
    if (!fresh?.querySelector(`#chat-${id}`)) return location.assign(chatUrl(id));
    if (!panes.has(id)) place(fresh, id);
  }
  activate(id);
  reveal(id);
  panes.get(id).toWrite();
}

// Scrolls the row of chats until one stands in it whole; the page stays where it is.
function reveal(id) {
  const [own, all] = [panes.get(id).element.getBoundingClientRect(), strip.getBoundingClientRect()];
  if (own.left < all.left) strip.scrollLeft += own.left - all.left;
  else if (own.right > all.right) strip.scrollLeft += own.right - all.right;
}

function drop(id) {
  panes.get(id).element.remove();
  panes.delete(id);
}

function close(id) {
  const order = [...panes.keys()];
  const next = order[order.indexOf(id) + 1] ?? order[order.indexOf(id) - 1];
  drop(id);
  desk.classList.toggle("has-chat", panes.size > 0);
  if (active === id) {
    activate(next);
    panes.get(next)?.toWrite();
  } else remember();
  if (!next) desk.querySelector(".chat-card a")?.focus();
}

function step(by) {
  const order = [...panes.keys()];
  if (!order.length) return false;
  const next = order[(order.indexOf(active) + by + order.length) % order.length];
  reveal(next);
  activate(next);
  panes.get(next).toWrite();
  return true;
}

for (const event of ["focusin", "pointerdown"]) {
  strip.addEventListener(event, ({ target }) => {
    const pane = target.closest(".pane");
    if (pane) activate(pane.dataset.sessionId);
  });
}

desk.addEventListener("click", (event) => {
  const [link, button] = [event.target.closest("a"), event.target.closest("button")];
  const pane = event.target.closest(".pane");
  if (button?.matches(".close-chat")) return close(pane.dataset.sessionId);
  if (button?.matches(".about-chat")) {
    button.setAttribute("aria-expanded", String(pane.classList.toggle("shows-about")));
    return;
  }
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  if (link.closest(".chat-card")) {
    event.preventDefault();
    const [, id] = link.closest(".chat-card").id.split("-");
    open(id).catch(() => location.assign(link.href));
  } else if (link.closest(".bubbles > .more")) {
    event.preventDefault();
    earlier(link).catch(() => location.assign(link.href));
  }
});

async function earlier(link) {
  const { sessionId } = link.closest(".pane").dataset;
  const fresh = (await fragment(link.href))?.getElementById(`chat-${sessionId}`);
  if (!fresh) throw new Error("gone");
  panes.get(sessionId).prepend(fresh);
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "F6" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (step(event.shiftKey ? -1 : 1)) event.preventDefault();
});

// --- Forms --------------------------------------------------------------------------------------------------------
// Messages are sent by the chat itself. The others are sent in place; a chat that leaves one's hands by one goes.
desk.addEventListener("submit", async (event) => {
  const form = event.target;
  const [, id, slug] = new URL(form.action).pathname.match(/\/(\d+)\/do\/(\w+)\/$/) ?? [];
  if (!id || event.defaultPrevented || event.submitter?.name === "insert") return;
  event.preventDefault();
  if ("sending" in form.dataset) return;
  form.dataset.sending = "";
  const wasOpen = panes.has(id);
  try {
    const answer = await post(form.action, new FormData(form, event.submitter));
    take(answer, id, form, wasOpen);
    if (answer.ok && slug === "accept") panes.get(id)?.toWrite();
    // What was pressed may be gone with its answer: the focus goes on in the chat, else to the lists.
    if (document.activeElement === document.body) (strip.querySelector(".is-active .chat-scroll") ?? desk.querySelector(".chat-card a"))?.focus();
  } catch ({ address }) {
    if (address) location.assign(address);
    else form.submit();
  } finally {
    delete form.dataset.sending;
  }
});

// What was closed while its form was on its way stays closed.
function take({ ok, page }, id, form, wasOpen) {
  const fresh = page.getElementById("desk");
  const found = fresh.querySelector(`#chat-${id}`);
  const pane = panes.get(id);
  if (!pane && !wasOpen && found) return place(fresh, id);
  if (pane) Object.assign(pane.ways, { sent: ok ? form : null, refused: found?.dataset.refused ?? "" });
  show(fresh);
  if (pane) pane.ways.sent = null;
  if (pane && ok && !found) close(id);
  if (!ok) desk.querySelector("[aria-invalid=true]:not([type=hidden]), .refusal")?.focus();
}

// --- The socket ---------------------------------------------------------------------------------------------------
const live = listen(refreshAll, lost);
const joined = new Set();

function join(rooms) {
  for (const [id, seq] of Object.entries(rooms)) {
    if (joined.has(id)) continue;
    joined.add(id);
    live.client.joinChat(id, { since: seq }).then(
      ({ reset }) => reset && refreshAll(),
      (error) => error.message !== "unavailable" && joined.delete(id),
    );
  }
}

goOn(live.client, desk.dataset.queue, Number(desk.dataset.queueSeq));
join(JSON.parse(desk.dataset.rooms));
live.on("access:changed", refreshAll); // what may be done
live.on("room:left", ({ room }) => {
  for (const [id, { element }] of panes) if (element.dataset.rtRoom === room) touched.add(id) && refresh();
});
live.on("*", (data, { event }) => {
  const id = data.sessionId ?? data.id;
  const pane = panes.get(id);
  if (event === "chat:read") {
    if (pane && data.userId === pane.element.dataset.customerId) pane.markRead(data.messageId);
    return;
  }
  if (event === "chat:message" && data.author.type === "customer") pane?.typing("");
  if (event.startsWith("chat:") && event !== "chat:session:position") {
    if (pane) touched.add(id);
    // What happens to others' chats is shown less hurriedly than what is said in one's own.
    joined.has(id) ? refresh() : refreshLists();
  }
  if (event === "presence:updated" && panes.size) refreshLists(); // who could take this chat
});
live.on("typing:start", ({ sessionId, name, expiresIn }) => panes.get(sessionId)?.typing(name, expiresIn));
live.on("typing:stop", ({ sessionId }) => panes.get(sessionId)?.typing(""));
document.addEventListener("visibilitychange", () => document.hidden || panes.get(active)?.sayRead());

strip.querySelectorAll(".pane").forEach(mount);
if (active) reveal(active);
if (location.hash === "#write") panes.get(active)?.toWrite();
if (active) remember();
