/** @file `cosface gallery …` and `cosface audit verify`: whether a gallery is whole, its backup, its key, its model. */
import { UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { flagOption, numberOption, type OptionSpecs, textOption } from '../../base/option.ts'
import { counted } from '../../base/words.ts'
import { type Command, command } from '../command.ts'
import { galleryOptions, type GalleryPlace } from '../gallery-options.ts'
import { required } from '../options.ts'
import { progressOf } from '../progress.ts'
import { type RecognitionOptions, recognitionOptions } from '../recognition-options.ts'

const checkCommand = command<GalleryPlace>({
  name: 'gallery check',
  group: 'Recognise',
  summary: 'whether everything in the gallery is whole',
  detail:
    'Opens every crop and embedding, follows every number, follows the audit log to its end, and lets the database check itself.\nExit codes: 0 whole, 1 something is wrong.',
  arguments: [],
  options: galleryOptions,
  examples: ['cosface gallery check', 'cosface gallery check --store faces.db --json'],
  run: async ({ output, signal }, _args, options) => {
    const { openGalleryFor } = await import('../gallery.ts')
    await using opened = await openGalleryFor(output, options)
    const head = await opened.auditHead()
    const checked = await opened.gallery.check({ ...given({ head }), signal })
    for (const fault of checked.faults) output.warn(`Fault: ${fault}`)
    output.say(
      `${counted(checked.people, 'person', 'people')}, ${counted(checked.references, 'reference')}, ${counted(checked.embeddings, 'embedding')}, ${counted(checked.auditEntries, 'audit entry', 'audit entries')}: ${checked.faults.length === 0 ? 'whole' : counted(checked.faults.length, 'fault')}`,
    )
    output.result({ schema: 'cosface-gallery-check/1', ...checked })
    return checked.faults.length === 0 ? 0 : 1
  },
})

const hygieneCommand = command<GalleryPlace & { readonly threshold: number }>({
  name: 'gallery hygiene',
  group: 'Recognise',
  summary: 'references that disagree, one picture under two people, one person under two names',
  detail:
    'Looks through the gallery for what a person should look at: references unlike the person’s others, one face under two people, people who look alike, consent that is missing, time that is over. Changes nothing.',
  arguments: [],
  options: {
    threshold: numberOption({
      group: 'Decision',
      meaning:
        'the cosine from which two faces look like one person; cosface verify shows that of a calibration',
      min: -1,
      max: 1,
      default: 'must be given',
    }),
    ...galleryOptions,
  },
  examples: ['cosface gallery hygiene --threshold 0.42'],
  run: async ({ output, signal }, _args, options) => {
    const threshold = required('--threshold', options.threshold, 'a cosine')
    const { openGalleryFor } = await import('../gallery.ts')
    const { findingInWords } = await import('../../gallery/hygiene.ts')
    await using opened = await openGalleryFor(output, options)
    const findings = []
    for await (const finding of opened.gallery.hygiene(threshold, signal)) {
      findings.push(finding)
      output.say(findingInWords(finding))
    }
    output.say(counted(findings.length, 'finding'))
    output.result({ schema: 'cosface-gallery-hygiene/1', findings })
    return 0
  },
})

const backupCommand = command<GalleryPlace>({
  name: 'gallery backup',
  group: 'Recognise',
  summary: 'all of the gallery in one file',
  detail:
    'Writes one consistent state of the gallery to a file: what is encrypted stays encrypted by the gallery’s key, names do not. The key is not in it. Others may go on working meanwhile.',
  arguments: [{ name: 'file', meaning: 'a file that does not exist yet', required: true }],
  options: galleryOptions,
  examples: ['cosface gallery backup gallery-2030-01-01.backup'],
  run: async ({ output }, [file = ''], options) => {
    const { defaultStore, openStore } = await import('../../node/gallery/open-gallery.ts')
    const { backupGallery } = await import('../../node/gallery/backup-file.ts')
    await using store = await openStore(options.store ?? defaultStore())
    const backup = await backupGallery(store, file)
    output.say(
      `${counted(backup.people, 'person', 'people')} and ${counted(backup.references, 'reference')} in ${file}`,
    )
    output.result({ schema: 'cosface-gallery-backup/1', ...backup })
    return 0
  },
})

const restoreCommand = command<GalleryPlace>({
  name: 'gallery restore',
  group: 'Recognise',
  summary: 'a backup put back',
  detail:
    'Checks a backup to its end and puts it into an empty place: a file or database without a gallery. It opens with the key that the gallery had.',
  arguments: [{ name: 'file', meaning: 'a backup', required: true }],
  options: galleryOptions,
  examples: ['cosface gallery restore gallery-2030-01-01.backup --store restored.db'],
  run: async ({ output }, [file = ''], options) => {
    const { defaultStore, openStore } = await import('../../node/gallery/open-gallery.ts')
    const { restoreGallery } = await import('../../node/gallery/backup-file.ts')
    await using store = await openStore(options.store ?? defaultStore())
    const counts = await restoreGallery(file, store)
    output.say(
      `${counted(counts.people, 'person', 'people')} and ${counted(counts.references, 'reference')} are back in ${store.name}`,
    )
    output.result({ schema: 'cosface-gallery-restore/1', store: store.name, ...counts })
    return 0
  },
})

const rotateCommand = command<GalleryPlace & { readonly to: string }>({
  name: 'gallery rotate-key',
  group: 'Recognise',
  summary: 'another key for the gallery',
  detail:
    'Locks the gallery with another key, and seals what is written from now on with a new data key. What is stored is not written anew; the old key opens the gallery no more.',
  arguments: [],
  options: {
    to: textOption({
      group: 'Gallery',
      value: 'file',
      meaning: 'the new key’s file, made where it is missing',
      default: 'must be given',
    }),
    ...galleryOptions,
  },
  examples: ['cosface gallery rotate-key --to new.key'],
  run: async ({ output }, _args, options) => {
    const to = required('--to', options.to, 'a file for the new key')
    const { rotateGalleryKey } = await import('../../node/gallery/rotate-key.ts')
    const key = await rotateGalleryKey({ to, ...given({ store: options.store, keyFile: options.keyFile }) })
    output.say(
      `The gallery opens with the key in ${key.from} now: give it with --key-file or COSFACE_GALLERY_KEY_FILE, and keep a copy of it elsewhere`,
    )
    output.result({ schema: 'cosface-gallery-key/1', keyFile: key.from })
    return 0
  },
})

interface ReembedOptions extends RecognitionOptions, GalleryPlace {
  readonly leaveBehind: boolean
}

const reembedOptions: OptionSpecs<ReembedOptions> = {
  leaveBehind: flagOption({
    group: 'Faces',
    meaning: 'switch although references without a stored crop are lost to the new model',
    default: 'then the gallery stays as it is',
  }),
  ...galleryOptions,
  ...recognitionOptions,
}

const reembedCommand = command<ReembedOptions>({
  name: 'gallery reembed',
  group: 'Recognise',
  summary: 'the gallery carried over to another model',
  detail:
    'Embeds the stored crops with the model named by --model, beside the old embeddings, and then switches in one write. It can be stopped and goes on where it was; until the switch the old model answers.',
  arguments: [],
  options: reembedOptions,
  examples: ['cosface gallery reembed --model runs/better'],
  run: async (context, _args, options) => {
    const { output, signal } = context
    const { openRecognition } = await import('../recognition.ts')
    const opened = await openRecognition(context, options)
    if (opened === undefined) {
      output.say('Nothing was fetched, so nothing was changed.')
      return 1
    }
    await using embedder = opened.embedder
    const { openGalleryFor } = await import('../gallery.ts')
    const { decodeCrop } = await import('../../node/gallery/crop-file.ts')
    await using held = await openGalleryFor(output, options)
    const { references } = await held.gallery.counts()
    let done
    {
      using progress = progressOf(output, 'embedding', 'references')
      done = await held.gallery.reembed({
        origin: embedder.origin,
        embed: async (crops) => embedder.crops(await Promise.all(crops.map(decodeCrop))),
        leaveBehind: options.leaveBehind ?? false,
        signal,
        onProgress: (count) => progress.update(count, references),
      })
    }
    output.say(`${counted(done.embedded, 'reference')} embedded; the gallery answers with the new model now`)
    if (done.leftBehind.length > 0)
      output.warn(`Left behind: ${done.leftBehind.map((id) => `#${id}`).join(', ')}`)
    output.result({ schema: 'cosface-gallery-reembed/1', ...done })
    return 0
  },
})

const auditCommand = command<GalleryPlace & { readonly head: string }>({
  name: 'audit verify',
  group: 'Recognise',
  summary: 'whether the audit log was changed or cut',
  detail:
    'Follows the log’s chain of hashes from the first entry on, and to the end that this machine kept outside the database. Names the first entry that is wrong. The head may also be given, as NUMBER:HASH, from a place where you noted it.\nExit codes: 0 whole, 1 something is wrong.',
  arguments: [],
  options: {
    head: textOption({
      group: 'Choose',
      value: 'number:hash',
      meaning: 'the end of the log as it was noted elsewhere',
      default: 'the one kept in your data folder',
      range: 'a number and a hash',
    }),
    ...galleryOptions,
  },
  examples: ['cosface audit verify', 'cosface audit verify --head 812:9f2c…'],
  run: async ({ output }, _args, options) => {
    const { openGalleryFor } = await import('../gallery.ts')
    await using opened = await openGalleryFor(output, options)
    const { gallery } = opened
    const noted = options.head === undefined ? undefined : /^(\d+):([0-9a-f]{64})$/.exec(options.head)
    if (options.head !== undefined && noted === null)
      throw new UsageError(
        `--head must be a number and a hash of 64 digits, as 812:9f2c…, got ${options.head}`,
      )
    const head = noted
      ? { gallery: gallery.id, number: Number(noted[1]), hash: noted[2] ?? '' }
      : await opened.auditHead()
    const { entries, last, fault } = await gallery.checkAudit(head)
    if (fault !== undefined) output.warn(`Fault: ${fault}`)
    else if (head === undefined)
      output.warn('This machine kept no head of the log, so a cut end would not show')
    output.say(`${counted(entries, 'entry', 'entries')}: ${fault === undefined ? 'whole' : 'not whole'}`)
    if (last !== undefined && fault === undefined) output.say(`note elsewhere: ${last.number}:${last.hash}`)
    output.result({ schema: 'cosface-audit/1', entries, ...given({ head, last, fault }) })
    return fault === undefined ? 0 : 1
  },
})

export const galleryCommands: readonly Command[] = [
  checkCommand,
  hygieneCommand,
  backupCommand,
  restoreCommand,
  reembedCommand,
  rotateCommand,
  auditCommand,
]
