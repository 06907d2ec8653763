"""pycognito against the dev pool. It answers every challenge of SRP without a Session: the state has to be found by the
secret block, as Cognito finds it."""

import unittest
from unittest import mock

import pycognito.aws_srp
import requests
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from pycognito import Cognito
from pycognito.aws_srp import AWSSRP
from pycognito.exceptions import (
    ForceChangePasswordException,
    SMSMFAChallengeException,
    SoftwareTokenMFAChallengeException,
    TokenVerificationException,
)
from support.pool import CLIENT, EMAIL, OTHER_PASSWORD, PASSWORD, PHONE, USER_POOL, PoolTest, other, totp


class Pycognito(PoolTest):
    client = "pycognito"

    def person(self, username=EMAIL, **more):
        return Cognito(
            USER_POOL, CLIENT, username=username,
            botocore_config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
            boto3_client_kwargs={"endpoint_url": self.pool.origin}, **more,
        )

    def signed_in(self, password=PASSWORD, username=EMAIL):
        person = self.person(username)
        person.authenticate(password=password)
        return person

    def refuses(self, name, text=None):
        """Expects an AWS error of this name."""
        class Refusal:
            def __enter__(refusal):
                refusal.context = self.assertRaises(ClientError)
                refusal.caught = refusal.context.__enter__()

            def __exit__(refusal, *error):
                handled = refusal.context.__exit__(*error)
                answer = refusal.caught.exception.response["Error"]
                self.assertEqual(answer["Code"], name, answer)
                if text:
                    self.assertEqual(answer["Message"], text)
                return handled

        return Refusal()

    def wrong_password(self):
        return self.refuses("NotAuthorizedException", "Incorrect username or password.")

    def test_a_life_from_sign_up_to_delete(self):
        person = self.person()
        person.set_base_attributes(email=EMAIL)
        person.add_custom_attributes(agentName="Bond")
        signed_up = person.register(EMAIL, PASSWORD)
        self.assertIs(signed_up["UserConfirmed"], False)
        self.assertEqual(signed_up["CodeDeliveryDetails"]["AttributeName"], "email")
        with self.refuses("UserNotConfirmedException"):
            self.signed_in()
        person.resend_confirmation_code(EMAIL)
        code = self.pool.code()
        with self.refuses("CodeMismatchException"):
            person.confirm_sign_up(other(code), username=EMAIL)
        person.confirm_sign_up(code, username=EMAIL)

        person.authenticate(password=PASSWORD)
        # pycognito checks signature, issuer, audience and use of both tokens by the pool's published keys.
        person.verify_tokens()
        self.assertEqual(person.id_claims["email"], EMAIL)
        self.assertEqual(person.access_claims["client_id"], CLIENT)
        self.assertEqual(person.access_claims["sub"], signed_up["UserSub"])
        person.update_profile({"custom:agentName": "Smith"})
        user = person.get_user(attr_map={"custom:agentName": "agent"})
        self.assertEqual((user.sub, user.email_verified, user.agent), (signed_up["UserSub"], True, "Smith"))

        with self.wrong_password():
            person.change_password(OTHER_PASSWORD, PASSWORD)
        person.change_password(PASSWORD, OTHER_PASSWORD)
        with self.wrong_password():
            self.signed_in()
        self.signed_in(OTHER_PASSWORD).delete_user()
        with self.wrong_password():
            self.signed_in(OTHER_PASSWORD)

    def test_the_right_password_signs_in_and_a_wrong_one_does_not(self):
        self.pool.create_user()
        for _ in range(3):
            with self.wrong_password():
                self.signed_in(OTHER_PASSWORD)
            self.assertTrue(self.signed_in().access_token)
        self.assertEqual(self.pool.calls()[:4], ["USER_SRP_AUTH", "PASSWORD_VERIFIER"] * 2)

    def test_somebody_who_does_not_exist_looks_like_a_wrong_password(self):
        with self.wrong_password():
            self.signed_in(username="nobody@example.com")

    def test_two_people_sign_in_at_once_and_each_block_finds_its_own(self):
        self.pool.create_user()
        self.pool.create_user(email="eve@example.com", password=OTHER_PASSWORD)
        client = self.person().client

        def begin(username, password):
            srp = AWSSRP(username, password, USER_POOL, CLIENT, client=client)
            given = srp.get_auth_params()
            begun = client.initiate_auth(AuthFlow="USER_SRP_AUTH", AuthParameters=given, ClientId=CLIENT)
            return srp.process_challenge(begun["ChallengeParameters"], given)

        def finish(responses):
            return client.respond_to_auth_challenge(ClientId=CLIENT, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=responses)

        ada, eve = begin(EMAIL, PASSWORD), begin("eve@example.com", OTHER_PASSWORD)
        with self.refuses("NotAuthorizedException"):
            finish({**eve, "PASSWORD_CLAIM_SECRET_BLOCK": begin(EMAIL, PASSWORD)["PASSWORD_CLAIM_SECRET_BLOCK"]})
        self.assertIn("AuthenticationResult", finish(eve))
        self.assertIn("AuthenticationResult", finish(ada))
        with self.refuses("NotAuthorizedException"):
            finish(ada)

    def test_a_token_of_another_pool_is_not_believed(self):
        self.pool.create_user()
        person = self.signed_in()
        head, body, signature = person.id_token.split(".")
        forged = f"{head}.{body}.{signature[:-8]}{'A' * 8}"
        with self.assertRaises(TokenVerificationException):
            person.verify_token(forged, "id_token", "id")
        with self.assertRaises(TokenVerificationException):
            person.verify_token(person.id_token, "id_token", "access")

    def test_a_session_is_refreshed_until_it_is_signed_out_everywhere(self):
        self.pool.create_user()
        person, there = self.signed_in(), self.signed_in()
        before = person.access_token
        self.assertIs(person.check_token(), False)
        person.renew_access_token()
        self.assertNotEqual(person.access_token, before)
        # pycognito forgets the tokens when it signs out.
        refresh_token = person.refresh_token
        person.logout()
        self.assertEqual(self.pool.calls()[-1], "GlobalSignOut")
        person.refresh_token = refresh_token
        for ended in (person, there):
            with self.refuses("NotAuthorizedException"):
                ended.renew_access_token()
        with self.refuses("NotAuthorizedException", "Access Token has been revoked"):
            there.get_user()

    def test_a_forgotten_password_is_replaced_by_its_code(self):
        self.pool.create_user()
        person = self.person()
        person.initiate_forgot_password()
        code = self.pool.code(purpose="forgot_password")
        with self.refuses("CodeMismatchException"):
            person.confirm_forgot_password(other(code), OTHER_PASSWORD)
        person.confirm_forgot_password(code, OTHER_PASSWORD)
        with self.wrong_password():
            self.signed_in()
        self.signed_in(OTHER_PASSWORD)

    def test_a_temporary_password_is_replaced(self):
        self.pool.create_user(password=None, temporary_password=PASSWORD)
        with self.assertRaises(ForceChangePasswordException):
            self.signed_in()
        person = self.person()
        person.new_password_challenge(PASSWORD, OTHER_PASSWORD)
        self.assertTrue(person.access_token)
        with self.wrong_password():
            self.signed_in()

    def test_an_address_is_verified_by_its_code(self):
        self.pool.create_user(email_verified=False)
        person = self.signed_in()
        person.send_verification("email")
        code = self.pool.code()
        with self.refuses("CodeMismatchException"):
            person.validate_verification(other(code), "email")
        person.validate_verification(code, "email")
        self.assertEqual(self.pool.user()["attributes"]["email_verified"], "true")

    def test_mfa_by_an_authenticator_app(self):
        self.pool.change_settings(mfa={"configuration": "OPTIONAL", "methods": ["SOFTWARE_TOKEN"]})
        self.pool.create_user()
        person = self.signed_in()
        secret = person.associate_software_token()
        with self.refuses("EnableSoftwareTokenMFAException"):
            person.verify_software_token(totp(secret, 20_000), "Phone")
        self.assertTrue(person.verify_software_token(totp(secret), "Phone"))
        person.set_user_mfa_preference(False, True, "SOFTWARE_TOKEN")
        person = self.person()
        with self.assertRaises(SoftwareTokenMFAChallengeException):
            person.authenticate(password=PASSWORD)
        with self.refuses("CodeMismatchException"):
            person.respond_to_software_token_mfa_challenge(totp(secret, 20_000))
        person.respond_to_software_token_mfa_challenge(totp(secret, 1))
        person.set_user_mfa_preference(False, False)
        self.signed_in()

    def test_mfa_by_sms(self):
        self.pool.change_settings(mfa={"configuration": "OPTIONAL", "methods": ["SMS", "SOFTWARE_TOKEN"]})
        self.pool.create_user(attributes={"phone_number": PHONE}, phone_number_verified=True)
        self.signed_in().set_user_mfa_preference(True, False, "SMS")
        person = self.person()
        with self.assertRaises(SMSMFAChallengeException):
            person.authenticate(password=PASSWORD)
        code = self.pool.code(PHONE)
        with self.refuses("CodeMismatchException"):
            person.respond_to_sms_mfa_challenge(other(code))
        person.respond_to_sms_mfa_challenge(code)
        self.assertTrue(person.access_token)

    def test_a_device_is_confirmed_remembered_used_and_forgotten(self):
        self.pool.change_settings(devices={"mode": "opt_in"})
        self.pool.create_user()
        client = self.person().client

        def post(url, **request):
            # For devices pycognito writes AWS's host into the call; it is sent to the pool instead.
            self.assertEqual(url, "https://cognito-idp.us-east-1.amazonaws.com/")
            return requests.request("POST", self.pool.origin, **request)

        def device_srp(password=None, key=None, group_key=None):
            return AWSSRP(EMAIL, PASSWORD, USER_POOL, CLIENT, client=client, device_key=key, device_group_key=group_key, device_password=password)

        with mock.patch.object(pycognito.aws_srp.requests, "post", post):
            srp = device_srp()
            tokens = srp.authenticate_user()
            made = tokens["AuthenticationResult"]["NewDeviceMetadata"]
            response, secret = srp.confirm_device(tokens, "Terminal")
            self.assertEqual((response.status_code, response.json()), (200, {"UserConfirmationNecessary": True}))
            token, key, group_key = srp.access_token, made["DeviceKey"], made["DeviceGroupKey"]
            self.assertIn("[200]", srp.update_device_status(True, token, key))

            again = device_srp(secret, key, group_key).authenticate_user()
            self.assertNotIn("NewDeviceMetadata", again["AuthenticationResult"])
            self.assertEqual(self.pool.calls()[-4:], ["USER_SRP_AUTH", "PASSWORD_VERIFIER", "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"])
            with self.refuses("NotAuthorizedException"):
                device_srp("bm90IHRoZSBzZWNyZXQ=", key, group_key).authenticate_user()
            self.assertIn("[200]", srp.forget_device(token, key))
            with self.refuses("ResourceNotFoundException"):
                device_srp(secret, key, group_key).authenticate_user()


if __name__ == "__main__":
    unittest.main()
