// What live pages share: the socket, fragments fetched at a bearable pace, and forms that are in edit.
import { connect } from "../realtime/realtime.js";

const GAP = 40000;
const RETRY = 5000;
const CUT_OFF = 3000;
export const PAUSE = 300;

/** Runs `work` at once, then at most once per pause; what came meanwhile is answered by one more run at the end.
 *  Work that fails is tried again later. */
export function coalesced(work, pause = PAUSE) {
  let running = false;
  let again = false;
  return async function run() {
    again = true;
    if (running) return;
    running = true;
    while (again) {
      again = false;
      try {
        await work();
      } catch {
        setTimeout(run, RETRY);
      }
      await new Promise((done) => setTimeout(done, pause));
    }
    running = false;
  };
}

let shared = null;

/** The back office's socket: one a page, whatever scripts listen on it. */
export const socket = () => (shared ??= withNotice(connect(null, location.origin, { cookie: true })));

// Says on the page that it is cut off, once that has lasted a moment, until it has caught up.
function withNotice(client) {
  const note = document.getElementById("cut-off");
  let timer = 0;
  const hide = () => {
    clearTimeout(timer);
    timer = 0;
    if (note) note.hidden = true;
  };
  client.on("disconnected", () => (timer ||= setTimeout(() => note && (note.hidden = false), CUT_OFF)));
  client.on("ready", hide);
  client.on("closed", hide); // for good: the page says why
  return client;
}

/** Listens on the socket until `stop`. `refresh` is called when events may be missing for good: after a reset or a long
 *  gap; `ended` when the socket is closed for good. */
export function listen(refresh, ended) {
  const client = socket();
  const stops = [];
  const on = (event, handler) => stops.push(client.on(event, handler));
  let since = 0;
  on("reset", refresh);
  on("closed", ended);
  on("disconnected", () => (since ||= Date.now()));
  on("ready", () => {
    if (since && Date.now() - since > GAP) refresh();
    since = 0;
  });
  return { client, on, stop: () => stops.splice(0).forEach((stop) => stop()) };
}

/** Takes up a room that the socket joins by itself where the page's data stand. */
export function goOn(client, room, seq) {
  client.cursors.set(room, seq);
  if (client.ready) client.resume({ [room]: seq });
}

/** The fragment at an address as a document; null when it is no longer there for this person. */
export async function fragment(address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
  if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
  if (!answer.ok || answer.redirected) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** Whether somebody is at work in a form below this element: typed, chosen, or standing in a field. */
export function inEdit(element) {
  return [...element.querySelectorAll("input, select, textarea")].some((field) => {
    if (field.type === "hidden" || field.closest(".tabs") || field.name.startsWith("composer")) return false;
    return field === document.activeElement || changed(field);
  });
}

function changed(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.type === "file") return field.files.length > 0;
  if (field.tagName !== "SELECT") return field.value !== field.defaultValue || field.value !== (field.dataset.kept ?? field.value);
  const options = [...field.options];
  const first = Math.max(options.findIndex((option) => option.defaultSelected), 0);
  return options.some((option, index) => option.selected !== (field.multiple ? option.defaultSelected : index === first));
}

/** Makes the children of `list` those of `fresh`; nodes that are equal stay, with their focus and selection. */
export function follow(list, fresh) {
  let at = list.firstElementChild;
  for (const item of [...fresh.children]) {
    let same = at;
    while (same && !same.isEqualNode(item)) same = same.nextElementSibling;
    if (!same) {
      list.insertBefore(item, at);
      continue;
    }
    at = dropUntil(at, same).nextElementSibling;
  }
  dropUntil(at, null);
}

function dropUntil(at, end) {
  while (at !== end) {
    const gone = at;
    at = at.nextElementSibling;
    gone.remove();
  }
  return at;
}

/** Runs a swap and puts the focus back on what stands in the place of what had it; the page is not scrolled to it. */
export function keepFocus(swap) {
  const held = document.activeElement;
  const way = held && wayTo(held);
  const like = () => (way ? [...document.querySelectorAll(way)] : []);
  const at = like().indexOf(held);
  swap();
  if (held?.isConnected) return;
  const found = like();
  found[Math.min(at, found.length - 1)]?.focus({ preventScroll: true });
}

function wayTo(held) {
  if (held.id) return `#${CSS.escape(held.id)}`;
  const link = held.getAttribute("href");
  if (link) return `a[href="${CSS.escape(link)}"]`;
  if (held.tagName === "SUMMARY" && held.parentElement.id) return `#${CSS.escape(held.parentElement.id)} > summary`;
  const action = held.tagName === "BUTTON" && held.form?.getAttribute("action");
  if (!action) return null;
  return `form[action="${CSS.escape(action)}"] button${held.value && `[value="${CSS.escape(held.value)}"]`}`;
}
