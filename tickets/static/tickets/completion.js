// Completion in the box: `/` finds canned responses, with a preview; `@` in a note finds colleagues.
const AT_CANNED = /(?:^|\s)\/([^\s/]{0,40})$/;
const AT_PERSON = /(?:^|\s)@([^\s@]{0,40})$/;
const SHOWN = 8;
let colleagues = null;
let serial = 0;

const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f\u064b-\u065f]/g, "").replace(/[أإآ]/g, "ا").toLowerCase();

function responses(form) {
  return [...(form.elements.canned?.options ?? [])].filter(({ value }) => value).map(({ value, text }) => ({ value, text }));
}

async function people(page) {
  colleagues ??= fetch(page.dataset.colleaguesUrl, { credentials: "same-origin" }).then(
    (answer) => (answer.ok && !answer.redirected ? answer.json() : []),
    () => [],
  );
  return colleagues;
}

async function filled(page, chosen) {
  const answer = await fetch(`${page.dataset.cannedUrl}?${new URLSearchParams({ canned: chosen })}`);
  return answer.ok && !answer.redirected ? answer.text() : "";
}

/** Makes the box of a form complete what is typed in it. */
export function complete(form) {
  const box = form.elements.body;
  const page = form.closest("[data-canned-url]");
  if (!box || !page) return;
  const list = document.createElement("ul");
  const preview = document.createElement("p");
  const popup = document.createElement("div");
  list.id = `completion-${++serial}`;
  list.setAttribute("role", "listbox");
  popup.className = "completion";
  preview.dir = "auto";
  popup.append(list, preview);
  let [items, at, kind, typed] = [[], 0, null, ""];
  const texts = new Map(); // what was previewed is taken as it was shown, at once
  const textOf = (value) => texts.get(value) ?? texts.set(value, filled(page, value)).get(value);

  const isOpen = () => popup.isConnected;

  function close() {
    popup.remove();
    texts.clear();
    box.removeAttribute("aria-activedescendant");
    box.removeAttribute("aria-controls");
  }

  async function look() {
    const before = box.value.slice(0, box.selectionStart);
    const canned = form.elements.canned && before.match(AT_CANNED);
    const person = form.dataset.draft === "note" && page.dataset.colleaguesUrl && before.match(AT_PERSON);
    kind = canned ? "canned" : person ? "person" : null;
    if (!kind) return close();
    typed = (canned || person)[1];
    const all = kind === "canned" ? responses(form) : await people(page);
    items = all.filter(({ text, value }) => plain(`${text} ${kind === "person" ? value : ""}`).includes(plain(typed))).slice(0, SHOWN);
    if (!items.length) return close();
    draw();
  }

  function draw() {
    at = 0;
    list.replaceChildren(
      ...items.map(({ text }, index) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${index}`;
        item.setAttribute("role", "option");
        item.dir = "auto";
        item.textContent = text;
        return item;
      }),
    );
    if (!isOpen()) box.before(popup);
    box.setAttribute("aria-controls", list.id);
    mark();
  }

  async function mark() {
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === at)));
    list.children[at]?.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", `${list.id}-${at}`);
    const chosen = items[at];
    preview.textContent = "";
    preview.hidden = kind !== "canned";
    if (kind !== "canned") return;
    const text = await textOf(chosen.value);
    if (items[at] === chosen) preview.textContent = text;
  }

  async function take() {
    const chosen = items[at];
    const end = box.selectionStart;
    const text = kind === "canned" ? await textOf(chosen.value) : `@${chosen.value} `;
    close();
    if (!text) return;
    box.setRangeText(text, end - typed.length - 1, end, "end");
    box.dispatchEvent(new Event("input"));
    box.focus();
  }

  box.addEventListener("input", look);
  box.addEventListener("blur", () => setTimeout(() => popup.contains(document.activeElement) || close(), 150));
  box.addEventListener("keydown", (event) => {
    if (!isOpen() || event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      at = (at + by + items.length) % items.length;
      mark();
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) take();
    else if (event.key === "Tab") return close();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  list.addEventListener("pointerdown", (event) => {
    const item = event.target.closest("li");
    if (!item) return;
    event.preventDefault();
    at = [...list.children].indexOf(item);
    take();
  });
}
