// Verifies credentials without the portal and without a network: Data Integrity with @digitalbazaar/vc, JWT with jose.
// Reads from the file that it is given: what is pinned (contexts, did.json, status lists), and cases. Prints one verdict each.

import {readFile} from 'node:fs/promises';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {verifyCredential} from '@digitalbazaar/vc';
import {checkStatus, decodeList} from '@digitalbazaar/vc-bitstring-status-list';
import {decodeProtectedHeader, importJWK, jwtVerify} from 'jose';

const {contexts, did, lists, cases} = JSON.parse(await readFile(process.argv[2], 'utf8'));
const suite = new DataIntegrityProof({cryptosuite});

async function documentLoader(url) {
  const method = did.verificationMethod.find((each) => each.id === url);
  const found = contexts[url] ?? lists[url]?.document ?? (url === did.id ? did : undefined) ??
    (method && {'@context': 'https://w3id.org/security/multikey/v1', ...method});
  if (found === undefined) throw new Error(`not pinned: ${url}`);
  return {contextUrl: null, documentUrl: url, document: structuredClone(found)};
}

async function ofProof(credential, now) {
  const told = await verifyCredential({
    credential, suite, documentLoader, now,
    checkStatus: ({credential}) => checkStatus({credential, suite, documentLoader}),
  });
  if (!told.verified) {
    const reasons = told.statusResult?.error ? [told.statusResult.error] : (told.error.errors ?? [told.error]);
    return reasons.map((each) => each.cause?.message ?? each.details?.cause?.message ?? each.message).join('; ');
  }
  return told.statusResult.results.some((each) => each.status) ? 'revoked' : 'accepted';
}

async function verified(token, now) {
  const {kid} = decodeProtectedHeader(token);
  const method = did.verificationMethod.find((each) => each.id === kid && each.type === 'JsonWebKey');
  if (!method || !did.assertionMethod.includes(kid)) throw new Error('unknown key');
  const key = await importJWK(method.publicKeyJwk);
  const options = {issuer: did.id, algorithms: ['EdDSA'], currentDate: now && new Date(now)};
  return (await jwtVerify(token, key, options)).payload;
}

async function ofToken(token, now) {
  const credential = await verified(token, now);
  if (credential.issuer.id !== credential.iss) throw new Error('another issuer');
  const unknown = credential['@context'].find((each) => !contexts[each]);
  if (unknown) throw new Error(`not pinned: ${unknown}`);
  const {statusListCredential, statusListIndex} = credential.credentialStatus;
  const {credentialSubject} = await verified(lists[statusListCredential].token);
  const list = await decodeList(credentialSubject);
  return list.getStatus(Number(statusListIndex)) ? 'revoked' : 'accepted';
}

const verdicts = [];
for (const {form, credential, now} of cases) {
  try {
    verdicts.push(await (form === 'token' ? ofToken : ofProof)(credential, now));
  } catch (error) {
    verdicts.push(error.message);
  }
}
console.log(JSON.stringify(verdicts));
