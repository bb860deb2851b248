// Keeps a page of /help at what the server says: at each event of its ticket, or of any for the list, the part is
// fetched anew, at a bearable pace. Without scripts or a socket the page stays as it was loaded.

import { coalesced } from "../backoffice/live.js";
import { connect } from "../realtime/realtime.js";

const place = document.getElementById("live");
const { tokenUrl } = document.body.dataset;

async function token() {
  const answer = await fetch(tokenUrl, { method: "POST", headers: { "X-Requested-With": "help" } });
  if (!answer.ok) throw new Error("signed out");
  return (await answer.json()).token;
}

const refresh = coalesced(async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
  if (fresh) place.replaceChildren(...fresh.childNodes);
});

if (place) {
  const client = connect(token);
  for (const event of ["ticket:message", "ticket:updated", "ticket:created", "notification:created", "reset"]) {
    client.on(event, refresh);
  }
  if (place.dataset.ticket) client.joinTicket(place.dataset.ticket).catch(() => {});
}
