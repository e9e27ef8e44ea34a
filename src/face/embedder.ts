/** @file Photographs to faces with embeddings: a detector, the aligner and a recogniser, in this order. */
import { UsageError } from '../base/errors.ts'
import { given } from '../base/given.ts'
import { alignerVersion } from '../image/alignment.ts'
import type { Image } from '../image/image.ts'
import { normalise } from '../image/normalise.ts'
import { networkCrop } from '../image/resample.ts'
import type { Turn } from '../image/turn.ts'
import type { EmbeddingModel, ModelContract } from '../model/contract.ts'
import { embedTemplates } from '../model/templates.ts'
import type { AlignedFace } from './aligned-face.ts'
import { cutFaces } from './cut-faces.ts'
import type { CutFaces, CutOptions } from './cut-faces.ts'
import type { Detector } from './detector.ts'
import type { EmbeddingOrigin } from './embedding-origin.ts'
import type { FindOptions, PhotographFacts } from './find-faces.ts'
import type { RejectionRule } from './quality.ts'

/** A face with its embedding. */
export interface EmbeddedFace extends AlignedFace {
  /** [templateSize], of length 1: the embedding, its mirror image's put to it as the contract says. */
  readonly embedding: Float32Array
}

/** What was found in a photograph. */
export interface EmbeddedPhotograph {
  /** The largest first; rejected ones are among them and say so. */
  readonly faces: readonly EmbeddedFace[]
  /** Quarter turns clockwise that put the faces upright; boxes and landmarks are of the photograph as it was handed in. */
  readonly turn: Turn
  /** How many were found, before one was chosen. */
  readonly total: number
}

/** A photograph of many, decoded, or the reason why it could not be. */
export type NamedPhotograph = { readonly name: string } & (
  | ({ readonly image: Image } & PhotographFacts)
  | { readonly unreadable: string }
)

/** What became of a photograph of many. */
export type PhotographResult = { readonly name: string } & (
  | (EmbeddedPhotograph & { readonly unreadable?: undefined })
  | { readonly unreadable: string }
)

export interface EmbedderOptions extends FindOptions {
  /** The rejection rule, or `false` to reject nobody. @defaultValue `usualRejection` */
  readonly reject?: RejectionRule | false
  /** Faces embedded at once, over several photographs. @defaultValue 16 */
  readonly batch?: number
}

export interface EmbedderParts extends EmbedderOptions {
  readonly detector: Detector
  readonly model: EmbeddingModel
}

/** Makes embeddings of the faces in photographs. */
export interface Embedder extends AsyncDisposable {
  /** What its embeddings are made with; only those of one origin are compared. */
  readonly origin: EmbeddingOrigin
  /** The recogniser's contract. */
  readonly contract: ModelContract
  /** The faces of one photograph. */
  readonly photograph: (image: Image, facts?: PhotographFacts) => Promise<EmbeddedPhotograph>
  /**
   * The faces of any number of photographs, in their order. A photograph is let go of as soon as its faces are cut
   * out; one that could not be decoded is passed on by name.
   */
  readonly photographs: (
    source: AsyncIterable<NamedPhotograph> | Iterable<NamedPhotograph>,
    signal?: AbortSignal,
  ) => AsyncGenerator<PhotographResult>
  /** Embeddings [N, templateSize] of crops that are aligned already, each of length 1. */
  readonly crops: (images: readonly Image[]) => Promise<Float32Array>
}

const usualBatch = 16

/**
 * Puts a detector and a recogniser together; both are closed with the embedder.
 * @throws UsageError where the detector gives no landmarks to align by
 */
export function makeEmbedder({ detector, model, ...options }: EmbedderParts): Embedder {
  if (detector.landmarks.length < 2) {
    throw new UsageError(
      `The detector ${detector.kind} gives boxes alone; faces are aligned by landmarks, so it needs a landmark model beside it`,
    )
  }
  const { contract } = model
  const batch = options.batch ?? usualBatch
  const cut: CutOptions = {
    ...options,
    size: contract.input,
    ...given({ points: contract.alignmentPoints }),
  }
  const find = (image: Image, facts: PhotographFacts): Promise<CutFaces> =>
    cutFaces(detector, image, cut, facts)
  const crops = async (images: readonly Image[]): Promise<Float32Array> => {
    const size = contract.templateSize
    const all = new Float32Array(images.length * size)
    for (let start = 0; start < images.length; start += batch) {
      const some = images.slice(start, start + batch).map((image) => networkCrop(image, contract.input))
      const rows = await embedTemplates(
        model,
        normalise(some, contract),
        some.length,
        (row) => `face ${start + row + 1}`,
      )
      all.set(rows, start * size)
    }
    return all
  }
  const embedAll = async (found: readonly CutFaces[]): Promise<readonly EmbeddedPhotograph[]> => {
    const rows = await crops(found.flatMap(({ faces }) => faces.map(({ crop }) => crop)))
    const size = contract.templateSize
    let row = 0
    return found.map(({ faces, turn, total }) => ({
      turn,
      total,
      faces: faces.map((face) => ({ ...face, embedding: rows.slice(row * size, ++row * size) })),
    }))
  }
  return {
    origin: {
      model: contract.id,
      detector: detector.id,
      aligner: alignerVersion,
      flip: contract.flip,
      size: contract.templateSize,
    },
    contract,
    photograph: async (image, facts = {}) => {
      const [only] = await embedAll([await find(image, facts)])
      return only ?? { faces: [], turn: 0, total: 0 }
    },
    photographs: (source, signal) =>
      inBatches(source, { find, embedAll, batch, ...(signal === undefined ? {} : { signal }) }),
    crops,
    [Symbol.asyncDispose]: async () => {
      try {
        await detector[Symbol.asyncDispose]()
      } finally {
        await model[Symbol.asyncDispose]()
      }
    },
  }
}

interface BatchWork {
  readonly find: (image: Image, facts: PhotographFacts) => Promise<CutFaces>
  readonly embedAll: (found: readonly CutFaces[]) => Promise<readonly EmbeddedPhotograph[]>
  readonly batch: number
  readonly signal?: AbortSignal
}

type Waiting = { readonly name: string } & ({ readonly found: CutFaces } | { readonly unreadable: string })

/** Photographs wait until their faces fill a batch; some without faces do not wait for ever. */
async function* inBatches(
  source: AsyncIterable<NamedPhotograph> | Iterable<NamedPhotograph>,
  { find, embedAll, batch, signal }: BatchWork,
): AsyncGenerator<PhotographResult> {
  let waiting: Waiting[] = []
  let faces = 0
  const flush = async function* (): AsyncGenerator<PhotographResult> {
    const embedded = await embedAll(waiting.flatMap((one) => ('found' in one ? [one.found] : [])))
    let at = 0
    for (const one of waiting) {
      if ('unreadable' in one) yield one
      else yield { name: one.name, ...(embedded[at++] ?? { faces: [], turn: 0, total: 0 }) }
    }
    waiting = []
    faces = 0
  }
  for await (const photograph of source) {
    signal?.throwIfAborted()
    if ('unreadable' in photograph) {
      waiting.push({ name: photograph.name, unreadable: photograph.unreadable })
    } else {
      const { name, image, ...facts } = photograph
      const found = await find(image, facts)
      waiting.push({ name, found })
      faces += found.faces.length
    }
    if (faces >= batch || waiting.length >= 4 * batch) yield* flush()
  }
  if (waiting.length > 0) yield* flush()
}
