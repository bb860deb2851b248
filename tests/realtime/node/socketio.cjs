// An unmodified socket.io-client driven from a test: options in argv, commands as JSON lines in, events as lines out.
const { createRequire } = require("node:module");
const path = require("node:path");
const readline = require("node:readline");
const { io } = createRequire(path.join(process.cwd(), "x.js"))("socket.io-client");

const [url, options] = [process.argv[2], JSON.parse(process.argv[3])];
const say = (kind, data) => process.stdout.write(JSON.stringify({ kind, ...data }) + "\n");
const since = {};
if (options.resumes) {
  const credentials = options.auth;
  options.auth = (send) => send({ ...credentials, since });
}
const socket = io(url, options);
const transport = () => socket.io.engine && socket.io.engine.transport.name;
socket.on("connect", () => {
  say("connect", { id: socket.id, transport: transport() });
  socket.io.engine.on("upgrade", () => say("upgrade", { transport: transport() }));
});
socket.on("connect_error", (error) => say("connect_error", { message: error.message, data: error.data ?? null }));
socket.on("disconnect", (reason) => say("disconnect", { reason }));
socket.onAny((event, ...args) => {
  const { room, seq } = args[0] ?? {};
  if (options.resumes && seq) {
    if (seq <= (since[room] ?? 0)) return;
    since[room] = seq;
  }
  say("event", { event, args });
});
readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  const { op, id, event, args } = JSON.parse(line);
  if (op === "emit") socket.emit(event, ...args);
  if (op === "ask") say("ack", { id, answer: await socket.timeout(10000).emitWithAck(event, ...args).catch(String) });
  if (op === "cut") socket.io.engine.close();
  if (op === "auth") socket.auth = args[0];
  if (op === "connect") socket.connect();
  if (op === "quit") process.exit(0);
}).on("close", () => process.exit(0));
