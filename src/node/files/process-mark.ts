/** @file What tells a process from all others, so that whoever finds what it left knows whether it still runs. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { promisify } from 'node:util'
import { given } from '../../base/given.ts'

/** The mark of a process; a process number alone is used again by others. */
export interface ProcessMark {
  readonly pid: number
  /** When it was started, in the system's own words; empty where the system does not tell. */
  readonly start: string
  readonly host: string
  /** The machine, where it has a name of its own. */
  readonly machine?: string
  /** The system's start; another one means that everything from before has ended. */
  readonly boot?: string
  /** Whose process numbers these are: those of two containers do not compare. */
  readonly space?: string
}

/** What became of a process. `elsewhere`: it cannot be told from here. */
export type Fate = 'running' | 'ended' | 'elsewhere'

const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)

const textOf = async (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').then(
    (text) => (text.trim() === '' ? undefined : text.trim()),
    () => undefined,
  )

/** When a process was started: Linux counts ticks, other systems have `ps`, Windows says nothing. */
const startOf = async (pid: number): Promise<string> => {
  if (process.platform === 'win32') return ''
  if (process.platform === 'linux') {
    const stat = (await textOf(`/proc/${pid}/stat`)) ?? ''
    // the name before may hold spaces and brackets; state is the 3rd field, the start the 22nd
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return isOver(fields[0]) ? '' : (fields[19] ?? '')
  }
  const environment = { ...process.env, LC_ALL: 'C' }
  const told = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], { env: environment })
    .then(({ stdout }) => stdout.trim())
    .catch(() => '')
  return told === '' ? '' : short(told)
}

/** A killed process that nobody has asked after yet still has an entry. */
const isOver = (state: string | undefined): boolean => state === 'Z' || state === 'X'

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // another user's
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** The mark of the process that asks. */
export async function ownMark(): Promise<ProcessMark> {
  const machine = (await textOf('/etc/machine-id')) ?? (await textOf('/var/lib/dbus/machine-id'))
  return {
    pid: process.pid,
    start: await startOf(process.pid),
    host: hostname(),
    ...given({
      // the system asks that its number be told to nobody
      machine: machine === undefined ? undefined : short(`cosface ${machine}`),
      boot: await textOf('/proc/sys/kernel/random/boot_id'),
      space: await readlink('/proc/self/ns/pid').catch(() => undefined),
    }),
  }
}

/** Where a process runs, in a few letters: the machine and, where there are containers, which one. */
export const placeOf = ({ host, machine, space }: ProcessMark): string =>
  short(JSON.stringify([host, machine, space]))

/** Whether the process with this number and start runs on this machine. */
export async function isRunning(pid: number, start: string): Promise<boolean> {
  if (!exists(pid)) return false
  const now = await startOf(pid)
  if (process.platform === 'linux') return now !== '' && now === start
  return now === '' || start === '' || now === start
}

/** What became of the process that left `mark`. */
export async function fateOf(mark: ProcessMark, own: ProcessMark): Promise<Fate> {
  if (mark.host !== own.host || mark.machine !== own.machine) return 'elsewhere'
  // without a name of the machine two of them may share the host's
  if (mark.boot !== own.boot) return own.machine === undefined ? 'elsewhere' : 'ended'
  if (mark.space !== own.space) return 'elsewhere'
  return (await isRunning(mark.pid, mark.start)) ? 'running' : 'ended'
}

/** A mark as it was read from a file; undefined where it is none. */
export function markIn(value: unknown): ProcessMark | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (!('pid' in value && 'start' in value && 'host' in value)) return undefined
  const { pid, start, host } = value
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid < 1) return undefined
  if (typeof start !== 'string' || typeof host !== 'string') return undefined
  const text = (key: string): string | undefined => {
    const found: unknown = Object.entries(value).find(([name]) => name === key)?.[1]
    return typeof found === 'string' ? found : undefined
  }
  return {
    pid,
    start,
    host,
    ...given({ machine: text('machine'), boot: text('boot'), space: text('space') }),
  }
}
