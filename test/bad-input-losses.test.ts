/** @file Losses and settings that cannot be: refused on the command line before an image is decoded, nothing written. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { expectRefusal } from './bad-input-process.ts'
import { tinyTraining } from './command.ts'

const root = mkdtempSync(join(tmpdir(), 'cosface-losses-'))
const at = (name: string): string => join(root, name)

/** Folders of people whose images cannot be decoded: whoever tries complains of that instead. */
const people = (folder: string, count: number, images: number): void => {
  for (let person = 0; person < count; person++) {
    const own = join(at(folder), `p${person}`)
    mkdirSync(own, { recursive: true })
    for (let image = 0; image < images; image++) writeFileSync(join(own, `${image}.jpg`), 'no image')
  }
}

beforeAll(() => {
  people('few', 6, 4)
  people('many', 24, 4)
  people('single', 1, 4)
  people('once', 12, 1)
})

afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

type Row = readonly [title: string, folder: string, options: readonly string[], code: 1 | 2, sentence: RegExp]

const loss = (name: string, ...options: readonly string[]): readonly string[] => [
  '--loss',
  name,
  ...options.flatMap((option) => ['--loss-option', option]),
]

const rows: readonly Row[] = [
  ['an unknown loss', 'few', loss('cosfase'), 2, /"cosfase".*did you mean cosface\?/],
  [
    'an unknown option',
    'few',
    loss('arcface', 'marginRadian=0.5'),
    2,
    /Unknown option `marginRadian` for the loss arcface; did you mean `marginRadians`\?/,
  ],
  [
    'a misspelled margin among the options',
    'few',
    loss('cosface', 'margn=0.2'),
    2,
    /Unknown option `margn` for the loss cosface; did you mean `--margin`\?/,
  ],
  [
    'the margin among the options',
    'few',
    loss('cosface', 'margin=0.2'),
    2,
    /Expected `--margin` of the loss cosface beside its options \(--margin on the command line\), got it among them/,
  ],
  [
    'a margin outside its range',
    'few',
    ['--margin', '2.5'],
    2,
    /`--margin` to be a number in \[0, 2\], got 2\.5: no classes can keep a margin above C\/\(C−1\), .*\(Eq 7\)/,
  ],
  [
    'a margin above Eq 7 for so many people',
    'few',
    ['--margin', '1.3'],
    2,
    /`--margin` to be at most C\/\(C−1\) = 1\.2 for 6 classes \(Eq 7\), got 1\.3/,
  ],
  [
    'the same where people are kept apart, whose images would be decoded first',
    'many',
    ['--margin', '1.5', '--validation', '0.5'],
    2,
    /`--margin` to be at most C\/\(C−1\) = 1\.09 for 12 classes \(Eq 7\), got 1\.5/,
  ],
  [
    'an angle outside its range',
    'few',
    loss('arcface', 'marginRadians=1.6'),
    2,
    /`marginRadians` to be a number in \[0, π\/2\], got 1\.6: from π\/2 on/,
  ],
  [
    'A-Softmax with a broken multiple',
    'few',
    loss('sphereface', 'multiplier=2.5'),
    2,
    /`multiplier` to be an integer in \[1, 8\], got 2\.5: ψ\(θ\).* whole m/,
  ],
  [
    'a combined margin that would help',
    'few',
    loss('combined', 'multiplier=0.5', 'marginRadians=0', 'marginCosine=0'),
    2,
    /`multiplier`/,
  ],
  [
    'triplets from a batch that holds no people with four images each',
    'few',
    [...loss('triplet'), '--batch', '6'],
    2,
    /`--batch` to be a multiple of 4, 8 at least, since triplet compares 4 images .*, got 6/,
  ],
  [
    'triplets of one person',
    'few',
    [...loss('triplet'), '--batch', '4'],
    2,
    /`--batch` to be a multiple of 4, 8 at least, .*, got 4/,
  ],
  [
    'triplets in parts of one person each',
    'few',
    [...loss('triplet'), '--accumulate', '2'],
    2,
    /8 at least in each of 2 parts \(--accumulate\), since triplet/,
  ],
  [
    'triplets of more people than there are',
    'few',
    [...loss('triplet'), '--batch', '32'],
    1,
    /Batches of 8 identities with 4 images each need at least as many people, there are 6; take a smaller --batch/,
  ],
  [
    'triplets where nobody has two images',
    'once',
    [...loss('triplet'), '--min-images', '1'],
    1,
    /triplet compares the images of a person, and nobody here has two/,
  ],
  [
    'an added contrastive loss, the same',
    'few',
    [...loss('cosface', 'contrastiveWeight=0.1'), '--batch', '6'],
    2,
    /`--batch` to be a multiple of 4/,
  ],
  ['one person', 'single', [], 1, /Training needs at least two identities, 1 is left/],
]

describe.concurrent('train refuses', () => {
  it.for(rows)('%s', async ([, folder, options, code, sentence]) => {
    await expectRefusal(root, (out) => tinyTraining(at(folder), join(out, 'run'), ...options), code, sentence)
  })
})

describe.concurrent('advise refuses', () => {
  it.for<[readonly string[], RegExp]>([
    [['--classes', '10', '--posterior', '0'], /`--posterior` to be a number in \(0, 1\), got 0/],
    [['--classes', '10', '--posterior', '1'], /`--posterior` to be a number in \(0, 1\), got 1/],
    [['--classes', '10', '--posterior', '1.5'], /`--posterior` to be a number in \(0, 1\), got 1\.5/],
    [['--classes', '1'], /`--classes` to be an integer in \[2, \d+\], got 1/],
    [['--classes', '2.5'], /`--classes` to be an integer in \[2, \d+\], got 2\.5/],
    [[], /Expected --classes with the number of people, got nothing/],
  ])('%s', async ([options, sentence]) => {
    await expectRefusal(root, () => ['advise', ...options], 2, sentence)
  })
})
