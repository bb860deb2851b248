// The page of a ticket with scripts: canned responses go in where the cursor stands, and unsent text outlives a reload.
const page = document.getElementById("ticket");

function insert(box, text) {
  const before = box.value.slice(0, box.selectionStart);
  const gap = before && !before.endsWith("\n") ? "\n\n" : "";
  box.setRangeText(gap + text, box.selectionStart, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input"));
  box.focus();
}

page?.querySelectorAll("button[name=insert]").forEach((button) => {
  button.addEventListener("click", async (event) => {
    const form = button.form;
    const chosen = form.elements.canned.value;
    // Without a choice the form is sent, and the page says what is missing.
    if (!chosen) return;
    event.preventDefault();
    const answer = await fetch(`${page.dataset.cannedUrl}?${new URLSearchParams({ canned: chosen })}`);
    if (answer.ok) insert(form.elements.body, await answer.text());
    else form.requestSubmit(button);
  });
});

// Other forms of the page reload it: what stands in a box and was not sent comes back. It stays in this tab.
page?.querySelectorAll("form[data-draft]").forEach((form) => {
  const key = `draft:${page.dataset.ticketId}:${form.dataset.draft}`;
  const box = form.elements.body;
  const kept = sessionStorage.getItem(key);
  if (kept && !box.value) box.value = kept;
  box.addEventListener("input", () => {
    if (box.value) sessionStorage.setItem(key, box.value);
    else sessionStorage.removeItem(key);
  });
  form.addEventListener("submit", () => sessionStorage.removeItem(key));
});
