'use strict';
const { test } = require('node:test');
const assert = require('node:assert/strict');
const { isPlaybook } = require('../src/detect');

for (const [name, text, want] of [
  ['a play', '- hosts: all\n', true],
  ['a named play', '---\n# comment\n- name: x\n  hosts: all\n', true],
  ['an import', '- ansible.builtin.import_playbook: a.yml\n', true],
  ['a short import', '- import_playbook: a.yml\n', true],
  ['an inventory', 'all:\n  hosts:\n    web:\n', false],
  ['a compose file', 'services:\n  web:\n    image: x\n', false],
  ['a list of tasks', '- name: x\n  debug:\n', false],
  ['hosts deep inside', '- name: x\n  spec:\n      hosts: y\n', false],
  ['nothing', '', false],
]) {
  test(`detects ${name}`, () => assert.equal(isPlaybook(text), want));
}
