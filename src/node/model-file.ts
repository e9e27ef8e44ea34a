/** @file Opening a model by its path: a run folder, a bundle of ours, or any ONNX embedding model. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, UsageError } from '../base/errors.ts'
import type { EmbeddingModel } from '../model/contract.ts'
import { openEmbeddingModel } from '../model/embedder.ts'
import type { ContractOptions } from '../model/foreign.ts'
import type { Driver } from '../runtime/driver.ts'
import type { Device } from '../runtime/session.ts'
import { requireDevice } from './devices.ts'
import { openDriver } from './open-driver.ts'

export interface ModelFileOptions {
  /** The contract of a foreign model; of one of ours only the flip rule can be changed. */
  readonly contract?: ContractOptions
  /** @defaultValue 'cpu' */
  readonly device?: Device
  /** @defaultValue 2 */
  readonly threads?: number
  /** The runtime; left out, one is opened and closed with the model. */
  readonly driver?: Driver
  /** Makes a run folder's bundle where it has not been exported yet. */
  readonly exportRun?: (folder: string) => Promise<Uint8Array>
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)

const bytesAt = async (path: string, options: ModelFileOptions): Promise<readonly [Uint8Array, string]> => {
  const found = await stat(path).catch((cause: unknown) => {
    throw codeOf(cause) === 'ENOENT'
      ? new UsageError(`There is no model at ${path}`, { cause })
      : new DataError(`${path} could not be read (${codeOf(cause)})`, { cause })
  })
  if (!found.isDirectory()) return [await read(path), path]
  const exported = join(path, 'model.onnx')
  if ((await stat(exported).catch(() => undefined)) !== undefined) return [await read(exported), exported]
  if (options.exportRun !== undefined) return [await options.exportRun(path), path]
  throw new DataError(`${path} has no model.onnx; make it with: cosface export ${path}`)
}

const read = async (file: string): Promise<Uint8Array> =>
  readFile(file).catch((cause: unknown) => {
    throw new DataError(`${file} could not be read (${codeOf(cause)})`, { cause })
  })

/**
 * Opens the model at a path.
 * @throws MissingPartError where no ONNX runtime is installed or the device does not work here
 * @throws UsageError where there is nothing, or a foreign model's contract is missing
 * @throws FormatError, DataError where what is there is no embedding model
 */
export async function openModel(path: string, options: ModelFileOptions = {}): Promise<EmbeddingModel> {
  const [bytes, file] = await bytesAt(path, options)
  const driver = options.driver ?? (await openDriver({ threads: options.threads ?? 2 })).driver
  const close = async (): Promise<void> => {
    if (options.driver === undefined) await driver[Symbol.asyncDispose]()
  }
  try {
    await requireDevice(options.device ?? 'cpu', driver)
    const model = await openEmbeddingModel(driver, bytes, file, {
      device: options.device ?? 'cpu',
      threads: options.threads ?? 2,
      ...(options.contract === undefined ? {} : { contract: options.contract }),
    })
    return {
      ...model,
      [Symbol.asyncDispose]: async () => {
        await model[Symbol.asyncDispose]()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}
