//! English.

use super::{Msg, messages};

messages! {
    // Frame
    SKIP_TO_CONTENT = "Skip to content";
    NAVIGATION = "Main";
    HOME = "Home";
    YOUR_PAGE = "Your page";
    SIGN_IN_LINK = "Sign in";
    CREATE_ACCOUNT_LINK = "Create account";
    LOADING = "Loading…";
    TRY_AGAIN = "Try again";
    CHUNK_MISSING = "This part of the page could not be loaded. Check your connection, then try again.";
    FOOTER = "Sign-in by Doorward";

    // Home
    HOME_TITLE = "Welcome";
    HOME_LEAD = "One front door for your whole site: create an account, confirm your email address, sign in.";
    HOME_SIGNED_IN = "You are signed in as {}.";
    HOME_OPEN_YOUR_PAGE = "Open your page";
    HOME_HAVE_ACCOUNT = "I have an account";

    // Fields and buttons
    EMAIL = "Email";
    EMAIL_MISSING = "Enter your email address.";
    EMAIL_WRONG = "This does not look like an email address. Example: ada@example.com";
    PHONE = "Phone number";
    PHONE_HINT = "Begin with + and the country code.";
    PHONE_MISSING = "Enter your phone number.";
    PHONE_WRONG = "Enter the whole number, with + and the country code: +44 20 7946 0123";
    EMAIL_OR_PHONE = "Email or phone number";
    EMAIL_OR_PHONE_HINT = "A phone number begins with + and the country code.";
    EMAIL_OR_PHONE_MISSING = "Enter your email address or phone number.";
    EMAIL_OR_PHONE_WRONG = "Enter an email address, or a whole phone number: +44 20 7946 0123";
    USER_NAME = "User name";
    USER_NAME_MISSING = "Enter your user name.";
    USER_NAME_WRONG = "A user name has no spaces and at most 128 characters.";
    PASSWORD = "Password";
    PASSWORD_MISSING = "Enter your password.";
    CAPS_LOCK = "Caps Lock is on.";
    PASSWORD_WEAK = "Choose a password that meets every point below.";
    NEW_PASSWORD = "New password";
    CONFIRM_PASSWORD = "Confirm password";
    CONFIRM_PASSWORD_WRONG = "The two passwords are not the same.";
    SHOW = "Show";
    HIDE = "Hide";
    SHOW_WHAT = "password";
    CODE = "Verification code";
    CODE_MISSING = "Enter the code from the message.";
    CODE_MALFORMED = "A code has only digits and letters. Copy it from the message.";
    CODE_HINT = "The 6 digits from our message.";
    CODE_HINT_SIGN_IN = "The digits from our message.";
    FIELD_REQUIRED = "Please fill this in.";
    FIELD_TOO_LONG = "This is too long. Please shorten it.";
    NUMBER_WRONG = "Enter a number, with digits only. Example: 42";
    DATE_WRONG = "Enter a date as year, month, day. Example: 1990-12-31";
    URL_WRONG = "Enter a whole web address. Example: https://example.com";
    CHOOSE = "Please choose";
    OPTIONAL = "(optional)";
    RULES_TITLE = "Your password needs:";
    RULE_LENGTH = "at least {} characters";
    RULE_LOWERCASE = "a lower-case letter";
    RULE_UPPERCASE = "an upper-case letter";
    RULE_NUMBER = "a number";
    RULE_SYMBOL = "a symbol, such as ! or ?";
    RULE_MET = "done:";
    RULE_OPEN = "still needed:";

    // Sign-up
    SIGN_UP_TITLE = "Create your account";
    SIGN_UP_LEAD = "We will send you a code to confirm that it is you.";
    WITH_PASSWORD = "Use a password instead";
    WITHOUT_PASSWORD = "Go on without a password";
    WITHOUT_PASSWORD_LEAD = "No password needed: each time you sign in, we send you a code.";
    TERMS_ONE = "I agree to the {}.";
    TERMS_BOTH = "I agree to the {} and the {}.";
    TERMS_OF_USE = "terms of use";
    PRIVACY_POLICY = "privacy policy";
    NEW_TAB = "(opens in a new tab)";
    TERMS_MISSING = "Tick the box to go on: an account needs your agreement.";
    CREATE_ACCOUNT = "Create account";
    CREATING_ACCOUNT = "Creating account…";
    HAVE_ACCOUNT = "Already have an account?";

    // Verify
    VERIFY_TITLE = "Confirm your account";
    VERIFY_LEAD = "Enter the code from our message. It is checked as soon as it is complete.";
    VERIFY_ACCOUNT = "Verify account";
    VERIFYING = "Verifying…";
    RESEND_CODE = "Resend code";
    RESENDING = "Sending…";
    RESEND_WAIT = "Resend code ({})";
    CODE_SENT = "We sent a code. It can take a minute.";
    SENT_EMAIL = "The code goes by email to {}. Look in the spam folder too.";
    SENT_SMS = "The code goes by text message to {}.";
    SENT_SOMEWHERE = "The code goes to {}.";
    NEW_CODE_SENT = "We sent a new code. Only the newest one works.";
    BACK_TO_SIGN_IN = "Back to sign in";

    // Sign-in
    LOGIN_TITLE = "Sign in";
    SIGN_IN = "Sign in";
    SIGNING_IN = "Signing in…";
    FORGOT_PASSWORD_LINK = "Forgot your password?";
    NO_ACCOUNT = "New here?";

    CONTINUE = "Continue";
    CONTINUING = "One moment…";
    CHECKING = "Checking…";
    OR = "or";
    USE_PASSKEY = "Use a passkey";
    USE_PASSWORD = "Use your password";
    USE_APP = "Use your authenticator app";
    EMAIL_ME_A_CODE = "Email me a code";
    TEXT_ME_A_CODE = "Text me a code";
    STARTED_OVER = "The sign-in had to begin again from the start.";

    // Steps of a sign-in
    TIME_LEFT = "Time left: {}";
    TIME_SOON = "Less than half a minute is left.";
    STEP_CODE_TITLE = "Enter your code";
    STEP_CODE_EMAIL = "We sent a code by email to {}.";
    STEP_CODE_SMS = "We sent a code by text message to {}.";
    STEP_CODE_APP = "Open your authenticator app and enter the code that it shows for this site.";
    STEP_CODE_NAMED_APP = "Open your authenticator app ({}) and enter the code that it shows for this site.";
    CODE_HINT_APP = "The 6 digits that the app shows now.";
    NO_CODE_SENT = "No code? Look in the spam folder, or start over to get a new one.";
    NO_CODE_SMS = "No code? Messages can take a minute. Start over to get a new one.";
    NO_CODE_APP = "No access to the app? Contact support: they can remove it from your account.";
    TRUST_DEVICE = "Remember this browser, and do not ask for a code here again";
    STEP_PASSWORD_TITLE = "Enter your password";
    STEP_PASSKEY_TITLE = "Use your passkey";
    STEP_PASSKEY_LEAD = "Follow your browser: it asks for your fingerprint, your face, your PIN or a security key.";
    WAITING_FOR_PASSKEY = "Waiting for your passkey…";
    PASSKEY_CANCELLED = "No passkey was used. Try again, or start over to sign in another way.";
    PASSKEY_UNSUPPORTED = "This browser has no passkeys. Start over to sign in another way.";
    PASSKEY_FAILED = "The passkey could not be used. Try again, or start over to sign in another way.";
    STEP_CUSTOM_TITLE = "A question for you";
    STEP_CUSTOM_LEAD = "This site asks:";
    STEP_CUSTOM_AGAIN = "This site asks again. If it is the same question, your last answer was not right.";
    STEP_CUSTOM_PLAIN = "Enter the answer or the code that this site has asked you for.";
    ANSWER = "Your answer";
    CHOOSE_FACTOR_TITLE = "Choose how to sign in";
    CHOOSE_FACTOR_OTHERWISE = "That way is not set up for your account. It can be opened in these ways:";
    CHOOSE_FACTOR_LEAD = "Your account can be opened in these ways.";
    CHOOSE_MFA_TITLE = "Confirm that it is you";
    CHOOSE_MFA_LEAD = "Choose where to get your code from.";
    SET_UP_TITLE = "Set up a second step";
    SET_UP_LEAD = "This site asks for a second step besides your password. You set it up once.";
    SET_UP_APP = "Use an authenticator app";
    SET_UP_EMAIL = "Get codes by email";
    SET_UP_NOTHING = "None of the second steps of this site can be set up here. Please contact support.";
    SET_UP_EMAIL_TITLE = "Get codes by email";
    SET_UP_EMAIL_LEAD = "Enter the address that your codes should go to. We send the first one now.";
    SCAN_TITLE = "Set up your authenticator app";
    SCAN_LEAD = "Scan the picture with the app on your phone, or enter the key by hand. Then enter the code that the app shows.";
    SCAN_PICTURE = "QR code for your authenticator app; the same key stands below as text";
    SCAN_OPEN = "Open the authenticator app on this device";
    SCAN_ANEW = "If you begin again there will be another key: remove this entry from the app then.";
    SCAN_SECRET = "Key to enter by hand";
    TOTP_CODE = "Code from the app";
    TOTP_MALFORMED = "Enter the 6 digits that the app shows.";
    APP_NAME = "Name for this app";
    APP_NAME_HINT = "For example: my phone";
    COPY = "Copy";
    COPIED = "Copied";
    COPY_BY_HAND = "Select the key and copy it by hand.";

    // Sign-in with other providers
    CONTINUE_WITH = "Continue with {}";
    OPENING = "Opening {}…";
    CALLBACK_TITLE = "Signing you in…";
    CALLBACK_LEAD = "One moment, please.";
    CALLBACK_FAILED_TITLE = "The sign-in did not work";
    SOCIAL_CANCELLED = "You did not finish the sign-in, so nothing has changed. Sign in again whenever you like.";
    SOCIAL_EMAIL_TAKEN = "There is already an account with this email address. Sign in the way you did before, with your password for instance.";
    SOCIAL_MISCONFIGURED = "This way to sign in is not set up correctly on this site. Sign in another way, or contact support.";
    SOCIAL_SERVER_TROUBLE = "The sign-in service, or the provider that you chose, has a problem right now. Please try again in a few minutes.";
    SOCIAL_UNKNOWN = "The provider's answer was not accepted. Try again or sign in another way; if it stays so, contact support.";
    SOCIAL_NO_STORAGE = "Your browser does not let this site keep anything for this tab, and this way to sign in needs that. Allow it for this site, or sign in another way.";
    SOCIAL_STRAY = "Nothing is waiting to be finished here: this sign-in is over, or it was begun in another tab. Please sign in again.";
    SOCIAL_OTHER_STATE = "This answer does not belong to the sign-in that was begun here, so it was not used. Please sign in again.";
    SOCIAL_TOO_LATE = "The sign-in took longer than we may wait. Please sign in again.";
    SOCIAL_CODE_SPENT = "This sign-in has expired or was already used. Please sign in again.";
    SOCIAL_OTHER_TOKEN = "The sign-in service sent an answer that was made for somebody else, so it was not used. Try again; if it stays so, contact support.";

    // New password after a temporary one
    NEW_PASSWORD_TITLE = "Choose a new password";
    NEW_PASSWORD_LEAD = "Your password was temporary. Choose your own to go on.";
    SET_PASSWORD = "Set password and sign in";
    SETTING_PASSWORD = "Setting password…";
    START_OVER = "Start over";
    SIGNING_IN_AS = "Signing in as {}";
    UNSUPPORTED_TITLE = "One more step is needed";
    UNSUPPORTED_LEAD = "This account asks for a sign-in step that this page does not know: {}. Please contact support.";

    // Forgotten password
    FORGOT_TITLE = "Reset your password";
    FORGOT_LEAD = "Tell us who you are. If there is an account, we will send a code.";
    HAVE_CODE = "I have a code already";
    SEND_CODE = "Send code";
    SENDING_CODE = "Sending code…";
    RESET_TITLE = "Choose a new password";
    RESET_LEAD = "If there is an account for {}, a code is on its way. Enter it together with a new password.";
    RESET_LEAD_HAVE_CODE = "Enter the code for {} together with a new password.";
    RESET_PASSWORD = "Reset password";
    RESETTING = "Resetting password…";
    OTHER_ACCOUNT = "This is about another account";

    // Sign-out
    SIGN_OUT = "Sign out";
    SIGNING_OUT = "Signing out…";
    SIGNED_OUT_TITLE = "You are signed out";
    SIGNED_OUT_LEAD = "Nothing of your session is kept on this device.";
    SIGNED_OUT_NOT_AT_POOL = "The sign-in service could not be told, so it may remember you in this browser for up to an hour. On a computer that others use, close the browser.";
    SIGN_IN_AGAIN = "Sign in again";
    SIGNED_OUT_LATER = "The sign-in service could not be told yet. It will be as soon as it can be reached: keep this page open until then.";
    SIGNED_OUT_EVERYWHERE = "You are signed out on all your devices. Some may notice it only within the hour.";
    NAME_KEPT = "{} is kept on this device, to be filled in next time.";
    FORGET_NAME = "Forget it";
    NAME_FORGOTTEN = "Forgotten. Nothing about you is kept on this device.";

    // Limits
    LIMIT_IDLE_TITLE = "Are you still there?";
    LIMIT_IDLE = "Nothing has been done here for a while. To protect your account you will be signed out.";
    LIMIT_TOTAL_TITLE = "Your session ends soon";
    LIMIT_TOTAL = "You have been signed in for a long time. Finish what you are doing, then sign in again.";
    STAY_SIGNED_IN = "Stay signed in";
    UNDERSTOOD = "All right";

    // Your page
    GREETING = "Hello, {}";
    GREETING_PLAIN = "Hello";
    PROFILE_TITLE = "Your details";
    PROFILE_OBJECT = "Everything we know about you";
    PROFILE_OBJECT_LEAD = "This is the profile object that the app works with.";
    SAVE = "Save";
    SAVING = "Saving…";
    SAVED = "Your changes are saved.";
    NOTHING_CHANGED = "There is nothing to save: nothing was changed.";
    SESSION_TITLE = "Your session";
    SESSION_RENEWS = "Your access is good until {}. It is renewed by itself while this page is open.";
    STALE = "These details may be out of date.";
    NOT_KEPT = "Your browser does not let this site store anything right now, so you will be signed out when you close or reload this page. Allow storage for this site, or free some space, to stay signed in.";
    SIGN_OUT_EVERYWHERE = "Sign out on all devices";
    SIGN_OUT_EVERYWHERE_HINT = "For when you have lost a device, or left yourself signed in somewhere.";

    // What a session opens
    OPENS_TITLE = "What your sign-in opens";
    AWS_TITLE = "AWS access";
    AWS_LEAD = "The identity pool exchanges your sign-in for AWS credentials that work for an hour or so. They are kept in the memory of this page only.";
    AWS_GUEST = "You are not signed in, so these are a guest's.";
    AWS_IDENTITY = "Identity";
    AWS_KIND = "For";
    AWS_KIND_USER = "you, signed in";
    AWS_KIND_GUEST = "a guest";
    AWS_ENDS = "Good until";
    AWS_NONE = "This site has no identity pool, so there is no access to AWS. In the configuration it is auth.identity_pool_id.";
    AWS_ASKING = "Asking for credentials…";
    AWS_CALL = "Ask AWS who I am";
    AWS_CALLING = "Asking AWS…";
    AWS_CALL_LEAD = "This signs a request to AWS in your browser, with these credentials, and shows what AWS answers.";
    AWS_ACCOUNT = "Account";
    AWS_ARN = "Role and session";
    AWS_USER_ID = "User id";
    AWS_REFUSED = "AWS did not accept the request. The credentials may have ended: ask again. If it stays so, the identity pool's role or this machine's clock may be wrong.";
    AWS_CLOCK_OFF = "AWS did not accept the request, because this machine's clock is wrong. Set it right, then try again.";
    AWS_EXPIRED = "The credentials have ended. Ask again: new ones are fetched.";
    API_TITLE = "Protected API";
    API_LEAD = "A server that trusts this user pool. It checks the access token that your browser sends along, and answers who you are.";
    API_NONE = "This site has no server of this kind. In the configuration it is doorward.protected_api.";
    API_CALL = "Call the server";
    API_CALLING = "Calling…";
    API_ANSWER = "The server's answer";
    API_STATUS = "Status {}";
    API_REFUSED = "The server did not accept your sign-in, not even a renewed one. It may expect another user pool or app client.";
    API_FORBIDDEN = "The server knows who you are, but this sign-in may not do that.";
    API_TROUBLE = "The server has a problem right now. Please try again in a few minutes.";
    API_OFFLINE = "The server cannot be reached. Check your connection; if that is fine, the server may not be running.";

    // Not found
    NOT_FOUND_TITLE = "There is no such page";
    NOT_FOUND_LEAD = "The address may be mistyped, or the page has moved.";
    TO_HOME = "Go to the home page";

    // Notices
    NOTICE_VERIFIED = "Your account is confirmed. You can sign in now.";
    NOTICE_ACCOUNT_READY = "Your account is ready. You can sign in now.";
    NOTICE_AWAITS_APPROVAL = "Your account is created, but not open yet: the people who run this site have to confirm it. Then you can sign in.";
    NOTICE_PASSWORD_RESET = "Your password is changed. Sign in with the new one.";
    NOTICE_SESSION_ENDED = "Your session has ended. Please sign in again.";
    NOTICE_SIGNED_OUT_IDLE = "You were signed out because nothing was done here for a while. Please sign in again.";
    NOTICE_SIGNED_OUT_TOO_LONG = "You were signed out because you had been signed in for a long time. Please sign in again.";
    NOTICE_ACCOUNT_DELETED = "Your account is deleted, and you are signed out everywhere.";
    NOTICE_UNCONFIRMED = "Your account is not confirmed yet. Enter the code we sent you, or ask for a new one.";
    NOTICE_RESET_REQUIRED = "You need to set a new password. Ask for a code below, or enter the one you were sent.";

    // Configuration problem, for developers
    CONFIG_TITLE = "This site is not set up correctly";
    CONFIG_LEAD = "If you are visiting, please tell the people who run this site. If you run it, this is what is wrong:";
    CONFIG_FIELD = "Field";
    CONFIG_FOUND = "Found";
    CONFIG_EXPECTED = "Expected";
    CONFIG_NOTHING = "nothing";
    CONFIG_FILE = "/config.json";
    CONFIG_MISSING = "no answer";
    CONFIG_HTTP = "HTTP {}";
    CONFIG_EXPECT_FILE = "a JSON file with the settings of your user pool";
    CONFIG_EXPECT_PUBLIC = "the endpoint of your user pool: this page is served from {}, and an endpoint on the visitor's own machine works only for pages on that machine";

    // Faults
    FAULT_OFFLINE = "You seem to be offline, or the sign-in service cannot be reached. Check your connection, then try again.";
    FAULT_TIMED_OUT = "The sign-in service did not answer in time. Please try again.";
    FAULT_SERVER_DOWN = "The sign-in service has a problem right now. Please try again in a few minutes.";
    FAULT_THROTTLED = "There are too many requests right now. Wait a moment, then try again.";
    FAULT_BLOCKED = "The sign-in service refused this request. A network filter may be in the way: try another network, or contact support.";
    FAULT_GARBLED = "The sign-in service sent an answer that we could not read. Please try again.";
    FAULT_SRP_REFUSED = "The sign-in service could not prove who it is, so your password was not used. Try again; if it stays so, contact support.";

    // Cognito's errors, each in its own words
    ERR_REFUSED = "The sign-in was refused. Check the name, then begin again or try another way.";
    ERR_WRONG_PASSWORD = "The sign-in name or the password is not right. Check both, then try again.";
    ERR_PASSWORD_ATTEMPTS = "There were too many wrong attempts. Wait a few minutes, then try again, or reset your password.";
    ERR_USER_DISABLED = "This account is disabled. Please contact support.";
    ERR_TEMPORARY_EXPIRED = "Your temporary password has expired. Ask the person who invited you for a new one.";
    ERR_ALREADY_CONFIRMED = "This account is already confirmed. You can sign in.";
    ERR_STEP_EXPIRED = "This step is over: it took too long, or there were too many wrong tries. Please sign in again.";
    ERR_OLD_PASSWORD = "The current password is not right.";
    ERR_STEP_USED = "This step was already answered, perhaps in another tab. Please sign in again.";
    ERR_SESSION_TOO_OLD = "You were away for a long time, so your session has ended. Please sign in again.";
    ERR_SESSION_REVOKED = "Your session was ended, here or on another device. Please sign in again.";
    ERR_SESSION_INVALID = "Your session is not valid here. Please sign in again.";
    ERR_SCOPE_MISSING = "This session may not change the account. Sign in on this page, or contact support.";
    ERR_ATTRIBUTE_READ_ONLY = "This cannot be changed here. Please contact support.";
    ERR_RISK_BLOCKED = "This sign-in looked unusual and was stopped to protect the account. If it was you, contact support.";
    ERR_CLIENT_SECRET = "This site uses an app client that has a secret, which cannot work in a browser. Please contact support.";
    ERR_FLOW_OFF = "This way to sign in is switched off on this site. Choose another one, or contact support.";
    ERR_DEVICE_UNKNOWN = "This device is not remembered any more. Please sign in again.";
    ERR_TOTP_USED = "This code was already used. Wait until the authenticator app shows the next one.";
    ERR_GUESTS = "This is for people who are signed in. Please sign in.";
    ERR_LOGIN_EXPIRED = "Your sign-in is too old for this. Please sign in again.";
    ERR_LOGINS = "This sign-in does not belong to the account that was used here before. Please contact support.";
    ERR_NOTHING_VERIFIED = "There is no confirmed address or phone number that we could send a code to. If you have just signed up, confirm your account first.";
    ERR_NOT_AUTHORIZED = "This is not possible for this account right now. Sign in again, or contact support.";
    ERR_SIGN_UP_CLOSED = "New accounts cannot be created here. Please contact support.";
    ERR_RESET_NOT_ALLOWED = "The password of this account cannot be reset here. Please contact support.";
    ERR_USERNAME_EXISTS = "This account exists already. Sign in, or confirm it if you have just created it.";
    ERR_ALIAS_EXISTS = "This email address or phone number belongs to another account. Use another one, or sign in to that account.";
    ERR_CODE_DELIVERY = "We could not send the message. Check the address or phone number, then try again.";
    ERR_CODE_MISMATCH = "This code is not right. Check the newest message and enter the code again.";
    ERR_EXPIRED_CODE = "This code has expired or was already used. Ask for a new one.";
    ERR_CONCURRENT = "Somebody changed this at the same moment. Reload the page, then try again.";
    ERR_DEVICE_EXISTS = "This device is already known. Please sign in again.";
    ERR_TOTP_MISMATCH = "This is not the code that the app shows now. Wait for the next one, then enter it.";
    ERR_ENABLE_TOTP = "The code from the authenticator app did not match. Wait for the next code, then try again.";
    ERR_EXTERNAL_SERVICE = "A service that we depend on has a problem. Please try again in a few minutes.";
    ERR_FEATURE_TIER = "This feature is not part of this site's plan.";
    ERR_FORBIDDEN = "The sign-in service refused this request. Try another network, or contact support.";
    ERR_INTERNAL = "Something went wrong at the sign-in service. Please try again in a few minutes.";
    ERR_EMAIL_SETUP = "This site cannot send email right now. Please contact support.";
    ERR_IDENTITY_POOL_SETUP = "This site's access to other services is not set up correctly. Please contact support.";
    ERR_LAMBDA_RESPONSE = "A check of this site gave an unusable answer. Please contact support.";
    ERR_INVALID_PARAMETER = "Something that was entered is not accepted. Check every field, then try again.";
    ERR_INVALID_PASSWORD = "The sign-in service does not accept this password. Choose a longer one with more kinds of characters.";
    ERR_SMS_SETUP = "This site cannot send text messages right now. Please contact support.";
    ERR_SMS_TRUST = "This site is not allowed to send text messages right now. Please contact support.";
    ERR_POOL_SETUP = "This site's user pool is not set up correctly. Please contact support.";
    ERR_LIMIT_EXCEEDED = "There were too many attempts. Wait a while, then try again.";
    ERR_MFA_METHOD = "No second step of this kind is set up. Sign in another way, or contact support.";
    ERR_OPERATION_OFF = "This is switched off on this site. Please contact support.";
    ERR_PASSWORD_HISTORY = "You used this password before. Choose a new one.";
    ERR_RESET_REQUIRED = "You need to set a new password before you can sign in.";
    ERR_TOKEN_REUSE = "Your session was continued somewhere else. Please sign in again.";
    ERR_RESOURCE_CONFLICT = "This sign-in is already linked to another account. Please contact support.";
    ERR_RESOURCE_NOT_FOUND = "This site's user pool or app client does not exist. Please contact support.";
    ERR_NO_TOTP = "No authenticator app is set up for this account.";
    ERR_TOO_MANY_FAILED = "There were too many wrong codes. Wait a while, then ask for a new one.";
    ERR_TOO_MANY_REQUESTS = "There are too many requests right now. Wait a moment, then try again.";
    ERR_UNAUTHORIZED = "This site is not allowed to do this. Please contact support.";
    ERR_UNEXPECTED_LAMBDA = "A check of this site failed. Please try again; if it stays so, contact support.";
    ERR_UNSUPPORTED_OPERATION = "This is not possible for this kind of account.";
    ERR_TOKEN_TYPE = "This kind of session cannot be ended here. Close the browser to be safe.";
    ERR_LAMBDA_REFUSED = "This site's own rules refused this. Check what you entered, or contact support.";
    ERR_NOT_CONFIRMED = "This account is not confirmed yet.";
    ERR_USER_NOT_FOUND = "There is no such account. Check what you entered, or create an account.";
    ERR_ADD_ON_OFF = "This feature is not active on this site.";
    ERR_PASSKEY_CHALLENGE = "The passkey request has expired. Please try again.";
    ERR_PASSKEY_CLIENT = "The passkey request was started in another app. Please try again here.";
    ERR_PASSKEY_SETUP = "Passkeys are not set up on this site.";
    ERR_PASSKEY_KIND = "This kind of passkey is not accepted here. Try another device.";
    ERR_PASSKEY_OFF = "Passkeys are switched off on this site.";
    ERR_PASSKEY_ORIGIN = "Passkeys do not work at this address. Open the site at its usual address.";
    ERR_PASSKEY_SITE = "This passkey belongs to another site.";
    ERR_UNKNOWN = "The sign-in service answered with something that this page does not know. Try again; if it stays so, contact support.";
}
