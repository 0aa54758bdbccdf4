/**
 * A client of our own for the scheme Negotiate, in a process of its own, since the Kerberos library reads the environment
 * of the process. Prints one JSON.
 *
 *   node negotiate-client.mjs tokens HTTP@localhost 3     → ["…", "…", "…"], which nobody has sent
 *   node negotiate-client.mjs post HTTP@localhost URL BODY → {status, proven, forged}: whether the service has proven that
 *                                                            it is the service, and whether it would have by the proof
 *                                                            of another call
 */
import { GSS_MECH_OID_SPNEGO, initializeClient } from 'kerberos';

const [, , command, service, where, body] = process.argv;

async function start() {
  const client = await initializeClient(service, { mechOID: GSS_MECH_OID_SPNEGO });
  return { client, token: await client.step('') };
}

async function proves(client, token) {
  await client.step(token).catch(() => undefined);
  return client.contextComplete;
}

async function post() {
  const [one, other] = [await start(), await start()];
  const headers = { Authorization: `Negotiate ${one.token}`, 'Content-Type': 'application/json' };
  const response = await fetch(where, { method: 'POST', headers, body });
  const [, proof = ''] = /^Negotiate (\S+)$/.exec(response.headers.get('www-authenticate') ?? '') ?? [];
  return { status: response.status, proven: await proves(one.client, proof), forged: await proves(other.client, proof) };
}

async function tokens() {
  const made = [];
  while (made.length < Number(where)) made.push((await start()).token);
  return made;
}

console.log(JSON.stringify(command === 'post' ? await post() : await tokens()));
