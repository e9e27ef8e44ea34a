/** @file The option that says how deep in a folder the people's own folders lie, the same for every command. */
import { integerOption, type OptionSpec } from '../base/option.ts'

/** Under the heading `group`. */
export function depthOption(group: string): OptionSpec<number> {
  return integerOption({
    group,
    meaning: 'how many folders down the people’s own lie: 1 for FOLDER/anna, 2 for FOLDER/train/anna',
    unit: 'folders',
    min: 1,
    max: 8,
    default: '1; where people seem to lie deeper, that is an error',
  })
}
