// Run by JavaScriptClientTest: node client.js <url> <websocket|polling|default>
// Speaks to EchoApplication with the official client; ends with status 0 if all was as it should be.
import assert from "node:assert/strict";
import { io } from "socket.io-client";

const [url, transports] = process.argv.slice(2);
const options = { forceNew: true, reconnection: false, timeout: 20000 };
if (transports !== "default") {
  options.transports = [transports];
}

function open(namespace, token) {
  return io(url + namespace, { ...options, auth: { token } });
}

function next(emitter, event) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${event} came`)), 20000);
    emitter.once(event, (...args) => {
      clearTimeout(timer);
      resolve(args);
    });
  });
}

async function connected() {
  const socket = open("/app", "good");
  await next(socket, "connect");
  return socket;
}

const checks = {
  async "echoes text and binary"(socket) {
    const args = [1, "zwölf 😀", { a: [true, null] }, Buffer.from([1, 2]), { deep: [Buffer.from([3])] }, Buffer.alloc(0)];
    socket.emit("message", ...args);
    assert.deepEqual(await next(socket, "message-back"), args);
  },

  async "acknowledges in both directions"(socket) {
    assert.deepEqual(await new Promise((resolve) => socket.emit("message-with-ack", 5, Buffer.from([9]), (...a) => resolve(a))),
      [5, Buffer.from([9])]);
    assert.equal(await socket.timeout(20000).emitWithAck("message-with-ack", "x"), "x");
    socket.once("question", (bytes, ack) => ack("fine", bytes));
    socket.emit("ask-me");
    assert.deepEqual(await next(socket, "you-said"), ["fine", Buffer.from([1, 2])]);
  },

  async "reaches rooms"(socket) {
    assert.equal(await socket.timeout(20000).emitWithAck("join", "r1"), 1);
    socket.emit("shout", "other", "not for me");
    socket.emit("shout", "r1", "for me");
    assert.deepEqual(await next(socket, "shouted"), ["for me", Buffer.from([7])]);
  },

  async "keeps the order across an upgrade"(socket) {
    const numbers = [];
    const all = new Promise((resolve) => socket.on("number", (n) => numbers.push(n) === 2000 && resolve()));
    socket.emit("count", 2000);
    await all;
    assert.deepEqual(numbers, [...Array(2000).keys()]);
  },

  async "uses the transport it was told to"(socket) {
    const engine = socket.io.engine;
    if (transports === "default" && engine.transport.name === "polling") {
      await next(engine, "upgrade");
    }
    assert.equal(engine.transport.name, transports === "polling" ? "polling" : "websocket");
    assert.equal(await socket.timeout(20000).emitWithAck("message-with-ack", "still here"), "still here");
  },

  async "shares a connection between namespaces"(socket) {
    const main = socket.io.socket("/", { auth: { token: "any" } });
    await next(main, "connect");
    main.disconnect();
    assert.equal(await socket.timeout(20000).emitWithAck("message-with-ack", "still here"), "still here");
  },

  async "learns of a disconnect"(socket) {
    socket.emit("bye");
    assert.equal((await next(socket, "disconnect"))[0], "io server disconnect");
  },
};

async function refusals() {
  const refused = open("/app", "bad");
  const [error] = await next(refused, "connect_error");
  assert.equal(error.message, "Invalid token");
  assert.deepEqual(error.data, { token: "bad" });
  refused.close();
  const lost = open("/unknown", "good");
  assert.equal((await next(lost, "connect_error"))[0].message, "Invalid namespace");
  lost.close();
}

for (const [name, check] of Object.entries(checks)) {
  const socket = await connected();
  await check(socket);
  socket.close();
  console.log("ok: " + name);
}
await refusals();
console.log("ok: learns why it was refused");
