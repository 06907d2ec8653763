//! English.

use super::messages;

messages! {
    // Frame
    SkipToContent = "Skip to content";
    Navigation = "Main";
    Home = "Home";
    YourPage = "Your page";
    SignInLink = "Sign in";
    CreateAccountLink = "Create account";
    Loading = "Loading…";
    TryAgain = "Try again";
    ChunkMissing = "This part of the page could not be loaded. Check your connection, then try again.";
    Footer = "Sign-in by Doorward";

    // Home
    HomeTitle = "Welcome";
    HomeLead = "One front door for your whole site: create an account, confirm your email address, sign in.";
    HomeSignedIn = "You are signed in as {}.";
    HomeOpenYourPage = "Open your page";
    HomeHaveAccount = "I have an account";

    // Fields and buttons
    Email = "Email";
    EmailMissing = "Enter your email address.";
    EmailWrong = "This does not look like an email address. Example: ada@example.com";
    Password = "Password";
    PasswordMissing = "Enter your password.";
    PasswordWeak = "Choose a password that meets every point below.";
    NewPassword = "New password";
    ConfirmPassword = "Confirm password";
    ConfirmPasswordWrong = "The two passwords are not the same.";
    Show = "Show";
    Hide = "Hide";
    ShowWhat = "password";
    Code = "Verification code";
    CodeMissing = "Enter the code from the message.";
    CodeMalformed = "A code has only digits and letters. Copy it from the message.";
    CodeHint = "The 6 digits from our message.";
    FieldRequired = "Please fill this in.";
    Optional = "(optional)";
    RulesTitle = "Your password needs:";
    RuleLength = "at least {} characters";
    RuleLowercase = "a lower-case letter";
    RuleUppercase = "an upper-case letter";
    RuleNumber = "a number";
    RuleSymbol = "a symbol, such as ! or ?";
    RuleMet = "done:";
    RuleOpen = "still needed:";

    // Sign-up
    SignUpTitle = "Create your account";
    SignUpLead = "We will send you a code to confirm your email address.";
    CreateAccount = "Create account";
    CreatingAccount = "Creating account…";
    HaveAccount = "Already have an account?";

    // Verify
    VerifyTitle = "Confirm your email address";
    VerifyLead = "Enter the code that we sent to your email address.";
    VerifyAccount = "Verify account";
    Verifying = "Verifying…";
    ResendCode = "Resend code";
    Resending = "Sending…";
    ResendWait = "Resend code ({})";
    CodeSentTo = "We sent a code to {}. It can take a minute; look in the spam folder too.";
    CodeSent = "We sent a code. It can take a minute; look in the spam folder too.";
    NewCodeSent = "We sent a new code. Only the newest one works.";
    BackToSignIn = "Back to sign in";

    // Sign-in
    LoginTitle = "Sign in";
    SignIn = "Sign in";
    SigningIn = "Signing in…";
    ForgotPasswordLink = "Forgot your password?";
    NoAccount = "New here?";

    // New password after a temporary one
    NewPasswordTitle = "Choose a new password";
    NewPasswordLead = "Your password was temporary. Choose your own to go on.";
    SetPassword = "Set password and sign in";
    SettingPassword = "Setting password…";
    StartOver = "Start over";
    UnsupportedTitle = "One more step is needed";
    UnsupportedLead = "This account asks for a sign-in step that this page does not know: {}. Please contact support.";

    // Forgotten password
    ForgotTitle = "Reset your password";
    ForgotLead = "Enter your email address. If there is an account, we will send a code.";
    SendCode = "Send code";
    SendingCode = "Sending code…";
    ResetLead = "If there is an account for {}, a code is on its way. Enter it together with a new password.";
    ResetPassword = "Reset password";
    Resetting = "Resetting password…";
    OtherEmail = "Use another email address";

    // Sign-out
    SignOut = "Sign out";
    SigningOut = "Signing out…";
    SignedOutTitle = "You are signed out";
    SignedOutLead = "Nothing of your session is kept on this device.";
    SignInAgain = "Sign in again";

    // Your page
    Greeting = "Hello, {}";
    GreetingPlain = "Hello";
    ProfileTitle = "Your details";
    ProfileObject = "Everything we know about you";
    ProfileObjectLead = "This is the profile object that the app works with.";
    Save = "Save";
    Saving = "Saving…";
    Saved = "Your changes are saved.";
    NothingChanged = "There is nothing to save: nothing was changed.";
    SessionTitle = "Your session";
    SessionRenews = "Your access is good until {}. It is renewed by itself while this page is open.";
    Stale = "These details may be out of date.";

    // Not found
    NotFoundTitle = "There is no such page";
    NotFoundLead = "The address may be mistyped, or the page has moved.";
    ToHome = "Go to the home page";

    // Notices
    NoticeVerified = "Your email address is confirmed. You can sign in now.";
    NoticeAccountReady = "Your account is ready. You can sign in now.";
    NoticePasswordReset = "Your password is changed. Sign in with the new one.";
    NoticeSessionEnded = "Your session has ended. Please sign in again.";
    NoticeUnconfirmed = "Your email address is not confirmed yet. Enter the code we sent you, or ask for a new one.";
    NoticeResetRequired = "You need to set a new password. Ask for a code below.";

    // Configuration problem, for developers
    ConfigTitle = "This site is not set up correctly";
    ConfigLead = "If you are visiting, please tell the people who run this site. If you run it, this is what is wrong:";
    ConfigField = "Field";
    ConfigFound = "Found";
    ConfigExpected = "Expected";
    ConfigNothing = "nothing";
    ConfigFile = "/config.json";
    ConfigMissing = "no answer";
    ConfigHttp = "HTTP {}";
    ConfigExpectFile = "a JSON file with the settings of your user pool";
    ConfigExpectPublic = "the endpoint of your user pool: this page is served from {}, and an endpoint on the visitor's own machine works only for pages on that machine";

    // Faults
    FaultOffline = "You seem to be offline, or the sign-in service cannot be reached. Check your connection, then try again.";
    FaultTimedOut = "The sign-in service did not answer in time. Please try again.";
    FaultServerDown = "The sign-in service has a problem right now. Please try again in a few minutes.";
    FaultThrottled = "There are too many requests right now. Wait a moment, then try again.";
    FaultBlocked = "The sign-in service refused this request. A network filter may be in the way: try another network, or contact support.";
    FaultGarbled = "The sign-in service sent an answer that we could not read. Please try again.";
    FaultSrpRefused = "The sign-in service could not prove who it is, so your password was not used. Try again; if it stays so, contact support.";

    // Cognito's errors, each in its own words
    ErrWrongPassword = "The email address or the password is not right.";
    ErrPasswordAttempts = "There were too many wrong attempts. Wait a few minutes, then try again, or reset your password.";
    ErrUserDisabled = "This account is disabled. Please contact support.";
    ErrTemporaryExpired = "Your temporary password has expired. Ask the person who invited you for a new one.";
    ErrAlreadyConfirmed = "This email address is already confirmed. You can sign in.";
    ErrStepExpired = "You took longer than we may wait. Please sign in again.";
    ErrNothingVerified = "There is no confirmed email address that we could send a code to. Please contact support.";
    ErrNotAuthorized = "This is not possible for this account right now. Sign in again, or contact support.";
    ErrSignUpClosed = "New accounts cannot be created here. Please contact support.";
    ErrResetNotAllowed = "The password of this account cannot be reset here. Please contact support.";
    ErrUsernameExists = "There is already an account with this email address. Sign in, or reset your password.";
    ErrAliasExists = "This email address or phone number belongs to another account. Use another one, or sign in to that account.";
    ErrCodeDelivery = "We could not send the message. Check the address, then try again.";
    ErrCodeMismatch = "This code is not right. Check the newest message and enter the code again.";
    ErrExpiredCode = "This code has expired or was already used. Ask for a new one.";
    ErrConcurrent = "Somebody changed this at the same moment. Reload the page, then try again.";
    ErrDeviceExists = "This device is already known. Please sign in again.";
    ErrEnableTotp = "The code from the authenticator app did not match. Wait for the next code, then try again.";
    ErrExternalService = "A service that we depend on has a problem. Please try again in a few minutes.";
    ErrFeatureTier = "This feature is not part of this site's plan.";
    ErrForbidden = "The sign-in service refused this request. Try another network, or contact support.";
    ErrInternal = "Something went wrong at the sign-in service. Please try again in a few minutes.";
    ErrEmailSetup = "This site cannot send email right now. Please contact support.";
    ErrIdentityPoolSetup = "This site's access to other services is not set up correctly. Please contact support.";
    ErrLambdaResponse = "A check of this site gave an unusable answer. Please contact support.";
    ErrInvalidParameter = "Something that was entered is not accepted. Check every field, then try again.";
    ErrInvalidPassword = "The sign-in service does not accept this password. Choose a longer one with more kinds of characters.";
    ErrSmsSetup = "This site cannot send text messages right now. Please contact support.";
    ErrSmsTrust = "This site is not allowed to send text messages right now. Please contact support.";
    ErrPoolSetup = "This site's user pool is not set up correctly. Please contact support.";
    ErrLimitExceeded = "There were too many attempts. Wait a while, then try again.";
    ErrMfaMethod = "No second step of this kind is set up. Sign in another way, or contact support.";
    ErrOperationOff = "This is switched off on this site. Please contact support.";
    ErrPasswordHistory = "You used this password before. Choose a new one.";
    ErrResetRequired = "You need to set a new password before you can sign in.";
    ErrTokenReuse = "Your session was continued somewhere else. Please sign in again.";
    ErrResourceConflict = "This sign-in is already linked to another account. Please contact support.";
    ErrResourceNotFound = "This site's user pool or app client does not exist. Please contact support.";
    ErrNoTotp = "No authenticator app is set up for this account.";
    ErrTooManyFailed = "There were too many wrong codes. Wait a while, then ask for a new one.";
    ErrTooManyRequests = "There are too many requests right now. Wait a moment, then try again.";
    ErrUnauthorized = "This site is not allowed to do this. Please contact support.";
    ErrUnexpectedLambda = "A check of this site failed. Please try again; if it stays so, contact support.";
    ErrUnsupportedOperation = "This is not possible for this kind of account.";
    ErrTokenType = "This kind of session cannot be ended here. Close the browser to be safe.";
    ErrLambdaRefused = "This site's own rules refused this. Check what you entered, or contact support.";
    ErrNotConfirmed = "Your email address is not confirmed yet.";
    ErrUserNotFound = "There is no account with this email address. Check it, or create an account.";
    ErrAddOnOff = "This feature is not active on this site.";
    ErrPasskeyChallenge = "The passkey request has expired. Please try again.";
    ErrPasskeyClient = "The passkey request was started in another app. Please try again here.";
    ErrPasskeySetup = "Passkeys are not set up on this site.";
    ErrPasskeyKind = "This kind of passkey is not accepted here. Try another device.";
    ErrPasskeyOff = "Passkeys are switched off on this site.";
    ErrPasskeyOrigin = "Passkeys do not work at this address. Open the site at its usual address.";
    ErrPasskeySite = "This passkey belongs to another site.";
    ErrUnknown = "The sign-in service answered with something that this page does not know ({}). Try again; if it stays so, contact support.";
}
