// Which settings have a switch, in the page's order; the names are those of /_devpool/settings.

const contacts = [["email", "email"], ["phone_number", "phone number"]];
const signsInWith = (names) => ({ username_attributes, alias_attributes }) =>
  JSON.stringify(username_attributes) === JSON.stringify(names) && (names.length === 0 || alias_attributes.length === 0);
/** Who signs in with an address has no aliases. */
const address = (text, names) => [text, { username_attributes: names, alias_attributes: [] }, signsInWith(names)];

export const GROUPS = [
  { title: "Sign-up and names", members: [
    { kind: "switch", path: "sign_up_enabled", label: "Sign-up", hint: "Whether anybody may sign up. If not, only this page creates users." },
    { kind: "choice", label: "People sign in with", hint: "What stands for the user name. With a user name of their own, aliases are possible.", options: [
      address("an email address", ["email"]),
      address("a phone number", ["phone_number"]),
      address("an email address or a phone number", ["email", "phone_number"]),
      ["a user name they choose", { username_attributes: [] }, signsInWith([])],
    ] },
    { kind: "set", path: "alias_attributes", label: "Aliases", hint: "What people may sign in with beside the user name they chose. Addresses count once they are verified.",
      options: [...contacts, ["preferred_username", "preferred user name"]] },
    { kind: "set", path: "auto_verified_attributes", label: "Confirm sign-up by", hint: "Where the sign-up code goes. With both, it goes to the phone.", options: contacts },
    { kind: "set", path: "attributes_require_verification_before_update", label: "Verify before a change", hint: "A new address takes effect only once its code is entered.", options: contacts },
    { kind: "switch", path: "case_sensitive", label: "Case sensitive names", hint: "Whether Ann@example.com and ann@example.com are two users." },
    { kind: "switch", path: "prevent_user_existence_errors", label: "Hide who exists", hint: "Answers do not tell whether there is such a user (PreventUserExistenceErrors)." },
  ] },
  { title: "Second factors (MFA)", members: [
    { kind: "choice", path: "mfa.configuration", label: "Second factor", hint: "Who is asked for one after the password.", options: [
      ["off: nobody", "OFF"], ["optional: those who set one up", "OPTIONAL"], ["on: everybody", "ON"],
    ] },
    { kind: "set", path: "mfa.methods", label: "Methods", hint: "What can be the second factor.", options: [["SMS", "SMS code"], ["SOFTWARE_TOKEN", "authenticator app"], ["EMAIL", "email code"]] },
    { kind: "number", path: "mfa.wrong_codes", unit: "codes", label: "Wrong codes", hint: "After so many, the sign-in begins anew." },
  ] },
  { title: "Flows and first factors", members: [
    { kind: "set", path: "auth_flows", label: "Flows", hint: "Ways of signing in that the app client allows.", options: [
      ["ALLOW_USER_SRP_AUTH", "password by SRP"], ["ALLOW_USER_PASSWORD_AUTH", "password as it is"], ["ALLOW_USER_AUTH", "choice-based (USER_AUTH)"],
      ["ALLOW_CUSTOM_AUTH", "custom challenge"], ["ALLOW_REFRESH_TOKEN_AUTH", "refresh token"],
    ] },
    { kind: "set", path: "first_factors", label: "First factors", hint: "What people can choose from in USER_AUTH.", options: [
      ["PASSWORD", "password"], ["EMAIL_OTP", "email code"], ["SMS_OTP", "SMS code"], ["WEB_AUTHN", "passkey"],
    ] },
    { kind: "number", path: "challenge_session_seconds", unit: "seconds", label: "Time for a challenge", hint: "How long a step of the sign-in may take. AWS: 180 to 900." },
  ] },
  { title: "Passkeys", members: [
    { kind: "switch", path: "web_authn.enabled", label: "Passkeys", hint: "Whether there are any. They need the plan Essentials or Plus." },
    { kind: "choice", path: "web_authn.user_verification", label: "User verification", hint: "Whether the authenticator must check who uses it, by finger, face or PIN.", options: [["preferred", "preferred"], ["required", "required"]] },
    { kind: "choice", path: "web_authn.factor_configuration", label: "A passkey counts as", hint: "Two factors only where the authenticator checked who uses it.", options: [
      ["one factor", "SINGLE_FACTOR"], ["two factors", "MULTI_FACTOR_WITH_USER_VERIFICATION"],
    ] },
    { kind: "text", path: "web_authn.relying_party_id", label: "Relying party", hint: "The domain that passkeys belong to. Browsers take no IP address here, but localhost." },
  ] },
  { title: "Devices", members: [
    { kind: "choice", path: "devices.mode", label: "Remember devices", hint: "Whether the pool remembers the devices that people sign in from.", options: [
      ["off", "off"], ["those that the person agrees to", "opt_in"], ["always", "always"],
    ] },
    { kind: "switch", path: "devices.challenge_required_on_new_device", label: "Second factor on new devices only", hint: "A remembered device stands in for the second factor." },
  ] },
  { title: "Plan and protection", members: [
    { kind: "choice", path: "features.tier", label: "Plan", hint: "Lite has no USER_AUTH, passkeys or email codes as second factor; only Plus has threat protection.", options: [
      ["Lite", "LITE"], ["Essentials", "ESSENTIALS"], ["Plus", "PLUS"],
    ] },
    { kind: "switch", path: "features.session_tracking", label: "Session tracking", hint: "Whether people see their sessions and end them one by one." },
    { kind: "switch", path: "features.threat_protection", label: "Threat protection", hint: "Whether people can say that a sign-in was not theirs. Needs the plan Plus." },
    { kind: "text", separated: true, path: "features.disabled_operations", label: "Operations that are off", hint: "They answer OperationNotEnabledException. Names, with commas between them." },
  ] },
  { title: "Sign-in page (OAuth)", members: [
    { kind: "set", path: "oauth.identity_providers", label: "Providers", hint: "How people may sign in at the page.", options: [["COGNITO", "the pool itself"], ["PretendSocial", "pretend social provider"]] },
    { kind: "switch", path: "oauth.link_by_email", label: "Link by email", hint: "Who comes from the provider with a verified address is the user who has it here. If not, they are refused." },
    { kind: "set", path: "oauth.scopes", label: "Scopes", hint: "What the client may ask for, and gets if it asks for nothing.", options: [
      ["openid", "openid"], ["email", "email"], ["phone", "phone"], ["profile", "profile"], ["aws.cognito.signin.user.admin", "aws.cognito.signin.user.admin"],
    ] },
    { kind: "text", separated: true, path: "oauth.callback_urls", label: "Callback addresses", hint: "Where a sign-in may lead back to. With commas between them." },
    { kind: "text", separated: true, path: "oauth.logout_urls", label: "Sign-out addresses", hint: "Where a sign-out may lead to. With commas between them." },
  ] },
  { title: "Tokens", members: [
    { kind: "number", path: "tokens.access_seconds", unit: "seconds", label: "Access tokens", hint: "How long they live." },
    { kind: "number", path: "tokens.id_seconds", unit: "seconds", label: "ID tokens", hint: "How long they live." },
    { kind: "number", path: "tokens.refresh_seconds", unit: "seconds", label: "Refresh tokens", hint: "How long they live." },
    { kind: "switch", path: "tokens.revocation", label: "Revocation", hint: "Whether RevokeToken may be called." },
    { kind: "switch", path: "refresh_token_rotation.enabled", label: "Rotation", hint: "Each refresh gives a new refresh token, through GetTokensFromRefreshToken only." },
    { kind: "number", path: "refresh_token_rotation.retry_grace_period_seconds", unit: "seconds", label: "Grace after rotation", hint: "How long the replaced token still works, from 0 to 60." },
    { kind: "number", path: "identity_pool.credentials_seconds", unit: "seconds", label: "AWS credentials", hint: "How long those of the identity pool live." },
    { kind: "switch", path: "identity_pool.allow_unauthenticated", label: "Guests", hint: "Whether people who are not signed in get an identity." },
  ] },
  { title: "Codes", members: [
    { kind: "number", path: "codes.sign_up_seconds", unit: "seconds", label: "Sign-up codes", hint: "How long they are good." },
    { kind: "number", path: "codes.reset_seconds", unit: "seconds", label: "Password reset codes", hint: "How long they are good." },
    { kind: "number", path: "codes.attribute_seconds", unit: "seconds", label: "Address codes", hint: "How long codes that verify an address are good." },
    { kind: "number", path: "codes.wrong_attempts", unit: "codes", label: "Wrong attempts", hint: "After so many, no code is taken for a while, not even the right one." },
    { kind: "number", path: "codes.lock_seconds", unit: "seconds", label: "That while", hint: "How long no code is taken then." },
    { kind: "number", path: "codes.sends", unit: "codes", label: "Codes sent", hint: "How many of one kind a user gets within the window." },
    { kind: "number", path: "codes.send_window_seconds", unit: "seconds", label: "Window", hint: "How long that window is." },
  ] },
  { title: "Passwords", members: [
    { kind: "number", path: "password_policy.minimum_length", unit: "characters", label: "Least length", hint: "From 6 to 99." },
    { kind: "switch", path: "password_policy.require_lowercase", label: "Small letter", hint: "Whether one of a to z is needed." },
    { kind: "switch", path: "password_policy.require_uppercase", label: "Capital letter", hint: "Whether one of A to Z is needed." },
    { kind: "switch", path: "password_policy.require_numbers", label: "Digit", hint: "Whether one of 0 to 9 is needed." },
    { kind: "switch", path: "password_policy.require_symbols", label: "Symbol", hint: "Whether one of Cognito's symbols is needed." },
    { kind: "number", path: "password_policy.temporary_password_validity_days", unit: "days", label: "Temporary passwords", hint: "How long they are good; 0 stands for AWS's default of 7." },
    { kind: "number", path: "password_policy.history_size", unit: "passwords", label: "History", hint: "How many earlier passwords must not come back, from 0 to 24." },
    { kind: "switch", path: "lockout.enabled", label: "Slow down guessing", hint: "Wrong passwords bring a wait of 1, 2, 4 … seconds." },
    { kind: "number", path: "lockout.after_failures", unit: "failures", label: "First wait", hint: "The failure that brings it." },
    { kind: "number", path: "lockout.longest_seconds", unit: "seconds", label: "Longest wait", hint: "It gets no longer than this." },
  ] },
];

/** Each is laid over what is there; the one without changes brings the defaults. */
export const PRESETS = [
  { title: "MFA with authenticator app", text: "Everybody needs an authenticator app.", changes: { mfa: { configuration: "ON", methods: ["SOFTWARE_TOKEN"] } } },
  { title: "MFA by any method", text: "Everybody needs a second factor: SMS, app or email.", changes: { mfa: { configuration: "ON", methods: ["SMS", "SOFTWARE_TOKEN", "EMAIL"] } } },
  { title: "Passwordless", text: "USER_AUTH with codes and passkeys; no password, no second factor.", changes: {
    auth_flows: ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"], first_factors: ["EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"],
    mfa: { configuration: "OFF" }, web_authn: { enabled: true }, features: { tier: "PLUS" },
  } },
  { title: "User names", text: "People choose one; verified addresses are aliases.", changes: {
    username_attributes: [], alias_attributes: ["email", "phone_number", "preferred_username"],
  } },
  { title: "Remember devices", text: "Always, and they stand in for the second factor.", changes: { devices: { mode: "always", challenge_required_on_new_device: true } } },
  { title: "Short tokens", text: "A minute for access and ID tokens, rotation with ten seconds of grace.", changes: {
    tokens: { access_seconds: 60, id_seconds: 60 }, refresh_token_rotation: { enabled: true, retry_grace_period_seconds: 10 },
  } },
  { title: "Strict (plan Lite)", text: "SRP only, no extras, new addresses are verified first.", changes: {
    features: { tier: "LITE", session_tracking: false, threat_protection: false },
    auth_flows: ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"], prevent_user_existence_errors: true,
    attributes_require_verification_before_update: ["email", "phone_number"],
  } },
  { title: "Defaults", text: "All settings as they are at the start. Users and messages stay." },
];
