/** @file What people say by hand: these two are never the same, or always. */
import { UsageError } from '../base/errors.ts'
import { cosine } from '../evaluate/features.ts'
import type { EmbeddingOrigin } from '../face/embedding-origin.ts'
import { commit, currentOrigin, type GalleryContext, openVector, sealDetails, sealVector } from './context.ts'
import { checkEmbedding, checkOrigin } from './enrol.ts'
import { findPerson, type PersonKey } from './people.ts'
import type { ReferenceDetails } from './reference.ts'
import type { GalleryReader, Link } from './store.ts'

/** A link with its smaller number first. */
export function linkOf(kind: Link['kind'], a: number, b: number): Link {
  return { kind, first: Math.min(a, b), second: Math.max(a, b) }
}

/** Says that two people are never the same. */
export function sayDifferent(context: GalleryContext, one: PersonKey, other: PersonKey): Promise<void> {
  return commit(context, 'link', async ({ writer }) => {
    const [first, second] = [await findPerson(writer, one), await findPerson(writer, other)]
    if (first.id === second.id)
      throw new UsageError('Expected two people to tell apart, got the same one twice')
    await writer.putLink(linkOf('cannot', first.id, second.id))
    return { result: undefined, subjects: [first.id, second.id] }
  })
}

/** Takes that back. @throws UsageError where it was not said */
export function takeBackDifferent(context: GalleryContext, one: PersonKey, other: PersonKey): Promise<void> {
  return commit(context, 'unlink', async ({ writer }) => {
    const [first, second] = [await findPerson(writer, one), await findPerson(writer, other)]
    const link = linkOf('cannot', first.id, second.id)
    const known = await writer.links(first.id)
    if (!known.some((row) => row.kind === 'cannot' && row.first === link.first && row.second === link.second))
      throw new UsageError(
        `Nobody said that ${first.name ?? first.id} and ${second.name ?? second.id} are different people`,
      )
    await writer.dropLink(link)
    return { result: undefined, subjects: [first.id, second.id] }
  })
}

/** A face that was taken for a person and is somebody else. */
export interface SomebodyElse {
  readonly embedding: Float32Array
  readonly origin: EmbeddingOrigin
  /** The SHA-256 of the photograph’s bytes in hex. */
  readonly photograph?: string
  readonly details?: ReferenceDetails
}

/** Keeps a face as one that is not this person: neither it nor a face nearer to it than to the person is answered so again. */
export async function saySomebodyElse(
  context: GalleryContext,
  face: SomebodyElse,
  key: PersonKey,
): Promise<number> {
  checkEmbedding(face.embedding, face.origin)
  return commit(context, 'link', async ({ writer, at }) => {
    const current = await currentOrigin(writer)
    if (current === undefined)
      throw new UsageError('The gallery is empty; there is nobody to tell the face apart from')
    checkOrigin(current.origin, face.origin)
    const person = await findPerson(writer, key)
    const id = await writer.allocate(1)
    const photograph = face.photograph === undefined ? undefined : context.vault.fingerprint(face.photograph)
    await writer.addReferences([
      {
        id,
        person: undefined,
        photograph,
        state: 'active',
        created: at.toISOString(),
        details: sealDetails(context, face.details ?? {}, id),
      },
    ])
    const vector = sealVector(context, face.embedding, id, current.number)
    await writer.addEmbeddings([{ reference: id, person: 0, origin: current.number, vector }])
    await writer.putLink(linkOf('cannot', person.id, id))
    return { result: id, subjects: [person.id, id] }
  })
}

/** Whether a probe is nearer to a face that is not this person than to the person. */
export async function isToldApart(
  context: GalleryContext,
  reader: GalleryReader,
  probe: Float32Array,
  person: number,
  score: number,
  origin: number,
): Promise<boolean> {
  for (const { kind, first, second } of await reader.links(person)) {
    if (kind !== 'cannot') continue
    const reference = await reader.reference(first === person ? second : first)
    if (reference?.state !== 'active' || reference.person !== undefined) continue
    const row = await reader.embedding(reference.id, origin)
    if (row === undefined) continue
    const other = openVector(context, row.vector, reference.id, origin)
    if (cosine(probe, 0, other, 0, probe.length) >= score) return true
  }
  return false
}
