/** @file Who is on photographs: each usable face a person or unknown. */
import { DataError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import type { EmbeddedFace, Embedder } from '../../face/embedder.ts'
import type { Gallery } from '../../gallery/gallery.ts'
import type { Identified } from '../../gallery/answers.ts'
import type { NamedFile } from '../faces/embed-files.ts'
import { photographsOf } from '../face/photographs.ts'

/** A face with its answer; a rejected face has none. */
export interface IdentifiedFace {
  readonly face: EmbeddedFace
  readonly answer: Identified | undefined
}

/** A photograph with its faces, the largest first. */
export type IdentifiedPhotograph = { readonly name: string; readonly file: string } & (
  | { readonly faces: readonly IdentifiedFace[]; readonly unreadable?: undefined }
  | { readonly unreadable: string }
)

export interface IdentifyPhotographsOptions {
  /** The share of strangers who may get an answer. */
  readonly fpir: number
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/** Looks at each photograph in turn. @throws DataError where the gallery is empty */
export async function* identifyPhotographs(
  gallery: Gallery,
  embedder: Embedder,
  files: readonly NamedFile[],
  { fpir, signal, onProgress }: IdentifyPhotographsOptions,
): AsyncGenerator<IdentifiedPhotograph> {
  if ((await gallery.origin()) === undefined)
    throw new DataError('The gallery is empty; enrol people first with cosface enrol')
  let done = 0
  for await (const result of embedder.photographs(photographsOf(files, given({ signal })), signal)) {
    const file = files[done++]?.file ?? result.name
    onProgress?.(done, files.length)
    if (result.unreadable !== undefined) {
      yield { name: result.name, file, unreadable: result.unreadable }
      continue
    }
    const usable = result.faces.filter(({ rejected }) => rejected === undefined)
    const answers = await gallery.identify(
      usable.map(({ embedding }) => ({ embedding, origin: embedder.origin })),
      fpir,
    )
    const faces = result.faces.map((face) => ({ face, answer: answers[usable.indexOf(face)] }))
    yield { name: result.name, file, faces }
  }
}
