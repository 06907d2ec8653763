// amazon-cognito-identity-js on a page, as `window.library`; the same functions as library-amplify.js.
import { AuthenticationDetails, CognitoUser, CognitoUserPool } from 'amazon-cognito-identity-js';

const { userPoolId, userPoolClientId, endpoint } = JSON.parse(document.getElementById('settings').textContent);
const userPool = new CognitoUserPool({ UserPoolId: userPoolId, ClientId: userPoolClientId, endpoint: `${endpoint}/` });
// Refreshing and revoking are tried again for six seconds, after refusals too. Here the first answer counts.
userPool.client.requestWithRetry = userPool.client.request;

/** A method that ends in `callback(error, result)`. */
const node = (work) => new Promise((resolve, reject) => { work((error, result) => (error ? reject(error) : resolve(result))); });

/** Whoever is signed in, and their session, from storage; `null` if nobody is. */
async function current() {
  const user = userPool.getCurrentUser();
  return user && { user, session: await node((callback) => user.getSession(callback)) };
}
const tell = (session) => ({ sub: session.getIdToken().payload.sub, access: session.getAccessToken().getJwtToken(), valid: session.isValid() });
const values = (attributes) => Object.fromEntries(attributes.map(({ Name, Value }) => [Name, Value]));

window.library = {
  signIn: (Username, Password, flow) => new Promise((resolve, reject) => {
    const user = new CognitoUser({ Username, Pool: userPool });
    user.setAuthenticationFlowType(flow);
    user.authenticateUser(new AuthenticationDetails({ Username, Password }), {
      onSuccess: () => resolve('DONE'), onFailure: reject, totpRequired: () => resolve('SOFTWARE_TOKEN_MFA'),
    });
  }),
  async session() {
    const found = await current();
    return found && tell(found.session);
  },
  async refresh() {
    const { user, session } = await current();
    return tell(await node((callback) => user.refreshSession(session.getRefreshToken(), callback)));
  },
  async attributes() {
    const { user } = await current();
    return values(await node((callback) => user.getUserAttributes(callback)));
  },
  /** The same, from the copy that the library keeps in storage if there is one. */
  async keptAttributes() {
    const { user } = await current();
    return values((await node((callback) => user.getUserData(callback))).UserAttributes);
  },
  async signOut() {
    const { user } = await current();
    await node((callback) => user.signOut(callback));
  },
};
