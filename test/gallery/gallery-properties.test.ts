/** @file Any order of changes leaves in a gallery what it leaves in a plain map. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Gallery, openGallery } from '../../src/gallery/gallery.ts'
import { openMemoryStore } from '../../src/gallery/memory-store.ts'
import type { GalleryStore } from '../../src/gallery/store.ts'
import { plainVault } from '../../src/gallery/vault.ts'
import { openSqliteStore } from '../../src/node/gallery/sqlite-store.ts'
import { enrolment, face, origin } from './fixture.ts'

const names = ['Anna', 'Bert', 'Cleo', 'Dora']

interface Pair {
  readonly name: string
  readonly other: string
}

type Change =
  | { readonly kind: 'enrol'; readonly name: string; readonly picture: number }
  | ({ readonly kind: 'rename' } & Pair)
  | ({ readonly kind: 'merge' } & Pair)
  | ({ readonly kind: 'remove' } & Pair)
  | ({ readonly kind: 'split' } & Pair)
  | { readonly kind: 'undo' }
  | { readonly kind: 'purge' }

const name = fc.constantFrom(...names)
const pair = <K extends string>(kind: K): fc.Arbitrary<{ kind: K } & Pair> =>
  fc.record({ kind: fc.constant(kind), name, other: name })
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('enrol' as const), name, picture: fc.nat(20) }) },
  { weight: 3, arbitrary: pair('rename') },
  { weight: 3, arbitrary: pair('merge') },
  { weight: 2, arbitrary: pair('remove') },
  { weight: 2, arbitrary: pair('split') },
  { weight: 3, arbitrary: fc.constant({ kind: 'undo' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'purge' as const }) },
)

const content = async (gallery: Gallery): Promise<Record<string, readonly string[]>> => {
  const found: Record<string, readonly string[]> = {}
  for (const { name: who } of await gallery.people()) {
    if (who === undefined) continue
    const { references } = await gallery.person(who)
    found[who] = references
      .filter(({ state }) => state === 'active')
      .map(({ details }) => details.source ?? '')
      .toSorted()
  }
  return found
}

interface Model {
  /** Person number → name and photographs; a person who went is in `gone`. */
  readonly people: Map<number, { name: string; photographs: Set<string> }>
  readonly gone: {
    readonly id: number
    readonly name: string
    readonly photographs: ReadonlySet<string>
    readonly into?: number
  }[]
  next: number
}

const idOf = ({ people }: Model, wanted: string): number | undefined =>
  [...people].find(([, one]) => one.name === wanted)?.[0]

/** What a change does to the map; false where it must be refused. */
const applyTo = (model: Model, one: Change): boolean => {
  const { people, gone } = model
  if (one.kind === 'purge') {
    gone.length = 0
    return true
  }
  if (one.kind === 'undo') {
    const last = gone.at(-1)
    if (last === undefined || idOf(model, last.name) !== undefined) return false
    const into = last.into === undefined ? undefined : people.get(last.into)
    if (last.into !== undefined && into === undefined) return false
    gone.pop()
    const back = [...last.photographs].filter(
      (photograph) => into === undefined || into.photographs.delete(photograph),
    )
    people.set(last.id, { name: last.name, photographs: new Set(back) })
    return true
  }
  const id = idOf(model, one.name)
  if (one.kind === 'enrol') {
    const photograph = `${one.name} ${one.picture}`
    if ([...people.values()].some(({ photographs }) => photographs.has(photograph))) return true
    if (id === undefined) people.set(model.next++, { name: one.name, photographs: new Set([photograph]) })
    else people.get(id)?.photographs.add(photograph)
    return true
  }
  const person = id === undefined ? undefined : people.get(id)
  if (id === undefined || person === undefined) return false
  const other = idOf(model, one.other)
  switch (one.kind) {
    case 'rename':
      if (other !== undefined && other !== id) return false
      person.name = one.other
      return true
    case 'remove':
      people.delete(id)
      gone.push({ id, name: person.name, photographs: person.photographs })
      return true
    case 'merge': {
      const target = other === undefined ? undefined : people.get(other)
      if (other === undefined || target === undefined || other === id) return false
      people.delete(id)
      gone.push({ id, name: person.name, photographs: new Set(person.photographs), into: other })
      for (const photograph of person.photographs) target.photographs.add(photograph)
      return true
    }
    case 'split': {
      const [first] = [...person.photographs].toSorted()
      if (other !== undefined || first === undefined) return false
      person.photographs.delete(first)
      people.set(model.next++, { name: one.other, photographs: new Set([first]) })
      return true
    }
  }
}

const apply = async (gallery: Gallery, one: Change): Promise<void> => {
  switch (one.kind) {
    case 'enrol': {
      const source = `${one.name} ${one.picture}`
      const added = enrolment(one.name, one.picture, { details: { source } })
      await gallery.enrol([added], { origin })
      return
    }
    case 'rename':
      await gallery.rename(one.name, one.other)
      return
    case 'merge':
      await gallery.merge(one.name, one.other)
      return
    case 'remove':
      await gallery.remove(one.name)
      return
    case 'split': {
      const { references } = await gallery.person(one.name)
      const [first] = references.toSorted((a, b) =>
        (a.details.source ?? '') < (b.details.source ?? '') ? -1 : 1,
      )
      await gallery.split(one.name, [first?.id ?? -1], one.other)
      return
    }
    case 'undo':
      await gallery.undo()
      return
    case 'purge':
      await gallery.purge()
      return
  }
}

const holds = async (store: GalleryStore, changes: readonly Change[]): Promise<void> => {
  await using gallery = await openGallery({
    store,
    vault: plainVault,
    now: () => new Date('2030-01-01T00:00:00Z'),
    who: 'test',
    newId: () => 'g',
  })
  const model: Model = { people: new Map(), gone: [], next: 1 }
  for (const one of changes) {
    const allowed = applyTo(model, one)
    const done = await apply(gallery, one).then(
      () => true,
      () => false,
    )
    expect(done, JSON.stringify(one)).toBe(allowed)
    const expected = Object.fromEntries(
      [...model.people.values()].map((person) => [person.name, [...person.photographs].toSorted()]),
    )
    expect(await content(gallery)).toEqual(expected)
  }
  // the index followed: each picture's owner is found by it, and nobody who went
  const found = await gallery.search(
    names.map((who) => ({ embedding: face(who, 3), origin })),
    names.length,
  )
  for (const candidates of found)
    expect(candidates.map(({ name: who }) => who).toSorted()).toEqual(
      [...model.people.values()]
        .filter(({ photographs }) => photographs.size > 0)
        .map((person) => person.name)
        .toSorted(),
    )
  expect((await gallery.check()).faults).toEqual([])
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosface-properties-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('a gallery in memory is a plain map', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 25 }), (changes) =>
      holds(openMemoryStore(), changes),
    ),
    { numRuns: 60, seed: 7 },
  )
})

it('a gallery in a file is a plain map', async () => {
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 5, maxLength: 25 }), async (changes) =>
      holds(await openSqliteStore(join(folder, `${run++}.db`)), changes),
    ),
    { numRuns: 5, seed: 8 },
  )
})
