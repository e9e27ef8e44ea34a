/** @file Erasing for good: people, references and all that stands for them. */
import { commit, type GalleryContext, type WriteMoment } from './context.ts'
import { findPerson, type PersonKey } from './people.ts'
import { isExpired } from './person.ts'
import type { GalleryReader } from './store.ts'

/** What was erased, and what could not be reached. */
export interface Erased {
  readonly people: readonly number[]
  readonly references: number
  /** A sentence on each place that may still hold something. */
  readonly notReached: readonly string[]
}

const page = 1000

/** Copies that no program can find: said after every erasure. */
const beyondReach =
  'Backups, exported files and photographs kept elsewhere are not reached; remove them by hand.'

/** Erases a person at once, without a way back. */
export async function erasePerson(context: GalleryContext, key: PersonKey): Promise<Erased> {
  return erased(context, async ({ writer }) => [(await findPerson(writer, key)).id], [])
}

/** Erases everybody who was removed or merged, every removed reference, and everybody whose time is over. */
export async function purge(context: GalleryContext): Promise<Erased> {
  const references = await context.store.read(async (reader) => {
    const found: number[] = []
    for (let after = 0; ;) {
      const rows = await reader.references(after, page)
      found.push(...rows.filter(({ state }) => state === 'removed').map(({ id }) => id))
      const last = rows.at(-1)
      if (last === undefined || rows.length < page) return found
      after = last.id
    }
  })
  return erased(context, ({ writer, at }) => gone(writer, at), references)
}

/** People whose time is over, or who were merged or removed. */
const gone = async (reader: GalleryReader, now: Date): Promise<readonly number[]> => {
  const found: number[] = []
  for (const state of ['active', 'merged', 'removed'] as const) {
    for (let after = 0; ;) {
      const people = await reader.people({ state, after, limit: page })
      for (const { id, expires } of people) if (state !== 'active' || isExpired(expires, now)) found.push(id)
      const last = people.at(-1)
      if (last === undefined || people.length < page) break
      after = last.id
    }
  }
  return found
}

const erased = async (
  context: GalleryContext,
  whom: (moment: WriteMoment) => Promise<readonly number[]>,
  removed: readonly number[],
): Promise<Erased> => {
  const result = await commit(context, 'purge', async (moment) => {
    const { writer } = moment
    const people = await whom(moment)
    let references = 0
    for (const person of people) {
      const own = (await writer.referencesOf(person)).map(({ id }) => id)
      // faces kept only because they are not this person
      const apart = await nobodysOf(writer, person)
      await writer.eraseReferences([...own, ...apart])
      await writer.erasePerson(person)
      references += own.length + apart.length
    }
    // a reference may have been brought back meanwhile
    const still: number[] = []
    for (const id of removed) if ((await writer.reference(id))?.state === 'removed') still.push(id)
    await writer.eraseReferences(still)
    references += still.length
    const goneNow = new Set([...people, ...still])
    for (const { id, subject, into } of await writer.undos())
      if (goneNow.has(subject) || (into !== undefined && goneNow.has(into))) await writer.dropUndo(id)
    return { result: { people, references }, subjects: [...people, ...still] }
  })
  await context.forget?.()
  const notReached = await context.store.scrub()
  return { ...result, notReached: [...notReached, beyondReach] }
}

const nobodysOf = async (reader: GalleryReader, person: number): Promise<readonly number[]> => {
  const found: number[] = []
  for (const { first, second } of await reader.links(person)) {
    const reference = await reader.reference(first === person ? second : first)
    if (reference !== undefined && reference.person === undefined) found.push(reference.id)
  }
  return found
}
