// The page of a ticket, live: what happened is fetched as the page's own fragment; forms in edit are left alone.
import { swapBlocks } from "../backoffice/blocks.js";
import { coalesced, follow, fragment, keepFocus, listen } from "../backoffice/live.js";
import { dress } from "../backoffice/writing.js";

const page = document.getElementById("ticket");
const said = document.getElementById("live-status");
const ways = { refused: page.dataset.refused, dress, follow: { "thread-card": followThread } };

function followThread(card, block) {
  const [thread, fresh] = [card.querySelector("#thread"), block.querySelector("#thread")];
  const newest = (list) => list.querySelector("li[data-message-id]:last-of-type")?.dataset.messageId;
  const before = newest(thread);
  follow(thread, fresh);
  if (newest(thread) !== before) said.textContent = said.dataset.text;
}

function lost() {
  live.stop();
  const note = document.getElementById("live-ended");
  if (note) note.hidden = false;
}

const refresh = coalesced(async () => {
  const found = await fragment(page.dataset.liveUrl + location.search);
  const fresh = found?.getElementById("ticket");
  if (!fresh) return lost();
  keepFocus(() => {
    for (const box of ["ticket-top", "ticket-main", "ticket-side"]) {
      swapBlocks(document.getElementById(box), fresh.querySelector(`#${box}`), ways);
    }
  });
  page.dataset.version = fresh.dataset.version;
  page.dataset.rtSeq = fresh.dataset.rtSeq;
});

const live = listen(refresh, lost);
live.on("*", (data, frame) => {
  if (!frame.event.startsWith("ticket:")) return;
  if (String(data.ticketId ?? data.id) === page.dataset.ticketId) refresh();
});
live.on("room:left", ({ room }) => room === page.dataset.rtRoom && refresh());
live.client.joinTicket(page.dataset.ticketId, { since: Number(page.dataset.rtSeq) }).then(
  ({ reset }) => reset && refresh(),
  (error) => error.message !== "unavailable" && refresh(),
);
