// What the journeys of the clients for Node share. The packages lie in the folder that NODE_PATH names.

const XAPI = require("@xapi/xapi");
const TinCan = require("tincanjs");

const actor = { objectType: "Agent", name: "Anna", mbox: "mailto:anna@example.org" };
const activity = "https://example.org/activities/hike";
const week = "https://example.org/activities/week";
const verb = { id: "http://adlnet.gov/expapi/verbs/experienced", display: { en: "experienced" } };

// The HTTP status of a request that is refused; the fetch adapter of @xapi/xapi tells only the text of the refusal.
async function statusOf(request) {
  try {
    await request;
  } catch (error) {
    return error.response ? error.response.status : JSON.parse(error.message).error;
  }
  return "not refused";
}

function run(journey) {
  journey(JSON.parse(process.argv[2])).then(
    (told) => process.stdout.write(JSON.stringify(told)),
    (error) => {
      process.stderr.write(`${error.stack}\n${JSON.stringify(error.response?.data ?? "")}\n`);
      process.exitCode = 1;
    },
  );
}

module.exports = { XAPI, TinCan, actor, activity, week, verb, statusOf, run };
