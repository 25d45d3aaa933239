// @ts-check
'use strict';

const path = require('node:path');

/**
 * Finds the rehearse program: the setting, the one that came with the extension, the one on PATH.
 * @param {{setting: string, extensionPath: string, platform: string, home: string, folder?: string, exists: (p: string) => boolean}} o
 * @returns {string}
 */
function findProgram(o) {
  if (o.setting) {
    let p = o.setting;
    if (p === '~' || p.startsWith('~/')) p = path.join(o.home, p.slice(1));
    if (o.folder) p = p.replace('${workspaceFolder}', o.folder);
    return p;
  }
  const name = o.platform === 'win32' ? 'rehearse.exe' : 'rehearse';
  const bundled = path.join(o.extensionPath, 'bin', name);
  return o.exists(bundled) ? bundled : name;
}

module.exports = { findProgram };
