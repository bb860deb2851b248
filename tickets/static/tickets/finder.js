// Fields that take a ticket's number find it by words, too: a list below the field, with what was said last as a preview.
const PAUSE = 250;
const dressed = new WeakSet();
let serial = 0;

/** Makes the fields with `data-find` below an element offer the tickets that are found by what is typed. */
export function dressFinders(element) {
  for (const field of element.querySelectorAll("input[data-find]")) {
    if (dressed.has(field)) continue;
    dressed.add(field);
    offer(field);
  }
}

function offer(field) {
  const list = document.createElement("ul");
  list.id = `found-${++serial}`;
  list.className = "found";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.labels[0]?.textContent ?? "");
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  list.hidden = true;
  field.after(list);
  let [items, at, timer, asked] = [[], -1, 0, 0];

  function close() {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }
  close();

  async function look() {
    const turn = ++asked;
    const address = new URL(field.dataset.find, location.href);
    address.searchParams.set("q", field.value);
    const answer = await fetch(address).catch(() => null);
    const found = answer?.ok && !answer.redirected ? await answer.json() : [];
    if (turn !== asked || document.activeElement !== field) return;
    items = found;
    at = -1;
    list.replaceChildren(...items.map(row));
    if (!items.length) return close();
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
  }

  function row({ value, text, status, said }, index) {
    const item = document.createElement("li");
    item.id = `${list.id}-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const [number, subject, state, preview] = ["bdi", "span", "span", "span"].map((name) => document.createElement(name));
    [number.textContent, subject.textContent, state.textContent, preview.textContent] = [value, text, status, said];
    [number.dir, subject.dir, preview.dir] = ["ltr", "auto", "auto"];
    number.className = "quiet small";
    state.className = "badge";
    preview.className = "said quiet small";
    item.append(number, " ", state, subject, preview);
    return item;
  }

  function mark(by) {
    at = (at + by + items.length) % items.length;
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === at)));
    list.children[at].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", list.children[at].id);
  }

  function take(index) {
    field.value = items[index].value;
    close();
    field.focus();
  }

  field.addEventListener("focus", look);
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
  field.addEventListener("blur", () => setTimeout(close, 150));
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark(1);
    else if (event.key === "ArrowUp") mark(at < 0 ? 0 : -1);
    else if (event.key === "Enter" && at >= 0) take(at);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("pointerdown", (event) => {
    const item = event.target.closest("li");
    if (!item) return;
    event.preventDefault();
    take([...list.children].indexOf(item));
  });
}
