/** @file Opening the model a command was given. Loaded when it is needed. */
import { availableParallelism } from 'node:os'
import type { EmbeddingModel } from '../model/contract.ts'
import { exportRun } from '../node/export-run.ts'
import { openModel } from '../node/model-file.ts'
import { openSession } from '../node/open-session.ts'
import { runPaths } from '../node/run-folder.ts'
import type { Device } from '../runtime/session.ts'
import { contractOf, type ModelOptions } from './options.ts'
import type { Output } from './output.ts'

/** A run folder's best model, one of ours, or a foreign one with the contract from the options. */
export async function openModelFor(
  output: Output,
  path: string,
  options: Partial<ModelOptions> & { readonly threads?: number; readonly device?: Device },
): Promise<EmbeddingModel> {
  return openModel(path, {
    contract: contractOf(options),
    device: options.device ?? 'cpu',
    threads: options.threads ?? availableParallelism(),
    exportRun: async (run) => {
      output.progress(`Exporting the best model of ${run}`)
      const session = { openSession: openSession }
      return (await exportRun(run, { file: runPaths(run).model, ...session })).bytes
    },
  })
}
