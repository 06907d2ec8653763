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
    PASSWORD = "Password";
    PASSWORD_MISSING = "Enter your password.";
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
    FIELD_REQUIRED = "Please fill this in.";
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
    SIGN_UP_LEAD = "We will send you a code to confirm your email address.";
    CREATE_ACCOUNT = "Create account";
    CREATING_ACCOUNT = "Creating account…";
    HAVE_ACCOUNT = "Already have an account?";

    // Verify
    VERIFY_TITLE = "Confirm your email address";
    VERIFY_LEAD = "Enter the code that we sent to your email address.";
    VERIFY_ACCOUNT = "Verify account";
    VERIFYING = "Verifying…";
    RESEND_CODE = "Resend code";
    RESENDING = "Sending…";
    RESEND_WAIT = "Resend code ({})";
    CODE_SENT = "We sent a code. It can take a minute; look in the spam folder too.";
    NEW_CODE_SENT = "We sent a new code. Only the newest one works.";
    BACK_TO_SIGN_IN = "Back to sign in";

    // Sign-in
    LOGIN_TITLE = "Sign in";
    SIGN_IN = "Sign in";
    SIGNING_IN = "Signing in…";
    FORGOT_PASSWORD_LINK = "Forgot your password?";
    NO_ACCOUNT = "New here?";

    // New password after a temporary one
    NEW_PASSWORD_TITLE = "Choose a new password";
    NEW_PASSWORD_LEAD = "Your password was temporary. Choose your own to go on.";
    SET_PASSWORD = "Set password and sign in";
    SETTING_PASSWORD = "Setting password…";
    START_OVER = "Start over";
    UNSUPPORTED_TITLE = "One more step is needed";
    UNSUPPORTED_LEAD = "This account asks for a sign-in step that this page does not know: {}. Please contact support.";

    // Forgotten password
    FORGOT_TITLE = "Reset your password";
    FORGOT_LEAD = "Enter your email address. If there is an account, we will send a code.";
    SEND_CODE = "Send code";
    SENDING_CODE = "Sending code…";
    RESET_TITLE = "Choose a new password";
    RESET_LEAD = "If there is an account for {}, a code is on its way. Enter it together with a new password.";
    RESET_PASSWORD = "Reset password";
    RESETTING = "Resetting password…";
    OTHER_EMAIL = "Use another email address";

    // Sign-out
    SIGN_OUT = "Sign out";
    SIGNING_OUT = "Signing out…";
    SIGNED_OUT_TITLE = "You are signed out";
    SIGNED_OUT_LEAD = "Nothing of your session is kept on this device.";
    SIGN_IN_AGAIN = "Sign in again";

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

    // Not found
    NOT_FOUND_TITLE = "There is no such page";
    NOT_FOUND_LEAD = "The address may be mistyped, or the page has moved.";
    TO_HOME = "Go to the home page";

    // Notices
    NOTICE_VERIFIED = "Your email address is confirmed. You can sign in now.";
    NOTICE_ACCOUNT_READY = "Your account is ready. You can sign in now.";
    NOTICE_PASSWORD_RESET = "Your password is changed. Sign in with the new one.";
    NOTICE_SESSION_ENDED = "Your session has ended. Please sign in again.";
    NOTICE_UNCONFIRMED = "Your email address is not confirmed yet. Enter the code we sent you, or ask for a new one.";
    NOTICE_RESET_REQUIRED = "You need to set a new password. Ask for a code below.";

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
    ERR_WRONG_PASSWORD = "The email address or the password is not right.";
    ERR_PASSWORD_ATTEMPTS = "There were too many wrong attempts. Wait a few minutes, then try again, or reset your password.";
    ERR_USER_DISABLED = "This account is disabled. Please contact support.";
    ERR_TEMPORARY_EXPIRED = "Your temporary password has expired. Ask the person who invited you for a new one.";
    ERR_ALREADY_CONFIRMED = "This email address is already confirmed. You can sign in.";
    ERR_STEP_EXPIRED = "You took longer than we may wait. Please sign in again.";
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
    ERR_NOTHING_VERIFIED = "There is no confirmed email address that we could send a code to. If you have just signed up, confirm your address first.";
    ERR_NOT_AUTHORIZED = "This is not possible for this account right now. Sign in again, or contact support.";
    ERR_SIGN_UP_CLOSED = "New accounts cannot be created here. Please contact support.";
    ERR_RESET_NOT_ALLOWED = "The password of this account cannot be reset here. Please contact support.";
    ERR_USERNAME_EXISTS = "There is already an account with this email address. Sign in, or reset your password.";
    ERR_ALIAS_EXISTS = "This email address or phone number belongs to another account. Use another one, or sign in to that account.";
    ERR_CODE_DELIVERY = "We could not send the message. Check the address, then try again.";
    ERR_CODE_MISMATCH = "This code is not right. Check the newest message and enter the code again.";
    ERR_EXPIRED_CODE = "This code has expired or was already used. Ask for a new one.";
    ERR_CONCURRENT = "Somebody changed this at the same moment. Reload the page, then try again.";
    ERR_DEVICE_EXISTS = "This device is already known. Please sign in again.";
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
    ERR_NOT_CONFIRMED = "Your email address is not confirmed yet.";
    ERR_USER_NOT_FOUND = "There is no account with this email address. Check it, or create an account.";
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
