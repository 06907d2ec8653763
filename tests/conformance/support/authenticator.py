"""A passkey authenticator of software with the browser's part: ES256 keys, attestation "none" (WebAuthn Level 3)."""

import base64
import hashlib
import json
import os
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def cbor(value):
    """CBOR of what an authenticator says: integers, bytes, text, maps (in the order given)."""
    def head(major, number):
        if number < 24:
            return bytes([major << 5 | number])
        if number < 256:
            return bytes([major << 5 | 24, number])
        return bytes([major << 5 | 25]) + struct.pack(">H", number)

    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    return head(5, len(value)) + b"".join(cbor(key) + cbor(member) for key, member in value.items())


class Authenticator:
    """Keeps one passkey for a page at `origin`."""

    def __init__(self, origin="http://localhost:8080"):
        self.origin = origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.user = b""
        self.count = 0

    def _client_data(self, kind, challenge):
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _data(self, relying_party, flags, rest=b""):
        return hashlib.sha256(relying_party.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count) + rest

    def create(self, options):
        """RegistrationResponseJSON for PublicKeyCredentialCreationOptionsJSON."""
        self.user = unb64url(options["user"]["id"])
        point = self.key.public_key().public_numbers()
        cose = cbor({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cose
        data = self._data(options["rp"]["id"], PRESENT | VERIFIED | ATTESTED, attested)
        return {
            "id": b64url(self.id), "rawId": b64url(self.id), "type": "public-key", "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": b64url(self._client_data("webauthn.create", options["challenge"])),
                "attestationObject": b64url(cbor({"fmt": "none", "attStmt": {}, "authData": data})),
                "transports": ["internal"], "publicKeyAlgorithm": -7, "authenticatorData": b64url(data),
            },
        }

    def get(self, options):
        """AuthenticationResponseJSON for PublicKeyCredentialRequestOptionsJSON."""
        self.count += 1
        client_data = self._client_data("webauthn.get", options["challenge"])
        data = self._data(options["rpId"], PRESENT | VERIFIED)
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        return {
            "id": b64url(self.id), "rawId": b64url(self.id), "type": "public-key", "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": b64url(client_data), "authenticatorData": b64url(data),
                "signature": b64url(signature), "userHandle": b64url(self.user),
            },
        }
