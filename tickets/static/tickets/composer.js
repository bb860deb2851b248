// The box in which agents write, with scripts.
import { complete } from "./completion.js";
import { keepDraft } from "./drafts.js";
import { dressMarks } from "./marks.js";

const dressed = new WeakSet();

/** Makes the forms below an element take dropped and pasted files, and grow with what is typed. */
export function dressComposer(element) {
  for (const form of element.querySelectorAll("form[data-draft]")) {
    if (dressed.has(form)) continue;
    dressed.add(form);
    dressFiles(form);
    complete(form);
    keepDraft(form);
    dressMarks(form);
  }
}

function dressFiles(form) {
  const field = form.elements.attachments;
  const box = form.elements.body;
  if (!field || !box) return;
  const add = (files) => {
    if (!files.length) return false;
    const all = new DataTransfer();
    [...field.files, ...files].forEach((file) => all.items.add(file));
    field.files = all.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  };
  box.addEventListener("paste", (event) => add(event.clipboardData.files) && event.preventDefault());
  form.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    form.classList.add("is-target");
  });
  form.addEventListener("dragleave", () => form.classList.remove("is-target"));
  form.addEventListener("drop", (event) => {
    form.classList.remove("is-target");
    if (add(event.dataTransfer.files)) event.preventDefault();
  });
}

// Pictures open large on the page; a click beside them or Escape closes them.
document.addEventListener("click", (event) => {
  const thumb = event.target.closest(".files .thumb");
  if (!thumb || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  const dialog = document.createElement("dialog");
  const picture = thumb.querySelector("img").cloneNode();
  dialog.className = "large";
  dialog.append(picture);
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
});
