/** @file Opening the model a command was given. Loaded when it is needed. */
import { availableParallelism } from 'node:os'
import type { EmbeddingModel } from '../model/contract.ts'
import { exportRun } from '../node/run/export-run.ts'
import { openModel } from '../node/run/model-file.ts'
import { openSession } from '../node/session/open-session.ts'
import { runPaths } from '../node/run/run-folder.ts'
import type { Device } from '../runtime/session.ts'
import { contractOf, type ModelOptions } from './options.ts'
import type { Output } from './output.ts'

/** A run folder's best model, exported anew where the run has gone on, one of ours, or a foreign one with the contract from the options. */
export async function openModelFor(
  output: Output,
  path: string,
  options: Partial<ModelOptions> & { readonly threads?: number; readonly device?: Device },
): Promise<EmbeddingModel> {
  return openModel(path, {
    contract: contractOf(options),
    device: options.device ?? 'cpu',
    threads: options.threads ?? availableParallelism(),
    exportRun: async (run, which) => {
      output.progress(`Exporting the ${which} model of ${run}`)
      return (await exportRun(run, { file: runPaths(run).model, which, openSession })).bytes
    },
  })
}
