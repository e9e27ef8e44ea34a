/** @file The faces of photograph files, one photograph after the other, drawn where asked. */
import { mkdir } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { alignDetected } from '../../face/aligned-face.ts'
import { canBeAligned } from '../../face/cut-faces.ts'
import type { DetectedFace } from '../../face/detected-face.ts'
import type { Detector } from '../../face/detector.ts'
import { drawFaces } from '../../face/draw-faces.ts'
import { findFaces } from '../../face/find-faces.ts'
import type { FindOptions } from '../../face/find-faces.ts'
import type { FaceQuality, Rejection, RejectionRule } from '../../face/quality.ts'
import type { Image } from '../../image/image.ts'
import type { Turn } from '../../image/turn.ts'
import type { NamedFile } from '../faces/embed-files.ts'
import { replaceFile } from '../files/replace-file.ts'
import { encodeImage } from './encode-image.ts'
import { photographsOf } from './photographs.ts'

export interface DetectPhotographsOptions extends FindOptions {
  /** The rejection rule, or `false` to reject nobody. @defaultValue `usualRejection` */
  readonly reject?: RejectionRule | false
  /** A folder for the photographs with their faces drawn in. */
  readonly save?: string
  readonly signal?: AbortSignal
}

/** A face with what is known of it; a face with too few landmarks has no quality. */
export interface JudgedFace extends DetectedFace {
  readonly quality?: FaceQuality
  readonly rejected?: Rejection
}

/** What was found in a file. */
export type DetectedPhotograph = { readonly photograph: string } & (
  | {
      readonly height: number
      readonly width: number
      /** Quarter turns clockwise that put the faces upright. */
      readonly turn: Turn
      /** How many faces were found, before one was chosen. */
      readonly total: number
      readonly faces: readonly JudgedFace[]
      /** The drawing. */
      readonly saved?: string
      readonly unreadable?: undefined
    }
  | { readonly unreadable: string; readonly faces?: undefined }
)

/** The size at which quality is judged, the field's usual one. */
const usualSize = { height: 112, width: 112 }

/** Finds the faces of files, in their order; files that cannot be read come with the reason. */
export async function* detectPhotographs(
  detector: Detector,
  files: readonly NamedFile[],
  { save, signal, reject, ...find }: DetectPhotographsOptions = {},
): AsyncGenerator<DetectedPhotograph> {
  const drawing = save === undefined ? undefined : await drawingsIn(save, files)
  for await (const photograph of photographsOf(files, given({ signal }))) {
    signal?.throwIfAborted()
    if ('unreadable' in photograph) {
      yield { photograph: photograph.name, unreadable: photograph.unreadable }
      continue
    }
    const { name, image, ...facts } = photograph
    const { faces, turn, total } = await findFaces(detector, image, find, facts)
    const judged = faces.map((face): JudgedFace => {
      if (!canBeAligned(face)) return face
      const { crop: _, ...rest } = alignDetected(image, face, { size: usualSize, ...given({ reject }) })
      return rest
    })
    const saved = await drawing?.(name, image, judged)
    const { height, width } = image
    yield { photograph: name, height, width, turn, total, faces: judged, ...given({ saved }) }
  }
}

type Draw = (name: string, image: Image, faces: readonly JudgedFace[]) => Promise<string>

/** Draws into a folder; photographs of one name in different folders get numbers. */
const drawingsIn = async (folder: string, files: readonly NamedFile[]): Promise<Draw> => {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new UsageError(`${folder} cannot be made: it is a file, or lies in one`, { cause })
  })
  const taken = new Set<string>()
  const names = new Map(
    files.map(({ name }) => {
      const stem = basename(name, extname(name))
      let own = stem
      for (let number = 2; taken.has(own); number++) own = `${stem}-${number}`
      taken.add(own)
      return [name, join(folder, `${own}.jpg`)]
    }),
  )
  return async (name, image, faces) => {
    const file = names.get(name) ?? join(folder, 'photograph.jpg')
    await replaceFile(file, await encodeImage(drawFaces(image, faces), 'jpg'))
    return file
  }
}
