/** @file One check for each thing the work may need: does it work here, and if not, which command supplies it? */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { imageFormatsAnd } from '../../image/header.ts'
import { blockSizeOf } from '../../runtime/block-size.ts'
import type { Device } from '../../runtime/session.ts'
import { type DeviceReport, repairOf, tryDevice } from './devices.ts'
import { openBridge } from './native-calls.ts'
import { openNativeDriver } from './native-driver.ts'
import { installKoffi, installRuntime, isInstalled, runtimeFolder } from './native-library.ts'
import { openPortableWorker } from './portable-session.ts'
import type { RuntimeModule } from './session-worker.ts'
import { workerEntry } from '../threads/worker-entry.ts'

/** What was found out about one part. */
export interface DoctorPart {
  readonly name: string
  /** `required`: nothing works without; `recommended`: slower without; `optional`: only for those who ask for it. */
  readonly need: 'required' | 'recommended' | 'optional'
  readonly works: boolean
  /** The version, or the reason why it does not work. */
  readonly detail: string
  /** The command that supplies it, where it does not work. */
  readonly repair?: string
}

type Check = () => Promise<DoctorPart>
type Kind = Pick<DoctorPart, 'name' | 'need'>

/** A part that works if `look` returns (the detail), and does not if it throws (the reason). */
async function examined(kind: Kind, repair: string, look: () => Promise<string>): Promise<DoctorPart> {
  try {
    return { ...kind, works: true, detail: await look() }
  } catch (error) {
    return { ...kind, works: false, detail: reasonOf(error), repair }
  }
}

function reasonOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  return line
}

/** The oldest Node this package runs on. */
const oldestNode = [20, 19] as const

const nodeVersion: Check = () =>
  examined({ name: 'Node.js', need: 'required' }, 'install Node.js 22 or later from nodejs.org', async () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
    if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]))
      throw new Error(`${process.versions.node} is older than ${oldestNode.join('.')}`)
    return process.versions.node
  })

// no library for Intel Macs and for systems without glibc: there only the portable module helps
const hasRuntimeBuild = (): boolean =>
  process.platform === 'darwin' ? process.arch === 'arm64' : runtimeFolder() !== undefined || !isMusl()

function isMusl(): boolean {
  if (process.platform !== 'linux') return false
  const report: unknown = process.report.getReport()
  return !JSON.stringify(report).includes('"glibcVersionRuntime"')
}

const installWeb = 'npm install onnxruntime-web'

async function moduleWorks(module: RuntimeModule): Promise<string> {
  if (!isInstalled(module)) throw new Error('not installed')
  await using driver = await openPortableWorker(module, 1)
  const report = await tryDevice('cpu', driver)
  if (!report.works) throw new Error(report.reason)
  return driver.runtime.replace(`${module} `, '')
}

const runtimeNode: Check = () =>
  examined(
    { name: 'onnxruntime-node', need: 'required' },
    hasRuntimeBuild() ? installRuntime : installWeb,
    () => moduleWorks('onnxruntime-node'),
  )

const koffi: Check = () =>
  examined({ name: 'koffi', need: 'recommended' }, installKoffi, async () => {
    if (!isInstalled('koffi')) throw new Error('not installed')
    return (await openBridge()).version
  })

const nativeDriver: Check = () =>
  examined({ name: 'native driver', need: 'recommended' }, `${installRuntime} koffi`, async () => {
    await using driver = await openNativeDriver()
    return driver.runtime
  })

const blockedLayout: Check = () =>
  examined(
    { name: 'blocked layout', need: 'recommended' },
    'none: it needs a processor with AVX2 or AVX-512',
    async () => {
      await using driver = await openNativeDriver()
      const blockSize = await blockSizeOf(driver)
      if (blockSize === 1) throw new Error('this processor has none; convolutions run on the plain layout')
      return `blocks of ${blockSize} channels, checked`
    },
  )

const runtimeWeb: Check = () =>
  examined({ name: 'onnxruntime-web', need: 'optional' }, installWeb, () => moduleWorks('onnxruntime-web'))

const sharp: Check = () =>
  examined({ name: 'sharp', need: 'required' }, 'npm install --include=optional sharp', async () => {
    const { default: open } = await import('sharp')
    const pixel = { width: 1, height: 1, channels: 3, background: 'red' } as const
    await open({ create: pixel }).png().toBuffer()
    return `${open.versions.sharp ?? 'unknown version'}, reads ${imageFormatsAnd}`
  })

const device =
  (name: Device): Check =>
  async () => {
    const kind: Kind = { name: `device ${name}`, need: 'optional' }
    const report = await inProcess(name)
    return report.works
      ? { ...kind, works: true, detail: 'computes' }
      : { ...kind, works: false, detail: report.reason, repair: report.repair }
  }

async function inProcess(name: Device): Promise<DeviceReport> {
  const probe = fileURLToPath(workerEntry('session/device-probe'))
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [probe, name], { timeout: 60_000 })
    const report: unknown = JSON.parse(stdout)
    if (!isDeviceReport(report)) throw new Error('it printed no report')
    return report
  } catch (error) {
    return {
      device: name,
      works: false,
      reason: `the check failed: ${reasonOf(error)}`,
      repair: repairOf(name),
    }
  }
}

function isDeviceReport(value: unknown): value is DeviceReport {
  if (typeof value !== 'object' || value === null || !('device' in value && 'works' in value)) return false
  return value.works === true || ('reason' in value && 'repair' in value)
}

/** Every check, in the order it is shown. */
export const doctorChecks: readonly Check[] = [
  nodeVersion,
  runtimeNode,
  koffi,
  nativeDriver,
  blockedLayout,
  sharp,
  runtimeWeb,
  device('webgpu'),
  device('cuda'),
]
