// The keyboard: single keys on the page outside of fields, Ctrl+K for the command bar, ? for the sheet of them all.
import { openCommands } from "./commands.js";

const OFF = "keys:off";
const help = document.getElementById("keys-help");
const isOff = () => localStorage.getItem(OFF) !== null;
const seen = (element) => element?.checkVisibility?.() ?? false;
const rows = () => [...document.querySelectorAll(".row-link")].filter(seen);

// Of several open chats, keys mean the one at hand.
const atHand = () => document.querySelector(".pane.is-active") ?? document;

function write(kind) {
  const [choice, field] = [atHand().querySelector(`.tab-${kind}`), atHand().querySelector(`[data-draft=${kind}] [name=body]`)];
  if (!choice || !field) return false;
  choice.checked = true;
  field.focus();
  field.scrollIntoView({ block: "nearest" });
  return true;
}

function menu(id) {
  const details = document.getElementById(id);
  if (!details) return false;
  details.open = true;
  (details.querySelector(".panel button:not(:disabled)") ?? details.querySelector("summary")).focus();
  return true;
}

// Where in the list one stands: kept, since what is open may have left the list.
let place = -1;
const here = (all) => all.findIndex((link) => link === document.activeElement || link.getAttribute("aria-current"));
document.addEventListener("ticket:opened", () => (place = here(rows())));

function step(by) {
  const all = rows();
  if (!all.length) return false;
  const at = here(all);
  // The row after the one that left stands in its place now.
  const to = at >= 0 ? at + by : by > 0 ? Math.max(place, 0) : place - 1;
  place = Math.min(Math.max(to, 0), all.length - 1);
  const next = all[place];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  if (place !== at && matchMedia("(min-width: 1200px)").matches) next.click();
  return true;
}

function press(button) {
  const found = document.querySelector(button);
  found?.click();
  return Boolean(found);
}

function search() {
  const field = document.getElementById("searchbar");
  field?.focus();
  field?.select();
  return Boolean(field);
}

// Goes to one of the chats that are open beside each other.
function chat(number) {
  const pane = document.querySelectorAll(".pane")[number - 1];
  const box = [...(pane?.querySelectorAll("[name=body]") ?? [])].find(seen);
  (box ?? pane?.querySelector(".chat-scroll"))?.focus();
  return Boolean(pane);
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  r: () => write("reply"),
  n: () => write("note"),
  s: () => menu("menu-status"),
  a: () => menu("menu-agent"),
  p: () => menu("menu-priority"),
  t: () => press("form[action*='/do/take/'] button"),
  z: () => menu("menu-snooze"),
  m: () => menu("menu-macro"),
  "/": search,
  "?": showHelp,
  1: () => chat(1),
  2: () => chat(2),
  3: () => chat(3),
  4: () => chat(4),
};

function showHelp() {
  const box = help.querySelector("#keys-on");
  box.checked = !isOff();
  help.showModal();
  return true;
}

help?.querySelector("#keys-on").addEventListener("change", ({ target }) => {
  if (target.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
});
help?.querySelector("button").addEventListener("click", () => help.close());
document.getElementById("open-commands")?.addEventListener("click", openCommands);
document.getElementById("open-keys")?.addEventListener("click", showHelp);

const inField = (element) => element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog");

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && event.code === "KeyK" && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    return openCommands();
  }
  if ((event.ctrlKey || event.metaKey) && key === "Enter" && target.form && target.tagName === "TEXTAREA") {
    event.preventDefault();
    const resolves = event.shiftKey && target.form.querySelector(".and-resolve");
    return target.form.requestSubmit(resolves || target.form.querySelector(".submit-row button"));
  }
  if (isOff() || event.ctrlKey || event.metaKey || event.altKey || inField(target)) return;
  if (key === "Escape") return;
  // By the place of the key too, for those who type Arabic.
  const name = KEYS[key.toLowerCase()] ? key.toLowerCase() : event.code.replace(/^(Key|Digit)/, "").toLowerCase();
  if (KEYS[name]?.()) event.preventDefault();
});
