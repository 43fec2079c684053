/** Checks of the daemon's outside contract that several tests share. */

import assert from 'node:assert/strict';

/** Asserts that an answer is a problem document (RFC 9457) that older clients understand too. */
export function assertProblem({ status, type, body }, wanted) {
  assert.equal(status, wanted, JSON.stringify(body));
  assert.match(type, /^application\/problem\+json\b/);
  for (const name of ['type', 'title', 'detail', 'instance']) {
    assert.equal(typeof body[name], 'string', `${name} of ${JSON.stringify(body)}`);
  }
  assert.equal(body.status, wanted);
  assert.equal(body.success, false);
  assert.equal(body.error, body.detail, 'older clients read the same sentence');
  assert.ok(body.detail.length > 0);
}

/**
 * Asserts that `value` has the shape of `pattern`: a constructor stands for its type, an array of one for
 * a list of such, a function for a check, an object for at least these members.
 */
export function assertShape(value, pattern, path = 'it') {
  const told = () => `${path} is ${JSON.stringify(value)}`;
  if (pattern === Number) assert.ok(Number.isFinite(value), told());
  else if (pattern === String) assert.equal(typeof value, 'string', told());
  else if (pattern === Boolean) assert.equal(typeof value, 'boolean', told());
  else if (typeof pattern === 'function') assert.ok(pattern(value), told());
  else if (Array.isArray(pattern)) {
    assert.ok(Array.isArray(value), told());
    value.forEach((item, i) => assertShape(item, pattern[0], `${path}[${i}]`));
  } else {
    assert.ok(typeof value === 'object' && value !== null, told());
    for (const [name, inner] of Object.entries(pattern)) assertShape(value[name], inner, `${path}.${name}`);
  }
}

/** A list of exactly three finite numbers. */
export function vector3(value) {
  return Array.isArray(value) && value.length === 3 && value.every(Number.isFinite);
}
