/** @file Photographs of labelled people as faces to calibrate with: one face a photograph, failures counted by person. */
import { join } from 'node:path'
import { DataError } from '../../base/errors.ts'
import type { LabelledFaces } from '../../face/comparisons.ts'
import type { Embedder } from '../../face/embedder.ts'
import { scanFolder } from '../faces/folder-scan.ts'
import { photographsOf } from './photographs.ts'

/** A photograph that gave no usable face, and why. */
export interface FailedPhotograph {
  readonly photograph: string
  readonly reason: string
}

/** Faces with the people's names by number. */
export interface LabelledPhotographs {
  readonly faces: LabelledFaces
  readonly names: readonly string[]
  readonly failed: readonly FailedPhotograph[]
}

export interface LabelledOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/**
 * Embeds the photographs of a folder that holds one folder per person. Where several faces are found, the one nearest the middle
 * is taken for the person's.
 * @throws DataError where no photograph gives a face
 */
export async function labelledPhotographs(
  embedder: Embedder,
  folder: string,
  { signal, onProgress }: LabelledOptions = {},
): Promise<LabelledPhotographs> {
  const { identities } = await scanFolder(folder)
  const files = identities.flatMap(({ images }, person) =>
    images.map((image) => ({ name: image, file: join(folder, image), person })),
  )
  const size = embedder.origin.size
  const rows: Float32Array[] = []
  const people: number[] = []
  const failed: FailedPhotograph[] = []
  const failures = new Map<number, number>()
  let at = 0
  const signalled = signal === undefined ? {} : { signal }
  for await (const result of embedder.photographs(photographsOf(files, signalled), signal)) {
    const person = files[at++]?.person ?? 0
    onProgress?.(at, files.length)
    const reason =
      result.unreadable ??
      (result.faces[0] === undefined ? 'no face found' : result.faces[0].rejected?.reason)
    if (result.unreadable === undefined && result.faces[0] !== undefined && reason === undefined) {
      rows.push(result.faces[0].embedding)
      people.push(person)
    } else {
      failed.push({ photograph: result.name, reason: reason ?? 'no face found' })
      failures.set(person, (failures.get(person) ?? 0) + 1)
    }
  }
  if (rows.length === 0) throw new DataError(`${folder}: no photograph gives a usable face`)
  const embeddings = new Float32Array(rows.length * size)
  rows.forEach((row, i) => embeddings.set(row, i * size))
  return {
    faces: { embeddings, size, person: Int32Array.from(people), people: identities.length, failed: failures },
    names: identities.map(({ name }) => name),
    failed,
  }
}
