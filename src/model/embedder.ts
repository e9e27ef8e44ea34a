/** @file An ONNX file and a runtime make an embedding model. */
import { DataError, FormatError, MissingPartError } from '../base/errors.ts'
import { given as withGiven } from '../base/given.ts'
import { readOnnx } from '../onnx/decode.ts'
import { plainPort, type ProgramTensor } from '../onnx/program.ts'
import type { Driver, LoadOptions, Runner } from '../runtime/driver.ts'
import type { EmbeddingModel, Embed } from './contract.ts'
import { bundleWeightsHash, contractOf, fileHash } from './contract-id.ts'
import { foreignContract, ownContract } from './foreign.ts'
import type { ContractOptions } from './foreign.ts'
import { readContract } from './metadata.ts'
import { modelPorts } from './ports.ts'
import type { ModelPorts } from './ports.ts'
import { readSeen } from './seen.ts'

/** How a model is opened. */
export interface OpenModelOptions extends Pick<LoadOptions, 'device' | 'threads'> {
  /** The contract of a model that carries none; of one that does, only the flip rule can be changed. */
  readonly contract?: ContractOptions
}

/** Of an image's side in pixels, and images at once: what more a file declares would only take all memory. */
const largestSide = 1024
const largestBatch = 1024

/** What the runtime says, with the model it says it of. */
const ofModel =
  (file: string) =>
  (cause: unknown): never => {
    // what this machine lacks is not the model's fault
    if (cause instanceof MissingPartError) throw cause
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new DataError(`${file} cannot be run: ${said}`, { cause })
  }

/** Runs a model on any number of images, in pieces where it takes a fixed number. */
const embedWith = (runner: Runner, perImage: number, declared: number | undefined, file: string): Embed => {
  let batch = declared
  const runOnce = async (pixels: Float32Array): Promise<Float32Array> => {
    const [rows] = await runner.run([pixels]).catch(ofModel(file))
    if (!(rows instanceof Float32Array)) throw new DataError(`${file} gives no float32 embeddings`)
    return rows
  }
  return async (pixels, count) => {
    if (pixels.length !== count * perImage) {
      throw new RangeError(
        `Expected ${count * perImage} pixel values for ${count} images, got ${pixels.length}`,
      )
    }
    if (batch === undefined) {
      try {
        return (await runOnce(pixels)).slice()
      } catch (error) {
        // a number of images written into the graph, in a Reshape say, shows only when another number comes
        if (count === 1) throw error
        const first = await runOnce(pixels.slice(0, perImage)).catch(() => undefined)
        if (first === undefined) throw error
        batch = 1
      }
    }
    const pieces: Float32Array[] = []
    for (let start = 0; start < count; start += batch) {
      const images = Math.min(batch, count - start)
      const piece = new Float32Array(batch * perImage)
      piece.set(pixels.subarray(start * perImage, (start + images) * perImage))
      const rows = await runOnce(piece)
      pieces.push(rows.slice(0, (rows.length / batch) * images))
    }
    const all = new Float32Array(pieces.reduce((sum, rows) => sum + rows.length, 0))
    let at = 0
    for (const rows of pieces) {
      all.set(rows, at)
      at += rows.length
    }
    return all
  }
}

/**
 * Opens a model from its bytes: one of ours by the contract it carries, any other by the contract given for it.
 * @throws FormatError where the file is no ONNX model or its contract is damaged
 * @throws UsageError where a contract is needed and not given, or contradicts the model
 * @throws DataError where the model is not from images [N, 3, H, W] to embeddings [N, D]
 */
export async function openEmbeddingModel(
  driver: Pick<Driver, 'load'>,
  bytes: Uint8Array,
  file: string,
  options: OpenModelOptions,
): Promise<EmbeddingModel> {
  const onnx = readOnnx(bytes, file)
  const ports = modelPorts(onnx, file)
  const own = readContract(onnx.metadata, file)
  if (own !== undefined && own.weights !== bundleWeightsHash(onnx)) {
    throw new FormatError(file, 'was changed after it was written: its weights are not those of its contract')
  }
  const given = options.contract ?? {}
  const complete = own === undefined ? undefined : ownContract(own, given, file)
  const parts = complete ?? foreignContract(ports, given, file)
  const { height, width } = parts.input
  if ((ports.height ?? height) !== height || (ports.width ?? width) !== width) {
    throw contradiction(file, `images of ${ports.height}x${ports.width}`, `${height}x${width}`)
  }
  if (Math.max(height, width) > largestSide || (ports.batch ?? 1) > largestBatch) {
    throw new FormatError(
      file,
      `takes ${ports.batch ?? 1} images of ${height}x${width} at once; at most ${largestBatch} of ${largestSide}x${largestSide} are run`,
    )
  }
  const program = {
    model: bytes,
    inputs: [plainPort(ports.input, [ports.batch ?? -1, 3, height, width])],
    outputs: [outputPort(ports)],
  }
  const { device, threads } = options
  const runner = await driver.load(program, { device, threads }).catch(ofModel(file))
  try {
    const embed = embedWith(runner, 3 * height * width, ports.batch, file)
    const embeddingSize = await measuredSize(embed, 3 * height * width, ports, file)
    const contract = complete ?? contractOf({ ...parts, embeddingSize, weights: fileHash(bytes) })
    if (contract.embeddingSize !== embeddingSize) {
      throw contradiction(file, `embeddings of ${embeddingSize}`, `${contract.embeddingSize}`)
    }
    const seen = readSeen(onnx.metadata, file)
    return {
      contract,
      embed,
      ...withGiven({ seen }),
      [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose](),
    }
  } catch (error) {
    await runner[Symbol.asyncDispose]()
    throw error
  }
}

const contradiction = (file: string, model: string, contract: string): FormatError =>
  new FormatError(file, `the model has ${model} where its contract says ${contract}`)

// a first run shows at once that the model and its declared shapes agree
const measuredSize = async (
  embed: Embed,
  perImage: number,
  ports: ModelPorts,
  file: string,
): Promise<number> => {
  const size = (await embed(new Float32Array(perImage), 1)).length
  if (size < 1 || (ports.embeddingSize ?? size) !== size) {
    throw new DataError(
      `${file} gives ${size} numbers for an image where it declares ${ports.embeddingSize ?? 'any'}`,
    )
  }
  return size
}

// the driver may resolve one open length; which one is open does not matter, as embeddings are read flat
const outputPort = (ports: ModelPorts): ProgramTensor =>
  plainPort(ports.output, [-1, ports.embeddingSize ?? 1])
