// Run by ConnectionRecoveryTest and HundredCutsTest: node recover.js <url> <token> <websocket|polling|default>
// A stock client that subscribes when it was not recovered, and says on standard output what it hears.
import { io } from "socket.io-client";

const [url, token, transports] = process.argv.slice(2);
const options = { auth: { token }, reconnectionDelay: 20, reconnectionDelayMax: 200, forceNew: true };
if (transports !== "default") {
  options.transports = [transports];
}
const say = (...words) => console.log(words.join(" "));
const socket = io(url, options);
socket.on("connect", () => {
  say("connect", socket.recovered, socket.id);
  say("transport", socket.io.engine.transport.name);
  socket.io.engine.on("upgrade", (transport) => say("transport", transport.name));
  if (!socket.recovered) {
    socket.emit("SUBSCRIBE_NOTIFICATIONS");
  }
});
socket.on("disconnect", (reason) => say("disconnect", reason.replaceAll(" ", "-")));
socket.on("NEW_NOTIFICATION", (n) => say("row", n.id));
socket.on("NOTIFICATIONS_SYNCED", (s) => say("synced", s.replayed));
socket.on("ERROR", (message) => say("error", message.replaceAll(" ", "-")));
process.stdin.on("data", (line) => {
  const command = line.toString().trim();
  if (command === "leave") {
    socket.disconnect();
    socket.connect();
  }
});
