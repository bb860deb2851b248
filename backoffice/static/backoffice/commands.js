// The command bar: to go anywhere, to find, and to act on the ticket at hand, by typing a part of its name.
const bar = document.getElementById("commands");
const field = bar?.querySelector("input");
const list = bar?.querySelector("ul");
let [found, at] = [[], 0];

const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f\u064b-\u065f]/g, "").replace(/[أإآ]/g, "ا").toLowerCase().trim();

function pages() {
  return [...document.querySelectorAll("#nav a, #inbox-views a, [data-go] a")].map((link) => ({
    text: link.firstElementChild?.tagName === "svg" ? link.textContent.trim() : link.textContent.replace(/\d+/g, "").trim(),
    kind: bar.dataset.go,
    run: () => location.assign(link.href),
  }));
}

// The buttons of the ticket at hand, and the choices of its menus under the menu's own name.
function acts() {
  const buttons = [...document.querySelectorAll(".ticket-buttons button, .control .panel button:not(:disabled), .chat-head button")];
  return buttons.map((button) => {
    const menu = button.closest(".control")?.querySelector("summary");
    const name = (menu?.querySelector(".visually-hidden, .quiet") ?? menu)?.textContent.replace(":", "").trim();
    const what = (button.querySelector("strong") ?? button).textContent.trim();
    const asks = button.closest(".ask");
    return {
      text: asks ? name : name ? `${name}: ${what}` : what,
      kind: bar.dataset.act,
      button,
      run: () => (asks ? ask(asks, button) : button.form.requestSubmit(button)),
    };
  });
}

// What asks before it is done asks here too.
function ask(menu, button) {
  menu.open = true;
  button.focus();
}

function finds(typed) {
  const go = (address, values) => () => location.assign(`${address}?${new URLSearchParams(values)}`);
  const found = [{ text: `${bar.dataset.find} «${typed}»`, kind: bar.dataset.go, run: go(bar.dataset.tickets, { view: "all", q: typed }) }];
  if (bar.dataset.people) {
    found.push({ text: `${bar.dataset.findPeople} «${typed}»`, kind: bar.dataset.go, run: go(bar.dataset.people, { kind: "customers", q: typed }) });
  }
  return found;
}

function draw() {
  const typed = field.value.trim();
  const words = plain(typed).split(/\s+/);
  found = [...acts(), ...pages()].filter(({ text }) => words.every((word) => plain(text).includes(word)));
  if (typed) found.push(...finds(typed));
  found = found.slice(0, 12);
  at = 0;
  list.replaceChildren(
    ...found.map(({ text, kind }, index) => {
      const item = document.createElement("li");
      const hint = document.createElement("span");
      item.id = `command-${index}`;
      item.setAttribute("role", "option");
      item.dir = "auto";
      item.textContent = text;
      hint.className = "quiet small";
      hint.textContent = kind;
      item.append(hint);
      return item;
    }),
  );
  mark();
}

function mark() {
  [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === at)));
  list.children[at]?.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", found.length ? `command-${at}` : "");
}

function run(index) {
  const chosen = found[index];
  bar.close();
  // What is live may have been renewed since the list was drawn: the button of that name is meant.
  const stands = !chosen?.button || chosen.button.isConnected;
  (stands ? chosen : acts().find(({ text }) => text === chosen.text))?.run();
}

export function openCommands() {
  if (!bar || bar.open) return;
  field.value = "";
  draw();
  bar.showModal();
  field.focus();
}

field?.addEventListener("input", draw);
field?.addEventListener("keydown", (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by) {
    event.preventDefault();
    at = (at + by + found.length) % Math.max(found.length, 1);
    mark();
  } else if (event.key === "Enter") {
    event.preventDefault();
    run(at);
  }
});
list?.addEventListener("click", (event) => {
  const item = event.target.closest("li");
  if (item) run([...list.children].indexOf(item));
});
bar?.addEventListener("click", (event) => event.target === bar && bar.close());
