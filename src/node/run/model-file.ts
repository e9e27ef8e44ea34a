/** @file Opening a model by its path: a run folder, a bundle of ours, any ONNX embedding model, or weights of a network of ours. */
import { readFile, stat } from 'node:fs/promises'
import { DataError, UsageError } from '../../base/errors.ts'
import { decodeText } from '../../data/lists/text.ts'
import type { EmbeddingModel } from '../../model/contract.ts'
import { openEmbeddingModel } from '../../model/embedder.ts'
import type { ContractOptions } from '../../model/foreign.ts'
import { readContract } from '../../model/metadata.ts'
import { parseSideContract } from '../../model/side-file.ts'
import { readOnnx } from '../../onnx/decode.ts'
import type { Driver } from '../../runtime/driver.ts'
import type { Device } from '../../runtime/session.ts'
import { chosenCheckpoint, type Choice } from './checkpoint-store.ts'
import { requireDevice } from '../session/devices.ts'
import { originOf } from './export-run.ts'
import { isWeightsFile, weightsAsModel } from './import-weights.ts'
import { openDriver } from '../session/open-driver.ts'
import { runPaths } from './run-folder.ts'

export interface ModelFileOptions {
  /** The contract of a foreign model; of one of ours only the flip rule can be changed. */
  readonly contract?: ContractOptions
  /** @defaultValue 'cpu' */
  readonly device?: Device
  /** @defaultValue 2 */
  readonly threads?: number
  /** The runtime; left out, one is opened and closed with the model. */
  readonly driver?: Driver
  /** Makes a run folder's bundle where there is none, or where the run has gone on since it was made. */
  readonly exportRun?: (folder: string, choice: Choice) => Promise<Uint8Array>
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)

const bytesAt = async (path: string, options: ModelFileOptions): Promise<readonly [Uint8Array, string]> => {
  const found = await stat(path).catch((cause: unknown) => {
    throw codeOf(cause) === 'ENOENT'
      ? new UsageError(`There is no model at ${path}`, { cause })
      : new DataError(`${path} could not be read (${codeOf(cause)})`, { cause })
  })
  if (!found.isDirectory())
    return [isWeightsFile(path) ? await weightsAsModel(path, options.contract) : await read(path), path]
  const { model: exported } = runPaths(path)
  if ((await stat(exported).catch(() => undefined)) === undefined) {
    if (options.exportRun !== undefined) return [await options.exportRun(path, 'best'), path]
    throw new DataError(`${path} has no model.onnx; make it with: cosface export ${path}`)
  }
  const bytes = await read(exported)
  const outdated = await outdatedChoice(path, bytes, exported)
  if (outdated === undefined) return [bytes, exported]
  if (options.exportRun !== undefined) return [await options.exportRun(path, outdated), path]
  throw new DataError(
    `${exported} is not of the run's ${outdated} checkpoint any more; make it again with: cosface export ${path}`,
  )
}

/** What a run's bundle was made of, where the run has another such checkpoint by now. */
const outdatedChoice = async (run: string, bytes: Uint8Array, file: string): Promise<Choice | undefined> => {
  const training = readContract(readOnnx(bytes, file).metadata, file)?.training
  if (training === undefined) return undefined
  const choice = training['chosen'] === 'last' ? 'last' : 'best'
  const now = await chosenCheckpoint(run, choice)
  // a run folder may be passed on without its checkpoints
  if (now === undefined) return undefined
  const { checkpoint } = originOf(choice, now.weights)
  const same =
    training['iterations'] === now.iteration && (training['checkpoint'] ?? checkpoint) === checkpoint
  return same ? undefined : choice
}

const read = async (file: string): Promise<Uint8Array> =>
  readFile(file).catch((cause: unknown) => {
    throw new DataError(`${file} could not be read (${codeOf(cause)})`, { cause })
  })

/** Where the contract of a model from elsewhere may lie. */
const sideFiles = (file: string): readonly string[] => [
  `${file}.json`,
  `${file.replace(/\.onnx$/i, '')}.contract.json`,
]

/** What a file beside a model from elsewhere says of it; what was given for it wins. */
const withSideFile = async (
  given: ContractOptions | undefined,
  bytes: Uint8Array,
  file: string,
): Promise<ContractOptions | undefined> => {
  for (const side of sideFiles(file)) {
    const found = await stat(side).catch(() => undefined)
    if (found?.isFile() !== true) continue
    // a model that carries its own contract needs no other
    if (readContract(readOnnx(bytes, file).metadata, file) !== undefined) return given
    return { ...parseSideContract(decodeText(await read(side), side), side), ...given }
  }
  return given
}

/**
 * Opens the model at a path. One from elsewhere may have its contract beside it, as `model.onnx.json` or `model.contract.json`.
 * Weights without a network (`.pth`, `.pt`, `.ckpt`, `.safetensors`) are taken as a sphere network's, told by the names in them.
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
    const contract = await withSideFile(options.contract, bytes, file)
    const model = await openEmbeddingModel(driver, bytes, file, {
      device: options.device ?? 'cpu',
      threads: options.threads ?? 2,
      ...(contract === undefined ? {} : { contract }),
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
