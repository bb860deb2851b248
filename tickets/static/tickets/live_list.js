// The list of tickets, live: rows are fetched as the list's own fragment, unless somebody is choosing among them.
import { coalesced, fragment, goOn, keepFocus, listen } from "../backoffice/live.js";
import { announcer } from "../backoffice/notices.js";

const list = document.getElementById("ticket-list");
const note = document.getElementById("live-note");
const form = () => document.getElementById("changelist-form");
const table = (root) => root.querySelector("#result_list");
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

function copyText(fresh, ...selectors) {
  for (const selector of selectors) {
    const [old, now] = [form().querySelector(selector), fresh.querySelector(selector)];
    if (!old || !now) continue;
    old.textContent = now.textContent;
    Object.assign(old.dataset, now.dataset);
  }
}

function swap(fresh) {
  const [old, now] = [table(form()), table(fresh)];
  if (old && now) {
    old.tBodies[0].replaceChildren(...now.tBodies[0].children);
    copyText(fresh, ".action-counter", ".actions .all", ".actions .question a");
    const pages = form().querySelector(".paginator");
    if (pages) pages.replaceWith(fresh.querySelector(".paginator") ?? "");
  } else {
    form().replaceWith(fresh);
    if (boxes.length) window.Actions?.();
  }
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
  const fresh = found?.getElementById("changelist-form");
  if (!fresh) return lost();
  waiting = choosing(); // somebody may have begun meanwhile
  note.hidden = !waiting;
  if (!waiting) keepFocus(() => swap(fresh));
});

list.addEventListener("change", () => waiting && !choosing() && refresh());

const live = listen(refresh, lost);
if (list.dataset.rtRoom) goOn(live.client, list.dataset.rtRoom, Number(list.dataset.rtSeq));
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
