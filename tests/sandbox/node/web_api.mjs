// Slack's Web API client against the sandbox; prints what came of each call as one JSON object.
import { WebClient } from "@slack/web-api";

const { SLACK_API_URL: slackApiUrl, SLACK_BOT_TOKEN, SANDBOX_CHANNEL: channel, SANDBOX_USER: user } =
  process.env;
const options = { slackApiUrl, retryConfig: { retries: 0 } };
const client = new WebClient(SLACK_BOT_TOKEN, options);
const refusal = (call) =>
  call.then(() => null, (error) => ({ error: error.data?.error, told: error.data?.response_metadata }));

const found = { me: (await client.auth.test()).user_id };
const posted = await client.chat.postMessage({
  channel,
  text: "hello",
  blocks: [{ type: "section", text: { type: "mrkdwn", text: "*hello*" } }],
  metadata: { event_type: "note", event_payload: { key: "k" } },
});
await client.chat.postMessage({ channel, text: "a reply", thread_ts: posted.ts });
await client.chat.update({ channel, ts: posted.ts, text: "hello again" });
await client.reactions.add({ channel, timestamp: posted.ts, name: "eyes" });
await client.pins.add({ channel, timestamp: posted.ts });
const bookmark = { channel_id: channel, title: "Brief", type: "link", link: "https://a.example" };
await client.bookmarks.add(bookmark);
const history = await client.conversations.history({ channel, include_all_metadata: true });
found.history = history.messages.map((one) => [one.text, one.metadata, one.reactions, one.pinned_to]);
const thread = await client.conversations.replies({ channel, ts: posted.ts });
found.thread = thread.messages.map((one) => one.text);

found.channels = [];
for await (const page of client.paginate("conversations.list", { limit: 2 })) {
  found.channels.push(page.channels.length);
}
const upload = { channel_id: channel, filename: "a.csv", file: Buffer.from("a,b\n") };
const uploaded = await client.filesUploadV2({ ...upload, initial_comment: "a file" });
found.file = uploaded.files[0].files[0].size;
const ahead = Math.floor(Date.now() / 1000) + 3600;
const planned = await client.chat.scheduleMessage({ channel, post_at: ahead, text: "later" });
found.planned = planned.post_at === ahead;
const dm = await client.conversations.open({ users: user });
found.dm = (await client.chat.postMessage({ channel: dm.channel.id, text: "hello you" })).ok;
found.home = (await client.views.publish({ user_id: user, view: { type: "home", blocks: [] } }).catch(
  (error) => error.data,
)).error;

const blocks = Array.from({ length: 51 }, () => ({ type: "divider" }));
found.tooMany = await refusal(client.chat.postMessage({ channel, text: "x", blocks }));
found.unknown = await refusal(client.apiCall("chat.shout", { channel }));
const stranger = new WebClient("xoxb-nobody", options);
found.stranger = await refusal(stranger.auth.test());
console.log(JSON.stringify(found));
