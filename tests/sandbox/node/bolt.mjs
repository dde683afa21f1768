// An app of Bolt for JavaScript against the sandbox, by Socket Mode or signed HTTP.
import { App } from "@slack/bolt";

const { SLACK_API_URL, SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, OVER_HTTP } = process.env;
const way = OVER_HTTP
  ? { signingSecret: SLACK_SIGNING_SECRET }
  : { appToken: SLACK_APP_TOKEN, socketMode: true };
const app = new App({ token: SLACK_BOT_TOKEN, clientOptions: { slackApiUrl: SLACK_API_URL }, ...way });
const plain = (text) => ({ type: "plain_text", text });
const say = (told) => console.log(JSON.stringify(told));

const form = (title) => ({
  type: "modal",
  callback_id: "form",
  title: plain(title),
  submit: plain("Save"),
  blocks: [
    {
      type: "input",
      block_id: "about",
      label: plain("About"),
      element: { type: "plain_text_input", action_id: "note" },
    },
  ],
});

app.command("/handoff", async ({ ack, body, client, respond }) => {
  await ack();
  await client.views.open({ trigger_id: body.trigger_id, view: form("A form") });
  await respond("the form is open");
});
app.view("form", async ({ ack, body, view, client }) => {
  const { note } = view.state.values.about;
  if (note.value === "wrong") {
    await ack({ response_action: "errors", errors: { about: "Not that." } });
    return;
  }
  await ack();
  const button = { type: "button", action_id: "go", text: plain("Go"), value: "7" };
  await client.chat.postMessage({
    channel: body.user.id,
    text: note.value,
    blocks: [{ type: "actions", block_id: "row", elements: [button] }],
  });
});
app.action("go", async ({ ack, action, body, client }) => {
  await ack();
  await client.chat.update({
    channel: body.channel.id,
    ts: body.message.ts,
    text: `pressed ${action.value}`,
    blocks: [],
  });
});
app.event("app_home_opened", async ({ event, client }) => {
  const blocks = [{ type: "header", text: plain(`tab ${event.tab}`) }];
  await client.views.publish({ user_id: event.user, view: { type: "home", blocks } });
});
app.message("ping", async ({ message, say: answer }) => {
  await answer({ text: "pong", thread_ts: message.ts });
});
app.error(async (error) => say({ error: String(error), cause: String(error.original) }));

const served = await app.start(OVER_HTTP ? 0 : undefined);
say({ ready: true, port: OVER_HTTP ? served.address().port : undefined });
process.on("SIGTERM", async () => {
  await app.stop();
  process.exit(0);
});
