// Reports without reloading: filters change the address and the part of the page that shows figures.
"use strict";
const part = () => document.getElementById("report");

let latest = 0;

// Of answers that overtake each other only that to the last question is shown.
async function show(address, keep) {
  const mine = ++latest;
  let fresh = null;
  try {
    const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
    fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("report");
  } catch {
    // Without a network a page that refreshes itself waits for it.
    if (!keep) { again(); return; }
  }
  if (mine !== latest) return;
  if (!fresh) { window.location.assign(address); return; }
  const focused = part().contains(document.activeElement) && document.activeElement.closest("form")?.action;
  part().replaceWith(fresh);
  if (focused) [...fresh.querySelectorAll("form")].find((form) => form.action === focused)?.querySelector("button")?.focus();
  if (keep) window.history.pushState(null, "", address);
  again();
}

function again() {
  const wait = Number(part()?.dataset.again);
  if (wait) window.setTimeout(() => show(window.location.href, false), wait);
}

const filters = document.getElementById("report-filters");
if (filters) {
  const ask = () => {
    const given = new URLSearchParams([...new FormData(filters)].filter(([, value]) => value));
    show(`${filters.action}?${given}`, true);
  };
  filters.addEventListener("change", ask);
  filters.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  window.addEventListener("popstate", () => window.location.reload());
}
again();
