/** @file A config file of the command line. */
import { readFile } from 'node:fs/promises'
import { UsageError } from '../base/errors.ts'

/** The content of a JSON file. @throws UsageError where it cannot be read or is no JSON */
export async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`The config file ${file} could not be read`, { cause })
  })
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UsageError(
      `The config file ${file} is no JSON (${cause instanceof Error ? cause.message : ''})`,
      { cause },
    )
  }
}
