// What both peers share: the sockets, the token, the room, and the consumer, as the old gateway has them.
import { createServer } from "node:http";
import { Server } from "socket.io";
import jwt from "jsonwebtoken";
import amqp from "amqplib";

const QUEUE = "gateway.notification.subscription.q";

export const roomOf = (userId) => `user:${userId}:notifications`;

export function sockets(onSubscribe, onRead) {
  const http = createServer();
  const io = new Server(http, { cors: { origin: "*" } }).of("/ws");
  io.use((socket, next) => {
    try {
      socket.data.userId = jwt.verify(socket.handshake.auth.token, process.env.ACCESS_SECRET_KEY).userId;
      next();
    } catch {
      next(new Error("Invalid token"));
    }
  });
  io.on("connection", (socket) => {
    socket.on("SUBSCRIBE_NOTIFICATIONS", async (ack) => {
      socket.join(roomOf(socket.data.userId));
      ack?.({ ok: true });
      await onSubscribe?.(socket);
    });
    socket.on("READ_NOTIFICATIONS", async ({ notificationIds }, ack) => ack?.(await onRead(socket, notificationIds)));
  });
  http.listen(Number(process.env.PORT), "127.0.0.1", () => console.log("ready"));
  return io;
}

export async function consume(handle) {
  const connection = await amqp.connect(process.env.RMQ_URL);
  const channel = await connection.createChannel();
  await channel.assertExchange("app.events", "topic", { durable: true });
  await channel.assertQueue(QUEUE, {
    durable: true,
    deadLetterExchange: "app.dlx",
    deadLetterRoutingKey: `${QUEUE}.dlq`,
  });
  await channel.bindQueue(QUEUE, "app.events", "notification.subscription");
  await channel.prefetch(50);
  await channel.consume(QUEUE, async (message) => {
    await handle(JSON.parse(message.content.toString()));
    channel.ack(message);
  });
}

export const payload = ({ notificationId, message, sentAt, readAt }) => ({ id: notificationId, message, sentAt, readAt });
