import type { OpenAPIObject } from '@nestjs/swagger';
import type { Configuration } from '../../config/index.js';

type Auth = Configuration['auth'];
type Schemes = NonNullable<NonNullable<OpenAPIObject['components']>['securitySchemes']>;
type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** What `@LoginRequired` and `@ReadersOnly` of the auth room put where the ways to log in belong. */
const LOGIN = 'login';
const READER = 'reader';

/** The ways to log in that are on, as OpenAPI describes them. */
function schemesOf(auth: Auth): Schemes {
  const { trustedProxies, tokensFile, oidcIssuers, kerberos, remoteUserHeader } = auth;
  const browser = oidcIssuers.find((issuer) => issuer.browser !== undefined)?.browser;
  return {
    ...(trustedProxies.length > 0 && {
      proxy: {
        type: 'apiKey',
        in: 'header',
        name: remoteUserHeader,
        description:
          'The web server in front of the service asks who calls, and passes the name on in this header. From ' +
          'anybody else it is not believed: there is nothing to enter here.',
      },
    }),
    ...((tokensFile !== undefined || oidcIssuers.length > 0) && {
      bearer: { type: 'http', scheme: 'bearer', description: bearerText(auth) },
    }),
    ...(browser !== undefined && {
      oidc: {
        type: 'oauth2',
        description: 'Login at the issuer of the tokens, with your browser.',
        flows: {
          authorizationCode: {
            authorizationUrl: browser.authorizationEndpoint,
            tokenUrl: browser.tokenEndpoint,
            scopes: Object.fromEntries(browser.scopes.map((scope) => [scope, ''])),
          },
        },
      },
    }),
    ...(kerberos !== undefined && {
      kerberos: {
        type: 'http',
        scheme: 'negotiate',
        description:
          'Kerberos (SPNEGO, RFC 4559): a browser that is set up for it logs in by itself when a call is answered ' +
          'with 401; `curl --negotiate -u :` does the same.',
      },
    }),
  };
}

function bearerText({ tokensFile, oidcIssuers }: Auth): string {
  const kinds = [
    ...(tokensFile === undefined ? [] : ['a token that an administrator has made (`cachito_…`)']),
    ...(oidcIssuers.length === 0 ? [] : ['a token of an issuer that this service accepts, such as that of a CI job']),
  ];
  return `\`Authorization: Bearer <token>\`: ${kinds.join(', or ')}.`;
}

/** The paragraph about logins, true for this configuration. */
export function loginText(auth: Auth): string {
  const names = Object.keys(schemesOf(auth));
  const { loginDisabled, readRequiresLogin, hostReaders } = auth;
  if (names.length === 0) return loginDisabled ? 'Nobody needs to log in.' : 'Nobody can log in.';
  const ways = `Ways to log in: ${names.map((name) => `*${name}*`).join(', ')}; any one of them will do.`;
  const open = 'Who brings no credential may do everything; one that is brought must be good.';
  const reading = readRequiresLogin ? 'Reading needs a login, too.' : 'Reading is anonymous, posting needs a login.';
  const hosts = 'What comes from some hosts is shown to certain users only, once they have logged in.';
  const roles =
    'Endpoints marked *worker* and the like are for callers with that role, which the configuration gives to a user, ' +
    'or to a token.';
  const listed = Object.keys(hostReaders).length > 0 ? [hosts] : [];
  return [ways, loginDisabled ? open : reading, ...listed, roles].join(' ');
}

/** Puts the ways to log in into the document, and says of each operation whether one of them is needed. */
export function describeLogins(document: OpenAPIObject, auth: Auth): void {
  const schemes = schemesOf(auth);
  document.components = { ...document.components, securitySchemes: schemes };
  const ways = Object.keys(schemes).map((name) => ({ [name]: [] }));
  for (const item of Object.values(document.paths)) {
    for (const operation of [item.get, item.put, item.post, item.patch, item.delete]) {
      if (operation !== undefined) describe(operation, auth, ways);
    }
  }
}

function describe(operation: Operation, auth: Auth, ways: Record<string, string[]>[]): void {
  const marks = (operation.security ?? []).flatMap((each) => Object.keys(each));
  const isRead = !marks.includes(LOGIN) && marks.includes(READER);
  const matters = !isRead || auth.readRequiresLogin || Object.keys(auth.hostReaders).length > 0;
  if (marks.length === 0 || ways.length === 0 || !matters) {
    delete operation.security;
    return;
  }
  // The empty one stands for a call without a credential.
  const isOptional = auth.loginDisabled || (isRead && !auth.readRequiresLogin);
  operation.security = isOptional ? [{}, ...ways] : ways;
  operation.responses['401'] ??= { description: 'No credential comes with the call, or one that is not accepted' };
}
