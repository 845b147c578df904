// Segment's own Node client, unmodified but for its host: node send.mjs HOST WRITE_KEY
import { Analytics } from "@segment/analytics-node";

const [host, writeKey] = process.argv.slice(2);
const analytics = new Analytics({ host, writeKey, maxRetries: 0 });
const failures = [];
analytics.on("error", (failure) => failures.push(failure));

const who = { userId: "node-1", anonymousId: "node-visitor-1" };
analytics.identify({
  ...who,
  traits: { email: "nadia@example.com", firstName: "Nadia", lastName: "Node", company: { name: "Initech" } },
});
analytics.page({ ...who, name: "Pricing", properties: { url: "https://example.com/pricing?utm_source=news" } });
analytics.track({
  ...who,
  event: "Contact Form Submitted",
  properties: { form: "Contact sales", message: "Please call me.", email: "nadia@example.com" },
  context: { campaign: { name: "Spring", source: "newsletter", medium: "email" } },
});
await analytics.closeAndFlush({ timeout: 10_000 });

if (failures.length > 0) {
  console.error(failures);
  process.exit(1);
}
