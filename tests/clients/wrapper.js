// A journey with xapiwrapper, inside a page of another origin; the value of the function is what the client was given.

({ endpoint, key, secret }) => {
  const told = {};
  const lrs = ADL.XAPIWrapper;
  lrs.changeConfig({ endpoint, user: key, password: secret });
  const actor = { objectType: "Agent", name: "Anna", mbox: "mailto:anna@example.org" };
  const activity = "https://example.org/activities/hike";
  const week = "https://example.org/activities/week";
  const verb = { id: "http://adlnet.gov/expapi/verbs/experienced", display: { en: "experienced" } };
  const statement = (changes) => ({
    actor,
    verb,
    object: { objectType: "Activity", id: activity, definition: { name: { en: "Hike" } } },
    context: { contextActivities: { parent: [{ objectType: "Activity", id: week }] } },
    ...changes,
  });

  told.versions = JSON.parse(ADL.XHR_request(lrs.lrs, `${endpoint}about`, "GET", null, lrs.lrs.auth).response).version;
  told.one = [lrs.sendStatement(statement({ result: { score: { scaled: 0.5 }, response: "Größe ✓" } })).id];
  told.many = JSON.parse(lrs.sendStatements([statement(), statement({ result: { success: true } })]).response);
  told.fetched = lrs.getStatements({ statementId: told.one[0] });

  const found = (parameters) => lrs.getStatements(parameters).statements.map((each) => each.id);
  told.byAgent = found({ agent: JSON.stringify(actor) });
  told.byVerb = found({ verb: verb.id, ascending: true });
  told.byRelated = found({ activity: week, related_activities: true });
  told.sinceNow = found({ since: new Date(Date.now() + 60000) });
  told.ids = lrs.getStatements({ format: "ids", limit: 1 }).statements[0];
  const page = lrs.getStatements({ limit: 2, ascending: true });
  const next = lrs.getStatements(null, page.more);
  told.pages = [...page.statements, ...next.statements].map((each) => each.id);

  const target = { objectType: "StatementRef", id: told.many[0] };
  told.voiding = lrs.sendStatement({ actor, verb: { id: "http://adlnet.gov/expapi/verbs/voided" }, object: target }).id;
  told.voided = lrs.getStatements({ voidedStatementId: told.many[0] }).id;
  told.hidden = lrs.getStatements({ statementId: told.many[0] });

  const usageType = "http://id.tincanapi.com/attachment/supporting_media";
  const type = { usageType, display: { en: "A text" }, contentType: "text/plain" };
  const attached = lrs.sendStatement(statement(), null, [{ type, value: "The text of an attachment" }]);
  told.attached = JSON.parse(attached.xhr.response)[0];
  told.attachment = lrs.getStatements({ statementId: told.attached, attachments: true });

  lrs.sendState(activity, actor, "bookmark", null, { page: 1 });
  lrs.sendState(activity, actor, "bookmark", null, { chapter: "ä" });
  told.state = lrs.getState(activity, actor, "bookmark");
  const text = JSON.stringify(told.state);
  lrs.sendState(activity, actor, "text", null, "a text");
  lrs.sendState(activity, actor, "text", null, "another", lrs.hash("a text"));
  lrs.sendState(activity, actor, "text", null, "too late", lrs.hash("a text"));
  told.kept = lrs.getState(activity, actor, "text");
  told.hashed = lrs.hash(text);
  told.names = lrs.getState(activity, actor);
  lrs.deleteState(activity, actor, "bookmark");
  told.gone = lrs.getState(activity, actor, "bookmark");

  lrs.sendActivityProfile(activity, "settings", { limit: 3 }, null, "*");
  lrs.sendActivityProfile(activity, "settings", { colour: "blue" });
  told.activityProfile = lrs.getActivityProfile(activity, "settings");
  told.activityProfiles = lrs.getActivityProfile(activity);
  lrs.sendActivityProfile(activity, "text", "a text", null, "*");
  told.textOfActivity = [lrs.getActivityProfile(activity, "text")];
  lrs.sendActivityProfile(activity, "text", "another", lrs.hash("a text"));
  lrs.sendActivityProfile(activity, "text", "too late", lrs.hash("a text"));
  told.textOfActivity.push(lrs.getActivityProfile(activity, "text"));
  lrs.deleteActivityProfile(activity, "settings");
  lrs.sendAgentProfile(actor, "preferences", { language: "de" }, null, "*");
  told.agentProfile = lrs.getAgentProfile(actor, "preferences");
  told.agentProfiles = lrs.getAgentProfile(actor);
  lrs.sendAgentProfile(actor, "text", "a text", null, "*");
  told.textOfAgent = [lrs.getAgentProfile(actor, "text")];
  lrs.sendAgentProfile(actor, "text", "another", lrs.hash("a text"));
  lrs.sendAgentProfile(actor, "text", "too late", lrs.hash("a text"));
  told.textOfAgent.push(lrs.getAgentProfile(actor, "text"));

  told.person = lrs.getAgents(actor);
  told.activity = lrs.getActivities(activity);
  told.invalid = lrs.sendStatement(statement({ verb: { id: "did" } })).xhr.status;
  lrs.changeConfig({ endpoint, user: key, password: "wrong" });
  told.stranger = lrs.sendStatement(statement()).xhr.status;
  return told;
};
