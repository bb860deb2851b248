// The bell on every page: how much is unread (in the tab's title too), the list, and news as they come. What tells of the
// thing whose page is open counts as read while that page is seen.
import { coalesced, fragment, keepFocus, listen } from "../backoffice/live.js";
import { announcer } from "../backoffice/notices.js";

const bell = document.getElementById("bell");
const form = document.getElementById("bell-read");
// Kinds that another part of the page announces by itself.
const ELSEWHERE = { "chat-waiting": "chat-bar", "chat-message": "chat-bar", "ticket-created": "ticket-list" };

const announce = announcer("notifications", {
  text: bell.dataset.text,
  button: document.getElementById("bell-notices"),
  allow: document.getElementById("allow-bell-notices"),
  tones: [880],
});

function show(fresh) {
  if (!fresh) return;
  for (const id of ["bell-state", "bell-list"]) {
    const [old, now] = [document.getElementById(id), fresh.querySelector(`#${id}`)];
    if (!old.isEqualNode(now)) keepFocus(() => old.replaceChildren(...now.childNodes));
  }
  bell.dataset.unread = fresh.dataset.unread;
  const title = document.title.replace(/^\(\d+\) /, "");
  document.title = fresh.dataset.unread === "0" ? title : `(${fresh.dataset.unread}) ${title}`;
}

async function post(address, more = {}) {
  const sent = new FormData(form);
  for (const [name, value] of Object.entries(more)) sent.set(name, value);
  const answer = await fetch(address, { method: "POST", body: sent, headers: { "HX-Request": "true" } });
  if (!answer.ok) throw new Error(String(answer.status));
  show(new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("bell"));
}

const PAUSE = 1000;
const refresh = coalesced(async () => show((await fragment(bell.dataset.url))?.getElementById("bell")), PAUSE);
const look = coalesced(async () => {
  if (document.hidden) return refresh();
  await post(bell.dataset.seen, { path: location.pathname });
}, PAUSE);

const live = listen(look, () => {});
live.on("notification:created", ({ id, kind, title, body }) => {
  look();
  if (document.getElementById(ELSEWHERE[kind])) return;
  announce({ id: `notification:${id}`, address: bell.dataset.open + id, text: body ? `${title}: ${body}` : title });
});
document.addEventListener("visibilitychange", () => document.hidden || look());

form.addEventListener("submit", (event) => {
  event.preventDefault();
  post(form.action).catch(() => form.submit());
});
look();
