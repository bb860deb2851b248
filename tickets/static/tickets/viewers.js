// Who else has the ticket at hand before their eyes: asked while the page is seen, at a pace at which it is of use.
const EVERY = 10000;
const FIRST = 1500; // by then the page's own socket has joined

/** Shows the other viewers of `page`; returns a function that ends it. */
export function followViewers(page) {
  const line = page.querySelector("#viewers");
  if (!line) return () => {};

  async function look() {
    if (document.hidden) return;
    try {
      const answer = await fetch(page.dataset.viewersUrl, { headers: { "HX-Request": "true" } });
      const names = answer.ok && !answer.redirected ? await answer.json() : [];
      const text = names.length ? line.dataset.text.replace("{names}", names.join(" · ")) : "";
      if (line.textContent !== text) line.textContent = text;
    } catch {
      line.textContent = "";
    }
  }

  const first = setTimeout(look, FIRST);
  const timer = setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
  return () => {
    clearTimeout(first);
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
  };
}
