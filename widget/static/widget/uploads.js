// A file on its way: it tells how far it is, and begins again after a cut.

import { newName } from "./outbox.js";
import { gettext } from "./texts.js";

const PAUSE = 2000;

export class Upload {
  /** `to` is {path, rest, limits}; `changed()` hears of progress and faults. */
  constructor(file, to) {
    this.file = file;
    this.to = to;
    this.name = file.name || "image.png";
    this.progress = 0;
    this.failed = "";
    this.key = newName();
    this.ending = new AbortController();
    this.changed = () => {};
  }

  /** Begins once; answers the attachment when the server has stored it. */
  start() {
    this.done ??= this.run();
    this.done.catch(() => {}); // shown beside the file; whoever sends it hears of it as well
    return this.done;
  }

  async run() {
    const { path, rest, limits } = this.to;
    if (this.file.size > limits.maxFileBytes) return this.fail(gettext("This file is too large."));
    for (;;) {
      try {
        const attachment = await rest.upload(path, this.file, this.key, (part) => this.move(part), this.ending.signal);
        this.attachment = attachment;
        this.move(1);
        return attachment;
      } catch (error) {
        if (this.ending.signal.aborted || !error.passing) return this.fail(error.reason || gettext("This file could not be sent."));
        this.move(0);
        await this.pause();
      }
    }
  }

  /** Ends what is on its way. */
  cancel() {
    this.ending.abort();
  }

  move(part) {
    this.progress = part;
    this.changed();
  }

  fail(reason) {
    this.failed = reason;
    this.changed();
    throw new Error(reason);
  }

  /** Until the browser is online again, or a while. */
  pause() {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, PAUSE);
      addEventListener("online", () => (clearTimeout(timer), resolve()), { once: true });
    });
  }
}
