// Where a customer writes: text, files by choice, paste and drop, each with its progress; kept over a reload.

import { h, icon } from "./dom.js";
import { gettext } from "./texts.js";
import { Upload } from "./uploads.js";

export class Composer {
  /** `send(text, uploads)` takes a message; `upload` is {path, rest, limits}; `typing(bool)` hears of writing. */
  constructor({ send, upload, typing = () => {}, store, label }) {
    Object.assign(this, { send, upload, typing, store });
    this.uploads = [];
    this.chips = h("div", { class: "chips" });
    this.text = h("textarea", { rows: "1", dir: "auto", maxlength: "10000", placeholder: label, "aria-label": label, oninput: () => this.write(), onkeydown: (event) => this.key(event), onblur: () => this.typing(false), onpaste: (event) => this.paste(event) });
    this.text.value = store?.get("draft", "") ?? "";
    this.picker = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", "aria-label": gettext("Attach files"), onchange: () => this.pick() });
    const clip = h("button", { type: "button", class: "round", "aria-label": gettext("Attach files"), onclick: () => this.picker.click() }, icon("clip"));
    const go = h("button", { type: "submit", class: "round go", "aria-label": gettext("Send") }, icon("send"));
    this.element = h("form", { class: "composer", onsubmit: (event) => this.submit(event) }, this.chips, h("div", { class: "row" }, clip, this.text, go), this.picker);
  }

  /** Takes files that are dropped anywhere on an element. */
  catchDrops(element) {
    const over = (event) => {
      if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
      event.preventDefault();
      element.classList.toggle("dropping", event.type === "dragover");
    };
    element.addEventListener("dragover", over);
    element.addEventListener("dragleave", over);
    element.addEventListener("drop", (event) => {
      over(event);
      this.attach(event.dataTransfer?.files ?? []);
    });
  }

  attach(files) {
    const { path, rest, limits } = this.upload;
    const room = limits.maxFiles - this.uploads.length;
    for (const file of [...files].slice(0, room)) this.uploads.push(new Upload(file, path, rest, limits, () => this.draw()));
    this.draw();
  }

  pick() {
    this.attach(this.picker.files);
    this.picker.value = "";
    this.text.focus();
  }

  paste(event) {
    const files = event.clipboardData?.files ?? [];
    if (!files.length) return;
    event.preventDefault();
    this.attach(files);
  }

  write() {
    this.store?.set("draft", this.text.value || null);
    this.grow();
    this.typing(Boolean(this.text.value));
  }

  grow() {
    this.text.style.setProperty("height", "auto");
    if (this.text.value) this.text.style.setProperty("height", `${this.text.scrollHeight + 2}px`);
  }

  key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.element.requestSubmit();
  }

  submit(event) {
    event.preventDefault();
    const text = this.text.value.trim();
    const uploads = this.uploads.filter((upload) => !upload.failed);
    if (!text && !uploads.length) return;
    this.uploads = [];
    this.text.value = "";
    this.store?.set("draft", null);
    this.grow();
    this.draw();
    this.send(text, uploads);
    this.text.focus();
  }

  draw() {
    this.chips.replaceChildren(...this.uploads.map((upload) => this.chip(upload)));
  }

  chip(upload) {
    const remove = () => {
      upload.cancelled = true;
      this.uploads = this.uploads.filter((other) => other !== upload);
      this.draw();
      this.text.focus();
    };
    const label = gettext("Remove %(name)s", { name: upload.name });
    const bar = h("progress", { max: "1", "aria-label": upload.name });
    bar.value = upload.progress;
    return h(
      "div",
      { class: "chip" },
      h("span", { class: "name" }, h("bdi", {}, upload.name)),
      h("button", { type: "button", class: "round", "aria-label": label, onclick: remove }, icon("close")),
      upload.failed ? h("p", { class: "wrong", role: "alert" }, upload.failed) : upload.progress === 1 ? "" : bar,
    );
  }
}
