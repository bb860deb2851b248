// Scrolling of a thread: its end stays in sight unless somebody reads above.

const NEAR_END = 80; // pixels from the end within which new messages are scrolled to

export class Scroll {
  /** Follows the end of `body` while its parts grow: pictures that load, files that are chosen, a keyboard that comes. */
  constructor(body, parts) {
    this.body = body;
    this.atEnd = true;
    body.addEventListener("scroll", () => {
      this.atEnd = body.scrollHeight - body.scrollTop - body.clientHeight < NEAR_END;
    });
    const keep = new ResizeObserver(() => this.keep());
    for (const element of [body, ...parts]) keep.observe(element);
  }

  keep() {
    if (this.atEnd) this.toEnd();
  }

  toEnd() {
    this.atEnd = true;
    this.body.scrollTop = this.body.scrollHeight;
  }
}
