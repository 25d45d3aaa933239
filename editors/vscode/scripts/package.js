// Packages the extension with the program for one platform inside: node scripts/package.js [TARGET...]
//
// A target is VS Code's name for a platform, such as linux-x64; without one, this machine's. REHEARSE_BIN names a program
// that is built already, for this machine's target.
'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const repository = path.join(root, '..', '..');
const systems = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
const machines = { x64: 'amd64', arm64: 'arm64', armhf: 'arm' };

const own = `${process.platform}-${process.arch}`;
const targets = process.argv.slice(2);
if (targets.length === 0) targets.push(own);

require('./build.js');
for (const target of targets) {
  const [system, machine] = target.split('-');
  if (!systems[system] || !machines[machine]) {
    console.error(`unknown target ${target}: it takes linux, darwin or win32, and x64, arm64 or armhf, as in linux-x64`);
    process.exit(2);
  }
  const bin = path.join(root, 'bin');
  fs.rmSync(bin, { recursive: true, force: true });
  fs.mkdirSync(bin);
  const program = path.join(bin, system === 'win32' ? 'rehearse.exe' : 'rehearse');
  if (process.env.REHEARSE_BIN && target === own) {
    fs.copyFileSync(process.env.REHEARSE_BIN, program);
  } else {
    execFileSync('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', program, './cmd/rehearse'], {
      cwd: repository, stdio: 'inherit',
      env: { ...process.env, CGO_ENABLED: '0', GOOS: systems[system], GOARCH: machines[machine] },
    });
  }
  fs.chmodSync(program, 0o755);
  fs.copyFileSync(path.join(repository, 'LICENSE'), path.join(root, 'LICENSE'));
  execFileSync(process.execPath, [
    require.resolve('@vscode/vsce/vsce'), 'package', '--no-dependencies', '--target', target,
    '--out', path.join(root, `rehearse-${target}.vsix`),
  ], { cwd: root, stdio: 'inherit' });
}
