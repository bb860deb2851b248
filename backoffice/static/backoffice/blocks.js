// Pages made of blocks that are known by their ids: fresh ones take the place of old ones, but for forms in edit.
import { inEdit } from "./live.js";

/** Makes the blocks in `box` those of `fresh`; those that went, go. A block in which somebody is at work stays, and says
 *  so when it is of an old version.
 *
 *  `ways` has `refused`, the slug of the form that was refused with what was typed; `dress(block)` for those that come;
 *  and `follow`, by id, functions (old, fresh) for blocks that are not replaced whole. */
export function swapBlocks(box, fresh, ways) {
  const ids = new Set(Array.from(fresh.children, (child) => child.id));
  for (const block of [...box.children]) {
    if (ids.has(block.id)) continue;
    if (isKept(block, ways)) warn(block);
    else block.remove();
  }
  let before = null;
  for (const block of [...fresh.children].reverse()) {
    const id = block.id;
    const old = document.getElementById(id);
    if (!old) {
      box.insertBefore(block, before);
      ways.dress(block);
    } else if (ways.follow?.[id]) ways.follow[id](old, block);
    else swapBlock(old, block, ways);
    before = document.getElementById(id);
  }
}

function swapBlock(block, fresh, ways) {
  if (block.isEqualNode(fresh)) return;
  if (isKept(block, ways)) {
    if (block.querySelector("form[data-sending]")) return; // what came may be its own; the answer brings the rest
    if (values(block, "last_seen") !== values(fresh, "last_seen")) warn(block, "live-message");
    else if (values(block, "version") !== values(fresh, "version")) warn(block);
    return;
  }
  fresh.querySelectorAll("details[id]").forEach((fold) => {
    fold.open ||= document.getElementById(fold.id)?.open ?? false;
  });
  const tab = block.querySelector("[name^=composer]:checked")?.id;
  block.replaceWith(fresh);
  if (tab) document.getElementById(tab).checked = true;
  ways.dress(fresh);
}

// A form that was refused holds what was typed, though it looks as it was sent by the server.
function isKept(block, { refused, sent }) {
  if (sent && block.contains(sent)) return false; // what was in it has arrived, or stands in the answer
  const id = `form-${refused}`;
  return (refused && (block.id === id || block.querySelector(`#${id}`))) || inEdit(block);
}

function values(block, name) {
  return [...block.querySelectorAll(`input[name=${name}]`)].map((field) => field.value).join();
}

// Says what made the block old: a message that came, or (also where the page has no word for messages) a change.
function warn(block, note = "live-changed") {
  if (block.querySelector(":scope > .live-note")) return;
  const words = document.getElementById(note) ?? document.getElementById("live-changed");
  block.prepend(words.content.cloneNode(true));
}
