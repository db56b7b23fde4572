// A journey with tincanjs; prints what the client was given, as JSON.
// Called with the endpoint, key and secret of a credential.

const { TinCan, actor, activity, week, verb, run } = require("./journey.js");

async function journey({ endpoint, key, secret }) {
  const lrs = new TinCan.LRS({ endpoint, username: key, password: secret, allowFail: false });
  const told = {};

  // The callback as a promise; a refusal resolves to its status.
  const call = (name, ...before) =>
    new Promise((resolve, reject) => {
      const configuration = { ...before.pop() };
      configuration.callback = (error, result) => {
        if (error === null) resolve(result);
        else if (typeof error === "number") resolve({ refused: error });
        else reject(error instanceof Error ? error : new Error(`${name}: ${error}`));
      };
      lrs[name](...before, configuration);
    });
  const agent = new TinCan.Agent(actor);
  const what = new TinCan.Activity({ id: activity, definition: { name: { en: "Hike" } } });
  const statement = (changes) =>
    new TinCan.Statement({
      actor: agent,
      verb: new TinCan.Verb(verb),
      target: what,
      context: { contextActivities: { parent: [{ id: week }] } },
      ...changes,
    });

  told.versions = (await call("about", {})).version;
  const first = statement({ result: { score: { scaled: 0.5 }, response: "Größe ✓" } });
  await call("saveStatement", first, {});
  told.one = [first.id];
  const pair = [statement({}), statement({ result: { success: true } })];
  told.many = JSON.parse((await call("saveStatements", pair, {})).responseText);
  told.fetched = (await call("retrieveStatement", first.id, {})).asVersion("1.0.2");

  const query = async (params) => (await call("queryStatements", { params })).statements.map((each) => each.id);
  told.byAgent = await query({ agent });
  told.byVerb = await query({ verb: new TinCan.Verb(verb), ascending: true });
  told.byRelated = await query({ activity: week, related_activities: true });
  told.sinceNow = await query({ since: new Date(Date.now() + 60000).toISOString() });
  told.ids = (await call("queryStatements", { params: { format: "ids", limit: 1 } })).statements.map((each) => each.id);
  const page = await call("queryStatements", { params: { limit: 2, ascending: true } });
  const next = await call("moreStatements", { url: page.more });
  told.pages = [...page.statements, ...next.statements].map((each) => each.id);

  const target = new TinCan.StatementRef({ id: told.many[0] });
  const voiding = new TinCan.Statement({ actor: agent, verb: { id: "http://adlnet.gov/expapi/verbs/voided" }, target });
  await call("saveStatement", voiding, {});
  told.voiding = voiding.id;
  told.voided = (await call("retrieveVoidedStatement", told.many[0], {})).id;
  told.hidden = (await call("retrieveStatement", told.many[0], {})).refused;

  const attachment = {
    usageType: "http://id.tincanapi.com/attachment/supporting_media",
    display: { en: "A text" },
    contentType: "text/plain",
    content: new TextEncoder().encode("The text of an attachment").buffer,
  };
  const attached = statement({ attachments: [new TinCan.Attachment(attachment)] });
  await call("saveStatement", attached, {});
  told.attached = attached.id;
  const back = await call("retrieveStatement", attached.id, { params: { attachments: true } });
  told.attachment = back.attachments[0].getContentAsString();

  const place = { activity: what, agent };
  const json = { ...place, contentType: "application/json" };
  await call("saveState", "bookmark", { page: 1 }, { ...json });
  await call("saveState", "bookmark", { chapter: "ä" }, { ...json, method: "POST" });
  const state = await call("retrieveState", "bookmark", { ...place });
  told.state = state.contents;
  await call("saveState", "bookmark", { page: 2 }, { ...json, lastSHA1: state.etag });
  told.stale = (await call("saveState", "bookmark", { page: 3 }, { ...json, lastSHA1: state.etag })).refused;
  told.kept = (await call("retrieveState", "bookmark", { ...place })).contents;
  told.names = await call("retrieveStateIds", { ...place });
  await call("dropState", "bookmark", { ...place });
  told.gone = await call("retrieveState", "bookmark", { ...place });
  await call("saveState", "bookmark", { page: 4 }, { ...json });
  await call("dropState", null, { ...place });
  told.empty = await call("retrieveStateIds", { ...place });

  const onlyNew = () => ({ contentType: "application/json", requestHeaders: { "If-None-Match": "*" } });
  await call("saveActivityProfile", "settings", { limit: 3 }, { activity: what, ...onlyNew() });
  const { etag } = await call("retrieveActivityProfile", "settings", { activity: what });
  const merged = { activity: what, contentType: "application/json", method: "POST", lastSHA1: etag };
  await call("saveActivityProfile", "settings", { colour: "blue" }, merged);
  told.activityProfile = (await call("retrieveActivityProfile", "settings", { activity: what })).contents;
  told.activityProfiles = await call("retrieveActivityProfileIds", { activity: what });
  told.second = (await call("saveActivityProfile", "settings", {}, { activity: what, ...onlyNew() })).refused;
  const replace = async (kind, name, contents, whose) => {
    const { etag: lastSHA1 } = await call(`retrieve${kind}`, name, { ...whose });
    const tagged = { ...whose, contentType: "application/json", lastSHA1 };
    await call(`save${kind}`, name, contents, tagged);
    told[`stale${kind}`] = (await call(`save${kind}`, name, {}, tagged)).refused;
    told[`replaced${kind}`] = (await call(`retrieve${kind}`, name, { ...whose })).contents;
  };
  await replace("ActivityProfile", "settings", { limit: 4 }, { activity: what });
  await call("dropActivityProfile", "settings", { activity: what });
  await call("saveAgentProfile", "preferences", { language: "de" }, { agent, ...onlyNew() });
  told.agentProfile = (await call("retrieveAgentProfile", "preferences", { agent })).contents;
  await replace("AgentProfile", "preferences", { language: "it" }, { agent });
  told.agentProfiles = await call("retrieveAgentProfileIds", { agent });

  told.activity = await call("retrieveActivity", activity, {});
  told.invalid = (await call("saveStatement", statement({ verb: new TinCan.Verb({ id: "did" }) }), {})).refused;
  const stranger = new TinCan.LRS({ endpoint, username: key, password: "wrong", allowFail: false });
  told.stranger = await new Promise((resolve) => {
    stranger.queryStatements({ callback: resolve });
  });
  return told;
}

run(journey);
