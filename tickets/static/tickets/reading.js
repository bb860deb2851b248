// The ticket that stands beside the list on wide screens.
import { fragment } from "../backoffice/live.js";
import { mountTicket } from "./ticket_page.js";

const WIDE = matchMedia("(min-width: 1200px)");

/** Opens tickets of `list` beside it; `changed` is called when one was read, so that its row loses its mark. */
export function reading(list, changed) {
  const pane = document.getElementById("reading");
  const empty = [...pane.childNodes];
  let [open, unmount] = [null, null];

  const linkOf = (id) => document.querySelector(`#row-${id} .row-link`);

  function mark() {
    document.querySelectorAll("tr.is-open").forEach((row) => row.classList.remove("is-open"));
    document.querySelectorAll(".row-link[aria-current]").forEach((link) => link.removeAttribute("aria-current"));
    document.getElementById(`row-${open}`)?.classList.add("is-open");
    linkOf(open)?.setAttribute("aria-current", "true");
  }

  function remember(id) {
    const address = new URL(location.href);
    if (id) address.searchParams.set("open", id);
    else address.searchParams.delete("open");
    history.replaceState(null, "", address);
  }

  async function show(id) {
    if (open === String(id)) return pane.focus({ preventScroll: true }); // what is typed in it stays
    open = String(id);
    mark();
    remember(id);
    const address = linkOf(id)?.href ?? `${list.dataset.address}${id}/change/`;
    const found = await fragment(address);
    if (open !== String(id)) return; // another one was opened meanwhile
    const page = found?.getElementById("ticket");
    if (!page) return location.assign(address);
    unmount?.();
    pane.replaceChildren(page);
    pane.scrollTop = 0;
    list.classList.add("has-open");
    unmount = mountTicket(page);
    document.getElementById(`row-${id}`)?.classList.remove("is-unread");
    document.dispatchEvent(new CustomEvent("ticket:opened", { detail: { id } }));
    changed();
  }

  function close() {
    unmount?.();
    [open, unmount] = [null, null];
    pane.replaceChildren(...empty);
    list.classList.remove("has-open");
    mark();
    remember(null);
  }

  list.addEventListener("click", (event) => {
    const link = event.target.closest(".row-link");
    if (!link || !WIDE.matches || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    show(link.closest("tr").dataset.ticketId);
  });
  pane.addEventListener("ticket:sent", changed);

  const asked = new URLSearchParams(location.search).get("open");
  if (asked && /^\d+$/.test(asked)) {
    if (WIDE.matches) show(asked);
    else location.replace(`${list.dataset.address}${asked}/change/`);
  }
  return { mark, show, close, get open() { return open; }, get isWide() { return WIDE.matches; } };
}
