/** @file Every format of text lists that is read from a path, with a sound file of each. */
import { concatBytes } from '../src/base/bytes.ts'
import { cfpFiles } from '../src/data/lists/cfp.ts'
import { parseTemplatePairs } from '../src/data/lists/ijb.ts'
import { parseGroups } from '../src/data/lists/groups.ts'
import { parseNameList } from '../src/data/lists/name-list.ts'
import { decodeText } from '../src/data/lists/text.ts'
import { parseReviewed } from '../src/data/check/table.ts'
import { readImageLists, readSubjectList } from '../src/node/evaluate/ijb-files.ts'
import { readFaceList, readNoise } from '../src/node/evaluate/megaface-files.ts'
import { openListed } from '../src/node/faces/listed-faces.ts'
import { readPairList } from '../src/node/faces/pair-list-file.ts'
import type { PairProtocol } from '../src/node/faces/pair-list-file.ts'
import { readWholeFile } from '../src/node/files/record-file.ts'

/** What happens to files. */
export type Damage = 'truncated' | 'overlong' | 'wrong magic' | 'wrong endian' | 'empty' | 'a folder'

/** A reader of one file among those it needs. */
export interface DamagedReader {
  readonly name: string
  /** Path of the file that is damaged. */
  readonly file: string
  readonly sound: Uint8Array
  /** Files beside it, which stay sound. */
  readonly beside?: Readonly<Record<string, Uint8Array>>
  /** Reads all that is in it; `at` gives the place of a file. */
  readonly read: (at: (file: string) => string) => Promise<unknown>
  /** The file that shows that this one is cut short. @defaultValue itself */
  readonly shownBy?: string
  /** Bytes left of a truncated file. @defaultValue two thirds */
  readonly cut?: number
  /** The bytes as a machine of the other byte order would have written them; text becomes UTF-16. */
  readonly swap?: (bytes: Uint8Array) => Uint8Array
  /** Damage that leaves a sound file of this kind, with the reason. */
  readonly untold?: Readonly<Partial<Record<Damage, string>>>
}

/** Lines as bytes. */
export const text = (...lines: readonly string[]): Uint8Array =>
  new TextEncoder().encode(`${lines.join('\n')}\n`)

/** As big-endian UTF-16 with its mark. */
const wide = (bytes: Uint8Array): Uint8Array =>
  concatBytes([
    Uint8Array.of(0xfe, 0xff),
    ...Array.from(new TextDecoder().decode(bytes), (letter) => Uint8Array.of(0, letter.charCodeAt(0))),
  ])

const lettersOf = async (path: string): Promise<string> => decodeText(await readWholeFile(path), path)

/** Reads the pairs of a benchmark. */
export const readPairsOf =
  (file: string, protocol: PairProtocol): DamagedReader['read'] =>
  (at) =>
    readPairList(at(file), protocol)

const noHeader = 'a list without a count may end anywhere'
export const noMagic = 'any line is a name'

/** Text: swapped it is UTF-16, and a line of another kind before it is what a wrong beginning is. */
export const ofText = (
  name: string,
  file: string,
  sound: Uint8Array,
  read: DamagedReader['read'],
  more: Partial<DamagedReader> = {},
): DamagedReader => ({ name, file, sound, read, swap: wide, ...more })

/** All lists. */
export const damagedLists = (): readonly DamagedReader[] => {
  const fold = ['A\t1\t2', 'A\t1\tB\t2']
  const faces = JSON.stringify({ path: ['a/1.jpg', 'b/2.jpg'], id: ['a', 'b'] })
  const cfp = Object.fromEntries(
    cfpFiles('fp').map((path) => [
      `cfp/${path}`,
      path.includes('Pair_list') ? text('1 Images/001/1.jpg', '2 Images/002/1.jpg') : text('1,1'),
    ]),
  )
  const ijb = {
    images: text('1.jpg 1 10', '2.jpg 2 20'),
    faces: text(...['1.jpg', '2.jpg'].map((image) => `${image} 46 62 87 60 68 77 52 99 86 98 0.999`)),
  }
  const readLists: DamagedReader['read'] = (at) =>
    readImageLists({ images: at('tid_mid.txt'), faces: at('5pts.txt'), pairs: '', galleries: [] })
  return [
    ofText('LFW, View 2', 'pairs.txt', text('2\t1', ...fold, ...fold), readPairsOf('pairs.txt', 'pairs')),
    ofText('LFW, View 1', 'dev.txt', text('1', ...fold), readPairsOf('dev.txt', 'pairs')),
    ofText('pairs of paths', 'plain.txt', text('a/1 a/2 1', 'a/1 b/2 0'), readPairsOf('plain.txt', 'pairs')),
    ofText(
      'CFP images',
      'cfp/Protocol/Pair_list_P.txt',
      cfp['cfp/Protocol/Pair_list_P.txt']!,
      readPairsOf('cfp', 'cfp-fp'),
      { beside: cfp, cut: 20 },
    ),
    ofText(
      'CFP pairs',
      'cfp/Protocol/Split/FP/03/same.txt',
      text('1,1', '2,2'),
      readPairsOf('cfp', 'cfp-fp'),
      { beside: cfp, cut: 6 },
    ),
    ofText(
      'CALFW',
      'calfw.txt',
      text('A_0001.jpg 1', 'A_0002.jpg 1', 'B_0001.jpg 0', 'C_0001.jpg 0'),
      readPairsOf('calfw.txt', 'calfw'),
    ),
    ofText(
      'YTF',
      'splits.txt',
      text('split, n, a, b, is same name', '1, 1, A/1, A/2, 1', '1, 2, A/1, B/2, 0'),
      readPairsOf('splits.txt', 'ytf'),
    ),
    ofText('IJB images', 'tid_mid.txt', ijb.images, readLists, { beside: { '5pts.txt': ijb.faces } }),
    ofText('IJB faces', '5pts.txt', ijb.faces, readLists, { beside: { 'tid_mid.txt': ijb.images } }),
    ofText(
      'IJB pairs',
      'label.txt',
      text('1 2 1', '1 3 0'),
      async (at) => parseTemplatePairs(await readWholeFile(at('label.txt')), at('label.txt')),
      { cut: 9 },
    ),
    ofText(
      'IJB gallery',
      'G1.csv',
      text('TEMPLATE_ID,SUBJECT_ID', '1,7', '2,8'),
      (at) => readSubjectList(at('G1.csv')),
      { cut: 29 },
    ),
    ofText('path label', 'list.txt', text('a/1.jpg 0', 'b/2.jpg 1'), (at) => openListed(at('list.txt')), {
      beside: { 'a/1.jpg': text('one'), 'b/2.jpg': text('two') },
    }),
    ofText('lst', 'list.lst', text('0\t0\ta/1.jpg', '1\t1\tb/2.jpg'), (at) => openListed(at('list.lst')), {
      beside: { 'a/1.jpg': text('one'), 'b/2.jpg': text('two') },
    }),
    ofText('MegaFace list', 'faces.json', text(faces), (at) => readFaceList(at('faces.json'))),
    ofText('noisy images', 'noise.txt', text('a/1.jpg', 'b/2.jpg'), (at) => readNoise(at('noise.txt')), {
      untold: { truncated: noHeader, overlong: noMagic, 'wrong magic': noMagic },
    }),
    ofText(
      'LFW people',
      'people.txt',
      text('2', 'A\t2', 'B\t1'),
      async (at) => parseNameList(await lettersOf(at('people.txt')), at('people.txt')),
      { cut: 6, untold: { 'wrong magic': noMagic } },
    ),
    ofText(
      'groups',
      'groups.csv',
      text('image,age', 'a,1', '"b",2'),
      async (at) => parseGroups(await lettersOf(at('groups.csv')), at('groups.csv'), 'age'),
      { cut: 16, untold: { overlong: noMagic } },
    ),
    ofText(
      'findings',
      'findings.csv',
      text('action,image', 'keep,a', '"drop",b'),
      async (at) => parseReviewed(await lettersOf(at('findings.csv')), at('findings.csv')),
      { cut: 22 },
    ),
  ]
}
