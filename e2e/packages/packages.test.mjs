/**
 * What `make dist` leaves, made of programs that are built already, unpacked and looked at: contents, modes, what packages
 * say of themselves, and whether what is in them runs. Nothing is installed. `make test-dist` calls it.
 *
 *   SHARESYNC_PROGRAMS=target/debug node --test e2e/packages/packages.test.mjs
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
const PROGRAMS = process.env.SHARESYNC_PROGRAMS
if (!PROGRAMS) throw new Error('SHARESYNC_PROGRAMS has to name the folder that the programs are in')

/** What the units may at most, as `systemd-analyze security` counts it, in tenths. */
const EXPOSURE = 15

/** The packages' units, and the programs that they start. */
const UNITS = {
  'sharesync.service': ['sharesync-server', 'sharesync-server'],
  'sharesync-signaling.service': ['sharesync-server', 'sharesync-signaling'],
  'sharesync-listen.service': ['sharesync', 'sharesync'],
}

/** Where each program is: in the unpacked packages, and in the archives. */
const PLACES = {
  sharesync: ['sharesync/usr/bin/sharesync', 'archives/sharesync-VERSION/sharesync'],
  'sharesync-server': [
    'sharesync-server/usr/bin/sharesync-server',
    'archives/sharesync-server-VERSION/sharesync-server',
  ],
  'sharesync-signaling': [
    'sharesync-server/usr/bin/sharesync-signaling',
    'archives/sharesync-server-VERSION/sharesync-signaling',
  ],
}

const execute = promisify(execFile)
let folder, version, architecture

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sharesync-packages-'))
  const manifest = await readFile(path.join(REPOSITORY, 'Cargo.toml'), 'utf8')
  version = /^version = "(.+)"$/m.exec(manifest)[1]
  architecture = (await output('dpkg', '--print-architecture')).trim()
  await make('dist')
  await mkdir(at('archives'))
  for (const name of ['sharesync', 'sharesync-server']) {
    await output('dpkg-deb', '--extract', deb(name), at(name))
    await output('dpkg-deb', '--control', deb(name), at(`${name}-control`))
    await output('tar', '-xf', archive(name), '-C', at('archives'))
  }
})

after(() => rm(folder, { recursive: true }))

test('packages and archives are there, with the checksums of all of them', async () => {
  const made = await readdir(at('dist'))
  const names = ['sharesync', 'sharesync-server'].flatMap((name) => [deb(name), archive(name)])
  const expected = [...names.map((name) => path.basename(name)), 'SHA256SUMS']
  assert.deepEqual(made.sort(), expected.sort())
  const sums = await readFile(at('dist/SHA256SUMS'), 'utf8')
  assert.equal(sums.trim().split('\n').length, 4)
  await output('sh', '-c', `cd ${at('dist')} && sha256sum --check --strict SHA256SUMS`)
})

test('the same programs make the same bytes', async () => {
  await make('again')
  const [first, second] = ['dist', 'again'].map((name) => readFile(at(name, 'SHA256SUMS'), 'utf8'))
  assert.equal(await first, await second)
})

test('packages say what they are and what they need', async () => {
  for (const name of ['sharesync', 'sharesync-server']) {
    const said = await output('dpkg-deb', '--field', deb(name))
    const field = (of) => new RegExp(`^${of}: (.+)$`, 'm').exec(said)?.[1]
    assert.equal(field('Package'), name)
    assert.equal(field('Version'), version)
    assert.equal(field('Architecture'), architecture)
    assert.match(field('Depends'), /^libc6 \(>= 2\.\d+\), libgcc-s1($|, systemd \|)/)
    assert.ok(Number(field('Installed-Size')) > 1000)
    assert.doesNotMatch(said, /@[A-Z]+@/)
  }
})

test('every file belongs to root, and only root can change it', async () => {
  const listings = [
    ...['sharesync', 'sharesync-server'].map((name) => output('dpkg-deb', '--contents', deb(name))),
    ...['sharesync', 'sharesync-server'].map((name) => output('tar', '-tvf', archive(name))),
  ]
  for (const listing of await Promise.all(listings)) {
    for (const line of listing.trim().split('\n')) {
      const [mode, owner, , , , name] = line.split(/\s+/)
      const isProgram = mode.startsWith('d') || /\/sharesync(-server|-signaling)?$/.test(name)
      const isCompletion = name.endsWith('/completions/sharesync')
      const expected = name.endsWith('.env') ? 'rw-r-----' : 'rw-r--r--'
      assert.equal(owner, 'root/root', name)
      assert.equal(mode.slice(1), isProgram && !isCompletion ? 'rwxr-xr-x' : expected, name)
    }
  }
})

test('programs run, say which version they are, and carry no symbols', async () => {
  for (const [name, places] of Object.entries(PLACES)) {
    for (const place of places) {
      const program = at(place.replace('VERSION', `${version}-linux-${architecture}`))
      assert.equal(await output(program, '--version'), `${name} ${version}\n`)
      const sections = await output('readelf', '--sections', program)
      assert.ok(!/\.symtab|\.debug_info/.test(sections), `${program} has symbols`)
    }
  }
})

test('the command has a manual page for each of its commands', async () => {
  const help = await output(at('sharesync/usr/bin/sharesync'), '--help')
  const listed = /^Commands:\n((?: {2}.+\n)+)/m.exec(help)[1]
  const commands = [...listed.matchAll(/^ {2}([a-z]+) /gm)]
    .map(([, name]) => name)
    .filter((name) => name !== 'help')
  assert.ok(commands.includes('upload') && commands.includes('send'))
  for (const name of ['sharesync', ...commands.map((command) => `sharesync-${command}`)]) {
    const page = await output('zcat', at(`sharesync/usr/share/man/man1/${name}.1.gz`))
    assert.match(page, new RegExp(`^\\.TH ${name} 1`, 'm'))
    const unpacked = at(`archives/sharesync-${version}-linux-${architecture}/man/${name}.1`)
    assert.equal(await readFile(unpacked, 'utf8'), page)
  }
})

test('shells find what completes the command', async () => {
  const share = at('sharesync/usr/share')
  const completion = `${share}/bash-completion/completions/sharesync`
  const known = await output('bash', '-c', `source ${completion} && complete -p sharesync`)
  assert.match(known, /-F _sharesync/)
  const zsh = await readFile(`${share}/zsh/vendor-completions/_sharesync`, 'utf8')
  assert.match(zsh, /^#compdef sharesync\n/)
  const fish = await readFile(`${share}/fish/vendor_completions.d/sharesync.fish`, 'utf8')
  assert.match(fish, /^complete -c sharesync /m)
})

test('licence, changes and manuals come with both', async () => {
  for (const [name, manual] of [
    ['sharesync', 'CLI.md'],
    ['sharesync-server', 'OPERATIONS.md'],
  ]) {
    const doc = at(name, 'usr/share/doc', name)
    const unpacked = at(`archives/${name}-${version}-linux-${architecture}`)
    const original = (file) => readFile(path.join(REPOSITORY, file), 'utf8')
    assert.equal(await readFile(`${doc}/copyright`, 'utf8'), await original('LICENSE'))
    assert.equal(await output('zcat', `${doc}/changelog.gz`), await original('CHANGELOG.md'))
    assert.equal(await readFile(`${doc}/${manual}`, 'utf8'), await original(`docs/${manual}`))
    for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md', `docs/${manual}`]) {
      assert.equal(await readFile(`${unpacked}/${file}`, 'utf8'), await original(file))
    }
  }
})

test('settings stay as they were changed, and name what there is to set', async () => {
  const conffiles = await readFile(at('sharesync-server-control/conffiles'), 'utf8')
  assert.equal(conffiles, '/etc/sharesync/server.env\n/etc/sharesync/signaling.env\n')
  for (const name of ['server', 'signaling']) {
    const help = await output(at(`sharesync-server/usr/bin/sharesync-${name}`), '--help')
    const settings = await readFile(at(`sharesync-server/etc/sharesync/${name}.env`), 'utf8')
    const named = [...settings.matchAll(/^#?([A-Z_]+)=/gm)].map(([, variable]) => variable)
    assert.ok(named.length > 2)
    for (const variable of named) assert.match(help, new RegExp(`\\b${variable}\\b`))
    // Installed, it is reached by nobody but its own machine.
    assert.match(settings, /^HOST=127\.0\.0\.1$/m)
  }
})

test('systemd understands the units, and they may little', async () => {
  for (const [unit, [name, program]] of Object.entries(UNITS)) {
    const text = await readFile(at(name, 'usr/lib/systemd/system', unit), 'utf8')
    assert.match(text, new RegExp(`^ExecStart=/usr/bin/${program}( |$)`, 'm'))
    const unpacked = at(unit)
    await writeFile(unpacked, text.replace(/^ExecStart=\//m, `ExecStart=${at(name)}/`))
    const { stderr } = await execute('systemd-analyze', ['verify', unpacked])
    assert.equal(stderr, '')
    await output(
      'systemd-analyze',
      'security',
      '--offline=true',
      `--threshold=${EXPOSURE}`,
      unpacked,
    )
  }
})

test('installing makes the user and has the server, and not signaling, started with the machine', async () => {
  const called = await callsOf('postinst', 'configure', '')
  assert.equal(called[0], 'systemd-sysusers sharesync-server.conf')
  assert.ok(called.includes('deb-systemd-helper enable sharesync.service'))
  assert.ok(!called.some((call) => / (enable|start) .*signaling/.test(call)))
  const sysusers = at('sharesync-server/usr/lib/sysusers.d/sharesync-server.conf')
  assert.match(await readFile(sysusers, 'utf8'), /^u sharesync - .+ \/var\/lib\/sharesync$/m)
})

test('purging forgets both services', async () => {
  const called = await callsOf('postrm', 'purge')
  assert.ok(
    called.includes('deb-systemd-helper purge sharesync.service sharesync-signaling.service'),
  )
})

/** Packs into a folder of that name, hardly pressed, so that it is quick. */
function make(name) {
  const env = { ...process.env, DPKG_DEB_COMPRESSOR_TYPE: 'none', GZIP_LEVEL: '1' }
  const script = path.join(REPOSITORY, 'infra/dist.sh')
  return execute(script, [path.resolve(PROGRAMS), at(name)], { env })
}

/** What a script of the server's package calls, where all that it may call is only written down. */
async function callsOf(script, ...words) {
  const stubs = at(`stubs-${script}`)
  const record = path.join(stubs, 'called')
  await mkdir(stubs)
  for (const name of [
    'deb-systemd-helper',
    'deb-systemd-invoke',
    'systemctl',
    'systemd-sysusers',
  ]) {
    const stub = path.join(stubs, name)
    await writeFile(stub, `#!/bin/sh\necho "${name} $*" >> ${record}\n`)
    await chmod(stub, 0o755)
  }
  const env = { PATH: `${stubs}:/usr/bin:/bin` }
  await execute('sh', [at('sharesync-server-control', script), ...words], { env })
  return (await readFile(record, 'utf8')).trim().split('\n')
}

async function output(program, ...words) {
  return (await execute(program, words, { maxBuffer: 1e8 })).stdout
}

function at(...names) {
  return path.join(folder, ...names)
}

function deb(name) {
  return at('dist', `${name}_${version}_${architecture}.deb`)
}

function archive(name) {
  return at('dist', `${name}-${version}-linux-${architecture}.tar.gz`)
}
