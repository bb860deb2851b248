// The inbox, live: rows are fetched as the list's own fragment, unless somebody is choosing among them; on wide screens
// a ticket opens beside the list.
import { coalesced, fragment, goOn, keepFocus, listen } from "../backoffice/live.js";
import { announcer } from "../backoffice/notices.js";
import { reading } from "./reading.js";

const list = document.getElementById("ticket-list");
const note = document.getElementById("live-note");
const scroller = document.querySelector(".inbox-list");
const form = () => document.getElementById("changelist-form");
let waiting = false;

// The admin's script holds the boxes that stood there at the start; it gets a list that goes with the table instead.
const boxes = {
  all: () => [...document.querySelectorAll("tr input.action-select")],
  forEach(each) {
    this.all().forEach(each);
  },
  get length() {
    return this.all().length;
  },
  [Symbol.iterator]() {
    return this.all()[Symbol.iterator]();
  },
};
const actions = window.Actions;
if (actions) window.Actions = () => actions(boxes);

function choosing() {
  return boxes.all().some((box) => box.checked) || Boolean(form().querySelector("select[name=action]")?.value);
}

// What is being read stays where it is on the screen, whatever comes above it.
function inPlace(swap) {
  const top = scroller.getBoundingClientRect().top;
  const rows = [...form().querySelectorAll("tr[data-ticket-id]")];
  const held = scroller.scrollTop > 0 && rows.find((row) => row.getBoundingClientRect().top >= top);
  const before = held && held.getBoundingClientRect().top;
  const known = new Set(rows.map((row) => row.id));
  swap();
  const now = held && document.getElementById(held.id);
  if (now) scroller.scrollTop += now.getBoundingClientRect().top - before;
  for (const row of form().querySelectorAll("tr[data-ticket-id]")) {
    if (known.size && !known.has(row.id)) row.classList.add("is-fresh");
  }
}

function swap(found) {
  const views = found.getElementById("inbox-views");
  const old = document.getElementById("inbox-views");
  views.querySelector("details").open = old.querySelector("details").open;
  old.replaceWith(views);
  form().replaceWith(found.getElementById("changelist-form"));
  if (boxes.length) window.Actions?.();
  beside.mark();
  form().dispatchEvent(new Event("live:swapped", { bubbles: true }));
}

function lost() {
  live.stop();
  document.getElementById("live-ended").hidden = false;
}

const refresh = coalesced(async () => {
  waiting = choosing();
  note.hidden = !waiting;
  if (waiting) return;
  const found = await fragment(location.pathname + location.search);
  if (!found?.getElementById("changelist-form")) return lost();
  waiting = choosing(); // somebody may have begun meanwhile
  note.hidden = !waiting;
  if (!waiting) keepFocus(() => inPlace(() => swap(found)));
});

const beside = reading(list, refresh);
list.addEventListener("change", () => waiting && !choosing() && refresh());

const live = listen(refresh, lost);
if (list.dataset.rtRoom) goOn(live.client, list.dataset.rtRoom, Number(list.dataset.rtSeq));
live.on("access:changed", refresh); // what may be done
live.on("*", (data, frame) => frame.event.startsWith("ticket:") && refresh());

if ("mayTake" in list.dataset) {
  const announce = announcer("new-tickets", {
    text: list.dataset.newTicket,
    button: document.getElementById("notices"),
    allow: document.getElementById("allow-notices"),
    tones: [880],
  });
  live.on("ticket:created", ({ id, ticketNumber, subject, assignee }) => {
    const address = `${list.dataset.address}${id}/change/`;
    if (!assignee) announce({ id: `ticket:${id}`, address, code: ticketNumber, text: subject });
  });
}
