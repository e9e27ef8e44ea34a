/** @file The `property` file beside a face set's records: one line, `classes,height,width`. */
import { FormatError } from '../../base/errors.ts'
import type { Size } from '../../image/image.ts'
import { wholeNumber } from '../lists/text.ts'

export interface RecordProperty extends Size {
  readonly classes: number
}

/** Reads a `property` file. @throws FormatError */
export function parseRecordProperty(text: string, file: string): RecordProperty {
  const [classes, height, width, ...more] = text.trim().split(',').map(wholeNumber)
  if (classes === undefined || height === undefined || width === undefined || more.length > 0)
    throw new FormatError(file, 'expected one line `classes,height,width`')
  return { classes, height, width }
}

/** The text of a `property` file. */
export function formatRecordProperty(property: RecordProperty): string {
  return `${property.classes},${property.height},${property.width}\n`
}
