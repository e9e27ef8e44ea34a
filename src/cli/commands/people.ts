/** @file `cosface people …`: who is in the gallery, and changes to it. */
import { UsageError } from '../../base/errors.ts'
import { textOption, textsOption } from '../../base/option.ts'
import { counted } from '../../base/words.ts'
import type { Gallery } from '../../gallery/gallery.ts'
import type { Person } from '../../gallery/person.ts'
import { type Command, command, type CommandSpec } from '../command.ts'
import { galleryOptions, type GalleryPlace, personKey, referenceNumbers } from '../gallery-options.ts'
import type { Output } from '../output.ts'

type Act<S extends object> = (
  gallery: Gallery,
  args: readonly string[],
  options: Partial<S>,
  output: Output,
) => Promise<unknown>

/** A command that opens the gallery, does one thing and gives its result. */
const onGallery = <S extends GalleryPlace>(
  spec: Omit<CommandSpec<S>, 'group' | 'run'>,
  act: Act<S>,
): Command =>
  command<S>({
    ...spec,
    group: 'Recognise',
    run: async ({ output }, args, options) => {
      const { openGalleryFor } = await import('../gallery.ts')
      await using opened = await openGalleryFor(output, options)
      output.result(await act(opened.gallery, args, options, output))
      return 0
    },
  })

const nameOf = ({ id, name }: Person): string => name ?? `#${id}`

const line = ({ id, name, tags, consent, expires }: Person): string =>
  [
    `#${id}`.padEnd(8),
    (name ?? '(no name)').padEnd(28),
    tags.join(', '),
    consent === undefined ? '' : `for ${consent.purpose} (${consent.record})`,
    expires === undefined ? '' : `until ${expires.slice(0, 10)}`,
  ]
    .filter((part) => part !== '')
    .join('  ')
    .trimEnd()

const page = 1000

const listCommand = onGallery<GalleryPlace & { readonly tag: string }>(
  {
    name: 'people list',
    summary: 'everybody in the gallery',
    detail: 'Lists the people of the gallery with their numbers, tags, consent and expiry.',
    arguments: [],
    options: {
      tag: textOption({
        group: 'Choose',
        value: 'tag',
        meaning: 'only people with this tag',
        default: 'everybody',
        range: 'a tag',
      }),
      ...galleryOptions,
    },
    examples: ['cosface people list', 'cosface people list --tag staff --json'],
  },
  async (gallery, _args, { tag }, output) => {
    const people: Person[] = []
    for (let after = 0; ;) {
      const next = await gallery.people(after, page)
      people.push(...next.filter(({ tags }) => tag === undefined || tags.includes(tag)))
      const last = next.at(-1)
      if (last === undefined || next.length < page) break
      after = last.id
    }
    for (const person of people) output.say(line(person))
    output.say(counted(people.length, 'person', 'people'))
    return { schema: 'cosface-people/1', people }
  },
)

const showCommand = onGallery<GalleryPlace & { readonly save: string }>(
  {
    name: 'people show',
    summary: 'a person with their references',
    detail:
      'Shows a person and each reference: its number, where it came from and its quality. --save writes the stored crops.',
    arguments: [{ name: 'person', meaning: 'a name, or a number as #12', required: true }],
    options: {
      save: textOption({
        group: 'Output',
        value: 'folder',
        meaning: 'write the stored crops there',
        default: 'none',
      }),
      ...galleryOptions,
    },
    examples: ['cosface people show "Anna Berg"', 'cosface people show "#12" --save crops'],
  },
  async (gallery, [who = ''], { save }, output) => {
    const { person, references } = await gallery.person(personKey(who))
    output.say(line(person))
    for (const { id, state, details, created } of references)
      output.say(
        `  #${String(id).padEnd(7)} ${created.slice(0, 10)}  ${details.source ?? ''}${state === 'removed' ? '  (removed)' : ''}`,
      )
    if (save !== undefined) {
      const { saveCrops } = await import('../../node/gallery/save-crops.ts')
      const saved = await saveCrops(
        gallery,
        references.map(({ id }) => id),
        save,
      )
      output.say(`${counted(saved, 'crop')} in ${save}`)
    }
    return { schema: 'cosface-person/1', person, references }
  },
)

const renameCommand = onGallery<GalleryPlace>(
  {
    name: 'people rename',
    summary: 'another name for a person',
    detail: 'Gives a person another name. A name belongs to one person.',
    arguments: [
      { name: 'person', meaning: 'a name, or a number as #12', required: true },
      { name: 'name', meaning: 'the new name', required: true },
    ],
    options: galleryOptions,
    examples: ['cosface people rename "Anna Berg" "Anna Holm"'],
  },
  async (gallery, [who = '', name = ''], _options, output) => {
    const person = await gallery.rename(personKey(who), name)
    output.say(`${who} is ${nameOf(person)} now`)
    return person
  },
)

const mergeCommand = onGallery<GalleryPlace>(
  {
    name: 'people merge',
    summary: 'two people who are one',
    detail:
      'Moves all references of the first person to the second. `people undo` takes them apart again until `people purge`.',
    arguments: [
      { name: 'from', meaning: 'who goes: a name, or a number as #12', required: true },
      { name: 'into', meaning: 'who stays', required: true },
    ],
    options: galleryOptions,
    examples: ['cosface people merge "A. Berg" "Anna Berg"'],
  },
  async (gallery, [from = '', into = ''], _options, output) => {
    const person = await gallery.merge(personKey(from), personKey(into))
    output.say(`${from} is part of ${nameOf(person)} now; cosface people undo takes them apart`)
    return person
  },
)

const splitCommand = onGallery<GalleryPlace & { readonly to: string }>(
  {
    name: 'people split',
    summary: 'references that are somebody else',
    detail:
      'Takes references out of a person: into a new person named by --to, or to the person who has that name.',
    arguments: [
      { name: 'person', meaning: 'a name, or a number as #12', required: true },
      { name: 'reference', meaning: 'numbers of references, from people show', required: true, many: true },
    ],
    options: {
      to: textOption({
        group: 'Choose',
        value: 'name',
        meaning: 'who they are',
        default: 'must be given',
        range: 'a name',
      }),
      ...galleryOptions,
    },
    examples: ['cosface people split "Anna Berg" 17 18 --to "Anja Berg"'],
  },
  async (gallery, [who = '', ...numbers], { to }, output) => {
    if (to === undefined) throw new UsageError('Expected --to with the name of who they are, got nothing')
    const references = referenceNumbers(numbers)
    const known = await gallery.personNamed(to)
    const person =
      known === undefined
        ? await gallery.split(personKey(who), references, to)
        : await gallery.move(references, personKey(who), known.id)
    output.say(
      `${counted(references.length, 'reference')} of ${who} ${references.length === 1 ? 'is' : 'are'} ${nameOf(person)} now`,
    )
    return person
  },
)

const tagCommand = onGallery<
  GalleryPlace & {
    readonly add: readonly string[]
    readonly remove: readonly string[]
    readonly consent: string
    readonly purpose: string
    readonly expires: string
  }
>(
  {
    name: 'people tag',
    summary: 'tags, consent and expiry of a person',
    detail:
      'Adds and takes away tags, and records what the person agreed to and until when. From its expiry on a person is never an answer; `people purge` erases them.',
    arguments: [{ name: 'person', meaning: 'a name, or a number as #12', required: true }],
    options: {
      add: textsOption({
        group: 'Change',
        value: 'tag',
        meaning: 'a tag to add; may be given several times',
        range: 'a tag',
      }),
      remove: textsOption({ group: 'Change', value: 'tag', meaning: 'a tag to take away', range: 'a tag' }),
      consent: textOption({
        group: 'Change',
        value: 'record',
        meaning: 'where the consent is recorded',
        range: 'a text',
      }),
      purpose: textOption({
        group: 'Change',
        value: 'text',
        meaning: 'what the consent is for',
        range: 'a text',
      }),
      expires: textOption({
        group: 'Change',
        value: 'date',
        meaning: 'the last day on which the person may be an answer',
        range: 'a date such as 2030-12-31',
      }),
      ...galleryOptions,
    },
    examples: [
      'cosface people tag "Anna Berg" --add staff',
      'cosface people tag "Anna Berg" --consent "form 12" --purpose "door" --expires 2030-12-31',
    ],
  },
  async (gallery, [who = ''], { add, remove, consent, purpose, expires }, output) => {
    if ((consent === undefined) !== (purpose === undefined))
      throw new UsageError('--consent and --purpose belong together; give both')
    if (expires !== undefined && consent === undefined)
      throw new UsageError('--expires wants --consent and --purpose beside it')
    const key = personKey(who)
    if (consent !== undefined && purpose !== undefined)
      await gallery.consent(key, { record: consent, purpose }, expires)
    const person = await gallery.tag(key, add ?? [], remove)
    output.say(line(person))
    return person
  },
)

const removeCommand = onGallery<GalleryPlace & { readonly reference: readonly string[] }>(
  {
    name: 'people remove',
    summary: 'a person, or some references, out of every answer',
    detail:
      'Takes a person or references out of every answer. `people undo` brings them back until `people purge` erases them.',
    arguments: [{ name: 'person', meaning: 'a name, or a number as #12', required: true }],
    options: {
      reference: textsOption({
        group: 'Choose',
        value: 'number',
        meaning: 'only this reference; may be given several times',
        range: 'a number',
      }),
      ...galleryOptions,
    },
    examples: ['cosface people remove "Anna Berg"', 'cosface people remove "Anna Berg" --reference 17'],
  },
  async (gallery, [who = ''], { reference }, output) => {
    if (reference === undefined) {
      const person = await gallery.remove(personKey(who))
      output.say(
        `${nameOf(person)} is removed; cosface people undo brings them back, cosface people purge erases them`,
      )
      return person
    }
    const { person, references } = await gallery.person(personKey(who))
    const own = new Set(references.map(({ id }) => id))
    for (const id of referenceNumbers(reference)) {
      if (!own.has(id)) throw new UsageError(`The reference ${id} is not of ${nameOf(person)}`)
      await gallery.removeReference(id)
    }
    output.say(`${counted(reference.length, 'reference')} of ${nameOf(person)} removed`)
    return person
  },
)

const undoCommand = onGallery<GalleryPlace>(
  {
    name: 'people undo',
    summary: 'the last merge or removal, taken back',
    detail: 'Undoes the last merge or removal that was not purged, or the last of one person.',
    arguments: [{ name: 'person', meaning: 'who went: a name, or a number as #12' }],
    options: galleryOptions,
    examples: ['cosface people undo', 'cosface people undo "Anna Berg"'],
  },
  async (gallery, [who], _options, output) => {
    const undone = await gallery.undo(who === undefined ? undefined : personKey(who))
    const { kind, person, subject } = undone
    output.say(`Undone: ${kind} of ${person === undefined ? `#${subject}` : nameOf(person)}`)
    return undone
  },
)

const purgeCommand = onGallery<GalleryPlace & { readonly person: string }>(
  {
    name: 'people purge',
    summary: 'erase for good who was removed, merged away or has expired',
    detail:
      'Erases for good: rows, crops, embeddings and snapshots of everybody who was removed or merged away or whose time is over, or at once of the person named by --person. Says what it cannot reach.',
    arguments: [],
    options: {
      person: textOption({
        group: 'Choose',
        value: 'name',
        meaning: 'erase this person at once',
        default: 'who was removed or has expired',
        range: 'a name',
      }),
      ...galleryOptions,
    },
    examples: ['cosface people purge', 'cosface people purge --person "Anna Berg"'],
  },
  async (gallery, _args, { person }, output) => {
    const erased = person === undefined ? await gallery.purge() : await gallery.erase(personKey(person))
    output.say(
      `Erased ${counted(erased.people.length, 'person', 'people')} and ${counted(erased.references, 'reference')}`,
    )
    for (const sentence of erased.notReached) output.warn(sentence)
    return { schema: 'cosface-purge/1', ...erased }
  },
)

const differentCommand = onGallery<GalleryPlace>(
  {
    name: 'people different',
    summary: 'say that two people are never the same',
    detail:
      'Two people told apart are never merged, and no look-alike warning names them. `people same` takes it back.',
    arguments: [
      { name: 'first', meaning: 'a name, or a number as #12', required: true },
      { name: 'second', meaning: 'another', required: true },
    ],
    options: galleryOptions,
    examples: ['cosface people different "Anna Berg" "Anja Berg"'],
  },
  async (gallery, [first = '', second = ''], _options, output) => {
    await gallery.different(personKey(first), personKey(second))
    output.say(`${first} and ${second} are different people`)
    return { first, second }
  },
)

const sameCommand = onGallery<GalleryPlace>(
  {
    name: 'people same',
    summary: 'take back that two people are never the same',
    detail: 'Takes back what `people different` said; it merges nobody.',
    arguments: [
      { name: 'first', meaning: 'a name, or a number as #12', required: true },
      { name: 'second', meaning: 'another', required: true },
    ],
    options: galleryOptions,
    examples: ['cosface people same "Anna Berg" "Anja Berg"'],
  },
  async (gallery, [first = '', second = ''], _options, output) => {
    await gallery.notDifferent(personKey(first), personKey(second))
    output.say(`${first} and ${second} may be the same again`)
    return { first, second }
  },
)

export const peopleCommands: readonly Command[] = [
  listCommand,
  showCommand,
  renameCommand,
  mergeCommand,
  splitCommand,
  tagCommand,
  removeCommand,
  undoCommand,
  purgeCommand,
  differentCommand,
  sameCommand,
]
