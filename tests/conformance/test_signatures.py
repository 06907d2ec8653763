"""botocore signs every vector in tests/vectors/sigv4 again, so that a slip in our copy of AWS's own would show."""

import datetime
import json
import unittest
from unittest import mock

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from support.pool import ROOT

FOLDER = ROOT / "tests/vectors/sigv4"
# botocore takes a URL as it goes over the wire; the canonical form that AWS gives for these begins with one that is not.
ENCODED = {"get-vanilla-utf8-query": ("ሴ", "%E1%88%B4"), "s3-put-object": ("$", "%24")}


class Signatures(unittest.TestCase):
    def check(self, file, vector):
        sign = S3SigV4Auth if file["service"] == "s3" else SigV4Auth
        credentials = Credentials(file["access_key_id"], file["secret_key"], vector.get("session_token"))
        url = vector["url"].replace(*ENCODED.get(vector["name"], ("", "")))
        request = AWSRequest(method=vector["method"], url=url, data=vector["body"].encode())
        for name, value in vector["headers"]:
            request.headers.add_header(name, value)
        signer = sign(credentials, file["service"], file["region"])
        if vector.get("content_hash"):
            request.headers["X-Amz-Content-SHA256"] = signer.payload(request)
        if "Date" in request.headers:
            # botocore would put the time there in place of X-Amz-Date.
            signer._set_necessary_date_headers = lambda request: request.headers.add_header("X-Amz-Date", request.context["timestamp"])
        now = datetime.datetime.fromtimestamp(file["time"], datetime.timezone.utc)
        with mock.patch("botocore.auth.get_current_datetime", return_value=now):
            signer.add_auth(request)
        authorization = request.headers["Authorization"]
        del request.headers["Authorization"]
        self.assertEqual(signer.canonical_request(request), vector["canonical"])
        self.assertEqual(authorization.rpartition("Signature=")[2], vector["signature"])

    def test_vectors(self):
        checked = 0
        for path in sorted(FOLDER.glob("*.json")):
            file = json.loads(path.read_text())
            for vector in file["vectors"]:
                with self.subTest(vector["name"]):
                    self.check(file, vector)
                checked += 1
        self.assertGreaterEqual(checked, 41)


if __name__ == "__main__":
    unittest.main()
