// What is typed is kept on the server, a moment after the last key; the page itself brings it back.
const PAUSE = 1500;

/** Keeps what is typed into a form's box; what was kept already is where it begins. */
export function keepDraft(form) {
  const box = form.elements.body;
  const page = form.closest("[data-draft-url]");
  const token = form.elements.csrfmiddlewaretoken?.value;
  if (!box || !page || !token) return;
  let [kept, timer] = [box.value, 0];

  function save() {
    // Whatever is sent takes its draft along; a page that was left says nothing more.
    if (!form.isConnected || "sending" in form.dataset || box.value === kept) return;
    kept = box.value;
    box.dataset.kept = kept; // what differs from it is in edit, also an emptied box
    const sent = new URLSearchParams({ kind: form.dataset.draft, body: kept, csrfmiddlewaretoken: token });
    fetch(page.dataset.draftUrl, { method: "POST", body: sent, keepalive: kept.length < 50000 }).catch(() => {});
  }

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
}
