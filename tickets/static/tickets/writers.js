// Who else writes in the ticket at hand: told to the others while one types, shown until they stop.
const PAUSE = 3000;

/** Follows and tells who writes on `page`, by the page's socket. */
export function followWriters(page, live) {
  const ticketId = page.dataset.ticketId;
  const names = new Map();
  const typedAt = { reply: 0, note: 0 };

  function show() {
    const line = page.querySelector("#typing");
    if (!line) return;
    const known = [...names.values()].map(({ name }) => name);
    line.textContent = known.length ? line.dataset.text.replace("{name}", known.join(" · ")) : "";
  }

  function forget(userId) {
    clearTimeout(names.get(userId)?.timer);
    names.delete(userId);
    show();
  }

  live.on("typing:start", (data) => {
    if (data.ticketId !== ticketId) return;
    forget(data.userId);
    names.set(data.userId, { name: data.name, timer: setTimeout(() => forget(data.userId), data.expiresIn * 1000) });
    show();
  });
  live.on("typing:stop", (data) => data.ticketId === ticketId && forget(data.userId));
  live.on("ticket:message", (data) => data.ticketId === ticketId && forget(data.author?.id));

  page.addEventListener("input", ({ target }) => {
    const kind = target.form?.dataset.draft;
    if (!(kind in typedAt) || target.name !== "body") return;
    const isTyping = target.value !== "";
    if (isTyping && Date.now() - typedAt[kind] < PAUSE) return;
    typedAt[kind] = isTyping ? Date.now() : 0;
    const where = kind === "note" ? { ticketId, isInternal: true } : { ticketId };
    live.client.sendTyping(where, isTyping)?.catch?.(() => {});
  });
}
