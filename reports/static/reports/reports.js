// Reports without reloading: filters change the address and the part of the page that shows figures.
"use strict";
const part = () => document.getElementById("report");

async function show(address, keep) {
  const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("report");
  if (!fresh) { window.location.assign(address); return; }
  part().replaceWith(fresh);
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
