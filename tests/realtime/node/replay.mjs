// Tells our client the server's side of a fixture over a socket of paper; prints what it heard and where it stands.
import { readFileSync } from "node:fs";
const { connect } = await import(process.argv[2]);
const steps = JSON.parse(readFileSync(0, "utf8"));
const sessions = [];
for (const step of steps) {
  if (step.connect) sessions.push([]);
  else sessions.at(-1).push(step);
}
const tick = () => new Promise((done) => setTimeout(done, 5));
const heard = [];
const reset = [];
let paper;
class Paper {
  constructor() {
    paper = this;
    this.readyState = 1;
    this.sent = [];
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close(code) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
  tell(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }
}
const client = connect("token", "http://paper", { WebSocket: Paper });
client.on("*", (data, { event, room, seq }) => event === "reset" ? reset.push(data) : heard.push({ event, room, seq }));
await tick();
let first = true;
for (const session of sessions) {
  if (!first) {
    const old = paper;
    old.close(1006);
    clearTimeout(client.timer);
    await client.open();
  }
  first = false;
  let ref = null;
  for (const { client: asked, server: frame } of session) {
    if (asked) {
      const { action, data } = asked;
      const before = paper.sent.length;
      if (action === "joinTicket") client.joinTicket(data.ticketId, { since: data.since }).catch(() => {});
      else if (action === "leaveTicket") client.leaveTicket(data.ticketId).catch(() => {});
      else client.act(action, data).catch(() => {});
      await tick();
      ref = (paper.sent.slice(before).find((one) => one.action === action) ?? paper.sent.find((one) => one.action === action)).ref;
    }
    if (frame) paper.tell(frame.event === "ack" ? { ...frame, ref } : frame);
    await tick();
  }
}
process.stdout.write(JSON.stringify({ heard, reset, cursors: Object.fromEntries(client.cursors) }));
process.exit(0);
