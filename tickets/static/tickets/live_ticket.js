// The page of a ticket, live: what happened is fetched as the page's own fragment; forms in edit are left alone.
import { coalesced, follow, fragment, inEdit, keepFocus, listen } from "./live.js";
import { dress } from "./ticket.js";

const page = document.getElementById("ticket");
const said = document.getElementById("live-status");
const refused = page.dataset.refused;

// A form that was refused holds what was typed, though it looks as it was sent by the server.
function isKept(block) {
  const id = `form-${refused}`;
  return (refused && (block.id === id || block.querySelector(`#${id}`))) || inEdit(block);
}

function versions(block) {
  return [...block.querySelectorAll("input[name=version], input[name=last_seen]")].map((field) => field.value).join();
}

function warn(block) {
  if (block.querySelector(":scope > .live-note")) return;
  block.prepend(document.getElementById("live-changed").content.cloneNode(true));
}

function swapBlock(block, fresh) {
  if (block.isEqualNode(fresh)) return;
  if (isKept(block)) {
    if (versions(block) !== versions(fresh)) warn(block);
    return;
  }
  fresh.querySelectorAll("details[id]").forEach((fold) => {
    fold.open ||= document.getElementById(fold.id)?.open ?? false;
  });
  const tab = block.querySelector("[name=composer]:checked")?.id;
  block.replaceWith(fresh);
  if (tab) document.getElementById(tab).checked = true;
  dress(fresh);
}

// Blocks are known by their ids; those that went, go, unless somebody is at work in them.
function swapBlocks(box, fresh) {
  const ids = new Set(Array.from(fresh.children, (child) => child.id));
  for (const block of [...box.children]) {
    if (ids.has(block.id)) continue;
    if (isKept(block)) warn(block);
    else block.remove();
  }
  let before = null;
  for (const block of [...fresh.children].reverse()) {
    const id = block.id;
    const old = document.getElementById(id);
    if (!old) {
      box.insertBefore(block, before);
      dress(block);
    } else if (id === "thread-card") {
      followThread(old.querySelector("#thread"), block.querySelector("#thread"));
    } else {
      swapBlock(old, block);
    }
    before = document.getElementById(id);
  }
}

function followThread(thread, fresh) {
  const newest = (list) => list.querySelector("li[data-message-id]:last-of-type")?.dataset.messageId;
  const before = newest(thread);
  follow(thread, fresh);
  if (newest(thread) !== before) said.textContent = said.dataset.text;
}

function lost() {
  client.close();
  const note = document.getElementById("live-ended");
  if (note) note.hidden = false;
}

const refresh = coalesced(async () => {
  const search = location.pathname === page.dataset.liveUrl ? location.search : "";
  const found = await fragment(page.dataset.liveUrl + search);
  const fresh = found?.getElementById("ticket");
  if (!fresh) return lost();
  keepFocus(() => {
    for (const box of ["ticket-top", "ticket-main", "ticket-side"]) {
      swapBlocks(document.getElementById(box), fresh.querySelector(`#${box}`));
    }
  });
  page.dataset.version = fresh.dataset.version;
  page.dataset.rtSeq = fresh.dataset.rtSeq;
});

const client = listen(refresh, lost);
client.on("*", (data, frame) => {
  if (!frame.event.startsWith("ticket:")) return;
  if (String(data.ticketId ?? data.id) === page.dataset.ticketId) refresh();
});
client.on("room:left", ({ room }) => room === page.dataset.rtRoom && refresh());
client.joinTicket(page.dataset.ticketId, { since: Number(page.dataset.rtSeq) }).then(
  ({ reset }) => reset && refresh(),
  (error) => error.message !== "unavailable" && refresh(),
);
