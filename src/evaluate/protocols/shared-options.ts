/** @file Options that several protocols share. */
import { flagOption, type OptionSpec, textOption } from '../../base/option.ts'

export const pairsOption: OptionSpec<string> = textOption({
  group: 'Protocol',
  value: 'file|folder',
  meaning:
    'the pairs: LFW’s pairs.txt or a list of paths, a .bin pack (needs no --images), CALFW’s, CPLFW’s or YTF’s list, AgeDB’s .mat, the folder of CFP, IJB or RFW',
})

export const skipMissingOption: OptionSpec<boolean> = flagOption({
  group: 'Pairs',
  meaning: 'leave out pairs whose images are missing, of IJB the images, and report how many',
  default: 'a missing image is an error',
})

export const nistOption: OptionSpec<boolean> = flagOption({
  group: 'Pairs',
  meaning:
    'also FNMR at FMRs from 1e-1 to 1e-4 (templates: to 1e-6), and the points of the DET curve, in NIST’s terms',
})
