/**
 * Machines of a laboratory, which are network namespaces of this one. The networks between them are in
 * `lines.mjs` and `nats.mjs`; needs Linux, root and iproute2.
 *
 * Whatever is made here ends with the process that made it, also after a failure or Ctrl-C; what one that
 * was killed outright left behind, the next one removes.
 */
import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'

/** Where iproute2 keeps namespaces that have names. */
const NAMESPACES = '/run/netns'

/** What all our namespaces are called; the process that made one and a number follow. */
const PREFIX = 'sharesync-lab-'

/** How many machines this process has made. */
let made = 0

/**
 * Why there can be no laboratory on this machine, as a sentence; nothing where there can be one.
 * @returns {string | undefined}
 */
export function obstacle() {
  if (process.platform !== 'linux')
    return 'Network namespaces are Linux’s, and this is another system.'
  if (process.getuid?.() !== 0) return 'Making network namespaces needs root.'
  for (const program of ['ip', 'nft', 'turnserver', 'openssl']) {
    if (spawnSync(program, ['--version']).error) return `The program ${program} is missing.`
  }
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK)
  } catch {
    return 'The device /dev/net/tun is missing, which emulated lines are made with.'
  }
  const laboratory = new Laboratory()
  try {
    laboratory.machine('trial').run('true')
    return undefined
  } catch (error) {
    return `Network namespaces are not allowed here: ${error.message}`
  } finally {
    laboratory.close()
  }
}

/** Some machines that live and go together. */
export class Laboratory {
  /** @type {Machine[]} */
  #machines = []
  #end = () => this.close()
  // Playwright's own handlers for these end browsers on the way out.
  #interrupted = () => process.exit(130)

  constructor() {
    removeOrphans()
    process.once('exit', this.#end)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, this.#interrupted)
  }

  /**
   * Adds a machine that has no network yet but its own loopback.
   * @param {string} role What it is for: the end of its name.
   * @returns {Machine}
   */
  machine(role) {
    made += 1
    const machine = new Machine(`${PREFIX}${process.pid}-${made}-${role}`)
    this.#machines.push(machine)
    machine.begin()
    return machine
  }

  /** Ends all that runs on the machines, and the machines. Doing it again is no harm. */
  close() {
    for (const machine of this.#machines.splice(0)) removeNamespace(machine.namespace)
    process.removeListener('exit', this.#end)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.removeListener(signal, this.#interrupted)
    }
  }
}

/** One machine of a laboratory. */
export class Machine {
  /** @param {string} namespace Its name for iproute2. */
  constructor(namespace) {
    this.namespace = namespace
  }

  /** Brings it into being. For {@link Laboratory}. */
  begin() {
    call('ip', ['netns', 'add', this.namespace])
    this.ip('link', 'set', 'lo', 'up')
    // One family of addresses is enough, and has no autoconfiguration that takes its time.
    this.run('sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1')
  }

  /**
   * Configures its network: `ip` with these arguments, seen from this machine.
   * @param {...string} words
   */
  ip(...words) {
    call('ip', ['-n', this.namespace, ...words])
  }

  /**
   * Connects it to another machine by a wire that takes no time.
   * @param {string} device What the wire's end is called here.
   * @param {Machine} other
   * @param {string} itsDevice What the other end is called there.
   */
  wire(device, other, itsDevice) {
    const there = ['peer', 'name', itsDevice, 'netns', other.namespace]
    call('ip', ['link', 'add', device, 'netns', this.namespace, 'type', 'veth', ...there])
  }

  /**
   * Runs a short program on it and waits for its end; throws with what it said if it fails.
   * @param {string} program
   * @param {...string} words
   */
  run(program, ...words) {
    call('ip', ['netns', 'exec', this.namespace, program, ...words])
  }

  /**
   * Lets nftables on it have these rules.
   * @param {string} rules
   */
  filter(rules) {
    call('ip', ['netns', 'exec', this.namespace, 'nft', '-f', '-'], rules)
  }

  /**
   * Starts a program on it; takes what `node:child_process` takes. Its process id is the program's own.
   * @param {string} program
   * @param {string[]} words
   * @param {import('node:child_process').SpawnOptions} options
   */
  spawn(program, words, options) {
    return spawn('ip', ['netns', 'exec', this.namespace, program, ...words], options)
  }

  /** Stops all that runs on it where it stands, as a lid that is closed does to a laptop. */
  suspend() {
    for (const pid of running(this.namespace)) signal(pid, 'SIGSTOP')
  }

  /** Lets it go on. */
  wake() {
    for (const pid of running(this.namespace)) signal(pid, 'SIGCONT')
  }
}

/**
 * @param {string} program
 * @param {string[]} words
 * @param {string} [input]
 */
function call(program, words, input) {
  const { status, stderr, error } = spawnSync(program, words, { input, encoding: 'utf8' })
  if (error) throw error
  if (status !== 0) throw new Error(`${[program, ...words].join(' ')}: ${stderr.trim()}`)
}

/** Ends what runs in a namespace of ours, and the namespace. */
function removeNamespace(namespace) {
  for (const pid of running(namespace)) signal(pid, 'SIGKILL')
  spawnSync('ip', ['netns', 'del', namespace])
}

/** The process ids of what runs in a namespace. */
function running(namespace) {
  const { stdout } = spawnSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' })
  return stdout?.split('\n').filter(Boolean).map(Number) ?? []
}

function signal(pid, name) {
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself.
  }
}

/** Removes the namespaces of processes that are gone. */
function removeOrphans() {
  if (!existsSync(NAMESPACES)) return
  for (const name of readdirSync(NAMESPACES)) {
    if (!name.startsWith(PREFIX)) continue
    const [maker] = name.slice(PREFIX.length).split('-')
    if (!existsSync(`/proc/${maker}`)) removeNamespace(name)
  }
}
