// Light formatting in the box: buttons and keys that put marks around what is chosen, or take them away again.
const AROUND = { bold: "**", italic: "_" };
const KEYS = { KeyB: "bold", KeyI: "italic" };

/** Makes the buttons of a form's toolbar work on its box, and Ctrl+B and Ctrl+I in it. */
export function dressMarks(form) {
  const box = form.elements.body;
  const bar = form.querySelector(".marks");
  if (!box || !bar) return;
  const buttons = [...bar.querySelectorAll("[data-mark]")];

  bar.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-mark]");
    if (button) mark(box, button.dataset.mark);
  });
  // A toolbar is one stop of the Tab key; arrows go along it, in the direction of the page.
  bar.addEventListener("keydown", (event) => {
    const ahead = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const by = { ArrowLeft: -1, ArrowRight: -1, [ahead]: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement);
    const next = buttons[(at + by + buttons.length) % buttons.length];
    buttons.forEach((button) => (button.tabIndex = button === next ? 0 : -1));
    next.focus();
  });
  box.addEventListener("keydown", (event) => {
    const kind = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && KEYS[event.code];
    if (!kind) return;
    event.preventDefault();
    mark(box, kind);
  });
}

function mark(box, kind) {
  if (kind in AROUND) around(box, AROUND[kind]);
  else if (kind === "code" && !chosen(box).includes("\n")) around(box, "`");
  else if (kind === "code") fence(box);
  else lines(box, kind);
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
}

const chosen = ({ value, selectionStart, selectionEnd }) => value.slice(selectionStart, selectionEnd);

function around(box, sign) {
  const { value, selectionStart: start, selectionEnd: end } = box;
  const size = sign.length;
  if (value.slice(start - size, start) === sign && value.slice(end, end + size) === sign) {
    box.setRangeText(value.slice(start, end), start - size, end + size, "select");
    return;
  }
  const text = chosen(box);
  const [before, after] = [text.match(/^\s*/)[0], text.trim() ? text.match(/\s*$/)[0] : ""];
  const inner = text.slice(before.length, text.length - after.length);
  box.setRangeText(`${before}${sign}${inner}${sign}${after}`, start, end);
  box.setSelectionRange(start + before.length + size, start + before.length + size + inner.length);
}

function fence(box) {
  const { value, selectionStart: start, selectionEnd: end } = box;
  const open = start && value[start - 1] !== "\n" ? "\n" : "";
  const close = end < value.length && value[end] !== "\n" ? "\n" : "";
  box.setRangeText(`${open}\`\`\`\n${chosen(box)}\n\`\`\`${close}`, start, end, "end");
}

const BULLET = /^- /;
const NUMBER = /^[0-9]{1,3}\. /;

// Every line that the choice touches becomes an item, or, where all are, a line again.
function lines(box, kind) {
  const { value } = box;
  const start = value.lastIndexOf("\n", box.selectionStart - 1) + 1;
  const found = value.indexOf("\n", box.selectionEnd);
  const end = found < 0 ? value.length : found;
  const [own, other] = kind === "list" ? [BULLET, NUMBER] : [NUMBER, BULLET];
  const rows = value.slice(start, end).split("\n");
  const isOff = rows.every((row) => own.test(row));
  const fresh = rows.map((row, at) => {
    if (isOff) return row.replace(own, "");
    return (kind === "list" ? "- " : `${at + 1}. `) + row.replace(own, "").replace(other, "");
  });
  box.setRangeText(fresh.join("\n"), start, end, "end");
}
