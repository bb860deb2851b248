// Our own client driven from a test: the module's path, the site and the token in argv, as socketio.cjs for the rest.
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";

const [modulePath, site, token] = process.argv.slice(2);
const { connect } = await import(modulePath);
const WebSocket = globalThis.WebSocket ?? createRequire(path.join(process.cwd(), "x.js"))("ws");
const say = (kind, data) => process.stdout.write(JSON.stringify({ kind, ...data }) + "\n");
const client = connect(token, site, { WebSocket });
client.on("*", (data, frame) => say("event", { event: frame.event, args: [data], seq: frame.seq, room: frame.room }));
readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  const { op, id, event, args } = JSON.parse(line);
  if (op === "ask") {
    const answer = await client[event](...args).then((data) => ({ ok: true, data }), (error) => ({ ok: false, error: { code: error.message } }));
    say("ack", { id, answer });
  }
  if (op === "cut") client.socket?.close(4000);
  if (op === "forget") client.cursors.set(args[0], args[1]);
}).on("close", () => process.exit(0));
