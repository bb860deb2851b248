// A ticket, live: what happened is fetched as the page's own fragment; forms in edit are left alone, and forms are sent
// without leaving the page.
import { swapBlocks } from "../backoffice/blocks.js";
import { coalesced, follow, fragment, keepFocus, listen } from "../backoffice/live.js";
import { say, sayNext } from "../backoffice/notices.js";
import { dress as dressWriting, forget } from "../backoffice/writing.js";
import { dressComposer } from "./composer.js";
import { dressFinders } from "./finder.js";
import { hold } from "./holding.js";
import { takingTurns } from "./turns.js";
import { followViewers } from "./viewers.js";
import { followWriters } from "./writers.js";

const BOXES = ["ticket-top", "ticket-main", "ticket-side"];
const said = document.getElementById("live-status");

/** Makes an element of the ticket's page live; returns a function that ends it. */
export function mountTicket(page) {
  let ended = false;
  const dress = (element) => {
    dressWriting(element);
    dressComposer(element);
    dressFinders(element);
  };
  const ways = { refused: page.dataset.refused, dress, follow: { "thread-card": followThread, typing: () => {}, viewers: () => {} }, sent: null };
  dress(page);

  // A refusal, and the form that it is about, stay until the next answer to a form.
  function take(fresh) {
    const note = page.querySelector("#refusal");
    if (ways.sent) ways.refused = fresh.dataset.refused;
    else if (note) fresh.querySelector("#ticket-top").append(note.cloneNode(true));
    keepFocus(() => {
      for (const box of BOXES) swapBlocks(page.querySelector(`#${box}`), fresh.querySelector(`#${box}`), ways);
    });
    Object.assign(page.dataset, { version: fresh.dataset.version, rtSeq: fresh.dataset.rtSeq, refused: ways.refused });
  }

  function lost() {
    live.stop();
    const note = page.querySelector("#live-ended");
    if (note) note.hidden = false;
  }

  const refresh = coalesced(async () => {
    if (ended) return;
    const own = location.pathname.startsWith(page.dataset.liveUrl.replace(/change\/$/, ""));
    const search = own ? location.search : "";
    const found = await fragment(page.dataset.liveUrl + search);
    const fresh = found?.getElementById("ticket");
    if (ended) return;
    if (!fresh) return lost();
    take(fresh);
  });

  const live = listen(refresh, lost);
  live.on("*", (data, frame) => {
    if (!frame.event.startsWith("ticket:")) return;
    if (String(data.ticketId ?? data.id) === page.dataset.ticketId) refresh();
  });
  live.on("access:changed", refresh); // what may be done
  live.on("room:left", ({ room }) => room === page.dataset.rtRoom && refresh());
  live.client.joinTicket(page.dataset.ticketId, { since: Number(page.dataset.rtSeq) }).then(
    ({ reset }) => reset && refresh(),
    (error) => error.message !== "unavailable" && refresh(),
  );

  followWriters(page, live);
  const unfollow = followViewers(page);

  const turns = takingTurns(page);
  let held = null;
  async function submit(event) {
    const form = event.target;
    if (!form.action.includes("/do/") || event.submitter?.name === "insert" || event.defaultPrevented) return;
    event.preventDefault();
    if (turns.mustWait(form, event.submitter) || "sending" in form.dataset) return;
    form.dataset.sending = "";
    closeMenu(form);
    if ("hold" in page.dataset && form.dataset.draft === "reply") {
      held = hold(form);
      const isSent = await held.answer;
      held = null;
      if (!isSent) return delete form.dataset.sending;
    }
    const answer = await turns.take(form, event.submitter);
    delete form.dataset.sending;
    if (ended) return; // another ticket stands here now
    const fresh = answer?.page.getElementById("ticket");
    // Signed out, or gone from sight: as without scripts.
    if (!fresh || fresh.dataset.ticketId !== page.dataset.ticketId) return answer?.address ? leave(answer) : form.submit();
    if (answer.ok && form.dataset.draft) forget(form);
    const writes = form.dataset.draft && `#form-${form.dataset.draft} textarea`;
    ways.sent = form;
    take(fresh);
    ways.sent = null;
    if (!answer.ok) (page.querySelector("[aria-invalid=true]:not([type=hidden])") ?? page.querySelector("#refusal"))?.focus();
    else if (writes) {
      page.querySelector("#thread > li:last-child")?.scrollIntoView({ block: "nearest" });
      page.querySelector(writes)?.focus({ preventScroll: true });
    }
    // What the answer says of itself stands in the fragment.
    for (const line of fresh.querySelectorAll("#said li")) say(line.textContent);
    page.dispatchEvent(new CustomEvent("ticket:sent", { bubbles: true, detail: { ok: answer.ok } }));
    turns.next(answer.ok);
  }

  function leave(answer) {
    const words = [...(answer.page?.querySelectorAll("#said li") ?? [])].map((line) => line.textContent);
    if (words.length) sayNext(words.join(" "));
    location.assign(answer.address);
  }

  page.addEventListener("submit", submit);
  return () => {
    ended = true;
    held?.sendNow(); // who goes on to another ticket has not taken it back
    unfollow();
    live.stop();
    live.client.leaveTicket?.(page.dataset.ticketId);
    page.removeEventListener("submit", submit);
  };
}

// What was chosen in an open menu closes it.
function closeMenu(form) {
  const menu = form.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus({ preventScroll: true });
}

function followThread(card, block) {
  const [thread, fresh] = [card.querySelector("#thread"), block.querySelector("#thread")];
  const newest = (list) => list.querySelector("li[data-message-id]:last-of-type")?.dataset.messageId;
  const before = newest(thread);
  follow(thread, fresh);
  if (newest(thread) !== before) said.textContent = said.dataset.text;
}
