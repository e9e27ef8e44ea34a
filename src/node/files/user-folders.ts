/** @file Where files of this user lie, on each system where users expect them. */
import { join } from 'node:path'
import envPaths from 'env-paths'

const paths = (): ReturnType<typeof envPaths> => envPaths('cosface', { suffix: '' })

/** What can be fetched again, such as models: `COSFACE_CACHE`, or the system's folder for caches. */
export function cacheFolder(): string {
  return process.env['COSFACE_CACHE'] || paths().cache
}

/** What cannot be made again, such as galleries and added models: `COSFACE_DATA`, or the system's folder for data. */
export function dataFolder(): string {
  return process.env['COSFACE_DATA'] || paths().data
}

/** The models that were fetched, each named by its hash. */
export function modelCache(): string {
  return join(cacheFolder(), 'models')
}
