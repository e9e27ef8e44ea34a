/** @file Detectors and embedders in a browser, on onnxruntime-web in a worker. */
import { DataError, MissingPartError } from '../base/errors.ts'
import { given } from '../base/given.ts'
import { Opened } from '../base/opened.ts'
import { openDetectionModel } from '../face/detector.ts'
import type { Detector, DetectorOptions, ModelBytes } from '../face/detector.ts'
import { makeEmbedder } from '../face/embedder.ts'
import type { Embedder, EmbedderOptions } from '../face/embedder.ts'
import { openEmbeddingModel } from '../model/embedder.ts'
import type { ContractOptions } from '../model/foreign.ts'
import type { Driver } from '../runtime/driver.ts'
import { failureOf } from '../runtime/try-device.ts'
import { openWebDriver } from './open-session.ts'
import type { WebSessionOptions } from './open-session.ts'

/** A model by its address, or its bytes. */
export type WebModel = string | URL | Uint8Array

export interface WebRuntimeOptions extends Pick<WebSessionOptions, 'wasmPaths' | 'worker'> {
  /** @defaultValue 'cpu' */
  readonly device?: 'cpu' | 'webgpu'
  /** More than one needs a page that is isolated (COOP and COEP). @defaultValue 1 */
  readonly threads?: number
}

export interface WebDetectorOptions
  extends WebRuntimeOptions, Omit<DetectorOptions, 'landmarks' | 'device' | 'threads'> {
  /** A landmark model, whose points take the place of the detector's own. */
  readonly landmarks?: WebModel
}

export interface WebEmbedderOptions extends WebDetectorOptions, EmbedderOptions {
  readonly detector: WebModel
  readonly model: WebModel
  /** The contract of a recogniser that carries none. */
  readonly contract?: ContractOptions
}

const bytesOf = async (model: WebModel, name: string): Promise<ModelBytes> => {
  if (model instanceof Uint8Array) return { bytes: model, file: name }
  const answer = await fetch(model)
  if (!answer.ok) throw new DataError(`${String(model)} cannot be fetched (${answer.status})`)
  return { bytes: new Uint8Array(await answer.arrayBuffer()), file: String(model) }
}

const openRuntime = async (options: WebRuntimeOptions): Promise<Driver> => {
  const { device = 'cpu', threads = 1, wasmPaths, worker } = options
  const driver = await openWebDriver({ device, threads, ...given({ wasmPaths }) }, worker)
  const failure = device === 'cpu' ? undefined : await failureOf(device, driver)
  if (failure === undefined) return driver
  await driver[Symbol.asyncDispose]()
  throw new MissingPartError(`${device} does not work in this browser (${failure}); use cpu`)
}

const detectorOn = async (
  driver: Driver,
  model: WebModel,
  { landmarks, worker: _, wasmPaths: __, ...options }: WebDetectorOptions,
): Promise<Detector> =>
  openDetectionModel(driver, await bytesOf(model, 'the detector'), {
    ...options,
    ...(landmarks === undefined ? {} : { landmarks: await bytesOf(landmarks, 'the landmark model') }),
  })

/**
 * Opens a detector in a worker of its own, which ends with it.
 * @throws MissingPartError where onnxruntime-web is missing or the device does not work here
 * @throws FormatError, DataError where the model is no detector of a known kind
 */
export async function openDetector(model: WebModel, options: WebDetectorOptions = {}): Promise<Detector> {
  const parts = new Opened()
  try {
    const driver = parts.use(await openRuntime(options))
    const detector = parts.use(await detectorOn(driver, model, options))
    return { ...detector, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() }
  } catch (error) {
    await parts[Symbol.asyncDispose]()
    throw error
  }
}

/**
 * Opens a detector and a recogniser in one worker, which ends with the embedder.
 * @throws MissingPartError, FormatError, DataError, UsageError as `openDetector` and `openEmbeddingModel` do
 */
export async function openEmbedder(options: WebEmbedderOptions): Promise<Embedder> {
  const { device = 'cpu', threads = 1, contract } = options
  const parts = new Opened()
  try {
    const driver = parts.use(await openRuntime(options))
    const { bytes, file } = await bytesOf(options.model, 'the recogniser')
    const model = parts.use(
      await openEmbeddingModel(driver, bytes, file, { device, threads, ...given({ contract }) }),
    )
    const detector = parts.use(await detectorOn(driver, options.detector, options))
    const embedder = makeEmbedder({ ...options, detector, model })
    return { ...embedder, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() }
  } catch (error) {
    await parts[Symbol.asyncDispose]()
    throw error
  }
}
