/** @file Public data sets as data: what they are, on which terms, where their files lie and what those files hash to. */

/** Hashes that are known beforehand, as hexadecimal digits; at least one of them where the set's publishers name any. */
export interface KnownHashes {
  readonly sha256?: string
  readonly md5?: string
}

/** A file to fetch. */
export interface RemoteFile extends KnownHashes {
  readonly name: string
  /** Tried in turn; with another base address, `name` below that. */
  readonly urls: readonly string[]
  /** For a `.tgz`: its one top folder, and what that is called once unpacked. */
  readonly unpack?: { readonly top: string; readonly folder: string }
}

/** Files of a set that are asked for together. */
export interface PublicSetPart {
  readonly name: string
  readonly meaning: string
  readonly files: readonly RemoteFile[]
}

/** A set that anybody may fetch once its terms are accepted. */
export interface PublicSet {
  readonly name: string
  readonly title: string
  /** Lines to be read before anything is fetched. */
  readonly terms: readonly string[]
  readonly parts: readonly PublicSetPart[]
  /** The parts fetched where none are named. */
  readonly usual: readonly string[]
}

const umass = (name: string): string => `http://vis-www.cs.umass.edu/lfw/${name}`
const figshare = (id: number): string => `https://ndownloader.figshare.com/files/${id}`

/** Labeled Faces in the Wild. The hashes are those that scikit-learn and torchvision publish for these files. */
const lfw: PublicSet = {
  name: 'lfw',
  title: 'Labeled Faces in the Wild: 13,233 photographs of 5,749 people, 250x250, not aligned to five points',
  terms: [
    'Photographs of real people, collected from news by the University of Massachusetts for research on face',
    'verification; the rights in each photograph stay with its owner, and the set states no licence.',
    'Its authors say: results on it do not show that a method is fit for any commercial purpose. Few children,',
    'nobody over 80, few women: it is not suited to claims about groups of people, and says nothing about 1:N search.',
    'Faces are biometric data: you answer for having a lawful reason to hold and process them.',
    'Cite: Huang, Ramesh, Berg, Learned-Miller: Labeled Faces in the Wild. Technical Report 07-49, 2007.',
  ],
  parts: [
    {
      name: 'images',
      meaning: 'the photographs as they were collected',
      files: [
        {
          name: 'lfw.tgz',
          urls: [figshare(5_976_018), umass('lfw.tgz')],
          sha256: '055f7d9c632d7370e6fb4afc7468d40f970c34a80d4c6f50ffec63f5a8d536c0',
          md5: 'a17d05bd522c52d84eca14327a23d494',
          unpack: { top: 'lfw', folder: 'images' },
        },
      ],
    },
    {
      name: 'funneled',
      meaning: 'the photographs aligned by funneling',
      files: [
        {
          name: 'lfw-funneled.tgz',
          urls: [figshare(5_976_015), umass('lfw-funneled.tgz')],
          sha256: 'b47c8422c8cded889dc5a13418c4bc2abbda121092b3533a83306f90d900100a',
          md5: '1b42dfed7d15c9b2dd63d5e5840c86ad',
          unpack: { top: 'lfw_funneled', folder: 'funneled' },
        },
      ],
    },
    {
      name: 'deep-funneled',
      meaning: 'the photographs aligned by deep funneling',
      files: [
        {
          name: 'lfw-deepfunneled.tgz',
          urls: [umass('lfw-deepfunneled.tgz')],
          md5: '68331da3eb755a505a502b5aacb3c201',
          unpack: { top: 'lfw-deepfunneled', folder: 'deep-funneled' },
        },
      ],
    },
    {
      name: 'pairs',
      meaning: 'the lists of pairs, View 1 and View 2',
      files: [
        {
          name: 'pairs.txt',
          urls: [figshare(5_976_006), umass('pairs.txt')],
          sha256: 'ea42330c62c92989f9d7c03237ed5d591365e89b3e649747777b70e692dc1592',
          md5: '9f1ba174e4e1c508ff7cdf10ac338a7d',
        },
        {
          name: 'pairsDevTrain.txt',
          urls: [figshare(5_976_012), umass('pairsDevTrain.txt')],
          sha256: '1d454dada7dfeca0e7eab6f65dc4e97a6312d44cf142207be28d688be92aabfa',
          md5: '4f27cbf15b2da4a85c1907eb4181ad21',
        },
        {
          name: 'pairsDevTest.txt',
          urls: [figshare(5_976_009), umass('pairsDevTest.txt')],
          sha256: '7cb06600ea8b2814ac26e946201cdb304296262aad67d046a16a7ec85d0ff87c',
          md5: '5132f7440eb68cf58910c8a45a2ac10b',
        },
      ],
    },
    {
      name: 'people',
      meaning: 'the lists of people, View 1 and View 2',
      files: [
        {
          name: 'people.txt',
          urls: [umass('people.txt')],
          sha256: 'bc8fa2b7f25c895cf7efb6de4f4fc27ca8b8d1cfa63350ad8b96eae2b198d365',
          md5: '450f0863dd89e85e73936a6d71a3474b',
        },
        {
          name: 'peopleDevTrain.txt',
          urls: [umass('peopleDevTrain.txt')],
          sha256: '2e58df13ba4cc143189336e001cc2c195f1dfa5b29a6475c02857be353c2a2fa',
          md5: '54eaac34beb6d042ed3a7d883e247a21',
        },
        {
          name: 'peopleDevTest.txt',
          urls: [umass('peopleDevTest.txt')],
          sha256: 'c3ed1f90499473401542101a56c14c1d82396bb8218c67a356d7460601047555',
          md5: 'e4bf5be0a43b5dcd9dc5ccfcb8fb19c5',
        },
      ],
    },
  ],
  usual: ['images', 'pairs'],
}

/** The sets that can be fetched; CFP, AgeDB, CALFW, CPLFW, YTF and IJB are handed out on request only. */
export const publicSets: readonly PublicSet[] = [lfw]
