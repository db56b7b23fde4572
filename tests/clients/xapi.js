// A journey with @xapi/xapi; prints what the client was given, as JSON.
// Called with the endpoint, key and secret of a credential, and the adapter: axios or fetch.

const { createHash } = require("node:crypto");
const { XAPI, actor, activity, week, verb, run, statusOf } = require("./journey.js");

async function journey({ endpoint, key, secret, adapter }) {
  const xapi = new XAPI({ endpoint, auth: XAPI.toBasicAuth(key, secret), adapter });
  const told = {};
  const data = async (request) => (await request).data;

  told.versions = (await data(xapi.getAbout())).version;
  const statement = {
    actor,
    verb,
    object: { objectType: "Activity", id: activity, definition: { name: { en: "Hike" } } },
    context: { contextActivities: { parent: [{ objectType: "Activity", id: week }] } },
    result: { score: { scaled: 0.5 }, response: "Größe ✓" },
  };
  told.one = await data(xapi.sendStatement({ statement }));
  told.many = await data(xapi.sendStatements({ statements: [statement, { ...statement, result: { success: true } }] }));
  told.fetched = await data(xapi.getStatement({ statementId: told.one[0] }));

  const found = async (filters) => (await data(xapi.getStatements(filters))).statements.map((each) => each.id);
  told.byAgent = await found({ agent: actor });
  told.byVerb = await found({ verb: verb.id, ascending: true });
  told.byRelated = await found({ activity: week, related_activities: true });
  told.sinceNow = await found({ since: new Date(Date.now() + 60000).toISOString() });
  told.ids = (await data(xapi.getStatements({ format: "ids", limit: 1 }))).statements[0];
  const page = await data(xapi.getStatements({ limit: 2, ascending: true }));
  const next = await data(xapi.getMoreStatements({ more: page.more }));
  told.pages = [...page.statements, ...next.statements].map((each) => each.id);

  const [voiding] = await data(xapi.voidStatement({ actor, statementId: told.many[0] }));
  told.voiding = voiding;
  told.voided = (await data(xapi.getVoidedStatement({ voidedStatementId: told.many[0] }))).id;
  told.hidden = await statusOf(xapi.getStatement({ statementId: told.many[0] }));

  const text = "The text of an attachment";
  const bytes = new TextEncoder().encode(text);
  const attachment = {
    usageType: XAPI.AttachmentUsages.SUPPORTING_MEDIA,
    display: { en: "A text" },
    contentType: "text/plain",
    length: bytes.length,
    sha2: createHash("sha256").update(bytes).digest("hex"),
  };
  const withText = { ...statement, attachments: [attachment] };
  const parts = { statement: withText, attachments: [bytes.buffer] };
  if (adapter === "axios") {
    // In Node axios says application/octet-stream of every Blob, whatever Content-Type @xapi/xapi asks it for.
    told.unsent = await statusOf(xapi.sendStatement(parts));
    [told.attached] = await data(xapi.sendStatement({ statement: { ...withText, attachments: [{ ...attachment, fileUrl: week }] } }));
  } else {
    [told.attached] = await data(xapi.sendStatement(parts));
    told.attachment = (await data(xapi.getStatement({ statementId: told.attached, attachments: true })))[1];
  }

  const place = { agent: actor, activityId: activity, stateId: "bookmark" };
  await xapi.setState({ ...place, state: { page: 1 } });
  await xapi.createState({ ...place, state: { chapter: "ä" } });
  const state = await xapi.getState(place);
  told.state = state.data;
  const etag = state.headers.etag;
  await xapi.setState({ ...place, state: { page: 2 }, etag, matchHeader: "If-Match" });
  told.stale = await statusOf(xapi.setState({ ...place, state: { page: 3 }, etag, matchHeader: "If-Match" }));
  told.kept = await data(xapi.getState(place));
  told.names = await data(xapi.getStates({ agent: actor, activityId: activity }));
  await xapi.deleteState(place);
  told.gone = await statusOf(xapi.getState(place));
  await xapi.setState({ ...place, state: { page: 4 } });
  await xapi.deleteStates({ agent: actor, activityId: activity });
  told.empty = await data(xapi.getStates({ agent: actor, activityId: activity }));

  const first = { etag: "*", matchHeader: "If-None-Match" };
  const there = { activityId: activity, profileId: "settings" };
  await xapi.setActivityProfile({ ...there, profile: { limit: 3 }, ...first });
  await xapi.createActivityProfile({ ...there, profile: { colour: "blue" } });
  told.activityProfile = await data(xapi.getActivityProfile(there));
  told.activityProfiles = await data(xapi.getActivityProfiles({ activityId: activity }));
  told.second = await statusOf(xapi.setActivityProfile({ ...there, profile: {}, ...first }));
  const known = async (request) => ({ etag: (await request).headers.etag, matchHeader: "If-Match" });
  const settings = await known(xapi.getActivityProfile(there));
  await xapi.setActivityProfile({ ...there, profile: { limit: 4 }, ...settings });
  told.staleActivityProfile = await statusOf(xapi.setActivityProfile({ ...there, profile: {}, ...settings }));
  told.replacedActivityProfile = await data(xapi.getActivityProfile(there));
  await xapi.deleteActivityProfile(there);
  const hers = { agent: actor, profileId: "preferences" };
  await xapi.setAgentProfile({ ...hers, profile: { language: "de" }, ...first });
  told.agentProfile = await data(xapi.getAgentProfile(hers));
  const preferences = await known(xapi.getAgentProfile(hers));
  await xapi.setAgentProfile({ ...hers, profile: { language: "it" }, ...preferences });
  told.staleAgentProfile = await statusOf(xapi.setAgentProfile({ ...hers, profile: {}, ...preferences }));
  told.replacedAgentProfile = await data(xapi.getAgentProfile(hers));
  told.agentProfiles = await data(xapi.getAgentProfiles({ agent: actor }));

  told.person = await data(xapi.getAgent({ agent: actor }));
  told.activity = await data(xapi.getActivity({ activityId: activity }));
  told.invalid = await statusOf(xapi.sendStatement({ statement: { ...statement, verb: { id: "did" } } }));
  const stranger = new XAPI({ endpoint, auth: XAPI.toBasicAuth(key, "wrong"), adapter });
  told.stranger = await statusOf(stranger.getStatements({}));
  return told;
}

run(journey);
