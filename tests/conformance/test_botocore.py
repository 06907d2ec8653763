"""Every public operation by botocore, AWS's own client library. botocore checks what is sent; what comes back, and what
was sent, is checked once more here, strictly and raw, against botocore's description of the service."""

import datetime
import json
import re
import unittest
from unittest import mock

import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from pycognito.aws_srp import AWSSRP, generate_hash_device, long_to_hex
from support.authenticator import Authenticator
from support.pool import CLIENT, EMAIL, IDENTITY_POOL, OTHER_PASSWORD, PASSWORD, PHONE, USER_POOL, PoolTest, other, totp
from support.shapes import violations

PROVIDER = f"cognito-idp.us-east-1.amazonaws.com/{USER_POOL}"
CONTEXT = {
    "AnalyticsMetadata": {"AnalyticsEndpointId": "endpoint"},
    "UserContextData": {"IpAddress": "192.0.2.1", "EncodedData": "e30="},
    "ClientMetadata": {"locale": "en"},
}
PREFERRED, ENABLED, DISABLED = ({"Enabled": on, "PreferredMfa": first} for on, first in ((True, True), (True, False), (False, False)))


class Botocore(PoolTest):
    client = "botocore"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        session = cls.session = botocore.session.get_session()
        config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
        cls.idp, cls.identity = (
            session.create_client(name, region_name="us-east-1", endpoint_url=cls.pool.origin, config=config)
            for name in ("cognito-idp", "cognito-identity")
        )
        for service, client in (("cognito-idp", cls.idp), ("cognito-identity", cls.identity)):
            client.meta.events.register(f"before-parameter-build.{service}", cls.check_request)
            client.meta.events.register(f"after-call.{service}", cls.check_answer)

    @classmethod
    def check_request(cls, params, model, **_):
        found = violations(model.input_shape, params)
        if found:
            raise AssertionError(f"this test breaks the model: {found}")

    @classmethod
    def check_answer(cls, http_response, model, **_):
        """Whether a raw answer is what the model promises."""
        text, headers = http_response.content, http_response.headers
        where = f"{model.name} answered {http_response.status_code} {text!r}"
        assert headers.get("Content-Type") == "application/x-amz-json-1.1", f"{where} as {headers.get('Content-Type')}"
        assert re.fullmatch(r"[0-9a-f-]{36}", headers.get("x-amzn-RequestId", "")), f"{where} without a request id"
        if http_response.status_code == 200:
            if model.output_shape is None:
                found = [] if text in (b"", b"{}") else [f"{model.name} has no answer, but {text!r} came"]
            else:
                found = violations(model.output_shape, json.loads(text))
        else:
            found = cls.error_violations(json.loads(text), headers, model)
        if found:
            raise AssertionError(f"{where}: {found}")

    @staticmethod
    def error_violations(body, headers, model):
        name = body.pop("__type").split("#")[-1]
        header = headers.get("x-amzn-ErrorType", name).split(":")[0]
        if header != name:
            return [f"the header says {header}, the body {name}"]
        shapes = {shape.name: shape for shape in model.error_shapes}
        if name not in shapes:
            return [f"{name} is none of the operation's errors"]
        if "message" not in body:
            return ["an error without a message"]
        return violations(shapes[name], body)

    def refuses(self, name, work, text=None):
        with self.assertRaises(ClientError) as caught:
            work()
        error = caught.exception.response["Error"]
        self.assertEqual(error["Code"], name, error)
        if text:
            self.assertRegex(error["Message"], text)

    # Ways in ------------------------------------------------------------------------------------------------------

    def initiate(self, flow, **parameters):
        return self.idp.initiate_auth(AuthFlow=flow, ClientId=CLIENT, AuthParameters=parameters, **CONTEXT)

    def respond(self, name, session, **responses):
        given = {} if session is None else {"Session": session}
        return self.idp.respond_to_auth_challenge(ChallengeName=name, ClientId=CLIENT, ChallengeResponses=responses, **given, **CONTEXT)

    def answer(self, challenge, username=EMAIL, **responses):
        """Answers the challenge that came back."""
        return self.respond(challenge["ChallengeName"], challenge["Session"], USERNAME=username, **responses)

    def srp(self, password=PASSWORD, username=EMAIL, **device):
        return AWSSRP(username, password, USER_POOL, CLIENT, client=self.idp, **device)

    def verify(self, srp, challenge, **more):
        """The second half of SRP."""
        self.assertEqual(challenge["ChallengeName"], "PASSWORD_VERIFIER")
        given = srp.process_challenge(challenge["ChallengeParameters"], srp.get_auth_params())
        return self.respond("PASSWORD_VERIFIER", challenge["Session"], **given, **more)

    def with_password(self, password=PASSWORD, username=EMAIL, **more):
        return self.initiate("USER_PASSWORD_AUTH", USERNAME=username, PASSWORD=password, **more)

    def tokens(self, **how):
        """Signs in where only a password is asked for."""
        return self.with_password(**how)["AuthenticationResult"]

    def allow(self, *flows, **more):
        self.pool.change_settings(auth_flows=[f"ALLOW_{flow}" for flow in (*flows, "USER_PASSWORD_AUTH", "REFRESH_TOKEN_AUTH")], **more)

    # Accounts -----------------------------------------------------------------------------------------------------

    def test_signing_up(self):
        attributes = [{"Name": "email", "Value": EMAIL}, {"Name": "custom:agentName", "Value": "Bond"}]
        given = {"ClientId": CLIENT, "Username": EMAIL, "Password": PASSWORD, "UserAttributes": attributes, "ValidationData": [{"Name": "from", "Value": "test"}], **CONTEXT}
        signed_up = self.idp.sign_up(**given)
        self.assertIs(signed_up["UserConfirmed"], False)
        self.refuses("UsernameExistsException", lambda: self.idp.sign_up(**given))
        self.refuses("InvalidPasswordException", lambda: self.idp.sign_up(**{**given, "Username": "b@example.com", "Password": "weakling"}))
        self.refuses("UserNotConfirmedException", self.tokens)
        resent = self.idp.resend_confirmation_code(ClientId=CLIENT, Username=EMAIL, **CONTEXT)
        self.assertEqual(resent["CodeDeliveryDetails"]["DeliveryMedium"], "EMAIL")
        confirm = {"ClientId": CLIENT, "Username": EMAIL, "ForceAliasCreation": False, **CONTEXT}
        code = self.pool.code()
        self.refuses("CodeMismatchException", lambda: self.idp.confirm_sign_up(ConfirmationCode=other(code), **confirm))
        self.idp.confirm_sign_up(ConfirmationCode=code, **confirm)
        self.refuses("NotAuthorizedException", lambda: self.idp.confirm_sign_up(ConfirmationCode=code, **confirm), "Current status is CONFIRMED")
        self.assertEqual(self.idp.get_user(AccessToken=self.tokens()["AccessToken"])["Username"], signed_up["UserSub"])

    def test_signing_up_and_straight_on_in(self):
        self.allow("USER_AUTH", first_factors=["PASSWORD", "EMAIL_OTP"])
        signed_up = self.idp.sign_up(ClientId=CLIENT, Username=EMAIL, UserAttributes=[{"Name": "email", "Value": EMAIL}])
        confirmed = self.idp.confirm_sign_up(ClientId=CLIENT, Username=EMAIL, ConfirmationCode=self.pool.code(), Session=signed_up["Session"])
        begin = {"AuthFlow": "USER_AUTH", "ClientId": CLIENT, "AuthParameters": {"USERNAME": EMAIL}}
        self.refuses("NotAuthorizedException", lambda: self.idp.initiate_auth(Session="x" * 40, **begin))
        self.assertIn("AuthenticationResult", self.idp.initiate_auth(Session=confirmed["Session"], **begin))
        self.refuses("NotAuthorizedException", lambda: self.idp.initiate_auth(Session=confirmed["Session"], **begin))

    def test_the_profile(self):
        self.pool.create_user()
        token = {"AccessToken": self.tokens()["AccessToken"]}
        update = self.idp.update_user_attributes
        self.assertEqual(update(UserAttributes=[{"Name": "nickname", "Value": "Ada"}], ClientMetadata={}, **token).get("CodeDeliveryDetailsList", []), [])
        changed = update(UserAttributes=[{"Name": "email", "Value": "lovelace@example.com"}], **token)
        self.assertEqual([sent["AttributeName"] for sent in changed["CodeDeliveryDetailsList"]], ["email"])
        again = self.idp.get_user_attribute_verification_code(AttributeName="email", ClientMetadata={}, **token)
        self.assertEqual(again["CodeDeliveryDetails"]["DeliveryMedium"], "EMAIL")
        code = self.pool.code("lovelace@example.com")
        self.refuses("CodeMismatchException", lambda: self.idp.verify_user_attribute(AttributeName="email", Code=other(code), **token))
        self.idp.verify_user_attribute(AttributeName="email", Code=code, **token)
        self.idp.delete_user_attributes(UserAttributeNames=["nickname"], **token)
        read = {entry["Name"]: entry["Value"] for entry in self.idp.get_user(**token)["UserAttributes"]}
        self.assertEqual({**read, "sub": ""}, {"sub": "", "email": "lovelace@example.com", "email_verified": "true"})
        self.refuses("InvalidParameterException", lambda: update(UserAttributes=[{"Name": "custom:unknown", "Value": "x"}], **token))
        self.refuses("InvalidParameterException", lambda: self.idp.get_user_attribute_verification_code(AttributeName="nickname", **token))

    def test_passwords(self):
        self.pool.create_user()
        token = self.tokens()["AccessToken"]
        change = lambda old, new: self.idp.change_password(PreviousPassword=old, ProposedPassword=new, AccessToken=token)
        self.refuses("NotAuthorizedException", lambda: change(OTHER_PASSWORD, "Third-Password-9"), "^Incorrect username or password.$")
        self.refuses("InvalidPasswordException", lambda: change(PASSWORD, "weakling"))
        change(PASSWORD, OTHER_PASSWORD)
        self.refuses("NotAuthorizedException", self.tokens)
        self.tokens(password=OTHER_PASSWORD)
        sent = self.idp.forgot_password(ClientId=CLIENT, Username=EMAIL, **CONTEXT)
        self.assertEqual(sent["CodeDeliveryDetails"]["AttributeName"], "email")
        code, reset = self.pool.code(purpose="forgot_password"), {"ClientId": CLIENT, "Username": EMAIL, "Password": PASSWORD, **CONTEXT}
        self.refuses("CodeMismatchException", lambda: self.idp.confirm_forgot_password(ConfirmationCode=other(code), **reset))
        self.idp.confirm_forgot_password(ConfirmationCode=code, **reset)
        self.refuses("ExpiredCodeException", lambda: self.idp.confirm_forgot_password(ConfirmationCode=code, **reset))
        self.tokens()

    def test_deleting(self):
        self.pool.create_user()
        token = self.tokens()["AccessToken"]
        self.idp.delete_user(AccessToken=token)
        self.refuses("UserNotFoundException", lambda: self.idp.get_user(AccessToken=token))
        self.refuses("NotAuthorizedException", self.tokens, "^Incorrect username or password.$")

    # Passwords and tokens -----------------------------------------------------------------------------------------

    def test_srp(self):
        self.allow("USER_SRP_AUTH")
        self.pool.create_user()
        for password in (OTHER_PASSWORD, PASSWORD):
            srp = self.srp(password)
            begun = self.initiate("USER_SRP_AUTH", **srp.get_auth_params())
            if password == PASSWORD:
                result = self.verify(srp, begun)["AuthenticationResult"]
                self.assertEqual((result["TokenType"], result["ExpiresIn"]), ("Bearer", 3600))
            else:
                self.refuses("NotAuthorizedException", lambda: self.verify(srp, begun), "^Incorrect username or password.$")

    def test_the_password_itself(self):
        self.pool.create_user()
        self.tokens()
        self.refuses("NotAuthorizedException", lambda: self.tokens(password=OTHER_PASSWORD), "^Incorrect username or password.$")
        self.refuses("NotAuthorizedException", lambda: self.tokens(username="nobody@example.com"), "^Incorrect username or password.$")

    def test_a_temporary_password(self):
        schema = [entry | ({"required": True} if entry["name"] == "nickname" else {}) for entry in self.pool.call("GET", "/settings")["schema"]]
        self.pool.change_settings(schema=schema)
        self.pool.create_user(password=None, temporary_password=PASSWORD)
        challenge = self.with_password()
        self.assertEqual(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED")
        parameters = challenge["ChallengeParameters"]
        self.assertEqual(json.loads(parameters["requiredAttributes"]), ["userAttributes.nickname"])
        self.assertEqual(json.loads(parameters["userAttributes"])["email"], EMAIL)
        self.refuses("InvalidPasswordException", lambda: self.answer(challenge, NEW_PASSWORD="weakling"))
        self.refuses("InvalidParameterException", lambda: self.answer(challenge, NEW_PASSWORD=OTHER_PASSWORD))
        done = self.answer(challenge, NEW_PASSWORD=OTHER_PASSWORD, **{"userAttributes.nickname": "Ada"})
        self.assertIn("AuthenticationResult", done)
        self.refuses("NotAuthorizedException", lambda: self.answer(challenge, NEW_PASSWORD=PASSWORD, **{"userAttributes.nickname": "Eve"}))

    def test_refreshing_and_ending_sessions(self):
        self.pool.create_user()
        first, second = self.tokens(), self.tokens()
        for flow in ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"):
            result = self.initiate(flow, REFRESH_TOKEN=first["RefreshToken"])["AuthenticationResult"]
            self.assertNotIn("RefreshToken", result)
        refresh = lambda token: self.idp.get_tokens_from_refresh_token(RefreshToken=token, ClientId=CLIENT, ClientMetadata={})
        self.assertNotIn("RefreshToken", refresh(first["RefreshToken"])["AuthenticationResult"])
        self.pool.change_settings(refresh_token_rotation={"enabled": True, "retry_grace_period_seconds": 0})
        rotated = refresh(first["RefreshToken"])["AuthenticationResult"]["RefreshToken"]
        self.refuses("RefreshTokenReuseException", lambda: refresh(first["RefreshToken"]))
        self.refuses("NotAuthorizedException", lambda: refresh("forged.refresh.token.of.nobody"))
        self.idp.revoke_token(Token=rotated, ClientId=CLIENT)
        self.refuses("NotAuthorizedException", lambda: refresh(rotated), "^Refresh Token has been revoked$")
        self.refuses("NotAuthorizedException", lambda: self.idp.get_user(AccessToken=first["AccessToken"]), "^Access Token has been revoked$")
        self.refuses("UnsupportedTokenTypeException", lambda: self.idp.revoke_token(Token=second["AccessToken"], ClientId=CLIENT))
        self.idp.global_sign_out(AccessToken=second["AccessToken"])
        self.refuses("NotAuthorizedException", lambda: self.idp.get_user(AccessToken=second["AccessToken"]))

    def test_sessions_are_listed_and_ended_one_by_one(self):
        self.pool.create_user()
        here, there = self.tokens(), self.tokens()
        listed = self.idp.list_user_sessions(AccessToken=here["AccessToken"])["Sessions"]
        self.assertEqual(len(listed), 2)
        self.assertEqual([session["IsCurrentSession"] for session in listed].count(True), 1)
        self.assertEqual({session["SessionType"] for session in listed}, {"TOKEN"})
        self.assertEqual({session["ClientId"] for session in listed}, {CLIENT})
        for session in listed:
            end = lambda: self.idp.revoke_user_session(AccessToken=here["AccessToken"], SessionId=session["SessionId"], RevokeAssociatedSessions="NONE")
            if session["IsCurrentSession"]:
                self.refuses("InvalidParameterException", end)
            else:
                end()
        self.refuses("NotAuthorizedException", lambda: self.idp.get_user(AccessToken=there["AccessToken"]))
        self.refuses("NotAuthorizedException", lambda: self.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=there["RefreshToken"]))
        self.assertEqual(len(self.idp.list_user_sessions(AccessToken=here["AccessToken"])["Sessions"]), 1)

    # Second factors -----------------------------------------------------------------------------------------------

    def with_phone(self):
        return self.pool.create_user(attributes={"phone_number": PHONE}, phone_number_verified=True)

    def mfa(self, configuration, *methods):
        self.pool.change_settings(mfa={"configuration": configuration, "methods": list(methods)})

    def register_app(self, token, steps=0):
        secret = self.idp.associate_software_token(AccessToken=token)["SecretCode"]
        verify = lambda code: self.idp.verify_software_token(AccessToken=token, UserCode=code, FriendlyDeviceName="Phone")
        self.refuses("EnableSoftwareTokenMFAException", lambda: verify(totp(secret, 20_000)))
        self.assertEqual(verify(totp(secret, steps))["Status"], "SUCCESS")
        return secret

    def test_each_second_factor(self):
        self.mfa("OPTIONAL", "SMS", "SOFTWARE_TOKEN", "EMAIL")
        self.with_phone()
        token = self.tokens()["AccessToken"]
        secret = self.register_app(token)
        settings = {"SMS_MFA": "SMSMfaSettings", "SOFTWARE_TOKEN_MFA": "SoftwareTokenMfaSettings", "EMAIL_OTP": "EmailMfaSettings"}
        for factor, address, answer in (
            ("SMS_MFA", PHONE, "SMS_MFA_CODE"),
            ("SOFTWARE_TOKEN_MFA", None, "SOFTWARE_TOKEN_MFA_CODE"),
            ("EMAIL_OTP", EMAIL, "EMAIL_OTP_CODE"),
        ):
            with self.subTest(factor=factor):
                self.idp.set_user_mfa_preference(AccessToken=token, **{name: PREFERRED if kind == factor else DISABLED for kind, name in settings.items()})
                user, factors = self.idp.get_user(AccessToken=token), self.idp.get_user_auth_factors(AccessToken=token)
                for told in (user, factors):
                    self.assertEqual((told["PreferredMfaSetting"], told["UserMFASettingList"]), (factor, [factor]))
                challenge = self.with_password()
                self.assertEqual(challenge["ChallengeName"], factor)
                if address:
                    self.assertIn(challenge["ChallengeParameters"]["CODE_DELIVERY_DELIVERY_MEDIUM"], ("SMS", "EMAIL"))
                    code = self.pool.code(address)
                else:
                    code = totp(secret, 1)
                self.refuses("CodeMismatchException", lambda: self.answer(challenge, **{answer: other(code)}))
                done = self.answer(challenge, **{answer: code})
                self.assertIn("AuthenticationResult", done)
                self.refuses("NotAuthorizedException", lambda: self.answer(challenge, **{answer: code}))

    def test_choosing_a_second_factor(self):
        self.mfa("OPTIONAL", "SMS", "SOFTWARE_TOKEN", "EMAIL")
        self.with_phone()
        token = self.tokens()["AccessToken"]
        secret = self.register_app(token)
        self.idp.set_user_mfa_preference(AccessToken=token, SMSMfaSettings=ENABLED, SoftwareTokenMfaSettings=ENABLED, EmailMfaSettings=ENABLED)
        for factor, answer, code in (
            ("SMS_MFA", "SMS_MFA_CODE", lambda: self.pool.code(PHONE)),
            ("EMAIL_OTP", "EMAIL_OTP_CODE", lambda: self.pool.code(EMAIL)),
            ("SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA_CODE", lambda: totp(secret, 1)),
        ):
            with self.subTest(factor=factor):
                choice = self.with_password()
                self.assertEqual(choice["ChallengeName"], "SELECT_MFA_TYPE")
                self.assertEqual(sorted(json.loads(choice["ChallengeParameters"]["MFAS_CAN_CHOOSE"])), ["EMAIL_OTP", "SMS_MFA", "SOFTWARE_TOKEN_MFA"])
                challenge = self.answer(choice, ANSWER=factor)
                self.assertEqual(challenge["ChallengeName"], factor)
                self.assertIn("AuthenticationResult", self.answer(challenge, **{answer: code()}))
        choice = self.with_password()
        self.refuses("InvalidParameterException", lambda: self.answer(choice, ANSWER="NO_MFA"))

    def test_the_old_setting(self):
        self.mfa("OPTIONAL", "SMS")
        self.with_phone()
        token = self.tokens()["AccessToken"]
        options = [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]
        self.idp.set_user_settings(AccessToken=token, MFAOptions=options)
        self.assertEqual(self.idp.get_user(AccessToken=token)["MFAOptions"], options)
        self.assertEqual(self.with_password()["ChallengeName"], "SMS_MFA")
        self.idp.set_user_settings(AccessToken=token, MFAOptions=[])
        self.tokens()

    def test_setting_up_an_app_on_the_way_in(self):
        self.mfa("ON", "SOFTWARE_TOKEN")
        self.pool.create_user()
        challenge = self.with_password()
        self.assertEqual(challenge["ChallengeName"], "MFA_SETUP")
        self.assertEqual(json.loads(challenge["ChallengeParameters"]["MFAS_CAN_SETUP"]), ["SOFTWARE_TOKEN_MFA"])
        # The session of the challenge does not end it: a factor must be verified first.
        with self.assertRaises(ClientError):
            self.answer(self.with_password())
        made = self.idp.associate_software_token(Session=challenge["Session"])
        verified = self.idp.verify_software_token(Session=made["Session"], UserCode=totp(made["SecretCode"]), FriendlyDeviceName="Phone")
        self.assertEqual(verified["Status"], "SUCCESS")
        done = self.respond("MFA_SETUP", verified["Session"], USERNAME=EMAIL)
        self.assertIn("AuthenticationResult", done)
        self.assertEqual(self.with_password()["ChallengeName"], "SOFTWARE_TOKEN_MFA")

    def test_what_a_pool_does_not_have_cannot_be_set(self):
        self.mfa("OFF")
        self.pool.create_user()
        token = self.tokens()["AccessToken"]
        self.refuses("InvalidParameterException", lambda: self.idp.set_user_mfa_preference(AccessToken=token, SoftwareTokenMfaSettings=PREFERRED))
        self.refuses("SoftwareTokenMFANotFoundException", lambda: self.idp.associate_software_token(AccessToken=token))

    def test_stepping_up(self):
        self.allow("USER_AUTH")
        self.mfa("OPTIONAL", "SOFTWARE_TOKEN")
        self.pool.create_user()
        self.pool.create_user(email="eve@example.com")
        token = self.tokens()["AccessToken"]
        secret = self.register_app(token)
        self.idp.set_user_mfa_preference(AccessToken=token, SoftwareTokenMfaSettings=ENABLED)
        up = lambda username=EMAIL, **more: self.initiate("USER_AUTH", USERNAME=username, ACCESS_TOKEN=token, **more)
        self.refuses("InvalidParameterException", up)
        self.refuses("InvalidParameterException", lambda: up(TARGET_ACR_VALUES="urn:example:unknown"))
        target = {"TARGET_ACR_VALUES": "urn:example:unknown urn:cognito:loa:3"}
        self.refuses("NotAuthorizedException", lambda: up("eve@example.com", **target))
        # The password counts already; only the second factor is missing.
        challenge = up(**target)
        self.assertEqual(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA")
        self.refuses("CodeMismatchException", lambda: self.answer(challenge, SOFTWARE_TOKEN_MFA_CODE="000000"))
        self.assertIn("AuthenticationResult", self.answer(challenge, SOFTWARE_TOKEN_MFA_CODE=totp(secret, 1)))
        self.pool.call("POST", "/clock", {"advance": 60})
        self.assertEqual(up(MAX_AGE="30", **target)["ChallengeName"], "SELECT_CHALLENGE")

    # Devices ------------------------------------------------------------------------------------------------------

    def new_device(self, password=PASSWORD):
        """Signs in and confirms the device that comes with it; its key, group key and secret, and the tokens."""
        result = self.tokens(password=password)
        made = result["NewDeviceMetadata"]
        secret, verifier = generate_hash_device(made["DeviceGroupKey"], made["DeviceKey"])
        confirmed = self.idp.confirm_device(AccessToken=result["AccessToken"], DeviceKey=made["DeviceKey"], DeviceSecretVerifierConfig=verifier, DeviceName="Terminal")
        return {"device_key": made["DeviceKey"], "device_group_key": made["DeviceGroupKey"], "device_password": secret}, result, confirmed

    def device_srp(self, device, challenge):
        """Both halves of the device's SRP."""
        self.assertEqual(challenge["ChallengeName"], "DEVICE_SRP_AUTH")
        srp = self.srp(**device)
        begun = self.answer(challenge, DEVICE_KEY=device["device_key"], SRP_A=long_to_hex(srp.large_a_value))
        self.assertEqual(begun["ChallengeName"], "DEVICE_PASSWORD_VERIFIER")
        given = srp.process_device_challenge(begun["ChallengeParameters"])
        return self.respond("DEVICE_PASSWORD_VERIFIER", begun["Session"], **given)

    def test_devices(self):
        self.pool.change_settings(devices={"mode": "opt_in"})
        self.mfa("OPTIONAL", "EMAIL")
        self.pool.create_user()
        device, tokens, confirmed = self.new_device()
        key, token = {"DeviceKey": device["device_key"]}, {"AccessToken": tokens["AccessToken"]}
        self.assertIs(confirmed["UserConfirmationNecessary"], True)
        for status in ("not_remembered", "remembered"):
            self.idp.update_device_status(DeviceRememberedStatus=status, **key, **token)
        shown = self.idp.get_device(**key, **token)["Device"]
        self.assertIn({"Name": "device_name", "Value": "Terminal"}, shown["DeviceAttributes"])
        for _ in range(2):
            other, of_other, _ = self.new_device()
            self.idp.update_device_status(
                DeviceKey=other["device_key"], AccessToken=of_other["AccessToken"], DeviceRememberedStatus="remembered")
        page = self.idp.list_devices(Limit=2, **token)
        rest = self.idp.list_devices(Limit=2, PaginationToken=page["PaginationToken"], **token)
        keys = [entry["DeviceKey"] for entry in page["Devices"] + rest["Devices"]]
        self.assertEqual((len(page["Devices"]), len(set(keys))), (2, 3))
        self.assertIn(device["device_key"], keys)
        self.assertNotIn("PaginationToken", rest)

        self.idp.set_user_mfa_preference(EmailMfaSettings=PREFERRED, **token)
        self.assertEqual(self.with_password()["ChallengeName"], "EMAIL_OTP")
        done = self.device_srp(device, self.with_password(DEVICE_KEY=device["device_key"]))
        self.assertNotIn("NewDeviceMetadata", done["AuthenticationResult"])
        stranger = {**device, "device_password": "bm90IHRoZSBzZWNyZXQ="}
        self.refuses("NotAuthorizedException", lambda: self.device_srp(stranger, self.with_password(DEVICE_KEY=device["device_key"])))
        refreshed = self.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=done["AuthenticationResult"]["RefreshToken"], DEVICE_KEY=device["device_key"])
        self.assertIn("AuthenticationResult", refreshed)

        self.idp.forget_device(**key, **token)
        self.refuses("ResourceNotFoundException", lambda: self.idp.get_device(**key, **token))
        self.refuses("ResourceNotFoundException", lambda: self.with_password(DEVICE_KEY=device["device_key"]), "(?i)device")

    # Choice-based sign-in and passkeys ----------------------------------------------------------------------------

    def test_the_list_of_choices(self):
        self.allow("USER_AUTH", first_factors=["PASSWORD", "EMAIL_OTP", "SMS_OTP"])
        self.with_phone()
        begun = self.initiate("USER_AUTH", USERNAME=EMAIL)
        self.assertEqual(begun["ChallengeName"], "SELECT_CHALLENGE")
        self.assertEqual(sorted(begun["AvailableChallenges"]), ["EMAIL_OTP", "PASSWORD", "PASSWORD_SRP", "SMS_OTP"])
        self.refuses("InvalidParameterException", lambda: self.answer(self.initiate("USER_AUTH", USERNAME=EMAIL), ANSWER="NO_SUCH"))
        self.assertIn("AuthenticationResult", self.answer(begun, ANSWER="PASSWORD", PASSWORD=PASSWORD))
        begun = self.initiate("USER_AUTH", USERNAME=EMAIL)
        self.refuses("NotAuthorizedException", lambda: self.answer(begun, ANSWER="PASSWORD", PASSWORD=OTHER_PASSWORD), "^Incorrect username or password.$")
        srp = self.srp()
        verifier = self.answer(self.initiate("USER_AUTH", USERNAME=EMAIL), ANSWER="PASSWORD_SRP", SRP_A=long_to_hex(srp.large_a_value))
        self.assertIn("AuthenticationResult", self.verify(srp, verifier))
        for factor, address in (("EMAIL_OTP", EMAIL), ("SMS_OTP", PHONE)):
            challenge = self.answer(self.initiate("USER_AUTH", USERNAME=EMAIL), ANSWER=factor)
            self.assertEqual(challenge["ChallengeName"], factor)
            code = self.pool.code(address)
            self.refuses("CodeMismatchException", lambda: self.answer(challenge, **{f"{factor}_CODE": other(code)}))
            self.assertIn("AuthenticationResult", self.answer(challenge, **{f"{factor}_CODE": code}))

    def test_a_preferred_choice(self):
        self.allow("USER_AUTH", first_factors=["PASSWORD", "EMAIL_OTP", "SMS_OTP"])
        self.with_phone()
        begin = lambda preferred, **more: self.initiate("USER_AUTH", USERNAME=EMAIL, PREFERRED_CHALLENGE=preferred, **more)
        self.assertIn("AuthenticationResult", begin("PASSWORD", PASSWORD=PASSWORD))
        self.refuses("NotAuthorizedException", lambda: begin("PASSWORD", PASSWORD=OTHER_PASSWORD), "^Incorrect username or password.$")
        srp = self.srp()
        self.assertIn("AuthenticationResult", self.verify(srp, begin("PASSWORD_SRP", SRP_A=long_to_hex(srp.large_a_value))))
        for factor, address in (("EMAIL_OTP", EMAIL), ("SMS_OTP", PHONE)):
            challenge = begin(factor)
            self.assertIn("AuthenticationResult", self.answer(challenge, **{f"{factor}_CODE": self.pool.code(address)}))

    def test_a_preferred_password_may_follow_in_a_challenge_of_its_own(self):
        self.allow("USER_AUTH", first_factors=["PASSWORD"])
        self.pool.create_user()
        begin = lambda preferred: self.initiate("USER_AUTH", USERNAME=EMAIL, PREFERRED_CHALLENGE=preferred)
        challenge = begin("PASSWORD")
        self.assertEqual(challenge["ChallengeName"], "PASSWORD")
        self.refuses("NotAuthorizedException", lambda: self.answer(challenge, PASSWORD=OTHER_PASSWORD), "^Incorrect username or password.$")
        self.assertIn("AuthenticationResult", self.answer(begin("PASSWORD"), PASSWORD=PASSWORD))
        challenge, srp = begin("PASSWORD_SRP"), self.srp()
        self.assertEqual(challenge["ChallengeName"], "PASSWORD_SRP")
        self.assertIn("AuthenticationResult", self.verify(srp, self.answer(challenge, SRP_A=long_to_hex(srp.large_a_value))))

    def test_passkeys(self):
        self.allow("USER_AUTH", first_factors=["PASSWORD", "WEB_AUTHN"], web_authn={"relying_party_id": "localhost"})
        self.pool.create_user()
        token = {"AccessToken": self.tokens()["AccessToken"]}
        self.assertEqual(self.idp.list_web_authn_credentials(**token)["Credentials"], [])
        authenticator = Authenticator()
        options = self.idp.start_web_authn_registration(**token)["CredentialCreationOptions"]
        self.assertEqual(options["rp"]["id"], "localhost")
        self.assertIn(-7, [entry["alg"] for entry in options["pubKeyCredParams"]])
        complete = lambda credential: self.idp.complete_web_authn_registration(Credential=credential, **token)
        self.refuses("WebAuthnOriginNotAllowedException", lambda: complete(Authenticator("https://evil.example").create(options)))
        options = self.idp.start_web_authn_registration(**token)["CredentialCreationOptions"]
        complete(authenticator.create(options))
        self.refuses("WebAuthnChallengeNotFoundException", lambda: complete(authenticator.create(options)))
        listed = self.idp.list_web_authn_credentials(MaxResults=20, **token)["Credentials"]
        self.assertEqual([(entry["CredentialId"], entry["RelyingPartyId"], entry["AuthenticatorTransports"]) for entry in listed],
                         [(authenticator.create(options)["id"], "localhost", ["internal"])])
        excluded = self.idp.start_web_authn_registration(**token)["CredentialCreationOptions"]["excludeCredentials"]
        self.assertEqual([entry["id"] for entry in excluded], [listed[0]["CredentialId"]])
        self.assertIn("WEB_AUTHN", self.idp.get_user_auth_factors(**token)["ConfiguredUserAuthFactors"])

        begin = lambda: self.initiate("USER_AUTH", USERNAME=EMAIL, PREFERRED_CHALLENGE="WEB_AUTHN")
        asked = lambda challenge: json.loads(challenge["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"])
        challenge = begin()
        self.assertEqual(challenge["ChallengeName"], "WEB_AUTHN")
        self.assertEqual((asked(challenge)["rpId"], [entry["id"] for entry in asked(challenge)["allowCredentials"]]), ("localhost", [listed[0]["CredentialId"]]))
        right = json.dumps(authenticator.get(asked(challenge)))
        self.assertIn("AuthenticationResult", self.answer(challenge, CREDENTIAL=right))
        self.refuses("NotAuthorizedException", lambda: self.answer(challenge, CREDENTIAL=right))
        # An assertion for another challenge, by another key, on another page.
        self.refuses("NotAuthorizedException", lambda: self.answer(begin(), CREDENTIAL=right))
        for flaw in ("key", "origin"):
            stranger = Authenticator("https://evil.example" if flaw == "origin" else authenticator.origin)
            stranger.id, stranger.user, stranger.count = authenticator.id, authenticator.user, 10
            if flaw == "origin":
                stranger.key = authenticator.key
            challenge = begin()
            self.refuses("NotAuthorizedException", lambda: self.answer(challenge, CREDENTIAL=json.dumps(stranger.get(asked(challenge)))))

        choice = self.initiate("USER_AUTH", USERNAME=EMAIL)
        self.assertIn("WEB_AUTHN", choice["AvailableChallenges"])
        challenge = self.answer(choice, ANSWER="WEB_AUTHN")
        self.assertIn("AuthenticationResult", self.answer(challenge, CREDENTIAL=json.dumps(authenticator.get(asked(challenge)))))
        # Who has one at hand may send it with the choice.
        choice = self.initiate("USER_AUTH", USERNAME=EMAIL)
        self.assertIn("AuthenticationResult", self.answer(choice, ANSWER="WEB_AUTHN", CREDENTIAL=json.dumps(authenticator.get(asked(choice)))))
        remove = lambda: self.idp.delete_web_authn_credential(CredentialId=listed[0]["CredentialId"], **token)
        remove()
        self.refuses("ResourceNotFoundException", remove)
        self.assertEqual(self.initiate("USER_AUTH", USERNAME=EMAIL, PREFERRED_CHALLENGE="WEB_AUTHN")["ChallengeName"], "SELECT_CHALLENGE")

    def test_questions_of_the_pools_own(self):
        self.allow("CUSTOM_AUTH")
        self.pool.create_user()
        for first in ({}, {"CHALLENGE_NAME": "SRP_A"}):
            srp = self.srp()
            given = {**srp.get_auth_params(), **first} if first else {}
            step = self.initiate("CUSTOM_AUTH", USERNAME=EMAIL, **{name: given[name] for name in given if name != "USERNAME"})
            if first:
                step = self.verify(srp, step)
            asked = 0
            while step.get("ChallengeName") == "CUSTOM_CHALLENGE":
                asked += 1
                step = self.answer(step, ANSWER=self.pool.custom_answer(step["ChallengeParameters"]))
            self.assertGreater(asked, 0)
            self.assertIn("AuthenticationResult", step)
        step = self.initiate("CUSTOM_AUTH", USERNAME=EMAIL)
        for _ in range(2):
            step = self.answer(step, ANSWER="wrong")
        self.refuses("NotAuthorizedException", lambda: self.answer(step, ANSWER="wrong"))

    # Identity pool, and what is left ------------------------------------------------------------------------------

    def test_identities(self):
        guest = self.identity.get_id(IdentityPoolId=IDENTITY_POOL)["IdentityId"]
        credentials = self.identity.get_credentials_for_identity(IdentityId=guest)
        self.assertEqual(credentials["IdentityId"], guest)
        self.assertTrue(credentials["Credentials"]["SessionToken"])
        self.assertEqual(self.identity.get_open_id_token(IdentityId=guest)["Token"].count("."), 2)
        self.pool.create_user()
        logins = {PROVIDER: self.tokens()["IdToken"]}
        mine = self.identity.get_id(IdentityPoolId=IDENTITY_POOL, Logins=logins)["IdentityId"]
        self.assertEqual(self.identity.get_id(IdentityPoolId=IDENTITY_POOL, Logins=logins)["IdentityId"], mine)
        self.assertEqual(self.identity.get_credentials_for_identity(IdentityId=mine, Logins=logins)["IdentityId"], mine)
        self.assertEqual(self.identity.get_open_id_token(IdentityId=mine, Logins=logins)["IdentityId"], mine)
        self.refuses("NotAuthorizedException", lambda: self.identity.get_credentials_for_identity(IdentityId=mine))
        self.refuses("NotAuthorizedException", lambda: self.identity.get_open_id_token(IdentityId=mine, Logins={PROVIDER: "a.b.c"}))
        self.refuses("ResourceNotFoundException", lambda: self.identity.get_id(IdentityPoolId="us-east-1:00000000-0000-4000-8000-000000000000"))
        self.identity.unlink_identity(IdentityId=mine, Logins=logins, LoginsToRemove=[PROVIDER])
        self.assertNotEqual(self.identity.get_id(IdentityPoolId=IDENTITY_POOL, Logins=logins)["IdentityId"], mine)

    def caller(self, credentials, region="us-east-1", secret=None):
        """Whose credentials they are, asked of the pretend STS with botocore's own signature."""
        sts = self.session.create_client(
            "sts",
            region_name=region,
            endpoint_url=self.pool.origin,
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=secret or credentials["SecretKey"],
            aws_session_token=credentials["SessionToken"],
            config=Config(retries={"total_max_attempts": 1}),
        )
        answer = sts.get_caller_identity()
        self.assertEqual(answer["Account"], "123456789012")
        self.assertRegex(answer["UserId"], "^AROA[A-Z0-9]{17}:CognitoIdentityCredentials$")
        self.assertEqual(answer["ResponseMetadata"]["RequestId"], answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"])
        return answer["Arn"]

    def test_whose_credentials_they_are(self):
        self.pool.change_settings(identity_pool={"credentials_seconds": 600})
        guest = self.identity.get_id(IdentityPoolId=IDENTITY_POOL)["IdentityId"]
        guest = self.identity.get_credentials_for_identity(IdentityId=guest)["Credentials"]
        role = "arn:aws:sts::123456789012:assumed-role/{}/CognitoIdentityCredentials"
        self.assertEqual(self.caller(guest), role.format("DoorwardUnauthenticated"))
        self.pool.create_user()
        logins = {PROVIDER: self.tokens()["IdToken"]}
        mine = self.identity.get_id(IdentityPoolId=IDENTITY_POOL, Logins=logins)["IdentityId"]
        mine = self.identity.get_credentials_for_identity(IdentityId=mine, Logins=logins)["Credentials"]
        self.assertEqual(self.caller(mine), role.format("DoorwardAuthenticated"))

        self.refuses("SignatureDoesNotMatch", lambda: self.caller(mine, secret=guest["SecretKey"]), "^The request signature we calculated")
        self.refuses("SignatureDoesNotMatch", lambda: self.caller(mine, region="eu-central-1"), "scoped to a valid region")
        self.refuses("InvalidClientTokenId", lambda: self.caller({**mine, "SessionToken": guest["SessionToken"]}))
        self.refuses("InvalidClientTokenId", lambda: self.caller({**mine, "AccessKeyId": "ASIAAAAAAAAAAAAAAAAA"}))
        for hours, text in ((-1, "^Signature expired: "), (1, "^Signature not yet current: ")):
            time = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)
            with mock.patch("botocore.auth.get_current_datetime", return_value=time):
                self.refuses("SignatureDoesNotMatch", lambda: self.caller(mine), text)
        # Still within the time that a signature may be off.
        self.pool.call("POST", "/clock", {"advance": 601})
        self.refuses("ExpiredToken", lambda: self.caller(mine), "^The security token included in the request is expired$")
        fresh = self.identity.get_credentials_for_identity(IdentityId=self.identity.get_id(IdentityPoolId=IDENTITY_POOL)["IdentityId"])
        self.caller(fresh["Credentials"])

    def test_feedback_on_a_sign_in(self):
        self.pool.create_user()
        self.tokens()
        event = self.pool.sign_ins()[0]
        give = lambda token: self.idp.update_auth_event_feedback(
            UserPoolId=USER_POOL, Username=EMAIL, EventId=event["event_id"], FeedbackToken=token, FeedbackValue="Invalid",
        )
        self.refuses("NotAuthorizedException", lambda: give("forged"))
        give(event["feedback_token"])
        self.assertEqual(self.pool.sign_ins()[0]["feedback"], "Invalid")

    def test_wrong_requests_are_refused_in_the_words_of_the_model(self):
        self.pool.create_user()
        self.pool.change_settings(auth_flows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"])
        token, wrong = self.tokens()["AccessToken"], {"AccessToken": "a.b.c"}
        session = "x" * 40
        for name, work in (
            ("InvalidParameterException", lambda: self.initiate("CUSTOM_AUTH", USERNAME=EMAIL)),
            ("InvalidParameterException", lambda: self.initiate("ADMIN_USER_PASSWORD_AUTH", USERNAME=EMAIL, PASSWORD=PASSWORD)),
            ("InvalidParameterException", lambda: self.initiate("USER_SRP_AUTH", USERNAME=EMAIL)),
            ("InvalidParameterException", lambda: self.initiate("USER_PASSWORD_AUTH", USERNAME=EMAIL)),
            ("NotAuthorizedException", lambda: self.with_password(SECRET_HASH="c2VjcmV0")),
            ("NotAuthorizedException", lambda: self.respond("SMS_MFA", session, USERNAME=EMAIL, SMS_MFA_CODE="123456")),
            ("InvalidParameterException", lambda: self.respond("ADMIN_NO_SRP_AUTH", session, USERNAME=EMAIL)),
            ("InvalidParameterException", lambda: self.respond("SMS_MFA", None, USERNAME=EMAIL, SMS_MFA_CODE="123456")),
            ("NotAuthorizedException", lambda: self.idp.confirm_sign_up(ClientId=CLIENT, Username=EMAIL, ConfirmationCode="123456")),
            ("ResourceNotFoundException", lambda: self.idp.forgot_password(ClientId="unknown", Username=EMAIL)),
            ("NotAuthorizedException", lambda: self.idp.get_user(**wrong)),
            ("NotAuthorizedException", lambda: self.idp.list_devices(**wrong)),
            ("NotAuthorizedException", lambda: self.idp.start_web_authn_registration(**wrong)),
            ("NotAuthorizedException", lambda: self.idp.associate_software_token(Session=session)),
            ("InvalidParameterException", lambda: self.idp.associate_software_token()),
            ("InvalidParameterException", lambda: self.idp.verify_software_token(UserCode="123456")),
            ("ResourceNotFoundException", lambda: self.idp.revoke_user_session(AccessToken=token, SessionId="tkn" + "0" * 25)),
            ("ResourceNotFoundException", lambda: self.idp.delete_web_authn_credential(AccessToken=token, CredentialId="bm9uZQ")),
            ("InvalidUserPoolConfigurationException", lambda: self.idp.get_device(AccessToken=token, DeviceKey="us-east-1_00000000-0000-4000-8000-000000000000")),
        ):
            self.refuses(name, work)


if __name__ == "__main__":
    unittest.main()
