// @ts-check
'use strict';

/**
 * Tells whether a YAML text is a playbook by its first lines. Paths are dealt with by the file name patterns in
 * package.json.
 * @param {string} text
 * @returns {boolean}
 */
function isPlaybook(text) {
  let lines = 0;
  for (const line of text.split(/\r?\n/, 200)) {
    if (/^- +hosts *:/.test(line) || /^- +(ansible\.builtin\.)?import_playbook *:/.test(line)) return true;
    if (/^ {1,4}hosts *:/.test(line) && lines > 0) return true;
    if (/^-( |$)/.test(line)) lines++;
    else if (/^[^\s#-]/.test(line)) return false; // a mapping: no playbook
  }
  return false;
}

module.exports = { isPlaybook };
