// Slack's Socket Mode client against the sandbox; prints each envelope, and answers commands.
import { SocketModeClient } from "@slack/socket-mode";

const { SLACK_API_URL: slackApiUrl, SLACK_APP_TOKEN: appToken } = process.env;
const client = new SocketModeClient({ appToken, clientOptions: { slackApiUrl } });
const say = (told) => console.log(JSON.stringify(told));

client.on("slack_event", async ({ ack, body, type, retry_num }) => {
  say({ heard: type, kind: body.type ?? body.command, event: body.event?.type, retry_num });
  await ack(type === "slash_commands" ? { text: `heard ${body.text}` } : undefined);
});
client.on("connected", () => say({ connected: true }));
client.on("reconnecting", () => say({ reconnecting: true }));
process.on("SIGTERM", async () => {
  await client.disconnect();
  process.exit(0);
});
await client.start();
