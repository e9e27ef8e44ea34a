/** @file The list of commands. */
import type { Command } from './command.ts'
import { adviseCommand } from './commands/advise.ts'
import { compareCommand } from './commands/compare.ts'
import { dataApplyCommand, dataCheckCommand } from './commands/data.ts'
import { dataFetchCommands } from './commands/data-fetch.ts'
import { demoCommand } from './commands/demo.ts'
import { doctorCommand } from './commands/doctor.ts'
import { embedCommand } from './commands/embed.ts'
import { evaluateCommand } from './commands/evaluate.ts'
import { exportCommand } from './commands/export.ts'
import { importCommand } from './commands/import.ts'
import { labCommand } from './commands/lab.ts'
import { packBinCommand, packFolderCommand, packRecCommand } from './commands/pack.ts'
import { sweepCommand } from './commands/sweep.ts'
import { synthCommand } from './commands/synth.ts'
import { toyCommand } from './commands/toy.ts'
import { trainCommand } from './commands/train.ts'

export const commands: readonly Command[] = [
  demoCommand,
  doctorCommand,
  trainCommand,
  exportCommand,
  importCommand,
  evaluateCommand,
  embedCommand,
  adviseCommand,
  toyCommand,
  labCommand,
  compareCommand,
  sweepCommand,
  synthCommand,
  packRecCommand,
  packBinCommand,
  packFolderCommand,
  dataCheckCommand,
  dataApplyCommand,
  ...dataFetchCommands,
]
