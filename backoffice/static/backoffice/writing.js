// Where agents write, with scripts: canned responses go in where the cursor stands, and unsent text outlives a reload.
// The page is the element with `data-draft-of`, whose value tells its drafts from those of other pages.
const page = document.querySelector("[data-draft-of]");
const pageOf = (form) => form.closest("[data-draft-of]");
const dressed = new WeakSet();

function insert(box, text) {
  const before = box.value.slice(0, box.selectionStart);
  const gap = before && !before.endsWith("\n") ? "\n\n" : "";
  box.setRangeText(gap + text, box.selectionStart, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input"));
  box.focus();
}

// The filled text, or nothing when it cannot be had (a session that ended answers with the way in).
async function canned(chosen, form) {
  try {
    const answer = await fetch(`${pageOf(form).dataset.cannedUrl}?${new URLSearchParams({ canned: chosen })}`);
    return answer.ok && !answer.redirected ? await answer.text() : "";
  } catch {
    return "";
  }
}

function dressInsert(button) {
  let submitting = false;
  button.addEventListener("click", async (event) => {
    const form = button.form;
    const chosen = form.elements.canned.value;
    // Without a choice the form is sent, and the page says what is missing.
    if (!chosen || submitting) return;
    event.preventDefault();
    const text = await canned(chosen, form);
    if (text) return insert(form.elements.body, text);
    submitting = true;
    form.requestSubmit(button);
  });
}

// Other forms of the page reload it, and a session may end: what stands in a box and did not arrive comes back. It
// stays in this tab. A message that arrived is where the page then stands.
const SENT = "draft:sent";
if (page) {
  const sent = sessionStorage.getItem(SENT);
  if (sent && location.hash.startsWith("#message-")) sessionStorage.removeItem(sent);
  sessionStorage.removeItem(SENT);
}
const keys = new WeakMap();

// A form keeps its key when a live update takes it out of the page while its text is on its way.
function keyOf(form) {
  if (!keys.has(form)) keys.set(form, `draft:${pageOf(form).dataset.draftOf}:${form.dataset.draft}`);
  return keys.get(form);
}

// Texts on their way, by the key of their draft: they belong to it until they have arrived.
const unsent = new Map();

function keep(form) {
  const key = keyOf(form);
  const draft = [form.elements.body.value, ...(unsent.get(key) ?? [])].filter(Boolean).join("\n");
  if (draft) sessionStorage.setItem(key, draft);
  else sessionStorage.removeItem(key);
}

/** Keeps a text that is being sent in the form's draft, until `dropUnsent`. */
export function keepUnsent(form, text) {
  const key = keyOf(form);
  unsent.set(key, [...(unsent.get(key) ?? []), text]);
  keep(form);
}

/** Takes a text out of the form's draft: it has arrived, or stands in the box again. */
export function dropUnsent(form, text) {
  if (!form) return;
  const texts = unsent.get(keyOf(form)) ?? [];
  const at = texts.indexOf(text);
  unsent.set(keyOf(form), at < 0 ? texts : texts.toSpliced(at, 1));
  keep(form);
}

/** Drops the draft of a form whose text has arrived. */
export function forget(form) {
  sessionStorage.removeItem(keyOf(form));
}

function dressDraft(form) {
  const key = keyOf(form);
  const box = form.elements.body;
  const kept = sessionStorage.getItem(key);
  if (kept && !box.value && !unsent.get(key)?.length) box.value = kept;
  box.addEventListener("input", () => keep(form));
  if ("live" in form.dataset) return; // a script sends it, and says what arrived
  form.addEventListener("submit", () => {
    keep(form);
    sessionStorage.setItem(SENT, key);
  });
}

/** Makes the forms below an element work as above; for those that come later than the page. */
export function dress(element) {
  const fresh = (selector) => [...element.querySelectorAll(selector)].filter((one) => !dressed.has(one) && dressed.add(one));
  fresh("button[name=insert]").forEach(dressInsert);
  fresh("form[data-draft]").forEach(dressDraft);
}
document.querySelectorAll("[data-draft-of]").forEach(dress);
