// The files of a message or a form: chosen, pasted or dropped, each with its progress and a button that takes it back.

import { h, icon } from "./dom.js";
import { gettext } from "./texts.js";
import { Upload } from "./uploads.js";

export class Files {
  /** `to` is {path, rest, limits}; `mayStart()` tells whether uploads begin at once; `focus()` is called after a choice. */
  constructor(to, focus, mayStart = () => true) {
    Object.assign(this, { to, focus, mayStart });
    this.uploads = [];
    this.chips = h("div", { class: "chips" });
    this.problem = h("p", { class: "wrong", role: "alert", hidden: true });
    this.picker = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", "aria-label": gettext("Attach files"), onchange: () => this.pick() });
    this.element = h("div", { class: "chips" }, this.chips, this.problem, this.picker);
  }

  pick() {
    this.attach(this.picker.files);
    this.picker.value = "";
    this.focus();
  }

  attach(files) {
    const { maxFiles } = this.to.limits;
    const room = maxFiles - this.uploads.length;
    for (const file of [...files].slice(0, room)) this.add(new Upload(file, this.to));
    this.tooMany(files.length > room ? gettext("No more than %(count)s files can be attached.", { count: maxFiles }) : "");
  }

  tooMany(text) {
    this.problem.textContent = text;
    this.problem.hidden = !text;
  }

  /** Takes pasted files; pasted text goes where it was meant to. */
  paste(event) {
    const files = event.clipboardData?.files ?? [];
    if (!files.length) return;
    event.preventDefault();
    this.attach(files);
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

  add(upload) {
    const bar = h("progress", { max: "1", "aria-label": upload.name });
    const fault = h("p", { class: "wrong", role: "alert" });
    const label = gettext("Remove %(name)s", { name: upload.name });
    const remove = h("button", { type: "button", class: "round", "aria-label": label, onclick: () => this.remove(upload) }, icon("close"));
    upload.chip = h("div", { class: "chip" }, h("span", { class: "name" }, h("bdi", {}, upload.name)), remove, fault, bar);
    upload.changed = () => {
      bar.value = upload.progress;
      bar.hidden = !upload.done || Boolean(upload.failed) || upload.progress === 1;
      fault.textContent = upload.failed;
      fault.hidden = !upload.failed;
    };
    this.uploads.push(upload);
    this.chips.append(upload.chip);
    if (this.mayStart()) upload.start();
    upload.changed();
  }

  remove(upload) {
    upload.cancel();
    upload.chip.remove();
    this.uploads = this.uploads.filter((other) => other !== upload);
    this.tooMany("");
    this.focus();
  }

  /** Answers the uploads and begins anew; those that failed are left out. */
  take() {
    const uploads = this.uploads.filter((upload) => !upload.failed);
    this.uploads = [];
    this.chips.replaceChildren();
    this.tooMany("");
    return uploads;
  }

  /** Answers the attachments when all are stored; rejects with the reason of the first that cannot be. */
  attachments() {
    return Promise.all(this.uploads.map((upload) => upload.start()));
  }
}
