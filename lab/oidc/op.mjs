// A provider of OpenID Connect on loopback: node op.mjs REDIRECT-URI. It prints its issuer and serves
// until its standard input ends. Whoever signs in may be anybody; what they are follows from the name.
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const [redirectUri] = process.argv.slice(2);
const groups = { anna: ['staff', 'auditors'], clara: ['citrix-team'], one: 'auditors' };

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'portolan',
      client_secret: 'a secret of the tests',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    }],
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    claims: { openid: ['sub'], groups: ['groups'] },
    scopes: ['openid', 'groups'],
    findAccount: async (_, id) => ({
      accountId: id,
      claims: async () => ({ sub: id, groups: groups[id] ?? [] }),
    }),
    cookies: { keys: ['a key of the tests'] },
    conformIdTokenClaims: false,
  });
  server.on('request', provider.callback());
  console.log(issuer);
});

// Whoever started it may be killed: nothing is left behind then.
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
