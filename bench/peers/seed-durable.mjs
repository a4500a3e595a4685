// What a team would write in an afternoon: insert, emit, update, ack, one message at a time.
import pg from "pg";
import { consume, payload, roomOf, sockets } from "./common.mjs";

pg.types.setTypeParser(pg.types.builtins.INT8, Number);
const db = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
await db.query(`create table if not exists seed_notification (
  user_id text not null, notification_id bigint not null, message text not null, sent_at timestamptz not null,
  delivered_at timestamptz, read_at timestamptz, primary key (user_id, notification_id))`);

async function replay(socket) {
  const { rows } = await db.query(
    `select notification_id, message, sent_at, read_at from seed_notification
     where user_id = $1 and (delivered_at is null or read_at is null) order by notification_id`,
    [socket.data.userId],
  );
  for (const row of rows) {
    socket.emit("NEW_NOTIFICATION", {
      id: row.notification_id, message: row.message, sentAt: row.sent_at, readAt: row.read_at,
    });
  }
  if (rows.length > 0) {
    await db.query(
      "update seed_notification set delivered_at = now() where user_id = $1 and delivered_at is null",
      [socket.data.userId],
    );
  }
}

async function read(socket, ids) {
  await db.query(
    "update seed_notification set read_at = now() where user_id = $1 and notification_id = any($2) and read_at is null",
    [socket.data.userId, ids],
  );
  return { ok: true, notificationIds: ids };
}

const io = sockets(replay, read);
await consume(async (event) => {
  const { userId, notificationId, message, sentAt } = event;
  await db.query(
    `insert into seed_notification (user_id, notification_id, message, sent_at) values ($1, $2, $3, $4)
     on conflict do nothing`,
    [userId, notificationId, message, sentAt],
  );
  io.to(roomOf(userId)).emit("NEW_NOTIFICATION", payload(event));
  await db.query(
    "update seed_notification set delivered_at = now() where user_id = $1 and notification_id = $2",
    [userId, notificationId],
  );
});
