/** @file Detectors and embedders by the paths of their files. */
import { readFile } from 'node:fs/promises'
import { UsageError } from '../../base/errors.ts'
import { Opened } from '../../base/opened.ts'
import { openDetectionModel } from '../../face/detector.ts'
import type { Detector, DetectorOptions, ModelBytes } from '../../face/detector.ts'
import { makeEmbedder } from '../../face/embedder.ts'
import type { Embedder, EmbedderOptions } from '../../face/embedder.ts'
import type { EmbeddingModel } from '../../model/contract.ts'
import type { Driver } from '../../runtime/driver.ts'
import { openModel } from '../run/model-file.ts'
import type { ModelFileOptions } from '../run/model-file.ts'
import { requireDevice } from '../session/devices.ts'
import { openDriver } from '../session/open-driver.ts'

export interface DetectorFileOptions extends Omit<DetectorOptions, 'landmarks'> {
  /** The file of a landmark model, whose points take the place of the detector's own. */
  readonly landmarks?: string
  /** The runtime; left out, one is opened and closed with the detector. */
  readonly driver?: Driver
}

const readModel = async (file: string): Promise<ModelBytes> => ({
  file,
  bytes: await readFile(file).catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new UsageError(
      code === 'ENOENT' ? `There is no detector at ${file}` : `${file} could not be read (${code})`,
      { cause },
    )
  }),
})

/**
 * Opens the detector in a file.
 * @throws UsageError where there is none, FormatError or DataError where it is no detector of a known kind
 * @throws MissingPartError where no ONNX runtime is installed or the device does not work here
 */
export async function openDetector(file: string, options: DetectorFileOptions = {}): Promise<Detector> {
  const model = await readModel(file)
  const { landmarks, ...rest } = options
  const points = landmarks === undefined ? {} : { landmarks: await readModel(landmarks) }
  const parts = new Opened()
  try {
    const driver = options.driver ?? parts.use((await openDriver({ threads: options.threads ?? 2 })).driver)
    await requireDevice(options.device ?? 'cpu', driver)
    const detector = parts.use(await openDetectionModel(driver, model, { threads: 2, ...rest, ...points }))
    return { ...detector, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() }
  } catch (error) {
    await parts[Symbol.asyncDispose]()
    throw error
  }
}

export interface OpenEmbedderOptions
  extends
    EmbedderOptions,
    Omit<ModelFileOptions, 'driver' | 'device' | 'threads'>,
    Omit<DetectorFileOptions, 'driver'> {
  /** A detector's file, or an open detector, which the embedder then closes. */
  readonly detector: string | Detector
  /** A run folder or a model's file, or an open model, which the embedder then closes. */
  readonly model: string | EmbeddingModel
}

/**
 * Opens a detector and a recogniser and puts them together.
 * @throws UsageError, FormatError, DataError, MissingPartError as `openDetector` and `openModel` do
 */
export async function openEmbedder(options: OpenEmbedderOptions): Promise<Embedder> {
  const { detector, model, ...rest } = options
  const parts = new Opened()
  try {
    const driver =
      typeof detector === 'string' || typeof model === 'string'
        ? parts.use((await openDriver({ threads: options.threads ?? 2 })).driver)
        : undefined
    const shared = driver === undefined ? {} : { driver }
    const opened = parts.use(
      typeof model === 'string' ? await openModel(model, { ...rest, ...shared }) : model,
    )
    const finder = parts.use(
      typeof detector === 'string' ? await openDetector(detector, { ...rest, ...shared }) : detector,
    )
    const embedder = makeEmbedder({ ...rest, detector: finder, model: opened })
    return { ...embedder, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() }
  } catch (error) {
    await parts[Symbol.asyncDispose]()
    throw error
  }
}
