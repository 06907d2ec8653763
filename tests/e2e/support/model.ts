// Holds every request of the app, and what the dev pool answers, against AWS's own model (tests/model/cognito.json).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Request } from '@playwright/test';
import { ROOT } from '../../../tools/lib.mjs';

interface Shape {
  type: string;
  members?: Record<string, string>;
  required?: string[];
  member?: string;
  key?: string;
  value?: string;
  min?: number;
  max?: number;
  pattern?: string;
  enum?: string[];
  document?: boolean;
}
interface Service {
  targetPrefix: string;
  operations: Record<string, { input: string; output?: string; errors: string[] }>;
  shapes: Record<string, Shape>;
}

const MODEL = JSON.parse(readFileSync(join(ROOT, 'tests/model/cognito.json'), 'utf8')) as Record<string, Service>;
const SERVICES = Object.values(MODEL).filter((service) => service?.targetPrefix);
/** Spaces within passwords are allowed, though the model's pattern has none (developer guide, "Password policies"). */
const PASSWORDS = /Password$/;

function check(service: Service, name: string, value: any, path: string, wrong: string[]): void {
  const shape = service.shapes[name];
  const size = (length: number) => {
    if (shape.min !== undefined && length < shape.min) wrong.push(`${path} is shorter than ${shape.min}`);
    if (shape.max !== undefined && length > shape.max) wrong.push(`${path} is longer than ${shape.max}`);
  };
  const is = (fits: boolean) => {
    if (!fits) wrong.push(`${path} is no ${shape.type}`);
    return fits;
  };
  const object = value !== null && typeof value === 'object' && !Array.isArray(value);
  switch (shape.type) {
    case 'structure': {
      if (!is(object) || shape.document) return;
      for (const required of shape.required ?? []) if (value[required] == null) wrong.push(`${path}.${required} is missing`);
      for (const [member, of] of Object.entries(value)) {
        if (!shape.members?.[member]) wrong.push(`${path}.${member} is not in the model`);
        else check(service, shape.members[member], of, `${path}.${member}`, wrong);
      }
      return;
    }
    case 'list':
      if (!is(Array.isArray(value))) return;
      size(value.length);
      value.forEach((item: unknown, at: number) => check(service, shape.member!, item, `${path}[${at}]`, wrong));
      return;
    case 'map':
      if (!is(object)) return;
      size(Object.keys(value).length);
      for (const [key, of] of Object.entries(value)) {
        check(service, shape.key!, key, `${path} key ${key}`, wrong);
        check(service, shape.value!, of, `${path}.${key}`, wrong);
      }
      return;
    case 'string':
      if (!is(typeof value === 'string')) return;
      size(value.length);
      if (shape.enum && !shape.enum.includes(value)) wrong.push(`${path} is none of ${shape.enum}`);
      // What does not fit is not shown: it may be a password.
      if (shape.pattern && !PASSWORDS.test(path) && !new RegExp(`^(?:${shape.pattern})$`, 'u').test(value)) {
        wrong.push(`${path} does not fit ${shape.pattern}`);
      }
      return;
    case 'integer':
      if (is(Number.isInteger(value))) size(value);
      return;
    case 'boolean':
      is(typeof value === 'boolean');
      return;
    case 'timestamp':
      is(typeof value === 'number');
  }
}

/** The operation that a request calls, if it calls one. */
function operationOf(request: Request) {
  const target = request.headers()['x-amz-target'];
  if (request.method() !== 'POST' || !target) return undefined;
  const [prefix, name] = target.split('.');
  return { name, service: SERVICES.find((service) => service.targetPrefix === prefix) };
}

/** What is wrong with a request of the app, in one line each. Requests that are no calls have nothing wrong. */
export function wrongInRequest(request: Request): string[] {
  const called = operationOf(request);
  if (!called) return [];
  const { name, service } = called, operation = service?.operations[name];
  if (!service || !operation) return [`${name} is no operation of a public client`];
  const wrong: string[] = [];
  try {
    check(service, operation.input, JSON.parse(request.postData() ?? ''), name, wrong);
  } catch {
    wrong.push(`${name}: the request is not JSON`);
  }
  return wrong;
}
