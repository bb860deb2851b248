// Chats on every page of those who take them: how many wait, how much is unread, and news of both. While a page is open
// its socket says that its agent is here.
import { coalesced, fragment, keepFocus, listen } from "../backoffice/live.js";
import { announcer } from "../backoffice/notices.js";

const bar = document.getElementById("chat-bar");
const desk = document.getElementById("desk");
const joined = new Set();
let own = null; // the chats one has; unknown until the bar has been read

const waiting = announcer("waiting-chats", {
  text: bar.dataset.waitingText,
  button: document.getElementById("chat-notices"),
  allow: document.getElementById("allow-chat-notices"),
  tones: [660, 990],
});
const given = announcer("waiting-chats", { text: bar.dataset.givenText, tones: [660, 990] });
const messaged = announcer("waiting-chats", { text: bar.dataset.messageText, tones: [740] });

function show(fresh) {
  if (!fresh) return;
  for (const id of ["chat-link", "chat-state", "chat-availability"]) {
    const [old, now] = [document.getElementById(id), fresh.querySelector(`#${id}`)];
    if (id === "chat-availability") now.elements.next.value = old.elements.next.value;
    if (!old.isEqualNode(now)) keepFocus(() => old.replaceChildren(...now.childNodes));
  }
  Object.assign(bar.dataset, fresh.dataset);
  own ??= new Set(mine());
  join();
}

const mine = () => bar.dataset.mine.split(",").filter(Boolean);

// The rooms of one's own chats, for what is said in them; the desk joins them itself, from where its lists stand.
function join() {
  if (desk) return;
  for (const id of mine()) {
    if (joined.has(id)) continue;
    joined.add(id);
    live.client.joinChat(id).catch(() => joined.delete(id));
  }
}

const PAUSE = 1000; // every page of every agent asks
const refresh = coalesced(async () => show((await fragment(bar.dataset.url))?.getElementById("chat-bar")), PAUSE);
const live = listen(refresh, () => {});

const address = (id) => `${bar.dataset.chats}${id}/change/`;
const isOpen = (id) => document.getElementById(`chat-${id}`)?.checkVisibility() && !document.hidden;

live.on("*", (data, frame) => frame.event.startsWith("chat:") && frame.event !== "chat:session:position" && refresh());
live.on("chat:session:waiting", ({ id, customer }) => {
  if (bar.dataset.availability === "available") waiting({ id: `chat:${id}`, address: address(id), text: customer.name });
});
live.on("chat:message", ({ sessionId, author, isInternal }) => {
  if (author.type !== "customer" || isInternal || isOpen(sessionId) || !mine().includes(sessionId)) return;
  messaged({ id: `chat:${sessionId}`, address: address(sessionId), text: author.name });
});

// A chat that came to one without one's doing, from a colleague or by the rules, is announced once.
document.addEventListener("submit", ({ target }) => {
  const accepted = new URL(target.action, location).pathname.match(/\/(\d+)\/do\/accept\/$/);
  if (accepted) own?.add(accepted[1]);
});
function handed({ id, agent, customer }) {
  if (!own) return;
  if (agent?.id !== bar.dataset.user) return own.delete(id);
  if (own.has(id) || mine().includes(id) || isOpen(id)) return;
  own.add(id);
  given({ id: `chat:${id}`, address: address(id), text: customer.name });
}
live.on("chat:session:updated", handed);
live.on("chat:session:accepted", handed);

// Availability changes without leaving the page.
document.getElementById("chat-availability").addEventListener("submit", async (event) => {
  const form = event.currentTarget;
  event.preventDefault();
  const sent = new FormData(form, event.submitter);
  document.activeElement.blur();
  try {
    const answer = await fetch(form.action, { method: "POST", body: sent, headers: { "HX-Request": "true" } });
    const page = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page) throw new Error(String(answer.status));
    bar.querySelector("details").open = false;
    show(page.getElementById("chat-bar"));
    document.getElementById("chat-state").focus();
  } catch {
    form.submit();
  }
});
refresh();
