// Both halves of Cognito's SRP, each apart from the other. The server's: for one made-up user, an honest challenge, and
// whether an answer to it is right. The client's: what a sign-in sends.
import { createHash, createHmac, getDiffieHellman, randomBytes } from 'node:crypto';

// The group is RFC 3526's of 3072 bits, which OpenSSL knows by name.
const N = BigInt(`0x${getDiffieHellman('modp15').getPrime('hex')}`);
const g = 2n;

const power = (base, exponent) => {
  let result = 1n;
  for (base %= N; exponent > 0n; exponent >>= 1n, base = (base * base) % N) if (exponent & 1n) result = (result * base) % N;
  return result;
};
const number = (bytes) => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
/** As Cognito hashes numbers: big-endian, with a zero byte in front when the first bit is set. */
const bytes = (n) => {
  const hex = n.toString(16), even = hex.length % 2 ? `0${hex}` : hex;
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
};
const hash = (...parts) => parts.reduce((h, part) => h.update(part), createHash('sha256')).digest();
const hmac = (key, ...parts) => parts.reduce((h, part) => h.update(part), createHmac('sha256', key)).digest();

/** `pool` is the part of the pool's id after the underscore. */
export function makeChallenge({ pool, user, password }) {
  const salt = number(randomBytes(16)), b = number(randomBytes(128)), block = randomBytes(512);
  const k = number(hash(bytes(N), bytes(g)));
  const x = number(hash(bytes(salt), hash(`${pool}${user}:${password}`)));
  const verifier = power(g, x), B = (k * verifier + power(g, b)) % N;
  return {
    parameters: { SRP_B: B.toString(16), SALT: salt.toString(16), SECRET_BLOCK: block.toString('base64'), USER_ID_FOR_SRP: user, USERNAME: user },
    /** Whether PASSWORD_CLAIM_SIGNATURE is what somebody with the password and the secret of A would send. */
    accepts({ A, timestamp, signature }) {
      const publicA = BigInt(`0x${A}`), u = number(hash(bytes(publicA), bytes(B)));
      if (publicA % N === 0n || u === 0n) return false;
      const secret = power(publicA * power(verifier, u), b);
      const key = hmac(hmac(bytes(u), bytes(secret)), 'Caldera Derived Key', Buffer.from([1])).subarray(0, 16);
      return hmac(key, pool, user, block, timestamp).toString('base64') === signature;
    },
  };
}

/** One attempt of a client; `pool` as above. */
export function makeAttempt(pool) {
  const a = number(randomBytes(128)), publicA = power(g, a);
  return {
    A: publicA.toString(16),
    /** PASSWORD_CLAIM_SIGNATURE for what InitiateAuth answered. */
    sign({ SRP_B, SALT, SECRET_BLOCK, USER_ID_FOR_SRP: user }, password, timestamp) {
      const B = BigInt(`0x${SRP_B}`), u = number(hash(bytes(publicA), bytes(B))), k = number(hash(bytes(N), bytes(g)));
      const x = number(hash(bytes(BigInt(`0x${SALT}`)), hash(`${pool}${user}:${password}`)));
      const secret = power(((B - k * power(g, x)) % N + N) % N, a + u * x);
      const key = hmac(hmac(bytes(u), bytes(secret)), 'Caldera Derived Key', Buffer.from([1])).subarray(0, 16);
      return hmac(key, pool, user, Buffer.from(SECRET_BLOCK, 'base64'), timestamp).toString('base64');
    },
  };
}
