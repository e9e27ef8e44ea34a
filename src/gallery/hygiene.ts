/** @file What looks wrong in a gallery: references that disagree, one picture under two people, one person under two names. */
import { cosine } from '../evaluate/features.ts'
import { embeddingsOf } from './enrol.ts'
import { currentOrigin, type GalleryContext, openVector } from './context.ts'
import type { Person } from './person.ts'
import { templatesOf } from './scoring.ts'
import type { SearchIndex } from './search-index.ts'
import type { GalleryReader } from './store.ts'

/** A thing that a person should look at. */
export type HygieneFinding =
  | {
      readonly kind: 'disagreeing reference'
      readonly person: string
      readonly reference: number
      /** The highest cosine with another of the person’s. */
      readonly cosine: number
    }
  | {
      readonly kind: 'one photograph, two people'
      readonly people: readonly [string, string]
      readonly references: readonly [number, number]
    }
  | { readonly kind: 'look-alikes'; readonly people: readonly [string, string]; readonly cosine: number }
  | { readonly kind: 'expired'; readonly person: string; readonly expires: string }
  | { readonly kind: 'no consent'; readonly person: string }

export interface HygieneOptions {
  /** The cosine from which two faces look like one person. */
  readonly threshold: number
  readonly now: Date
  readonly signal?: AbortSignal
}

const page = 500

/** Looks through everybody, one after the other; findings come as they are made. */
export async function* hygiene(
  context: GalleryContext,
  index: SearchIndex,
  { threshold, now, signal }: HygieneOptions,
): AsyncGenerator<HygieneFinding> {
  const current = await context.store.read(currentOrigin)
  if (current === undefined) return
  for (let after = 0; ;) {
    const people = await context.store.read((reader) =>
      reader.people({ state: 'active', after, limit: page }),
    )
    for (const person of people) {
      signal?.throwIfAborted()
      if (person.name === undefined) continue
      yield* await context.store.read((reader) =>
        ownFindings(context, reader, person, current.number, threshold, now),
      )
      yield* await lookAlikes(context, index, person, current.number, threshold)
    }
    const last = people.at(-1)
    if (last === undefined || people.length < page) return
    after = last.id
  }
}

const ownFindings = async (
  context: GalleryContext,
  reader: GalleryReader,
  person: Person,
  origin: number,
  threshold: number,
  now: Date,
): Promise<readonly HygieneFinding[]> => {
  const findings: HygieneFinding[] = []
  const name = person.name ?? String(person.id)
  if (person.consent === undefined) findings.push({ kind: 'no consent', person: name })
  if (person.expires !== undefined && Date.parse(person.expires) <= now.getTime())
    findings.push({ kind: 'expired', person: name, expires: person.expires })
  const rows = await reader.embeddingsOf(person.id, origin)
  const vectors = rows.map((row) => openVector(context, row.vector, row.reference, origin))
  rows.forEach(({ reference }, i) => {
    const one = vectors[i]
    if (one === undefined || vectors.length < 2) return
    const highest = Math.max(
      ...vectors.map((other, j) => (i === j ? -1 : cosine(one, 0, other, 0, one.length))),
    )
    if (highest < threshold)
      findings.push({ kind: 'disagreeing reference', person: name, reference, cosine: highest })
  })
  for (const { id, photograph, state } of await reader.referencesOf(person.id)) {
    if (photograph === undefined || state !== 'active') continue
    for (const other of await reader.referencesFrom(photograph)) {
      // each pair once
      if (
        other.id <= id ||
        other.person === undefined ||
        other.person === person.id ||
        other.state !== 'active'
      )
        continue
      const owner = await reader.person(other.person)
      const [mine, theirs] = [await reader.embedding(id, origin), await reader.embedding(other.id, origin)]
      if (owner?.state !== 'active' || mine === undefined || theirs === undefined) continue
      const [a, b] = [
        openVector(context, mine.vector, id, origin),
        openVector(context, theirs.vector, other.id, origin),
      ]
      // two faces of a group picture are two people; the same face twice is not
      if (cosine(a, 0, b, 0, a.length) < threshold) continue
      findings.push({
        kind: 'one photograph, two people',
        people: [name, owner.name ?? String(owner.id)],
        references: [id, other.id],
      })
    }
  }
  return findings
}

const lookAlikes = async (
  context: GalleryContext,
  index: SearchIndex,
  person: Person,
  origin: number,
  threshold: number,
): Promise<readonly HygieneFinding[]> => {
  const vectors = await context.store.read((reader) => embeddingsOf(context, reader, person.id, origin))
  const [template] = templatesOf(vectors, 'mean')
  if (template === undefined) return []
  const [found = []] = await index.search(template, 5)
  const findings: HygieneFinding[] = []
  for (const { person: id, score } of found) {
    if (id <= person.id || score < threshold) continue
    const [other, links] = await context.store.read(
      async (reader) => [await reader.person(id), await reader.links(id)] as const,
    )
    // who was told apart by hand needs no more warning
    if (
      links.some(
        ({ kind, first, second }) => kind === 'cannot' && (first === person.id || second === person.id),
      )
    )
      continue
    findings.push({
      kind: 'look-alikes',
      people: [person.name ?? String(person.id), other?.name ?? String(id)],
      cosine: score,
    })
  }
  return findings
}

/** A finding as a sentence. */
export function findingInWords(finding: HygieneFinding): string {
  switch (finding.kind) {
    case 'disagreeing reference':
      return `Reference #${finding.reference} of ${finding.person} is unlike the others: the highest cosine is ${finding.cosine.toFixed(3)}`
    case 'one photograph, two people':
      return `One face is under two people: #${finding.references[0]} of ${finding.people[0]} and #${finding.references[1]} of ${finding.people[1]} are the same photograph`
    case 'look-alikes':
      return `${finding.people[0]} and ${finding.people[1]} look alike (cosine ${finding.cosine.toFixed(3)}): one person under two names, or two to tell apart`
    case 'expired':
      return `The time of ${finding.person} is over since ${finding.expires}; cosface people purge erases them`
    case 'no consent':
      return `No consent is recorded for ${finding.person}`
  }
}
