// Shortens the names by which a wasm module imports the functions of wasm-bindgen's glue. They end in hashes of 16 digits,
// which no compression makes smaller, in the module and in the script: together some kilobytes for every visitor.

/** A reader and a writer for the little of the binary format that is needed here. */
function reader(bytes, at = 0) {
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length) => bytes.subarray(at, (at += length));
  return { number, take, byte: () => bytes[at++], name: () => take(number()).toString('utf8'), skipTo: (to) => { at = to; }, get at() { return at; } };
}
const unsigned = (value) => {
  const out = [];
  do {
    out.push((value % 128) | (value > 127 ? 0x80 : 0));
    value = Math.floor(value / 128);
  } while (value > 0);
  return Buffer.from(out);
};
const text = (name) => Buffer.concat([unsigned(Buffer.byteLength(name)), Buffer.from(name)]);

/** The module with `rename(module, name)` → `[module, name]` applied to each import. */
export function renameImports(wasm, rename) {
  const input = reader(wasm, 8), parts = [wasm.subarray(0, 8)];
  while (input.at < wasm.length) {
    const start = input.at, id = input.byte(), length = input.number(), end = input.at + length;
    if (id !== 2) {
      input.skipTo(end);
      parts.push(wasm.subarray(start, end));
      continue;
    }
    const count = input.number(), body = [unsigned(count)];
    for (let i = 0; i < count; i++) {
      const [module, name] = rename(input.name(), input.name());
      const from = input.at, kind = input.byte();
      if (kind === 0) input.number(); // function: its type
      else if (kind === 1 || kind === 2) { // table: element type and limits; memory: limits
        if (kind === 1) input.byte();
        const flags = input.byte();
        input.number();
        if (flags & 1) input.number();
      } else if (kind === 3) input.take(2); // global: type and mutability
      else if (kind === 4) { // tag
        input.byte();
        input.number();
      } else throw new Error(`an import of unknown kind ${kind}`);
      body.push(text(module), text(name), wasm.subarray(from, input.at));
    }
    if (input.at !== end) throw new Error('the import section has another form than expected');
    const section = Buffer.concat(body);
    parts.push(Buffer.from([id]), unsigned(section.length), section);
  }
  return Buffer.concat(parts);
}

/**
 * Renames the glue's functions in all modules and in the glue. `modules` are buffers that are replaced in place; the
 * changed glue is returned.
 */
export function shortenImports(modules, glue) {
  const short = new Map();
  const hashed = /^__wb(?:g|indgen)_\w*_[0-9a-f]{16}$|^__wbindgen_cast_\w+$/;
  const rename = (module, name) => {
    if (!hashed.test(name)) return [module, name];
    if (!short.has(name)) short.set(name, `_${short.size.toString(36)}`);
    return [module, short.get(name)];
  };
  for (const [key, wasm] of modules) modules.set(key, renameImports(wasm, rename));
  const found = new Set();
  const changed = glue.replace(/\b__wb(?:g|indgen)_\w+/g, (name) => {
    if (!short.has(name)) return name;
    found.add(name);
    return short.get(name);
  });
  const lost = [...short.keys()].filter((name) => !found.has(name));
  if (lost.length) throw new Error(`the glue has no ${lost[0]}`);
  return changed;
}
