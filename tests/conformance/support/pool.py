"""A dev pool for one class of tests: started before the first, emptied before each, stopped after the last. What a
client called is noted for the table in devpool/README.md."""

import base64
import hashlib
import hmac
import json
import re
import struct
import subprocess
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
RECORDS = ROOT / "target/conformance"

USER_POOL = "us-east-1_Doorward1"
CLIENT = "doorwarddevclient1234567890"
IDENTITY_POOL = "us-east-1:d00d0a2d-0000-4000-8000-000000000001"

EMAIL = "ada@example.com"
PHONE = "+14255550123"
PASSWORD = "Correct-Horse-7"
OTHER_PASSWORD = "Battery-Staple-8"


class Pool:
    """The side doors under /_devpool; devpool/README.md describes them."""

    def __init__(self, origin):
        self.origin = origin

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.origin}/_devpool{path}", data=data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} /_devpool{path}: {error.code} {error.read().decode()}") from None

    def create_user(self, **user):
        given = {"email": EMAIL, "password": PASSWORD, **user}
        return self.call("POST", "/users", {name: value for name, value in given.items() if value is not None})

    def user(self, name=EMAIL):
        return self.call("GET", f"/users/{urllib.parse.quote(name, safe='')}")

    def sign_ins(self, name=EMAIL):
        """Somebody's sign-ins, the latest first, with what it takes to give feedback on them."""
        return self.call("GET", f"/users/{urllib.parse.quote(name, safe='')}/sign-ins")

    def change_settings(self, **changes):
        return self.call("PUT", "/settings", changes)

    def code(self, to=EMAIL, purpose=None):
        """The code of the latest message to somebody, of one purpose if one is named."""
        messages = self.call("GET", f"/messages?to={urllib.parse.quote(to, safe='')}")
        for message in messages:
            if purpose in (None, message["purpose"]):
                return message["code"]
        raise AssertionError(f"no {purpose or ''} message to {to}, only {messages}")

    def custom_answer(self, parameters):
        """The right answer to a question of the dev pool's example of custom authentication."""
        if parameters["kind"] == "sum":
            return str(sum(int(number) for number in re.findall(r"\d+", parameters["question"])))
        return self.code() if parameters["kind"] == "code" else USER_POOL.split("_")[1]

    def calls(self):
        """Names of the calls since the last reset, oldest first; a challenge's answer by the challenge."""
        calls = sorted(self.call("GET", "/requests"), key=lambda call: call["id"])
        return [call.get("challenge") or call.get("auth_flow") or call["operation"] for call in calls]


class PoolTest(unittest.TestCase):
    """A test with a dev pool. `client` names the column of the table that its calls count for."""

    client: str

    @classmethod
    def setUpClass(cls):
        program = ROOT / "target/debug/devpool"
        if not program.exists():
            raise RuntimeError("the dev pool is not built: run 'make test', or 'cargo build -p devpool'")
        cls.process = subprocess.Popen([program, "--memory", "--quiet", "--port", "0"], stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.stop)
        line = cls.process.stdout.readline()
        found = re.match(r"devpool listening on (http://[\d.]+:\d+)", line)
        if not found:
            raise RuntimeError(f"the dev pool did not start: {line!r}")
        cls.pool = Pool(found[1])
        cls.answered = {"operations": set(), "challenges": set(), "flows": set()}

    @classmethod
    def stop(cls):
        cls.process.terminate()
        cls.process.wait(timeout=10)
        cls.process.stdout.close()

    @classmethod
    def tearDownClass(cls):
        RECORDS.mkdir(parents=True, exist_ok=True)
        record = {name: sorted(values) for name, values in cls.answered.items()}
        (RECORDS / f"{cls.client}.{cls.__name__}.json").write_text(json.dumps(record))

    def setUp(self):
        self.pool.call("POST", "/reset")
        self.addCleanup(self.note)

    def note(self):
        for call in self.pool.call("GET", "/requests"):
            if call["status"] is None or not 200 <= call["status"] < 300:
                continue
            self.answered["operations"].add(call["operation"])
            for kind, name in (("challenges", "challenge"), ("flows", "auth_flow")):
                if call.get(name):
                    self.answered[kind].add(call[name])


def other(code):
    """A code that is wrong."""
    return "000001" if code == "000000" else "000000"


def totp(secret, steps=0):
    """The code of an authenticator app (RFC 6238: SHA-1, 30 seconds, 6 digits), `steps` periods later than now."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    mac = hmac.new(key, counter, hashlib.sha1).digest()
    start = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[start:start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
