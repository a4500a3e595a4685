// The old gateway's way: prefetch 50, emit to the room, ack. Nothing is stored.
import { consume, payload, roomOf, sockets } from "./common.mjs";

const io = sockets();
await consume(async (event) => {
  io.to(roomOf(event.userId)).emit("NEW_NOTIFICATION", payload(event));
});
