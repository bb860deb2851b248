// Where a customer writes: text, files by choice, paste and drop; the text is kept over a reload.

import { h, icon } from "./dom.js";
import { Files } from "./files.js";
import { gettext } from "./texts.js";

export class Composer {
  /** `send(text, uploads)` takes a message; `upload` is {path, rest, limits}; `typing(bool)` hears of writing. */
  constructor({ send, upload, typing = () => {}, store, label }) {
    Object.assign(this, { send, typing, store });
    this.files = new Files(upload, () => this.text.focus());
    this.text = h("textarea", { rows: "1", dir: "auto", maxlength: "10000", placeholder: label, "aria-label": label, oninput: () => this.write(), onkeydown: (event) => this.key(event), onblur: () => this.typing(false), onpaste: (event) => this.files.paste(event) });
    this.text.value = store?.get("draft", "") ?? "";
    const clip = h("button", { type: "button", class: "round", "aria-label": gettext("Attach files"), onclick: () => this.files.picker.click() }, icon("clip"));
    const go = h("button", { type: "submit", class: "round go", "aria-label": gettext("Send") }, icon("send"));
    this.element = h("form", { class: "composer", onsubmit: (event) => this.submit(event) }, this.files.element, h("div", { class: "row" }, clip, this.text, go));
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
    if (!text && this.files.uploads.every(({ failed }) => failed)) return;
    const uploads = this.files.take();
    this.text.value = "";
    this.store?.set("draft", null);
    this.grow();
    this.send(text, uploads);
    this.text.focus();
  }
}
