// OpenID Connect by the code flow: the browser takes a state, a nonce and the hash of a PKCE verifier to the provider, and
// brings a code back. The state shows that the same browser came back, the verifier that the code was given for it, the nonce
// that the identity was. Signatures, issuer, audience and times are checked by openid-client, a certified library.
//
// The provider's settings are discovered when somebody first signs in and then once an hour: a provider that is down stops
// neither the server nor other ways to sign in.
import { MillraceError } from '@millrace/core';
import type { OidcProviderConfig } from '@millrace/definition';
import type { OidcAttempt, OidcProvider, OutsideIdentity } from '@millrace/engine';
import type { ClientAuth, Configuration } from 'openid-client';
import { readSecret, unavailable } from './read-secret.ts';

type Library = typeof import('openid-client');
type Claims = Readonly<Record<string, unknown>>;

const freshMs = 3_600_000;
/** How long ago a sign-in at the provider may be that counts as made for this occasion. */
const anewSeconds = 300;

export function createOidcProvider(config: OidcProviderConfig): OidcProvider {
  const { name, title, issuer, timeoutMs } = config;
  let discovered: Readonly<{ until: number; configuration: Promise<Configuration> }> | null = null;

  async function discover(library: Library): Promise<Configuration> {
    const secret = config.clientSecret === null ? null : await readSecret(config.clientSecret, name);
    const options = {
      timeout: Math.ceil(timeoutMs / 1_000),
      ...(issuer.startsWith('http:') ? { execute: [library.allowInsecureRequests] } : {}),
    };
    try {
      return await library.discovery(new URL(issuer), config.clientId, undefined, clientAuth(library, secret), options);
    } catch (cause) {
      throw unavailable(
        name,
        `${issuer} does not tell its settings.`,
        'Check the issuer, and whether the server reaches it.',
        cause,
      );
    }
  }

  async function connect(): Promise<Readonly<{ library: Library; configuration: Configuration }>> {
    const library = await import('openid-client');
    if (discovered === null || discovered.until < performance.now()) {
      const own = { until: performance.now() + freshMs, configuration: discover(library) };
      discovered = own;
      // A failure is not kept: the next one who signs in tries again.
      own.configuration.catch(() => {
        if (discovered === own) discovered = null;
      });
    }
    return { library, configuration: await discovered.configuration };
  }

  return {
    kind: 'oidc',
    name,
    title,
    issuer,
    rules: { groups: config.groups, allowedGroups: config.allowedGroups, createAccounts: config.createAccounts },
    async begin(callback, how) {
      const { library, configuration } = await connect();
      const attempt: OidcAttempt = {
        state: library.randomState(),
        nonce: library.randomNonce(),
        verifier: library.randomPKCECodeVerifier(),
      };
      const url = library.buildAuthorizationUrl(configuration, {
        redirect_uri: callback,
        response_type: 'code',
        scope: config.scopes.join(' '),
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: await library.calculatePKCECodeChallenge(attempt.verifier),
        code_challenge_method: 'S256',
        ...(how?.anew === true ? { prompt: 'login', max_age: String(anewSeconds) } : {}),
      });
      return { url: url.href, attempt };
    },
    async finish(came, { state, nonce, verifier }, how) {
      const { library, configuration } = await connect();
      try {
        const checks = {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
          // The provider then must tell when the person signed in there.
          ...(how?.anew === true ? { maxAge: anewSeconds } : {}),
        };
        const tokens = await library.authorizationCodeGrant(configuration, new URL(came), checks);
        const claims: Claims = tokens.claims() ?? {};
        const complete = claims[config.nameClaim] !== undefined && claimAt(claims, config.groupsClaim) !== undefined;
        const asked =
          complete || configuration.serverMetadata().userinfo_endpoint === undefined
            ? {}
            : await library.fetchUserInfo(configuration, tokens.access_token, String(claims.sub));
        return identityOf(config, { ...asked, ...claims });
      } catch (cause) {
        throw failed(library, name, cause);
      }
    },
    async signOutUrl(backTo) {
      const { library, configuration } = await connect();
      if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
      return library.buildEndSessionUrl(configuration, { post_logout_redirect_uri: backTo }).href;
    },
  };
}

/** As the provider says that it wants it. */
function clientAuth(library: Library, secret: string | null): ClientAuth {
  if (secret === null) return library.None();
  const [basic, post] = [library.ClientSecretBasic(secret), library.ClientSecretPost(secret)];
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported;
    return (methods === undefined || methods.includes('client_secret_basic') ? basic : post)(server, ...rest);
  };
}

function identityOf(config: OidcProviderConfig, claims: Claims): OutsideIdentity {
  const text = (name: string): string | null => {
    const value = claims[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const [issuer, subject] = [text('iss'), text('sub')];
  if (issuer === null || subject === null) {
    throw new MillraceError('sign_in_failed', `${config.name} does not say who it is.`, {
      hint: 'Ask whoever runs it.',
    });
  }
  const email = claims.email_verified === false ? null : text('email');
  const groups = [claimAt(claims, config.groupsClaim) ?? []].flat();
  return {
    issuer,
    subject,
    name: text(config.nameClaim) ?? email?.split('@', 1)[0] ?? subject,
    displayName: text('name'),
    email,
    groups: groups.filter((group): group is string => typeof group === 'string'),
  };
}

/** `a.b` is the claim of that name, or else `b` in `a`. */
function claimAt(claims: Claims, path: string): unknown {
  if (claims[path] !== undefined) return claims[path];
  let value: unknown = claims;
  for (const part of path.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Claims)[part] : undefined;
  }
  return value;
}

function failed(library: Library, provider: string, cause: unknown): MillraceError {
  if (cause instanceof MillraceError) return cause;
  if (cause instanceof library.AuthorizationResponseError || cause instanceof library.ResponseBodyError) {
    const said = cause.error.replace(/[^\w.-]/g, '').slice(0, 60);
    return new MillraceError('sign_in_failed', `${provider} refused the sign-in: ${said}.`, {
      hint: 'Begin again; if it stays so, ask whoever runs the provider.',
      cause,
    });
  }
  const code = cause instanceof library.ClientError ? cause.code : undefined;
  if (code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT' || cause instanceof TypeError) {
    return unavailable(provider, 'It does not answer.', 'Try again in a moment.', cause);
  }
  return new MillraceError('sign_in_failed', `What ${provider} sent is not what was asked for.`, {
    hint: 'Begin again, in one tab only. The log of the server has the cause.',
    cause,
  });
}
