/** @file Sessions in Node. */
import os from 'node:os'
import { given } from '../../base/given.ts'
import { blockSizeOf } from '../../runtime/block-size.ts'
import { compileSpec, type CompiledSpec, type LoadExtras } from '../../runtime/compile.ts'
import type { Driver } from '../../runtime/driver.ts'
import type { Device, Session, SessionSpec } from '../../runtime/session.ts'
import { openStateSession } from '../../runtime/state-session.ts'
import { requireDevice } from './devices.ts'
import { type DriverOptions, openDriver, type OpenedDriver } from './open-driver.ts'

export interface OpenSessionOptions extends Omit<DriverOptions, 'threads'> {
  /** Standard operators and canonical layouts only. Default false. */
  readonly plain?: boolean
  readonly load?: LoadExtras
  /** Told in one sentence where the session runs slower than it could, and why. */
  readonly notice?: (sentence: string) => void
}

/**
 * Compiles the programs of `spec` and opens a session over their state, which is zero until it is written.
 * @throws MissingPartError where no ONNX runtime is installed or the device is not to be had
 */
export async function openSession(spec: SessionSpec, options: OpenSessionOptions = {}): Promise<Session> {
  const opened = await openDriver({ ...options, threads: spec.threads })
  if (opened.kind === 'portable' && options.driver !== 'portable')
    options.notice?.(`Running on ${opened.driver.runtime} in a worker thread: ${opened.reason}`)
  try {
    await requireDevice(spec.device, opened.driver)
    const blockSize = await usefulBlockSize(spec, opened.driver, options)
    const compiled = await compileSpec(spec, {
      blockSize,
      ...given({ load: options.load }),
    })
    return await sessionOn(opened, compiled)
  } catch (error) {
    await opened.driver[Symbol.asyncDispose]()
    throw error
  }
}

/** Tries a device before work that would be lost without it. @throws MissingPartError with the reason and what to install */
export async function checkDevice(device: Device): Promise<void> {
  if (device === 'cpu') return
  const { driver } = await openDriver()
  try {
    await requireDevice(device, driver)
  } finally {
    await driver[Symbol.asyncDispose]()
  }
}

/** The processor model, as fingerprints name it. */
export function processorModel(): string {
  return os.cpus()[0]?.model.trim() ?? process.arch
}

async function usefulBlockSize(
  spec: SessionSpec,
  driver: Driver,
  { plain }: OpenSessionOptions,
): Promise<number> {
  const isWanted = plain !== true && spec.device === 'cpu' && spec.plan?.blockSize !== 1
  return isWanted ? blockSizeOf(driver) : 1
}

async function sessionOn(opened: OpenedDriver, compiled: CompiledSpec): Promise<Session> {
  const cpu = processorModel()
  if (opened.kind === 'native') return openStateSession(compiled, opened.driver, { cpu, ownsDriver: true })
  return opened.driver.openSession(compiled, cpu, { endsWorker: true })
}
