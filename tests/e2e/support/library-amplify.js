// aws-amplify 6 on a page, as `window.library`; the same functions as library-identity-js.js.
import { Amplify } from 'aws-amplify';
import { fetchAuthSession, fetchUserAttributes, signIn, signInWithRedirect, signOut } from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import 'aws-amplify/auth/enable-oauth-listener';
import { Hub } from 'aws-amplify/utils';

const { userPoolId, userPoolClientId, endpoint, oauth } = JSON.parse(document.getElementById('settings').textContent);
const loginWith = oauth && { loginWith: { oauth: { ...oauth, responseType: 'code' } } };
Amplify.configure({ Auth: { Cognito: { userPoolId, userPoolClientId, userPoolEndpoint: endpoint, ...loginWith } } });

const tell = ({ tokens }) => tokens && { sub: tokens.idToken.payload.sub, access: tokens.accessToken.toString(), valid: true };

const events = [];
Hub.listen('auth', ({ payload }) => { events.push(payload.event); }, { enableCrossTabEvents: true });

window.library = {
  async signIn(username, password, authFlowType) {
    const { nextStep } = await signIn({ username, password, options: { authFlowType } });
    return nextStep.signInStep;
  },
  session: async () => tell(await fetchAuthSession()) ?? null,
  refresh: async () => tell(await fetchAuthSession({ forceRefresh: true })) ?? null,
  attributes: () => fetchUserAttributes(),
  /** What its Hub has told since the page was loaded. */
  events: () => events,
  signOut: () => signOut(),
  /** Leaves the page for the pool's domain; does not come back. */
  toDomain: (provider) => { signInWithRedirect({ provider: { custom: provider } }); },
  signOutAtDomain: () => { signOut(); },
  /** The library's own storage, but everything after the name of the user is written only after `letGo`. */
  holdTokens() {
    const gate = new Promise((resolve) => { window.library.letGo = resolve; });
    cognitoUserPoolsTokenProvider.setKeyValueStorage({
      async setItem(key, value) {
        if (!key.endsWith('.LastAuthUser')) await gate;
        localStorage.setItem(key, value);
      },
      getItem: async (key) => localStorage.getItem(key),
      removeItem: async (key) => localStorage.removeItem(key),
      clear: async () => localStorage.clear(),
    });
  },
};
