/** @file Changing people: names, tags, consent, and which references are whose. */
import { DataError, UsageError } from '../base/errors.ts'
import { given } from '../base/given.ts'
import { nearest } from '../base/names.ts'
import { commit, type GalleryContext, type WriteMoment } from './context.ts'
import { type Consent, expiryTime, type Person, personName } from './person.ts'
import type { GalleryReader } from './store.ts'

/** A person by number, or by name. */
export type PersonKey = number | string

/** Names looked at for the nearest right one. */
const namesTried = 10_000

/** The active person of a name or number. @throws UsageError where there is none, naming the nearest */
export async function findPerson(reader: GalleryReader, key: PersonKey): Promise<Person> {
  const found = typeof key === 'number' ? await reader.person(key) : await reader.personNamed(personName(key))
  if (found?.state === 'active') return found
  if (typeof key === 'number') throw new UsageError(`The gallery has no person with the number ${key}`)
  const people = await reader.people({ state: 'active', limit: namesTried })
  const near = nearest(
    key,
    people.flatMap(({ name }) => name ?? []),
  )
  throw new UsageError(
    `The gallery has no person named ${personName(key)}${near === undefined ? '' : ` (did you mean ${near}?)`}`,
  )
}

/** Gives a person another name; one found by clustering is enrolled by it. @throws UsageError where somebody has it */
export function renamePerson(context: GalleryContext, key: PersonKey, name: string): Promise<Person> {
  const wanted = personName(name)
  return commit(context, 'rename', async ({ writer }) => {
    const person = await findPerson(writer, key)
    await checkFree(writer, wanted, person.id)
    const renamed = { ...person, name: wanted }
    await writer.putPerson(renamed)
    return { result: renamed, subjects: [person.id] }
  })
}

const checkFree = async (reader: GalleryReader, name: string, id: number): Promise<void> => {
  const holder = await reader.personNamed(name)
  if (holder !== undefined && holder.id !== id)
    throw new UsageError(
      `${name} is the name of another person of the gallery (${holder.id}); take another, or join the two with cosface people merge`,
    )
}

/** Adds and takes away tags. */
export function tagPerson(
  context: GalleryContext,
  key: PersonKey,
  add: readonly string[],
  remove: readonly string[] = [],
): Promise<Person> {
  const added = add.map(personName)
  return commit(context, 'tag', async ({ writer }) => {
    const person = await findPerson(writer, key)
    const tags = [...new Set([...person.tags, ...added])].filter((tag) => !remove.includes(tag)).toSorted()
    const tagged = { ...person, tags }
    await writer.putPerson(tagged)
    return { result: tagged, subjects: [person.id] }
  })
}

/** Records what a person agreed to, and until when. An expiry that is `undefined` stays as it is. */
export function recordConsent(
  context: GalleryContext,
  key: PersonKey,
  consent: Consent,
  expires?: string,
): Promise<Person> {
  const time = expires === undefined ? undefined : expiryTime(expires)
  return commit(context, 'consent', async ({ writer }) => {
    const person = await findPerson(writer, key)
    const recorded = { ...person, consent, ...given({ expires: time ?? person.expires }) }
    await writer.putPerson(recorded)
    return { result: recorded, subjects: [person.id] }
  })
}

/**
 * Joins `from` into `into`; `undoLast` takes them apart again until it is purged.
 * @throws UsageError where the two were said to be different
 */
export function mergePeople(context: GalleryContext, from: PersonKey, into: PersonKey): Promise<Person> {
  return commit(context, 'merge', async (moment) => {
    const { writer } = moment
    const [gone, kept] = [await findPerson(writer, from), await findPerson(writer, into)]
    if (gone.id === kept.id) throw new UsageError('Expected two people to merge, got the same one twice')
    const links = await writer.links(gone.id)
    if (
      links.some(({ kind, first, second }) => kind === 'cannot' && (first === kept.id || second === kept.id))
    )
      throw new UsageError(
        `${gone.name ?? gone.id} and ${kept.name ?? kept.id} were said to be different people; take that back first with cosface people same`,
      )
    const references = (await writer.referencesOf(gone.id)).map(({ id }) => id)
    await writer.moveReferences(references, kept.id)
    await writer.putPerson({ ...gone, state: 'merged' })
    const tags = [...new Set([...kept.tags, ...gone.tags])].toSorted()
    const expires = earlier(kept.expires, gone.expires)
    const merged = { ...kept, tags, ...given({ expires }) }
    await writer.putPerson(merged)
    await keepUndo(moment, { kind: 'merge', subject: gone.id, into: kept.id, references })
    return { result: merged, subjects: [gone.id, kept.id, ...references] }
  })
}

// nobody's pictures live longer because of a merge
const earlier = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a

const keepUndo = async (
  { writer, at }: WriteMoment,
  row: {
    kind: 'merge' | 'remove person' | 'remove reference'
    subject: number
    into?: number
    references: readonly number[]
  },
): Promise<void> => writer.addUndo({ id: await writer.allocate(1), at: at.toISOString(), ...row })

/** Takes references out of a person into a new one named `name`. @throws UsageError where they are not the person’s */
export function splitPerson(
  context: GalleryContext,
  key: PersonKey,
  references: readonly number[],
  name: string,
): Promise<Person> {
  const wanted = personName(name)
  return commit(context, 'split', async ({ writer, at }) => {
    const person = await findPerson(writer, key)
    await checkFree(writer, wanted, -1)
    await checkOwned(writer, person, references)
    const split: Person = {
      id: await writer.allocate(1),
      name: wanted,
      state: 'active',
      tags: [],
      created: at.toISOString(),
      ...given({ consent: person.consent, expires: person.expires }),
    }
    await writer.putPerson(split)
    await writer.moveReferences(references, split.id)
    return { result: split, subjects: [person.id, split.id, ...references] }
  })
}

const checkOwned = async (
  reader: GalleryReader,
  person: Person,
  references: readonly number[],
): Promise<void> => {
  if (references.length === 0) throw new UsageError('Expected the numbers of references, got none')
  const own = new Set((await reader.referencesOf(person.id)).map(({ id }) => id))
  const other = references.find((id) => !own.has(id))
  if (other !== undefined)
    throw new UsageError(
      `The reference ${other} is not of ${person.name ?? person.id}; cosface people show lists those that are`,
    )
}

/** Moves references from one person to another. @throws UsageError where they are not the first’s */
export function moveReferences(
  context: GalleryContext,
  references: readonly number[],
  from: PersonKey,
  to: PersonKey,
): Promise<Person> {
  return commit(context, 'move', async ({ writer }) => {
    const [source, target] = [await findPerson(writer, from), await findPerson(writer, to)]
    await checkOwned(writer, source, references)
    await writer.moveReferences(references, target.id)
    return { result: target, subjects: [source.id, target.id, ...references] }
  })
}

/** Removes a person from every answer; `undo` brings them back until they are purged. */
export function removePerson(context: GalleryContext, key: PersonKey): Promise<Person> {
  return commit(context, 'remove', async (moment) => {
    const person = await findPerson(moment.writer, key)
    const removed: Person = { ...person, state: 'removed' }
    await moment.writer.putPerson(removed)
    await keepUndo(moment, { kind: 'remove person', subject: person.id, references: [] })
    return { result: removed, subjects: [person.id] }
  })
}

/** Removes one reference from every answer; `undo` brings it back until it is purged. */
export function removeReference(context: GalleryContext, reference: number): Promise<void> {
  return commit(context, 'remove', async (moment) => {
    const row = await moment.writer.reference(reference)
    if (row?.state !== 'active')
      throw new UsageError(`The gallery has no reference with the number ${reference}`)
    await moment.writer.setReferenceState(reference, 'removed')
    await keepUndo(moment, { kind: 'remove reference', subject: reference, references: [] })
    return { result: undefined, subjects: [reference, ...(row.person === undefined ? [] : [row.person])] }
  })
}

/** What was undone. */
export interface Undone {
  readonly kind: 'merge' | 'remove person' | 'remove reference'
  /** Who or which reference is back. */
  readonly subject: number
  readonly person: Person | undefined
}

/** Undoes the last merge or removal, or the last of one person. @throws UsageError where there is none, or its name was taken */
export function undoLast(context: GalleryContext, key?: PersonKey): Promise<Undone> {
  return commit(context, 'undo', async ({ writer }) => {
    const rows = await writer.undos()
    const wanted =
      key === undefined
        ? undefined
        : await goneOf(
            writer,
            rows.map(({ subject }) => subject),
            key,
          )
    const row = rows.find(({ subject }) => wanted === undefined || subject === wanted)
    if (row === undefined)
      throw new UsageError('There is nothing to undo: no merge or removal that was not purged')
    let person = await writer.person(row.subject)
    if (row.kind === 'remove reference') await writer.setReferenceState(row.subject, 'active')
    else {
      if (person === undefined)
        throw new DataError(`The person ${row.subject} is gone from the database; nothing was undone`)
      const into = row.into === undefined ? undefined : await writer.person(row.into)
      if (row.into !== undefined && into?.state !== 'active')
        throw new UsageError(
          `${person.name ?? person.id} was merged into somebody who was merged or removed since; undo that first`,
        )
      if (person.name !== undefined) await checkFree(writer, person.name, person.id)
      person = { ...person, state: 'active' }
      await writer.putPerson(person)
      // what was moved on or erased since stays where it is
      const there = row.into === undefined ? [] : await writer.referencesOf(row.into)
      const own = there.map(({ id }) => id).filter((id) => row.references.includes(id))
      if (own.length > 0) await writer.moveReferences(own, person.id)
    }
    await writer.dropUndo(row.id)
    return {
      result: { kind: row.kind, subject: row.subject, person },
      subjects: [row.subject, ...row.references],
    }
  })
}

const goneOf = async (
  reader: GalleryReader,
  subjects: readonly number[],
  key: PersonKey,
): Promise<number> => {
  if (typeof key === 'number') return key
  const name = personName(key)
  for (const subject of subjects) if ((await reader.person(subject))?.name === name) return subject
  throw new UsageError(`No merge or removal of ${name} is left to undo`)
}
