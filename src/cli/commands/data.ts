/** @file `cosface data check` and `data apply`: what is wrong with a folder of faces, and a mended copy of it. */
import { availableParallelism } from 'node:os'
import { UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { flagOption, integerOption, type OptionSpecs, textOption, textsOption } from '../../base/option.ts'
import { depthOption } from '../../data/depth-option.ts'
import { counted, withCommas } from '../../base/words.ts'
import type { DataCheckStage } from '../../node/check/data-check.ts'
import type { Device } from '../../runtime/session.ts'
import { alignedOnTheWay, onTheWayOptions, type OnTheWayOptions } from '../align.ts'
import { type Command, command } from '../command.ts'
import {
  deviceOption,
  jsonOption,
  modelOptions,
  type ModelOptions,
  required,
  threadsOption,
} from '../options.ts'
import { progressOf, stagesOf } from '../progress.ts'

interface CheckOptions extends ModelOptions, OnTheWayOptions {
  readonly against: readonly string[]
  readonly small: number
  readonly depth: number
  readonly out: string
  readonly overwrite: boolean
  readonly threads: number
  readonly device: Device
  readonly json: boolean
}

const overwriteOption = flagOption({
  group: 'Output',
  meaning: 'replace what is there',
  default: 'what is there is an error',
})

const checkOptions: OptionSpecs<CheckOptions> = {
  against: textsOption({
    group: 'Look for',
    value: 'folder',
    meaning: 'another set (the test set, say): people and images in both are findings; may be repeated',
    default: 'none',
  }),
  small: integerOption({
    group: 'Look for',
    meaning: 'images with a shorter side than this are findings',
    unit: 'pixels',
    min: 1,
    max: 10_000,
    default: '64',
  }),
  depth: depthOption('Data'),
  ...onTheWayOptions,
  ...modelOptions,
  threads: threadsOption,
  device: deviceOption,
  out: textOption({
    group: 'Output',
    value: 'folder',
    meaning: 'where findings.csv, review.html and report.json go',
    default: 'cosface-data-check',
  }),
  overwrite: overwriteOption,
  json: jsonOption,
}

const stages: Readonly<Record<DataCheckStage, { readonly title: string; readonly unit: string }>> = {
  looking: { title: 'looking', unit: 'images' },
  images: { title: 'comparing doubtful images', unit: 'images' },
  people: { title: 'comparing people', unit: 'people' },
  sets: { title: 'comparing with the other set', unit: 'people' },
}

export const dataCheckCommand: Command = command<CheckOptions>({
  name: 'data check',
  group: 'Data',
  summary: 'what is wrong with a folder of faces: unreadable, doubled, blurred, mixed up',
  detail:
    'Counts, single images, exact and near duplicates, unreadable and blurred images, imbalance; with --model also images unlike their folder, folders that look like one person, and people shared with --against. Nothing is changed: findings.csv is for reviewing, `cosface data apply` acts on a copy.',
  arguments: [
    {
      name: 'folder',
      meaning: 'folder with one subfolder a person, or with a train.rec; or a list of images with labels',
      required: true,
    },
  ],
  options: { ...checkOptions, model: { ...modelOptions.model, default: 'none: no question of who is who' } },
  examples: [
    'cosface data check faces/',
    'cosface data check faces/ --model runs/first --against test/ --out review/',
  ],
  run: async (context, [named = ''], options) => {
    const { output, signal } = context
    const [{ checkData }, { checkFindingsPlace, writeDataCheck }, { openThumbnails }] = await Promise.all([
      import('../../node/check/data-check.ts'),
      import('../../node/check/page.ts'),
      import('../../node/check/thumbnails.ts'),
    ])
    const out = options.out ?? 'cosface-data-check'
    await checkFindingsPlace(out, options.overwrite ?? false)
    const folder = await alignedOnTheWay(context, named, options)
    if (folder === undefined) return 1
    const { lockFolder } = await import('../../node/files/locked-folder.ts')
    await using locked = await lockFolder(out)
    if (locked.note !== undefined) output.warn(locked.note)
    await checkFindingsPlace(out, options.overwrite ?? false)
    const { openModelFor } = await import('../models.ts')
    await using model =
      options.model === undefined ? undefined : await openModelFor(output, options.model, options)
    const { embedOpened } = await import('../../node/evaluate/raw-features.ts')
    const { runtimeProduct } = await import('../../node/session/score-product.ts')
    let report
    {
      using progress = stagesOf(output, stages)
      report = await checkData(folder, {
        signal,
        openProduct: runtimeProduct(options.threads ?? availableParallelism()),
        onProgress: progress.update,
        ...given({ against: options.against, small: options.small, depth: options.depth }),
        ...(model === undefined
          ? {}
          : {
              embed: async (count, image) => {
                progress[Symbol.dispose]()
                using embedding = progressOf(output, 'embedding', 'images')
                return await embedOpened(model, count, image, { signal, onProgress: embedding.update })
              },
            }),
      })
    }
    await using thumbnails = await openThumbnails(folder, options.against, given({ depth: options.depth }))
    const files = await writeDataCheck(report, locked, thumbnails, { overwrite: options.overwrite ?? false })
    output.say(
      `${counted(report.images, 'image')} of ${counted(report.identities, 'person', 'people')}, ${withCommas(report.unreadable)} unreadable; ${withCommas(report.perIdentity.fewest)} to ${withCommas(report.perIdentity.most)} each, ${withCommas(report.perIdentity.median)} at the median`,
    )
    for (const [kind, found] of Object.entries(report.counts))
      output.say(`  ${kind.padEnd(20)} ${withCommas(found)}`)
    for (const note of report.notes) output.say(note)
    for (const file of files) output.say(file)
    output.result(report)
    return 0
  },
})

interface ApplyOptions {
  readonly depth: number
  readonly folder: string
  readonly out: string
  readonly json: boolean
}

const applyOptions: OptionSpecs<ApplyOptions> = {
  folder: textOption({
    group: 'Data',
    value: 'folder|list',
    meaning: 'what was checked: a folder, or a list of images with labels; it stays as it is',
    default: 'must be given',
  }),
  depth: depthOption('Data'),
  out: textOption({ group: 'Output', value: 'folder', meaning: 'the mended copy', default: 'must be given' }),
  json: jsonOption,
}

export const dataApplyCommand: Command = command<ApplyOptions>({
  name: 'data apply',
  group: 'Data',
  summary: 'copy a folder of faces without what a reviewed findings.csv drops',
  detail:
    'Rows of the table with the action drop are left out of the copy, rows with move go to their target; a drop wins. A row without an image stands for all images of its identity. The folder itself is never changed. The copy of a list is a folder with one subfolder a person.',
  arguments: [{ name: 'findings.csv', meaning: 'the reviewed table', required: true }],
  options: applyOptions,
  examples: ['cosface data apply review/findings.csv --folder faces/ --out faces-mended/'],
  run: async ({ output, signal }, [table = ''], options) => {
    const folder = required('--folder', options.folder, 'the folder or list that was checked')
    const out = required('--out', options.out, 'a new folder')
    if (folder === out)
      throw new UsageError('Expected `--out` to be another folder than `--folder`, got the same')
    const { applyDataCheck } = await import('../../node/check/data-apply.ts')
    let applied
    {
      using progress = progressOf(output, 'copying', 'images')
      applied = await applyDataCheck(table, folder, out, {
        signal,
        onProgress: progress.update,
        onNote: output.warn,
        ...given({ depth: options.depth }),
      })
    }
    output.say(
      `${counted(applied.copied, 'image')} in ${out}; ${withCommas(applied.dropped)} dropped, ${withCommas(applied.moved)} moved`,
    )
    output.result({ schema: 'cosface-data-apply/1', out, ...applied })
    return 0
  },
})
