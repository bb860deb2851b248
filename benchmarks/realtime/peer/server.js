// One process of the peer: Socket.IO as its own documentation would write our rooms. It checks the token's signature
// and nothing else: no database, no rights, no limits, nothing stored.
const { createServer } = require("http");
const { Server } = require("socket.io");
const { createAdapter } = require("@socket.io/redis-adapter");
const { createClient } = require("redis");
const jwt = require("jsonwebtoken");

const { PORT, REDIS, JWT_SECRET } = process.env;

async function main() {
  const publisher = createClient(REDIS.startsWith("/") ? { socket: { path: REDIS } } : { url: REDIS });
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);
  const http = createServer((_request, response) => response.end());
  const io = new Server(http, { adapter: createAdapter(publisher, subscriber), perMessageDeflate: false });
  const support = io.of("/support");

  support.use((socket, next) => {
    try {
      socket.data.user = jwt.verify(socket.handshake.auth.token, JWT_SECRET, { algorithms: ["HS256"] }).sub;
      next();
    } catch {
      next(new Error("unauthorized"));
    }
  });

  support.on("connection", (socket) => {
    socket.join(`user:${socket.data.user}`);
    for (const [action, key, prefix] of [["joinTicket", "ticketId", "ticket"], ["joinChat", "sessionId", "chat"]]) {
      socket.on(action, (given, answer) => {
        const room = `${prefix}:${given[key]}`;
        socket.join(room);
        answer?.({ ok: true, data: { room } });
      });
    }
    for (const event of ["typing:start", "typing:stop"]) {
      socket.on(event, (given) => {
        const room = given.ticketId ? `ticket:${given.ticketId}` : `chat:${given.sessionId}`;
        socket.to(room).emit(event, { ...given, userId: socket.data.user, expiresIn: 8 });
      });
    }
  });

  http.listen(Number(PORT), "127.0.0.1", 4096);
}

main();
